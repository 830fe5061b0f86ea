//! The OpenAPI 3.1 document, made from the URL table, and the pages under `/docs`.

use crate::routes::{Access, Row, TABLE};
use actix_web::{HttpResponse, web};
use contract::Media;
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

/// Serves the document.
pub fn configure(app: &mut web::ServiceConfig) {
    app.route("/openapi.json", web::get().to(|| async { HttpResponse::Ok().json(document()) }));
}

/// The whole document.
pub fn document() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    let mut generator = settings.into_generator();
    let mut paths: Map<String, Value> = Map::new();
    let problem = generator.subschema_for::<contract::Problem>();
    for row in TABLE {
        let item = paths.entry(row.path).or_insert_with(|| json!({}));
        item[row.method.as_str().to_lowercase()] = operation(row, &mut generator, problem.as_value());
    }
    let schemas: Map<String, Value> = generator.take_definitions(true);
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Amaas", "version": env!("CARGO_PKG_VERSION"), "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" } },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": "amaas" },
                "api_key": { "type": "http", "scheme": "bearer" },
            },
        },
    })
}

fn operation(row: &Row, generator: &mut SchemaGenerator, problem: &Value) -> Value {
    let [query, body, answer] = row.schemas.map(|schema| schema(generator));
    let mut operation = json!({
        "operationId": row.name,
        "summary": row.summary.trim(),
        "tags": [row.path.split('/').nth(2).unwrap_or("health")],
        "parameters": parameters(row, generator, &query.to_value()),
        "security": security(row),
        "responses": {
            row.status.to_string(): response(row.answer, answer.as_value()),
            "default": { "description": "A problem", "content": { "application/problem+json": { "schema": problem } } },
        },
    });
    if row.body != Media::Nothing {
        operation["requestBody"] = json!({ "required": true, "content": content(row.body, body.as_value()) });
    }
    operation
}

fn response(media: Media, schema: &Value) -> Value {
    if media == Media::Nothing {
        return json!({ "description": "Done" });
    }
    json!({ "description": "Success", "content": content(media, schema) })
}

fn content(media: Media, schema: &Value) -> Value {
    let text = json!({ "schema": { "type": "string" } });
    match media {
        Media::Nothing => json!({}),
        Media::Json => json!({ "application/json": { "schema": schema } }),
        Media::Csv => json!({ "text/csv": text }),
        Media::Ndjson => json!({ "application/x-ndjson": text }),
        Media::EventStream => json!({ "text/event-stream": text }),
        Media::Multiple => json!({ "application/json": {}, "text/csv": text }),
    }
}

fn security(row: &Row) -> Value {
    match row.access {
        Access::Public => json!([]),
        Access::Person => json!([{ "session": [] }]),
        Access::Tenant(action) if action.key_scope().is_some() => {
            json!([{ "session": [] }, { "api_key": [] }])
        }
        Access::Tenant(_) => json!([{ "session": [] }]),
    }
}

fn parameters(row: &Row, generator: &mut SchemaGenerator, query: &Value) -> Value {
    let slots = row.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let mut all: Vec<Value> = slots
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    let name = query["$ref"].as_str().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
    let definition = generator.definitions().get(name).cloned().unwrap_or_default();
    let fields = definition["properties"].as_object().cloned().unwrap_or_default();
    all.extend(
        fields.into_iter().map(|(name, schema)| json!({ "name": name, "in": "query", "schema": schema })),
    );
    if let Access::Tenant(_) = row.access {
        all.push(json!({ "name": "X-Amaas-Tenant", "in": "header", "schema": { "type": "string" }, "description": "The tenant to act in, for people; a key has its own." }));
    }
    Value::Array(all)
}
