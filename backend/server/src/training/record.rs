//! The steps of a run and where it stands, written together.

use super::{
    protocol::Step,
    repository::{self, Progressed},
};
use crate::{context::Context, error::Result, policy::Scope};
use contract::{Problem, RunId, Timestamp, training::RunStatus};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

/// What a run comes to at a step.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Where it stands from now on.
    pub status: RunStatus,
    /// The kind of the step.
    pub kind: &'static str,
    /// What a person reads.
    pub message: String,
    /// Why the try did not succeed.
    pub error: Option<Problem>,
    /// More about the step.
    pub data: Value,
}

impl Turn {
    /// A turn to this status.
    pub fn new(status: RunStatus, kind: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, message: message.into(), error: None, data: json!({}) }
    }

    /// Adds why the try did not succeed.
    pub fn because(mut self, error: Problem) -> Self {
        self.message.clone_from(&error.detail);
        self.error = Some(error);
        self
    }
}

/// Moves a run to another status and records the step, in the transaction of the job's change.
pub async fn turn(
    context: &Context,
    tx: &impl ConnectionTrait,
    scope: &Scope,
    run: RunId,
    attempt: i64,
    turn: Turn,
) -> Result<()> {
    let now = context.clock.now();
    let progress = repository::turn(tx, scope, run, attempt, &turn, now).await?;
    let step =
        Step { kind: turn.kind.to_owned(), message: turn.message, progress, data: turn.data, search: None };
    repository::add_event(tx, scope, run, &step, now).await
}

/// Records a step of the fit; one without a kind moves the run along and leaves no event. Steps are told, not fenced:
/// only the end of a run is.
pub async fn step(context: &Context, scope: &Scope, run: RunId, step: &Step) -> Result<()> {
    let now: Timestamp = context.clock.now();
    let tx = context.db.begin().await?;
    if repository::progress(&*tx, scope, run, step, now).await? == Progressed::Yes && !step.kind.is_empty() {
        repository::add_event(&*tx, scope, run, step, now).await?;
    }
    tx.commit().await
}
