//! The samples that come with the program.

use crate::support::{TestApp, read};
use contract::{
    Call, Code, ListQuery,
    api_keys::KeyScope,
    audit::{AuditQuery, ListAuditEvents},
    datasets::{DatasetStatus, DownloadDataset, GetDataset, ListDatasets},
    samples::{ListSamples, LoadSample, Sample},
};

#[actix_web::test]
async fn every_sample_becomes_a_data_set_as_it_was_announced() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let samples = ada.get::<ListSamples>(&[]).await.unwrap().data;
    let names: Vec<_> = samples.iter().map(|sample| sample.name.as_str()).collect();
    assert_eq!(names, ["iris", "penguins", "telco_churn", "diamonds"]);
    for sample in &samples {
        let sent = ada.get::<LoadSample>(&[&sample.name]).await.unwrap();
        assert_eq!((&sent.name, sent.status), (&sample.name, DatasetStatus::Profiling));
        app.work().await;
        let read = ada.get::<GetDataset>(&[&sent.id.to_string()]).await.unwrap();
        assert_eq!(read.status, DatasetStatus::Ready, "{:?}", read.error);
        let counted = Sample {
            rows: read.rows.unwrap(),
            columns: read.columns.unwrap(),
            size_bytes: read.size_bytes,
            ..sample.clone()
        };
        assert_eq!(&counted, sample);
    }
    let query = AuditQuery { action: Some("dataset.uploaded".to_owned()), ..AuditQuery::default() };
    assert_eq!(ada.list::<ListAuditEvents>(&query).await.unwrap().data.len(), 4);
}

#[actix_web::test]
async fn a_sample_is_the_file_that_lies_in_the_docs() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let sent = ada.get::<LoadSample>(&["penguins"]).await.unwrap();
    let path = DownloadDataset::url(&[&sent.id.to_string()]);
    let got = ada.request("GET", &path).send().await.unwrap().bytes().await.unwrap();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/samples/penguins.csv");
    assert_eq!(got, std::fs::read(file).unwrap());
}

#[actix_web::test]
async fn a_repeated_load_with_one_idempotency_key_makes_one_data_set() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let (program, _) = app.program(&ada, &[KeyScope::DatasetsRead, KeyScope::DatasetsWrite]).await;
    let load = program.request("POST", &LoadSample::url(&["iris"])).header("idempotency-key", "once");
    let first = read::<LoadSample>(load.try_clone().unwrap().send().await.unwrap()).await.unwrap();
    let again = load.send().await.unwrap();
    assert_eq!(again.headers()["idempotency-replayed"], "true");
    assert_eq!(read::<LoadSample>(again).await.unwrap(), first);
    assert_eq!(ada.list::<ListDatasets>(&ListQuery::default()).await.unwrap().data.len(), 1);
}

#[actix_web::test]
async fn a_sample_meets_the_same_limits_as_an_upload() {
    let settings = [("plans.standard.datasets", "1"), ("limits.upload_bytes", "10000")];
    let app = TestApp::start_with(&settings).await;
    let ada = app.owner("ada").await;
    for (name, status, code) in [
        ("no-such-sample", 404, Code::NotFound),
        ("IRIS", 404, Code::NotFound),
        ("../iris", 404, Code::NotFound),
        ("penguins", 413, Code::BodyTooLarge),
    ] {
        let refused = ada.get::<LoadSample>(&[name]).await.unwrap_err();
        assert_eq!((refused.status, refused.problem.code), (status, code), "{name}");
    }
    ada.get::<LoadSample>(&["iris"]).await.unwrap();
    let refused = ada.get::<LoadSample>(&["iris"]).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (429, Code::QuotaExceeded));
    assert_eq!(ada.list::<ListDatasets>(&ListQuery::default()).await.unwrap().data.len(), 1);
}
