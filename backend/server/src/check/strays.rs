//! L7: what the storage holds without a row is young.

use super::{Report, repository};
use crate::{audit, context::Context, error::Result};
use sea_orm::DatabaseConnection;
use std::collections::BTreeSet;

/// How long an object may be without a row: a file that is coming in, or one whose row was just deleted.
const GRACE_SECONDS: i64 = 24 * 3600;

/// Lists the storage and looks for the row of each object.
pub async fn check(context: &Context, report: &mut Report) -> Result<()> {
    let young = context.clock.now().plus_seconds(-GRACE_SECONDS);
    // Listed first, so that a row written meanwhile can't make its object look stray.
    let objects = context.storage.list("").await?;
    let keys = repository::keys_in_use(context.db.reader(), young.millis()).await?;
    for object in &objects {
        // Batches of checkpoints are held against their rows by L4.
        let is_batch = object.key.starts_with(audit::CHECKPOINTS);
        if object.written_at < young && !is_batch && !is_known(&keys, &object.key) {
            report.breach("L7", "-", &object.key, "stored for more than a day without a row");
        }
    }
    report.looked_at("L7", format!("storage: {} objects", objects.len()));
    Ok(())
}

/// The objects that the rows of a database name, for a backup.
#[derive(Clone, Debug)]
pub struct Named {
    keys: BTreeSet<String>,
    newest_batch: i64,
    /// What must be there: of artefacts, and of data sets that were received whole.
    pub required: BTreeSet<String>,
}

impl Named {
    /// Whether a row names this object, as one does by its number with batches of checkpoints.
    pub fn knows(&self, key: &str) -> bool {
        // One that was signed after the copy would make the copy's log look cut.
        let is_batch = audit::number_of_batch(key).is_some_and(|number| number <= self.newest_batch);
        is_batch || is_known(&self.keys, key)
    }
}

/// Asks this database.
pub async fn named(db: &DatabaseConnection) -> Result<Named> {
    let keys = repository::keys_in_use(db, i64::MAX).await?;
    Ok(Named {
        keys,
        newest_batch: audit::newest_batch(db).await?,
        required: repository::keys_required(db).await?,
    })
}

/// A row names its object; the report of rejected rows lies beside the data set that it is of.
fn is_known(keys: &BTreeSet<String>, key: &str) -> bool {
    let beside = key.strip_suffix("/rejects.csv").map(|folder| format!("{folder}/data.csv"));
    keys.contains(key) || beside.is_some_and(|data| keys.contains(&data))
}
