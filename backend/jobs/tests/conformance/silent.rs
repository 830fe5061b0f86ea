//! A worker whose heart cannot reach the database.

use crate::bed::{Bed, Does};
use crate::on_both;
use jobs::{Config, Connect, State};
use sea_orm::DbErr;
use std::sync::Arc;
use std::time::Duration;

fn config() -> Config {
    Config {
        heartbeat: Duration::from_millis(20),
        self_stop: Duration::from_millis(80),
        poll: Duration::from_millis(20),
        ..Config::default()
    }
}

on_both!(
    a_worker_that_cannot_beat_drops_its_job_before_the_lease_ends,
    a_worker_whose_beat_gets_no_answer_drops_its_job_too,
);

async fn a_worker_that_cannot_beat_drops_its_job_before_the_lease_ends(bed: &Bed) {
    drops_its_job(bed, Arc::new(|| Box::pin(async { Err(DbErr::Custom("no way".into())) }))).await;
}

async fn a_worker_whose_beat_gets_no_answer_drops_its_job_too(bed: &Bed) {
    drops_its_job(bed, Arc::new(|| Box::pin(std::future::pending()))).await;
}

async fn drops_its_job(bed: &Bed, nowhere: Connect) {
    bed.enqueue("a", "t", Does::Hangs).await;
    let worker = bed.worker_with(Arc::clone(&bed.probe), nowhere);
    worker.run_until(bed.probe.ended.notified()).await.unwrap();
    let job = bed.job("a", "t").await;
    let now = bed.queue.clock().now_ms(&bed.db.reader).await.unwrap();
    assert_eq!(job.state, State::Running, "only a sweep may take it");
    assert!(job.lease_expires_at.unwrap() > now, "it stopped before its lease ended");
    bed.later(31);
    assert_eq!(bed.worker().sweep().await.unwrap().rescued.len(), 1);
}
