//! Training runs by the API: what succeeds, what fails with a reason, what survives.

use crate::support::{TestApp, houses, run_body};
use contract::{
    Call, Code, DatasetId, Nothing, RunId,
    audit::{AuditQuery, ListAuditEvents},
    datasets::GetProfile,
    endpoints::{CreateEndpoint, CreateEndpointBody},
    models::{ExportModel, GetEvaluation, GetLeaderboard, GetLineage, GetModel, ListModels, ListModelsQuery},
    predictions::Predict,
    training::{
        Algorithm, CancelRun, GetRun, GetRunEvents, ListRuns, ListRunsQuery, RunEvents, RunStatus, StartRun,
    },
};
use sea_orm::ConnectionTrait;
use serde_json::json;

#[actix_web::test]
async fn a_run_makes_a_model_that_knows_where_it_comes_from() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    let dataset = app.dataset(&owner, "houses", &houses(200)).await;
    let settings = json!({ "target": "price", "algorithms": ["linear", "gradient_descent"] });
    let run = app.start_run(&owner, dataset.id, settings).await;
    assert_eq!((run.status, run.attempt), (RunStatus::Queued, 0));
    let run = app.finished(&owner, run.id).await;
    assert_eq!(run.status, RunStatus::Succeeded, "{:?}", run.error);
    assert_eq!((run.attempt, run.progress), (1, 1.0));
    let id = run.model_id.unwrap().to_string();
    let model = owner.get::<GetModel>(&[&id]).await.unwrap();
    assert_eq!((model.version, model.target.as_str(), model.algorithm), (1, "price", Algorithm::Linear));
    assert!(model.metrics["r2"] > 0.999_999, "{:?}", model.metrics);
    assert!(model.baseline["r2"] < 0.1);
    let names: Vec<_> = model.features.iter().map(|feature| feature.name.as_str()).collect();
    assert_eq!(names, ["size", "rooms", "town"]);
    let board = owner.get::<GetLeaderboard>(&[&id]).await.unwrap();
    let descent = board.entries.iter().find(|entry| entry.algorithm == Algorithm::GradientDescent).unwrap();
    assert!(descent.loss_curve.first().unwrap().loss > descent.loss_curve.last().unwrap().loss);
    let seen = owner.get::<GetEvaluation>(&[&id]).await.unwrap();
    assert_eq!((seen.train_rows, seen.test_rows, seen.predicted_actual.len()), (160, 40, 40));
    assert!(seen.curves.is_empty());
    let largest = seen.coefficients.first().unwrap();
    assert_eq!((largest.feature.as_str(), &largest.class), ("(intercept)", &None));
    assert_eq!((seen.examples.len(), seen.examples[0].row.len()), (40, 3));
    assert!(seen.examples[0].row["town"].is_string() && seen.examples[0].predicted.is_number());
    let lineage = owner.get::<GetLineage>(&[&id]).await.unwrap();
    assert_eq!(Some(lineage.dataset_sha256), dataset.sha256);
    assert_eq!((lineage.run_id, lineage.seed), (run.id, 42));
}

#[actix_web::test]
async fn no_name_keeps_a_model_from_being_exported() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    let csv = houses(200).replacen("price", "\"the\nprice\"", 1);
    let dataset = app.dataset(&owner, "houses", &csv).await;
    let profile = owner.get::<GetProfile>(&[&dataset.id.to_string()]).await.unwrap();
    let target = profile.columns.last().unwrap().name.clone();
    for bad in ["a\nb", "a\rb", "a\u{7f}b", "a\u{202e}b"] {
        let settings = json!({ "target": target, "algorithms": ["linear"], "name": bad });
        let body = run_body(dataset.id, settings);
        let refused = owner.post::<StartRun>(&[], &body).await.unwrap_err();
        assert_eq!((refused.status, refused.problem.errors[0].pointer.as_str()), (422, "#/name"), "{bad:?}");
    }
    let settings = json!({ "target": target, "algorithms": ["linear"] });
    let run = app.start_run(&owner, dataset.id, settings).await;
    assert!(!run.name.chars().any(char::is_control), "{:?}", run.name);
    let model = app.finished(&owner, run.id).await.model_id.unwrap();
    // As names were before they were checked.
    let odd = format!("UPDATE models SET name = 'odd\r\n\u{85}name' WHERE id = '{model}'");
    app.database().await.execute_unprepared(&odd).await.unwrap();
    for format in ["json", "onnx"] {
        let path = format!("{}?format={format}", ExportModel::url(&[&model.to_string()]));
        let file = owner.request("GET", &path).send().await.unwrap();
        assert_eq!(file.status(), 200, "{format}");
        let disposition = file.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert!(disposition.contains("odd___name"), "{disposition}");
    }
}

