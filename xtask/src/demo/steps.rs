//! The steps of the main job, each a call or a few.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use contract::accounts::{Me, SignIn, SignInBody, SignUp, SignUpBody};
use contract::api_keys::{CreateApiKey, CreateApiKeyBody, KeyScope, ListApiKeys, RevokeApiKey};
use contract::audit::{AuditQuery, ListAuditEvents, VerifyAuditEvents};
use contract::datasets::{Dataset, DatasetStatus, GetDataset, UploadDataset, UploadQuery};
use contract::endpoints::{CreateEndpoint, CreateEndpointBody, Endpoint, GetEndpoint};
use contract::models::{GetModel, Model};
use contract::predictions::Predict;
use contract::training::{
    GetRun, GetRunEvents, Run, RunEvent, RunSettings, RunStatus, StartRun, StartRunBody,
};
use contract::{Call, Code, DatasetId, ListQuery, ModelId, NoQuery, Nothing};
use serde_json::Value;

use super::client::{Client, Refused, call_with_key};
use super::{EMAIL, NAME, PASSWORD, PATIENCE, TARGET, TENANT};
use crate::say;

const NONE: (NoQuery, Nothing) = (NoQuery {}, Nothing {});
const KEY_NAME: &str = "demo key";

/// Signs in, or up the first time; from then on the client acts in the demo's tenant.
///
/// # Errors
/// When neither works.
pub fn sign_in(client: &mut Client) -> Result<()> {
    let (email, password) = (EMAIL.to_owned(), PASSWORD.to_owned());
    let body = SignInBody { email: email.clone(), password: password.clone() };
    let me = match client.call::<SignIn>(&[], &NONE.0, &body) {
        Err(error) if is_code(&error, Code::InvalidCredentials) => {
            let body = SignUpBody {
                email,
                password,
                name: "Demo".to_owned(),
                tenant_name: Some(TENANT.to_owned()),
                invite_token: None,
            };
            let me = client.call::<SignUp>(&[], &NONE.0, &body).map_err(|error| {
                if is_code(&error, Code::EmailTaken) {
                    error.context("the demo's password was changed: give another --data-dir")
                } else {
                    error
                }
            })?;
            say::done(&format!("signed up: {TENANT}, {EMAIL}"));
            me
        }
        me => {
            let me = me?;
            say::done(&format!("signed in: {EMAIL}"));
            me
        }
    };
    client.tenant = Some(tenant_of(&me).context("the demo's user belongs to no tenant")?);
    Ok(())
}

fn tenant_of(me: &Me) -> Option<String> {
    let tenant = me.tenants.iter().find(|tenant| tenant.name == TENANT).or(me.tenants.first())?;
    Some(tenant.id.to_string())
}

fn is_code(error: &anyhow::Error, code: Code) -> bool {
    error.downcast_ref::<Refused>().is_some_and(|refused| refused.0.code == code)
}

