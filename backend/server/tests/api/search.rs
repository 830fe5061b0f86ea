//! Searches by the API: settings with their faults, a leaderboard that grows, stopping and keeping, cancelling.

use crate::support::{Caller, TestApp, houses, run_body};
use contract::{
    Call, Code, DatasetId, Nothing, RunId,
    audit::{AuditQuery, ListAuditEvents},
    models::{GetLeaderboard, GetModel},
    training::{
        Algorithm, CancelRun, GetRun, GetRunEvents, RunEvents, RunStatus, StartRun, StopRun, TrialFinished,
    },
};
use serde_json::{Value, json};

async fn faults(app: &TestApp, caller: &Caller, dataset: DatasetId, settings: Value) -> Vec<String> {
    let mut body = settings;
    body["dataset_id"] = json!(dataset);
    let response = caller.request("POST", StartRun::PATH).json(&body).send().await.unwrap();
    let refused = crate::support::read::<StartRun>(response).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (422, Code::InvalidRequest), "{body}");
    assert_eq!(amaas::jobs::drain(&app.context).await.unwrap(), 0, "nothing is queued");
    refused.problem.errors.into_iter().map(|fault| fault.pointer).collect()
}

async fn told(caller: &Caller, run: RunId) -> RunEvents {
    let path = GetRunEvents::url(&[&run.to_string()]);
    caller.request("GET", &path).send().await.unwrap().json().await.unwrap()
}

/// Reads the stream of a run until a step of this kind has come.
async fn until(caller: &Caller, run: RunId, kind: &str) {
    let path = GetRunEvents::url(&[&run.to_string()]);
    let request = caller.request("GET", &path).header("accept", "text/event-stream");
    let mut response = request.send().await.unwrap();
    let mut seen = String::new();
    while !seen.contains(&format!("event: {kind}\n")) {
        let piece = response.chunk().await.unwrap().unwrap_or_else(|| panic!("no {kind} in {seen}"));
        seen.push_str(&String::from_utf8_lossy(&piece));
    }
}

/// Houses whose price is not exactly known from what stands beside it.
fn noisy(rows: u32) -> String {
    let mut csv = "size,rooms,town,sold,price\n".to_owned();
    for i in 0..rows {
        let (size, rooms) = (40 + i * 37 % 101, 1 + i * 13 % 5);
        let town = ["Bath", "Leeds", "York"][(i * 7 % 3) as usize];
        let noise = (i * 7919 % 1009) * 20;
        let day = 1 + i % 28;
        csv.push_str(&format!(
            "{size},{rooms},{town},2024-03-{day:02},{}\n",
            1000 * size + 5000 * rooms + noise
        ));
    }
    csv
}

#[actix_web::test]
async fn every_fault_of_a_search_is_told_with_its_place_in_the_body() {
    let app = TestApp::start_with(&[("worker.run_seconds", "100")]).await;
    let owner = app.owner("ann").await;
    let data = app.dataset(&owner, "houses", &houses(60)).await.id;
    let out_of_range = json!({
        "target": "price", "budget_seconds": 91, "alpha": -1, "max_levels": 0,
        "split": {"kind": "time", "column": "day", "test_fraction": 0.95},
        "weight_column": "town", "monotone": {"town": "increasing", "garden": "decreasing"},
        "boosting": {"learning_rate": 0, "max_leaves": 1}, "forest": {"trees": 0},
        "elastic_net": {"l1_ratio": 2},
    });
    let wanted = [
        "#/split/column",
        "#/weight_column",
        "#/monotone/garden",
        "#/monotone/town",
        "#/split/test_fraction",
        "#/budget_seconds",
        "#/alpha",
        "#/max_levels",
        "#/elastic_net/l1_ratio",
        "#/boosting/learning_rate",
        "#/boosting/max_leaves",
        "#/forest/trees",
    ];
    assert_eq!(faults(&app, &owner, data, out_of_range).await, wanted);
    let both = json!({"target": "price", "budget_seconds": 5, "trials": 5});
    assert_eq!(faults(&app, &owner, data, both).await, ["#/trials"]);
    for (settings, pointer) in [
        (json!({"target": "price", "split": {"kind": "week"}}), "#/split/kind"),
        (json!({"target": "price", "algorithms": ["boosting", "magic"]}), "#/algorithms/1"),
        (json!({"target": "price", "boosting": {"depth": 3}}), "#/boosting/depth"),
        (json!({"target": "price", "monotone": {"size": "up"}}), "#/monotone/size"),
        (json!({"target": "price", "trials": -1}), "#/trials"),
        (json!({"target": "price", "metric": "luck"}), "#/metric"),
    ] {
        assert_eq!(faults(&app, &owner, data, settings.clone()).await, [pointer], "{settings}");
    }
    let most = json!({"target": "price", "budget_seconds": 90});
    owner.post::<StartRun>(&[], &run_body(data, most)).await.expect("nine tenths of the run's time");
}

