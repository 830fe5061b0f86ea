//! The life of one job, step by step: every change of state, who may make it, and that the feature's row
//! moves in the same transaction.

use crate::bed::{Bed, Does, KIND, complete};
use crate::on_both;
use jobs::{CancelOutcome, Change, Config, JobsError, NewJob, Outcome, State};
use serde_json::json;
use std::sync::atomic::Ordering;

fn config() -> Config {
    Config::default()
}

on_both!(
    a_job_goes_from_queued_over_running_to_succeeded,
    an_id_is_taken_once,
    an_enqueue_that_rolls_back_leaves_no_job,
    a_job_waits_for_its_time,
    a_zombie_cannot_commit_after_another_finished,
    a_zombie_can_neither_beat_nor_settle_nor_write_on_the_way,
    a_beat_keeps_the_lease,
    a_lost_job_is_rescued_once_and_runs_again,
    a_hanging_job_is_rescued_although_it_beats,
    three_losses_in_the_window_make_a_dead_letter,
    losses_outside_the_window_are_forgiven,
    three_crashes_that_the_worker_survives_make_a_dead_letter_too,
    a_loss_counts_as_a_try,
    errors_are_retried_with_doubling_waits_and_then_fail,
    a_permanent_failure_is_not_retried,
    a_panic_and_a_forgotten_end_are_errors_like_others,
    a_queued_job_is_cancelled_at_once,
    a_running_job_is_cancelled_by_its_worker,
    a_cancelled_job_is_not_run_again_after_a_loss_or_an_error,
    another_tenants_job_looks_absent,
    an_interrupted_try_does_not_count,
    a_change_that_the_feature_refuses_does_not_happen,
    a_job_that_cannot_begin_does_not_hold_up_others,
    a_handler_may_fail_or_cancel_its_job_in_its_own_transaction,
    the_check_finds_broken_rows,
    the_depth_is_counted,
);

async fn a_job_goes_from_queued_over_running_to_succeeded(bed: &Bed) {
    bed.enqueue("a", "t", Does::Completes).await;
    let queued = bed.job("a", "t").await;
    assert_eq!((queued.state, queued.attempt, queued.lease_epoch), (State::Queued, 0, 0));
    let lease = bed.worker().claim().await.unwrap().unwrap();
    let running = bed.job("a", "t").await;
    assert_eq!(running, lease.job);
    assert_eq!((running.state, running.attempt, running.lease_epoch), (State::Running, 1, 1));
    assert_eq!(running.lease_expires_at.unwrap() - running.heartbeat_at.unwrap(), 30_000);
    bed.assert_lawful().await;
    complete(&bed.queue, &bed.db, &lease).await.unwrap();
    let done = bed.job("a", "t").await;
    assert_eq!((done.state, done.lease_owner, done.finished_at.is_some()), (State::Succeeded, None, true));
    assert!(complete(&bed.queue, &bed.db, &lease).await.is_err(), "a job ends once");
    assert_eq!(bed.results("a").await, 1);
    assert_eq!(bed.told("a").await, ["started"]);
    bed.assert_lawful().await;
}

async fn an_id_is_taken_once(bed: &Bed) {
    bed.enqueue("a", "t", Does::Completes).await;
    let tx = crate::bed::begin(&bed.db).await;
    let again = bed.queue.enqueue(&tx, NewJob::new("a", KIND, "u", json!({}))).await;
    assert!(matches!(again, Err(JobsError::Duplicate(id)) if id == "a"));
}

async fn an_enqueue_that_rolls_back_leaves_no_job(bed: &Bed) {
    let tx = crate::bed::begin(&bed.db).await;
    bed.queue.enqueue(&tx, NewJob::new("a", KIND, "t", json!({}))).await.unwrap();
    tx.rollback().await.unwrap();
    assert!(bed.queue.find(&bed.db.reader, "t", "a").await.unwrap().is_none());
}

async fn a_job_waits_for_its_time(bed: &Bed) {
    let now = bed.queue.clock().now_ms(&bed.db.reader).await.unwrap();
    let payload = json!({ "does": "completes" });
    bed.enqueue_job(NewJob { run_after: Some(now + 60_000), ..NewJob::new("a", KIND, "t", payload) }).await;
    assert!(bed.worker().claim().await.unwrap().is_none());
    bed.later(61);
    assert_eq!(bed.worker().drain().await.unwrap(), 1);
}

