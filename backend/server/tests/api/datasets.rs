//! Data sets: what comes in is described, shown and given back as it was; what can't be used says why.

use crate::support::{Caller, PASSWORD, Refused, S3Server, TestApp, read};
use amaas::{datasets, jobs};
use contract::{
    Call, Code, DatasetId, ListQuery, NoQuery, Nothing,
    accounts::{SignIn, SignInBody},
    api_keys::KeyScope,
    datasets::{
        ColumnKind, Dataset, DatasetStatus, DeleteDataset, GetDataset, GetProfile, GetRows, ListDatasets,
        Profile, Rows, RowsQuery, UpdateDataset, UpdateDatasetBody, UploadDataset,
    },
};
use reqwest::{RequestBuilder, Response, multipart};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

const WINES: &str = "colour,alcohol,sold\nred,12.5,2024-01-01\nwhite,,2024-01-02\nred,13,2024-01-03\n";

fn post(caller: &Caller, name: &str) -> RequestBuilder {
    caller.request("POST", "/v1/datasets").query(&[("name", name)]).header("content-type", "text/csv")
}

async fn answer(request: RequestBuilder) -> Result<Dataset, Refused> {
    read::<UploadDataset>(request.send().await.unwrap()).await
}

async fn upload(caller: &Caller, name: &str, bytes: impl Into<reqwest::Body>) -> Result<Dataset, Refused> {
    answer(post(caller, name).body(bytes)).await
}

/// A data set that was read to its end, well or badly.
async fn settled(app: &TestApp, caller: &Caller, bytes: impl Into<reqwest::Body>) -> Dataset {
    let sent = upload(caller, "data", bytes).await.unwrap();
    jobs::drain(&app.context).await.unwrap();
    caller.get::<GetDataset>(&[&sent.id.to_string()]).await.unwrap()
}

async fn all(caller: &Caller) -> Vec<Dataset> {
    caller.list::<ListDatasets>(&ListQuery::default()).await.unwrap().data
}

async fn objects(app: &TestApp) -> usize {
    app.context.storage.list("tenants").await.unwrap().len()
}

async fn get(caller: &Caller, dataset: &Dataset, part: &str) -> Response {
    caller.request("GET", &format!("/v1/datasets/{}/{part}", dataset.id)).send().await.unwrap()
}

fn digest_of(bytes: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use sha2::{Digest, Sha256};
    format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(bytes)))
}

#[actix_web::test]
async fn an_upload_is_described_and_given_back_as_it_was_sent() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let sent = upload(&ada, "Wines", WINES).await.unwrap();
    assert_eq!((sent.status, sent.name.as_str()), (DatasetStatus::Profiling, "Wines"));
    assert_eq!(sent.size_bytes, WINES.len() as u64);
    assert_eq!(sent.created_by, Some(ada.me.as_ref().unwrap().user.id));
    jobs::drain(&app.context).await.unwrap();

    let id = sent.id.to_string();
    let ready = ada.get::<GetDataset>(&[&id]).await.unwrap();
    assert_eq!(ready.status, DatasetStatus::Ready);
    assert_eq!((ready.rows, ready.columns, ready.rejected_rows), (Some(3), Some(3), Some(0)));
    assert_eq!(ready.sha256, sent.sha256);
    assert_eq!(ready.dialect.as_ref().unwrap().delimiter, ',');
    let profile: Profile = ada.get::<GetProfile>(&[&id]).await.unwrap();
    let kinds: Vec<_> = profile.columns.iter().map(|column| column.kind).collect();
    assert_eq!(kinds, [ColumnKind::Category, ColumnKind::Number, ColumnKind::DateTime]);
    assert_eq!(profile.columns[1].missing, 1);

    let file = get(&ada, &ready, "download").await;
    assert_eq!(file.status(), 200);
    assert_eq!(file.headers()["content-length"], WINES.len().to_string().as_str());
    let disposition = file.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert_eq!(disposition, "attachment; filename=\"Wines.csv\"; filename*=UTF-8''Wines.csv");
    assert_eq!(file.text().await.unwrap(), WINES);
}

