//! A model as ONNX, with everything inside that the server does: preparation, members of a blend, the target's scale,
//! calibration, the decision by cost.
//!
//! Inputs are named after the columns of the data (see [`features`]), `[rows, 1]` each. A regression gives `value`,
//! `double [rows, 1]`; a classification gives `label`, `string [rows]`, and `probabilities`, `double [rows, classes]`
//! in the order of the classes. All arithmetic is in `f64`; trees compare what was rounded to `f32`, as they do here.
//! The metadata holds what is not computed: see [`metadata`].

mod answers;
mod columns;
mod dates;
mod features;
mod graph;
mod linear;
mod metadata;
mod protobuf;
mod trees;

use features::Features;
use graph::Graph;

use super::ExportError;
use crate::artefact::Content;

/// A file larger than this cannot be read: the format's own limit.
const MAX_BYTES: usize = i32::MAX as usize;

/// Writes the model.
pub fn write(content: &Content, sha256: &str) -> Result<Vec<u8>, ExportError> {
    if let Some(text) = content.schema.features.iter().find(|feature| feature.is_text()) {
        return Err(ExportError::Text { column: text.name.clone() });
    }
    let mut graph = Graph::with_outputs(&[answers::VALUE, answers::LABEL, answers::PROBABILITIES]);
    let mut features = Features::declare(&mut graph, &content.schema);
    answers::add(&mut graph, &mut features, content)?;
    if graph.size() > MAX_BYTES {
        return Err(ExportError::TooLarge { bytes: graph.size() });
    }
    let metadata = metadata::of(content, sha256, features.described())?;
    let bytes = graph.into_model(&metadata::doc(content), &metadata);
    if bytes.len() > MAX_BYTES {
        return Err(ExportError::TooLarge { bytes: bytes.len() });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
