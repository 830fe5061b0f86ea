//! More than the server takes: who comes too much is told so at once, others are served, and no slow client keeps a place.

use crate::{
    datasets::{half_an_upload, until},
    support::{Caller, STONES, TestApp, run_body},
};
use amaas::infra::{overload::Lane, telemetry};
use contract::{
    Call, Code, Problem,
    accounts::SignIn,
    api_keys::{CreateApiKey, KeyScope},
    datasets::{DownloadDataset, UploadDataset},
    health::{GetLive, GetReady},
    quotas::GetQuotas,
    training::{GetRunEvents, StartRun},
};
use serde_json::json;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

const ROW: &str = r#"{"rows":[{"carat":1.5,"cut":"Fair"}]}"#;
const PREDICT: &str = "/v1/endpoints/stones/predict";

/// A tenant with an endpoint, and a program that may predict on it.
async fn tenant(app: &TestApp, name: &str) -> (Caller, Caller) {
    let owner = app.owner(name).await;
    app.endpoint(&owner, "stones", STONES, "price").await;
    let (program, _) = app.program(&owner, &[KeyScope::Predict]).await;
    assert_eq!(predict(&program).await, 200);
    (owner, program)
}

async fn predict(program: &Caller) -> u16 {
    let request = program.request("POST", PREDICT).header("content-type", "application/json").body(ROW);
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    if status == 503 {
        assert_eq!(response.headers()["retry-after"], "1");
        assert_eq!(response.json::<Problem>().await.unwrap().code, Code::Overloaded);
    }
    status
}

/// A request by hand: what a client library would not do.
struct Raw(TcpStream);

impl Raw {
    async fn connect(app: &TestApp) -> Self {
        Self(TcpStream::connect(app.address()).await.unwrap())
    }

    /// A POST of JSON with a key; `length` and what of the body is sent may differ.
    async fn post(app: &TestApp, caller: &Caller, path: &str, length: usize, body: &str) -> Self {
        let mut raw = Self::connect(app).await;
        raw.send_head(caller, path, &format!("content-length: {length}"), body).await;
        raw
    }

    async fn send_head(&mut self, caller: &Caller, path: &str, length: &str, body: &str) {
        let key =
            caller.key.as_ref().map(|key| format!("authorization: Bearer {key}\r\n")).unwrap_or_default();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\n{key}sec-fetch-site: same-origin\r\ncontent-type: application/json\r\n{length}\r\n\r\n{body}"
        );
        self.send(head.as_bytes()).await;
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// The status of the next answer, which is read to its end.
    async fn status(&mut self) -> u16 {
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(self.0.read_u8().await.unwrap());
        }
        let head = String::from_utf8(answer).unwrap().to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap_or("0");
        let mut body = vec![0; length.parse().unwrap()];
        self.0.read_exact(&mut body).await.unwrap();
        head[9..12].parse().unwrap()
    }

    /// Sends a byte again and again until there is an answer, and gives its status.
    async fn dribble(&mut self) -> u16 {
        loop {
            let mut first = [0];
            match tokio::time::timeout(Duration::from_millis(50), self.0.peek(&mut first)).await {
                Ok(seen) => {
                    assert_eq!(seen.unwrap(), 1, "closed without an answer");
                    return self.status().await;
                }
                Err(_) => drop(self.0.write_all(b"1").await),
            }
        }
    }
}

/// Predict calls whose bodies stop half-way, each with a place of its own.
async fn held(app: &TestApp, programs: &[&Caller]) -> Vec<Raw> {
    let before = app.context.gates.of(Lane::Calls).unwrap().in_flight();
    let mut held = Vec::new();
    for program in programs {
        held.push(Raw::post(app, program, PREDICT, ROW.len(), &ROW[..9]).await);
    }
    taken(app, Lane::Calls, before + programs.len()).await;
    held
}