#[actix_web::test]
async fn what_only_the_file_can_tell_fails_the_run_with_the_same_pointers() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    let data = app.dataset(&owner, "houses", &houses(60)).await.id;
    for (settings, pointer) in [
        (
            json!({"target": "town", "costs": [{"actual": "Bath", "predicted": "Rome", "cost": 3}]}),
            "#/costs/0/predicted",
        ),
        (json!({"target": "town", "class_weights": {"given": {"Rome": 2}}}), "#/class_weights/given/Rome"),
        (json!({"target": "price", "algorithms": ["logistic"]}), "#/algorithms/0"),
    ] {
        let run = app.start_run(&owner, data, settings.clone()).await;
        let run = app.finished(&owner, run.id).await;
        assert_eq!(run.status, RunStatus::Failed, "{settings}");
        let error = run.error.unwrap();
        assert_eq!(error.code, Code::TrainingFailed);
        assert_eq!(error.errors[0].pointer, pointer, "{settings}: {error:?}");
    }
}

#[actix_web::test]
async fn a_search_tells_every_trial_and_its_leaderboard_is_that_of_the_model() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    let data = app.dataset(&owner, "noisy", &noisy(300)).await.id;
    let run = app.start_run(&owner, data, json!({"target": "price", "trials": 4})).await;
    let run = app.finished(&owner, run.id).await;
    assert_eq!(run.status, RunStatus::Succeeded, "{:?}", run.error);
    assert_eq!((run.trials_done, run.eta_seconds), (4, None));
    let best = run.best.unwrap();
    assert_eq!(best.metric, "rmse");
    let events = told(&owner, run.id).await.data;
    let trials: Vec<TrialFinished> = events
        .iter()
        .filter(|event| event.kind == "trial_finished")
        .map(|event| serde_json::from_value(event.data.clone()).unwrap())
        .collect();
    let single = trials.iter().filter(|trial| trial.entry.algorithm != Algorithm::Ensemble);
    let numbers: Vec<_> = single.map(|trial| trial.trial).filter(|number| *number > 0).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    assert!(
        trials.iter().all(|trial| trial.trials == Some(4) && trial.entry.validation.contains_key("rmse"))
    );
    let last_best = trials.iter().rev().find(|trial| trial.best).unwrap();
    assert_eq!((last_best.trial, last_best.entry.validation["rmse"]), (best.trial, best.score));
    let model = run.model_id.unwrap().to_string();
    let board = owner.get::<GetLeaderboard>(&[&model]).await.unwrap();
    let first = &board.entries[0];
    assert!(first.tied, "the best is level with itself");
    assert!(first.fit_seconds.is_some() && first.validation["rmse"] > 0.0);
    assert!(board.entries.iter().any(|entry| entry.algorithm == Algorithm::Baseline));
    let model = owner.get::<GetModel>(&[&model]).await.unwrap();
    let (score, interval) = (model.metrics["rmse"], model.intervals["rmse"]);
    assert!(interval.low <= score && score <= interval.high, "{score} {interval:?}");
    assert_eq!(model.trials, 4);
    assert!(model.certainty.intervals && model.certainty.contributions && !model.certainty.costs);
}

#[actix_web::test]
async fn all_settings_of_a_search_reach_the_engine() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    let data = app.dataset(&owner, "noisy", &noisy(300)).await.id;
    for settings in [
        json!({"target": "price", "algorithms": ["boosting"], "boosting": {"max_rounds": 20, "learning_rate": 0.2,
            "max_leaves": 8, "max_depth": 4, "min_leaf_rows": 5, "l2": 2, "row_fraction": 0.7, "column_fraction": 0.9,
            "early_stopping_rounds": 5}, "monotone": {"size": "increasing"}, "split": {"kind": "time", "column": "sold"}}),
        json!({"target": "price", "algorithms": ["lasso", "elastic_net"], "elastic_net": {"alpha": 0.1, "l1_ratio": 0.3},
            "imputation": "median", "max_levels": 2, "split": {"kind": "group", "column": "rooms", "test_fraction": 0.4}}),
        json!({"target": "town", "algorithms": ["logistic"], "class_weights": "balanced", "weight_column": "rooms",
            "costs": [{"actual": "Bath", "predicted": "York", "cost": 5}], "split": {"kind": "folds", "folds": 3}}),
    ] {
        let run = app.start_run(&owner, data, settings.clone()).await;
        let run = app.finished(&owner, run.id).await;
        assert_eq!(run.status, RunStatus::Succeeded, "{settings}: {:?}", run.error);
        let kept = serde_json::to_value(&run.settings).unwrap();
        for (name, value) in settings.as_object().unwrap() {
            let kept = kept[name].to_string().replace(".0,", ",").replace(".0}", "}");
            assert_eq!(kept, value.to_string(), "{name} is answered as it was asked");
        }
    }
}

