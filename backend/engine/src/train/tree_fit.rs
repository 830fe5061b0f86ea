//! Fits trees: boosting, forests and extra trees.

use std::collections::BTreeMap;

use super::fit::{Fit, Watch, scale, target_scale, without_columns};
use super::problem::{Problem, TreeColumns};
use super::progress::LossPoint;
use super::scheme::Fold;
use super::spec::{Categories, Plan, Spec};
use super::target::Values;
use crate::artefact::TargetScale;
use crate::families::trees::{
    BoostParameters, CategoryCoding, CurvePoint, Cuts, Encoding, ForestParameters, Input, Labels, bin, boost,
    forest,
};
use crate::families::{Fitted, LossCurve, Model, Stopped};
use crate::settings::{Algorithm, Monotone};

/// Bins of a column of numbers.
const MAX_BINS: usize = 255;

impl TreeColumns {
    /// The columns for trees that learn from `rows`.
    pub fn make(problem: &Problem<'_>, categories: Categories, rows: &[usize]) -> Self {
        let coding = match categories {
            Categories::Sets => CategoryCoding::Sets,
            Categories::Numbers => CategoryCoding::Ranks,
        };
        let (table, plan, weights) = (problem.table, &problem.plan, problem.weights.as_deref());
        let (rows, labels) = (narrow(rows), labels(problem));
        let encoding = Encoding::choose(table, plan, coding, &rows, labels, weights);
        let seed = problem.checked.settings.seed;
        let matrix = encoding.train_matrix(table, plan, &rows, labels, weights, seed);
        let binned = bin(&matrix, &encoding.inputs, &narrow(&problem.parts.train), MAX_BINS);
        Self { inputs: encoding.inputs, binned }
    }
}

/// Rows as trees count them.
fn narrow(rows: &[usize]) -> Vec<u32> {
    rows.iter().map(|row| *row as u32).collect()
}

fn labels<'a>(problem: &'a Problem<'_>) -> Labels<'a> {
    match &problem.target.values {
        Values::Numbers(values) => Labels::Numbers(values),
        Values::Classes { codes, names } => Labels::Classes { codes, count: names.len() },
    }
}

/// How answers must move with each input.
fn monotone(problem: &Problem<'_>, inputs: &[Input]) -> Vec<i8> {
    let wanted = &problem.checked.monotone;
    let of = |input: &Input| match input {
        Input::Number { feature } => match wanted.get(*feature as usize).copied().flatten() {
            Some(Monotone::Increasing) => 1,
            Some(Monotone::Decreasing) => -1,
            None => 0,
        },
        Input::Level { .. }
        | Input::Statistic { .. }
        | Input::DatePart { .. }
        | Input::Term { .. }
        | Input::Words { .. } => 0,
    };
    inputs.iter().map(of).collect()
}

/// The target of a regression on its scale, one number a row of the table.
fn scaled(problem: &Problem<'_>, spec: &Spec, rows: &[usize]) -> (Option<Vec<f64>>, TargetScale) {
    let Values::Numbers(values) = &problem.target.values else { return (None, TargetScale::None) };
    match target_scale(spec.target_scaling, &problem.target.numbers(rows)) {
        TargetScale::None => (None, TargetScale::None),
        // A row that is not learned from may lie beyond what the logarithm takes.
        wanted => (Some(values.iter().map(|y| scale(y.max(-0.999_999), wanted)).collect()), wanted),
    }
}

