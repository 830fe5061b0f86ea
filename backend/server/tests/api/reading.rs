//! Reading a file anew: what somebody says is tried on its beginning, holds for profile and training, and is told.

use crate::{
    datasets::{half_an_upload, until},
    support::{Caller, Refused, TestApp, houses},
};
use contract::{
    Code, Nothing,
    audit::{AuditEvent, AuditQuery, ListAuditEvents},
    datasets::{
        ColumnKind, Dataset, DatasetStatus, DeleteDataset, GetDataset, GetProfile, GetRows, PreviewReading,
        ReadAgain, Reading, ReadingPreview, Rows, RowsQuery,
    },
    models::{GetEvaluation, GetLineage, GetModel},
    quotas::GetQuotas,
    training::{CancelRun, RunStatus},
};
use serde_json::{Value, json};

/// Written with semicolons and decimal commas; one row is ragged, one size is no number.
const WINES: &str = "name;size;code\nred;1,5;007\nwhite;about 2;008\nrosé;3,25;007\nodd;1\nred;4;009\n";

fn reading(value: Value) -> Reading {
    serde_json::from_value(value).unwrap()
}

async fn preview(caller: &Caller, dataset: &Dataset, body: Value) -> Result<ReadingPreview, Refused> {
    caller.post::<PreviewReading>(&[&dataset.id.to_string()], &reading(body)).await
}

async fn read_again(caller: &Caller, dataset: &Dataset, body: Value) -> Result<Dataset, Refused> {
    caller.post::<ReadAgain>(&[&dataset.id.to_string()], &reading(body)).await
}

async fn get(caller: &Caller, dataset: &Dataset) -> Dataset {
    caller.get::<GetDataset>(&[&dataset.id.to_string()]).await.unwrap()
}

async fn kinds(caller: &Caller, dataset: &Dataset) -> Vec<ColumnKind> {
    let profile = caller.get::<GetProfile>(&[&dataset.id.to_string()]).await.unwrap();
    profile.columns.iter().map(|column| column.kind).collect()
}

async fn events(caller: &Caller) -> Vec<AuditEvent> {
    let query = AuditQuery { action: Some("dataset.read_again".to_owned()), ..AuditQuery::default() };
    caller.call::<ListAuditEvents>(&[], &query, &Nothing {}).await.unwrap().data
}

#[actix_web::test]
async fn a_preview_shows_how_the_beginning_would_be_read_and_changes_nothing() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let wines = app.dataset(&ada, "wines", WINES).await;
    let found = preview(&ada, &wines, json!({})).await.unwrap();
    assert_eq!((found.dialect.delimiter, found.dialect.decimal_comma, found.rejected_rows), (';', true, 1));
    assert_eq!(Some(&found.dialect), wines.dialect.as_ref(), "as the intake found it");
    assert_eq!(found.rows[1], [Some("white".to_owned()), Some("about 2".to_owned()), Some("008".to_owned())]);
    let told = json!({"header": false, "missing": ["about 2"], "kinds": {"column_3": "number"}});
    let found = preview(&ada, &wines, told).await.unwrap();
    let columns: Vec<_> = found.columns.iter().map(|column| (column.name.as_str(), column.kind)).collect();
    assert_eq!(columns[0].0, "column_1");
    assert_eq!(columns[2], ("column_3", ColumnKind::Number));
    assert_eq!((found.rows.len(), found.rows[2][1].as_ref()), (5, None));
    let one = preview(&ada, &wines, json!({"delimiter": "|"})).await.unwrap();
    assert_eq!((one.columns.len(), one.rejected_rows), (1, 0));
    let after = get(&ada, &wines).await;
    assert_eq!(after, wines);
    assert!(events(&ada).await.is_empty());
}

#[actix_web::test]
async fn a_preview_of_a_long_file_ends_with_a_whole_row() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let row = |n: u32| format!("{n},\"é{}\nand more\"\n", "x".repeat(3_000));
    let long = app.dataset(&ada, "long", &format!("n,text\n{}", (0..900).map(row).collect::<String>())).await;
    assert_eq!((long.status, long.rows), (DatasetStatus::Ready, Some(900)));
    let found = preview(&ada, &long, json!({})).await.unwrap();
    assert_eq!((found.rows.len(), found.rejected_rows, found.dialect.encoding.as_str()), (50, 0, "utf8"));
    assert!(found.rows.iter().all(|row| row[1].as_ref().unwrap().len() > 3_000));
    let again = read_again(&ada, &long, json!({"kinds": {"n": "category"}})).await.unwrap();
    app.work().await;
    assert_eq!(get(&ada, &again).await.rows, Some(900));
    assert_eq!(kinds(&ada, &long).await[0], ColumnKind::Category);
}

