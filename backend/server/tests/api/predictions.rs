//! Predict: the right answer for each row, every faulty cell named, and no query once it is warm.

use crate::support::{Caller, STONES, TestApp};
use amaas::quotas;
use contract::{
    Code, Fault, Problem,
    api_keys::{CreateApiKey, CreateApiKeyBody, KeyScope, RevokeApiKey},
    endpoints::{DeleteEndpoint, UpdateEndpoint, UpdateEndpointBody},
    predictions::{PredictAnswer, Prediction},
};
use reqwest::Response;
use serde_json::{Value, json};

/// A class by a number, a truth, a date and a word.
const VISITS: &str = "age,member,joined,city,bought\n\
    20,true,2024-01-01,Oslo,no\n25,false,2024-01-02,Rome,no\n30,true,2024-01-03,Oslo,no\n\
    35,false,2024-01-04,Rome,no\n40,true,2024-01-05,Oslo,no\n60,false,2024-02-01,Rome,yes\n\
    65,true,2024-02-02,Oslo,yes\n70,false,2024-02-03,Rome,yes\n75,true,2024-02-04,Oslo,yes\n\
    80,false,2024-02-05,Rome,yes\n";

async fn send(caller: &Caller, endpoint: &str, media: &str, body: impl Into<reqwest::Body>) -> Response {
    let request = caller.request("POST", &format!("/v1/endpoints/{endpoint}/predict"));
    request.header("content-type", media).body(body).send().await.unwrap()
}

async fn ask(caller: &Caller, endpoint: &str, body: &Value) -> PredictAnswer {
    let response = send(caller, endpoint, "application/json", body.to_string()).await;
    let text = response.text().await.unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

async fn refusal(response: Response) -> Problem {
    let status = response.status().as_u16();
    let problem: Problem = response.json().await.unwrap();
    assert_eq!(problem.status, status);
    assert!(!problem.request_id.is_empty());
    problem
}

async fn refused(caller: &Caller, endpoint: &str, body: &Value) -> Problem {
    refusal(send(caller, endpoint, "application/json", body.to_string()).await).await
}

fn numbers(answer: &PredictAnswer) -> Vec<f64> {
    let number = |one: &Prediction| match one {
        Prediction::Value { value, .. } => *value,
        Prediction::Label { label, .. } => panic!("a label: {label}"),
    };
    answer.predictions.iter().map(number).collect()
}

async fn program(app: &TestApp, owner: &Caller) -> Caller {
    app.program(owner, &[KeyScope::Predict]).await.0
}

#[actix_web::test]
async fn rows_are_answered_in_their_order_by_key_and_by_session() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let model = app.endpoint(&ada, "stones", STONES, "price").await;
    let program = program(&app, &ada).await;
    let body =
        json!({ "rows": [{"carat": 2, "cut": "Ideal"}, {"cut": "Fair", "carat": 9.5}, {"carat": -1e1}] });
    let mut seen = Vec::new();
    // The second call of a key is warm and takes the short cut.
    for caller in [&ada, &program, &program] {
        let answer = ask(caller, "stones", &body).await;
        assert_eq!((answer.endpoint.as_str(), answer.model_id, answer.model_version), ("stones", model, 1));
        assert!(answer.warnings.is_empty());
        let values = numbers(&answer);
        assert!(values[0] > 150.0 && values[0] < 300.0 && values[1] > 800.0 && values[2] < 0.0, "{values:?}");
        seen.push((values, answer.prediction_id));
    }
    assert!(seen.iter().all(|(values, _)| *values == seen[0].0), "every way gives the same numbers");
    assert!(seen[0].1 != seen[1].1 && seen[1].1 != seen[2].1);
}

