//! What every route must stand: secrets that pass through, handlers that panic, headers that browsers need; and keys
//! that change while they are used. Torture tests of one feature stand beside that feature's other tests.

use crate::support::{
    Caller, PASSWORD, TestApp, torture,
    world::{Ids, answer, send, shape},
};
use actix_web::{App, HttpResponse, HttpServer, middleware::from_fn, web};
use amaas::{
    guard,
    infra::telemetry,
    routes::{Access, Row, TABLE},
};
use contract::{
    Call,
    accounts::{SignIn, SignInBody},
    api_keys::{KeyScope, RevokeApiKey, RotateApiKey, RotateApiKeyBody},
    audit::{ExportAuditEvents, ListAuditEvents},
    members::Role,
};
use futures_util::future::{join, join_all};
use std::{
    io,
    sync::{Arc, Mutex},
};
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

/// Everything that was logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Who can reach a route.
fn caller_of<'a>(row: &Row, owner: &'a Caller, operator: &'a Caller) -> &'a Caller {
    if row.access == Access::Operator { operator } else { owner }
}

#[actix_web::test]
async fn torture_no_secret_comes_out_again_in_logs_audit_errors_or_metrics() {
    let torture = torture("T26", "canary secrets through every route at trace level");
    let log = Log::default();
    // What the test's own client says is not the server's.
    let filter = EnvFilter::new("trace,hyper=off,hyper_util=off,reqwest=off,cookie_store=off");
    let started = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(log.clone());
    started.try_init().expect("the first subscriber of this process");
    let app = TestApp::start().await;
    let (world, operator) = (app.world("owner").await, app.operator().await);
    let (program, created) = app.program(&world.owner, &KeyScope::ALL).await;
    let body = SignInBody { email: "owner@example.com".to_owned(), password: PASSWORD.to_owned() };
    let signed_in = world.owner.send::<SignIn>(&[], &Default::default(), &body).await;
    let tokens = signed_in.headers().get_all("set-cookie").iter().filter_map(|value| {
        let (_, value) = value.to_str().ok()?.split(';').next()?.split_once('=')?;
        (value.len() > 16).then(|| value.to_owned())
    });
    let mut canaries: Vec<(&str, String)> = tokens.map(|token| ("a token of a session", token)).collect();
    canaries.push(("a password", PASSWORD.to_owned()));
    canaries.push(("a key's secret", created.secret.clone()));
    canaries.push(("an invitation's token", world.ids.invite_token.clone()));
    if app.context.config.is_postgres() {
        canaries.push(("the server's secret", app.context.config.auth.secret.expose().to_owned()));
    }
    assert!(canaries.len() >= 5, "access and refresh token are among them");

    let auditor = app.member(&world.owner, "auditor", Role::Auditor).await;
    let (mut calls, mut heard) = (0, Vec::new());
    // What would end the sessions of those who go on calling, or their tenant, is left out.
    let ending = ["SignOut", "EndSession", "EndOtherSessions", "DeleteTenant"];
    for row in TABLE.iter().filter(|row| !ending.contains(&row.name)) {
        let caller = caller_of(row, &world.owner, &operator);
        for ids in [&world.ids, &Ids::absent()] {
            let mut outcomes = vec![answer(send(caller, row, ids).await).await];
            if let Access::Tenant(_) = row.access {
                outcomes.push(answer(send(&program, row, ids).await).await);
            }
            outcomes.push(with_a_broken_body(caller, row, ids, &canaries).await);
            calls += outcomes.len() as u64;
            heard.extend(outcomes.into_iter().filter(|(status, _)| *status >= 400).map(|(_, text)| text));
        }
    }
    let export = auditor.request("GET", &format!("{}?format=ndjson", ExportAuditEvents::PATH)).send();
    let audit = export.await.unwrap().text().await.unwrap();
    assert!(audit.contains("api_key.created"), "the export is whole: {audit}");
    let logged = String::from_utf8_lossy(&log.0.lock().unwrap()).into_owned();
    assert!(logged.len() > 100_000, "the log is at trace level");
    let places = [
        ("log", logged),
        ("audit", audit),
        ("metrics", telemetry::metrics().render()),
        ("errors", heard.join("\n")),
    ];
    let mut bad = 0;
    for (place, text) in &places {
        for (what, canary) in canaries.iter().filter(|(_, canary)| text.contains(canary.as_str())) {
            let at = text.find(canary.as_str()).unwrap_or_default();
            let around: String =
                text[..at].chars().rev().take(200).collect::<Vec<_>>().into_iter().rev().collect();
            println!("{what} stands in the {place} after: {around}");
            bad += 1;
        }
    }
    torture.end(calls, bad, format!("{} secrets, no hit in logs, audit, errors and metrics", canaries.len()));
}

/// A call whose body breaks off after all secrets: what is wrong with it must be told without showing it.
async fn with_a_broken_body(
    caller: &Caller,
    row: &Row,
    ids: &Ids,
    canaries: &[(&str, String)],
) -> (u16, String) {
    let shape = shape(row.name, ids);
    let slots: Vec<&str> = shape.slots.iter().map(String::as_str).collect();
    let secrets: Vec<&str> = canaries.iter().map(|(_, canary)| canary.as_str()).collect();
    let path = format!("{}{}", contract::fill(row.path, &slots), shape.query);
    let request = caller.request(row.method.as_str(), &path).header("content-type", "application/json");
    let body = format!("{{\"password\": \"{}\", \"token\": ", secrets.join(" "));
    answer(request.body(body).send().await.unwrap()).await
}

