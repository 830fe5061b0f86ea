//! From trials to a leaderboard and the best model's artefact: the ensemble, the ranking, calibration and conformal
//! errors from rows that were not learned from, the scores on the test part.

use super::mix::ensemble;
use super::problem::{Problem, pick};
use super::progress::Reporter;
use super::run::Run;
use super::spread::narrowing;
use super::target::Values;
use super::trial::{Trial, covered};
use super::{Entry, TrainError, Trained, reserve};
use crate::artefact::{Artefact, Content};
use crate::certainty::{Calibration, Conformal};
use crate::families::{Member, Model};
use crate::insight::{Actual, HeldOut, Learned, evaluate};
use crate::metrics::{Evaluation, Resamples, ScoreMap};
use crate::scorer::Scorer;
use crate::settings::{Algorithm, ClassWeights};

/// Entries of a leaderboard at most.
const MAX_ENTRIES: usize = 100;
/// Entries whose scores have intervals.
const MAX_INTERVALS: usize = 12;
/// Seconds that intervals leave to the pictures, where somebody waits.
const FOR_PICTURES: f64 = 0.3;

/// Adds the ensemble to the trials, if it is wanted and there is one.
pub fn add_ensemble(run: &mut Run<'_, '_>, report: &mut Reporter<'_>) {
    if !run.problem.checked.algorithms.contains(&Algorithm::Ensemble) {
        return;
    }
    if let Some(mut ensemble) = ensemble(run.problem, &run.trials) {
        ensemble.number = run.outcomes.len() as u32;
        report.finished(run.line(&ensemble));
        run.trials.push(ensemble);
    }
}

/// The order of the leaderboard: places of the trials, best first. Of those within a millionth of the best the simplest
/// leads.
fn ranked(trials: &[Trial]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..trials.len()).collect();
    let family = |at: &usize| trials[*at].spec.algorithm;
    order.sort_by(|a, b| trials[*a].order(&trials[*b]).then(family(a).cmp(&family(b))));
    let Some(first) = order.first().copied() else { return order };
    let (least, most) = (trials[first].outcome.cost, trials[first].covered);
    let tied = |at: &usize| {
        let (cost, kept) = (trials[*at].outcome.cost, trials[*at].is_kept());
        let near = (cost - least).abs() <= 1e-6 * least.abs() || cost == least;
        near && kept && trials[*at].covered == most
    };
    let simplest = (0..order.len()).filter(|n| tied(&order[*n])).min_by_key(|n| family(&order[*n]));
    if let Some(simplest) = simplest {
        order[..=simplest].rotate_right(1);
    }
    order
}

/// What of a model is served.
fn content(problem: &Problem<'_>, trial: &Trial, trials_run: u32) -> Option<Content> {
    let mut members = trial.members.clone();
    let only = if members.len() == 1 { members.pop() } else { None };
    let member = only.unwrap_or_else(|| {
        let of_blend = super::fit::baseline(problem, &problem.parts.train).member;
        Member {
            model: Model::Blend { members },
            target_scale: crate::artefact::TargetScale::None,
            means: Vec::new(),
            ..of_blend
        }
    });
    let mut content = problem.content(trial.spec.algorithm, member);
    content.lineage.trials = trials_run;
    if !problem.scheme.judges_unseen {
        return Some(content);
    }
    let width = problem.target.width();
    let (rows, mut answers) = covered(&problem.scheme.judged, &trial.held_out, width);
    match &problem.target.values {
        Values::Numbers(_) => {
            let numbers = problem.target.numbers(&rows);
            let share = narrowing(problem, trial, &numbers, &answers);
            content.conformal =
                Conformal::fit_numbers(&numbers, &answers).map(|conformal| conformal.narrowed(share));
        }
        Values::Classes { names, .. } => {
            let codes = problem.target.codes(&rows);
            if gains_from_calibration(problem, trial.spec.algorithm) {
                let weights = pick(problem.score_weights.as_deref(), &rows);
                content.calibration = Calibration::fit(&answers, &codes, names.len(), weights.as_deref());
            }
            if let Some(calibration) = &content.calibration {
                answers.chunks_exact_mut(width).for_each(|row| calibration.apply(row));
            }
            content.conformal = Conformal::fit_classes(&codes, &answers, names.len());
        }
    }
    // Of answers beyond all measure nothing can be learned that would be sound.
    let classes = problem.target.class_names().len();
    content.calibration = content.calibration.filter(|calibration| calibration.fits(classes));
    content.conformal = content.conformal.filter(|conformal| conformal.fits(classes));
    Some(content)
}