#[actix_web::test]
async fn classes_come_with_probabilities_and_missing_is_allowed() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    app.endpoint(&ada, "visits", VISITS, "bought").await;
    let program = program(&app, &ada).await;
    let rows = json!({ "rows": [
        {"age": 22, "member": true, "joined": "2024-01-02", "city": "Oslo"},
        {"age": 78, "member": false, "joined": "2024-02-03", "city": null},
        {"age": null},
        {},
    ]});
    for _ in 0..2 {
        let answer = ask(&program, "visits", &rows).await;
        let classes = answer.predictions.iter().map(|one| match one {
            Prediction::Label { label, probabilities, .. } => {
                assert!((probabilities.values().sum::<f64>() - 1.0).abs() < 1e-12);
                assert_eq!(probabilities.keys().collect::<Vec<_>>(), ["no", "yes"]);
                label.as_str()
            }
            Prediction::Value { value, .. } => panic!("a number: {value}"),
        });
        let classes: Vec<_> = classes.collect();
        assert_eq!(classes[..2], ["no", "yes"]);
        assert_eq!((classes.len(), answer.warnings.len()), (4, 0));
    }
}

#[actix_web::test]
async fn every_faulty_cell_is_named_and_nothing_is_converted() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    app.endpoint(&ada, "visits", VISITS, "bought").await;
    let program = program(&app, &ada).await;
    let good = json!({ "rows": [{"age": 1}] });
    ask(&program, "visits", &good).await;
    let problem = refused(
        &program,
        "visits",
        &json!({ "rows": [
            {"age": 1},
            {"age": "abc", "city": 5},
            {"age": "12", "member": 1, "joined": "yesterday"},
            {"age": true, "city": false, "joined": true},
            {"age": [1], "city": {"a": 1}},
        ]}),
    )
    .await;
    assert_eq!((problem.status, problem.code), (422, Code::TypeMismatch));
    let told: Vec<_> =
        problem.errors.iter().map(|fault| (fault.pointer.as_str(), fault.message.as_str())).collect();
    assert_eq!(
        told,
        [
            ("#/rows/1/age", "expected a number, got \"abc\""),
            ("#/rows/1/city", "expected text, got 5"),
            ("#/rows/2/age", "expected a number, got \"12\""),
            ("#/rows/2/member", "expected true or false, got 1"),
            ("#/rows/2/joined", "expected a date, got \"yesterday\""),
            ("#/rows/3/age", "expected a number, got true"),
            ("#/rows/3/joined", "expected a date, got true"),
            ("#/rows/3/city", "expected text, got false"),
            ("#/rows/4/age", "expected a number, got a list"),
            ("#/rows/4/city", "expected text, got an object"),
        ]
    );
    let all = |fault: &Fault| fault.code == "type_mismatch" && fault.fix.is_some();
    assert!(problem.errors.iter().all(all));
}

#[actix_web::test]
async fn bodies_that_are_no_rows_are_refused_with_their_place() {
    let app = TestApp::start_with(&[("limits.predict_rows", "3"), ("limits.predict_bytes", "300")]).await;
    let ada = app.owner("ada").await;
    app.endpoint(&ada, "stones", STONES, "price").await;
    let program = program(&app, &ada).await;
    ask(&program, "stones", &json!({ "rows": [{}] })).await;
    for (body, status, code, pointer) in [
        ("", 400, Code::InvalidJson, ""),
        ("{\"rows\":[{\"carat\":01}]}", 400, Code::InvalidJson, ""),
        ("{\"rows\":[{\"carat\":1}]} x", 400, Code::InvalidJson, ""),
        ("[]", 422, Code::InvalidRequest, "#"),
        ("{}", 422, Code::InvalidRequest, "#"),
        ("{\"rows\":[]}", 422, Code::InvalidRequest, "#/rows"),
        ("{\"rows\":[{},{},{},{}]}", 422, Code::InvalidRequest, "#/rows"),
        ("{\"rows\":[1]}", 422, Code::InvalidRequest, "#/rows/0"),
        ("{\"rows\":[{}],\"reason\":true}", 422, Code::InvalidRequest, "#/reason"),
        ("{\"rows\":[{\"carat\":1e999}]}", 422, Code::TypeMismatch, "#/rows/0/carat"),
        ("{\"rows\":[{\"carat\":1.7e308}]}", 422, Code::TypeMismatch, "#/rows/0"),
        ("{\"rows\":[{\"cut\":\"\\ud800\"}]}", 422, Code::TypeMismatch, "#/rows/0/cut"),
    ] {
        let problem = refusal(send(&program, "stones", "application/json", body).await).await;
        assert_eq!((problem.status, problem.code), (status, code), "{body}: {problem:?}");
        let place = problem.errors.first().map(|fault| fault.pointer.as_str()).unwrap_or_default();
        assert_eq!(place, pointer, "{body}");
    }
    let invalid = send(&program, "stones", "application/json", b"{\"rows\":[{\"\xff\":1}]}".to_vec()).await;
    assert_eq!(refusal(invalid).await.status, 400);
    let large = send(&program, "stones", "application/json", vec![b' '; 301]).await;
    assert_eq!(refusal(large).await.code, Code::BodyTooLarge);
    let other = send(&program, "stones", "text/html", "<p>").await;
    assert_eq!(refusal(other).await.code, Code::UnsupportedMediaType);
    assert_eq!(refused(&program, "absent", &json!({ "rows": [{}] })).await.status, 404);
}

