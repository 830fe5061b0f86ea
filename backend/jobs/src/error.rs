//! What can go wrong in the queue. Texts here are for logs and operators; none is shown to a caller of
//! the API as it stands.

use sea_orm::DbErr;

/// What a feature's [`crate::Handler::on_change`] may fail with.
pub type HandlerError = Box<dyn std::error::Error + Send + Sync>;

/// A queue operation that did not happen; the transaction it was part of must be rolled back.
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    /// A job with this id was enqueued before.
    #[error("a job with the id {0} exists already")]
    Duplicate(String),
    /// The caller no longer holds the job: it was rescued, cancelled or finished in the meantime.
    /// Nothing that the caller wrote for this job may be committed.
    #[error("the lease of job {id} (epoch {epoch}) is lost")]
    LeaseLost {
        /// The job's id.
        id: String,
        /// The epoch that the caller held.
        epoch: i64,
    },
    /// A job row cannot be read: an unknown state, or a payload that is not JSON.
    #[error("job {id} cannot be read: {reason}")]
    Corrupt {
        /// The job's id.
        id: String,
        /// What is wrong with the row.
        reason: String,
    },
    /// The feature refused to follow a change of its job; the change was rolled back with it.
    #[error("the feature did not follow the change of job {id}: {source}")]
    OnChange {
        /// The job's id.
        id: String,
        /// What the feature said.
        #[source]
        source: HandlerError,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// All the faults of a configuration at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the job queue's settings are faulty: {}", .0.join("; "))]
pub struct ConfigError(pub Vec<String>);
