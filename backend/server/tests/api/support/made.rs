//! Things that tests need to have before they begin: a data set, a model.

use super::{Caller, TestApp, read};
use contract::{
    Call, DatasetId, ModelId, RunId,
    datasets::{Dataset, DatasetStatus, GetDataset, UploadDataset},
    training::{GetRun, Run, RunStatus, StartRun, StartRunBody},
};
use serde_json::json;

impl TestApp {
    /// Works on the queue until nothing is due.
    pub async fn work(&self) {
        self.work_count().await;
    }

    /// Works on the queue until nothing is due, and says how many jobs that were.
    pub async fn work_count(&self) -> usize {
        amaas::jobs::drain(&self.context).await.unwrap()
    }

    /// Uploads a CSV and reads it; the data set as it is then.
    pub async fn dataset(&self, caller: &Caller, name: &str, csv: &str) -> Dataset {
        let path = format!("{}?name={name}", UploadDataset::PATH);
        let request = caller.request("POST", &path).header("content-type", "text/csv").body(csv.to_owned());
        let sent = read::<UploadDataset>(request.send().await.unwrap()).await.expect("an upload");
        self.work().await;
        let dataset = caller.get::<GetDataset>(&[&sent.id.to_string()]).await.expect("the data set");
        assert_ne!(dataset.status, DatasetStatus::Profiling, "the queue was drained");
        dataset
    }

    /// Starts a run; the settings beside the data set as JSON.
    pub async fn start_run(&self, caller: &Caller, dataset: DatasetId, settings: serde_json::Value) -> Run {
        let body = run_body(dataset, settings);
        caller.post::<StartRun>(&[], &body).await.expect("a run")
    }

    /// The run after all work is done.
    pub async fn finished(&self, caller: &Caller, run: RunId) -> Run {
        self.work().await;
        caller.get::<GetRun>(&[&run.to_string()]).await.expect("the run")
    }

    /// A model that predicts `price` from `size` (number), `rooms` (integer) and `town` (category).
    pub async fn model(&self, caller: &Caller) -> ModelId {
        let dataset = self.dataset(caller, "houses", &houses(200)).await;
        let run =
            self.start_run(caller, dataset.id, json!({ "target": "price", "algorithms": ["linear"] })).await;
        let run = self.finished(caller, run.id).await;
        assert_eq!(run.status, RunStatus::Succeeded, "{:?}", run.error);
        run.model_id.expect("a run that succeeded has a model")
    }
}

/// The body of a start, from JSON without the data set.
pub fn run_body(dataset: DatasetId, mut settings: serde_json::Value) -> StartRunBody {
    settings["dataset_id"] = json!(dataset);
    serde_json::from_value(settings).unwrap()
}

/// Houses whose price is 1,000 × size + 5,000 × rooms + 20,000 in Bath, exactly.
pub fn houses(rows: u32) -> String {
    let mut csv = "size,rooms,town,price\n".to_owned();
    for i in 0..rows {
        let (size, rooms) = (40.0 + f64::from(i * 37 % 101) / 2.0, 1 + i * 13 % 5);
        let town = ["Bath", "Leeds", "York"][(i * 7 % 3) as usize];
        let price = 1000.0 * size + 5000.0 * f64::from(rooms) + if town == "Bath" { 20000.0 } else { 0.0 };
        csv.push_str(&format!("{size},{rooms},{town},{price}\n"));
    }
    csv
}
