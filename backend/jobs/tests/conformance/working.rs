//! A worker as it runs in the program: its heart, what it tells its jobs, and how it ends.

use crate::bed::{Bed, Does};
use crate::on_both;
use jobs::{CancelOutcome, Config, State, Stop};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The lease is as long as ever; the heart beats often, so that no test waits for it.
fn config() -> Config {
    Config {
        heartbeat: Duration::from_millis(30),
        cancel_grace: Duration::from_millis(20),
        shutdown_grace: Duration::from_millis(20),
        poll: Duration::from_millis(20),
        ..Config::default()
    }
}

on_both!(
    a_worker_runs_what_is_due_and_stops_when_told,
    a_cancel_in_this_process_is_heard_at_once,
    a_cancel_in_another_process_is_heard_at_the_next_beat,
    a_job_that_ignores_its_cancel_is_dropped,
    a_shutdown_hands_the_job_back,
    a_job_that_ignores_the_shutdown_is_handed_back_too,
    a_job_over_its_time_limit_is_dropped_and_fails,
    a_blocked_runtime_does_not_cost_the_lease,
    a_job_whose_lease_was_taken_is_dropped,
    a_handler_that_committed_its_end_is_not_taken_for_lost,
    an_end_that_could_not_be_written_is_written_again,
);

async fn a_worker_runs_what_is_due_and_stops_when_told(bed: &Bed) {
    for id in ["a", "b", "c"] {
        bed.enqueue(id, "t", Does::Completes).await;
    }
    let worker = bed.worker();
    let all = async {
        for _ in 0..3 {
            bed.probe.ended.notified().await;
        }
    };
    worker.run_until(all).await.unwrap();
    // The hand-over of three notices may merge; what counts is that none was left running.
    assert_eq!(bed.number("SELECT COUNT(*) AS n FROM jobs WHERE state = 'running'").await, 0);
    worker.drain().await.unwrap();
    for id in ["a", "b", "c"] {
        assert_eq!(bed.results(id).await, 1);
    }
}

async fn a_cancel_in_this_process_is_heard_at_once(bed: &Bed) {
    bed.enqueue("a", "t", Does::Obeys).await;
    let worker = bed.worker();
    let cancel = async {
        bed.probe.running.notified().await;
        assert_eq!(bed.cancel("a", "t").await, CancelOutcome::Requested);
        bed.queue.announce_cancel("a");
        bed.probe.ended.notified().await;
    };
    worker.run_until(cancel).await.unwrap();
    assert_eq!(*bed.probe.heard.lock().unwrap(), [Stop::Cancel]);
    assert_eq!(bed.state("a", "t").await, State::Cancelled);
    assert_eq!(bed.told("a").await, ["started", "cancelled"]);
}

async fn a_cancel_in_another_process_is_heard_at_the_next_beat(bed: &Bed) {
    bed.enqueue("a", "t", Does::Obeys).await;
    let worker = bed.worker();
    let cancel = async {
        bed.probe.running.notified().await;
        assert_eq!(bed.cancel("a", "t").await, CancelOutcome::Requested);
        bed.probe.ended.notified().await;
    };
    worker.run_until(cancel).await.unwrap();
    assert_eq!(*bed.probe.heard.lock().unwrap(), [Stop::Cancel]);
    assert_eq!(bed.state("a", "t").await, State::Cancelled);
}

async fn a_job_that_ignores_its_cancel_is_dropped(bed: &Bed) {
    bed.enqueue("a", "t", Does::Hangs).await;
    let cancel = async {
        bed.probe.running.notified().await;
        bed.cancel("a", "t").await;
        bed.queue.announce_cancel("a");
        bed.probe.ended.notified().await;
    };
    bed.worker().run_until(cancel).await.unwrap();
    assert_eq!(bed.state("a", "t").await, State::Cancelled);
}

async fn a_shutdown_hands_the_job_back(bed: &Bed) {
    bed.enqueue("a", "t", Does::Obeys).await;
    bed.worker().run_until(bed.probe.running.notified()).await.unwrap();
    assert_eq!(*bed.probe.heard.lock().unwrap(), [Stop::Shutdown]);
    let job = bed.job("a", "t").await;
    assert_eq!((job.state, job.attempt, job.crashes), (State::Queued, 0, 0));
    assert_eq!(bed.told("a").await, ["started", "released"]);
    bed.assert_lawful().await;
}

