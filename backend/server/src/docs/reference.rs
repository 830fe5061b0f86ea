//! The reference: every call with its parameters, body and answer, and every type, from the OpenAPI document.

use super::html::{add, escaped, whole};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const INTRODUCTION: &str = "<h1>API reference</h1>\n\
    <p>JSON in UTF-8 and snake_case; times are RFC 3339 in UTC; sizes and durations carry their unit in the name. \
    Lists answer <code>data</code> and <code>next_cursor</code>, newest first. \
    An error is a problem document (RFC 9457) that lists every fault; <a href=\"/docs/errors\">each code has a page</a>. \
    Programs send <code>Authorization: Bearer amk_live_…</code>; people sign in. \
    The same as a document for programs: <a href=\"/openapi.json\">OpenAPI 3.1</a>.</p>\n";

/// The whole page.
pub fn page(document: &Value) -> String {
    let mut content = String::from(INTRODUCTION);
    let mut groups: BTreeMap<&str, Vec<(&str, &str, &Value)>> = BTreeMap::new();
    for (path, item) in fields(&document["paths"]) {
        for (method, operation) in fields(item) {
            let tag = operation["tags"][0].as_str().unwrap_or_default();
            groups.entry(tag).or_default().push((path, method, operation));
        }
    }
    content.push_str("<ul class=\"contents\">\n");
    for tag in groups.keys() {
        add(&mut content, format_args!("<li><a href=\"#{0}\">{0}</a></li>\n", escaped(tag)));
    }
    content.push_str("<li><a href=\"#types\">types</a></li>\n</ul>\n");
    for (tag, operations) in groups {
        add(&mut content, format_args!("<h2 id=\"{0}\">{0}</h2>\n", escaped(tag)));
        for (path, method, operation) in operations {
            push_operation(&mut content, path, method, operation);
        }
    }
    content.push_str("<h2 id=\"types\">types</h2>\n");
    for (name, schema) in fields(&document["components"]["schemas"]) {
        push_type(&mut content, name, schema);
    }
    whole("API reference", &content)
}

fn fields(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter).map(|(name, value)| (name.as_str(), value))
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

fn push_operation(content: &mut String, path: &str, method: &str, operation: &Value) {
    let (id, summary) = (escaped(text(operation, "operationId")), escaped(text(operation, "summary")));
    let verb = method.to_uppercase();
    add(
        content,
        format_args!(
            "<section id=\"{id}\">\n<h3><span class=\"verb\">{verb}</span> <code>{}</code></h3>\n<p>{summary}</p>\n",
            escaped(path)
        ),
    );
    add(content, format_args!("<p class=\"who\">{}</p>\n", who(&operation["security"])));
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !parameters.is_empty() {
        content.push_str(
            "<table><thead><tr><th>Parameter</th><th>Type</th><th>Meaning</th></tr></thead><tbody>\n",
        );
        for parameter in parameters {
            let name = format!("{} ({})", text(parameter, "name"), text(parameter, "in"));
            push_field(content, &name, &parameter["schema"], text(parameter, "description"));
        }
        content.push_str("</tbody></table>\n");
    }
    push_forms(content, "Body", &operation["requestBody"]["content"]);
    for (status, response) in fields(&operation["responses"]).filter(|(status, _)| *status != "default") {
        if response["content"].is_null() {
            add(
                content,
                format_args!(
                    "<p>Answer {}: {}</p>\n",
                    escaped(status),
                    escaped(text(response, "description"))
                ),
            );
        }
        push_forms(content, &format!("Answer {status}"), &response["content"]);
    }
    content.push_str("</section>\n");
}

fn who(security: &Value) -> &'static str {
    let schemes: Vec<&str> = security
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|scheme| fields(scheme).map(|(name, _)| name))
        .collect();
    match (schemes.contains(&"session"), schemes.contains(&"api_key")) {
        (true, true) => "For people who are signed in, and for API keys.",
        (true, false) => "For people who are signed in.",
        _ => "For anybody.",
    }
}

fn push_forms(content: &mut String, what: &str, forms: &Value) {
    for (media, form) in fields(forms) {
        let about = text(&form["schema"], "description");
        add(
            content,
            format_args!(
                "<p>{}: <code>{}</code> {} {}</p>\n",
                escaped(what),
                escaped(media),
                kind(&form["schema"]),
                escaped(about)
            ),
        );
    }
}

fn push_type(content: &mut String, name: &str, schema: &Value) {
    add(
        content,
        format_args!(
            "<section id=\"type-{0}\">\n<h3>{0}</h3>\n<p>{1}</p>\n",
            escaped(name),
            escaped(text(schema, "description"))
        ),
    );
    push_fields(content, schema);
    let variants = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
    for variant in variants.into_iter().flatten() {
        add(content, format_args!("<p>{} {}</p>\n", kind(variant), escaped(text(variant, "description"))));
        push_fields(content, variant);
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> =
            values.iter().map(|value| format!("<code>{}</code>", escaped(&value.to_string()))).collect();
        add(content, format_args!("<p>One of {}.</p>\n", values.join(", ")));
    }
    content.push_str("</section>\n");
}

fn push_fields(content: &mut String, schema: &Value) {
    let needed: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut rows = fields(&schema["properties"]).peekable();
    if rows.peek().is_none() {
        return;
    }
    content.push_str("<table><thead><tr><th>Field</th><th>Type</th><th>Meaning</th></tr></thead><tbody>\n");
    for (name, field) in rows {
        let mark = if needed.contains(&name) { "" } else { "?" };
        push_field(content, &format!("{name}{mark}"), field, text(field, "description"));
    }
    content.push_str("</tbody></table>\n");
}

fn push_field(content: &mut String, name: &str, schema: &Value, about: &str) {
    add(
        content,
        format_args!(
            "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>\n",
            escaped(name),
            kind(schema),
            escaped(about)
        ),
    );
}

/// The type of a schema in a few words, as HTML.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("<a href=\"#type-{0}\">{0}</a>", escaped(name));
    }
    if !schema["const"].is_null() {
        return format!("<code>{}</code>", escaped(&schema["const"].to_string()));
    }
    if let Some(choices) = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array()) {
        return choices.iter().map(kind).collect::<Vec<_>>().join(" or ");
    }
    if schema["type"] == "array" {
        return format!("list of {}", kind(&schema["items"]));
    }
    match &schema["type"] {
        Value::String(name) => escaped(name),
        Value::Array(names) => {
            names.iter().filter_map(Value::as_str).map(escaped).collect::<Vec<_>>().join(" or ")
        }
        _ => "any".to_owned(),
    }
}
