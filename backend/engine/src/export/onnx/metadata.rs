//! What an ONNX file tells beside its graph, in `metadata_props`.

use super::features::Described;
use crate::artefact::Content;
use crate::export::ExportError;

/// Entries by key. Lists and records are JSON.
///
/// `target`, `task`, `classes`, `algorithm`, `engine_version`, `dataset_sha256`, `artefact_sha256`, `inputs` (name in
/// the graph, column, kind, element, how a missing value is given), `settings`, `scores`, `baseline`, and where there
/// are any `conformal` errors, from which intervals and sets of a level are made.
pub fn of(
    content: &Content,
    sha256: &str,
    inputs: &[Described],
) -> Result<Vec<(&'static str, String)>, ExportError> {
    let json = |text: Result<String, serde_json::Error>| text.map_err(|_| ExportError::NotFinite);
    let mut entries = vec![
        ("target", content.schema.target.clone()),
        ("task", json(serde_json::to_string(&content.schema.task))?.trim_matches('"').to_owned()),
        ("classes", json(serde_json::to_string(&content.schema.classes))?),
        ("algorithm", content.algorithm.as_str().to_owned()),
        ("engine_version", content.lineage.engine_version.clone()),
        ("dataset_sha256", content.lineage.dataset_sha256.clone()),
        ("artefact_sha256", sha256.to_owned()),
        ("inputs", json(serde_json::to_string(inputs))?),
        ("settings", json(serde_json::to_string(&content.settings))?),
        ("scores", json(serde_json::to_string(&content.scores))?),
        ("baseline", json(serde_json::to_string(&content.baseline))?),
    ];
    if let Some(conformal) = &content.conformal {
        entries.push(("conformal", json(serde_json::to_string(conformal))?));
    }
    Ok(entries)
}

/// A sentence on what the file is.
pub fn doc(content: &Content) -> String {
    format!(
        "Predicts {:?} ({}) with the preparation of the columns inside. Numbers and dates (seconds since 1970-01-01 \
         UTC) are doubles, NaN where missing; categories are texts, empty where missing. See the metadata \"inputs\".",
        content.schema.target,
        content.algorithm.as_str()
    )
}
