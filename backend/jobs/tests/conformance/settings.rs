//! Settings that contradict each other are refused before anything runs.

use crate::bed::Bed;
use jobs::{Config, Handlers, Queue, Worker};
use std::sync::Arc;
use std::time::Duration;

#[test]
fn the_defaults_are_sound() {
    assert_eq!(Config::default().validate(), Ok(()));
}

#[test]
fn every_fault_is_told_at_once() {
    let config =
        Config { self_stop: Duration::from_secs(40), max_attempts: 0, slots: 0, ..Config::default() };
    assert_eq!(config.validate().unwrap_err().0.len(), 3);
    assert!(Queue::new(config).is_err());
}

#[tokio::test]
async fn a_rescue_time_below_a_time_limit_is_refused() {
    let config = Config { rescue_after: Duration::from_secs(65), ..Config::default() };
    let bed = Bed::sqlite(config).await;
    let handlers = Handlers::new(vec![bed.probe.clone()]).unwrap();
    let refused = Worker::new(bed.queue.clone(), bed.db.clone(), Arc::clone(&bed.connect), handlers);
    let fault = refused.err().unwrap().to_string();
    assert!(fault.contains("rescue time (65 s)") && fault.contains("`probe`"), "{fault}");
}

#[tokio::test]
async fn two_handlers_of_one_kind_are_refused() {
    let bed = Bed::sqlite(Config::default()).await;
    assert!(Handlers::new(vec![bed.probe.clone(), bed.impatient_probe()]).is_err());
}
