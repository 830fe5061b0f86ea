//! A trial: a spec, the models that came of it, and their answers to rows that they did not learn from.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::fit::Fit;
use super::problem::Problem;
use super::progress::LossPoint;
use super::search::Outcome;
use super::spec::Spec;
use crate::families::{Member, Model};
use crate::metrics::ScoreMap;

/// A model that a trial is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// Of a fold.
    Fold(usize),
    /// Of the whole train part: served instead of the folds' models.
    Whole,
}

/// A fitted piece with its answers.
pub struct Fitted {
    pub piece: Piece,
    pub fit: Fit,
    /// Answers to the fold's held-out rows; empty for the whole.
    pub held_out: Vec<f64>,
    /// Answers to the test part; empty where the folds test.
    pub test: Vec<f64>,
    /// Seconds that the fit took, if anybody counted.
    pub seconds: Option<f64>,
    /// Seconds that the answers took.
    pub answer_seconds: Option<f64>,
}

/// A trial that is done.
pub struct Trial {
    /// Its place in the order of trials; of the baseline 0, of the ensemble that of the last.
    pub number: u32,
    pub spec: Spec,
    /// The models that answer together; their weights add up to 1. Empty once it is out of the running.
    pub members: Vec<Member>,
    /// How many of them, in order, are of each trial that it is made of: one number but for an ensemble.
    pub parts: Vec<usize>,
    /// Row-major answers to the judged rows by models that did not learn from them; NaN where there is none yet.
    pub held_out: Vec<f64>,
    /// Row-major answers to the scored rows.
    pub test: Vec<f64>,
    /// Scores on the judged rows that have an answer, of which there are `covered`.
    pub validation: ScoreMap,
    pub covered: usize,
    /// Scores on the scored rows.
    pub metrics: ScoreMap,
    pub outcome: Outcome,
    pub fit_seconds: Option<f64>,
    /// Seconds that answering the scored rows took its models together.
    pub answer_seconds: Option<f64>,
    pub loss_curve: Vec<LossPoint>,
    pub parameters: BTreeMap<String, f64>,
    pub notes: Vec<String>,
}

impl Trial {
    /// Puts the pieces together. None when any of them is not finite.
    pub fn assemble(problem: &Problem<'_>, spec: &Spec, pieces: Vec<Option<Fitted>>) -> Option<Self> {
        let mut pieces: Vec<Fitted> = pieces.into_iter().collect::<Option<_>>()?;
        let width = problem.target.width();
        let judged = &problem.scheme.judged;
        let folds = problem.folds(spec.partition);
        let mut held_out = vec![f64::NAN; judged.len() * width];
        for piece in &pieces {
            let Piece::Fold(at) = piece.piece else { continue };
            let rows = folds.get(at).map_or(&[] as &[usize], |fold| &fold.held_out);
            for (row, answer) in rows.iter().zip(piece.held_out.chunks_exact(width)) {
                if let Ok(place) = judged.binary_search(row) {
                    held_out[place * width..(place + 1) * width].copy_from_slice(answer);
                }
            }
        }
        let fit_seconds = pieces.iter().map(|piece| piece.seconds).sum::<Option<f64>>();
        let answer_seconds = pieces.iter().map(|piece| piece.answer_seconds).sum::<Option<f64>>();
        let (rows, answers) = covered(judged, &held_out, width);
        let validation = problem.scores_of(&rows, &answers);
        let first: &[usize] = folds.first().map_or(&[], |fold| &fold.held_out);
        let first_answers = pieces.iter().find(|piece| piece.piece == Piece::Fold(0));
        let metric = problem.checked.metric;
        let first_cost = first_answers
            .map_or(f64::INFINITY, |piece| metric.cost(&problem.scores_of(first, &piece.held_out)));
        let outcome = Outcome { spec: spec.clone(), first_cost, cost: metric.cost(&validation) };
        if let Some(at) = pieces.iter().position(|piece| piece.piece == Piece::Whole) {
            pieces = vec![pieces.swap_remove(at)];
        }
        let test = if problem.scheme.is_tested() { held_out.clone() } else { mean_answers(&pieces) };
        let metrics = problem.scores_of_scored(&test);
        let (members, described) = members(spec, pieces);
        let (loss_curve, parameters, notes) = described;
        let spec = spec.clone();
        Some(Self {
            number: 0,
            spec,
            parts: vec![members.len()],
            members,
            held_out,
            test,
            validation,
            covered: rows.len(),
            metrics,
            outcome,
            fit_seconds,
            answer_seconds,
            loss_curve,
            parameters,
            notes,
        })
    }

