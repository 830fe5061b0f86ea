//! Whether the process lives, and whether it can serve.

use crate::http::Ctx;
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
