//! A tenant with something on every screen, made through the public API.

use contract::api_keys::{CreateApiKey, CreateApiKeyBody, KeyScope};
use contract::datasets::{Dataset, DatasetStatus, GetDataset, UploadDataset, UploadQuery};
use contract::endpoints::{
    CreateEndpoint, CreateEndpointBody, GetEndpointSchema, UpdateEndpoint, UpdateEndpointBody,
};
use contract::members::{CreateInvite, CreateInviteBody, Role};
use contract::models::GetEvaluation;
use contract::predictions::Predict;
use contract::training::{GetRun, Run, RunStatus, StartRun};
use contract::{DatasetId, ModelId, NoQuery, RunId};
use e2e::{Client, Program, root, wait_for, wait_within};
use serde_json::json;
use std::time::Duration;

/// How long a run may take on a busy machine.
const RUN: Duration = Duration::from_secs(180);

/// What was made.
pub struct World {
    pub diamonds: DatasetId,
    pub penguins: DatasetId,
    pub broken: DatasetId,
    pub run: RunId,
    pub searched: RunId,
    pub failed: RunId,
    pub price: ModelId,
    pub species: ModelId,
    pub churn: ModelId,
    pub key: String,
    pub invitation: String,
}

/// Uploads a file and waits until it is described.
pub fn upload(client: &Client, name: &str, bytes: &[u8]) -> Dataset {
    let query = UploadQuery { name: Some(name.to_owned()) };
    let mut body = bytes;
    let sent: Dataset =
        client.upload::<UploadDataset>(&query, "text/csv", bytes.len() as u64, &mut body).unwrap();
    let id = sent.id.to_string();
    wait_for("the profile", || {
        let now: Dataset = client.get::<GetDataset>(&[&id], &NoQuery {})?;
        Ok(matches!(now.status, DatasetStatus::Ready | DatasetStatus::Failed).then_some(now))
    })
    .unwrap()
}

/// Trains and waits for the end, whatever it is.
pub fn train(client: &Client, dataset: DatasetId, target: &str, more: serde_json::Value) -> Run {
    let mut body = json!({"dataset_id": dataset, "target": target});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let run = client.call_untyped::<StartRun>(&[], &body).unwrap();
    let id = run["id"].as_str().unwrap().to_owned();
    wait_within(RUN, "the run", || {
        let now: Run = client.get::<GetRun>(&[&id], &NoQuery {})?;
        Ok(now.status.is_final().then_some(now))
    })
    .unwrap()
}

/// Puts a model on a new endpoint.
pub fn serve(client: &Client, name: &str, model: ModelId) {
    let body = CreateEndpointBody { name: name.to_owned(), model_id: model };
    client.call::<CreateEndpoint>(&[], &body).unwrap();
}

/// A model of trees for two classes with costs: one that has every picture.
pub fn churn(client: &Client) -> ModelId {
    let file = std::fs::read(root().join("docs/samples/telco_churn.csv")).unwrap();
    let data = upload(client, "customers", &file).id;
    let settings = json!({
        "name": "churn",
        "algorithms": ["boosting"],
        "boosting": {"max_rounds": 80},
        "costs": [{"actual": "Yes", "predicted": "No", "cost": 5}],
    });
    train(client, data, "churn", settings).model_id.unwrap()
}

/// Fills a tenant of this person.
pub fn furnish(program: &Program, email: &str, tenant: &str) -> (Client, World) {
    let client = Client::sign_up(program.address(), email, tenant).unwrap();
    let file = |name: &str| std::fs::read(root().join("docs/samples").join(name)).unwrap();
    let diamonds = upload(&client, "diamonds", &file("diamonds.csv")).id;
    let penguins = upload(&client, "penguins", &file("penguins.csv")).id;
    let ragged = b"name;price\nring;1,5\nchain;2,25\nbroken;1;2;3\npin;0,75\n".as_slice();
    let broken = upload(&client, "ragged, with decimal commas", ragged).id;
    let churn = churn(&client);
    // Families with weights: their models have coefficients to show.
    let settings = json!({"name": "diamond prices", "algorithms": ["linear", "ridge"]});
    let run = train(&client, diamonds, "price", settings);
    let species = json!({"name": "penguin species", "algorithms": ["logistic"]});
    let mut seeded = species.clone();
    seeded["seed"] = json!(7);
    let species = train(&client, penguins, "species", species);
    let again = train(&client, penguins, "species", seeded);
    let searched = train(&client, penguins, "species", json!({"name": "penguin search", "trials": 8}));
    let failed = train(&client, penguins, "species", json!({"split": {"kind": "column", "column": "sex"}}));
    assert_eq!(failed.status, RunStatus::Failed);
    let (price, species) = (run.model_id.unwrap(), species.model_id.unwrap());
    serve(&client, "diamond-prices", price);
    serve(&client, "churn", churn);
    // A second version, so that there is one to roll back to.
    serve(&client, "penguin-species", species);
    let body = UpdateEndpointBody { model_id: again.model_id.unwrap() };
    client.call::<UpdateEndpoint>(&["penguin-species"], &body).unwrap();

    let body = CreateApiKeyBody {
        name: "shop".to_owned(),
        scopes: vec![KeyScope::Predict],
        endpoints: Some(vec!["diamond-prices".to_owned()]),
        rate_per_second: None,
        expires_at: None,
    };
    let key = client.call::<CreateApiKey>(&[], &body).unwrap();
    let evaluation = client.get::<GetEvaluation>(&[&price.to_string()], &NoQuery {}).unwrap();
    let rows: Vec<_> = evaluation.examples.iter().map(|example| &example.row).collect();
    assert!(!rows.is_empty(), "a model keeps rows to try it with");
    let program_call = client.with_key(&key.secret);
    for row in rows.iter().take(5) {
        program_call.call_untyped::<Predict>(&["diamond-prices"], &json!({"rows": [row]})).unwrap();
    }
    client.get::<GetEndpointSchema>(&["diamond-prices"], &NoQuery {}).unwrap();
    let body = CreateInviteBody { email: "grace@example.com".to_owned(), role: Role::Analyst };
    let invite = client.call::<CreateInvite>(&[], &body).unwrap();
    let world = World {
        diamonds,
        penguins,
        broken,
        run: run.id,
        searched: searched.id,
        failed: failed.id,
        price,
        species,
        churn,
        key: key.key.id.to_string(),
        invitation: invite.path,
    };
    (client, world)
}