async fn a_zombie_cannot_commit_after_another_finished(bed: &Bed) {
    bed.enqueue("a", "t", Does::Completes).await;
    let zombie = bed.worker().claim().await.unwrap().unwrap();
    bed.later(3 * 30);
    let other = bed.worker();
    other.sweep().await.unwrap();
    let lease = other.claim().await.unwrap().unwrap();
    assert_eq!(lease.epoch(), zombie.epoch() + 1);
    // The zombie wakes while the other still works, and again after it.
    let early = complete(&bed.queue, &bed.db, &zombie).await;
    assert!(matches!(early, Err(JobsError::LeaseLost { epoch: 1, .. })));
    complete(&bed.queue, &bed.db, &lease).await.unwrap();
    assert!(complete(&bed.queue, &bed.db, &zombie).await.is_err());
    assert_eq!(bed.results("a").await, 1, "one result");
    bed.assert_lawful().await;
}

async fn a_zombie_can_neither_beat_nor_settle_nor_write_on_the_way(bed: &Bed) {
    bed.enqueue("a", "t", Does::Completes).await;
    let worker = bed.worker();
    let zombie = worker.claim().await.unwrap().unwrap();
    bed.queue.ensure_held(&bed.db.writer, &zombie).await.unwrap();
    bed.later(31);
    worker.sweep().await.unwrap();
    assert!(bed.queue.beat(&bed.db.writer, &zombie).await.is_err());
    assert!(bed.queue.ensure_held(&bed.db.writer, &zombie).await.is_err());
    for outcome in
        [Outcome::Failed("x".into()), Outcome::Retry("x".into()), Outcome::Cancelled, Outcome::Interrupted]
    {
        assert_eq!(worker.settle(&zombie, outcome).await.unwrap(), None);
    }
    assert_eq!(bed.state("a", "t").await, State::Queued);
    assert_eq!(bed.told("a").await, ["started", "rescued"]);
}

async fn a_beat_keeps_the_lease(bed: &Bed) {
    bed.enqueue("a", "t", Does::Completes).await;
    let worker = bed.worker();
    let lease = worker.claim().await.unwrap().unwrap();
    for _ in 0..5 {
        bed.later(20);
        assert!(!bed.queue.beat(&bed.db.writer, &lease).await.unwrap());
        assert!(worker.sweep().await.unwrap().rescued.is_empty());
    }
    bed.assert_lawful().await;
    complete(&bed.queue, &bed.db, &lease).await.unwrap();
}

async fn a_lost_job_is_rescued_once_and_runs_again(bed: &Bed) {
    bed.enqueue("a", "t", Does::Completes).await;
    let worker = bed.worker();
    worker.claim().await.unwrap().unwrap();
    assert!(worker.sweep().await.unwrap().rescued.is_empty(), "the lease still holds");
    bed.later(31);
    let swept = worker.sweep().await.unwrap();
    assert!(matches!(&swept.rescued[..], [(id, Change::Rescued { .. })] if id == "a"));
    assert!(worker.sweep().await.unwrap().rescued.is_empty());
    assert_eq!(worker.drain().await.unwrap(), 1);
    let job = bed.job("a", "t").await;
    assert_eq!((job.state, job.attempt, job.crashes, job.lease_epoch), (State::Succeeded, 2, 1, 2));
    assert_eq!(bed.told("a").await, ["started", "rescued", "started"]);
}

async fn a_hanging_job_is_rescued_although_it_beats(bed: &Bed) {
    bed.enqueue("a", "t", Does::Completes).await;
    let worker = bed.worker();
    let lease = worker.claim().await.unwrap().unwrap();
    bed.later(6 * 3600 + 1);
    bed.queue.beat(&bed.db.writer, &lease).await.unwrap();
    assert_eq!(worker.sweep().await.unwrap().rescued.len(), 1);
    assert!(bed.queue.beat(&bed.db.writer, &lease).await.is_err());
}