/// Waits until so many places of a lane are taken; a test's time limit ends what never happens.
async fn taken(app: &TestApp, lane: Lane, number: usize) {
    while app.context.gates.of(lane).unwrap().in_flight() != number {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[actix_web::test]
async fn a_tenant_over_its_limit_is_refused_at_once_and_the_others_pass() {
    let limits = [("limits.tenant_concurrent_requests", "2"), ("limits.tenant_waiting_requests", "0")];
    let app = TestApp::start_with(&limits).await;
    let ((ada, noisy), (eve, quiet)) = (tenant(&app, "ada").await, tenant(&app, "eve").await);
    let mut held = held(&app, &[&noisy, &noisy]).await;
    // By the short cut and through the router, with all of the body and with half of it.
    assert_eq!(predict(&noisy).await, 503);
    let refused = ada.get::<GetQuotas>(&[]).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (503, Code::Overloaded));
    assert_eq!(Raw::post(&app, &noisy, PREDICT, ROW.len(), &ROW[..9]).await.status().await, 503);
    let told = telemetry::metrics().render();
    let shed =
        |line: &str| line.starts_with("amaas_requests_shed_total{") && line.contains("whose=\"tenant\"");
    assert!(told.lines().any(shed), "{told}");
    assert_eq!(predict(&quiet).await, 200);
    eve.get::<GetQuotas>(&[]).await.unwrap();
    // An answer and a connection that is closed both give a place back.
    let mut answered = held.pop().unwrap();
    answered.send(&ROW.as_bytes()[9..]).await;
    assert_eq!(answered.status().await, 200);
    assert_eq!(predict(&noisy).await, 200);
    drop(held);
    taken(&app, Lane::Calls, 0).await;
    ada.get::<GetQuotas>(&[]).await.unwrap();
}

#[actix_web::test]
async fn a_full_server_refuses_before_it_looks_at_anything_but_its_health() {
    let limits = [
        ("limits.concurrent_requests", "2"),
        ("limits.tenant_concurrent_requests", "1"),
        ("limits.tenant_waiting_requests", "0"),
        ("limits.waiting_requests", "0"),
    ];
    let app = TestApp::start_with(&limits).await;
    let ((ada, first), (_, second)) = (tenant(&app, "ada").await, tenant(&app, "eve").await);
    let held = held(&app, &[&first, &second]).await;
    let mut junk = app.nobody();
    junk.key = Some("junk".to_owned());
    assert_eq!(predict(&junk).await, 503, "not 401: the credential was not looked at");
    let refused = ada.get::<GetQuotas>(&[]).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (503, Code::Overloaded));
    assert_eq!(Raw::post(&app, &junk, CreateApiKey::PATH, 1000, "").await.status().await, 503);
    app.nobody().get::<GetLive>(&[]).await.unwrap();
    app.nobody().get::<GetReady>(&[]).await.unwrap();
    app.sign_in("ada").await.expect("a sign-in has a place of its own");
    drop(held);
    taken(&app, Lane::Calls, 0).await;
    assert_eq!(predict(&junk).await, 401);
}

#[actix_web::test]
async fn a_call_waits_for_its_turn_where_few_wait() {
    let limits = [
        ("limits.tenant_concurrent_requests", "1"),
        ("limits.tenant_waiting_requests", "1"),
        ("limits.wait_milliseconds", "3600000"),
    ];
    let app = TestApp::start_with(&limits).await;
    let (_, program) = tenant(&app, "ada").await;
    let mut first = held(&app, &[&program]).await;
    let mut second = held(&app, &[&program]).await;
    assert_eq!(predict(&program).await, 503, "one waits already");
    second[0].send(&ROW.as_bytes()[9..]).await;
    first[0].send(&ROW.as_bytes()[9..]).await;
    assert_eq!((first[0].status().await, second[0].status().await), (200, 200));
}

#[actix_web::test]
async fn sign_ins_uploads_and_streams_use_up_only_their_own_places() {
    let limits =
        [("limits.anonymous_requests", "1"), ("limits.tenant_uploads", "1"), ("limits.tenant_streams", "1")];
    let app = TestApp::start_with(&limits).await;
    let (ada, eve) = (app.owner("ada").await, app.owner("eve").await);
    let dataset = app.dataset(&ada, "stones", STONES).await;
    let run = ada.post::<StartRun>(&[], &run_body(dataset.id, json!({ "target": "price" }))).await.unwrap();
    let upload = half_an_upload(&app, &ada, "a,b\n").await;
    until(&ada, 2).await;
    let send = |caller: &Caller| {
        let request = caller.request("POST", &format!("{}?name=whole", UploadDataset::PATH));
        request.header("content-type", "text/csv").body("a,b\n1,2\n").send()
    };
    assert_eq!(send(&ada).await.unwrap().status(), 503);
    assert_eq!(send(&eve).await.unwrap().status(), 202);
    let listen = || {
        let request = ada.request("GET", &GetRunEvents::url(&[&run.id.to_string()]));
        request.header("accept", "text/event-stream").send()
    };
    let stream = listen().await.unwrap();
    assert_eq!((stream.status().as_u16(), listen().await.unwrap().status().as_u16()), (200, 503));
    let mut sign_in = Raw::post(&app, &app.nobody(), SignIn::PATH, 50, "{").await;
    taken(&app, Lane::Anonymous, 1).await;
    assert_eq!(app.sign_in("eve").await.err().unwrap().status, 503);
    ada.get::<GetQuotas>(&[]).await.unwrap();
    sign_in.send("x".repeat(49).as_bytes()).await;
    assert_eq!(sign_in.status().await, 400);
    app.sign_in("eve").await.unwrap();
    // Who goes away gives the place back: of a stream, too, that would have said nothing for long.
    drop((upload, stream));
    taken(&app, Lane::Uploads, 0).await;
    taken(&app, Lane::Streams, 0).await;
    assert_eq!(
        (listen().await.unwrap().status().as_u16(), send(&ada).await.unwrap().status().as_u16()),
        (200, 202)
    );
}