#[actix_web::test]
async fn a_worker_reads_an_upload_without_being_asked() {
    let app = TestApp::start().await;
    jobs::start(&app.context).await.unwrap();
    let ada = app.owner("ada").await;
    let id = upload(&ada, "Wines", WINES).await.unwrap().id.to_string();
    while ada.get::<GetDataset>(&[&id]).await.unwrap().status == DatasetStatus::Profiling {}
    assert_eq!(ada.get::<GetDataset>(&[&id]).await.unwrap().status, DatasetStatus::Ready);
    app.context.background.stop(std::time::Duration::from_secs(10)).await;
}

#[actix_web::test]
async fn a_file_goes_to_s3_and_comes_back() {
    let s3 = S3Server::start().await;
    let app = TestApp::start_with(&s3.settings()).await;
    let ada = app.owner("ada").await;
    let large = format!("n\n{}", "1234567\n".repeat(1_500_000));
    let ready = settled(&app, &ada, large.clone()).await;
    assert_eq!((ready.status, ready.rows), (DatasetStatus::Ready, Some(1_500_000)));
    let back = get(&ada, &ready, "download").await.bytes().await.unwrap();
    assert!(back == large.as_bytes(), "the bytes differ");
    ada.get::<DeleteDataset>(&[&ready.id.to_string()]).await.unwrap();
    assert_eq!(objects(&app).await, 0);
}

#[actix_web::test]
async fn a_form_gives_its_file_and_the_name_of_it() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let part = multipart::Part::text(WINES).file_name("../räume/wines.csv");
    let form = multipart::Form::new().text("comment", "not a file").part("file", part).text("more", "x");
    let request = ada.request("POST", "/v1/datasets").multipart(form);
    let sent = answer(request).await.unwrap();
    assert_eq!((sent.name.as_str(), sent.size_bytes), ("wines.csv", WINES.len() as u64));
    assert_eq!(get(&ada, &sent, "download").await.text().await.unwrap(), WINES);
}

#[actix_web::test]
async fn a_form_without_a_file_or_with_two_is_refused_and_nothing_stays() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let file = || multipart::Part::text(WINES).file_name("a.csv");
    let forms = [
        multipart::Form::new().text("comment", "not a file"),
        multipart::Form::new().part("file", file()).part("file", file()),
    ];
    for form in forms {
        let refused = answer(ada.request("POST", "/v1/datasets").multipart(form)).await.unwrap_err();
        assert_eq!((refused.status, refused.problem.code), (422, Code::InvalidRequest));
        assert_eq!(refused.problem.errors[0].pointer, "#/file");
    }
    assert_eq!((all(&ada).await.len(), objects(&app).await), (0, 0));
}

#[actix_web::test]
async fn a_body_that_is_not_a_form_inside_is_refused() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    for kind in ["multipart/form-data", "multipart/form-data; boundary=x"] {
        let request = ada.request("POST", "/v1/datasets").header("content-type", kind).body(WINES);
        let refused = answer(request).await.unwrap_err();
        assert_eq!((refused.status, refused.problem.code), (422, Code::InvalidRequest), "{kind}");
    }
    assert!(all(&ada).await.is_empty());
}

#[actix_web::test]
async fn an_upload_without_a_name_is_named_by_its_moment_and_a_bad_name_is_refused() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let unnamed = ada.request("POST", "/v1/datasets").header("content-type", "text/csv").body(WINES);
    assert!(answer(unnamed).await.unwrap().name.starts_with("Data set of 20"));
    for bad in [" ", "a\u{0}b", "a\u{202e}b", &"x".repeat(201)] {
        let refused = upload(&ada, bad, WINES).await.unwrap_err();
        assert_eq!(refused.problem.errors[0].pointer, "name", "{bad:?}");
    }
    assert_eq!(all(&ada).await.len(), 1);
}

#[actix_web::test]
async fn a_digest_is_checked_and_a_wrong_one_leaves_nothing() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let right = digest_of(WINES.as_bytes());
    let sent = post(&ada, "a").header("content-digest", right).body(WINES);
    assert!(answer(sent).await.is_ok());
    let wrong = digest_of(b"something else");
    let refused = answer(post(&ada, "b").header("content-digest", &wrong).body(WINES)).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (400, Code::DigestMismatch));
    let part = multipart::Part::text(WINES).file_name("a.csv");
    let form = ada.request("POST", "/v1/datasets").multipart(multipart::Form::new().part("file", part));
    let refused = answer(form.header("content-digest", wrong)).await.unwrap_err();
    assert_eq!(refused.problem.code, Code::DigestMismatch);
    let refused =
        answer(post(&ada, "c").header("content-digest", "sha-256=:x:").body(WINES)).await.unwrap_err();
    assert_eq!(refused.problem.code, Code::InvalidRequest);
    assert_eq!((all(&ada).await.len(), objects(&app).await), (1, 1));
}