#[actix_web::test]
async fn a_file_is_read_anew_as_told_and_the_log_says_what_changed() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let wines = app.dataset(&ada, "wines", WINES).await;
    assert_eq!(wines.reading, Reading::default());
    assert_eq!(kinds(&ada, &wines).await, [ColumnKind::Category, ColumnKind::Category, ColumnKind::Category]);
    let before = ada.get::<GetQuotas>(&[]).await.unwrap();
    let told = json!({"decimal_comma": true, "kinds": {"size": "number", "code": "integer"}});
    let sent = read_again(&ada, &wines, told.clone()).await.unwrap();
    assert_eq!(sent.status, DatasetStatus::Profiling);
    assert_eq!((sent.rows, sent.columns, sent.rejected_rows, &sent.dialect), (None, None, None, &None));
    assert_eq!(serde_json::to_value(&sent.reading).unwrap(), told);
    let refused = read_again(&ada, &wines, json!({})).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (409, Code::Conflict), "while it is profiled");
    assert!(preview(&ada, &wines, json!({})).await.is_ok());
    app.work().await;

    let ready = get(&ada, &wines).await;
    assert_eq!((ready.status, ready.rows, ready.rejected_rows), (DatasetStatus::Ready, Some(4), Some(1)));
    assert_eq!(
        (&ready.sha256, ready.size_bytes, &ready.reading),
        (&wines.sha256, wines.size_bytes, &sent.reading)
    );
    let profile = ada.get::<GetProfile>(&[&wines.id.to_string()]).await.unwrap();
    let size = &profile.columns[1];
    assert_eq!((size.kind, size.missing, size.max), (ColumnKind::Number, 1, Some(4.0)));
    assert_eq!((size.disagreeing[0].line, size.disagreeing[0].value.as_str()), (3, "about 2"));
    assert_eq!((profile.columns[2].kind, profile.columns[2].min), (ColumnKind::Integer, Some(7.0)));
    assert_eq!(ada.get::<GetQuotas>(&[]).await.unwrap(), before, "nothing was added");

    read_again(&ada, &wines, json!({})).await.unwrap();
    app.work().await;
    assert_eq!(get(&ada, &wines).await.reading, Reading::default());
    assert_eq!(kinds(&ada, &wines).await[1], ColumnKind::Category);
    let told_events = events(&ada).await;
    let changes: Vec<_> = told_events.iter().map(|event| &event.changes[0]).collect();
    assert_eq!(changes.len(), 2);
    assert_eq!(
        (changes[1].path.as_str(), &changes[1].before, &changes[1].after),
        ("/reading", &json!({}), &told)
    );
    assert_eq!((&changes[0].before, &changes[0].after), (&told, &json!({})));
}

#[actix_web::test]
async fn rows_are_shown_as_the_file_is_read_now() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let data = app.dataset(&ada, "data", "a|b,c\n1|2,3\n4|?,6\n").await;
    read_again(&ada, &data, json!({"delimiter": "|", "missing": ["?,6"]})).await.unwrap();
    app.work().await;
    let query = RowsQuery { limit: None };
    let rows: Rows = ada.call::<GetRows>(&[&data.id.to_string()], &query, &Nothing {}).await.unwrap();
    assert_eq!(rows.columns, ["a", "b,c"]);
    assert_eq!(rows.rows[1], [Some("4".to_owned()), None]);
}

#[actix_web::test]
async fn a_file_that_failed_is_mended_by_saying_how_to_read_it() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let failed = app.dataset(&ada, "inches", "size,name\n1,\"one\n2,\"two\n3,\"three\n").await;
    assert_eq!(failed.status, DatasetStatus::Failed);
    let still = read_again(&ada, &failed, json!({"header": true})).await.unwrap_err();
    assert_eq!((still.status, still.problem.code), (422, Code::DatasetUnreadable));
    assert_eq!(still.problem.errors[0].code, "all_rows_rejected");
    read_again(&ada, &failed, json!({"quote": "'"})).await.unwrap();
    app.work().await;
    let mended = get(&ada, &failed).await;
    assert_eq!((mended.status, mended.rows, &mended.error), (DatasetStatus::Ready, Some(3), &None));
}

