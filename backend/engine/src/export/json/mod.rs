//! A model as JSON that a person can read: what it needs, what is done to each column, weights column by column, trees
//! node by node, settings, scores and lineage.

mod trees;

use serde::Serialize;
use trees::TreesView;

use super::ExportError;
use crate::artefact::{Artefact, Content, Lineage, TargetScale};
use crate::certainty::{Calibration, Conformal};
use crate::families::{Member, Model};
use crate::metrics::ScoreMap;
use crate::prepare::{Cycle, DatePart, Preparation, Prepared};
use crate::scorer::{Feature, Schema};
use crate::settings::{Algorithm, Settings, Task};

/// The whole document. Its first fields say what it is.
#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    format_version: u32,
    artefact_sha256: String,
    target: &'a str,
    task: Task,
    /// In the order of the probabilities.
    classes: &'a [String],
    columns: &'a [Feature],
    model: ModelView<'a>,
    calibration: &'a Option<Calibration>,
    conformal: &'a Option<Conformal>,
    settings: &'a Settings,
    scores: &'a ScoreMap,
    baseline: &'a ScoreMap,
    lineage: &'a Lineage,
}

/// A model, alone or in a blend.
#[derive(Serialize)]
struct ModelView<'a> {
    algorithm: Algorithm,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<f64>,
    target_scale: TargetScale,
    #[serde(flatten)]
    body: Body<'a>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Body<'a> {
    Constant {
        value: f64,
    },
    Shares {
        probabilities: &'a [f64],
    },
    /// Sums of terms; with classes, logits.
    Linear {
        sums: Vec<SumView<'a>>,
    },
    Trees(TreesView<'a>),
    Blend {
        members: Vec<ModelView<'a>>,
    },
}

/// `intercept + Σ terms`
#[derive(Serialize)]
struct SumView<'a> {
    /// The class whose logit it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    class: Option<&'a str>,
    intercept: f64,
    terms: Vec<TermView<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum TermView<'a> {
    /// `weight · ((x or missing_is) − subtract) / divide_by`
    Number { column: &'a str, missing_is: f64, subtract: f64, divide_by: f64, weight: f64 },
    /// As a number, and what each period adds.
    Date {
        column: &'a str,
        missing_is: f64,
        subtract: f64,
        divide_by: f64,
        weight: f64,
        cycles: Vec<CycleView>,
    },
    /// What each term adds, times its weight in the text; in the order of the column's `text`.
    Text { column: &'a str, terms: Vec<f64> },
    /// What each level adds; an unknown one adds nothing.
    Category { column: &'a str, missing_adds: f64, levels: Vec<LevelView<'a>> },
}

/// What the months, days of the week or hours add, from January, Monday, midnight on.
#[derive(Serialize)]
struct CycleView {
    part: DatePart,
    adds: Vec<f64>,
    missing_adds: f64,
}

#[derive(Serialize)]
struct LevelView<'a> {
    level: &'a str,
    adds: f64,
}

/// Writes the model.
pub fn write(artefact: &Artefact) -> Result<String, ExportError> {
    let content = artefact.content();
    let document = Document {
        format: "amaas model, to be read by people",
        format_version: 1,
        artefact_sha256: artefact.sha256_hex(),
        target: &content.schema.target,
        task: content.schema.task,
        classes: &content.schema.classes,
        columns: &content.schema.features,
        model: of_content(content),
        calibration: &content.calibration,
        conformal: &content.conformal,
        settings: &content.settings,
        scores: &content.scores,
        baseline: &content.baseline,
        lineage: &content.lineage,
    };
    serde_json::to_string_pretty(&document).map_err(|_| ExportError::NotFinite)
}

fn of_content(content: &Content) -> ModelView<'_> {
    ModelView {
        algorithm: content.algorithm,
        share: None,
        target_scale: content.target_scale,
        body: body(&content.model, &content.preparation, &content.schema),
    }
}

fn of_member<'a>(member: &'a Member, schema: &'a Schema) -> ModelView<'a> {
    ModelView {
        algorithm: member.algorithm,
        share: Some(member.weight),
        target_scale: member.target_scale,
        body: match &member.model {
            // Refused when an artefact is read; going deeper would have no end.
            Model::Blend { .. } => Body::Blend { members: Vec::new() },
            model => body(model, &member.preparation, schema),
        },
    }
}

fn body<'a>(model: &'a Model, preparation: &'a Preparation, schema: &'a Schema) -> Body<'a> {
    match model {
        Model::Constant { value } => Body::Constant { value: *value },
        Model::Shares { probabilities } => Body::Shares { probabilities },
        Model::Linear { intercept, weights } => Body::Linear {
            sums: vec![SumView {
                class: None,
                intercept: *intercept,
                terms: terms(weights, preparation, schema),
            }],
        },
        Model::Logistic { intercepts, weights } => {
            // One logit for two classes is the second's.
            let first = usize::from(intercepts.len() == 1);
            let classes = schema.classes.iter().skip(first).map(|class| Some(class.as_str()));
            let sums = classes.zip(intercepts.iter().zip(weights)).map(|(class, (intercept, weights))| {
                SumView { class, intercept: *intercept, terms: terms(weights, preparation, schema) }
            });
            Body::Linear { sums: sums.collect() }
        }
        Model::Trees(trees) => Body::Trees(TreesView::new(trees, schema)),
        Model::Blend { members } => {
            Body::Blend { members: members.iter().map(|member| of_member(member, schema)).collect() }
        }
    }
}

fn terms<'a>(weights: &[f64], preparation: &Preparation, schema: &'a Schema) -> Vec<TermView<'a>> {
    let weight = |column: u32| weights.get(column as usize).copied().unwrap_or(0.0);
    let of_column = |column: &Option<u32>| column.map_or(0.0, weight);
    let features = schema.features.iter().zip(&preparation.features);
    features
        .map(|(feature, prepared)| match prepared {
            Prepared::Number { column, fill, offset, scale } => TermView::Number {
                column: &feature.name,
                missing_is: *fill,
                subtract: *offset,
                divide_by: *scale,
                weight: weight(*column),
            },
            Prepared::Date { column, fill, offset, scale, cycles } => TermView::Date {
                column: &feature.name,
                missing_is: *fill,
                subtract: *offset,
                divide_by: *scale,
                weight: weight(*column),
                cycles: cycles.iter().map(|cycle| of_cycle(cycle, weights)).collect(),
            },
            Prepared::Text { column, terms } => TermView::Text {
                column: &feature.name,
                terms: (*column..column.saturating_add(*terms)).map(weight).collect(),
            },
            Prepared::Category { columns, missing } => TermView::Category {
                column: &feature.name,
                missing_adds: of_column(missing),
                levels: feature
                    .levels
                    .iter()
                    .flatten()
                    .zip(columns)
                    .map(|(level, column)| LevelView { level, adds: of_column(column) })
                    .collect(),
            },
        })
        .collect()
}

fn of_cycle(cycle: &Cycle, weights: &[f64]) -> CycleView {
    let weights = weights.get(cycle.column as usize..).unwrap_or_default();
    let adds = |values: &Vec<f64>| weights.iter().zip(values).map(|(weight, value)| weight * value).sum();
    CycleView {
        part: cycle.part,
        adds: cycle.values.iter().map(adds).collect(),
        missing_adds: adds(&cycle.missing),
    }
}

#[cfg(test)]
mod tests;