#[actix_web::test]
async fn what_is_no_csv_by_its_type_is_refused() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    for kind in ["application/octet-stream", "application/json", "application/x-www-form-urlencoded", ""] {
        let request = ada.request("POST", "/v1/datasets").header("content-type", kind).body(WINES);
        let refused = answer(request).await.unwrap_err();
        assert_eq!((refused.status, refused.problem.code), (415, Code::UnsupportedMediaType), "{kind}");
    }
    let packed = post(&ada, "a").header("content-encoding", "gzip").body(WINES);
    assert_eq!(answer(packed).await.unwrap_err().problem.code, Code::UnsupportedMediaType);
    assert!(all(&ada).await.is_empty());
}

#[actix_web::test]
async fn an_empty_body_is_refused_and_nothing_stays() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let refused = upload(&ada, "empty", "").await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (422, Code::DatasetUnreadable));
    assert_eq!((all(&ada).await.len(), objects(&app).await), (0, 0));
}

#[actix_web::test]
async fn a_file_that_is_no_table_fails_with_its_reason() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let wide = |columns: usize| (0..columns).map(|n| format!("c{n}")).collect::<Vec<_>>().join(",");
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("empty_file", b"  \n \n".to_vec()),
        ("header_only", b"a,b,c\n".to_vec()),
        ("too_many_columns", format!("{}\n1\n", wide(10_000)).into_bytes()),
        ("archive_not_csv", b"PK\x03\x04\x14\x00\x00\x00\x08\x00rest of a zip".to_vec()),
        ("archive_not_csv", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03rest of a gzip".to_vec()),
        ("archive_not_csv", [&b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"[..], &[0; 600]].concat()),
        ("binary_not_csv", (0..4096u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect()),
        ("unclosed_quote", b"a,b\n1,\"never closed\nand so on\n".to_vec()),
        ("not_csv", b"<!DOCTYPE html><html><body>Sign in</body></html>".to_vec()),
        ("all_rows_rejected", b"a,b\n1\n2\n3\n".to_vec()),
        ("field_too_long", [b"a,b\n1,".to_vec(), vec![b'x'; 2 << 20], b"\n".to_vec()].concat()),
    ];
    for (code, bytes) in cases {
        let failed = settled(&app, &ada, bytes).await;
        assert_eq!(failed.status, DatasetStatus::Failed, "{code}");
        let problem = failed.error.clone().unwrap();
        assert_eq!(problem.code, Code::DatasetUnreadable, "{code}");
        assert_eq!(problem.errors[0].code, code, "{problem:?}");
        assert!(!problem.request_id.is_empty() && problem.errors[0].fix.is_some(), "{problem:?}");
        let refused = ada.get::<GetProfile>(&[&failed.id.to_string()]).await.unwrap_err();
        assert_eq!((refused.status, refused.problem.code), (409, Code::DatasetNotReady), "{code}");
    }
}

#[actix_web::test]
async fn torture_odd_bytes_and_headers_are_read_or_reported_never_lost() {
    let torture = crate::support::torture("T59", "odd bytes, NUL, duplicate headers");
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let twice = settled(&app, &ada, "a,a,,b\n1,2,3,4\n5,6,7,8\n").await;
    let profile = ada.get::<GetProfile>(&[&twice.id.to_string()]).await.unwrap();
    let names: Vec<_> = profile.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["a", "a_2", "column_3", "b"]);
    let broken = settled(&app, &ada, b"a,b\n1,\xe4\xb8\xad\xff\n2,y\n3,z\n".to_vec()).await;
    assert_eq!(broken.status, DatasetStatus::Ready, "{:?}", broken.error);
    assert_eq!(broken.rows.unwrap() + broken.rejected_rows.unwrap(), 3);
    let formula = settled(&app, &ada, "a,b\n=1+1,2\n@x,3\n").await;
    let rows: Rows = ada.get_rows(&formula, 10).await;
    assert_eq!(rows.rows[0][0].as_deref(), Some("=1+1"));
    torture.end(1, 0, "read or reported, none lost");
}

#[actix_web::test]
async fn torture_ragged_rows_are_reported_safely_and_the_rest_is_used() {
    let torture = crate::support::torture("T60", "ragged rows");
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let ready = settled(&app, &ada, "a,b\n1,2\n=cmd(),2,3\n4,5\n\"say \"\"hi\"\"\"\n6,7\n").await;
    assert_eq!((ready.status, ready.rows, ready.rejected_rows), (DatasetStatus::Ready, Some(3), Some(2)));
    let report = get(&ada, &ready, "rejects").await;
    assert_eq!(report.headers()["content-type"], "text/csv; charset=utf-8");
    let text = report.text().await.unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap(), vec!["line", "column", "reason", "raw"]);
    let found: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!((&found[0][0], &found[0][3]), ("3", "'=cmd(),2,3"));
    assert_eq!((&found[1][0], &found[1][3]), ("5", "\"say \"\"hi\"\"\""));
    let whole = settled(&app, &ada, WINES).await;
    assert_eq!(get(&ada, &whole, "rejects").await.text().await.unwrap(), "line,column,reason,raw\r\n");
    torture.end(1, 0, "reported, the rest used");
}

