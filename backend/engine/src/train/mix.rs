//! From trials to the ensemble of the best. Trials that chance alone tells apart are one choice, by the mean of their
//! answers: what was lucky with its folds is not taken for better than its repeats.

use std::collections::BTreeMap;

use super::ensemble::{Judge, choose};
use super::problem::{Problem, pick};
use super::search::Outcome;
use super::spec::{Categories, Plan, Spec};
use super::target::Values;
use super::trial::{Trial, covered};
use crate::families::Member;
use crate::metrics::ScoreMap;
use crate::settings::Algorithm;

/// What an ensemble chooses among at most.
const MAX_CHOICES: usize = 16;

/// Trials that chance alone tells apart: they answer by their mean.
struct Group<'a> {
    /// The best first.
    trials: Vec<&'a Trial>,
    share: f64,
}

impl Group<'_> {
    fn cost(&self) -> f64 {
        self.trials.iter().map(|trial| trial.outcome.cost).sum::<f64>() / self.trials.len().max(1) as f64
    }
}

/// What an ensemble may be made of, the best first: trials that were judged by as many rows as any.
fn choices(trials: &[Trial]) -> Vec<Group<'_>> {
    let mut among: Vec<&Trial> = trials
        .iter()
        .filter(|trial| trial.is_kept() && trial.spec.algorithm != Algorithm::Baseline)
        .filter(|trial| trial.outcome.cost.is_finite())
        .collect();
    among.sort_by(|a, b| a.order(b));
    let most = among.first().map_or(0, |trial| trial.covered);
    let mut groups: Vec<Group<'_>> = Vec::new();
    for trial in among.into_iter().filter(|trial| trial.covered == most) {
        match groups.iter_mut().find(|group| group.trials[0].spec.repeats(&trial.spec)) {
            Some(group) => group.trials.push(trial),
            None => groups.push(Group { trials: vec![trial], share: 0.0 }),
        }
    }
    groups.sort_by(|a, b| a.cost().total_cmp(&b.cost()));
    groups.truncate(MAX_CHOICES);
    groups
}

/// The ensemble of the best trials as a trial of its own; none where a single one does as well.
pub fn ensemble(problem: &Problem<'_>, trials: &[Trial]) -> Option<Trial> {
    let mut groups = choices(trials);
    let (width, judged) = (problem.target.width(), &problem.scheme.judged);
    let first = groups.first()?.trials.first()?;
    let (most, rows) = (first.covered, covered(judged, &first.held_out, width).0);
    let mut answers: Vec<Vec<f64>> = Vec::new();
    groups.retain_mut(|group| {
        // Other cuts of very many rows judge by other rows.
        let of =
            |trial: &&Trial| Some(covered(judged, &trial.held_out, width)).filter(|found| found.0 == rows);
        group.trials.retain(|trial| of(trial).is_some());
        let found: Vec<Vec<f64>> = group.trials.iter().filter_map(of).map(|found| found.1).collect();
        answers.extend(mean(&found));
        !found.is_empty()
    });
    let (numbers, codes) = (problem.target.numbers(&rows), problem.target.codes(&rows));
    let judge = match &problem.target.values {
        Values::Numbers(_) => Judge::of_numbers(problem.checked.metric, &numbers),
        Values::Classes { names, .. } => Judge::LogLoss { codes: &codes, classes: names.len() },
    };
    let weights = pick(problem.score_weights.as_deref(), &rows);
    let answers: Vec<&[f64]> = answers.iter().map(Vec::as_slice).collect();
    let chosen = choose(&answers, judge, weights.as_deref())?;
    groups.iter_mut().zip(chosen.shares).for_each(|(group, share)| group.share = share);
    groups.retain(|group| group.share > 0.0);
    affordable(&mut groups, problem.checked.settings.most_trees() as f64);
    let taken: Vec<(&Trial, f64)> = groups
        .iter()
        .flat_map(|group| group.trials.iter().map(|t| (*t, group.share / group.trials.len() as f64)))
        .collect();
    if taken.len() < 2 {
        return None;
    }
    let mut held_out = vec![f64::NAN; judged.len() * width];
    for (row, answer) in rows.iter().zip(chosen.answers.chunks_exact(width)) {
        if let Ok(place) = judged.binary_search(row) {
            held_out[place * width..(place + 1) * width].copy_from_slice(answer);
        }
    }
    let validation = problem.scores_of(&rows, &chosen.answers);
    Some(mixed(problem, &taken, held_out, validation, most))
}