#[actix_web::test]
async fn every_fault_of_a_reading_is_told_with_its_place_and_nothing_happens() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let wines = app.dataset(&ada, "wines", WINES).await;
    let commas = app.dataset(&ada, "commas", "a,b\n1,2\n3,4\n").await;
    let many: serde_json::Map<_, _> = (0..2_001).map(|n| (format!("c{n}"), json!("number"))).collect();
    let cases = [
        (&wines, json!({"encoding": "latin1"}), vec!["#/encoding"]),
        (&wines, json!({"delimiter": "€"}), vec!["#/delimiter"]),
        (&wines, json!({"delimiter": "\n", "quote": "ä"}), vec!["#/delimiter", "#/quote"]),
        (&wines, json!({"delimiter": ";;"}), vec!["#/delimiter"]),
        (&wines, json!({"delimiter": "'", "quote": "'"}), vec!["#/quote"]),
        (&wines, json!({"delimiter": "\""}), vec!["#/delimiter"]),
        (&wines, json!({"quote": ";"}), vec!["#/quote"]),
        (&wines, json!({"thousands": "x"}), vec!["#/thousands"]),
        (&commas, json!({"date_order": "year_first"}), vec!["#/date_order"]),
        (&commas, json!({"bad_rows": "ignore"}), vec!["#/bad_rows"]),
        (&wines, json!({"missing": ["x".repeat(101), "?"]}), vec!["#/missing/0"]),
        (&wines, json!({"missing": vec!["?"; 101]}), vec!["#/missing"]),
        (&wines, json!({"kinds": {"size": "float"}}), vec!["#/kinds/size"]),
        (
            &wines,
            json!({"kinds": {"siz": "number", "a/b": "text", "size": "number"}}),
            vec!["#/kinds/a~1b", "#/kinds/siz"],
        ),
        (&wines, json!({"kinds": many}), vec!["#/kinds"]),
        (&wines, json!({"charset": "utf8"}), vec!["#/charset"]),
        (
            &wines,
            json!({"encoding": "x", "kinds": {"size": "number"}, "delimiter": "ß"}),
            vec!["#/encoding", "#/delimiter"],
        ),
    ];
    for (dataset, body, pointers) in cases {
        for (method, path) in [("POST", "reading/preview"), ("PUT", "reading")] {
            let path = format!("/v1/datasets/{}/{path}", dataset.id);
            let answer = ada.request(method, &path).json(&body).send().await.unwrap();
            assert_eq!(answer.status(), 422, "{method} {path} {body}");
            let problem: contract::Problem = answer.json().await.unwrap();
            let found: Vec<_> = problem.errors.iter().map(|fault| fault.pointer.as_str()).collect();
            assert_eq!((problem.code, &found), (Code::InvalidRequest, &pointers), "{method} {body}");
            assert!(problem.errors.iter().all(|fault| fault.fix.is_some()), "{problem:?}");
        }
    }
    assert_eq!(get(&ada, &wines).await, wines);
    assert!(events(&ada).await.is_empty());
}

#[actix_web::test]
async fn a_file_that_still_comes_in_is_not_read() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let _socket = half_an_upload(&app, &ada, "a,b\n1,2\n").await;
    let receiving = until(&ada, 1).await.remove(0);
    let refused = read_again(&ada, &receiving, json!({})).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (409, Code::Conflict));
    let refused = preview(&ada, &receiving, json!({})).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (409, Code::DatasetNotReady));
}

#[actix_web::test]
async fn what_a_run_is_working_on_is_not_read_anew() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let data = app.dataset(&ada, "houses", &houses(50)).await;
    let run = app.start_run(&ada, data.id, json!({"target": "price"})).await;
    let refused = read_again(&ada, &data, json!({})).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (409, Code::InUse));
    assert!(refused.problem.detail.contains(&run.id.to_string()));
    assert_eq!(get(&ada, &data).await, data, "it is ready as before");
    ada.get::<CancelRun>(&[&run.id.to_string()]).await.unwrap();
    read_again(&ada, &data, json!({})).await.unwrap();
}

