//! What an operator sees of the queue: its depth, and whether its laws hold. Reads only.

use crate::config::ms;
use crate::job::{Job, State};
use crate::{JobsError, Queue, store};
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Value};

/// The queue's depth, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// Waiting, due or not.
    pub queued: i64,
    /// Waiting and due.
    pub due: i64,
    /// How long the longest-waiting due job has been due, in milliseconds; 0 without one.
    pub oldest_due_ms: i64,
    /// Under a lease.
    pub running: i64,
    /// Dead letters.
    pub dead: i64,
}

/// Which jobs to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Only jobs in this state.
    pub state: Option<State>,
    /// Only jobs before this place: when one was enqueued, and its id.
    pub before: Option<(i64, String)>,
    /// How many at most.
    pub limit: u64,
}

/// A law of the queue that the data breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// `L1` or `L3`.
    pub law: &'static str,
    /// The id of the job that breaks it.
    pub job_id: String,
    /// What is wrong, in words for an operator.
    pub detail: &'static str,
}

impl Queue {
    /// The queue's depth.
    ///
    /// # Errors
    /// The database failed.
    pub async fn stats(&self, conn: &impl ConnectionTrait) -> Result<Stats, JobsError> {
        let now = self.clock().now_ms(conn).await?;
        let (due, oldest) = due(conn, now).await?;
        Ok(Stats {
            queued: count_in(conn, State::Queued).await?,
            due,
            oldest_due_ms: oldest.map_or(0, |at| now - at),
            running: count_in(conn, State::Running).await?,
            dead: count_in(conn, State::Dead).await?,
        })
    }

    /// Jobs of all tenants, newest first.
    ///
    /// # Errors
    /// The database failed, or a row cannot be read.
    pub async fn newest(
        &self,
        conn: &impl ConnectionTrait,
        listing: &Listing,
    ) -> Result<Vec<Job>, JobsError> {
        let (mut conditions, mut values) = (Vec::new(), Vec::<Value>::new());
        if let Some(state) = listing.state {
            values.push(state.as_str().into());
            conditions.push(format!("state = ${}", values.len()));
        }
        if let Some((at, id)) = &listing.before {
            values.extend([(*at).into(), id.as_str().into()]);
            conditions.push(format!("(created_at, id) < (${}, ${})", values.len() - 1, values.len()));
        }
        values.push(i64::try_from(listing.limit).unwrap_or(i64::MAX).into());
        let filter = if conditions.is_empty() { "1 = 1".to_owned() } else { conditions.join(" AND ") };
        let sql = format!(
            "SELECT {} FROM jobs WHERE {filter} ORDER BY created_at DESC, id DESC LIMIT ${}",
            store::COLUMNS,
            values.len()
        );
        let rows = conn.query_all_raw(store::statement(conn, sql, values)).await?;
        rows.iter().map(store::read).collect()
    }

    /// How many jobs there are by kind and state, in the order of both.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tallies(
        &self,
        conn: &impl ConnectionTrait,
    ) -> Result<Vec<(String, String, i64)>, JobsError> {
        let sql = "SELECT kind, state, COUNT(*) AS n FROM jobs GROUP BY kind, state ORDER BY kind, state";
        let rows = conn.query_all_raw(store::statement(conn, sql, vec![])).await?;
        let one =
            |row: &QueryResult| Ok((row.try_get_by("kind")?, row.try_get_by("state")?, row.try_get_by("n")?));
        Ok(rows.iter().map(one).collect::<Result<_, DbErr>>()?)
    }

    /// Proves the queue's laws from the data: L1, a job is in exactly one state and leased exactly while
    /// it runs; L3, no lease is older than twice its length. Reads only.
    ///
    /// # Errors
    /// The database failed.
    pub async fn check(&self, conn: &impl ConnectionTrait) -> Result<Vec<Breach>, JobsError> {
        let now = self.clock().now_ms(conn).await?;
        let oldest: Vec<Value> = vec![(now - 2 * ms(self.config().lease)).into()];
        let leased = "lease_owner IS NOT NULL AND lease_expires_at IS NOT NULL AND heartbeat_at IS NOT NULL \
            AND started_at IS NOT NULL AND lease_epoch > 0";
        let leaseless = "lease_owner IS NULL AND lease_expires_at IS NULL AND heartbeat_at IS NULL";
        let words: Vec<String> = State::ALL.iter().map(|state| format!("'{}'", state.as_str())).collect();
        let laws = [
            ("L1", format!("state NOT IN ({})", words.join(", ")), vec![], "it is in no known state"),
            ("L1", format!("state = 'running' AND NOT ({leased})"), vec![], "it runs without a whole lease"),
            (
                "L1",
                format!("state <> 'running' AND NOT ({leaseless})"),
                vec![],
                "it has a lease and does not run",
            ),
            (
                "L1",
                "(finished_at IS NOT NULL) <> (state NOT IN ('queued', 'running'))".to_owned(),
                vec![],
                "its time of finishing and its state disagree",
            ),
            (
                "L3",
                "state = 'running' AND heartbeat_at < $1".to_owned(),
                oldest,
                "its lease is older than twice its length",
            ),
        ];
        let mut breaches = Vec::new();
        for (law, condition, values, detail) in laws {
            let ids = matching(conn, &condition, values).await?;
            breaches.extend(ids.into_iter().map(|job_id| Breach { law, job_id, detail }));
        }
        Ok(breaches)
    }
}

/// Jobs in this state, of all tenants.
async fn count_in(conn: &impl ConnectionTrait, state: State) -> Result<i64, DbErr> {
    store::count(conn, "state = $1", vec![state.as_str().into()]).await
}

/// Jobs that could begin now, and the time since which the oldest of them could.
async fn due(conn: &impl ConnectionTrait, now: i64) -> Result<(i64, Option<i64>), DbErr> {
    let sql =
        "SELECT COUNT(*) AS n, MIN(run_after) AS oldest FROM jobs WHERE state = 'queued' AND run_after <= $1";
    match conn.query_one_raw(store::statement(conn, sql, vec![now.into()])).await? {
        Some(row) => Ok((row.try_get_by("n")?, row.try_get_by("oldest")?)),
        None => Ok((0, None)),
    }
}

/// Ids of the jobs that match a condition of [`Queue::check`].
async fn matching(
    conn: &impl ConnectionTrait,
    condition: &str,
    values: Vec<Value>,
) -> Result<Vec<String>, DbErr> {
    let sql = format!("SELECT id FROM jobs WHERE {condition} ORDER BY id LIMIT 1000");
    let rows = conn.query_all_raw(store::statement(conn, sql, values)).await?;
    rows.iter().map(|row| row.try_get_by("id")).collect()
}