#[actix_web::test]
async fn a_second_head_that_dribbles_is_closed_and_a_slow_body_is_not() {
    let app = TestApp::start_with(&[("limits.head_seconds", "1")]).await;
    let (_, program) = tenant(&app, "ada").await;
    let (mut head, mut body) = (Raw::connect(&app).await, Raw::connect(&app).await);
    for raw in [&mut head, &mut body] {
        raw.send(b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n").await;
        assert_eq!(raw.status().await, 200);
    }
    let slow_body = async {
        body.send_head(&program, PREDICT, &format!("content-length: {}", ROW.len() + 40), ROW).await;
        for _ in 0..40 {
            tokio::time::sleep(Duration::from_millis(75)).await;
            body.send(b" ").await;
        }
        body.status().await
    };
    let slow_head = async {
        head.send(b"GET /livez HTTP/1.1\r\nx-slow: ").await;
        let status = head.dribble().await;
        // Closed by a FIN or, where bytes of ours were not read, a reset.
        assert!(matches!(head.0.read(&mut [0; 16]).await, Ok(0) | Err(_)));
        status
    };
    assert_eq!(tokio::join!(slow_head, slow_body), (408, 200));
}

#[actix_web::test]
async fn a_short_body_has_its_time_however_its_bytes_come() {
    let app = TestApp::start_with(&[("limits.body_seconds", "1")]).await;
    let (_, program) = tenant(&app, "ada").await;
    let mut express = Raw::post(&app, &program, PREDICT, 5000, "{").await;
    let mut routed = Raw::post(&app, &program, &format!("{PREDICT}?explain=1"), 5000, "{").await;
    let mut json = Raw::post(&app, &app.nobody(), SignIn::PATH, 5000, "{").await;
    let mut silent = Raw::post(&app, &program, PREDICT, 5000, "{").await;
    let answers = tokio::join!(express.dribble(), routed.dribble(), json.dribble(), silent.status());
    assert_eq!(answers, (408, 408, 408, 408));
}

#[actix_web::test]
async fn a_body_over_the_cap_is_refused_before_it_is_read() {
    let app = TestApp::start_with(&[("limits.json_bytes", "1000"), ("limits.predict_bytes", "1000")]).await;
    let (_, program) = tenant(&app, "ada").await;
    let nobody = app.nobody();
    for (caller, path) in
        [(&program, PREDICT), (&program, "/v1/endpoints/stones/predict?x=1"), (&nobody, SignIn::PATH)]
    {
        assert_eq!(Raw::post(&app, caller, path, 1001, "").await.status().await, 413, "{path}: announced");
        let mut chunked = Raw::connect(&app).await;
        let chunk = format!("3e8\r\n{}\r\n1\r\n \r\n", " ".repeat(1000));
        chunked.send_head(caller, path, "transfer-encoding: chunked", &chunk).await;
        assert_eq!(chunked.status().await, 413, "{path}: as it comes");
    }
}

#[actix_web::test]
async fn a_client_that_takes_nothing_of_its_answer_is_let_go() {
    let app = TestApp::start_with(&[("limits.body_idle_seconds", "2")]).await;
    let ada = app.owner("ada").await;
    // More than the buffers of both sides hold.
    let big = format!("a,b\n{}", "123456,654321\n".repeat(1 << 20));
    let id = app.dataset(&ada, "big", &big).await.id.to_string();
    let (reader, _) = app.program(&ada, &[KeyScope::DatasetsRead]).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stuck = socket.connect(app.address().parse().unwrap()).await.unwrap();
    let head = format!(
        "GET {} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n",
        DownloadDataset::url(&[&id]),
        reader.key.unwrap()
    );
    stuck.write_all(head.as_bytes()).await.unwrap();
    taken(&app, Lane::Streams, 1).await;
    taken(&app, Lane::Streams, 0).await;
    let mut rest = Vec::new();
    let _ = stuck.read_to_end(&mut rest).await;
    assert!(rest.len() < big.len(), "it was not all sent");
}

#[actix_web::test]
async fn no_more_connections_are_open_than_the_limit() {
    let app = TestApp::start_with(&[("limits.connections", "2")]).await;
    let ask = b"GET /livez HTTP/1.1\r\nhost: x\r\n\r\n";
    let (mut first, mut second) = (Raw::connect(&app).await, Raw::connect(&app).await);
    for raw in [&mut first, &mut second] {
        raw.send(ask).await;
        assert_eq!(raw.status().await, 200);
    }
    let mut third = Raw::connect(&app).await;
    third.send(ask).await;
    first.send(ask).await;
    assert_eq!(first.status().await, 200);
    let open = || app.context.connections.load(std::sync::atomic::Ordering::Relaxed);
    assert!(open() <= 2, "{} are open", open());
    drop(first);
    assert_eq!(third.status().await, 200, "its turn has come");
}
