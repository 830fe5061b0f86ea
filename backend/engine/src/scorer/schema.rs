//! What a model needs and what it answers.

use serde::{Deserialize, Serialize};

use crate::csv::Writing;
use crate::prepare::Vocabulary;
use crate::settings::Task;
use crate::table::ColumnKind;

/// A value that the train part held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Example {
    /// Of a column of numbers, or of dates as seconds since 1970.
    Number(f64),
    /// Of a column of categories, or the beginning of a text.
    Text(String),
}

/// One column that a model needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// What it means.
    pub kind: ColumnKind,
    /// The levels the train part held, sorted; numbers and texts have none.
    pub levels: Option<Vec<String>>,
    /// The least value of the train part; categories and texts have none.
    pub min: Option<f64>,
    /// The greatest value of the train part; categories and texts have none.
    pub max: Option<f64>,
    /// A value of the train part.
    pub example: Option<Example>,
    /// The terms of a column of text; others have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Vocabulary>,
    /// How its cells were written in the data that was learned from; nothing for the plain way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writing: Option<Writing>,
}

impl Feature {
    /// Whether the column holds numbers (dates among them) and neither levels nor texts.
    pub fn is_number(&self) -> bool {
        self.levels.is_none() && self.text.is_none()
    }

    /// Whether the column holds free text.
    pub fn is_text(&self) -> bool {
        self.text.is_some()
    }
}

/// What a model needs and what it answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    /// The columns it needs, in the order of the features of a [`super::Batch`].
    pub features: Vec<Feature>,
    /// The column it predicts.
    pub target: String,
    /// The kind of answer.
    pub task: Task,
    /// The classes in the order of the probabilities; empty for a regression.
    pub classes: Vec<String>,
}
