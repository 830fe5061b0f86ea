//! Models by the API: what they depend on, as files, in words, and made again to prove where they come from.

use crate::support::{Caller, TestApp, houses};
use contract::{
    Call, Code, IDEMPOTENCY_HEADER, ListQuery, ModelId, Nothing,
    audit::{AuditEvent, AuditQuery, ListAuditEvents},
    datasets::DeleteDataset,
    models::{
        DeleteModel, ExportModel, GetEvaluation, GetExplanation, GetLineage, GetModel, GetModelCard,
        GetReproduction, ListModels, ListModelsQuery, ListReproductions, ReproduceModel, Reproduction,
    },
    training::RunStatus,
};
use reqwest::Response;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

/// A model by a search of a few trials.
async fn searched(app: &TestApp, owner: &Caller, settings: Value) -> ModelId {
    let data = app.dataset(owner, "houses", &houses(200)).await;
    let run = app.start_run(owner, data.id, settings).await;
    let run = app.finished(owner, run.id).await;
    assert_eq!(run.status, RunStatus::Succeeded, "{:?}", run.error);
    run.model_id.unwrap()
}

async fn file(caller: &Caller, model: ModelId, query: &str) -> Response {
    let path = format!("{}{query}", ExportModel::url(&[&model.to_string()]));
    caller.request("GET", &path).send().await.unwrap()
}

async fn events(caller: &Caller, action: &str) -> Vec<AuditEvent> {
    let query = AuditQuery { action: Some(action.to_owned()), ..AuditQuery::default() };
    caller.call::<ListAuditEvents>(&[], &query, &Nothing {}).await.unwrap().data
}

async fn reproduced(app: &TestApp, caller: &Caller, model: ModelId) -> Reproduction {
    let asked = caller.get::<ReproduceModel>(&[&model.to_string()]).await.expect("a reproduction");
    assert_eq!((asked.status, asked.equal), (RunStatus::Queued, None));
    app.work().await;
    caller.get::<GetReproduction>(&[&asked.id.to_string()]).await.unwrap()
}

#[actix_web::test]
async fn a_model_says_what_it_depends_on_and_how_far_it_can_be_trusted() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    let model = searched(&app, &owner, json!({"target": "price", "algorithms": ["linear"]})).await;
    let slot = model.to_string();
    let explained = owner.get::<GetExplanation>(&[&slot]).await.unwrap();
    let importance = explained.importance.unwrap();
    let names: Vec<_> = importance.features.iter().map(|one| one.feature.as_str()).collect();
    assert_eq!(names, ["size", "town", "rooms"], "by what each moves the price");
    assert!(importance.features.iter().all(|one| one.low <= one.importance && one.importance <= one.high));
    let size = explained.partial_dependence.iter().find(|one| one.feature == "size").unwrap();
    assert!(size.values.len() > 2);
    assert!(size.lines[0].means.windows(2).all(|pair| pair[0] < pair[1]), "a larger house costs more");
    let seen = owner.get::<GetEvaluation>(&[&slot]).await.unwrap();
    assert!(seen.residuals.is_some_and(|found| found.histogram.counts.iter().sum::<u64>() == seen.test_rows));
    assert!(seen.coverage.iter().any(|one| one.level == 0.9));
    assert!(seen.gains.is_empty() && seen.reliability.is_none() && seen.thresholds.is_none());
}