/// Claims the job and loses its worker.
async fn lose(bed: &Bed) -> Change {
    let worker = bed.worker();
    worker.claim().await.unwrap().unwrap();
    bed.later(31);
    worker.sweep().await.unwrap().rescued.remove(0).1
}

async fn three_losses_in_the_window_make_a_dead_letter(bed: &Bed) {
    bed.enqueue("a", "t", Does::Completes).await;
    assert!(matches!(lose(bed).await, Change::Rescued { .. }));
    bed.later(40 * 3600);
    assert!(matches!(lose(bed).await, Change::Rescued { .. }));
    assert!(matches!(lose(bed).await, Change::Dead { .. }));
    assert_eq!(bed.worker().drain().await.unwrap(), 0);
    let job = bed.job("a", "t").await;
    assert_eq!((job.state, job.crashes), (State::Dead, 3));
    assert!(job.last_error.unwrap().contains("crash number 3"));
    assert_eq!(bed.told("a").await.last().unwrap(), "dead");
    bed.assert_lawful().await;
}

async fn losses_outside_the_window_are_forgiven(bed: &Bed) {
    bed.enqueue("a", "t", Does::Completes).await;
    lose(bed).await;
    bed.later(40 * 3600);
    lose(bed).await;
    bed.later(40 * 3600);
    assert!(matches!(lose(bed).await, Change::Rescued { .. }), "the first loss is 80 h ago");
    assert_eq!(bed.job("a", "t").await.crashes, 3);
    assert!(matches!(lose(bed).await, Change::Dead { .. }), "three within 72 h");
}

async fn three_crashes_that_the_worker_survives_make_a_dead_letter_too(bed: &Bed) {
    bed.enqueue("a", "t", Does::Completes).await;
    let worker = bed.worker();
    let crashed = Outcome::Crashed("the training process was killed".to_owned());
    for _ in 0..2 {
        let lease = worker.claim().await.unwrap().unwrap();
        let change = worker.settle(&lease, crashed.clone()).await.unwrap().unwrap();
        assert!(matches!(change, Change::Rescued { reason } if reason.contains("was killed")));
    }
    let lease = worker.claim().await.unwrap().unwrap();
    worker.settle(&lease, crashed).await.unwrap();
    let job = bed.job("a", "t").await;
    assert_eq!((job.state, job.crashes), (State::Dead, 3));
    assert!(job.last_error.unwrap().contains("was killed; that was crash number 3"));
}

async fn a_loss_counts_as_a_try(bed: &Bed) {
    let payload = json!({ "does": "completes" });
    bed.enqueue_job(NewJob { max_attempts: Some(2), ..NewJob::new("a", KIND, "t", payload) }).await;
    assert!(matches!(lose(bed).await, Change::Rescued { .. }));
    assert!(matches!(lose(bed).await, Change::Failed { reason } if reason.contains("2 tries")));
    assert_eq!(bed.state("a", "t").await, State::Failed);
}

async fn errors_are_retried_with_doubling_waits_and_then_fail(bed: &Bed) {
    bed.enqueue("a", "t", Does::Retries).await;
    let worker = bed.worker();
    for (attempt, minutes) in [(1, 2), (2, 4), (3, 8), (4, 16)] {
        assert_eq!(worker.drain().await.unwrap(), 1);
        let job = bed.job("a", "t").await;
        assert_eq!((job.state, job.attempt), (State::Queued, attempt));
        let now = bed.queue.clock().now_ms(&bed.db.reader).await.unwrap();
        let wait = job.run_after - now;
        // 20 % of jitter, and a minute for the machine to be slow in.
        assert!((minutes * 48_000 - 60_000..=minutes * 72_000).contains(&wait), "waits {wait} ms");
        bed.later(u64::try_from(minutes).unwrap() * 72);
    }
    assert_eq!(worker.drain().await.unwrap(), 1);
    let job = bed.job("a", "t").await;
    assert_eq!((job.state, job.attempt), (State::Failed, 5));
    assert!(job.last_error.unwrap().contains("gave up after 5 tries: try me later"));
    assert_eq!(bed.told("a").await.iter().filter(|told| *told == "retry").count(), 4);
    assert_eq!(bed.told("a").await.last().unwrap(), "failed");
}

