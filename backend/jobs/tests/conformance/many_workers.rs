//! Eight workers at once: every job is committed once, and no tenant runs more than its cap.

use crate::bed::Bed;
use crate::on_both;
use jobs::{Config, NewJob};
use serde_json::json;
use tokio::task::JoinSet;

const WORKERS: usize = 8;

fn config() -> Config {
    Config { running_per_tenant: 3, ..Config::default() }
}

on_both!(torture_eight_workers_commit_every_job_once);

async fn torture_eight_workers_commit_every_job_once(bed: &Bed) {
    let torture = bed.torture("T05", "eight workers on one queue");
    let jobs = i64::try_from(torture.times(200, 2_000 * WORKERS as u64)).unwrap();
    let tx = crate::bed::begin(&bed.db).await;
    for n in 0..jobs {
        let payload = json!({ "does": "completes" });
        let job = NewJob::new(format!("{n:05}"), crate::bed::KIND, format!("tenant-{}", n % 5), payload);
        bed.queue.enqueue(&tx, job).await.unwrap();
    }
    tx.commit().await.unwrap();

    let (stop, _) = tokio::sync::watch::channel(false);
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        let (worker, mut stopped) = (bed.worker(), stop.subscribe());
        workers.spawn(async move {
            let told = async {
                stopped.wait_for(|stop| *stop).await.unwrap();
            };
            worker.run_until(told).await.unwrap();
        });
    }
    let done = "SELECT COUNT(*) AS n FROM jobs WHERE state = 'succeeded'";
    while bed.number(done).await < jobs {
        bed.probe.ended.notified().await;
        let most = "SELECT COALESCE(MAX(n), 0) AS n FROM (SELECT COUNT(*) AS n FROM jobs WHERE state = 'running' \
            GROUP BY tenant_id) running";
        let most = bed.number(most).await;
        assert!(most <= 3, "{most} jobs of one tenant run at once");
    }
    stop.send_replace(true);
    workers.join_all().await;

    let results = bed.number("SELECT COUNT(*) AS n FROM results").await;
    let different = bed.number("SELECT COUNT(DISTINCT job_id) AS n FROM results").await;
    assert_eq!(bed.number(done).await, jobs);
    assert_eq!(bed.number("SELECT COUNT(*) AS n FROM jobs WHERE lease_epoch <> 1").await, 0);
    bed.assert_lawful().await;
    let bad = (jobs - different).unsigned_abs() + (results - different).unsigned_abs();
    torture.end(
        jobs.unsigned_abs(),
        bad,
        format!("{different} of {jobs} committed, {} twice", results - different),
    );
}
