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
use e2e::{Client, Program, root, wait_for};
use serde_json::json;

/// What was made.
pub struct World {
    pub diamonds: DatasetId,
    pub broken: DatasetId,
    pub run: RunId,
    pub failed: RunId,
    pub price: ModelId,
    pub species: ModelId,
    pub key: String,
    pub invitation: String,
}

fn upload(client: &Client, name: &str, bytes: &[u8]) -> Dataset {
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

fn train(client: &Client, dataset: DatasetId, target: &str, more: serde_json::Value) -> Run {
    let mut body = json!({"dataset_id": dataset, "target": target});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let run = client.call_untyped::<StartRun>(&[], &body).unwrap();
    let id = run["id"].as_str().unwrap().to_owned();
    wait_for("the run", || {
        let now: Run = client.get::<GetRun>(&[&id], &NoQuery {})?;
        Ok(now.status.is_final().then_some(now))
    })
    .unwrap()
}

fn serve(client: &Client, name: &str, model: ModelId) {
    let body = CreateEndpointBody { name: name.to_owned(), model_id: model };
    client.call::<CreateEndpoint>(&[], &body).unwrap();
}

/// Fills a tenant of this person.
pub fn furnish(program: &Program, email: &str, tenant: &str) -> (Client, World) {
    let client = Client::sign_up(program.address(), email, tenant).unwrap();
    let file = |name: &str| std::fs::read(root().join("docs/samples").join(name)).unwrap();
    let diamonds = upload(&client, "diamonds", &file("diamonds.csv")).id;
    let penguins = upload(&client, "penguins", &file("penguins.csv")).id;
    let ragged = b"name;price\nring;1,5\nchain;2,25\nbroken;1;2;3\npin;0,75\n".as_slice();
    let broken = upload(&client, "ragged, with decimal commas", ragged).id;
    let run = train(&client, diamonds, "price", json!({"name": "diamond prices"}));
    let species = train(&client, penguins, "species", json!({"name": "penguin species"}));
    let again = train(&client, penguins, "species", json!({"name": "penguin species", "seed": 7}));
    let failed = train(&client, penguins, "species", json!({"split": {"kind": "column", "column": "sex"}}));
    assert_eq!(failed.status, RunStatus::Failed);
    let (price, species) = (run.model_id.unwrap(), species.model_id.unwrap());
    serve(&client, "diamond-prices", price);
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
        broken,
        run: run.id,
        failed: failed.id,
        price,
        species,
        key: key.key.id.to_string(),
        invitation: invite.path,
    };
    (client, world)
}
