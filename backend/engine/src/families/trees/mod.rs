//! Ensembles of decision trees: what they are made of, and how they are grown.
//!
//! A tree sees `f32` columns that [`Input`]s make of the features, so that a cut falls on the same side here, in the
//! compiled scorer and in an exported model. Numbers are cast to `f32` before binning and before scoring alike.

mod bagged;
mod bin;
mod boost;
mod encode;
mod forest;
mod grow;
mod histogram;
mod node;
mod objective;
mod partition;
mod sample;
mod shape;
mod split;
mod statistics;
mod terms;
mod walk;

pub use bin::{Binned, bin};
pub use boost::{BoostParameters, CurvePoint, Labels, Pace, boost};
pub use encode::{CategoryCoding, Encoding, MAX_SET_LEVELS, encode};
pub use forest::{Cuts, ForestParameters, forest};
use serde::{Deserialize, Serialize};

/// No tree, child or set stands here.
pub const NONE: u32 = u32::MAX;

/// Where the `f32` columns of the trees come from: one value a row each, NaN where it is missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Input {
    /// A number as it is, cast to `f32` and clamped to its range.
    Number {
        /// The feature of the schema.
        feature: u32,
    },
    /// The place of a category's level in the schema, for splits by sets of levels. A level that the train part did
    /// not hold is missing.
    Level {
        /// The feature of the schema.
        feature: u32,
    },
    /// A number for each level of a category: its rank, or a statistic of the target.
    Statistic {
        /// The feature of the schema.
        feature: u32,
        /// One for each level of the schema.
        values: Vec<f32>,
        /// Of a missing value; NaN is stored as nothing.
        missing: Option<f32>,
        /// Of a level that the train part did not hold.
        unknown: Option<f32>,
    },
    /// A part of a date.
    DatePart {
        /// The feature of the schema.
        feature: u32,
        /// Which part.
        part: crate::prepare::DatePart,
    },
    /// The weight of a term in a text; 0 where the text does not hold it.
    Term {
        /// The feature of the schema.
        feature: u32,
        /// The term of its vocabulary.
        term: u32,
    },
    /// How many words a text has.
    Words {
        /// The feature of the schema.
        feature: u32,
    },
}

impl Input {
    /// The feature it is made of.
    pub fn feature(&self) -> usize {
        let (Self::Number { feature }
        | Self::Level { feature }
        | Self::Statistic { feature, .. }
        | Self::DatePart { feature, .. }
        | Self::Term { feature, .. }
        | Self::Words { feature }) = self;
        *feature as usize
    }
}

/// A number as the trees see it: the nearest `f32`, at most the greatest finite one; NaN stays missing.
pub fn narrowed(x: f64) -> f32 {
    (x as f32).clamp(f32::MIN, f32::MAX)
}

/// What turns the sums of a tree ensemble into answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TreeLink {
    /// The sum is the answer, on the scaled target.
    Identity,
    /// The sum is the logit of the second of two classes.
    Sigmoid,
    /// The sums are logits, one for each class.
    Softmax,
    /// The sums are probabilities already, one for each class: leaves hold shares divided by the number of trees.
    Probabilities,
}

/// A tree: nodes in an order where children come after their parents. Node 0 is the root.
///
/// Column by column, all of one length, so that a file of thousands of trees stays small.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tree {
    /// The sum that the leaves add to; with leaves as wide as there are sums, [`NONE`].
    pub output: u32,
    /// The input of each node; [`NONE`] for a leaf.
    pub input: Vec<u32>,
    /// Rows with a value at or below go left: `x <= threshold`. Of leaves and of splits by levels 0.
    pub threshold: Vec<f32>,
    /// The set in [`Trees::sets`] whose levels go left; [`NONE`] where the threshold decides.
    pub set: Vec<u32>,
    /// Whether a missing value goes left.
    pub missing_left: Vec<bool>,
    /// The left child; the right one is next to it. Of a leaf: its place in `values`, counted in leaves.
    pub child: Vec<u32>,
    /// What the leaves add: one number a leaf, or one for each sum.
    pub values: Vec<f64>,
    /// The weight of the train rows that reached each node, for explanations.
    pub cover: Vec<f32>,
}

/// An ensemble of trees: `sum = base + Σ leaf`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trees {
    /// Where the columns come from.
    pub inputs: Vec<Input>,
    /// One for each sum: one for a number or two classes, else one for each class.
    pub base: Vec<f64>,
    /// What turns the sums into answers.
    pub link: TreeLink,
    /// Sets of levels: for each the levels (of [`Input::Level`]) that go left, rising.
    pub sets: Vec<Vec<u32>>,
    /// The trees.
    pub trees: Vec<Tree>,
}

#[cfg(test)]
mod tests;