#[actix_web::test]
async fn a_model_of_classes_shows_curves_weights_and_rows_that_predict_takes() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    let path = format!("{}/../../docs/samples/iris.csv", env!("CARGO_MANIFEST_DIR"));
    let dataset = app.dataset(&owner, "iris", &std::fs::read_to_string(path).unwrap()).await;
    let settings = json!({ "target": "target", "algorithms": ["logistic"] });
    let run = app.start_run(&owner, dataset.id, settings).await;
    let run = app.finished(&owner, run.id).await;
    let model_id = run.model_id.unwrap();
    let seen = owner.get::<GetEvaluation>(&[&model_id.to_string()]).await.unwrap();
    let classes: Vec<_> = seen.curves.iter().map(|curve| curve.class.as_str()).collect();
    assert_eq!(classes, ["0", "1", "2"]);
    for curve in &seen.curves {
        assert!(curve.roc_auc > 0.9 && curve.average_precision > 0.9, "{curve:?}");
        let last = curve.points.last().unwrap();
        assert_eq!((last.false_positive_rate, last.true_positive_rate), (1.0, 1.0));
    }
    assert_eq!(seen.coefficients.len(), 15);
    assert!(seen.coefficients.iter().all(|one| one.class.is_some()));
    let body = CreateEndpointBody { name: "iris".to_owned(), model_id };
    owner.post::<CreateEndpoint>(&[], &body).await.unwrap();
    let rows: Vec<_> = seen.examples.iter().map(|example| &example.row).collect();
    let path = Predict::url(&["iris"]);
    let answer = owner.request("POST", &path).json(&json!({ "rows": rows })).send().await.unwrap();
    let answer: serde_json::Value = answer.json().await.unwrap();
    let labels: Vec<_> = answer["predictions"].as_array().unwrap().iter().map(|one| &one["label"]).collect();
    let wanted: Vec<_> = seen.examples.iter().map(|example| &example.predicted).collect();
    assert_eq!(labels, wanted);
}

#[actix_web::test]
async fn the_same_data_settings_and_seed_give_the_same_artefact_in_the_next_version() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    app.model(&owner).await;
    app.model(&owner).await;
    let models = owner.list::<ListModels>(&ListModelsQuery::default()).await.unwrap().data;
    let versions: Vec<_> = models.iter().map(|model| model.version).collect();
    assert_eq!(versions, [2, 1]);
    assert_eq!(models[0].artefact_sha256, models[1].artefact_sha256);
}

#[actix_web::test]
async fn the_steps_of_a_run_are_listed_and_streamed_and_replayed() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    let dataset = app.dataset(&owner, "houses", &houses(100)).await;
    let run = app.start_run(&owner, dataset.id, json!({ "target": "price", "algorithms": ["linear"] })).await;
    app.finished(&owner, run.id).await;
    let path = GetRunEvents::url(&[&run.id.to_string()]);
    let listed: RunEvents = owner.request("GET", &path).send().await.unwrap().json().await.unwrap();
    let kinds: Vec<_> = listed.data.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds.first(), Some(&"queued"));
    assert_eq!(kinds[1], "started");
    assert!(kinds.contains(&"prepared") && kinds.contains(&"family_finished"), "{kinds:?}");
    assert_eq!(kinds.last(), Some(&"succeeded"));
    let sequences: Vec<_> = listed.data.iter().map(|event| event.sequence).collect();
    assert_eq!(sequences, (1..=listed.data.len() as u64).collect::<Vec<_>>());
    let streamed = |after: u64| {
        let request = owner.request("GET", &path).header("accept", "text/event-stream");
        let request = request.header("last-event-id", after.to_string());
        async move { request.send().await.unwrap().text().await.unwrap() }
    };
    let all = streamed(0).await;
    assert_eq!(all.matches("\nevent: ").count(), listed.data.len());
    let last = streamed(listed.data.len() as u64 - 1).await;
    assert!(last.starts_with(&format!("id: {}\nevent: succeeded\n", listed.data.len())), "{last}");
}

#[actix_web::test]
async fn data_that_nothing_can_be_learned_from_fails_with_a_reason_and_is_not_tried_again() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    let constant: String = (0..50).map(|i| format!("{},7\n", i % 17)).collect();
    let words: String = (0..10_000).map(|i| format!("{},word{i}\n", i % 17)).collect();
    let empty: String = (0..50).map(|i| format!("{},\n", i % 17)).collect();
    let cases = [
        ("constant", constant, "always 7"),
        ("words", words, "10000 different"),
        ("empty", empty, "no values"),
    ];
    for (name, rows, reason) in cases {
        let dataset = app.dataset(&owner, name, &format!("x,y\n{rows}")).await;
        let settings = if name == "words" {
            json!({"target":"y","task":"classification"})
        } else {
            json!({"target":"y"})
        };
        let run = app.start_run(&owner, dataset.id, settings).await;
        let run = app.finished(&owner, run.id).await;
        assert_eq!((run.status, run.attempt), (RunStatus::Failed, 1), "{name}: {:?}", run.error);
        let error = run.error.unwrap();
        assert_eq!(error.code, Code::TrainingFailed);
        assert!(error.detail.contains(reason), "{name}: {}", error.detail);
        assert!(run.model_id.is_none());
    }
}

