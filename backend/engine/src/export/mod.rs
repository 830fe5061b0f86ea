//! A model for the world outside: ONNX for programs, JSON and a model card for people.
//!
//! None of them is read back: the artefact is the model, these are views of it.

mod card;
mod json;
mod onnx;
#[cfg(test)]
pub(crate) mod random_models;

pub use card::CardFacts;

use crate::artefact::Artefact;

/// Why a model cannot be exported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// Protocol Buffers hold 2 GiB at most.
    #[error(
        "the model would take {bytes} bytes as ONNX, and the format holds 2147483647; train with fewer or smaller trees"
    )]
    TooLarge {
        /// Bytes it would take.
        bytes: usize,
    },
    /// Folding the preparation into a weight left the range of numbers.
    #[error(
        "a weight of the model is not finite once the preparation is folded into it; scale the columns and train again"
    )]
    NotFinite,
    /// ONNX has no operator that reads a text as the preparation does.
    #[error(
        "ONNX cannot hold the free text of the column {column:?}; train without it, or use the JSON export or the API"
    )]
    Text {
        /// The column.
        column: String,
    },
    /// The model's parts do not fit one another; no artefact that training makes is like that.
    #[error("the model cannot be exported: {what}")]
    Inconsistent {
        /// What is wrong.
        what: &'static str,
    },
}

impl ExportError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "export_too_large",
            Self::NotFinite => "export_not_finite",
            Self::Text { .. } => "export_text",
            Self::Inconsistent { .. } => "export_inconsistent",
        }
    }
}

/// The model as an ONNX file: opset 17 of `ai.onnx` and 3 of `ai.onnx.ml`, IR version 8.
///
/// Inputs have the names of the columns (or one like it where a name is empty, holds control characters or is that of
/// an output; the metadata `inputs` tells which is which) and the shape `[rows, 1]`:
/// - numbers: `double`, NaN where missing;
/// - dates: `double`, seconds since 1970-01-01 UTC, NaN where missing;
/// - categories and booleans: `string`, the level as the data spells it, an empty text where missing. A level that the
///   train part did not hold is taken as the server takes it.
///
/// Outputs: `value`, `double [rows, 1]`, of a regression; of a classification `label`, `string [rows]`, and
/// `probabilities`, `double [rows, classes]`. The same artefact gives the same bytes.
///
/// # Errors
/// See [`ExportError`].
pub fn to_onnx(artefact: &Artefact) -> Result<Vec<u8>, ExportError> {
    onnx::write(artefact.content(), &artefact.sha256_hex())
}

/// The model as JSON that a person can read: columns, what is done to each, weights or trees, settings, scores, lineage.
///
/// # Errors
/// [`ExportError::NotFinite`], which no artefact leads to.
pub fn to_json(artefact: &Artefact) -> Result<String, ExportError> {
    json::write(artefact)
}

/// A page of Markdown on what the model predicts, what it learned from, how good it is, where its limits are and how to
/// make it again. Names and levels of the data are escaped.
///
/// # Errors
/// [`ExportError::NotFinite`], which no artefact leads to.
pub fn model_card(artefact: &Artefact, facts: &CardFacts<'_>) -> Result<String, ExportError> {
    card::write(artefact, facts)
}