#[actix_web::test]
async fn rows_are_shown_as_they_are_written_however_long_the_file_is() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let wines = settled(&app, &ada, WINES).await;
    let rows = ada.get_rows(&wines, 2).await;
    assert_eq!(rows.columns, ["colour", "alcohol", "sold"]);
    assert_eq!(rows.rows.len(), 2);
    assert_eq!(rows.rows[1][1], None);
    let wide: String = (0..900).map(|n| format!("{n},{}\n", "x".repeat(3000))).collect();
    let long = settled(&app, &ada, format!("n,text\n{wide}")).await;
    let rows = ada.get_rows(&long, 1000).await;
    assert_eq!(rows.rows.len(), 900);
    assert!(rows.rows.iter().all(|row| row[1].as_ref().unwrap().len() == 3000));
    for bad in [0, 1001] {
        let query = RowsQuery { limit: Some(bad) };
        let refused = ada.call::<GetRows>(&[&long.id.to_string()], &query, &Nothing {}).await.unwrap_err();
        assert_eq!(refused.status, 422);
    }
}

#[actix_web::test]
async fn of_a_long_file_of_long_rows_so_many_are_shown_as_are_read() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let wide: String = (0..18).map(|n| format!("{n},{}\n", "x".repeat(1_000_000))).collect();
    let long = settled(&app, &ada, format!("n,text\n{wide}")).await;
    assert_eq!(long.rows, Some(18));
    let rows = ada.get_rows(&long, 1000).await.rows;
    assert_eq!(rows.len(), 16, "what is whole in the first 16 MiB");
    assert!(rows.iter().all(|row| row[1].as_ref().unwrap().len() == 1_000_000), "none is cut");
}

impl Caller {
    async fn get_rows(&self, dataset: &Dataset, limit: u32) -> Rows {
        let query = RowsQuery { limit: Some(limit) };
        self.call::<GetRows>(&[&dataset.id.to_string()], &query, &Nothing {}).await.unwrap()
    }
}

#[actix_web::test]
async fn torture_a_body_over_the_limit_is_refused_before_and_while_it_comes() {
    let torture = crate::support::torture("T56", "an upload over the limit");
    let app = TestApp::start_with(&[("limits.upload_bytes", "100000")]).await;
    let ada = app.owner("ada").await;
    let refused = upload(&ada, "announced", vec![b'1'; 100_001]).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (413, Code::BodyTooLarge));
    let pieces = (0..11).map(|_| Ok::<_, std::io::Error>(vec![b'1'; 10_000]));
    let streamed = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
    let refused = upload(&ada, "unannounced", streamed).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (413, Code::BodyTooLarge));
    let part = multipart::Part::bytes(vec![b'1'; 100_001]).file_name("a.csv");
    let form = ada.request("POST", "/v1/datasets").multipart(multipart::Form::new().part("file", part));
    assert_eq!(answer(form).await.unwrap_err().status, 413);
    assert_eq!((all(&ada).await.len(), objects(&app).await), (0, 0));
    assert!(upload(&ada, "just fits", vec![b'1'; 100_000]).await.is_ok());
    torture.end(1, 0, "refused before and while it comes");
}