/// Gradient boosting; ends early on the rows that the fold keeps for that.
pub fn boosting(problem: &Problem<'_>, spec: &Spec, fold: &Fold, watch: &Watch<'_>) -> Result<Fit, Stopped> {
    let Plan::Boosting(plan) = spec.plan else { return Err(Stopped) };
    let columns = problem.columns(spec.categories, &fold.learn);
    let columns = columns.get_or_init(|| TreeColumns::make(problem, spec.categories, &fold.learn));
    let (numbers, target_scale) = scaled(problem, spec, &fold.learn);
    let labels = numbers.as_deref().map_or_else(|| labels(problem), Labels::Numbers);
    let parameters = BoostParameters {
        rounds: plan.max_rounds,
        learning_rate: plan.learning_rate,
        max_leaves: plan.max_leaves as usize,
        max_depth: plan.max_depth,
        min_leaf_rows: plan.min_leaf_rows as usize,
        l2: plan.l2,
        row_fraction: plan.row_fraction,
        column_fraction: plan.column_fraction,
        early_stopping_rounds: plan.early_stopping_rounds,
        max_bins: MAX_BINS,
        seed: spec.seed,
        monotone: monotone(problem, &columns.inputs),
        threads: watch.threads,
    };
    let mut told = 0;
    let mut pace = |round: u32, loss: f64| {
        if round > told && loss.is_finite() {
            told = round;
            (watch.tell)(LossPoint { iteration: round, loss });
        }
        watch.signal.pace()
    };
    let boosted = boost(
        &columns.binned,
        &columns.inputs,
        &narrow(&fold.learn),
        &narrow(&fold.stop),
        labels,
        problem.weights.as_deref(),
        &parameters,
        &mut pace,
    )?;
    let trees = boosted.trees.trees.len() as f64;
    let fitted = Fitted {
        model: Model::Trees(boosted.trees),
        loss_curve: curve(&boosted.curve),
        parameters: BTreeMap::from([
            ("rounds".to_owned(), f64::from(boosted.best_round)),
            ("trees".to_owned(), trees),
        ]),
        notes: Vec::new(),
    };
    Ok(without_columns(problem, Algorithm::Boosting, fitted, target_scale))
}

/// What is shown of a learning curve: the loss on the rows that end it, or on those that are learned from.
fn curve(points: &[CurvePoint]) -> Vec<LossPoint> {
    let mut curve = LossCurve::new();
    let mut last = (0, f64::NAN);
    for point in points {
        last = (point.round, point.held_out_loss.unwrap_or(point.train_loss));
        curve.push(last.0, last.1);
    }
    curve.finish(last.0, last.1)
}

/// A forest or extra trees.
pub fn forests(problem: &Problem<'_>, spec: &Spec, fold: &Fold, watch: &Watch<'_>) -> Result<Fit, Stopped> {
    let Plan::Forest(plan) = spec.plan else { return Err(Stopped) };
    let columns = problem.columns(spec.categories, &fold.learn);
    let columns = columns.get_or_init(|| TreeColumns::make(problem, spec.categories, &fold.learn));
    let (numbers, target_scale) = scaled(problem, spec, &fold.learn);
    let labels = numbers.as_deref().map_or_else(|| labels(problem), Labels::Numbers);
    let cuts = if spec.algorithm == Algorithm::ExtraTrees { Cuts::Random } else { Cuts::Best };
    let usual = ForestParameters::recipe(fold.learn.len(), columns.inputs.len(), labels, cuts);
    let parameters = ForestParameters {
        trees: plan.trees,
        max_depth: plan.max_depth.unwrap_or(usual.max_depth),
        min_leaf_rows: plan.min_leaf_rows.map_or(usual.min_leaf_rows, |rows| rows as usize),
        column_fraction: plan.column_fraction.unwrap_or(usual.column_fraction),
        seed: spec.seed,
        threads: watch.threads,
        ..usual
    };
    let learn = narrow(&fold.learn);
    let weights = problem.weights.as_deref();
    let mut pace = |_: u32, _: f64| watch.signal.pace();
    let trees = forest(&columns.binned, &columns.inputs, &learn, labels, weights, &parameters, &mut pace)?;
    let described = [
        ("trees", trees.trees.len() as f64),
        ("max_depth", f64::from(parameters.max_depth)),
        ("min_leaf_rows", parameters.min_leaf_rows as f64),
        ("column_fraction", parameters.column_fraction),
    ];
    let fitted = Fitted {
        model: Model::Trees(trees),
        loss_curve: Vec::new(),
        parameters: described.map(|(name, value)| (name.to_owned(), value)).into(),
        notes: Vec::new(),
    };
    Ok(without_columns(problem, spec.algorithm, fitted, target_scale))
}