async fn a_permanent_failure_is_not_retried(bed: &Bed) {
    bed.enqueue("a", "t", Does::Fails).await;
    assert_eq!(bed.worker().drain().await.unwrap(), 1);
    let job = bed.job("a", "t").await;
    assert_eq!((job.state, job.last_error.as_deref()), (State::Failed, Some("never")));
    assert_eq!(bed.told("a").await, ["started", "failed"]);
}

async fn a_panic_and_a_forgotten_end_are_errors_like_others(bed: &Bed) {
    bed.enqueue("a", "t", Does::Panics).await;
    bed.enqueue("b", "t", Does::ForgetsToSettle).await;
    assert_eq!(bed.worker().drain().await.unwrap(), 2);
    for id in ["a", "b"] {
        assert_eq!(bed.state(id, "t").await, State::Queued);
        assert_eq!(bed.told(id).await, ["started", "retry"]);
    }
}

async fn a_queued_job_is_cancelled_at_once(bed: &Bed) {
    bed.enqueue("a", "t", Does::Completes).await;
    assert_eq!(bed.cancel("a", "t").await, CancelOutcome::Cancelled);
    assert_eq!(bed.cancel("a", "t").await, CancelOutcome::AlreadyFinal(State::Cancelled));
    assert_eq!(bed.worker().drain().await.unwrap(), 0);
    bed.assert_lawful().await;
}

async fn a_running_job_is_cancelled_by_its_worker(bed: &Bed) {
    bed.enqueue("a", "t", Does::Completes).await;
    let worker = bed.worker();
    let lease = worker.claim().await.unwrap().unwrap();
    assert_eq!(bed.cancel("a", "t").await, CancelOutcome::Requested);
    assert_eq!(bed.state("a", "t").await, State::Running);
    assert!(bed.queue.beat(&bed.db.writer, &lease).await.unwrap(), "the beat tells of it");
    assert_eq!(worker.settle(&lease, Outcome::Cancelled).await.unwrap(), Some(Change::Cancelled));
    assert_eq!(bed.state("a", "t").await, State::Cancelled);
    assert_eq!(bed.told("a").await, ["started", "cancelled"]);
    bed.assert_lawful().await;
}

async fn a_cancelled_job_is_not_run_again_after_a_loss_or_an_error(bed: &Bed) {
    let worker = bed.worker();
    for (id, outcome) in
        [("a", None), ("b", Some(Outcome::Retry("x".into()))), ("c", Some(Outcome::Interrupted))]
    {
        bed.enqueue(id, "t", Does::Completes).await;
        let lease = worker.claim().await.unwrap().unwrap();
        bed.cancel(id, "t").await;
        if let Some(outcome) = outcome {
            worker.settle(&lease, outcome).await.unwrap();
        } else {
            bed.later(31);
            worker.sweep().await.unwrap();
        }
        assert_eq!(bed.state(id, "t").await, State::Cancelled);
        assert_eq!(bed.told(id).await, ["started", "cancelled"]);
    }
}

async fn another_tenants_job_looks_absent(bed: &Bed) {
    bed.enqueue("a", "t", Does::Completes).await;
    assert_eq!(bed.cancel("a", "other").await, CancelOutcome::NotFound);
    assert!(bed.queue.find(&bed.db.reader, "other", "a").await.unwrap().is_none());
    assert_eq!(bed.state("a", "t").await, State::Queued);
}

async fn an_interrupted_try_does_not_count(bed: &Bed) {
    bed.enqueue("a", "t", Does::Completes).await;
    let worker = bed.worker();
    let lease = worker.claim().await.unwrap().unwrap();
    assert_eq!(worker.settle(&lease, Outcome::Interrupted).await.unwrap(), Some(Change::Released));
    let job = bed.job("a", "t").await;
    assert_eq!((job.state, job.attempt, job.lease_epoch), (State::Queued, 0, 1));
    assert_eq!(worker.drain().await.unwrap(), 1);
}

