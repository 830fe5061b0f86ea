//! The main job on real data, over the public API alone: a CSV goes in, a prediction API comes out.
//!
//! Started again it finds its tenant, model and endpoint and only makes a new key.

pub mod client;
mod steps;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::{say, serve, workspace};
use client::Client;

/// Who signs in to see the demo.
pub const EMAIL: &str = "demo@amaas.example";
/// The demo's password: known to everyone, so the server listens on loopback only.
pub const PASSWORD: &str = "a diamond a day";
/// The demo's tenant.
const TENANT: &str = "Demo Jewellers";
/// The data set, the model and the endpoint.
const NAME: &str = "diamonds";
/// The column to predict.
const TARGET: &str = "price";
/// A diamond of the data set, whose price is known.
const KNOWN_PRICE: f64 = 8_538.0;

/// The diamond to predict.
fn diamond() -> Value {
    json!({"carat": 1.5, "cut": "Very Good", "color": "E", "clarity": "SI2", "depth": 62.8, "table": 57.0, "x": 7.17, "y": 7.23, "z": 4.52})
}

/// Starts the server, does the main job, shows it, and stays.
///
/// # Errors
/// When a step fails, or the server ends by itself.
pub fn run(options: &serve::Options) -> Result<()> {
    let (mut server, interrupt) = serve::launch(options)?;
    let address = options.address();
    show(&address)?;
    say::plain("");
    say::done(&format!(
        "Amaas: {address}  sign in with {EMAIL} and the password \"{PASSWORD}\"  (Ctrl-C stops it)"
    ));
    serve::stay(&mut server, &interrupt)
}

fn show(address: &str) -> Result<()> {
    let mut client = Client::new(address);
    steps::sign_in(&mut client)?;
    let known = steps::endpoint(&mut client)?;
    let started = Instant::now();
    let is_new = known.is_none();
    if let Some(endpoint) = known {
        say::done(&format!(
            "endpoint {NAME}: already serves {} version {}",
            endpoint.model_name, endpoint.model_version
        ));
    } else {
        let file = workspace::root().join("docs/samples/diamonds.csv");
        let dataset = steps::upload(&mut client, &file)?;
        let model = steps::train(&mut client, dataset.id)?;
        steps::report(&model);
        steps::deploy(&mut client, model.id)?;
    }
    let key = steps::make_key(&mut client)?;
    predict(address, &key)?;
    if is_new {
        say::done(&format!("from upload to prediction: {}", say::time(started.elapsed())));
    }
    print_curl(address, &key)?;
    steps::audit(&mut client)
}

fn predict(address: &str, key: &str) -> Result<()> {
    let answer = steps::predict(address, NAME, key, &json!({"rows": [diamond()]}))?;
    let Some(value) = answer["predictions"][0]["value"].as_f64() else { bail!("predict answered {answer}") };
    say::done(&format!("prediction: a diamond that sold for ${KNOWN_PRICE:.0} is worth ${value:.2}"));
    Ok(())
}

/// The line that a person pastes into a shell.
fn print_curl(address: &str, key: &str) -> Result<()> {
    let path = steps::predict_path(NAME);
    let body = serde_json::to_string(&json!({"rows": [diamond()]})).context("the diamond")?;
    say::plain(&format!(
        "\n  curl -s {address}{path} \\\n    -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \\\n    -d '{body}'\n"
    ));
    Ok(())
}

/// How long the server may take for what it does in the background.
const PATIENCE: Duration = Duration::from_secs(300);
