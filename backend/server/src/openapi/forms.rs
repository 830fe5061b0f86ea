//! The media types of bodies and answers with their schemas.

use crate::routes::Row;
use contract::{
    Media, Schema,
    predictions::{PredictAnswer, PredictBody},
    training::RunEvents,
};
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

/// What the body of a route may be.
pub fn of_body(row: &Row, generator: &mut SchemaGenerator) -> Map<String, Value> {
    match (row.body, row.name) {
        (Media::Multiple, "Predict") => several([json_of::<PredictBody>(generator), csv()]),
        (Media::Multiple, "UploadDataset") => several([csv(), form()]),
        (media, _) => single(media, row.schemas[1], generator),
    }
}

/// What a success of a route may answer.
pub fn of_answer(row: &Row, generator: &mut SchemaGenerator) -> Map<String, Value> {
    match (row.answer, row.name) {
        (Media::Multiple, "Predict") => several([json_of::<PredictAnswer>(generator), csv()]),
        (Media::Multiple, "GetRunEvents") => several([events(), json_of::<RunEvents>(generator)]),
        (Media::Multiple, "ExportModel") => several([onnx(), object()]),
        (Media::Multiple, "GetModelCard") => several([markdown()]),
        (Media::Multiple, "ProveAuditEvent") => several([proof()]),
        (Media::Multiple, "ExportAuditEvents") => several([csv(), ndjson()]),
        (media, _) => single(media, row.schemas[2], generator),
    }
}

type Form = (&'static str, Value);

fn several<const N: usize>(forms: [Form; N]) -> Map<String, Value> {
    forms.into_iter().map(|(media, schema)| (media.to_owned(), json!({ "schema": schema }))).collect()
}

fn single(
    media: Media,
    schema: fn(&mut SchemaGenerator) -> schemars::Schema,
    generator: &mut SchemaGenerator,
) -> Map<String, Value> {
    match media {
        // A route of several forms names them above; the test of the document finds one that does not.
        Media::Nothing | Media::Multiple => Map::new(),
        Media::Json => several([("application/json", schema(generator).to_value())]),
        Media::Csv => several([csv()]),
        Media::Ndjson => several([ndjson()]),
        Media::EventStream => several([events()]),
    }
}

fn json_of<T: Schema>(generator: &mut SchemaGenerator) -> Form {
    ("application/json", T::schema(generator).to_value())
}

fn csv() -> Form {
    ("text/csv", json!({ "type": "string", "description": "Comma-separated values with a header row." }))
}

fn ndjson() -> Form {
    ("application/x-ndjson", json!({ "type": "string", "description": "One JSON document a line." }))
}

fn events() -> Form {
    let about = "Server-sent events: id is the sequence, event the kind, data the step as JSON. Last-Event-ID replays.";
    ("text/event-stream", json!({ "type": "string", "description": about }))
}

fn onnx() -> Form {
    let about = "An ONNX model with the preparation inside.";
    ("application/octet-stream", json!({ "type": "string", "format": "binary", "description": about }))
}

fn object() -> Form {
    ("application/json", json!({ "type": "object", "description": "Preparation, weights and trees." }))
}

fn proof() -> Form {
    let about =
        "The entry, its way to a signed root, and the signature; `amaas audit verify --proof` reads it.";
    ("application/json", json!({ "type": "object", "description": about }))
}

fn markdown() -> Form {
    ("text/markdown", json!({ "type": "string", "description": "The model in words." }))
}

fn form() -> Form {
    let file = json!({ "type": "string", "contentMediaType": "text/csv", "description": "The CSV file." });
    ("multipart/form-data", json!({ "type": "object", "properties": { "file": file }, "required": ["file"] }))
}