#[actix_web::test]
async fn every_fault_of_the_settings_is_told_before_anything_is_queued() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    let dataset = app.dataset(&owner, "houses", &houses(50)).await;
    let settings = json!({ "target": "prize", "features": ["size", "sise"], "split": {"kind": "column", "column": "part"}, "alpha": -1.0 });
    let refused = owner.post::<StartRun>(&[], &run_body(dataset.id, settings)).await.unwrap_err();
    let pointers: Vec<_> = refused.problem.errors.iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(refused.status, 422);
    assert_eq!(pointers, ["#/target", "#/features/1", "#/split/column", "#/alpha"]);
    assert!(owner.list::<ListRuns>(&ListRunsQuery::default()).await.unwrap().data.is_empty());
}

#[actix_web::test]
async fn a_waiting_run_is_cancelled_at_once_and_a_finished_one_not_at_all() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    let dataset = app.dataset(&owner, "houses", &houses(50)).await;
    let run = app.start_run(&owner, dataset.id, json!({ "target": "price" })).await;
    let slot = run.id.to_string();
    let cancelled = owner.get::<CancelRun>(&[&slot]).await.unwrap();
    assert_eq!(cancelled.status, RunStatus::Cancelled);
    assert!(cancelled.finished_at.is_some());
    let run = app.finished(&owner, run.id).await;
    assert_eq!((run.status, run.attempt), (RunStatus::Cancelled, 0));
    let refused = owner.get::<CancelRun>(&[&slot]).await.unwrap_err();
    assert_eq!(refused.problem.code, Code::Conflict);
}

#[actix_web::test]
async fn torture_a_run_that_needs_too_much_memory_or_time_fails_with_the_limit() {
    let torture = crate::support::torture("T08–T09", "a run that needs too much memory or time");
    for (setting, value, word) in
        [("worker.run_memory_bytes", "60000000", "memory"), ("worker.run_seconds", "0", "longer")]
    {
        let app = TestApp::start_with(&[(setting, value)]).await;
        let owner = app.owner("ann").await;
        let rows: String = (0..120_000).map(|i| format!("{i}.5,{},{}\n", i % 977, i % 13)).collect();
        let dataset = app.dataset(&owner, "large", &format!("a,b,y\n{rows}")).await;
        let run = app.start_run(&owner, dataset.id, json!({ "target": "y" })).await;
        let run = app.finished(&owner, run.id).await;
        assert_eq!(run.status, RunStatus::Failed, "{:?}", run.error);
        let error = run.error.unwrap();
        assert_eq!(error.code, Code::TrainingLimit, "{}", error.detail);
        assert!(error.detail.contains(word), "{}", error.detail);
    }
    torture.end(2, 0, "stopped at its limit, with a reason");
}

#[actix_web::test]
async fn a_foreign_run_looks_absent() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.owner("ann").await, app.owner("bob").await);
    let dataset = app.dataset(&ann, "houses", &houses(50)).await;
    let run = app.start_run(&ann, dataset.id, json!({ "target": "price" })).await;
    let absent = RunId::from_bits(1).to_string();
    for slot in [run.id.to_string(), absent, "nonsense".to_owned()] {
        let refused = bob.get::<GetRun>(&[&slot]).await.unwrap_err();
        assert_eq!(refused.problem.code, Code::NotFound);
        let refused = bob.get::<CancelRun>(&[&slot]).await.unwrap_err();
        assert_eq!(refused.problem.code, Code::NotFound);
    }
    for foreign in [dataset.id, DatasetId::from_bits(1)] {
        let body = run_body(foreign, json!({ "target": "price" }));
        let refused = bob.post::<StartRun>(&[], &body).await.unwrap_err();
        assert_eq!(refused.problem.code, Code::NotFound);
    }
}

#[actix_web::test]
async fn the_queue_of_a_tenant_is_bounded_by_its_plan() {
    let app = TestApp::start_with(&[("plans.standard.queued_runs", "2")]).await;
    let owner = app.owner("ann").await;
    let dataset = app.dataset(&owner, "houses", &houses(50)).await;
    for _ in 0..2 {
        app.start_run(&owner, dataset.id, json!({ "target": "price" })).await;
    }
    let body = run_body(dataset.id, json!({ "target": "price" }));
    let refused = owner.post::<StartRun>(&[], &body).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (429, Code::QuotaExceeded));
}

#[actix_web::test]
async fn a_run_is_told_in_the_audit_log_from_start_to_model() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    app.model(&owner).await;
    let query = AuditQuery { action: Some("training.".to_owned()), ..AuditQuery::default() };
    let events = owner.call::<ListAuditEvents>(&[], &query, &Nothing {}).await.unwrap().data;
    let told: Vec<_> =
        events.iter().map(|event| (event.action.as_str(), event.actor.kind.as_str())).collect();
    assert_eq!(told, [("training.succeeded", "system"), ("training.started", "user")]);
}