async fn panics() -> HttpResponse {
    panic!("a handler that panics, as told")
}

#[actix_web::test]
async fn torture_a_panic_in_any_handler_is_a_500_and_life_goes_on() {
    let torture = torture("T107", "a panic in each handler");
    let app = TestApp::start().await;
    let (owner, operator) = (app.owner("owner").await, app.operator().await);
    let context = app.context.clone();
    let server = HttpServer::new(move || {
        let with_rows = |app: &mut web::ServiceConfig| {
            for row in TABLE {
                let method = row.method.as_str();
                let same_method = actix_web::guard::fn_guard(move |one| one.head().method.as_str() == method);
                let resource = web::resource(row.path).guard(same_method).app_data(row);
                app.service(resource.wrap(from_fn(guard::stand_before)).route(web::route().to(panics)));
            }
        };
        App::new().app_data(web::Data::new(context.clone())).configure(with_rows)
    });
    let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", server.addrs()[0]);
    let running = server.run();
    let handle = running.handle();
    actix_web::rt::spawn(running);
    let (owner, operator) = (owner.at(&base), operator.at(&base));
    let mut bad = 0;
    for row in TABLE {
        let (status, text) = answer(send(caller_of(row, &owner, &operator), row, &Ids::absent()).await).await;
        if status != 500 || !text.contains("internal") || text.contains("as told") {
            println!("{row:?}: {status} {text}");
            bad += 1;
        }
    }
    drop(handle.stop(false));
    torture.end(
        TABLE.len() as u64,
        bad,
        "500 from each, without the panic's words; the next call is answered",
    );
}

/// What a browser must be told with every answer.
const HEADERS: [(&str, &str); 6] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-store"),
];

#[actix_web::test]
async fn torture_every_answer_tells_browsers_what_they_may_do() {
    let torture = torture("T106", "the headers of every route, of refusals and of pages");
    let app = TestApp::start().await;
    let (owner, operator, nobody) = (app.owner("owner").await, app.operator().await, app.nobody());
    let mut answers = Vec::new();
    for row in TABLE {
        for caller in [caller_of(row, &owner, &operator), &nobody] {
            answers.push((format!("{row:?}"), send(caller, row, &Ids::absent()).await));
        }
    }
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/sign-in"),
        ("GET", "/docs"),
        ("GET", "/v1/nothing"),
        ("PUT", "/v1/tenant"),
        ("GET", "/openapi.json"),
    ] {
        answers.push((format!("{method} {path}"), nobody.request(method, path).send().await.unwrap()));
    }
    let (runs, mut bad) = (answers.len() as u64, 0);
    for (what, answer) in &answers {
        let is_api = what.contains(" /v1/");
        for (name, value) in HEADERS.iter().filter(|(name, _)| is_api || *name != "cache-control") {
            let told = answer.headers().get(*name).and_then(|told| told.to_str().ok());
            // Pages of the documentation may be stricter, and answers of the API may be kept where their handler says so.
            let may_differ =
                *name == "cache-control" || *name == "content-security-policy" && what.contains("/docs");
            if told != Some(*value) && !(may_differ && told.is_some()) {
                println!("{what}: {name} is {told:?}");
                bad += 1;
            }
        }
        bad += u64::from(answer.headers().get(contract::REQUEST_ID_HEADER).is_none());
    }
    torture.end(runs, bad, "all present on each");
}

#[actix_web::test]
async fn torture_a_key_is_rotated_and_revoked_under_load_without_a_failed_call() {
    let torture = torture("T41", "a key rotated and revoked while eight programs use it");
    let app = TestApp::start().await;
    let owner = app.owner("owner").await;
    let (old, created) = app.program(&owner, &[KeyScope::AuditRead]).await;
    let id = created.key.id.to_string();
    let calls = torture.times(20, 500);
    let load = |program: Caller| async move {
        let mut failed = 0_u64;
        for _ in 0..calls {
            failed += u64::from(program.list::<ListAuditEvents>(&Default::default()).await.is_err());
        }
        failed
    };
    let body = RotateApiKeyBody { overlap_seconds: 3600 };
    let slots = [id.as_str()];
    let rotating = owner.post::<RotateApiKey>(&slots, &body);
    let (before, rotated) = join(join_all((0..8).map(|_| load(old.clone()))), rotating).await;
    let mut new = app.nobody();
    new.key = Some(rotated.unwrap().secret);
    let overlap = join(load(old.clone()), load(new.clone())).await;
    let mut bad = before.iter().sum::<u64>() + overlap.0 + overlap.1;
    owner.get::<RevokeApiKey>(&[&id]).await.unwrap();
    for program in [&old, &new] {
        let refused = program.list::<ListAuditEvents>(&Default::default()).await;
        bad += u64::from(refused.is_ok_and(|_| true));
    }
    torture.end(
        10 * calls,
        bad,
        "0 failed calls in the overlap; refused on the next call after the revocation",
    );
}