#[actix_web::test]
async fn a_model_of_two_classes_shows_gains_reliability_and_what_thresholds_cost() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    let rows: String = (0..400)
        .map(|i| {
            format!("{},{},{}\n", i % 97, i * 31 % 53, if i % 97 + i * 7 % 40 > 70 { "yes" } else { "no" })
        })
        .collect();
    let data = app.dataset(&owner, "bought", &format!("age,visits,bought\n{rows}")).await;
    let settings = json!({"target": "bought", "algorithms": ["logistic"],
        "costs": [{"actual": "yes", "predicted": "no", "cost": 5}]});
    let run = app.start_run(&owner, data.id, settings).await;
    let run = app.finished(&owner, run.id).await;
    let model = run.model_id.unwrap().to_string();
    let seen = owner.get::<GetEvaluation>(&[&model]).await.unwrap();
    assert_eq!(seen.gains.len(), 2);
    assert!(seen.reliability.is_some_and(|found| !found.after.is_empty()));
    let thresholds = seen.thresholds.unwrap();
    assert_eq!((thresholds.class.as_str(), thresholds.costs[1][0]), ("yes", 5.0));
    assert!(thresholds.chosen < 0.5, "to miss a yes is dear, so that it is said sooner");
    assert!(owner.get::<GetModel>(&[&model]).await.unwrap().certainty.costs);
}

#[actix_web::test]
async fn a_model_is_taken_out_as_a_file_and_the_log_tells() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    let model = searched(&app, &owner, json!({"target": "price", "algorithms": ["linear"]})).await;
    let json = file(&owner, model, "?format=json").await;
    assert_eq!(json.headers()["content-type"], "application/json");
    let named = json.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(named.starts_with("attachment") && named.contains("houses price v1.json"), "{named}");
    assert!(json.json::<Value>().await.unwrap().is_object());
    let onnx = file(&owner, model, "?format=onnx").await;
    assert_eq!(onnx.headers()["content-type"], "application/octet-stream");
    let bytes = onnx.bytes().await.unwrap();
    let has = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    assert!(has(b"size") && has(b"town") && has(b"Leeds"), "preparation is inside");
    let again = file(&owner, model, "?format=onnx").await.bytes().await.unwrap();
    assert_eq!(bytes, again, "the same model gives the same file");
    for query in ["", "?format=pickle"] {
        assert_eq!(file(&owner, model, query).await.status(), 422, "{query:?}");
    }
    let told = events(&owner, "model.exported").await;
    let formats: Vec<_> = told.iter().map(|event| event.changes[0].after.clone()).collect();
    assert_eq!(formats, [json!("onnx"), json!("onnx"), json!("json")]);
}

#[actix_web::test]
async fn a_model_is_described_in_words_with_what_was_proved() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    let model = searched(&app, &owner, json!({"target": "price", "trials": 2})).await;
    assert_eq!(reproduced(&app, &owner, model).await.equal, Some(true));
    let path = GetModelCard::url(&[&model.to_string()]);
    let response = owner.request("GET", &path).send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/markdown; charset=utf-8");
    let text = response.text().await.unwrap();
    for wanted in ["# houses price, version 1", "price", "rmse", "How it was found", "the very same artefact"]
    {
        assert!(text.contains(wanted), "no {wanted:?} in\n{text}");
    }
}

#[actix_web::test]
async fn a_model_that_is_made_again_comes_out_the_same_whatever_ended_its_search() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    for settings in [json!({"target": "price", "trials": 3}), json!({"target": "price", "budget_seconds": 2})]
    {
        let model = searched(&app, &owner, settings.clone()).await;
        let before = owner.list::<ListModels>(&ListModelsQuery::default()).await.unwrap().data.len();
        let proof = reproduced(&app, &owner, model).await;
        assert_eq!(proof.status, RunStatus::Succeeded, "{settings}: {:?}", proof.error);
        assert_eq!(proof.equal, Some(true), "{settings}");
        assert_eq!(proof.found_sha256.as_ref(), Some(&proof.expected_sha256));
        assert!(proof.trials.is_some_and(|trials| trials > 0) && proof.threads.is_some());
        assert_eq!((proof.progress, proof.created_by), (1.0, Some(owner.me.as_ref().unwrap().user.id)));
        let after = owner.list::<ListModels>(&ListModelsQuery::default()).await.unwrap().data.len();
        assert_eq!(before, after, "it makes no version");
        let slot = model.to_string();
        let listed =
            owner.call::<ListReproductions>(&[&slot], &ListQuery::default(), &Nothing {}).await.unwrap();
        assert_eq!(listed.data, std::slice::from_ref(&proof));
        assert_eq!(owner.get::<GetLineage>(&[&slot]).await.unwrap().reproductions, [proof]);
    }
    let told = events(&owner, "model.reproduced").await;
    assert_eq!(told.len(), 2);
    assert!(
        told.iter()
            .all(|event| event.changes.iter().any(|one| one.path == "/equal" && one.after == json!(true)))
    );
    assert_eq!(events(&owner, "model.reproduction_started").await.len(), 2);
}