#[actix_web::test]
async fn columns_and_levels_that_training_did_not_see_are_told_and_allowed() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    app.endpoint(&ada, "stones", STONES, "price").await;
    let program = program(&app, &ada).await;
    let plain = ask(&program, "stones", &json!({ "rows": [{"carat": 4}] })).await;
    let rows =
        json!({ "rows": [{"id": "a-1", "carat": 4, "note": null}, {"carat": 4, "cut": "Odd", "id": 7}] });
    for _ in 0..2 {
        let answer = ask(&program, "stones", &rows).await;
        assert_eq!(answer.predictions.len(), 2);
        assert_eq!(answer.predictions[0], plain.predictions[0]);
        assert_eq!(answer.warnings.len(), 3, "{:?}", answer.warnings);
        assert!(answer.warnings[0].contains("\"id\"") && answer.warnings[2].contains("\"cut\""));
    }
    let escaped = send(&program, "stones", "application/json", "{\"rows\":[{\"\\u0063arat\":4}]}").await;
    let escaped: PredictAnswer = escaped.json().await.unwrap();
    assert_eq!(escaped.predictions, plain.predictions, "an escaped name is the same name");
}

#[actix_web::test]
async fn a_table_says_what_was_filled_in_and_warns_as_json_does() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    app.endpoint(&ada, "stones", STONES, "price").await;
    let program = program(&app, &ada).await;
    let rows = json!({ "rows": [{"carat": 4, "cut": "Fair", "价": 1}, {"cut": "Unseen", "价": 2}] });
    let told = ask(&program, "stones", &rows).await;
    assert_eq!(told.warnings.len(), 2, "{:?}", told.warnings);
    // With and without the short cut.
    for (query, imputed) in [("", false), ("?imputed=true", true), ("?imputed=false", false)] {
        let request = program.request("POST", &format!("/v1/endpoints/stones/predict{query}"));
        let table = "cut,carat,价\r\nFair,4,1\r\nUnseen,,2\r\n";
        let request = request.header("accept", "text/csv").header("content-type", "text/csv");
        let response = request.body(table).send().await.unwrap();
        let warned = response.headers()["amaas-warnings"].to_str().unwrap().to_owned();
        assert!(
            warned.starts_with("%\"The model does not read the column %22%e4%bb%b7%22.\", %\""),
            "{warned}"
        );
        let text = response.text().await.unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], if imputed { "prediction,imputed" } else { "prediction" });
        let ends = [lines[1].ends_with(','), lines[2].ends_with(",carat")];
        assert_eq!(ends, [imputed, imputed], "{text}");
    }
    let quiet = program.request("POST", "/v1/endpoints/stones/predict").header("accept", "text/csv");
    let quiet = quiet.json(&json!({ "rows": [{"carat": 4, "cut": "Fair"}] })).send().await.unwrap();
    assert!(!quiet.headers().contains_key("amaas-warnings"));
}

