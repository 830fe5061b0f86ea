//! Models that were learned here and now, without the queue, for tests of what stands upon models.

use super::{Caller, TestApp};
use amaas::{
    models::{self, Card, NewModel},
    policy,
};
use contract::{
    DatasetId, ModelId, RunId,
    endpoints::{CreateEndpoint, CreateEndpointBody},
    training::{Algorithm, RunSettings, Task},
};
use engine::{Continue, IntakeOptions, Resources, Settings};
use sea_orm::{ConnectionTrait, sea_query::Query};
use sha2::{Digest, Sha256};

/// Ten rows of `price = 100 · carat + 7`, and a category that says nothing.
pub const STONES: &str = "carat,cut,price\n1,Fair,107\n2,Ideal,207\n3,Fair,307\n4,Ideal,407\n5,Fair,507\n\
    6,Ideal,607\n7,Fair,707\n8,Ideal,807\n9,Fair,907\n10,Ideal,1007\n";

impl TestApp {
    /// A model of the caller's tenant that predicts a column of a CSV by ridge or logistic regression.
    pub async fn learned(&self, owner: &Caller, name: &str, csv: &str, target: &str) -> ModelId {
        let intake = engine::read(csv.as_bytes(), &IntakeOptions::default()).unwrap();
        let by = |family| {
            let algorithms = Some(vec![family]);
            let settings = Settings { target: target.to_owned(), algorithms, ..Settings::default() };
            settings.check(&intake.table)
        };
        let checked = by(engine::Algorithm::Ridge).or_else(|_| by(engine::Algorithm::Logistic)).unwrap();
        let trained =
            engine::train(&intake.table, &checked, &Resources::default(), &mut |_| Continue::Go).unwrap();
        let schema = trained.artefact.schema().clone();
        let bytes = trained.artefact.to_bytes().to_vec();
        let id = ModelId::from_bits(self.context.clock.new_id_bits());
        let object_key = format!("tests/{id}");
        let (run_id, dataset_id) = self.run(owner).await;
        let task = match schema.task {
            engine::Task::Regression => Task::Regression,
            engine::Task::Classification => Task::Classification,
        };
        let new = NewModel {
            id,
            name: name.to_owned(),
            task,
            target: target.to_owned(),
            algorithm: Algorithm::Ridge,
            metric: "rmse".to_owned(),
            card: Card { classes: schema.classes.clone(), ..Card::default() },
            run_id,
            dataset_id,
            dataset_sha256: String::new(),
            settings: settings_of(target),
            seed: 42,
            engine_version: engine::ENGINE_VERSION.to_owned(),
            artefact_sha256: Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect(),
            artefact_size_bytes: bytes.len() as u64,
            object_key: object_key.clone(),
        };
        self.context.storage.put(&object_key, bytes.into()).await.unwrap();
        let scope = policy::scope_without_caller(owner.tenant_id(), "a test");
        let tx = self.context.db.begin().await.unwrap();
        models::create(&self.context, &tx, &scope, new).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// A model on an endpoint.
    pub async fn endpoint(&self, owner: &Caller, name: &str, csv: &str, target: &str) -> ModelId {
        let model_id = self.learned(owner, name, csv, target).await;
        let body = CreateEndpointBody { name: name.to_owned(), model_id };
        owner.post::<CreateEndpoint>(&[], &body).await.expect("an endpoint");
        model_id
    }

    /// The rows that a model refers to.
    async fn run(&self, owner: &Caller) -> (RunId, DatasetId) {
        let bits = self.context.clock.new_id_bits();
        let (run, dataset) = (RunId::from_bits(bits), DatasetId::from_bits(bits));
        let tenant = owner.tenant_id().to_string();
        let mut data = Query::insert();
        data.into_table("datasets").columns([
            "tenant_id",
            "id",
            "name",
            "status",
            "size_bytes",
            "object_key",
            "created_at",
            "updated_at",
        ]);
        data.values_panic([
            tenant.clone().into(),
            dataset.to_string().into(),
            "data".into(),
            "ready".into(),
            10i64.into(),
            format!("tests/{dataset}").into(),
            0i64.into(),
            0i64.into(),
        ]);
        let mut runs = Query::insert();
        runs.into_table("training_runs").columns([
            "tenant_id",
            "id",
            "dataset_id",
            "name",
            "settings",
            "status",
            "attempt",
            "progress",
            "queued_at",
        ]);
        runs.values_panic([
            tenant.into(),
            run.to_string().into(),
            dataset.to_string().into(),
            "run".into(),
            "{}".into(),
            "succeeded".into(),
            1i64.into(),
            1f64.into(),
            0i64.into(),
        ]);
        let db = self.context.db.writer();
        db.execute(&data).await.unwrap();
        db.execute(&runs).await.unwrap();
        (run, dataset)
    }
}

fn settings_of(target: &str) -> RunSettings {
    serde_json::from_value(serde_json::json!({ "target": target })).unwrap()
}