async fn a_job_that_ignores_the_shutdown_is_handed_back_too(bed: &Bed) {
    bed.enqueue("a", "t", Does::Hangs).await;
    bed.worker().run_until(bed.probe.running.notified()).await.unwrap();
    assert_eq!(bed.state("a", "t").await, State::Queued);
    assert_eq!(bed.told("a").await, ["started", "released"]);
}

async fn a_job_over_its_time_limit_is_dropped_and_fails(bed: &Bed) {
    bed.enqueue("a", "t", Does::Hangs).await;
    let worker = bed.worker_with(bed.impatient_probe(), Arc::clone(&bed.connect));
    assert_eq!(worker.drain().await.unwrap(), 1);
    let job = bed.job("a", "t").await;
    assert_eq!(job.state, State::Failed);
    assert!(job.last_error.unwrap().contains("time limit"));
    assert_eq!(bed.told("a").await, ["started", "failed"]);
}

async fn a_blocked_runtime_does_not_cost_the_lease(bed: &Bed) {
    bed.enqueue("a", "t", Does::Obeys).await;
    let connect = Arc::clone(&bed.connect);
    let queue = bed.queue.clone();
    let blocked = async {
        bed.probe.running.notified().await;
        let claimed = bed.job("a", "t").await.heartbeat_at;
        // This test's runtime has one thread, and it waits here for another to see the beat.
        let beaten = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let conn = connect().await.unwrap();
                let start = Instant::now();
                loop {
                    let beat = queue.find(&conn, "t", "a").await.unwrap().unwrap().heartbeat_at;
                    if beat > claimed {
                        return true;
                    }
                    if start.elapsed() > Duration::from_secs(20) {
                        return false;
                    }
                }
            })
        });
        assert!(beaten.join().unwrap(), "no beat while the runtime was blocked");
    };
    bed.worker().run_until(blocked).await.unwrap();
    bed.assert_lawful().await;
}

async fn a_job_whose_lease_was_taken_is_dropped(bed: &Bed) {
    bed.enqueue("a", "t", Does::Hangs).await;
    let taken = async {
        bed.probe.running.notified().await;
        let epoch = "UPDATE jobs SET lease_epoch = lease_epoch + 1, lease_owner = 'another' WHERE id = 'a'";
        sea_orm::ConnectionTrait::execute_unprepared(&bed.db.writer, epoch).await.unwrap();
        bed.probe.ended.notified().await;
    };
    bed.worker().run_until(taken).await.unwrap();
    let job = bed.job("a", "t").await;
    assert_eq!((job.state, job.lease_owner.as_deref()), (State::Running, Some("another")));
    assert_eq!(bed.told("a").await, ["started"]);
}

async fn a_handler_that_committed_its_end_is_not_taken_for_lost(bed: &Bed) {
    bed.enqueue("other", "t", Does::Obeys).await;
    bed.enqueue("a", "t", Does::Lingers).await;
    bed.worker().run_until(bed.probe.ended.notified()).await.unwrap();
    assert_eq!(bed.probe.completed.load(std::sync::atomic::Ordering::SeqCst), 1, "it came to its own end");
    assert_eq!(bed.state("a", "t").await, State::Succeeded);
}

async fn an_end_that_could_not_be_written_is_written_again(bed: &Bed) {
    bed.enqueue("a", "t", Does::Obeys).await;
    let refuse = async {
        bed.probe.running.notified().await;
        bed.probe.refusals.store(1, std::sync::atomic::Ordering::SeqCst);
        bed.cancel("a", "t").await;
        bed.queue.announce_cancel("a");
        bed.probe.ended.notified().await;
    };
    bed.worker().run_until(refuse).await.unwrap();
    assert_eq!(bed.state("a", "t").await, State::Cancelled);
    assert_eq!(bed.told("a").await, ["started", "cancelled"]);
}
