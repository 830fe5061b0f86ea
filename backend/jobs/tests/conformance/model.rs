//! The queue against a model of it: random sequences of everything that can happen to it, on a clock that
//! stands still, and after each step the same jobs in the same states. The model is a list and a few
//! loops; it shares no code with the queue.

use crate::bed::{Bed, KIND};
use jobs::{CancelOutcome, Clock, Config, Lease, NewJob, Outcome, State, Worker};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestCaseError, TestRng, TestRunner};
use sea_orm::ConnectionTrait;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

const START: i64 = 1_800_000_000_000;
const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;

#[derive(Debug, Clone)]
enum Op {
    Enqueue {
        tenant: u8,
        priority: i64,
        delay_s: i64,
    },
    Claim,
    Beat(usize),
    Complete(usize),
    End(usize, End),
    Cancel(usize),
    /// Every worker and every handle is gone; only the database is left.
    Restart,
    Sweep,
    Wait(u64),
}

#[derive(Debug, Clone, Copy)]
enum End {
    Fail,
    Retry,
    Crashed,
    Cancelled,
    Interrupted,
}

fn op() -> impl Strategy<Value = Op> {
    let end = prop_oneof![
        Just(End::Fail),
        Just(End::Retry),
        Just(End::Crashed),
        Just(End::Cancelled),
        Just(End::Interrupted)
    ];
    prop_oneof![
        6 => (0..3_u8, -1..2_i64, prop_oneof![3 => Just(0_i64), 1 => Just(90)])
            .prop_map(|(tenant, priority, delay_s)| Op::Enqueue { tenant, priority, delay_s }),
        9 => Just(Op::Claim),
        2 => any::<usize>().prop_map(Op::Beat),
        3 => any::<usize>().prop_map(Op::Complete),
        3 => (any::<usize>(), end).prop_map(|(lease, end)| Op::End(lease, end)),
        2 => any::<usize>().prop_map(Op::Cancel),
        1 => Just(Op::Restart),
        4 => Just(Op::Sweep),
        5 => prop_oneof![Just(1_u64), Just(25), Just(31), Just(130), Just(1_000), Just(22_000), Just(270_000)]
            .prop_map(Op::Wait),
    ]
}

/// A job as the model sees it, and as it is compared.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    id: String,
    tenant: String,
    state: State,
    priority: i64,
    run_after: i64,
    created: i64,
    attempt: i64,
    epoch: i64,
    expires: Option<i64>,
    started: Option<i64>,
    finished: Option<i64>,
    cancel: Option<i64>,
    losses: Vec<i64>,
    all_losses: i64,
}

#[derive(Default)]
struct Model {
    now: i64,
    jobs: Vec<Row>,
    turns: BTreeMap<String, i64>,
}

impl Model {
    fn at(&mut self, id: &str) -> &mut Row {
        self.jobs.iter_mut().find(|job| job.id == id).unwrap()
    }

    fn enqueue(&mut self, id: String, tenant: String, priority: i64, delay_s: i64) {
        self.turns.entry(tenant.clone()).or_insert(0);
        self.jobs.push(Row {
            id,
            tenant,
            state: State::Queued,
            priority,
            run_after: self.now + delay_s * SECOND,
            created: self.now,
            attempt: 0,
            epoch: 0,
            expires: None,
            started: None,
            finished: None,
            cancel: None,
            losses: Vec::new(),
            all_losses: 0,
        });
    }

    fn claim(&mut self) -> Option<(String, i64)> {
        let running = |tenant: &str| {
            self.jobs.iter().filter(|job| job.tenant == tenant && job.state == State::Running).count()
        };
        let due = |tenant: &str| {
            let mut due: Vec<&Row> = self.jobs.iter().collect();
            due.retain(|job| job.tenant == tenant && job.state == State::Queued && job.run_after <= self.now);
            due.sort_by_key(|job| (job.priority, job.run_after, job.created, job.id.clone()));
            due.first().map(|job| job.id.clone())
        };
        let mut tenants: Vec<_> =
            self.turns.iter().map(|(name, turn)| (running(name), *turn, name)).collect();
        tenants.sort();
        let (tenant, id) = tenants
            .into_iter()
            .filter(|(running, _, _)| *running < 2)
            .find_map(|(_, _, tenant)| due(tenant).map(|id| (tenant.clone(), id)))?;
        let next = self.turns.values().max().unwrap() + 1;
        self.turns.insert(tenant, next);
        let now = self.now;
        let job = self.at(&id);
        job.state = State::Running;
        job.attempt += 1;
        job.epoch += 1;
        job.expires = Some(now + 30 * SECOND);
        job.started = Some(now);
        Some((id, job.epoch))
    }

    fn holds(&mut self, lease: &Lease) -> bool {
        let job = self.at(&lease.job.id);
        job.state == State::Running && job.epoch == lease.epoch()
    }

    fn beat(&mut self, lease: &Lease) -> Option<bool> {
        if !self.holds(lease) {
            return None;
        }
        let expires = Some(self.now + 30 * SECOND);
        let job = self.at(&lease.job.id);
        job.expires = expires;
        Some(job.cancel.is_some())
    }

