//! A queue that shares its tables with another: it runs some jobs beyond a tenant's own limit.

use crate::bed::{Bed, Does};
use crate::on_both;
use jobs::Config;

fn config() -> Config {
    Config { running_per_tenant: 2, beyond_limit: 1, ..Config::default() }
}

on_both!(a_tenants_own_limit_is_exceeded_by_the_lanes_own_jobs_but_zero_is_zero,);

async fn a_tenants_own_limit_is_exceeded_by_the_lanes_own_jobs_but_zero_is_zero(bed: &Bed) {
    for id in ["1", "2", "3", "4"] {
        bed.enqueue(id, "t", Does::Completes).await;
    }
    let claims = async |limit: Option<u64>| {
        bed.queue.set_running_limit(&bed.db.writer, "t", limit).await.unwrap();
        let mut count = 0;
        while bed.worker().claim().await.unwrap().is_some() {
            count += 1;
        }
        count
    };
    assert_eq!(claims(Some(0)).await, 0);
    assert_eq!(claims(None).await, 2, "the queue's setting, lane included");
    assert_eq!(claims(Some(1)).await, 0, "two run already");
    assert_eq!(claims(Some(2)).await, 1, "one beyond");
}
