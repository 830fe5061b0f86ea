//! U+0000, which PostgreSQL can't keep, is refused by every route wherever it is sent, and the place is named.

use crate::support::{
    TestApp, read,
    world::{Body, answer, shape},
};
use amaas::routes::TABLE;
use contract::datasets::{GetRows, RowsQuery};
use serde_json::Value;

/// Routes whose body is not kept, so that anything may stand in it; each with its reason.
const UNKEPT: &[(&str, &str)] = &[("Predict", "a cell may be any text: it is scored and thrown away")];

/// The pointers of all texts in a body.
fn texts(value: &Value, at: &str) -> Vec<String> {
    match value {
        Value::String(_) => vec![at.to_owned()],
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(index, item)| texts(item, &format!("{at}/{index}"))).collect()
        }
        Value::Object(fields) => {
            fields.iter().flat_map(|(name, value)| texts(value, &format!("{at}/{name}"))).collect()
        }
        _ => Vec::new(),
    }
}

fn pointer(text: &str) -> String {
    let problem: Value = serde_json::from_str(text).unwrap();
    problem["errors"][0]["pointer"].as_str().unwrap_or_else(|| panic!("{text}")).to_owned()
}

#[actix_web::test]
async fn a_nul_is_refused_by_every_route_and_its_place_is_named() {
    let app = TestApp::start().await;
    let (world, operator) = (app.world("alice").await, app.operator().await);
    let mut asked = 0;
    for row in TABLE {
        let caller = if row.path.starts_with("/v1/operator/") { &operator } else { &world.owner };
        let shape = shape(row.name, &world.ids);
        let slots: Vec<&str> = shape.slots.iter().map(String::as_str).collect();
        let path = contract::fill(row.path, &slots);
        let method = row.method.as_str();
        for query in ["q=a%00b", "q%00=1", "cursor=%00&limit=1"] {
            let request = caller.request(method, &format!("{path}?{query}"));
            let (status, text) = answer(request.send().await.unwrap()).await;
            assert_eq!(status, 422, "{row:?}?{query}: {text}");
            assert_eq!(pointer(&text), query[..query.find(['=', '%']).unwrap()], "{row:?}?{query}");
            asked += 1;
        }
        if row.path.contains('{') {
            let path = contract::fill(row.path, &vec!["a%00b"; slots.len()]).replace("%2500", "%00");
            let (status, text) = answer(caller.request(method, &path).send().await.unwrap()).await;
            assert!(matches!(status, 404 | 415 | 422), "{row:?} at {path}: {status} {text}");
            assert!(path.contains("%00"), "{path}");
            asked += 1;
        }
        let Body::Json(body) = shape.body else { continue };
        if UNKEPT.iter().any(|(name, _)| *name == row.name) {
            continue;
        }
        for place in texts(&body, "#") {
            let mut body = body.clone();
            *body.pointer_mut(&place[1..]).unwrap() = Value::String("a\0b".to_owned());
            let request = caller.request(method, &path).json(&body);
            let (status, text) = answer(request.send().await.unwrap()).await;
            assert_eq!((status, pointer(&text)), (422, place.clone()), "{row:?} with a NUL at {place}");
            asked += 1;
        }
    }
    assert!(asked > 250, "{asked}");
    let id = world.ids.dataset;
    let query = RowsQuery { limit: Some(1) };
    let rows = world.owner.send::<GetRows>(&[&id], &query, &contract::Nothing {}).await;
    assert_eq!(read::<GetRows>(rows).await.expect("everything is still there").rows.len(), 1);
}
