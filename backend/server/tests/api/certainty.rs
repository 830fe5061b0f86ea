//! Answers that say how sure they are and why: intervals, sets, contributions, columns that were filled in, labels by
//! cost. A call that asks for none of it is answered as ever.

use crate::support::{Caller, TestApp};
use contract::{
    Call, Code, ModelId, Problem,
    api_keys::KeyScope,
    endpoints::{CreateEndpoint, CreateEndpointBody},
    predictions::{Predict, PredictAnswer, Prediction},
    training::RunStatus,
};
use serde_json::{Value, json};

/// A model of a run on an endpoint, and a program that may ask it.
async fn served(app: &TestApp, csv: &str, settings: Value) -> Caller {
    let owner = app.owner("ann").await;
    let data = app.dataset(&owner, "data", csv).await;
    let run = app.start_run(&owner, data.id, settings).await;
    let run = app.finished(&owner, run.id).await;
    assert_eq!(run.status, RunStatus::Succeeded, "{:?}", run.error);
    let model_id: ModelId = run.model_id.unwrap();
    let body = CreateEndpointBody { name: "it".to_owned(), model_id };
    owner.post::<CreateEndpoint>(&[], &body).await.unwrap();
    app.program(&owner, &[KeyScope::Predict]).await.0
}

fn prices(rows: u32) -> String {
    let mut csv = "size,rooms,town,price\n".to_owned();
    for i in 0..rows {
        let (size, rooms) = (40 + i * 37 % 101, 1 + i * 13 % 5);
        let town = ["Bath", "Leeds", "York"][(i * 7 % 3) as usize];
        csv.push_str(&format!(
            "{size},{rooms},{town},{}\n",
            1000 * size + 5000 * rooms + (i * 7919 % 1009) * 20
        ));
    }
    csv
}

fn purchases(rows: u32) -> String {
    let mut csv = "age,visits,city,bought\n".to_owned();
    for i in 0..rows {
        let (age, visits) = (18 + i * 31 % 60, i * 17 % 29);
        let city = ["Oslo", "Rome"][(i % 2) as usize];
        let bought = ["no", "maybe", "yes"][((age + visits * 2 + i * 7 % 23) / 55).min(2) as usize];
        csv.push_str(&format!("{age},{visits},{city},{bought}\n"));
    }
    csv
}

async fn text(caller: &Caller, query: &str, body: &Value) -> String {
    let path = format!("{}{query}", Predict::url(&["it"]));
    caller.request("POST", &path).json(body).send().await.unwrap().text().await.unwrap()
}

async fn ask(caller: &Caller, query: &str, body: &Value) -> Vec<Prediction> {
    let text = text(caller, query, body).await;
    let answer: PredictAnswer = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    answer.predictions
}

async fn csv(caller: &Caller, query: &str, body: &'static str) -> Vec<String> {
    let path = format!("{}{query}", Predict::url(&["it"]));
    let request =
        caller.request("POST", &path).header("content-type", "text/csv").header("accept", "text/csv");
    let text = request.body(body).send().await.unwrap().text().await.unwrap();
    text.lines().map(str::to_owned).collect()
}

#[actix_web::test]
async fn numbers_come_with_intervals_and_contributions_that_add_up_for_every_family() {
    for family in ["baseline", "linear", "ridge", "lasso", "boosting", "forest"] {
        let app = TestApp::start().await;
        let program = served(&app, &prices(300), json!({"target": "price", "algorithms": [family]})).await;
        let rows = json!([
            {"size": 60, "rooms": 3, "town": "Bath"}, {"size": 120.5, "rooms": 1, "town": "York"}, {"rooms": 2}
        ]);
        let plain = ask(&program, "", &json!({"rows": rows})).await;
        let full = ask(&program, "", &json!({"rows": rows, "explain": true, "interval": 0.9})).await;
        for (plain, full) in plain.iter().zip(&full) {
            let Prediction::Value { value: said, interval: None, base: None, contributions: none, .. } =
                plain
            else {
                panic!("{family}: {plain:?}")
            };
            let Prediction::Value {
                value, interval: Some(interval), base: Some(base), contributions, ..
            } = full
            else {
                panic!("{family}: {full:?}")
            };
            assert!(none.is_empty() && said == value, "{family}: to explain changes nothing");
            assert_eq!(interval.level, 0.9);
            assert!(interval.low < *value && *value < interval.high, "{family}: {interval:?}");
            assert_eq!(contributions.len(), 3, "{family}: every column is told");
            let sum: f64 = base + contributions.iter().map(|one| one.value).sum::<f64>();
            assert!((sum - value).abs() <= 1e-6 * value.abs().max(1.0), "{family}: {sum} is not {value}");
            let sizes: Vec<_> = contributions.iter().map(|one| one.value.abs()).collect();
            assert!(sizes.is_sorted_by(|a, b| a >= b), "{family}: the largest first");
        }
    }
}

