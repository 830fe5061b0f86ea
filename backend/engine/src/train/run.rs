//! Runs the trials of a search, batch by batch, on as many threads as there are.
//!
//! Trials count in their order: when the search is cut short, those after the first one that is not done are dropped,
//! so that what is kept is what a search of that many trials keeps.

use super::fit::{Watch, fit};
use super::pool::{self, Heard};
use super::problem::Problem;
use super::progress::{FinishedTrial, LossPoint, Reporter};
use super::resources::Signal;
use super::scheme::Fold;
use super::search::{Outcome, Search};
use super::spec::{Plan, Spec};
use super::trial::{Fitted, Piece, Trial};
use super::{TrainError, reserve};
use crate::families::Stopped;
use crate::settings::Algorithm;

/// Trials whose models are kept for the end: where the best are repeated on other folds often, and else.
const KEPT_OF_FEW_ROWS: usize = 64;
const KEPT: usize = 24;
/// Nodes and leaves of their trees at most, of about 20 bytes each; some trials are kept whatever they take.
const MAX_NODES: usize = 30_000_000;
const LEAST_KEPT: usize = 4;
/// Seconds that who asks to keep the best so far waits for a first trial, where there is nothing but the baseline.
const PATIENCE: f64 = 0.6;
/// Seconds from the wish to keep the best so far to the model.
const PARTING: f64 = 1.0;

/// What ended a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// Everything that was planned is done.
    Plan,
    /// The budget in seconds.
    Budget,
    /// The caller, who keeps the best so far.
    Kept,
}

/// A piece of a trial to be fitted.
struct Job {
    /// The trial's place in the batch.
    at: usize,
    piece: Piece,
}

/// What came of a piece; nothing where its numbers are not finite.
type Piecewise = Result<Option<Fitted>, Stopped>;

/// The search under way.
pub struct Run<'a, 'b> {
    pub problem: &'b Problem<'a>,
    pub signal: &'b Signal<'b>,
    pub threads: usize,
    /// Seconds that the search may take before the end begins.
    budget: Option<f64>,
    /// The trials in their order, the baseline first.
    pub trials: Vec<Trial>,
    /// Of every trial but the baseline.
    pub outcomes: Vec<Outcome>,
    pub notes: Vec<String>,
    pub ended: Ended,
}

impl<'a, 'b> Run<'a, 'b> {
    pub fn new(
        problem: &'b Problem<'a>,
        signal: &'b Signal<'b>,
        threads: usize,
        budget: Option<f64>,
    ) -> Self {
        Self {
            problem,
            signal,
            threads: threads.max(1),
            budget,
            trials: Vec::new(),
            outcomes: Vec::new(),
            notes: Vec::new(),
            ended: Ended::Plan,
        }
    }

    /// Fits the baseline and all trials.
    pub fn search(&mut self, search: &mut Search<'_>, report: &mut Reporter<'_>) -> Result<(), TrainError> {
        let baseline = Spec {
            algorithm: Algorithm::Baseline,
            plan: Plan::Settings,
            target_scaling: self.problem.checked.settings.target_scaling,
            categories: super::spec::Categories::Sets,
            seed: self.problem.checked.settings.seed,
            partition: 0,
            folds: self.problem.scheme.first_folds,
        };
        self.batch(&[baseline], report)?;
        while self.signal.goes_on() {
            let batch = search.next(&self.outcomes);
            if batch.is_empty() {
                break;
            }
            let fits = batch.iter().map(|spec| self.pieces(spec).len()).sum::<usize>() as f64;
            let fits_of_one = fits / batch.len() as f64;
            let planned = search.limit().map_or(f64::INFINITY, |limit| limit as f64 * fits_of_one);
            if planned.is_finite() {
                report.plan(planned + 1.0);
            }
            if !self.batch(&batch, report)? {
                break;
            }
        }
        if self.signal.is_stopped() { Err(TrainError::Stopped) } else { Ok(()) }
    }

    /// The models that a trial is made of.
    fn pieces(&self, spec: &Spec) -> Vec<Piece> {
        let scheme = &self.problem.scheme;
        let mut pieces: Vec<Piece> = (0..spec.folds.min(scheme.all_folds)).map(Piece::Fold).collect();
        // The closed forms are those of the whole train part. Means of trees gain from more rows, and nothing ends them
        // early; with all folds their mean has seen every row.
        let again = match spec.algorithm {
            Algorithm::Boosting => false,
            Algorithm::Forest | Algorithm::ExtraTrees => {
                spec.folds < scheme.all_folds || scheme.all_folds == 1
            }
            _ => true,
        };
        if again && !scheme.is_tested() && !scheme.learns_all() {
            pieces.push(Piece::Whole);
        }
        pieces
    }