/// The demo's endpoint, when an earlier start made it.
///
/// # Errors
/// When the server can't tell.
pub fn endpoint(client: &mut Client) -> Result<Option<Endpoint>> {
    match client.call::<GetEndpoint>(&[NAME], &NONE.0, &NONE.1) {
        Ok(endpoint) => Ok(Some(endpoint)),
        Err(error) if is_code(&error, Code::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Streams the file up and waits until it is described.
///
/// # Errors
/// When the file is missing or the server can't use it.
pub fn upload(client: &mut Client, path: &Path) -> Result<Dataset> {
    let file = File::open(path).with_context(|| format!("{} can't be read", path.display()))?;
    let size = file.metadata()?.len();
    let started = Instant::now();
    let mut body = Shown { file, size, sent: 0, tenths: 0 };
    let query = UploadQuery { name: Some(NAME.to_owned()) };
    let mut dataset = client.upload::<UploadDataset>(&query, "text/csv", size, &mut body)?;
    while !matches!(dataset.status, DatasetStatus::Ready | DatasetStatus::Failed) {
        if started.elapsed() > PATIENCE {
            bail!("the data set was not described within {}", say::time(PATIENCE));
        }
        std::thread::sleep(Duration::from_millis(50));
        dataset = client.call::<GetDataset>(&[&dataset.id.to_string()], &NONE.0, &NONE.1)?;
    }
    if let Some(problem) = dataset.error {
        bail!("the data set failed: {}", problem.detail);
    }
    let (rows, columns) = (dataset.rows.unwrap_or_default(), dataset.columns.unwrap_or_default());
    say::done(&format!(
        "data set {NAME}: {rows} rows, {columns} columns, described in {}",
        say::time(started.elapsed())
    ));
    Ok(dataset)
}

/// A file that tells how far it was read, at each tenth.
struct Shown {
    file: File,
    size: u64,
    sent: u64,
    tenths: u64,
}

impl Read for Shown {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.sent += read as u64;
        let tenths = (self.sent * 10).checked_div(self.size).unwrap_or(10);
        // Few enough lines to read, whatever the size.
        if tenths / 5 > self.tenths / 5 {
            say::step(&format!("uploaded {} of {}", say::size(self.sent), say::size(self.size)));
        }
        self.tenths = tenths;
        Ok(read)
    }
}

/// Starts a run and follows its events to the end.
///
/// # Errors
/// When the run does not succeed.
pub fn train(client: &mut Client, dataset_id: DatasetId) -> Result<Model> {
    let settings = RunSettings { target: TARGET.to_owned(), ..RunSettings::default() };
    let body = StartRunBody { dataset_id, name: Some(NAME.to_owned()), settings };
    let run = client.call::<StartRun>(&[], &NONE.0, &body)?;
    let run = follow(client, &run)?;
    match (run.status, run.model_id, run.error) {
        (RunStatus::Succeeded, Some(model), _) => {
            client.call::<GetModel>(&[&model.to_string()], &NONE.0, &NONE.1)
        }
        (status, _, Some(problem)) => bail!("the run ended as {status:?}: {}", problem.detail),
        (status, ..) => bail!("the run ended as {status:?}"),
    }
}

/// Prints each event; a stream that breaks is taken up again after the last one.
fn follow(client: &mut Client, run: &Run) -> Result<Run> {
    let id = run.id.to_string();
    let started = Instant::now();
    let mut last: Option<String> = None;
    while started.elapsed() < PATIENCE {
        let events = client.events::<GetRunEvents>(&[&id], &NONE.0, last.as_deref())?;
        for (event_id, data) in events {
            last = Some(event_id);
            let event: RunEvent =
                serde_json::from_str(&data).context("an event that the contract does not know")?;
            if is_worth_a_line(&event) {
                let (percent, scores) = (event.progress * 100.0, scores(&event.data));
                say::step(&format!("{percent:>3.0} %  {}{scores}", event.message));
            }
        }
        let run = client.call::<GetRun>(&[&id], &NONE.0, &NONE.1)?;
        if run.status.is_final() {
            return Ok(run);
        }
    }
    bail!("the run did not end within {}", say::time(PATIENCE))
}

/// A solver tells of hundreds of steps: the 1st, 2nd, 4th, 8th … are shown.
fn is_worth_a_line(event: &RunEvent) -> bool {
    let iteration = event.data["point"]["iteration"].as_u64();
    event.kind != "loss" || iteration.is_none_or(u64::is_power_of_two)
}

/// The scores that an event brings, in words.
fn scores(data: &Value) -> String {
    let score = |metric: &str| data["scores"][metric].as_f64();
    match (score("r2"), score("rmse")) {
        (Some(r2), Some(rmse)) => format!(": R² {r2:.4}, RMSE {rmse:.2}"),
        _ => String::new(),
    }
}

/// Prints the model's scores beside the baseline's.
pub fn report(model: &Model) {
    say::done(&format!(
        "model {} version {}: {:?}, target {}",
        model.name, model.version, model.algorithm, model.target
    ));
    for (label, metric) in [("test R²", "r2"), ("test RMSE", "rmse"), ("test MAE", "mae")] {
        if let Some(score) = model.metrics.get(metric) {
            let baseline = model
                .baseline
                .get(metric)
                .map_or_else(String::new, |score| format!("  (baseline {score:.6})"));
            say::plain(&format!("    {label:<10} {score:.6}{baseline}"));
        }
    }
}

/// Puts the model on the demo's endpoint.
///
/// # Errors
/// When the server refuses.
pub fn deploy(client: &mut Client, model_id: ModelId) -> Result<()> {
    let body = CreateEndpointBody { name: NAME.to_owned(), model_id };
    let endpoint = client.call::<CreateEndpoint>(&[], &NONE.0, &body)?;
    say::done(&format!(
        "endpoint {}: serves {} version {}",
        endpoint.name, endpoint.model_name, endpoint.model_version
    ));
    Ok(())
}

/// Makes a key for the endpoint; those of earlier starts are revoked, since nobody has their secrets any more.
///
/// # Errors
/// When the server refuses.
pub fn make_key(client: &mut Client) -> Result<String> {
    let query = ListQuery { limit: Some(100), cursor: None };
    let keys = client.call::<ListApiKeys>(&[], &query, &NONE.1)?;
    for old in keys.data.iter().filter(|key| key.name == KEY_NAME && key.revoked_at.is_none()) {
        client.call::<RevokeApiKey>(&[&old.id.to_string()], &NONE.0, &NONE.1)?;
    }
    let body = CreateApiKeyBody {
        name: KEY_NAME.to_owned(),
        scopes: vec![KeyScope::Predict],
        endpoints: Some(vec![NAME.to_owned()]),
        rate_per_second: None,
        expires_at: None,
    };
    let key = client.call::<CreateApiKey>(&[], &NONE.0, &body)?;
    say::done(&format!("API key: {}…{} (may predict on {NAME} only)", key.key.prefix, key.key.last_four));
    Ok(key.secret)
}

/// Calls predict as a program outside would.
///
/// # Errors
/// When the server refuses.
pub fn predict(address: &str, endpoint: &str, key: &str, body: &Value) -> Result<Value> {
    call_with_key::<Predict>(address, &[endpoint], key, body)
}

/// Where predict is called.
pub fn predict_path(endpoint: &str) -> String {
    Predict::url(&[endpoint])
}

/// Prints the newest lines of the audit log, and whether its chain holds.
///
/// # Errors
/// When the log can't be read or its chain is broken.
pub fn audit(client: &mut Client) -> Result<()> {
    let query = AuditQuery { limit: Some(8), ..AuditQuery::default() };
    let page = client.call::<ListAuditEvents>(&[], &query, &NONE.1)?;
    say::plain("  audit log, newest first:");
    for event in page.data {
        let targets: Vec<String> = event
            .targets
            .iter()
            .map(|target| target.name.clone().unwrap_or_else(|| target.id.clone()))
            .collect();
        let actor = event.actor.name.unwrap_or(event.actor.kind);
        say::plain(&format!(
            "    #{:<4} {}  {:<28} {actor}  {}",
            event.sequence,
            event.occurred_at,
            event.action,
            targets.join(", ")
        ));
    }
    let report = client.call::<VerifyAuditEvents>(&[], &NONE.0, &NONE.1)?;
    if !report.valid {
        bail!("the audit log's chain breaks at {:?}: {:?}", report.broken_at, report.reason);
    }
    say::done(&format!("audit log: verified up to #{}", report.last_sequence));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event(kind: &str, data: Value) -> RunEvent {
        let at = "2026-11-23T12:00:00.000Z";
        let event =
            json!({"sequence": 1, "at": at, "kind": kind, "message": "m", "progress": 0.5, "data": data});
        serde_json::from_value(event).unwrap()
    }

    #[test]
    fn a_long_loss_curve_is_shown_by_its_powers_of_two() {
        let shown =
            |iteration: u64| is_worth_a_line(&event("loss", json!({"point": {"iteration": iteration}})));
        assert_eq!((1..=16).filter(|iteration| shown(*iteration)).collect::<Vec<_>>(), [1, 2, 4, 8, 16]);
        assert!(is_worth_a_line(&event("started", json!({}))));
    }

    #[test]
    fn scores_are_shown_where_an_event_brings_them() {
        assert_eq!(scores(&json!({"scores": {"r2": 0.5, "rmse": 2.0}})), ": R² 0.5000, RMSE 2.00");
        assert_eq!(scores(&json!({})), "");
    }
}
