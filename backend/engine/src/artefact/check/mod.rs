//! The content of an artefact, checked before anything is built on it: a fitting hash says who wrote it, not that it
//! is sound.

mod trees;

use std::collections::HashSet;

use super::{ArtefactError, Content, TargetScale, invalid};
use crate::families::{Member, Model};
use crate::prepare::{Preparation, Prepared, Vocabulary};
use crate::scorer::Schema;
use crate::settings::Task;

/// Columns of a matrix at most.
const MAX_WIDTH: u32 = 1 << 20;
/// Members of a blend at most.
const MAX_MEMBERS: usize = 1_000;

/// Checks every length, index and number.
pub fn check(content: &Content) -> Result<(), ArtefactError> {
    check_schema(&content.schema)?;
    check_certainty(content)?;
    let costs = content.settings.costs.iter().map(|cost| cost.cost);
    must(costs.chain(content.scores.values().copied()).all(f64::is_finite), "a number is not finite")?;
    match &content.model {
        Model::Blend { members } => check_blend(members, content),
        model => {
            check_model(model, &content.preparation, &content.means, content.target_scale, &content.schema)
        }
    }
}

fn check_schema(schema: &Schema) -> Result<(), ArtefactError> {
    let names: HashSet<&str> = schema.features.iter().map(|f| f.name.as_str()).collect();
    must(names.len() == schema.features.len(), "two features have one name")?;
    for levels in schema.features.iter().filter_map(|f| f.levels.as_ref()) {
        let distinct: HashSet<&str> = levels.iter().map(String::as_str).collect();
        must(distinct.len() == levels.len(), "two levels have one name")?;
    }
    for text in schema.features.iter().filter(|f| f.text.is_some()) {
        must(text.levels.is_none(), "a column of texts has levels")?;
        text.text.as_ref().and_then(Vocabulary::fault).map_or(Ok(()), |fault| must(false, fault))?;
    }
    let classes: HashSet<&str> = schema.classes.iter().map(String::as_str).collect();
    must(classes.len() == schema.classes.len(), "two classes have one name")?;
    must((schema.task == Task::Regression) == classes.is_empty(), "task and classes differ")?;
    let bounds = schema.features.iter().flat_map(|f| [f.min, f.max]).flatten();
    must({ bounds }.all(f64::is_finite), "a number is not finite")
}

fn check_certainty(content: &Content) -> Result<(), ArtefactError> {
    let classes = content.schema.classes.len();
    let calibration = content.calibration.as_ref().is_none_or(|c| classes > 0 && c.fits(classes));
    must(calibration, "calibration and classes do not fit one another")?;
    let conformal = content.conformal.as_ref().is_none_or(|c| c.fits(classes));
    must(conformal, "the errors behind intervals and sets are not sound")
}

fn check_blend(members: &[Member], content: &Content) -> Result<(), ArtefactError> {
    must(!members.is_empty() && members.len() <= MAX_MEMBERS, "a blend of none or of too many")?;
    must(members.iter().all(|m| m.weight.is_finite() && m.weight > 0.0), "a weight of a blend")?;
    let total: f64 = members.iter().map(|m| m.weight).sum();
    must((total - 1.0).abs() <= 1e-6, "the weights of a blend do not add up to 1")?;
    // The blend itself has no matrix; what stands in its place must not be out of bounds for those who show it.
    check_preparation(&content.preparation, &content.schema)?;
    for member in members {
        check_model(&member.model, &member.preparation, &member.means, member.target_scale, &content.schema)?;
    }
    Ok(())
}

/// Checks a preparation; one without features is for models that read no matrix.
fn check_preparation(preparation: &Preparation, schema: &Schema) -> Result<(), ArtefactError> {
    let width = preparation.width;
    must(width <= MAX_WIDTH, "the matrix is too wide")?;
    let none = preparation.features.is_empty() && width == 0;
    must(none || preparation.features.len() == schema.features.len(), "features and preparation differ")?;
    let within = |column: &Option<u32>| column.is_none_or(|c| c < width);
    for (feature, prepared) in schema.features.iter().zip(&preparation.features) {
        match (prepared, &feature.levels) {
            (
                Prepared::Number { column, fill, offset, scale }
                | Prepared::Date { column, fill, offset, scale, .. },
                None,
            ) if !feature.is_text() => {
                if let Prepared::Date { cycles, .. } = prepared {
                    cycles
                        .iter()
                        .try_for_each(|cycle| cycle.fault(width).map_or(Ok(()), |f| must(false, f)))?;
                }
                must(*column < width, "a column beyond the matrix")?;
                must(fill.is_finite() && offset.is_finite(), "a number is not finite")?;
                must(scale.is_finite() && *scale != 0.0, "a scale that cannot be divided by")?;
            }
            (Prepared::Text { column, terms }, None) => {
                let known = feature.text.as_ref().map(Vocabulary::terms);
                must(known == Some(*terms as usize), "terms and columns differ")?;
                let end = u64::from(*column) + u64::from(*terms);
                must(end <= u64::from(width), "a column beyond the matrix")?;
            }
            (Prepared::Category { columns, missing }, Some(levels)) => {
                must(columns.len() == levels.len(), "levels and columns differ")?;
                must(columns.iter().all(within) && within(missing), "a column beyond the matrix")?;
            }
            _ => return Err(invalid("a feature is prepared as another kind")),
        }
    }
    Ok(())
}

fn check_model(
    model: &Model,
    preparation: &Preparation,
    means: &[f64],
    target_scale: TargetScale,
    schema: &Schema,
) -> Result<(), ArtefactError> {
    check_preparation(preparation, schema)?;
    let (width, classes) = (preparation.width as usize, schema.classes.len());
    must(means.is_empty() || means.len() == width, "means and columns differ")?;
    must(means.iter().all(|mean| mean.is_finite()), "a mean is not finite")?;
    must(model.is_finite(), "a weight is not finite")?;
    if let TargetScale::MinMax { min, max } = target_scale {
        let finite = min.is_finite() && max.is_finite() && (max - min).is_finite();
        must(finite && max > min, "the target's scale")?;
    }
    let fits = match model {
        Model::Constant { .. } => classes == 0,
        Model::Linear { weights, .. } => classes == 0 && weights.len() == width,
        Model::Shares { probabilities } => {
            classes > 0
                && probabilities.len() == classes
                && probabilities.iter().all(|p| *p > 0.0 && *p <= 1.0)
        }
        Model::Logistic { intercepts, weights } => {
            let logits = if classes == 2 { 1 } else { classes };
            classes >= 2
                && intercepts.len() == logits
                && weights.len() == logits
                && weights.iter().all(|line| line.len() == width)
        }
        Model::Trees(trees) => return trees::check(trees, schema),
        Model::Blend { .. } => return Err(invalid("a blend of blends")),
    };
    must(fits, "model, task and matrix do not fit one another")
}

fn must(holds: bool, what: &str) -> Result<(), ArtefactError> {
    if holds { Ok(()) } else { Err(invalid(what)) }
}
