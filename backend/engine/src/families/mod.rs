//! The model families: each learns weights from a matrix; what comes out says nothing of how it was found.

mod baseline;
mod choose;
mod descent;
mod gram;
mod lasso;
mod linear;
mod logistic;
pub mod trees;

use std::collections::BTreeMap;

pub use baseline::{constant, shares, weighted_mean};
pub use choose::{Rows, choose_lasso, choose_ridge};
pub use descent::descend;
pub use gram::{Gram, Stopped};
pub use lasso::{Penalty, lasso, path};
pub use linear::{least_squares, ridge};
pub use logistic::logistic;
use serde::{Deserialize, Serialize};

use crate::train::LossPoint;

/// What was learned, in terms of the columns of the matrix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Model {
    /// The same number for every row, on the target's own scale.
    Constant {
        /// The number.
        value: f64,
    },
    /// The same probabilities for every row.
    Shares {
        /// One for each class, all above 0.
        probabilities: Vec<f64>,
    },
    /// `intercept + Σ weightⱼ xⱼ`, on the scaled target.
    Linear {
        /// The intercept.
        intercept: f64,
        /// One for each column of the matrix.
        weights: Vec<f64>,
    },
    /// Logits `interceptₖ + Σ weightₖⱼ xⱼ`: one for two classes (of the second), else one for each class.
    Logistic {
        /// One for each logit.
        intercepts: Vec<f64>,
        /// For each logit one for each column of the matrix.
        weights: Vec<Vec<f64>>,
    },
    /// Decision trees. They read the features themselves, not the matrix.
    Trees(trees::Trees),
    /// The weighted mean of several models' answers: numbers on the target's own scale, or probabilities.
    Blend {
        /// The models; their weights are above 0 and add up to 1.
        members: Vec<Member>,
    },
}

/// A model of a blend, with what it takes to replay it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Its share of the answer.
    pub weight: f64,
    /// Its family.
    pub algorithm: crate::settings::Algorithm,
    /// What is done to the features before it.
    pub preparation: crate::prepare::Preparation,
    /// The mean of each column of its matrix over the train part, for explanations; empty for trees.
    #[serde(default)]
    pub means: Vec<f64>,
    /// How its target was scaled.
    pub target_scale: crate::artefact::TargetScale,
    /// The model; never another blend.
    pub model: Model,
}

impl Model {
    /// Whether every number of the model is finite.
    pub fn is_finite(&self) -> bool {
        let finite = |values: &[f64]| values.iter().all(|v| v.is_finite());
        match self {
            Self::Constant { value } => value.is_finite(),
            Self::Shares { probabilities } => finite(probabilities),
            Self::Linear { intercept, weights } => intercept.is_finite() && finite(weights),
            Self::Logistic { intercepts, weights } => finite(intercepts) && weights.iter().all(|w| finite(w)),
            Self::Trees(trees) => finite(&trees.base) && trees.trees.iter().all(|tree| finite(&tree.values)),
            Self::Blend { members } => members.iter().all(|m| m.weight.is_finite() && m.model.is_finite()),
        }
    }
}

/// A model and how it was found.
pub struct Fitted {
    /// The model.
    pub model: Model,
    /// The loss on the train part by iteration, at most 500 points; empty for closed forms.
    pub loss_curve: Vec<LossPoint>,
    /// Numbers that describe the fit, by name.
    pub parameters: BTreeMap<String, f64>,
    /// What the reader should know, a sentence each.
    pub notes: Vec<String>,
}

/// The loss by iteration, thinned to every second point whenever there are more than 500.
pub struct LossCurve {
    points: Vec<LossPoint>,
    stride: u32,
}

impl LossCurve {
    const MAX_POINTS: usize = 500;

    pub fn new() -> Self {
        Self { points: Vec::new(), stride: 1 }
    }

    /// Adds a point if its turn has come; says whether it did.
    pub fn push(&mut self, iteration: u32, loss: f64) -> bool {
        if !iteration.is_multiple_of(self.stride) || !loss.is_finite() {
            return false;
        }
        self.points.push(LossPoint { iteration, loss });
        if self.points.len() > Self::MAX_POINTS {
            self.stride *= 2;
            let stride = self.stride;
            self.points.retain(|point| point.iteration.is_multiple_of(stride));
        }
        true
    }

    /// The points, the last one always among them.
    pub fn finish(mut self, iteration: u32, loss: f64) -> Vec<LossPoint> {
        if loss.is_finite() && self.points.last().is_none_or(|last| last.iteration != iteration) {
            self.points.push(LossPoint { iteration, loss });
        }
        self.points
    }
}

#[cfg(test)]
mod tests {
    use super::LossCurve;

    #[test]
    fn a_long_curve_stays_small_and_keeps_its_ends() {
        let mut curve = LossCurve::new();
        for i in 0..10_000 {
            curve.push(i, f64::from(i));
        }
        let points = curve.finish(9_999, 1.0);
        assert!(points.len() <= 502);
        assert_eq!((points[0].iteration, points[points.len() - 1].iteration), (0, 9_999));
    }
}
