//! Whether the process lives, and whether it can serve.

use crate::{http::Ctx, infra::telemetry};
use actix_web::{HttpResponse, http::StatusCode};
use contract::health::Health;
use std::{collections::BTreeMap, time::Duration};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Answers as long as the process lives.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "ok".into(), checks: BTreeMap::new(), version: VERSION.into() })
}

/// Asks database and storage, each for at most two seconds.
pub async fn ready(context: Ctx) -> HttpResponse {
    let limit = Duration::from_secs(2);
    let (database, storage) = tokio::join!(
        tokio::time::timeout(limit, context.db.ping()),
        tokio::time::timeout(limit, context.storage.ping()),
    );
    let word = |fine: bool| if fine { "ok" } else { "unavailable" }.to_owned();
    let fine = [matches!(database, Ok(Ok(()))), matches!(storage, Ok(Ok(())))];
    let checks =
        BTreeMap::from([("database".to_owned(), word(fine[0])), ("storage".to_owned(), word(fine[1]))]);
    let all = fine.iter().all(|fine| *fine);
    let status = if all { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    HttpResponse::build(status).json(Health { status: word(all), checks, version: VERSION.into() })
}

/// What Prometheus reads, with the state of this moment: the queue's depth, the memory that we hold, the version.
pub async fn metrics(context: Ctx) -> HttpResponse {
    metrics::gauge!("amaas_build_info", "version" => VERSION).set(1.0);
    if let Some(bytes) = telemetry::resident_bytes() {
        metrics::gauge!("process_resident_memory_bytes").set(bytes as f64);
    }
    context.gates.measure();
    let open = context.connections.load(std::sync::atomic::Ordering::Relaxed);
    metrics::gauge!("amaas_connections_open").set(open as f64);
    let db = context.db.across_every_tenant();
    match context.jobs.training.stats(db.reader()).await {
        Ok(stats) => {
            let count = |state: &'static str, jobs: i64| {
                metrics::gauge!("amaas_queue_jobs", "state" => state).set(jobs as f64);
            };
            count("queued", stats.queued);
            count("due", stats.due);
            count("running", stats.running);
            count("dead", stats.dead);
            metrics::gauge!("amaas_queue_oldest_due_seconds").set(stats.oldest_due_ms as f64 / 1000.0);
        }
        Err(error) => tracing::warn!(%error, "the queue could not be measured"),
    }
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(telemetry::metrics().render())
}
