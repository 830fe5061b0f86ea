//! What is measured: a tenant with a linear model of ten numbers on an endpoint, and keys; made through the API.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use contract::accounts::{SignUp, SignUpBody};
use contract::api_keys::{CreateApiKey, CreateApiKeyBody, KeyScope};
use contract::datasets::{DatasetStatus, GetDataset, UploadDataset, UploadQuery};
use contract::endpoints::{CreateEndpoint, CreateEndpointBody};
use contract::predictions::Predict;
use contract::training::{GetRun, StartRun, StartRunBody};
use contract::{Call, DatasetId, ModelId, NoQuery, Nothing};
use serde_json::json;

use crate::demo::client::Client;
use crate::say;

/// The columns of the model, ten numbers as a table of flights has them.
pub const COLUMNS: [&str; 10] = [
    "dep_delay",
    "air_time",
    "distance",
    "taxi_in",
    "taxi_out",
    "hour",
    "minute",
    "wind",
    "visibility",
    "seats",
];
/// The column to predict.
const TARGET: &str = "arr_delay";
const NAME: &str = "flights";
const TRAINING_ROWS: usize = 2_000;
const PATIENCE: Duration = Duration::from_secs(120);
const NONE: (NoQuery, Nothing) = (NoQuery {}, Nothing {});

/// An endpoint that answers, and keys that may ask it.
pub struct Scene {
    /// Where predict is called.
    pub path: String,
    /// The keys' secrets; the first is the hot one.
    pub keys: Vec<String>,
}

/// Numbers that look drawn and are the same each time.
struct Numbers(u64);

impl Numbers {
    /// Between 0 and 300, with two places.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let drawn = u32::try_from((self.0 >> 33) % 30_000).unwrap_or_default();
        f64::from(drawn) / 100.0
    }
}

impl Scene {
    /// Signs up, uploads, trains, deploys, and makes the keys.
    ///
    /// # Errors
    /// When a step fails.
    pub fn set(address: &SocketAddr, keys: usize) -> Result<Self> {
        let mut client = sign_up(address)?;
        let model_id = learn(&mut client)?;
        let body = CreateEndpointBody { name: NAME.to_owned(), model_id };
        client.call::<CreateEndpoint>(&[], &NONE.0, &body)?;
        say::step(&format!("making {keys} keys through the API"));
        let keys = (0..keys.max(1)).map(|number| make_key(&mut client, number)).collect::<Result<_>>()?;
        Ok(Self { path: Predict::url(&[NAME]), keys })
    }

    /// A body of rows as objects by name.
    pub fn body(&self, rows: usize) -> String {
        let mut numbers = Numbers(7);
        let row = |_| {
            let cells: Vec<String> =
                COLUMNS.iter().map(|column| format!("\"{column}\":{}", numbers.next())).collect();
            format!("{{{}}}", cells.join(","))
        };
        let rows: Vec<String> = (0..rows).map(row).collect();
        format!("{{\"rows\":[{}]}}", rows.join(","))
    }

    /// The same rows as a CSV.
    pub fn csv(&self, rows: usize) -> String {
        let mut numbers = Numbers(7);
        let mut text = COLUMNS.join(",");
        for _ in 0..rows {
            let cells: Vec<String> = COLUMNS.iter().map(|_| numbers.next().to_string()).collect();
            text.push('\n');
            text.push_str(&cells.join(","));
        }
        text
    }
}

/// A caller with a tenant of its own.
///
/// # Errors
/// When the server says no.
pub fn sign_up(address: &SocketAddr) -> Result<Client> {
    let mut client = Client::new(&format!("http://{address}"));
    let body = SignUpBody {
        email: "bench@amaas.example".to_owned(),
        password: "a bench under a chestnut tree".to_owned(),
        name: "Bench".to_owned(),
        tenant_name: Some("Bench".to_owned()),
        invite_token: None,
    };
    let me = client.call::<SignUp>(&[], &NONE.0, &body)?;
    client.tenant = me.tenants.first().map(|tenant| tenant.id.to_string());
    Ok(client)
}

/// Uploads a CSV and waits until it is read.
///
/// # Errors
/// When the server says no or can't read it.
pub fn upload(client: &mut Client, name: &str, csv: &[u8]) -> Result<DatasetId> {
    let query = UploadQuery { name: Some(name.to_owned()) };
    let mut dataset = client.upload::<UploadDataset>(&query, "text/csv", csv.len() as u64, &mut { csv })?;
    let until = Instant::now() + PATIENCE;
    while dataset.status != DatasetStatus::Ready {
        if dataset.status == DatasetStatus::Failed || Instant::now() > until {
            bail!("the data set was not read: {:?}", dataset.error);
        }
        std::thread::sleep(Duration::from_millis(50));
        dataset = client.call::<GetDataset>(&[&dataset.id.to_string()], &NONE.0, &NONE.1)?;
    }
    Ok(dataset.id)
}

fn table() -> String {
    let mut numbers = Numbers(1);
    let mut text = format!("{},{TARGET}\n", COLUMNS.join(","));
    for _ in 0..TRAINING_ROWS {
        let cells: Vec<f64> = COLUMNS.iter().map(|_| numbers.next()).collect();
        let target: f64 = cells.iter().zip(1u32..).map(|(cell, weight)| cell * f64::from(weight)).sum();
        let shown: Vec<String> = cells.iter().map(f64::to_string).collect();
        text.push_str(&format!("{},{target:.3}\n", shown.join(",")));
    }
    text
}

fn learn(client: &mut Client) -> Result<ModelId> {
    let dataset_id = upload(client, NAME, table().as_bytes())?;
    let until = Instant::now() + PATIENCE;
    let settings =
        json!({"dataset_id": dataset_id, "target": TARGET, "name": NAME, "algorithms": ["linear"]});
    let body: StartRunBody = serde_json::from_value(settings)?;
    let mut run = client.call::<StartRun>(&[], &NONE.0, &body)?;
    while !run.status.is_final() {
        if Instant::now() > until {
            bail!("the run did not end in time");
        }
        std::thread::sleep(Duration::from_millis(50));
        run = client.call::<GetRun>(&[&run.id.to_string()], &NONE.0, &NONE.1)?;
    }
    match run.model_id {
        Some(id) => Ok(id),
        None => bail!("the run made no model: {:?}", run.error),
    }
}

fn make_key(client: &mut Client, number: usize) -> Result<String> {
    let body = CreateApiKeyBody {
        name: format!("key {number}"),
        scopes: vec![KeyScope::Predict],
        endpoints: None,
        rate_per_second: None,
        expires_at: None,
    };
    Ok(client.call::<CreateApiKey>(&[], &NONE.0, &body)?.secret)
}
