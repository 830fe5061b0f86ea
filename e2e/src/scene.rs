//! The main job on the diamonds, as tests need it done before they begin: a data set, a run, a model on an endpoint.

use std::hash::{BuildHasher, Hasher};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use contract::api_keys::{CreateApiKey, CreateApiKeyBody, CreatedApiKey, KeyScope};
use contract::datasets::{Dataset, DatasetStatus, GetDataset, UploadDataset, UploadQuery};
use contract::endpoints::{CreateEndpoint, CreateEndpointBody};
use contract::predictions::{Predict, PredictAnswer};
use contract::training::{GetRun, Run, RunStatus, StartRun};
use contract::{DatasetId, NoQuery};

use crate::{Client, Result, find, root, wait_within};

/// How long training may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(240);
/// The name of the endpoint.
pub const ENDPOINT: &str = "diamonds";

/// A database of its own on the PostgreSQL that a superuser's URL names.
///
/// # Errors
/// When there is no `psql`, or it can't make one.
pub fn new_database(url: &str) -> Result<String> {
    let name = format!("e2e_{:016x}", std::hash::RandomState::new().build_hasher().finish());
    run_sql(url, &format!("CREATE DATABASE {name}"))?;
    let (server, _) = url.rsplit_once('/').ok_or("the URL names no database")?;
    Ok(format!("{server}/{name}"))
}

/// Has PostgreSQL do something; what it says, without titles.
///
/// # Errors
/// When there is no `psql`, or it fails.
pub fn run_sql(url: &str, sql: &str) -> Result<String> {
    let mend = "psql is missing: install postgresql-client";
    let psql = find("AMAAS_PSQL", &[PathBuf::from("/usr/bin/psql")], mend)?;
    // It may write although the database says otherwise.
    let done = Command::new(psql)
        .env("PGOPTIONS", "-c default_transaction_read_only=off")
        .args([url, "--quiet", "--no-psqlrc", "--tuples-only", "--no-align", "--command", sql])
        .output()?;
    if !done.status.success() {
        return Err(String::from_utf8_lossy(&done.stderr).into_owned().into());
    }
    Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned())
}

/// The first rows of the diamonds, with their header.
#[must_use]
pub fn diamonds(rows: usize) -> Vec<u8> {
    let whole = std::fs::read_to_string(root().join("docs/samples/diamonds.csv")).unwrap_or_default();
    whole.split_inclusive('\n').take(rows.saturating_add(1)).collect::<String>().into_bytes()
}

/// Sends a file to one server and waits until another, or the same, shows its description.
///
/// # Errors
/// When it is refused or can't be described.
pub fn upload(to: &Client, look: &Client, file: &[u8]) -> Result<DatasetId> {
    let query = UploadQuery { name: Some("diamonds".to_owned()) };
    let sent = to.upload::<UploadDataset>(&query, "text/csv", file.len() as u64, &mut &*file)?;
    let seen: Dataset = wait_within(PATIENCE, "the description of the data set", || {
        let dataset = look.get::<GetDataset>(&[&sent.id.to_string()], &NoQuery {})?;
        Ok((dataset.status != DatasetStatus::Profiling).then_some(dataset))
    })?;
    if seen.status != DatasetStatus::Ready {
        return Err(format!("the data set is {:?}: {:?}", seen.status, seen.error).into());
    }
    Ok(sent.id)
}

/// Asks for a run; `steps` of gradient descent make it as long as it must be.
///
/// # Errors
/// When it is refused.
pub fn start_run(client: &Client, dataset: DatasetId, steps: u32) -> Result<Run> {
    let body = serde_json::json!({
        "dataset_id": dataset, "name": "prices", "target": "price",
        "algorithms": ["linear", "gradient_descent"],
        "gradient_descent": { "learning_rate": 1e-9, "max_iterations": steps, "tolerance": 0.0 },
    });
    client.call::<StartRun>(&[], &serde_json::from_value(body)?)
}

/// The run as it is now.
///
/// # Errors
/// When the server doesn't answer.
pub fn run(client: &Client, run: &Run) -> Result<Run> {
    client.get::<GetRun>(&[&run.id.to_string()], &NoQuery {})
}

/// Waits until the run has ended, whichever way.
///
/// # Errors
/// When it doesn't in time.
pub fn wait_for_final(client: &Client, started: &Run) -> Result<Run> {
    wait_within(PATIENCE, "the end of a run", || {
        Ok(Some(run(client, started)?).filter(|run| run.status.is_final()))
    })
}

/// Waits until the run has made its model.
///
/// # Errors
/// When it ends otherwise, or not in time.
pub fn wait_for_end(client: &Client, started: &Run) -> Result<Run> {
    let ended = wait_for_final(client, started)?;
    if ended.status != RunStatus::Succeeded {
        return Err(format!("the run is {:?}: {:?}", ended.status, ended.error).into());
    }
    Ok(ended)
}

/// A key for the endpoint alone.
///
/// # Errors
/// When it is refused.
pub fn make_key(client: &Client) -> Result<CreatedApiKey> {
    let body = CreateApiKeyBody {
        name: "shop".to_owned(),
        scopes: vec![KeyScope::Predict],
        endpoints: Some(vec![ENDPOINT.to_owned()]),
        rate_per_second: None,
        expires_at: None,
    };
    client.call::<CreateApiKey>(&[], &body)
}

/// A row that the model knows.
#[must_use]
pub fn row() -> serde_json::Value {
    serde_json::json!({
        "carat": 0.7, "cut": "Ideal", "color": "E", "clarity": "VS1", "depth": 61.5, "table": 56.0,
        "x": 5.7, "y": 5.72, "z": 3.51,
    })
}

/// An answer for [`row`].
///
/// # Errors
/// When it is refused.
pub fn predict(client: &Client) -> Result<PredictAnswer> {
    let answer = client.call_untyped::<Predict>(&[ENDPOINT], &serde_json::json!({ "rows": [row()] }))?;
    Ok(serde_json::from_value(answer)?)
}

/// Does the main job with a person: file, run, model, endpoint, key. The secret of the key.
///
/// # Errors
/// When any step fails.
pub fn serve(person: &Client) -> Result<String> {
    let dataset = upload(person, person, &diamonds(1_000))?;
    let ended = wait_for_end(person, &start_run(person, dataset, 10)?)?;
    let model_id = ended.model_id.ok_or("the run has no model")?;
    person.call::<CreateEndpoint>(&[], &CreateEndpointBody { name: ENDPOINT.to_owned(), model_id })?;
    Ok(make_key(person)?.secret)
}
