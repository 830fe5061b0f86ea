//! From an artefact to a scorer: scaling, filling and the target's scale become part of the weights.

use std::sync::Arc;

use super::batch::{Dictionary, FIRST_LEVEL, MISSING, UNKNOWN};
use super::{CategoryTerm, CycleTerm, Link, NumberTerm, Scorer};
use crate::artefact::{Artefact, ArtefactError, Content, TargetScale};
use crate::families::Model;
use crate::math::{dot, ln};
use crate::prepare::{Cycle, Prepared};

impl Scorer {
    /// Compiles a model.
    ///
    /// # Errors
    /// [`ArtefactError::Invalid`] when folding makes a number that is not finite.
    pub fn from_artefact(artefact: &Artefact) -> Result<Self, ArtefactError> {
        Self::from_content(artefact.content())
    }

    pub(crate) fn from_content(content: &Content) -> Result<Self, ArtefactError> {
        let (bias, weights, link) = sums(content);
        let mut scorer = Self {
            dictionaries: dictionaries(content),
            schema: Arc::new(content.schema.clone()),
            bias,
            numbers: Vec::new(),
            cycles: Vec::new(),
            categories: Vec::new(),
            link,
        };
        if !weights.is_empty() {
            scorer.fold(content, &weights);
        }
        let finite = |values: &[f64]| values.iter().all(|v| v.is_finite());
        let sound = finite(&scorer.bias)
            && scorer.numbers.iter().all(|term| finite(&term.weights))
            && scorer.cycles.iter().flat_map(|term| &term.tables).all(|table| finite(table))
            && scorer.categories.iter().flat_map(|term| &term.tables).all(|table| finite(table));
        if sound {
            Ok(scorer)
        } else {
            Err(ArtefactError::Invalid { what: "a weight that is not finite".to_owned() })
        }
    }

    fn fold(&mut self, content: &Content, lines: &[Vec<f64>]) {
        for (feature, prepared) in content.preparation.features.iter().enumerate() {
            match prepared {
                Prepared::Number { column, fill, offset, scale }
                | Prepared::Date { column, fill, offset, scale, .. } => {
                    let at = |line: &Vec<f64>| line.get(*column as usize).copied().unwrap_or(0.0) / scale;
                    let weights: Vec<f64> = lines.iter().map(at).collect();
                    self.bias.iter_mut().zip(&weights).for_each(|(bias, weight)| *bias -= offset * weight);
                    let weight = weights.first().copied().unwrap_or(0.0);
                    self.numbers.push(NumberTerm { feature, fill: *fill, weight, weights });
                    if let Prepared::Date { cycles, .. } = prepared {
                        let term = |cycle: &Cycle| cycle_term(feature, cycle, lines);
                        self.cycles.extend(cycles.iter().map(term));
                    }
                }
                Prepared::Category { columns, missing } => {
                    let table = |line: &Vec<f64>| {
                        let weight = |column: &Option<u32>| {
                            column.and_then(|c| line.get(c as usize)).copied().unwrap_or(0.0)
                        };
                        let mut table = vec![0.0; columns.len() + FIRST_LEVEL as usize];
                        table[MISSING as usize] = weight(missing);
                        table[UNKNOWN as usize] = 0.0;
                        for (cell, column) in table[FIRST_LEVEL as usize..].iter_mut().zip(columns) {
                            *cell = weight(column);
                        }
                        table
                    };
                    self.categories.push(CategoryTerm { feature, tables: lines.iter().map(table).collect() });
                }
            }
        }
    }
}

/// What each place of the cycle adds to each sum, a missing date last.
fn cycle_term(feature: usize, cycle: &Cycle, lines: &[Vec<f64>]) -> CycleTerm {
    let table = |line: &Vec<f64>| {
        let weights = line.get(cycle.column as usize..).unwrap_or_default();
        cycle.values.iter().chain([&cycle.missing]).map(|row| dot(row, weights)).collect()
    };
    CycleTerm { feature, cycle: cycle.clone(), tables: lines.iter().map(table).collect() }
}

/// The biases and weights of each sum on the target's own scale, and the link.
fn sums(content: &Content) -> (Vec<f64>, Vec<Vec<f64>>, Link) {
    match &content.model {
        Model::Constant { value } => (vec![*value], Vec::new(), Link::Identity),
        Model::Shares { probabilities } => {
            (probabilities.iter().map(|p| ln(*p)).collect(), Vec::new(), Link::Softmax)
        }
        Model::Linear { intercept, weights } => match content.target_scale {
            TargetScale::None => (vec![*intercept], vec![weights.clone()], Link::Identity),
            TargetScale::Log => (vec![*intercept], vec![weights.clone()], Link::ExpM1),
            TargetScale::MinMax { min, max } => {
                let range = max - min;
                let weights = weights.iter().map(|w| w * range).collect();
                (vec![intercept * range + min], vec![weights], Link::Identity)
            }
        },
        Model::Logistic { intercepts, weights } => {
            let link = if intercepts.len() == 1 { Link::Sigmoid } else { Link::Softmax };
            (intercepts.clone(), weights.clone(), link)
        }
        Model::Trees(_) | Model::Blend { .. } => (vec![f64::NAN], Vec::new(), Link::Identity),
    }
}

fn dictionaries(content: &Content) -> Arc<[Dictionary]> {
    let features = content.schema.features.iter();
    features.map(|f| Dictionary::new(f.levels.as_deref().unwrap_or_default(), f.kind)).collect()
}