#[actix_web::test]
async fn the_quotas_of_number_and_size_hold() {
    let app =
        TestApp::start_with(&[("plans.standard.datasets", "2"), ("plans.standard.storage_bytes", "100")])
            .await;
    let ada = app.owner("ada").await;
    let streamed = || {
        let piece = Ok::<_, std::io::Error>(vec![b'1'; 101]);
        reqwest::Body::wrap_stream(futures_util::stream::iter([piece]))
    };
    for (name, body) in [("announced", vec![b'1'; 101].into()), ("unannounced", streamed())] {
        let refused = upload(&ada, name, body).await.unwrap_err();
        assert_eq!((refused.status, refused.problem.code), (429, Code::QuotaExceeded), "{name}");
        assert_eq!(refused.problem.errors[0].pointer, "storage_bytes");
    }
    upload(&ada, "one", "a\n1\n").await.unwrap();
    upload(&ada, "two", "a\n1\n").await.unwrap();
    let refused = upload(&ada, "three", "a\n1\n").await.unwrap_err();
    assert_eq!(refused.problem.errors[0].pointer, "datasets");
    assert_eq!((all(&ada).await.len(), objects(&app).await), (2, 2));
}

/// An upload by hand, of which `body` is sent and the rest is missing.
pub async fn half_an_upload(app: &TestApp, caller: &Caller, body: &str) -> TcpStream {
    let me = &caller.me.as_ref().unwrap().user;
    let sign_in = SignInBody { email: me.email.clone(), password: PASSWORD.to_owned() };
    let signed_in = app.nobody().send::<SignIn>(&[], &NoQuery {}, &sign_in).await;
    let cookies = signed_in.headers().get_all("set-cookie").iter();
    let cookies: Vec<_> = cookies.map(|one| one.to_str().unwrap().split(';').next().unwrap()).collect();
    let (cookies, tenant) = (cookies.join("; "), caller.tenant.clone().unwrap());
    let mut socket = TcpStream::connect(app.address()).unwrap();
    let head = format!(
        "POST /v1/datasets?name=half HTTP/1.1\r\nhost: {}\r\ncookie: {cookies}\r\nx-amaas-tenant: {tenant}\r\n\
         sec-fetch-site: same-origin\r\ncontent-type: text/csv\r\ncontent-length: 1000000\r\n\r\n{body}",
        app.address()
    );
    socket.write_all(head.as_bytes()).unwrap();
    socket
}

/// Asks until there are so many data sets; a test's time limit ends what never happens.
pub async fn until(caller: &Caller, number: usize) -> Vec<Dataset> {
    loop {
        let datasets = all(caller).await;
        if datasets.len() == number {
            return datasets;
        }
    }
}

#[actix_web::test]
async fn torture_a_connection_that_is_cut_leaves_nothing() {
    let torture = crate::support::torture("T58", "an upload that is cut");
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let socket = half_an_upload(&app, &ada, "a,b\n1,2\n").await;
    assert_eq!(until(&ada, 1).await[0].status, DatasetStatus::Receiving);
    socket.shutdown(Shutdown::Both).unwrap();
    until(&ada, 0).await;
    assert_eq!(objects(&app).await, 0);
    assert_eq!(jobs::drain(&app.context).await.unwrap(), 0);
    torture.end(1, 0, "nothing stays");
}

#[actix_web::test]
async fn torture_an_upload_that_falls_silent_or_dribbles_is_given_up() {
    let torture = crate::support::torture("T57", "a silent and a dribbling upload");
    let app = TestApp::start_with(&[("limits.body_idle_seconds", "1")]).await;
    let ada = app.owner("ada").await;
    let mut silent = half_an_upload(&app, &ada, "a,b\n").await;
    let mut dribbling = half_an_upload(&app, &ada, "a,b\n").await;
    dribbling.set_read_timeout(Some(std::time::Duration::from_millis(50))).unwrap();
    let answers = tokio::task::spawn_blocking(move || {
        let mut first = [0; 12];
        while dribbling.read_exact(&mut first).is_err() {
            let _ = dribbling.write_all(b"1");
        }
        let mut second = [0; 12];
        silent.read_exact(&mut second).unwrap();
        [first, second]
    });
    for answer in answers.await.unwrap() {
        assert_eq!(&answer, b"HTTP/1.1 408");
    }
    until(&ada, 0).await;
    torture.end(2, 0, "given up");
}