#[actix_web::test]
async fn a_data_set_that_is_deleted_while_it_is_read_anew_takes_its_job_along() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let data = app.dataset(&ada, "wines", WINES).await;
    for _ in 0..2 {
        read_again(&ada, &data, json!({"kinds": {"size": "text"}})).await.unwrap();
        app.work().await;
    }
    read_again(&ada, &data, json!({})).await.unwrap();
    ada.get::<DeleteDataset>(&[&data.id.to_string()]).await.unwrap();
    assert_eq!(amaas::jobs::drain(&app.context).await.unwrap(), 0, "its job was cancelled");
}

#[actix_web::test]
async fn a_model_learns_from_the_same_table_that_the_profile_shows() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let csv = houses(200).replace(",2,", ",two,");
    let data = app.dataset(&ada, "houses", &csv).await;
    assert_eq!(kinds(&ada, &data).await[1], ColumnKind::Category);
    let told = json!({"kinds": {"rooms": "number", "size": "category"}});
    read_again(&ada, &data, told.clone()).await.unwrap();
    app.work().await;
    let profile = ada.get::<GetProfile>(&[&data.id.to_string()]).await.unwrap();
    let run = app.start_run(&ada, data.id, json!({"target": "price", "algorithms": ["linear"]})).await;
    let run = app.finished(&ada, run.id).await;
    assert_eq!(run.status, RunStatus::Succeeded, "{:?}", run.error);
    let id = run.model_id.unwrap().to_string();
    let model = ada.get::<GetModel>(&[&id]).await.unwrap();
    let learned: Vec<_> =
        model.features.iter().map(|feature| (feature.name.as_str(), feature.kind)).collect();
    let shown: Vec<_> = profile.columns.iter().map(|column| (column.name.as_str(), column.kind)).collect();
    assert_eq!(learned, shown[..3]);
    assert_eq!((learned[0].1, learned[1].1), (ColumnKind::Category, ColumnKind::Number));
    let lineage = ada.get::<GetLineage>(&[&id]).await.unwrap();
    assert_eq!(serde_json::to_value(&lineage.reading).unwrap(), told);
    assert_eq!(Some(lineage.dataset_sha256), data.sha256);
    let seen = ada.get::<GetEvaluation>(&[&id]).await.unwrap();
    assert!(seen.examples.iter().all(|example| example.row["size"].is_string()));
    assert!(
        seen.examples.iter().any(|example| example.row["rooms"].is_null()),
        "what is no number is missing"
    );
}

#[actix_web::test]
async fn thousands_dates_and_bad_rows_are_read_as_somebody_says() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let sales = "day;amount\n03/04/2024;1.250\n05/06/2024;2.500\nodd\n07/08/2024;3.750\n";
    let data = app.dataset(&ada, "sales", sales).await;
    let told =
        json!({"thousands": ".", "date_order": "day_first", "decimal_comma": true, "bad_rows": "refuse"});
    let found = preview(&ada, &data, told.clone()).await.unwrap();
    assert_eq!(found.rejected_rows, 1, "a preview counts what would be refused");
    assert_eq!((found.dialect.thousands, found.columns[1].kind), (Some('.'), ColumnKind::Integer));
    let refused = read_again(&ada, &data, told).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.errors[0].pointer.as_str()), (422, "line 4"));
    let told =
        json!({"thousands": ".", "date_order": "day_first", "decimal_comma": true, "bad_rows": "leave_out"});
    read_again(&ada, &data, told).await.unwrap();
    app.work().await;
    let data = get(&ada, &data).await;
    assert_eq!((data.status, data.rows, data.rejected_rows), (DatasetStatus::Ready, Some(3), Some(1)));
    let profile = ada.get::<GetProfile>(&[&data.id.to_string()]).await.unwrap();
    assert_eq!(profile.columns[1].max, Some(3750.0));
    let wrong = preview(&ada, &data, json!({"thousands": "x"})).await.unwrap_err();
    assert_eq!(wrong.problem.errors[0].pointer, "#/thousands");
}

#[actix_web::test]
async fn a_column_that_says_the_same_as_another_is_named_with_it() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let rows: String = (0..60).map(|i| format!("{i}.5,{},{}\n", i * 10 + 5, i % 7)).collect();
    let data = app.dataset(&ada, "twins", &format!("metres,decimetres,other\n{rows}")).await;
    let profile = ada.get::<GetProfile>(&[&data.id.to_string()]).await.unwrap();
    let twin = &profile.columns[1];
    assert!(twin.suspects.iter().any(|one| one == "near_duplicate"), "{:?}", twin.suspects);
    assert_eq!(twin.duplicate_of.as_deref(), Some("metres"));
}