#[actix_web::test]
async fn a_model_that_comes_out_otherwise_is_told_so() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    let model = searched(&app, &owner, json!({"target": "price", "algorithms": ["linear"]})).await;
    let other = "0".repeat(64);
    let change = format!("UPDATE models SET artefact_sha256 = '{other}' WHERE id = '{model}'");
    app.database().await.execute_unprepared(&change).await.unwrap();
    let proof = reproduced(&app, &owner, model).await;
    assert_eq!((proof.status, proof.equal), (RunStatus::Succeeded, Some(false)));
    assert_eq!(proof.expected_sha256, other);
}

#[actix_web::test]
async fn a_model_whose_data_was_deleted_can_not_be_made_again_and_says_why() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    let model = searched(&app, &owner, json!({"target": "price", "algorithms": ["linear"]})).await;
    let slot = model.to_string();
    let data = owner.get::<GetModel>(&[&slot]).await.unwrap().dataset_id.to_string();
    let waiting = owner.get::<ReproduceModel>(&[&slot]).await.unwrap();
    let refused = owner.get::<DeleteDataset>(&[&data]).await.unwrap_err();
    assert_eq!(refused.problem.code, Code::InUse);
    assert!(refused.problem.detail.contains(&waiting.id.to_string()), "{}", refused.problem.detail);
    app.work().await;
    owner.get::<DeleteDataset>(&[&data]).await.unwrap();
    let refused = owner.get::<ReproduceModel>(&[&slot]).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (409, Code::DatasetGone));
    assert_eq!(app.work_count().await, 0, "nothing is queued");
}

#[actix_web::test]
async fn a_reproduction_of_a_model_that_goes_meanwhile_fails_with_a_reason() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    let model = searched(&app, &owner, json!({"target": "price", "algorithms": ["linear"]})).await;
    let asked = owner.get::<ReproduceModel>(&[&model.to_string()]).await.unwrap();
    owner.get::<DeleteModel>(&[&model.to_string()]).await.unwrap();
    app.work().await;
    let ended = owner.get::<GetReproduction>(&[&asked.id.to_string()]).await.unwrap();
    assert_eq!((ended.status, ended.error.unwrap().code), (RunStatus::Failed, Code::NotFound));
    assert_eq!(events(&owner, "model.reproduction_failed").await.len(), 1);
}

#[actix_web::test]
async fn a_reproduction_counts_as_a_run_and_is_asked_for_once_by_a_key() {
    let app = TestApp::start_with(&[("plans.standard.queued_runs", "1")]).await;
    let owner = app.owner("ann").await;
    let model = searched(&app, &owner, json!({"target": "price", "algorithms": ["linear"]})).await;
    let path = ReproduceModel::url(&[&model.to_string()]);
    let ask = |key: &'static str| {
        let request = owner.request("POST", &path).header(IDEMPOTENCY_HEADER, key);
        async move { crate::support::read::<ReproduceModel>(request.send().await.unwrap()).await }
    };
    let first = ask("once").await.unwrap();
    assert_eq!(ask("once").await.unwrap(), first, "the same key, the same reproduction");
    let refused = ask("twice").await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (429, Code::QuotaExceeded));
}