    /// Runs some trials; says whether all of them are done.
    fn batch(&mut self, specs: &[Spec], report: &mut Reporter<'_>) -> Result<bool, TrainError> {
        let pieces: Vec<Vec<Piece>> = specs.iter().map(|spec| self.pieces(spec)).collect();
        let of = |(at, pieces): (usize, &Vec<Piece>)| {
            pieces.iter().map(|piece| Job { at, piece: *piece }).collect::<Vec<_>>()
        };
        let jobs: Vec<Job> = pieces.iter().enumerate().flat_map(of).collect();
        let within = (self.threads / jobs.len().max(1)).max(1);
        let (problem, signal) = (self.problem, self.signal);
        let work = |job: &Job, tell: &dyn Fn((usize, LossPoint))| {
            let shown = pieces[job.at].last() == Some(&job.piece);
            let told = |point| {
                if shown {
                    tell((job.at, point));
                }
            };
            let watch = Watch { signal, threads: within, tell: &told };
            piece(problem, &specs[job.at], job.piece, &watch)
        };
        let mut found: Vec<Vec<Option<Piecewise>>> =
            pieces.iter().map(|pieces| pieces.iter().map(|_| None).collect()).collect();
        let (mut begun, mut done) = (0, 0);
        let first = self.outcomes.len();
        pool::run(&jobs, self.threads, &work, &mut |heard| {
            self.look_at_the_time();
            match heard {
                Heard::Began { job } => {
                    let at = jobs[job].at;
                    if at >= begun {
                        begun = at + 1;
                        report.started((first + at + 1) as u32, &specs[at]);
                    }
                }
                Heard::Event((at, point)) => report.loss(specs[at].algorithm, point),
                Heard::Tick => report.working(),
                Heard::Done { job, result } => {
                    report.fitted();
                    let Job { at, piece } = &jobs[job];
                    if let Some(place) = pieces[*at].iter().position(|other| other == piece) {
                        found[*at][place] = Some(result);
                    }
                    while found
                        .get(done)
                        .is_some_and(|pieces| pieces.iter().all(|p| matches!(p, Some(Ok(_)))))
                    {
                        let pieces = std::mem::take(&mut found[done]);
                        let pieces =
                            pieces.into_iter().map(|piece| piece.and_then(Result::ok).flatten()).collect();
                        self.add(&specs[done], pieces, report);
                        done += 1;
                    }
                }
            }
        });
        self.look_at_the_time();
        if self.signal.is_stopped() {
            return Err(TrainError::Stopped);
        }
        Ok(done == specs.len())
    }

    /// Takes up a trial that is done.
    fn add(&mut self, spec: &Spec, pieces: Vec<Option<Fitted>>, report: &mut Reporter<'_>) {
        let is_baseline = spec.algorithm == Algorithm::Baseline;
        let trial = Trial::assemble(self.problem, spec, pieces);
        let outcome = trial.as_ref().map(|trial| trial.outcome.clone());
        let outcome = outcome.unwrap_or_else(|| Outcome {
            spec: spec.clone(),
            first_cost: f64::INFINITY,
            cost: f64::INFINITY,
        });
        if !is_baseline {
            self.outcomes.push(outcome);
        }
        let Some(mut trial) = trial else {
            let note = format!("{} found no finite model and is left out", spec.algorithm.as_str());
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
            return;
        };
        trial.number = self.outcomes.len() as u32;
        report.finished(self.line(&trial));
        self.trials.push(trial);
        self.drop_the_hopeless();
    }

    /// A trial as a line of the growing leaderboard.
    pub fn line(&self, trial: &Trial) -> FinishedTrial {
        FinishedTrial {
            trial: trial.number,
            rank: 1 + self.trials.iter().filter(|other| !trial.is_better_than(other)).count(),
            algorithm: trial.spec.algorithm,
            parameters: trial.parameters.clone(),
            validation: trial.validation.clone(),
            metrics: trial.metrics.clone(),
            fit_seconds: trial.fit_seconds,
        }
    }

