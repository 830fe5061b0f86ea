//! The OpenAPI document and the pages under `/docs`.

use crate::support::TestApp;
use amaas::{openapi, routes::TABLE};
use contract::Code;
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::Path};

fn operations() -> impl Iterator<Item = (&'static String, &'static String, &'static Value)> {
    let paths = openapi::document()["paths"].as_object().unwrap();
    paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, operation)| (path, method, operation))
    })
}

fn walk<'a>(value: &'a Value, visit: &mut impl FnMut(&'a Value)) {
    visit(value);
    match value {
        Value::Object(fields) => fields.values().for_each(|field| walk(field, visit)),
        Value::Array(items) => items.iter().for_each(|item| walk(item, visit)),
        _ => {}
    }
}

#[test]
fn the_document_is_the_one_that_was_reviewed() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let now = serde_json::to_string_pretty(openapi::document()).unwrap() + "\n";
    if std::env::var_os("AMAAS_RENEW").is_some() {
        fs::write(&file, &now).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == now,
        "the API changed. Renew docs/openapi.json and look at what changed:\n\
         AMAAS_RENEW=1 cargo test -p amaas --test api openapi && git diff docs/openapi.json"
    );
}

#[test]
fn every_route_is_described_and_nothing_else() {
    let described: BTreeSet<_> =
        operations().map(|(path, method, _)| (path.as_str(), method.to_uppercase())).collect();
    let served: BTreeSet<_> = TABLE.iter().map(|row| (row.path, row.method.as_str().to_owned())).collect();
    assert_eq!(described, served);
    let ids: BTreeSet<_> =
        operations().map(|(_, _, operation)| operation["operationId"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), TABLE.len(), "operation ids are unique");
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    let document = openapi::document();
    let mut named = BTreeSet::new();
    walk(document, &mut |value| {
        if let Some(reference) = value["$ref"].as_str() {
            let name = reference.strip_prefix("#/components/schemas/").expect(reference);
            named.insert(name.to_owned());
        }
    });
    let components = document["components"]["schemas"].as_object().unwrap();
    let known: BTreeSet<_> = components.keys().cloned().collect();
    assert_eq!(named, known);
    let is_plain =
        |name: &String| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    assert!(known.iter().all(is_plain), "{known:?}");
}

#[test]
fn every_operation_says_what_it_takes_and_answers() {
    for (path, method, operation) in operations() {
        let place = format!("{method} {path}");
        assert!(operation["summary"].as_str().unwrap().ends_with('.'), "{place}");
        let slots: Vec<_> =
            path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        let parameters = operation["parameters"].as_array().unwrap();
        let in_path: Vec<_> = parameters
            .iter()
            .filter(|one| one["in"] == "path")
            .map(|one| one["name"].as_str().unwrap())
            .collect();
        assert_eq!(slots, in_path, "{place}");
        let names: BTreeSet<_> =
            parameters.iter().map(|one| (one["in"].as_str(), one["name"].as_str())).collect();
        assert_eq!(names.len(), parameters.len(), "{place}: a parameter twice");
        assert!(parameters.iter().all(|one| one["schema"].is_object()), "{place}");
        if let Some(body) = operation.get("requestBody") {
            assert!(
                !body["content"].as_object().unwrap().is_empty(),
                "{place}: name the forms of its body in openapi/forms.rs"
            );
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            assert!(response["description"].is_string(), "{place} {status}");
            let is_empty = response["content"].as_object().is_none_or(serde_json::Map::is_empty);
            assert_eq!(
                is_empty,
                status == "204",
                "{place} {status}: name the forms of its answer in openapi/forms.rs"
            );
        }
    }
}

#[actix_web::test]
async fn the_document_is_served_to_anybody() {
    let app = TestApp::start().await;
    let response = app.nobody().http.get(app.url("/openapi.json")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(&response.json::<Value>().await.unwrap(), openapi::document());
}

#[actix_web::test]
async fn the_pages_need_no_script_and_no_style_of_their_own() {
    let app = TestApp::start().await;
    let mut paths = vec!["/docs".to_owned(), "/docs/errors".to_owned()];
    paths.extend(Code::ALL.iter().map(|code| code.page()));
    for path in paths {
        let response = app.nobody().http.get(app.url(&path)).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
        assert!(
            response.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'")
        );
        let page = response.text().await.unwrap();
        for inline in ["<script", "<style", " style=", " onclick=", "http://", "https://"] {
            let text = page.replace("http://127.0.0.1", "");
            assert!(!text.contains(inline), "{path} holds {inline}");
        }
    }
    let style = app.nobody().http.get(app.url("/docs/style.css")).send().await.unwrap();
    assert_eq!(style.headers()["content-type"], "text/css; charset=utf-8");
    let missing = app.nobody().http.get(app.url("/docs/errors/no-such-code")).send().await.unwrap();
    assert_eq!(missing.status(), 404);
}

#[actix_web::test]
async fn the_reference_names_every_call_and_links_lead_somewhere() {
    let app = TestApp::start().await;
    let page = app.nobody().http.get(app.url("/docs")).send().await.unwrap().text().await.unwrap();
    for row in TABLE {
        assert!(page.contains(&format!("<section id=\"{}\">", row.name)), "{row:?}");
    }
    for link in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(page.contains(&format!("id=\"{link}\"")), "#{link} leads nowhere");
    }
}