#[actix_web::test]
async fn tables_come_and_go_as_csv() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    app.endpoint(&ada, "stones", STONES, "price").await;
    app.endpoint(&ada, "visits", VISITS, "bought").await;
    let program = program(&app, &ada).await;
    let json =
        ask(&program, "stones", &json!({ "rows": [{"carat": 4, "cut": "Fair"}, {"cut": "Ideal"}] })).await;
    let table = "cut,carat\r\nFair,4\r\nIdeal,\r\n";
    let answer: PredictAnswer = send(&program, "stones", "text/csv", table).await.json().await.unwrap();
    assert_eq!(answer.predictions, json.predictions);
    let request = program.request("POST", "/v1/endpoints/stones/predict").header("accept", "text/csv");
    let response =
        request.header("content-type", "text/csv; charset=utf-8").body(table).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/csv; charset=utf-8");
    let text = response.text().await.unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "prediction");
    let read: Vec<f64> = lines[1..].iter().map(|line| line.parse().unwrap()).collect();
    assert_eq!(read, numbers(&json));
    let request = program.request("POST", "/v1/endpoints/visits/predict").header("accept", "text/csv");
    let response = request.json(&json!({ "rows": [{"age": 20}] })).send().await.unwrap();
    let text = response.text().await.unwrap();
    assert!(text.starts_with("prediction,probability_no,probability_yes\r\nno,"), "{text}");
    let bad = send(&program, "visits", "text/csv", "age,member\nabc,true\n1,perhaps,3\n\"7\",\n").await;
    let problem = refusal(bad).await;
    let told: Vec<_> = problem.errors.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(told, ["#/rows/0/age", "#/rows/1"]);
    for body in ["", "age\n", "nothing,known\n1,2\n", "age,age\n1,2\n", "age\n1\n\n2\n"] {
        let problem = refusal(send(&program, "visits", "text/csv", body).await).await;
        assert_eq!((problem.status, problem.code), (422, Code::InvalidRequest), "{body:?}");
    }
    let request = program.request("POST", "/v1/endpoints/visits/predict").header("accept", "image/png");
    let response = request.json(&json!({ "rows": [{}] })).send().await.unwrap();
    assert_eq!(refusal(response).await.code, Code::NotAcceptable);
}

#[actix_web::test]
async fn a_warm_predict_asks_the_database_nothing() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    app.endpoint(&ada, "stones", STONES, "price").await;
    let program = program(&app, &ada).await;
    let body = json!({ "rows": [{"carat": 4}] });
    ask(&program, "stones", &body).await;
    let before = app.context.db.queries();
    for _ in 0..20 {
        ask(&program, "stones", &body).await;
    }
    assert_eq!(app.context.db.queries(), before);
    quotas::flush(&app.context).await.unwrap();
    assert!(app.context.db.queries() > before, "queries are counted");
}

#[actix_web::test]
async fn the_next_call_is_answered_by_the_model_that_was_put_there() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    app.endpoint(&ada, "stones", STONES, "price").await;
    let program = program(&app, &ada).await;
    let body = json!({ "rows": [{"carat": 4}] });
    let before = ask(&program, "stones", &body).await;
    let model_id = app.learned(&ada, "stones", &STONES.replace("07", "99"), "price").await;
    ada.post::<UpdateEndpoint>(&["stones"], &UpdateEndpointBody { model_id }).await.unwrap();
    let after = ask(&program, "stones", &body).await;
    assert_eq!((after.model_id, after.model_version), (model_id, 2));
    assert_ne!(after.predictions, before.predictions);
    ada.get::<DeleteEndpoint>(&["stones"]).await.unwrap();
    assert_eq!(refused(&program, "stones", &body).await.status, 404);
}