#[actix_web::test]
async fn a_search_that_is_told_to_stop_keeps_the_best_so_far() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    let data = app.dataset(&owner, "noisy", &noisy(400)).await.id;
    let run = app.start_run(&owner, data, json!({"target": "price", "budget_seconds": 600})).await;
    let slot = run.id.to_string();
    let told_to_stop = async {
        until(&owner, run.id, "trial_finished").await;
        let seen = owner.get::<GetRun>(&[&slot]).await.unwrap();
        assert_eq!(seen.status, RunStatus::Running);
        assert!(seen.trials_done > 0 || seen.best.is_some());
        assert!(seen.eta_seconds.is_some_and(|eta| eta > 0.0 && eta <= 600.0), "{:?}", seen.eta_seconds);
        let stopping = owner.get::<StopRun>(&[&slot]).await.unwrap();
        assert!(stopping.stop_requested_at.is_some());
        let again = owner.get::<StopRun>(&[&slot]).await.unwrap();
        assert_eq!(again.stop_requested_at, stopping.stop_requested_at, "once is enough");
    };
    let ((), ()) = tokio::join!(app.work(), told_to_stop);
    let run = owner.get::<GetRun>(&[&slot]).await.unwrap();
    assert_eq!(run.status, RunStatus::Succeeded, "{:?}", run.error);
    assert!(run.model_id.is_some() && run.eta_seconds.is_none());
    let kinds: Vec<_> = told(&owner, run.id).await.data.into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds.iter().filter(|kind| *kind == "stopping").count(), 1);
    let query = AuditQuery { action: Some("training.stopped".to_owned()), ..AuditQuery::default() };
    let events = owner.call::<ListAuditEvents>(&[], &query, &Nothing {}).await.unwrap().data;
    assert_eq!(events.len(), 1);
    let refused = owner.get::<StopRun>(&[&slot]).await.unwrap_err();
    assert_eq!(refused.problem.code, Code::Conflict);
}

#[actix_web::test]
async fn a_run_that_is_told_to_stop_before_it_begins_still_makes_its_first_model() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    let data = app.dataset(&owner, "noisy", &noisy(2000)).await.id;
    let run = app.start_run(&owner, data, json!({"target": "price", "budget_seconds": 600})).await;
    let stopped = owner.get::<StopRun>(&[&run.id.to_string()]).await.unwrap();
    assert_eq!(stopped.status, RunStatus::Queued);
    let run = app.finished(&owner, run.id).await;
    assert_eq!(run.status, RunStatus::Succeeded, "{:?}", run.error);
    let model = owner.get::<GetModel>(&[&run.model_id.unwrap().to_string()]).await.unwrap();
    assert!(model.trials < 20, "a whole search makes more than a hundred, not {}", model.trials);
}

#[actix_web::test]
async fn a_running_search_is_cancelled_whichever_server_heard_it() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    let data = app.dataset(&owner, "noisy", &noisy(400)).await.id;
    let run = app.start_run(&owner, data, json!({"target": "price", "budget_seconds": 600})).await;
    let slot = run.id.to_string();
    // As another server does it: the row alone tells, nobody in this process is called.
    let elsewhere = async {
        until(&owner, run.id, "prepared").await;
        let tx = app.context.db.begin().await.unwrap();
        let tenant = owner.tenant_id().to_string();
        app.context.jobs.training.cancel(&*tx, &tenant, &slot).await.unwrap();
        tx.commit().await.unwrap();
    };
    let ((), ()) = tokio::join!(app.work(), elsewhere);
    let run = owner.get::<GetRun>(&[&slot]).await.unwrap();
    assert_eq!((run.status, run.model_id), (RunStatus::Cancelled, None));
    let refused = owner.get::<CancelRun>(&[&slot]).await.unwrap_err();
    assert_eq!(refused.problem.code, Code::Conflict);
}

#[actix_web::test]
async fn a_search_ends_within_its_seconds_and_says_how_many_trials_they_were_worth() {
    let app = TestApp::start().await;
    let owner = app.owner("ann").await;
    let data = app.dataset(&owner, "noisy", &noisy(300)).await.id;
    let run = app.start_run(&owner, data, json!({"target": "price", "budget_seconds": 2})).await;
    let run = app.finished(&owner, run.id).await;
    assert_eq!(run.status, RunStatus::Succeeded, "{:?}", run.error);
    let model = owner.get::<GetModel>(&[&run.model_id.unwrap().to_string()]).await.unwrap();
    assert!(model.trials > 0 && run.trials_done > 0, "{} {}", model.trials, run.trials_done);
}