    /// Whether its models are still there.
    pub fn is_kept(&self) -> bool {
        !self.members.is_empty()
    }

    /// Trees of its models together; a model of another kind counts as one.
    pub fn trees(&self) -> f64 {
        let of = |member: &Member| match &member.model {
            Model::Trees(trees) => trees.trees.len().max(1) as f64,
            _ => 1.0,
        };
        self.members.iter().map(of).sum()
    }

    /// Nodes of its models' trees together: what they take of the memory.
    pub fn nodes(&self) -> usize {
        let of = |member: &Member| match &member.model {
            Model::Trees(trees) => trees.trees.iter().map(|tree| tree.input.len() + tree.values.len()).sum(),
            _ => 0,
        };
        self.members.iter().map(of).sum()
    }

    /// Lets go of models and answers; the scores stay.
    pub fn let_go(&mut self) {
        self.members = Vec::new();
        self.held_out = Vec::new();
        self.test = Vec::new();
    }

    /// The better first: judged by more rows, then of less cost. One that only the first fold judged may be lucky.
    pub fn order(&self, other: &Self) -> Ordering {
        let of_cost = self.outcome.cost.total_cmp(&other.outcome.cost);
        other.covered.cmp(&self.covered).then(of_cost)
    }

    /// Whether it comes before another.
    pub fn is_better_than(&self, other: &Self) -> bool {
        self.order(other) == Ordering::Less
    }
}

/// The loss curve, the numbers and the notes of a fit.
type Described = (Vec<LossPoint>, BTreeMap<String, f64>, Vec<String>);

/// The models of the pieces, each with the same share, and what describes them: of numbers the means.
fn members(spec: &Spec, pieces: Vec<Fitted>) -> (Vec<Member>, Described) {
    let share = 1.0 / pieces.len().max(1) as f64;
    let (mut loss_curve, mut parameters, mut notes) = (Vec::new(), spec.parameters(), Vec::new());
    let mut members = Vec::with_capacity(pieces.len());
    let mut means: BTreeMap<String, f64> = BTreeMap::new();
    for piece in pieces {
        if loss_curve.is_empty() {
            loss_curve = piece.fit.loss_curve;
        }
        for (name, value) in piece.fit.parameters {
            *means.entry(name).or_default() += value * share;
        }
        piece.fit.notes.into_iter().for_each(|note| {
            if !notes.contains(&note) {
                notes.push(note);
            }
        });
        members.push(Member { weight: share, ..piece.fit.member });
    }
    parameters.extend(means);
    (members, (loss_curve, parameters, notes))
}

/// The rows that have an answer, and the answers.
pub fn covered(rows: &[usize], answers: &[f64], width: usize) -> (Vec<usize>, Vec<f64>) {
    let with = rows.iter().zip(answers.chunks_exact(width.max(1))).filter(|(_, answer)| !answer[0].is_nan());
    let (mut kept, mut values) = (Vec::with_capacity(rows.len()), Vec::with_capacity(answers.len()));
    for (row, answer) in with {
        kept.push(*row);
        values.extend_from_slice(answer);
    }
    (kept, values)
}

/// The mean of the pieces' answers to the test part.
fn mean_answers(pieces: &[Fitted]) -> Vec<f64> {
    let share = 1.0 / pieces.len().max(1) as f64;
    let mut mean = vec![0.0; pieces.first().map_or(0, |piece| piece.test.len())];
    for piece in pieces {
        mean.iter_mut().zip(&piece.test).for_each(|(to, from)| *to += share * from);
    }
    mean
}
