//! The OpenAPI 3.1 document, made from the URL table: what is served is what is described.

mod forms;

use crate::routes::{Access, Row, TABLE};
use actix_web::{HttpResponse, web};
use contract::{IDEMPOTENCY_HEADER, Media, TENANT_HEADER};
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use std::{collections::BTreeSet, sync::OnceLock};

/// Serves the document.
pub fn configure(app: &mut web::ServiceConfig) {
    app.route("/openapi.json", web::get().to(|| async { HttpResponse::Ok().json(document()) }));
}

/// The whole document.
pub fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(make)
}

fn make() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    let mut generator = settings.into_generator();
    let mut paths: Map<String, Value> = Map::new();
    let problem = generator.subschema_for::<contract::Problem>().to_value();
    for row in TABLE {
        let item = paths.entry(row.path).or_insert_with(|| json!({}));
        item[row.method.as_str().to_lowercase()] = operation(row, &mut generator, &problem);
    }
    let mut schemas: Map<String, Value> = generator.take_definitions(true);
    let used = used_by(&paths, &schemas);
    schemas.retain(|name, _| used.contains(name));
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Amaas",
            "summary": "AI models as a service: a CSV goes in, a prediction API comes out.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": {
                    "type": "apiKey", "in": "cookie", "name": "amaas",
                    "description": "A person's session; the cookie is named __Host-amaas where the server is reached by https.",
                },
                "api_key": { "type": "http", "scheme": "bearer", "description": "A program's key: amk_live_…" },
            },
        },
    })
}

fn operation(row: &Row, generator: &mut SchemaGenerator, problem: &Value) -> Value {
    let query = (row.schemas[0])(generator).to_value();
    let mut responses = json!({
        row.status.to_string(): response(forms::of_answer(row, generator)),
        "default": {
            "description": "A problem document; its code has a page under /docs/errors.",
            "content": { "application/problem+json": { "schema": problem } },
        },
    });
    if row.name == "GetReady" {
        responses["503"] = response(forms::of_answer(row, generator));
    }
    let mut operation = json!({
        "operationId": row.name,
        "summary": row.summary.trim(),
        "tags": [tag(row)],
        "parameters": parameters(row, generator, &query),
        "security": security(row),
        "responses": responses,
    });
    if row.body != Media::Nothing {
        let content = forms::of_body(row, generator);
        operation["requestBody"] = json!({ "required": true, "content": content });
    }
    operation
}

fn tag(row: &Row) -> &'static str {
    row.path.strip_prefix("/v1/").and_then(|path| path.split('/').next()).unwrap_or("health")
}

fn response(content: Map<String, Value>) -> Value {
    if content.is_empty() {
        return json!({ "description": "Done; there is no body." });
    }
    json!({ "description": "Success", "content": content })
}

fn security(row: &Row) -> Value {
    match row.access {
        Access::Public => json!([]),
        Access::Tenant(action) if action.key_scope().is_some() => {
            json!([{ "session": [] }, { "api_key": [] }])
        }
        Access::Person | Access::Operator | Access::Tenant(_) => json!([{ "session": [] }]),
    }
}

fn parameters(row: &Row, generator: &SchemaGenerator, query: &Value) -> Value {
    let slots = row.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let mut all: Vec<Value> = slots
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    let name = query["$ref"].as_str().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
    let definition = generator.definitions().get(name).cloned().unwrap_or_default();
    let needed: Vec<&str> =
        definition["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, schema) in definition["properties"].as_object().into_iter().flatten() {
        let mut schema = schema.clone();
        let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        all.push(json!({
            "name": name, "in": "query", "required": needed.contains(&name.as_str()),
            "description": description, "schema": schema,
        }));
    }
    if let Access::Tenant(_) = row.access {
        let about = "The tenant to act in, by id or short name: for people. A key belongs to one.";
        all.push(header(TENANT_HEADER, about));
    }
    if row.is_idempotent() {
        let about = "Makes the call safe to repeat: the first answer is kept for 24 hours and replayed.";
        all.push(header(IDEMPOTENCY_HEADER, about));
    }
    if row.method.changes_state() && row.access != Access::Public {
        let about = "For people: same-origin, as browsers send it from our own pages. Not needed with a key.";
        all.push(header("sec-fetch-site", about));
    }
    Value::Array(all)
}

fn header(name: &str, about: &str) -> Value {
    json!({ "name": name, "in": "header", "required": false, "description": about, "schema": { "type": "string" } })
}

/// The components that the paths refer to, also by way of others.
fn used_by(paths: &Map<String, Value>, schemas: &Map<String, Value>) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let mut open: Vec<&Value> = paths.values().collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => {
                let name =
                    fields.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
                if let Some(name) = name.filter(|name| used.insert((*name).to_owned())) {
                    open.extend(schemas.get(name));
                }
                open.extend(fields.values());
            }
            Value::Array(items) => open.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    used
}
