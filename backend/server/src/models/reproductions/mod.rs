//! Reproductions: trainings of a model anew, with what they came to.
//!
//! Invariants: a reproduction makes no version of the model; what it found is written once, with its end; whether the
//! two artefacts are one is told by their digests alone.

mod entity;
mod repository;

use super::repository::find as find_model;
use crate::{
    context::Context,
    error::{Error, Result},
    http,
    policy::Scope,
};
use contract::{
    DatasetId, ListQuery, ModelId, Page, Problem, ReproductionId, models::Reproduction, training::RunStatus,
};
use sea_orm::ConnectionTrait;

/// Reproductions that a lineage shows.
const SHOWN: u64 = 20;

/// What a reproduction comes to at a step.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Where it stands from now on.
    pub status: RunStatus,
    /// Which try it is.
    pub attempt: i64,
    /// Why the try did not succeed.
    pub error: Option<Problem>,
    /// What it found, at its end.
    pub proof: Option<Proof>,
}

/// What a training anew found.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The SHA-256 of its artefact.
    pub sha256: String,
    /// The version of the engine.
    pub engine_version: String,
    /// Threads that it ran on.
    pub threads: usize,
}

/// Writes a new reproduction, in the transaction of its job and event.
pub async fn create(
    tx: &impl ConnectionTrait,
    scope: &Scope,
    dataset: DatasetId,
    new: &Reproduction,
) -> Result<()> {
    repository::insert(tx, scope, dataset, new).await
}

/// Moves a reproduction along with its job, in one transaction.
pub async fn moved(
    context: &Context,
    tx: &impl ConnectionTrait,
    scope: &Scope,
    id: ReproductionId,
    turn: &Turn,
) -> Result<()> {
    repository::turn(tx, scope, id, turn, context.clock.now()).await
}

/// Writes how far a running reproduction is.
pub async fn progressed(context: &Context, scope: &Scope, id: ReproductionId, progress: f64) -> Result<()> {
    repository::progress(context.db.writer(), scope, id, progress).await
}

/// A reproduction.
pub async fn get(context: &Context, scope: &Scope, id: ReproductionId) -> Result<Reproduction> {
    let row = repository::find(context.db.reader(), scope, id).await?.ok_or_else(Error::not_found)?;
    repository::wire(row)
}

/// A page of a model's reproductions.
pub async fn list(
    context: &Context,
    scope: &Scope,
    model: ModelId,
    query: ListQuery,
) -> Result<Page<Reproduction>> {
    let limit = http::page_limit(query.limit)?;
    let db = context.db.reader();
    find_model(db, scope, model).await?.ok_or_else(Error::not_found)?;
    let rows = repository::list(db, scope, model, query.cursor.as_deref(), limit).await?;
    let found = rows.into_iter().map(repository::wire).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(found, usize::try_from(limit).unwrap_or(usize::MAX), |one| one.id.to_string()))
}

/// The latest of a model, newest first.
pub(super) async fn latest(context: &Context, scope: &Scope, model: ModelId) -> Result<Vec<Reproduction>> {
    let rows = repository::list(context.db.reader(), scope, model, None, SHOWN - 1).await?;
    rows.into_iter().map(repository::wire).collect()
}
