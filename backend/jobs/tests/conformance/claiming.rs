//! Whose job is next: in order within a tenant, fair across tenants, never above a tenant's cap.

use crate::bed::{Bed, Does, KIND};
use crate::on_both;
use jobs::{Config, NewJob};
use serde_json::json;

fn config() -> Config {
    Config::default()
}

on_both!(
    a_tenants_jobs_go_by_priority_and_then_first_come_first_served,
    a_tenant_never_runs_more_than_its_cap,
    a_tenants_own_limit_replaces_the_default,
    a_limit_of_zero_holds_a_tenants_jobs_until_it_is_lifted,
    torture_the_other_tenant_starts_within_one_job,
    tenants_take_turns,
    other_kinds_are_left_alone,
    every_tenant_is_served_when_many_wait,
);

async fn claimed(bed: &Bed) -> Option<String> {
    bed.worker().claim().await.unwrap().map(|lease| lease.job.id)
}

fn plain(id: &str, tenant: &str) -> NewJob {
    NewJob::new(id, KIND, tenant, json!({ "does": "completes" }))
}

async fn a_tenants_jobs_go_by_priority_and_then_first_come_first_served(bed: &Bed) {
    for (id, priority) in [("1", 0), ("2", 0), ("3", -1), ("4", 5), ("5", 0)] {
        bed.enqueue_job(NewJob { priority, ..plain(id, "t") }).await;
    }
    let worker = bed.worker();
    let mut order = Vec::new();
    while let Some(id) = worker.run_one().await.unwrap() {
        order.push(id);
    }
    assert_eq!(order, ["3", "1", "2", "5", "4"]);
}

async fn a_tenant_never_runs_more_than_its_cap(bed: &Bed) {
    for id in ["1", "2", "3"] {
        bed.enqueue(id, "t", Does::Completes).await;
    }
    let worker = bed.worker();
    let first = worker.claim().await.unwrap().unwrap();
    assert!(worker.claim().await.unwrap().is_some());
    assert!(worker.claim().await.unwrap().is_none(), "two run");
    crate::bed::complete(&bed.queue, &bed.db, &first).await.unwrap();
    assert!(worker.claim().await.unwrap().is_some());
}

async fn a_tenants_own_limit_replaces_the_default(bed: &Bed) {
    for id in ["1", "2", "3", "4"] {
        bed.enqueue(id, "t", Does::Completes).await;
    }
    bed.queue.set_running_limit(&bed.db.writer, "t", Some(3)).await.unwrap();
    for _ in 0..3 {
        assert!(claimed(bed).await.is_some());
    }
    assert!(claimed(bed).await.is_none());
    bed.queue.set_running_limit(&bed.db.writer, "t", None).await.unwrap();
    assert!(claimed(bed).await.is_none());
    bed.queue.set_running_limit(&bed.db.writer, "t", Some(4)).await.unwrap();
    assert!(claimed(bed).await.is_some());
}

async fn a_limit_of_zero_holds_a_tenants_jobs_until_it_is_lifted(bed: &Bed) {
    bed.enqueue("1", "t", Does::Completes).await;
    bed.enqueue("2", "other", Does::Completes).await;
    bed.queue.set_running_limit(&bed.db.writer, "t", Some(0)).await.unwrap();
    assert_eq!(claimed(bed).await.as_deref(), Some("2"), "others go on");
    assert_eq!(claimed(bed).await, None);
    bed.queue.set_running_limit(&bed.db.writer, "t", None).await.unwrap();
    assert_eq!(claimed(bed).await.as_deref(), Some("1"));
}

async fn torture_the_other_tenant_starts_within_one_job(bed: &Bed) {
    let torture = bed.torture("T87", "many jobs of one tenant, then two of another");
    let many = torture.times(300, 10_000);
    let tx = crate::bed::begin(&bed.db).await;
    for n in 0..many {
        bed.queue.enqueue(&tx, plain(&format!("loud-{n:05}"), "loud")).await.unwrap();
    }
    tx.commit().await.unwrap();
    let worker = bed.worker();
    for _ in 0..3 {
        assert!(worker.run_one().await.unwrap().unwrap().starts_with("loud"));
    }
    bed.enqueue("quiet-1", "quiet", Does::Completes).await;
    bed.enqueue("quiet-2", "quiet", Does::Completes).await;
    assert_eq!(worker.run_one().await.unwrap().unwrap(), "quiet-1");
    assert!(worker.run_one().await.unwrap().unwrap().starts_with("loud"));
    assert_eq!(worker.run_one().await.unwrap().unwrap(), "quiet-2");
    torture.end(many, 0, "the other tenant starts within one job");
}

async fn tenants_take_turns(bed: &Bed) {
    for id in ["1", "2", "3"] {
        for tenant in ["a", "b", "c"] {
            bed.enqueue(&format!("{tenant}{id}"), tenant, Does::Completes).await;
        }
    }
    let worker = bed.worker();
    let mut order = Vec::new();
    while let Some(id) = worker.run_one().await.unwrap() {
        order.push(id);
    }
    assert_eq!(order, ["a1", "b1", "c1", "a2", "b2", "c2", "a3", "b3", "c3"]);
}

async fn other_kinds_are_left_alone(bed: &Bed) {
    bed.enqueue_job(NewJob::new("x", "unknown", "t", json!({}))).await;
    bed.enqueue("y", "t", Does::Completes).await;
    assert_eq!(claimed(bed).await.as_deref(), Some("y"));
    assert!(claimed(bed).await.is_none());
}

async fn every_tenant_is_served_when_many_wait(bed: &Bed) {
    for n in 0..40 {
        bed.enqueue(&format!("job-{n:02}"), &format!("tenant-{n:02}"), Does::Completes).await;
    }
    assert_eq!(bed.worker().drain().await.unwrap(), 40);
}