async fn a_change_that_the_feature_refuses_does_not_happen(bed: &Bed) {
    bed.enqueue("a", "t", Does::Completes).await;
    let worker = bed.worker();
    bed.probe.refusals.store(1, Ordering::SeqCst);
    assert!(worker.claim().await.unwrap().is_none());
    assert_eq!(bed.state("a", "t").await, State::Queued);
    assert_eq!(bed.told("a").await, Vec::<String>::new(), "what the feature wrote is rolled back too");
    bed.later(6);
    let lease = worker.claim().await.unwrap().unwrap();

    bed.probe.refusals.store(1, Ordering::SeqCst);
    let refused = worker.settle(&lease, Outcome::Failed("x".into())).await;
    assert!(matches!(refused, Err(JobsError::OnChange { .. })));
    assert_eq!(bed.state("a", "t").await, State::Running);

    bed.probe.refusals.store(1, Ordering::SeqCst);
    bed.later(31);
    assert_eq!(worker.sweep().await.unwrap().failed, 1);
    assert_eq!(bed.state("a", "t").await, State::Running);
    assert_eq!(worker.sweep().await.unwrap().rescued.len(), 1);
    assert_eq!(bed.told("a").await, ["started", "rescued"]);
}

async fn a_job_that_cannot_begin_does_not_hold_up_others(bed: &Bed) {
    bed.enqueue("a", "t", Does::Completes).await;
    bed.enqueue("b", "t", Does::Completes).await;
    bed.probe.refusals.store(1, Ordering::SeqCst);
    let worker = bed.worker();
    assert!(worker.claim().await.unwrap().is_none());
    assert_eq!(worker.claim().await.unwrap().unwrap().job.id, "b");
    assert_eq!(bed.job("a", "t").await.last_error.as_deref(), Some("the probe refuses"));
}

async fn a_handler_may_fail_or_cancel_its_job_in_its_own_transaction(bed: &Bed) {
    let worker = bed.worker();
    bed.enqueue("a", "t", Does::Completes).await;
    bed.enqueue("b", "t", Does::Completes).await;
    let (first, second) = (worker.claim().await.unwrap().unwrap(), worker.claim().await.unwrap().unwrap());
    let tx = crate::bed::begin(&bed.db).await;
    bed.queue.fail(&tx, &first, "the target is constant").await.unwrap();
    bed.queue.cancelled(&tx, &second).await.unwrap();
    tx.commit().await.unwrap();
    let failed = bed.job(&first.job.id, "t").await;
    assert_eq!((failed.state, failed.last_error.as_deref()), (State::Failed, Some("the target is constant")));
    assert_eq!(bed.state(&second.job.id, "t").await, State::Cancelled);
    assert_eq!(worker.settle(&first, Outcome::Done).await.unwrap(), None);
    bed.assert_lawful().await;
}

async fn the_check_finds_broken_rows(bed: &Bed) {
    use sea_orm::ConnectionTrait;
    for id in ["a", "b", "c", "d"] {
        bed.enqueue(id, id, Does::Completes).await;
    }
    for sql in [
        "UPDATE jobs SET state = 'asleep' WHERE id = 'a'",
        "UPDATE jobs SET state = 'running' WHERE id = 'b'",
        "UPDATE jobs SET state = 'succeeded' WHERE id = 'c'",
    ] {
        bed.db.writer.execute_unprepared(sql).await.unwrap();
    }
    bed.worker().claim().await.unwrap().unwrap();
    bed.later(61);
    let found = bed.queue.check(&bed.db.reader).await.unwrap();
    let mut found: Vec<_> = found.iter().map(|breach| (breach.job_id.as_str(), breach.law)).collect();
    found.sort_unstable();
    found.dedup();
    assert_eq!(found, [("a", "L1"), ("b", "L1"), ("c", "L1"), ("d", "L3")]);
}

async fn the_depth_is_counted(bed: &Bed) {
    for id in ["a", "b", "c"] {
        bed.enqueue(id, "t", Does::Completes).await;
    }
    bed.worker().claim().await.unwrap().unwrap();
    let stats = bed.queue.stats(&bed.db.reader).await.unwrap();
    assert_eq!((stats.queued, stats.due, stats.running, stats.dead), (2, 2, 1, 0));
    let counts = bed.queue.counts(&bed.db.reader, "t", KIND).await.unwrap();
    assert_eq!((counts.queued, counts.running), (2, 1));
    let foreign = bed.queue.counts(&bed.db.reader, "u", KIND).await.unwrap();
    assert_eq!((foreign.queued, foreign.running), (0, 0));
}