#[actix_web::test]
async fn classes_come_with_sets_and_contributions_to_the_probability_of_the_label() {
    let app = TestApp::start().await;
    let settings = json!({"target": "bought", "algorithms": ["logistic", "boosting"]});
    let program = served(&app, &purchases(400), settings).await;
    let rows = json!([{"age": 20, "visits": 1, "city": "Oslo"}, {"age": 50, "visits": 15, "city": "Rome"}]);
    for answer in ask(&program, "", &json!({"rows": rows, "interval": 0.95, "explain": 2})).await {
        let Prediction::Label { label, probabilities, set: Some(set), base: Some(_), contributions, .. } =
            answer
        else {
            panic!("{answer:?}")
        };
        assert_eq!((set.level, set.labels.first()), (0.95, Some(&label)));
        assert!(set.labels.iter().all(|label| probabilities.contains_key(label)));
        assert_eq!(contributions.len(), 2, "two columns were asked for");
    }
    for answer in ask(&program, "", &json!({"rows": rows, "explain": true})).await {
        let Prediction::Label { label, probabilities, set: None, base: Some(base), contributions, .. } =
            answer
        else {
            panic!("{answer:?}")
        };
        let sum: f64 = base + contributions.iter().map(|one| one.value).sum::<f64>();
        assert!((sum - probabilities[&label]).abs() < 1e-6, "{sum} {probabilities:?}");
    }
}

#[actix_web::test]
async fn columns_that_were_missing_are_named_and_no_others() {
    let app = TestApp::start().await;
    let program = served(&app, &prices(200), json!({"target": "price", "algorithms": ["linear"]})).await;
    let body = json!({"rows": [
        {"size": 60, "rooms": 3, "town": "Bath"},
        {"town": "Bath", "rooms": 3, "size": 60},
        {"size": null, "rooms": 3, "town": "Bath"},
        {"rooms": 3, "size": 60},
        {},
        {"size": 1, "size": 2, "rooms": 3, "extra": 5},
    ]});
    // The second call of a program is warm and takes the short cut.
    for _ in 0..2 {
        let named: Vec<Vec<String>> = ask(&program, "", &body)
            .await
            .into_iter()
            .map(|one| match one {
                Prediction::Value { imputed, .. } => imputed,
                Prediction::Label { .. } => panic!("a number"),
            })
            .collect();
        let all = ["size", "rooms", "town"].map(str::to_owned).to_vec();
        let town = vec!["town".to_owned()];
        assert_eq!(named, [vec![], vec![], vec!["size".to_owned()], town.clone(), all, town]);
    }
    let whole = text(&program, "", &json!({"rows": [{"size": 60, "rooms": 3, "town": "Bath"}]})).await;
    assert!(!whole.contains("imputed"), "{whole}");
}

#[actix_web::test]
async fn a_csv_gets_more_columns_when_the_query_asks() {
    let app = TestApp::start().await;
    let program = served(&app, &prices(200), json!({"target": "price", "algorithms": ["linear"]})).await;
    let rows = "size,rooms,town\n60,3,Bath\n";
    let plain = csv(&program, "", rows).await;
    assert_eq!(plain[0], "prediction");
    let more = csv(&program, "?interval=0.8&explain=true", rows).await;
    assert_eq!(more[0], "prediction,low,high,base,contribution_size,contribution_rooms,contribution_town");
    let numbers: Vec<f64> = more[1].split(',').map(|cell| cell.parse().unwrap()).collect();
    assert_eq!(numbers[0].to_string(), plain[1]);
    assert!(numbers[1] < numbers[0] && numbers[0] < numbers[2]);
    assert!((numbers[3..].iter().sum::<f64>() - numbers[0]).abs() < 1e-6 * numbers[0]);
    let narrow = ask(&program, "?interval=0.5", &json!({"rows": [{"size": 60}], "interval": 0.99})).await;
    let Prediction::Value { interval: Some(interval), .. } = &narrow[0] else { panic!("{narrow:?}") };
    assert_eq!(interval.level, 0.99, "the body says it nearer");
}

#[actix_web::test]
async fn a_wish_that_can_not_be_met_is_refused_with_its_place() {
    let app = TestApp::start_with(&[("limits.explain_rows", "2")]).await;
    let program = served(&app, &prices(200), json!({"target": "price", "algorithms": ["linear"]})).await;
    let row = json!({"size": 60});
    for (query, body, pointer) in [
        ("", json!({"rows": [row], "interval": 0.995}), "#/interval"),
        ("", json!({"rows": [row], "interval": "0.9"}), "#/interval"),
        ("", json!({"rows": [row], "explain": 0}), "#/explain"),
        ("", json!({"rows": [row], "explain": "yes"}), "#/explain"),
        ("?interval=2", json!({"rows": [row]}), "interval"),
        ("?explain=many", json!({"rows": [row]}), "explain"),
        ("?level=0.9", json!({"rows": [row]}), "query"),
        ("", json!({"rows": [row, row, row], "explain": true}), "#/rows"),
    ] {
        let problem: Problem = serde_json::from_str(&text(&program, query, &body).await).unwrap();
        assert_eq!((problem.status, problem.code), (422, Code::InvalidRequest), "{query} {body}");
        assert_eq!(problem.errors[0].pointer, pointer, "{query} {body}");
    }
    let fine = json!({"rows": [row, row, row], "explain": false, "interval": null});
    assert_eq!(ask(&program, "", &fine).await.len(), 3, "three rows are too many to explain only");
}

#[actix_web::test]
async fn the_label_is_the_one_that_costs_least() {
    let app = TestApp::start().await;
    let settings = json!({"target": "bought", "algorithms": ["baseline"],
        "costs": [{"actual": "yes", "predicted": "no", "cost": 1000}, {"actual": "yes", "predicted": "maybe", "cost": 1000}]});
    let program = served(&app, &purchases(300), settings).await;
    let answers = ask(&program, "", &json!({"rows": [{"age": 20}]})).await;
    let Prediction::Label { label, probabilities, .. } = &answers[0] else { panic!("{answers:?}") };
    assert_eq!(label, "yes");
    assert!(
        probabilities.values().any(|p| *p > probabilities["yes"]),
        "another is likelier: {probabilities:?}"
    );
}