/// The mean of answers to the same rows; none of none.
fn mean(answers: &[Vec<f64>]) -> Option<Vec<f64>> {
    let mut mean = vec![0.0; answers.first()?.len()];
    for answer in answers {
        mean.iter_mut().zip(answer).for_each(|(to, from)| *to += from / answers.len() as f64);
    }
    Some(mean)
}

/// Leaves out repeats, where there are none the groups of the least shares, until the others have no more trees than
/// `most`.
fn affordable(groups: &mut Vec<Group<'_>>, most: f64) {
    let trees = |group: &Group<'_>| group.trials.iter().map(|trial| trial.trees()).sum::<f64>();
    while groups.iter().map(trees).sum::<f64>() > most {
        let repeated = groups.iter_mut().max_by_key(|group| group.trials.len());
        if let Some(group) = repeated.filter(|group| group.trials.len() > 1) {
            group.trials.pop();
        } else if groups.len() > 1 {
            let least = (0..groups.len()).min_by(|a, b| groups[*a].share.total_cmp(&groups[*b].share));
            groups.remove(least.unwrap_or(0));
        } else {
            break;
        }
    }
    let total: f64 = groups.iter().map(|group| group.share).sum();
    groups.iter_mut().for_each(|group| group.share /= total);
}

/// The ensemble of some trials as a trial of its own.
fn mixed(
    problem: &Problem<'_>,
    taken: &[(&Trial, f64)],
    held_out: Vec<f64>,
    validation: ScoreMap,
    covered: usize,
) -> Trial {
    let mut test = vec![0.0; taken.first().map_or(0, |(trial, _)| trial.test.len())];
    let (mut members, mut parts): (Vec<Member>, Vec<usize>) = Default::default();
    let mut parameters = BTreeMap::new();
    for (trial, share) in taken {
        test.iter_mut().zip(&trial.test).for_each(|(to, from)| *to += share * from);
        let of_trial = trial.members.iter().map(|m| Member { weight: m.weight * share, ..m.clone() });
        members.extend(of_trial);
        parts.push(trial.members.len());
        *parameters.entry(format!("share_of_{}", trial.spec.algorithm.as_str())).or_insert(0.0) += share;
    }
    if problem.scheme.is_tested() {
        test.clone_from(&held_out);
    }
    let total: f64 = members.iter().map(|member| member.weight).sum();
    members.iter_mut().for_each(|member| member.weight /= total);
    parameters.insert("models".to_owned(), members.len() as f64);
    parameters.insert("trials".to_owned(), taken.len() as f64);
    let cost = problem.checked.metric.cost(&validation);
    let spec = Spec {
        algorithm: Algorithm::Ensemble,
        plan: Plan::Settings,
        target_scaling: problem.checked.settings.target_scaling,
        categories: Categories::Sets,
        seed: problem.checked.settings.seed,
        partition: 0,
        folds: problem.scheme.all_folds,
    };
    Trial {
        number: 0,
        outcome: Outcome { spec: spec.clone(), first_cost: cost, cost },
        spec,
        members,
        parts,
        held_out,
        metrics: problem.scores_of_scored(&test),
        test,
        validation,
        covered,
        fit_seconds: taken.iter().map(|(trial, _)| trial.fit_seconds).sum(),
        answer_seconds: None,
        loss_curve: Vec::new(),
        parameters,
        notes: Vec::new(),
    }
}