    /// Lets go of the models that will not be served. What is kept depends on the trials so far alone.
    fn drop_the_hopeless(&mut self) {
        let of = |at: &usize| &self.trials[*at];
        let mut kept: Vec<usize> = (0..self.trials.len()).filter(|at| of(at).is_kept()).collect();
        // By what its repeats came to as well: one that was lucky with its folds is no better than they are.
        let cost = |at: &usize| {
            let same =
                |other: &&usize| of(other).spec.repeats(&of(at).spec) && of(other).covered == of(at).covered;
            let costs: Vec<f64> = kept.iter().filter(same).map(|other| of(other).outcome.cost).collect();
            costs.iter().sum::<f64>() / costs.len().max(1) as f64
        };
        let costs: Vec<(usize, f64)> = kept.iter().map(|at| (*at, cost(at))).collect();
        let cost =
            |at: &usize| costs.iter().find(|(other, _)| other == at).map_or(f64::INFINITY, |(_, cost)| *cost);
        kept.sort_by(|a, b| {
            let by_rows = of(b).covered.cmp(&of(a).covered);
            by_rows.then(cost(a).total_cmp(&cost(b))).then(of(a).order(of(b))).then(a.cmp(b))
        });
        let scheme = &self.problem.scheme;
        let most = if scheme.first_folds < scheme.all_folds { KEPT } else { KEPT_OF_FEW_ROWS };
        let mut nodes = 0;
        let too_many: Vec<usize> = kept
            .into_iter()
            .enumerate()
            .filter_map(|(place, at)| {
                nodes += of(&at).nodes();
                (place >= most || (place >= LEAST_KEPT && nodes > MAX_NODES)).then_some(at)
            })
            .collect();
        for at in too_many {
            if self.trials[at].spec.algorithm != Algorithm::Baseline {
                self.trials[at].let_go();
            }
        }
    }

    /// The second at which the model is to be there, where anybody waits for it and counts.
    pub fn deadline(&self) -> Option<f64> {
        let parting = self.signal.kept_at().map(|kept| kept + PARTING);
        let parting = parting.filter(|_| self.signal.seconds().is_some());
        [self.budget, parting].into_iter().flatten().reduce(f64::min)
    }

    /// Whether nothing more is to be computed: stopped, or the time is spent to the last.
    pub fn is_over(&self) -> bool {
        let spent = self.deadline().zip(self.signal.seconds()).is_some_and(|(end, seconds)| seconds >= end);
        self.signal.is_stopped() || spent
    }

    /// Ends the search when the caller wants it, or when the budget is all but spent.
    fn look_at_the_time(&mut self) {
        if !self.signal.goes_on() {
            return;
        }
        let seconds = self.signal.seconds();
        if let Some(kept) = self.signal.kept_at()
            && (!self.outcomes.is_empty() || seconds.is_none_or(|seconds| seconds >= kept + PATIENCE))
        {
            self.ended = Ended::Kept;
            return self.signal.end_search();
        }
        let (Some(budget), Some(seconds)) = (self.budget, seconds) else { return };
        if seconds >= budget - reserve::seconds(self, budget) {
            self.ended = Ended::Budget;
            self.signal.end_search();
        }
    }
}

/// Fits a piece of a trial and asks it for its answers. None when its numbers are not finite.
fn piece(problem: &Problem<'_>, spec: &Spec, piece: Piece, watch: &Watch<'_>) -> Piecewise {
    let whole;
    let folds = problem.folds(spec.partition);
    let fold = match piece {
        Piece::Fold(at) => folds.get(at).ok_or(Stopped)?,
        Piece::Whole => {
            let learn = problem.parts.train.clone();
            whole = Fold { learn, stop: Vec::new(), held_out: Vec::new() };
            &whole
        }
    };
    let began = watch.signal.seconds();
    if !watch.signal.goes_on() && spec.algorithm != Algorithm::Baseline {
        return Err(Stopped);
    }
    let fit = fit(problem, spec, fold, watch)?;
    let seconds = began.zip(watch.signal.seconds()).map(|(began, ended)| ended - began);
    let Some(held_out) = problem.answers(&fit.member, &fold.held_out) else { return Ok(None) };
    let began = watch.signal.seconds();
    let test = if problem.scheme.is_tested() {
        Some(Vec::new())
    } else {
        problem.answers(&fit.member, &problem.parts.test)
    };
    let answer_seconds = began.zip(watch.signal.seconds()).map(|(began, ended)| ended - began);
    Ok(test.map(|test| Fitted { piece, fit, held_out, test, seconds, answer_seconds }))
}