    fn over(&mut self, id: &str, state: State) {
        let now = self.now;
        let job = self.at(id);
        job.state = state;
        job.expires = None;
        job.finished = Some(now);
    }

    fn again(&mut self, id: &str, run_after: i64) {
        let job = self.at(id);
        job.state = State::Queued;
        job.expires = None;
        job.run_after = run_after;
    }

    fn end(&mut self, lease: &Lease, end: End) -> bool {
        if !self.holds(lease) {
            return false;
        }
        let (id, now) = (lease.job.id.clone(), self.now);
        let job = self.at(&id).clone();
        match (end, job.cancel.is_some()) {
            (End::Fail, _) => self.over(&id, State::Failed),
            (End::Crashed, _) => self.crash(&id),
            (End::Cancelled, _) | (_, true) => self.over(&id, State::Cancelled),
            (End::Retry, false) if job.attempt == 5 => self.over(&id, State::Failed),
            (End::Retry, false) => {
                let minutes = [2, 4, 8, 16][usize::try_from(job.attempt).unwrap() - 1];
                self.again(&id, now + minutes * 60 * SECOND);
            }
            (End::Interrupted, false) => {
                self.at(&id).attempt -= 1;
                self.again(&id, now);
            }
        }
        true
    }

    fn sweep(&mut self) -> usize {
        let now = self.now;
        let lost = |job: &&Row| {
            job.state == State::Running
                && (job.expires.unwrap() <= now || job.started.unwrap() + 6 * HOUR <= now)
        };
        let lost: Vec<String> = self.jobs.iter().filter(lost).map(|job| job.id.clone()).collect();
        for id in &lost {
            self.crash(id);
        }
        lost.len()
    }

    fn crash(&mut self, id: &str) {
        let now = self.now;
        let job = self.at(id);
        job.all_losses += 1;
        job.losses.push(now);
        job.losses.retain(|at| at + 72 * HOUR > now);
        let (cancel, losses, attempt) = (job.cancel.is_some(), job.losses.len(), job.attempt);
        if cancel {
            self.over(id, State::Cancelled);
        } else if losses >= 3 {
            self.over(id, State::Dead);
        } else if attempt >= 5 {
            self.over(id, State::Failed);
        } else {
            self.again(id, now);
        }
    }

    fn cancel(&mut self, id: &str) -> CancelOutcome {
        let now = self.now;
        match self.at(id).state {
            State::Queued => {
                self.at(id).cancel = Some(now);
                self.over(id, State::Cancelled);
                CancelOutcome::Cancelled
            }
            State::Running => {
                self.at(id).cancel.get_or_insert(now);
                CancelOutcome::Requested
            }
            end => CancelOutcome::AlreadyFinal(end),
        }
    }
}

fn same<T: PartialEq + std::fmt::Debug>(step: &Op, queue: T, model: T) -> Result<(), TestCaseError> {
    prop_assert_eq!(queue, model, "(queue, model) after {:?}", step);
    Ok(())
}

async fn real_rows(bed: &Bed) -> Vec<Row> {
    let rows = bed.rows("SELECT * FROM jobs ORDER BY id").await;
    let read = |row: &sea_orm::QueryResult| Row {
        id: row.try_get_by("id").unwrap(),
        tenant: row.try_get_by("tenant_id").unwrap(),
        state: State::parse(&row.try_get_by::<String, _>("state").unwrap()).unwrap(),
        priority: row.try_get_by("priority").unwrap(),
        run_after: row.try_get_by("run_after").unwrap(),
        created: row.try_get_by("created_at").unwrap(),
        attempt: row.try_get_by("attempt").unwrap(),
        epoch: row.try_get_by("lease_epoch").unwrap(),
        expires: row.try_get_by("lease_expires_at").unwrap(),
        started: row.try_get_by("started_at").unwrap(),
        finished: row.try_get_by("finished_at").unwrap(),
        cancel: row.try_get_by("cancel_requested_at").unwrap(),
        losses: serde_json::from_str(&row.try_get_by::<String, _>("crash_times").unwrap()).unwrap(),
        all_losses: row.try_get_by("crashes").unwrap(),
    };
    rows.iter().map(read).collect()
}

/// The queue and its model, side by side.
struct Run<'a> {
    bed: &'a mut Bed,
    clock: Clock,
    worker: Worker,
    model: Model,
    /// Every lease that was ever given out: most of them are zombies.
    leases: Vec<Lease>,
}

