//! The content of an artefact, checked before anything is built on it: a fitting hash says who wrote it, not that it
//! is sound.

use std::collections::HashSet;

use super::{ArtefactError, Content, TargetScale, invalid};
use crate::families::Model;
use crate::prepare::Prepared;
use crate::settings::Task;

/// Columns of a matrix at most.
const MAX_WIDTH: u32 = 1 << 20;

/// Checks every length, index and number.
pub fn check(content: &Content) -> Result<(), ArtefactError> {
    let schema = &content.schema;
    let names: HashSet<&str> = schema.features.iter().map(|f| f.name.as_str()).collect();
    must(names.len() == schema.features.len(), "two features have one name")?;
    must(schema.features.len() == content.preparation.features.len(), "features and preparation differ")?;
    must(content.preparation.width <= MAX_WIDTH, "the matrix is too wide")?;
    check_preparation(content)?;
    check_model(content)?;
    let classes: HashSet<&str> = schema.classes.iter().map(String::as_str).collect();
    must(classes.len() == schema.classes.len(), "two classes have one name")?;
    must((schema.task == Task::Regression) == classes.is_empty(), "task and classes differ")?;
    if let TargetScale::MinMax { min, max } = content.target_scale {
        must(
            min.is_finite() && max.is_finite() && (max - min).is_finite() && max > min,
            "the target's scale",
        )?;
    }
    let bounds = schema.features.iter().flat_map(|f| [f.min, f.max]).flatten();
    must(bounds.chain(content.scores.values().copied()).all(f64::is_finite), "a number is not finite")
}

fn check_preparation(content: &Content) -> Result<(), ArtefactError> {
    let width = content.preparation.width;
    let within = |column: &Option<u32>| column.is_none_or(|c| c < width);
    for (feature, prepared) in content.schema.features.iter().zip(&content.preparation.features) {
        match (prepared, &feature.levels) {
            (
                Prepared::Number { column, fill, offset, scale }
                | Prepared::Date { column, fill, offset, scale, .. },
                None,
            ) => {
                if let Prepared::Date { cycles, .. } = prepared {
                    cycles
                        .iter()
                        .try_for_each(|cycle| cycle.fault(width).map_or(Ok(()), |f| must(false, f)))?;
                }
                must(*column < width, "a column beyond the matrix")?;
                must(fill.is_finite() && offset.is_finite(), "a number is not finite")?;
                must(scale.is_finite() && *scale != 0.0, "a scale that cannot be divided by")?;
            }
            (Prepared::Category { columns, missing }, Some(levels)) => {
                must(columns.len() == levels.len(), "levels and columns differ")?;
                must(columns.iter().all(within) && within(missing), "a column beyond the matrix")?;
                let distinct: HashSet<&str> = levels.iter().map(String::as_str).collect();
                must(distinct.len() == levels.len(), "two levels have one name")?;
            }
            _ => return Err(invalid("a feature is prepared as another kind")),
        }
    }
    Ok(())
}

fn check_model(content: &Content) -> Result<(), ArtefactError> {
    let (width, classes) = (content.preparation.width as usize, content.schema.classes.len());
    must(content.model.is_finite(), "a weight is not finite")?;
    let fits = match &content.model {
        Model::Constant { .. } => content.schema.task == Task::Regression,
        Model::Linear { weights, .. } => content.schema.task == Task::Regression && weights.len() == width,
        Model::Shares { probabilities } => {
            content.schema.task == Task::Classification
                && probabilities.len() == classes
                && probabilities.iter().all(|p| *p > 0.0 && *p <= 1.0)
        }
        Model::Logistic { intercepts, weights } => {
            let logits = if classes == 2 { 1 } else { classes };
            content.schema.task == Task::Classification
                && classes >= 2
                && intercepts.len() == logits
                && weights.len() == logits
                && weights.iter().all(|line| line.len() == width)
        }
        Model::Trees(_) | Model::Blend { .. } => false,
    };
    must(fits, "model, task and matrix do not fit one another")
}

fn must(holds: bool, what: &str) -> Result<(), ArtefactError> {
    if holds { Ok(()) } else { Err(invalid(what)) }
}