#[actix_web::test]
async fn the_janitor_takes_away_what_nobody_continued_and_nothing_comes_back() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let whole = settled(&app, &ada, WINES).await;
    let mut socket = half_an_upload(&app, &ada, "a,b\n1,2\n").await;
    until(&ada, 2).await;
    datasets::sweep(&app.context).await.unwrap();
    assert_eq!(all(&ada).await.len(), 2, "a young upload is left alone");
    app.context.clock.advance_seconds(3700);
    let bob = app.sign_in("ada").await.unwrap();
    datasets::sweep(&app.context).await.unwrap();
    assert_eq!(all(&bob).await, [whole]);
    let answer = tokio::task::spawn_blocking(move || {
        socket.write_all("3,4\n".repeat(249_998).as_bytes()).unwrap();
        let mut answer = [0; 12];
        socket.read_exact(&mut answer).unwrap();
        answer
    });
    assert_eq!(&answer.await.unwrap(), b"HTTP/1.1 408");
    assert_eq!((all(&bob).await.len(), objects(&app).await), (1, 1));
}

#[actix_web::test]
async fn foreign_absent_deleted_and_malformed_ids_look_alike() {
    let app = TestApp::start().await;
    let (ada, eve) = (app.owner("ada").await, app.owner("eve").await);
    let foreign = settled(&app, &ada, WINES).await.id.to_string();
    let deleted = settled(&app, &eve, WINES).await.id.to_string();
    eve.get::<DeleteDataset>(&[&deleted]).await.unwrap();
    let absent = DatasetId::from_bits(7).to_string();
    let wrong_kind = contract::RunId::from_bits(7).to_string();
    let ids = [&foreign, &deleted, &absent, &wrong_kind, "x", "..", "%00", "'; DROP TABLE datasets; --"];
    let calls =
        [("GET", ""), ("GET", "/profile"), ("GET", "/rows"), ("GET", "/rejects"), ("GET", "/download")];
    let changes = [("PATCH", ""), ("DELETE", ""), ("POST", "/reading/preview"), ("PUT", "/reading")];
    for (method, part) in calls.into_iter().chain(changes) {
        let mut answers = Vec::new();
        for id in ids {
            let path = contract::fill("/v1/datasets/{id}", &[id]) + part;
            let mut request = eve.request(method, &path).header("x-request-id", "req_the_same");
            if method == "PATCH" {
                request = request.json(&UpdateDatasetBody { name: "mine".to_owned() });
            } else if part.starts_with("/reading") {
                request = request.json(&serde_json::json!({}));
            }
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 404, "{method} {path}");
            answers.push(answer.bytes().await.unwrap());
        }
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{method} {part}: {answers:?}");
    }
    assert_eq!(ada.get::<GetDataset>(&[&foreign]).await.unwrap().name, "data");
    assert!(all(&eve).await.is_empty());
}

#[actix_web::test]
async fn a_list_goes_from_the_newest_to_the_oldest_page_by_page() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    for name in ["one", "two", "three"] {
        upload(&ada, name, WINES).await.unwrap();
        app.context.clock.advance_seconds(1);
    }
    let first = ListQuery { limit: Some(2), cursor: None };
    let page = ada.list::<ListDatasets>(&first).await.unwrap();
    assert_eq!(page.data.iter().map(|d| d.name.as_str()).collect::<Vec<_>>(), ["three", "two"]);
    let second = ListQuery { limit: Some(2), cursor: page.next_cursor };
    let page = ada.list::<ListDatasets>(&second).await.unwrap();
    assert_eq!(page.data.iter().map(|d| d.name.as_str()).collect::<Vec<_>>(), ["one"]);
    assert_eq!(page.next_cursor, None);
}

