//! What the engine came to, in the words of the contract.

use super::protocol::{Learned, Order};
use crate::models::Card;
use contract::models::{
    Certainty, ClassCurves, Coefficient, CurvePoint, Evaluation, Example, Explanation, Feature,
    LeaderboardEntry, LossPoint, PredictedActual, ScoreInterval,
};
use engine::Trained;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::collections::BTreeMap;

/// What was seen beside the training.
#[derive(Debug)]
pub struct Seen {
    /// What looks odd about the data, a sentence each.
    pub suspects: Vec<String>,
    /// How long the served model takes to answer one row.
    pub row_microseconds: Option<f64>,
}

/// The model's description and its bytes; what looks odd about its data is among its notes.
pub fn learned(
    trained: Trained,
    order: &Order,
    metric: &str,
    seen: Seen,
) -> serde_json::Result<(Learned, Vec<u8>)> {
    let artefact = &trained.artefact;
    let (schema, lineage) = (artefact.schema(), artefact.lineage());
    let best = trained.leaderboard.get(trained.best);
    let mut leaderboard = trained.leaderboard.iter().map(entry).collect::<serde_json::Result<Vec<_>>>()?;
    if let Some(served) = leaderboard.get_mut(trained.best) {
        served.row_microseconds = seen.row_microseconds;
    }
    let card = Card {
        metrics: artefact.scores().clone(),
        intervals: best.map(|entry| intervals(&entry.intervals)).unwrap_or_default(),
        baseline: trained.baseline.clone(),
        features: schema.features.iter().map(feature).collect::<Result<_, _>>()?,
        classes: schema.classes.clone(),
        leaderboard,
        evaluation: evaluation(&trained)?,
        explanation: Explanation {
            importance: trained.evaluation.importance.as_ref().map(same).transpose()?,
            partial_dependence: same(&trained.evaluation.partial_dependence)?,
        },
        certainty: Certainty {
            calibrated: artefact.calibration().is_some(),
            intervals: artefact.conformal().is_some(),
            contributions: true,
            costs: !order.settings.costs.is_empty() && schema.task == engine::Task::Classification,
        },
        trials: Some(trained.trials),
        rows: Some(trained.rows),
        excluded: trained.excluded.clone(),
        notes: trained.notes.iter().cloned().chain(seen.suspects).collect(),
        reading: order.reading.clone(),
    };
    let learned = Learned {
        task: same(&schema.task)?,
        target: schema.target.clone(),
        algorithm: same(&artefact.algorithm())?,
        metric: metric.to_owned(),
        seed: lineage.seed,
        engine_version: lineage.engine_version.clone(),
        card,
        artefact_sha256: artefact.sha256_hex(),
    };
    Ok((learned, trained.artefact.into_bytes()))
}

/// The same word on the wire: engine and contract name things alike, which this holds them to.
pub fn same<T: DeserializeOwned>(word: &impl Serialize) -> serde_json::Result<T> {
    serde_json::from_value(serde_json::to_value(word)?)
}

fn feature(feature: &engine::Feature) -> serde_json::Result<Feature> {
    Ok(Feature {
        name: feature.name.clone(),
        kind: same(&feature.kind)?,
        levels: feature.levels.clone().unwrap_or_default(),
        min: feature.min,
        max: feature.max,
        example: serde_json::to_value(&feature.example)?,
    })
}

/// A line of the leaderboard.
fn entry(entry: &engine::Entry) -> serde_json::Result<LeaderboardEntry> {
    let point =
        |point: &engine::LossPoint| LossPoint { iteration: u64::from(point.iteration), loss: point.loss };
    Ok(LeaderboardEntry {
        algorithm: same(&entry.algorithm)?,
        trial: entry.trial,
        metrics: entry.metrics.clone(),
        validation: entry.validation.clone(),
        intervals: intervals(&entry.intervals),
        tied: entry.tied_with_best,
        fit_seconds: entry.fit_seconds,
        row_microseconds: None,
        size_bytes: entry.size_bytes,
        parameters: serde_json::to_value(&entry.parameters)?,
        loss_curve: entry.loss_curve.iter().map(point).collect(),
        notes: entry.notes.clone(),
    })
}

/// A line of the leaderboard while it grows.
pub fn finished(trial: &engine::FinishedTrial) -> serde_json::Result<LeaderboardEntry> {
    Ok(LeaderboardEntry {
        algorithm: same(&trial.algorithm)?,
        trial: trial.trial,
        metrics: trial.metrics.clone(),
        validation: trial.validation.clone(),
        intervals: BTreeMap::new(),
        tied: false,
        fit_seconds: trial.fit_seconds,
        row_microseconds: None,
        size_bytes: None,
        parameters: serde_json::to_value(&trial.parameters)?,
        loss_curve: Vec::new(),
        notes: Vec::new(),
    })
}

fn intervals(of: &engine::ScoreIntervals) -> BTreeMap<String, ScoreInterval> {
    let interval = |one: &engine::Interval| ScoreInterval { low: one.low, high: one.high };
    of.iter().map(|(metric, one)| (metric.clone(), interval(one))).collect()
}

fn evaluation(trained: &Trained) -> serde_json::Result<Evaluation> {
    let seen = &trained.evaluation;
    let pair = |pair: &engine::Pair| PredictedActual { predicted: pair.predicted, actual: pair.actual };
    let confusion = seen.confusion.clone();
    Ok(Evaluation {
        train_rows: trained.rows.train as u64,
        test_rows: trained.rows.test as u64,
        predicted_actual: seen.pairs.iter().map(pair).collect(),
        classes: confusion.as_ref().map(|confusion| confusion.classes.clone()).unwrap_or_default(),
        confusion: confusion.map(|confusion| confusion.counts).unwrap_or_default(),
        curves: seen.curves.iter().map(curves).collect(),
        coefficients: seen.coefficients.iter().map(coefficient).collect(),
        examples: seen.examples.iter().map(example).collect(),
        residuals: seen.residuals.as_ref().map(same).transpose()?,
        gains: same(&seen.gains)?,
        reliability: seen.reliability.as_ref().map(same).transpose()?,
        coverage: same(&seen.coverage)?,
        segments: same(&seen.segments)?,
        thresholds: seen.thresholds.as_ref().map(same).transpose()?,
    })
}

fn curves(of: &engine::ClassCurves) -> ClassCurves {
    let point = |point: &engine::CurvePoint| CurvePoint {
        threshold: point.threshold,
        false_positive_rate: point.false_positive_rate,
        true_positive_rate: point.true_positive_rate,
        precision: point.precision,
    };
    ClassCurves {
        class: of.class.clone(),
        roc_auc: of.roc_auc,
        average_precision: of.average_precision,
        points: of.points.iter().map(point).collect(),
    }
}

fn coefficient(of: &engine::Coefficient) -> Coefficient {
    Coefficient { feature: of.feature.clone(), class: of.class.clone(), weight: of.weight }
}

fn example(of: &engine::Example) -> Example {
    let value = |cell: &engine::CellValue| match cell {
        engine::CellValue::Number(number) => Value::from(*number),
        engine::CellValue::Text(text) => Value::from(text.as_str()),
        engine::CellValue::Missing => Value::Null,
    };
    Example {
        row: of.row.iter().map(|(name, cell)| (name.clone(), value(cell))).collect(),
        actual: value(&of.actual),
        predicted: value(&of.predicted),
    }
}
