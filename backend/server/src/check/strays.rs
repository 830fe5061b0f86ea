//! L7: what the storage holds without a row is young.

use super::{Report, repository};
use crate::{context::Context, error::Result};
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
        if object.written_at < young && !is_known(&keys, &object.key) {
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
    /// What must be there: of artefacts, and of data sets that were received whole.
    pub required: BTreeSet<String>,
}

impl Named {
    /// Whether a row names this object.
    pub fn knows(&self, key: &str) -> bool {
        is_known(&self.keys, key)
    }
}

/// Asks this database.
pub async fn named(db: &DatabaseConnection) -> Result<Named> {
    let keys = repository::keys_in_use(db, i64::MAX).await?;
    Ok(Named { keys, required: repository::keys_required(db).await? })
}

/// A row names its object; the report of rejected rows lies beside the data set that it is of.
fn is_known(keys: &BTreeSet<String>, key: &str) -> bool {
    let beside = key.strip_suffix("/rejects.csv").map(|folder| format!("{folder}/data.csv"));
    keys.contains(key) || beside.is_some_and(|data| keys.contains(&data))
}