#[actix_web::test]
async fn the_short_cut_is_no_side_door() {
    let app = TestApp::start().await;
    let (ada, eve) = (app.owner("ada").await, app.owner("eve").await);
    app.endpoint(&ada, "stones", STONES, "price").await;
    let (program, created) = app.program(&ada, &[KeyScope::Predict]).await;
    let body = json!({ "rows": [{"carat": 4}] });
    ask(&program, "stones", &body).await;
    let (stranger, _) = app.program(&eve, &[KeyScope::Predict]).await;
    let (reader, _) = app.program(&ada, &[KeyScope::EndpointsRead]).await;
    let limited = CreateApiKeyBody {
        name: "limited".to_owned(),
        scopes: vec![KeyScope::Predict],
        endpoints: Some(vec!["other".to_owned()]),
        rate_per_second: None,
        expires_at: None,
    };
    let mut elsewhere = app.nobody();
    elsewhere.key = Some(ada.post::<CreateApiKey>(&[], &limited).await.unwrap().secret);
    let mut junk = app.nobody();
    junk.key = Some(format!("{}x", created.secret));
    for (caller, status, code) in [
        (&stranger, 404, Code::NotFound),
        (&reader, 403, Code::ScopeMissing),
        (&elsewhere, 403, Code::EndpointNotAllowed),
        (&junk, 401, Code::Unauthenticated),
        (&app.nobody(), 401, Code::Unauthenticated),
    ] {
        let problem = refused(caller, "stones", &body).await;
        assert_eq!((problem.status, problem.code), (status, code));
    }
    ada.get::<RevokeApiKey>(&[&created.key.id.to_string()]).await.unwrap();
    assert_eq!(refused(&program, "stones", &body).await.code, Code::KeyRevoked);
}

#[actix_web::test]
async fn the_short_cut_carries_the_same_headers() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    app.endpoint(&ada, "stones", STONES, "price").await;
    let program = program(&app, &ada).await;
    let good = json!({ "rows": [{"carat": 4}] }).to_string();
    send(&program, "stones", "application/json", good.clone()).await;
    let names = |response: &Response| {
        let mut names: Vec<_> = response.headers().keys().map(|name| name.as_str().to_owned()).collect();
        names.sort();
        names
    };
    for body in [good, "{\"rows\":[{\"carat\":\"x\"}]}".to_owned()] {
        // A media type with a parameter goes by the router.
        let long = send(&program, "stones", "application/json; charset=utf-8", body.clone()).await;
        let short = send(&program, "stones", "application/json", body).await;
        assert_eq!(short.status(), long.status());
        assert_eq!(names(&short), names(&long));
        for name in ["content-type", "cache-control", "content-security-policy", "ratelimit-policy"] {
            assert_eq!(short.headers()[name], long.headers()[name], "{name}");
        }
    }
    let request =
        program.request("POST", "/v1/endpoints/stones/predict").header("x-request-id", "trace-0001");
    let response = request.json(&json!({ "rows": 1 })).send().await.unwrap();
    assert_eq!(response.headers()["x-request-id"], "trace-0001");
    assert_eq!(refusal(response).await.request_id, "trace-0001");
}

#[actix_web::test]
async fn torture_an_artefact_that_was_changed_is_not_served() {
    let torture = crate::support::torture("T77", "an artefact with a flipped byte");
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let model = app.endpoint(&ada, "stones", STONES, "price").await;
    let key = format!("tests/{model}");
    let mut bytes = app.context.storage.get(&key).await.unwrap().to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    app.context.storage.put(&key, bytes.into()).await.unwrap();
    let program = program(&app, &ada).await;
    let problem = refused(&program, "stones", &json!({ "rows": [{}] })).await;
    assert_eq!((problem.status, problem.code), (500, Code::Internal));
    torture.end(1, 0, "refused before it is read");
}

/// As a spreadsheet in Germany writes it: decimal commas, points between thousands, the day first, "k.A." for nothing.
fn orders() -> (String, String) {
    let row = |at: usize| {
        let sum = if at % 9 == 4 {
            "k.A.".to_owned()
        } else {
            format!("{}.{:03},{}", 1 + at % 7, at * 13 % 1_000, at % 10)
        };
        (format!("{sum};{:02}/{:02}/2024", 1 + at % 28, 1 + at % 12), 100 * (at % 7) + at % 5)
    };
    let rows: Vec<(String, usize)> = (0..60).map(row).collect();
    let learned: Vec<String> = rows.iter().map(|(cells, target)| format!("{cells};{target}\n")).collect();
    let asked: Vec<String> = rows.iter().map(|(cells, _)| format!("{cells}\n")).collect();
    (format!("sum;day;effort\n{}", learned.concat()), format!("sum;day\n{}", asked.concat()))
}