#[actix_web::test]
async fn a_data_set_is_renamed() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let id = upload(&ada, "before", WINES).await.unwrap().id.to_string();
    let body = UpdateDatasetBody { name: " Nächster Versuch ".to_owned() };
    let after = ada.post::<UpdateDataset>(&[&id], &body).await.unwrap();
    assert_eq!(after.name, "Nächster Versuch");
    let file = get(&ada, &after, "download").await;
    let disposition = file.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(disposition.ends_with("filename*=UTF-8''N%C3%A4chster%20Versuch.csv"), "{disposition}");
    let refused =
        ada.post::<UpdateDataset>(&[&id], &UpdateDatasetBody { name: String::new() }).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.errors[0].pointer.as_str()), (422, "#/name"));
}

#[actix_web::test]
async fn a_deleted_data_set_is_gone_with_its_files_even_while_it_is_read() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let ready = settled(&app, &ada, "a,b\n1,2\n1\n3,4\n").await;
    assert_eq!(objects(&app).await, 2, "the file and its rejects");
    ada.get::<DeleteDataset>(&[&ready.id.to_string()]).await.unwrap();
    let waiting = upload(&ada, "waiting", WINES).await.unwrap();
    ada.get::<DeleteDataset>(&[&waiting.id.to_string()]).await.unwrap();
    assert_eq!((all(&ada).await.len(), objects(&app).await), (0, 0));
    assert_eq!(jobs::drain(&app.context).await.unwrap(), 0, "its job was cancelled");
}

#[actix_web::test]
async fn a_data_set_that_a_run_needs_is_not_deleted() {
    use contract::training::{CancelRun, StartRun, StartRunBody};
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let ready = settled(&app, &ada, "x,y\n1,2\n2,4\n3,6\n4,8\n").await;
    let body: StartRunBody =
        serde_json::from_value(serde_json::json!({ "dataset_id": ready.id, "target": "y" })).unwrap();
    let run = ada.post::<StartRun>(&[], &body).await.unwrap();
    let id = ready.id.to_string();
    let refused = ada.get::<DeleteDataset>(&[&id]).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (409, Code::InUse));
    assert!(refused.problem.detail.contains(&run.id.to_string()));
    assert_eq!(ada.get::<GetDataset>(&[&id]).await.unwrap().status, DatasetStatus::Ready);
    ada.get::<CancelRun>(&[&run.id.to_string()]).await.unwrap();
    ada.get::<DeleteDataset>(&[&id]).await.unwrap();
}

#[actix_web::test]
async fn a_file_that_was_changed_in_the_storage_is_never_described() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let sent = upload(&ada, "swapped", WINES).await.unwrap();
    let key = app.context.storage.list("tenants").await.unwrap().remove(0).key;
    app.context.storage.put(&key, WINES.replace("red", "bad").into()).await.unwrap();
    while jobs::drain(&app.context).await.unwrap() > 0 {
        app.context.jobs.intake.clock().advance(std::time::Duration::from_secs(3600));
    }
    let failed = ada.get::<GetDataset>(&[&sent.id.to_string()]).await.unwrap();
    assert_eq!(failed.status, DatasetStatus::Failed);
    assert_eq!(failed.error.unwrap().code, Code::DatasetUnreadable);
}

#[actix_web::test]
async fn an_upload_with_one_idempotency_key_happens_once() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let send = || post(&ada, "once").header("idempotency-key", "k1").body(WINES);
    let first = answer(send()).await.unwrap();
    let again = answer(send()).await.unwrap();
    assert_eq!(first, again);
    assert_eq!((all(&ada).await.len(), objects(&app).await), (1, 1));
}

#[actix_web::test]
async fn a_program_uploads_in_the_name_of_its_key() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let (program, _) = app.program(&ada, &[KeyScope::DatasetsWrite]).await;
    let sent = upload(&program, "by a key", WINES).await.unwrap();
    assert_eq!(sent.created_by, None);
    assert_eq!(all(&ada).await[0].id, sent.id);
    let (reader, _) = app.program(&ada, &[KeyScope::DatasetsRead]).await;
    let refused = upload(&reader, "mine", WINES).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (403, Code::ScopeMissing));
}

#[actix_web::test]
async fn nobody_uploads_without_a_credential_and_no_byte_is_kept() {
    let app = TestApp::start().await;
    let refused = upload(&app.nobody(), "mine", WINES).await.unwrap_err();
    assert_eq!(refused.status, 401);
    assert_eq!(objects(&app).await, 0);
    assert_eq!(UploadDataset::STATUS, 202);
}