/// Logistic regression states frequencies already, and shares are frequencies. Where somebody gave the classes other
/// weights than their frequencies, calibration would take the weights back.
fn gains_from_calibration(problem: &Problem<'_>, algorithm: Algorithm) -> bool {
    let by_frequency = problem.checked.settings.class_weights == ClassWeights::None;
    by_frequency && !matches!(algorithm, Algorithm::Baseline | Algorithm::Logistic)
}

/// Ranks what was tried, and seals the best.
pub fn finish(
    run: Run<'_, '_>,
    mut notes: Vec<String>,
    report: &mut Reporter<'_>,
) -> Result<Trained, TrainError> {
    let problem = run.problem;
    let order = ranked(&run.trials);
    let baseline = run.trials.iter().find(|trial| trial.spec.algorithm == Algorithm::Baseline);
    let baseline = baseline.map(|trial| trial.metrics.clone()).unwrap_or_default();
    let trials_run = run.outcomes.len() as u32;
    let served = order.iter().find_map(|at| {
        let trial = run.trials.get(*at).filter(|trial| trial.is_kept())?;
        let content = content(problem, trial, trials_run)?;
        let answers = served_answers(problem, &content, trial)?;
        Some((*at, content, answers))
    });
    let (best, mut content, answers) = served.ok_or(TrainError::NotFinite)?;
    let (rows, answers) = covered(problem.scored(), &answers, problem.target.width());
    let scores = problem.scores_of(&rows, &answers);
    content.scores.clone_from(&scores);
    content.baseline.clone_from(&baseline);
    if run.trials[best].spec.algorithm == Algorithm::Baseline && problem.checked.algorithms.len() > 1 {
        notes.push("no family beats the baseline: the columns say nothing of the target".to_owned());
    }
    let artefact = Artefact::seal(content.clone())?;
    let mut leaderboard = leaderboard(&run, &order, best, &scores, &answers);
    if let Some(first) = leaderboard.first_mut() {
        first.size_bytes = Some(artefact.to_bytes().len() as u64);
    }
    let uncalibrated = covered(problem.scored(), &run.trials[best].test, problem.target.width()).1;
    let evaluation = evaluation(&run, &content, &run.trials[best], &rows, (&answers, &uncalibrated), report)?;
    let covered = run.trials[best].covered as f64 / problem.scheme.judged.len().max(1) as f64;
    Ok(Trained {
        best: 0,
        leaderboard,
        baseline,
        evaluation,
        rows: problem.row_counts(),
        excluded: problem.checked.excluded.clone(),
        notes,
        validation: problem.scheme.words.clone(),
        trials: trials_run,
        ended: run.ended,
        out_of_fold_coverage: covered,
        artefact,
    })
}

/// The pictures of the served model on the scored rows, from its answers after and before calibration.
fn evaluation(
    run: &Run<'_, '_>,
    content: &Content,
    served: &Trial,
    rows: &[usize],
    (answers, uncalibrated): (&[f64], &[f64]),
    report: &mut Reporter<'_>,
) -> Result<Evaluation, TrainError> {
    let problem = run.problem;
    let scorer = Scorer::from_content(content)?;
    let (numbers, codes) = (problem.target.numbers(rows), problem.target.codes(rows));
    let weights = pick(problem.score_weights.as_deref(), rows);
    let held = HeldOut {
        table: problem.table,
        rows,
        actual: match &problem.target.values {
            Values::Numbers(_) => Actual::Numbers(&numbers),
            Values::Classes { .. } => Actual::Classes(&codes),
        },
        answers,
        uncalibrated: content.calibration.is_some().then_some(uncalibrated),
        weights: weights.as_deref(),
        conformal: if problem.scheme.is_tested() { Learned::Here } else { Learned::Elsewhere },
    };
    let effort = reserve::effort(run, served);
    let evaluation = evaluate(content, &scorer, &held, effort, &mut || {
        report.working();
        !run.is_over()
    });
    if run.signal.is_stopped() { Err(TrainError::Stopped) } else { Ok(evaluation) }
}