#[actix_web::test]
async fn a_table_is_read_as_the_data_set_of_the_model_was() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let (learned, asked) = orders();
    let learned = learned.replace("k.A.", "");
    app.endpoint(&ada, "orders", &learned, "effort").await;
    let program = program(&app, &ada).await;
    let told = asked.replace("k.A.", "");
    let answer: PredictAnswer =
        send(&program, "orders", "text/csv", told.clone()).await.json().await.unwrap();
    // The same rows as a program says them: plain numbers, ISO dates.
    let row = |line: &str| {
        let (sum, day) = line.split_once(';').unwrap();
        let sum: Option<f64> = sum.replace('.', "").replace(',', ".").parse().ok();
        json!({"sum": sum, "day": format!("2024-{}-{}", &day[3..5], &day[..2])})
    };
    let rows: Vec<Value> = told.lines().skip(1).map(row).collect();
    let plain = ask(&program, "orders", &json!({ "rows": rows })).await;
    assert_eq!(numbers(&answer), numbers(&plain));
    assert!(numbers(&answer).iter().any(|value| *value != numbers(&answer)[0]));
    // With commas and quotes it is the same table, and cells that the data would not hold are named.
    let quoted: Vec<String> =
        told.lines().map(|line| format!("\"{}\"\n", line.replace(';', "\",\""))).collect();
    let again: PredictAnswer =
        send(&program, "orders", "text/csv", quoted.concat()).await.json().await.unwrap();
    assert_eq!(numbers(&again), numbers(&plain));
    let odd = refusal(send(&program, "orders", "text/csv", "sum;day\n1.5;13/13/2024\n").await).await;
    let told: Vec<_> = odd.errors.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(told, ["#/rows/0/sum", "#/rows/0/day"]);
}

#[actix_web::test]
async fn free_text_is_learned_from_and_asked_as_it_is_written() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let moods =
        ["broken and late again", "never arrived, refund", "lovely and quick", "works great, thank you"];
    let line = |at: usize| {
        let mood = moods[at * 7 % 4];
        let is_bad = at * 7 % 4 < 2;
        format!("\"my order no {at} was {mood}\",{}\n", if is_bad { "angry" } else { "pleased" })
    };
    let letters: Vec<String> = (0..120).map(line).collect();
    app.endpoint(&ada, "letters", &format!("letter,mood\n{}", letters.concat()), "mood").await;
    let program = program(&app, &ada).await;
    let long = "late refund ".repeat(9_000);
    let texts = ["it came late, refund", "quick, thank you", "", "退款太慢了", long.as_str()];
    let rows: Vec<Value> = texts.iter().map(|text| json!({ "letter": text })).chain([json!({})]).collect();
    let answer = ask(&program, "letters", &json!({ "rows": rows, "explain": true })).await;
    let label = |one: &Prediction| match one {
        Prediction::Label { label, .. } => label.clone(),
        Prediction::Value { value, .. } => panic!("a number: {value}"),
    };
    let labels: Vec<String> = answer.predictions.iter().map(label).collect();
    assert_eq!((labels.len(), labels[0].as_str(), labels[1].as_str()), (6, "angry", "pleased"));
    assert!(answer.warnings.iter().all(|said| !said.contains("did not see")), "{:?}", answer.warnings);
    let table = "letter\n\"it came late, refund\"\n\"quick, thank you\"\n\"\"\n";
    let of_table: PredictAnswer = send(&program, "letters", "text/csv", table).await.json().await.unwrap();
    assert_eq!(of_table.predictions.iter().map(label).collect::<Vec<_>>()[..2], labels[..2]);
}