impl Run<'_> {
    async fn step(&mut self, n: usize, step: &Op) -> Result<(), TestCaseError> {
        match step {
            Op::Enqueue { tenant, priority, delay_s } => {
                let (id, tenant) = (format!("{n:03}"), format!("tenant-{tenant}"));
                let run_after = Some(self.model.now + delay_s * SECOND);
                let job = NewJob::new(id.clone(), KIND, tenant.clone(), json!({ "does": "hangs" }));
                self.bed.enqueue_job(NewJob { priority: *priority, run_after, ..job }).await;
                self.model.enqueue(id, tenant, *priority, *delay_s);
            }
            Op::Claim => {
                let claimed = self.worker.claim().await.unwrap();
                let named = claimed.as_ref().map(|lease| (lease.job.id.clone(), lease.epoch()));
                same(step, named, self.model.claim())?;
                self.leases.extend(claimed);
            }
            Op::Beat(at) | Op::Complete(at) | Op::End(at, _) => {
                if !self.leases.is_empty() {
                    let lease = self.leases[at % self.leases.len()].clone();
                    self.step_of_holder(step, &lease).await?;
                }
            }
            Op::Cancel(at) => {
                if !self.model.jobs.is_empty() {
                    let job = self.model.jobs[at % self.model.jobs.len()].clone();
                    same(step, self.bed.cancel(&job.id, &job.tenant).await, self.model.cancel(&job.id))?;
                }
            }
            Op::Restart => {
                self.bed.under(self.clock.clone());
                self.worker = self.bed.worker();
            }
            Op::Sweep => same(step, self.worker.sweep().await.unwrap().rescued.len(), self.model.sweep())?,
            Op::Wait(seconds) => {
                self.clock.advance(Duration::from_secs(*seconds));
                self.model.now += i64::try_from(*seconds).unwrap() * SECOND;
            }
        }
        same(step, real_rows(self.bed).await, self.model.jobs.clone())
    }

    async fn step_of_holder(&mut self, step: &Op, lease: &Lease) -> Result<(), TestCaseError> {
        let (bed, model) = (&self.bed, &mut self.model);
        match step {
            Op::Beat(_) => same(step, bed.queue.beat(&bed.db.writer, lease).await.ok(), model.beat(lease)),
            Op::Complete(_) => {
                let held = model.holds(lease);
                if held {
                    model.over(&lease.job.id, State::Succeeded);
                }
                same(step, crate::bed::complete(&bed.queue, &bed.db, lease).await.is_ok(), held)
            }
            Op::End(_, end) => {
                let outcome = match end {
                    End::Fail => Outcome::Failed("for good".to_owned()),
                    End::Retry => Outcome::Retry("for now".to_owned()),
                    End::Crashed => Outcome::Crashed("with its process".to_owned()),
                    End::Cancelled => Outcome::Cancelled,
                    End::Interrupted => Outcome::Interrupted,
                };
                let written = self.worker.settle(lease, outcome).await.unwrap().is_some();
                same(step, written, model.end(lease, *end))
            }
            _ => Ok(()),
        }
    }
}

async fn one_sequence(bed: &mut Bed, steps: Vec<Op>) -> Result<(), TestCaseError> {
    for table in ["jobs", "job_tenants", "told", "results"] {
        bed.db.writer.execute_unprepared(&format!("DELETE FROM {table}")).await.unwrap();
    }
    let clock = Clock::frozen_at(START);
    bed.under(clock.clone());
    let worker = bed.worker();
    let model = Model { now: START, ..Model::default() };
    let mut run = Run { bed, clock, worker, model, leases: Vec::new() };
    for (n, step) in steps.iter().enumerate() {
        run.step(n, step).await?;
    }
    run.worker.sweep().await.unwrap();
    let bed = run.bed;
    prop_assert_eq!(bed.queue.check(&bed.db.reader).await.unwrap(), vec![]);
    let results = bed.number("SELECT COUNT(*) AS n FROM results").await;
    let done = bed.number("SELECT COUNT(*) AS n FROM jobs WHERE state = 'succeeded'").await;
    prop_assert_eq!(results, done, "each success committed one result");
    Ok(())
}

fn config() -> Config {
    Config { backoff_jitter: 0.0, ..Config::default() }
}

fn compare(runtime: &tokio::runtime::Runtime, bed: Bed) -> Bed {
    let torture = bed.torture("T15", "the queue against a model of it");
    let cases = u32::try_from(torture.times(200, 10_000)).unwrap();
    let settings = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&torture.seed().to_le_bytes());
    let draws = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let bed = std::cell::RefCell::new(bed);
    // A failure prints the shortest sequence that shows it: the replay is that sequence.
    let found = TestRunner::new_with_rng(settings, draws)
        .run(&proptest::collection::vec(op(), 1..40), |steps| {
            runtime.block_on(one_sequence(&mut bed.borrow_mut(), steps))
        });
    if let Err(fault) = found {
        panic!("{fault}");
    }
    torture.end(cases.into(), 0, "0 sequences diverge");
    bed.into_inner()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

mod sqlite {
    #[test]
    fn torture_the_queue_behaves_like_its_model() {
        let runtime = super::runtime();
        let bed = runtime.block_on(crate::bed::Bed::sqlite(super::config()));
        super::compare(&runtime, bed);
    }
}

mod postgres {
    #[test]
    fn torture_the_queue_behaves_like_its_model() {
        let runtime = super::runtime();
        if let Some(bed) = runtime.block_on(crate::bed::Bed::postgres(super::config())) {
            let bed = super::compare(&runtime, bed);
            runtime.block_on(bed.remove());
        }
    }
}
