//! From an artefact to a scorer: scaling, filling and the target's scale become part of the weights.

use std::sync::{Arc, OnceLock};

use super::batch::Dictionary;
use super::costs::Costs;
use super::link::Link;
use super::sums::Sums;
use super::trees::FlatTrees;
use super::{Core, Part, Schema, Scorer};
use crate::artefact::{Artefact, ArtefactError, Content, TargetScale};
use crate::families::Model;
use crate::families::trees::{TreeLink, Trees};
use crate::math::ln;
use crate::prepare::Preparation;

impl Scorer {
    /// Compiles a model.
    ///
    /// # Errors
    /// [`ArtefactError::Invalid`] when folding makes a number that is not finite.
    pub fn from_artefact(artefact: &Artefact) -> Result<Self, ArtefactError> {
        Self::from_content(artefact.content())
    }

    pub(crate) fn from_content(content: &Content) -> Result<Self, ArtefactError> {
        let schema = &content.schema;
        let parts: Vec<Part> = match &content.model {
            Model::Blend { members } => members
                .iter()
                .map(|m| part(m.weight, &m.model, &m.preparation, &m.means, m.target_scale, schema))
                .collect(),
            model => {
                vec![part(1.0, model, &content.preparation, &content.means, content.target_scale, schema)]
            }
        };
        if !parts.iter().all(Part::is_finite) {
            return Err(ArtefactError::Invalid { what: "a weight that is not finite".to_owned() });
        }
        Ok(Self {
            dictionaries: dictionaries(schema),
            schema: Arc::new(schema.clone()),
            parts,
            width: schema.classes.len().max(1),
            calibration: content.calibration.clone(),
            costs: Costs::of(&content.settings.costs, &schema.classes),
        })
    }
}

fn part(
    weight: f64,
    model: &Model,
    preparation: &Preparation,
    means: &[f64],
    target_scale: TargetScale,
    schema: &Schema,
) -> Part {
    let (core, link) = match model {
        Model::Constant { value } => (Core::Sums(Sums::constant(vec![*value])), Link::Identity),
        Model::Shares { probabilities } => {
            let logits = probabilities.iter().map(|p| ln(*p)).collect();
            (Core::Sums(Sums::constant(logits)), Link::Softmax)
        }
        Model::Linear { intercept, weights } => {
            let (factor, offset) = unscaling(target_scale);
            let weights = weights.iter().map(|w| w * factor).collect();
            let sums = Sums::fold(vec![intercept * factor + offset], &[weights], preparation, means);
            (Core::Sums(sums), link_of_numbers(target_scale))
        }
        Model::Logistic { intercepts, weights } => {
            let link = if intercepts.len() == 1 { Link::Sigmoid } else { Link::Softmax };
            (Core::Sums(Sums::fold(intercepts.clone(), weights, preparation, means)), link)
        }
        Model::Trees(trees) => part_of_trees(trees, target_scale, schema),
        // Refused by the check of the content; without a finite sum it is no part of a scorer.
        Model::Blend { .. } => (Core::Sums(Sums::constant(vec![f64::NAN])), Link::Identity),
    };
    Part { weight, core, link, paths: OnceLock::new() }
}

fn part_of_trees(trees: &Trees, target_scale: TargetScale, schema: &Schema) -> (Core, Link) {
    let (scale, link) = match trees.link {
        TreeLink::Identity => (unscaling(target_scale), link_of_numbers(target_scale)),
        TreeLink::Sigmoid => ((1.0, 0.0), Link::Sigmoid),
        TreeLink::Softmax => ((1.0, 0.0), Link::Softmax),
        TreeLink::Probabilities => ((1.0, 0.0), Link::Shares),
    };
    (Core::Trees(FlatTrees::compile(trees, schema, scale.0, scale.1)), link)
}

/// Factor and offset that undo the part of the target's scale that is linear.
fn unscaling(target_scale: TargetScale) -> (f64, f64) {
    match target_scale {
        TargetScale::None | TargetScale::Log => (1.0, 0.0),
        TargetScale::MinMax { min, max } => (max - min, min),
    }
}

fn link_of_numbers(target_scale: TargetScale) -> Link {
    match target_scale {
        TargetScale::Log => Link::ExpM1,
        TargetScale::None | TargetScale::MinMax { .. } => Link::Identity,
    }
}

fn dictionaries(schema: &Schema) -> Arc<[Dictionary]> {
    let features = schema.features.iter();
    features.map(|f| Dictionary::new(f.levels.as_deref().unwrap_or_default(), f.kind)).collect()
}