/// The answers of what is served to the scored rows: of the very scorer, or where the folds test, those that each row
/// had no part in.
fn served_answers(problem: &Problem<'_>, content: &Content, trial: &Trial) -> Option<Vec<f64>> {
    let served = problem.answers_of(content, problem.scored())?;
    if !problem.scheme.is_tested() {
        return Some(served);
    }
    let Some(calibration) = &content.calibration else { return Some(trial.test.clone()) };
    // Each row by what the others teach, so that the scores stay those of rows that were not learned from.
    let (codes, width) = (problem.target.codes(problem.scored()), problem.target.width());
    let weights = pick(problem.score_weights.as_deref(), problem.scored());
    Some(calibration.cross_fitted(&trial.test, &codes, width, weights.as_deref()))
}

/// The entries, best first; intervals and ties of those that lead, and of the baseline.
fn leaderboard(
    run: &Run<'_, '_>,
    order: &[usize],
    best: usize,
    scores: &ScoreMap,
    answers: &[f64],
) -> Vec<Entry> {
    let problem = run.problem;
    let mut order: Vec<usize> =
        [best].into_iter().chain(order.iter().copied().filter(|at| *at != best)).collect();
    let is_baseline = |at: &usize| run.trials[*at].spec.algorithm == Algorithm::Baseline;
    if let Some(place) = order.iter().position(is_baseline)
        && place >= MAX_ENTRIES
    {
        let baseline = order.remove(place);
        order.insert(MAX_ENTRIES - 1, baseline);
    }
    order.truncate(MAX_ENTRIES);
    let shown = |(place, at): (usize, &usize)| {
        let trial = &run.trials[*at];
        let near = place < MAX_INTERVALS || is_baseline(at);
        let answers = if place == 0 { answers } else { &trial.test };
        (place, (near && trial.is_kept()).then(|| answers.to_vec()))
    };
    let jobs: Vec<(usize, Option<Vec<f64>>)> = order.iter().enumerate().map(shown).collect();
    let mut drawn: Vec<Option<Resamples>> = jobs.iter().map(|_| None).collect();
    let (signal, deadline) = (run.signal, run.deadline());
    let work = |(place, answers): &(usize, Option<Vec<f64>>), _: &dyn Fn(())| {
        let is_late = deadline.zip(signal.seconds()).is_some_and(|(end, now)| now + FOR_PICTURES >= end);
        let answers = answers.as_ref().filter(|_| *place == 0 || !is_late);
        answers.map(|answers| problem.resamples(answers))
    };
    super::pool::run(&jobs, run.threads, &work, &mut |heard| {
        if let super::pool::Heard::Done { job, result } = heard {
            drawn[job] = result;
        }
    });
    let metric = problem.checked.metric;
    let entry = |(place, at): (usize, &usize)| {
        let trial = &run.trials[*at];
        let own = drawn[place].as_ref();
        let ties = drawn[0].as_ref().zip(own).is_some_and(|(best, own)| best.tied(own, metric));
        Entry {
            algorithm: trial.spec.algorithm,
            trial: trial.number,
            metrics: if place == 0 { scores.clone() } else { trial.metrics.clone() },
            validation: trial.validation.clone(),
            intervals: own.map(Resamples::intervals).unwrap_or_default(),
            tied_with_best: place == 0 || ties,
            fit_seconds: trial.fit_seconds,
            size_bytes: None,
            loss_curve: trial.loss_curve.clone(),
            parameters: trial.parameters.clone(),
            notes: trial.notes.clone(),
        }
    };
    order.iter().enumerate().map(entry).collect()
}
