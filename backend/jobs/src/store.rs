//! Every query that moves a job. Placeholders are `$n`, which both databases understand; every column of
//! time or count is a BIGINT, so that both bind and read the same type.

use crate::job::{CancelOutcome, Job, Lease, NewJob, State};
use crate::{Config, JobsError};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, QueryResult, SqlErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, Value,
};

pub(crate) const COLUMNS: &str = "id, kind, tenant_id, payload, state, priority, run_after, attempt, max_attempts, \
    crashes, crash_times, lease_owner, lease_epoch, lease_expires_at, heartbeat_at, cancel_requested_at, \
    last_error, created_at, started_at, finished_at";

/// Whether to wait for a row that another transaction holds. SQLite has one writer: it never waits here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Locked {
    Skip,
    Wait,
}

pub(crate) fn statement(
    conn: &impl ConnectionTrait,
    sql: impl Into<String>,
    values: Vec<Value>,
) -> Statement {
    Statement::from_sql_and_values(conn.get_database_backend(), sql, values)
}

fn for_update(conn: &impl ConnectionTrait, locked: Locked) -> &'static str {
    match (conn.get_database_backend(), locked) {
        (DbBackend::Postgres, Locked::Skip) => " FOR UPDATE SKIP LOCKED",
        (DbBackend::Postgres, Locked::Wait) => " FOR UPDATE",
        _ => "",
    }
}

/// Begins a transaction that will write. SQLite takes its write lock now: a deferred transaction that
/// turns into a writer later can only fail.
pub(crate) async fn begin(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let immediate = Some(SqliteTransactionMode::Immediate);
    db.begin_with_options(TransactionOptions { sqlite_transaction_mode: immediate, ..Default::default() })
        .await
}

/// `$from, $from+1, …` and the values that go there.
fn list(words: &[&str], from: usize) -> (String, Vec<Value>) {
    let marks: Vec<String> = (from..from + words.len()).map(|n| format!("${n}")).collect();
    (marks.join(", "), words.iter().map(|word| Value::from(*word)).collect())
}

pub(crate) fn read(row: &QueryResult) -> Result<Job, JobsError> {
    let id: String = row.try_get_by("id")?;
    let state: String = row.try_get_by("state")?;
    let payload: String = row.try_get_by("payload")?;
    let crash_times: String = row.try_get_by("crash_times")?;
    let corrupt = |reason: String| JobsError::Corrupt { id: id.clone(), reason };
    Ok(Job {
        kind: row.try_get_by("kind")?,
        tenant_id: row.try_get_by("tenant_id")?,
        payload: serde_json::from_str(&payload).map_err(|error| corrupt(format!("payload: {error}")))?,
        state: State::parse(&state).ok_or_else(|| corrupt(format!("unknown state `{state}`")))?,
        priority: row.try_get_by("priority")?,
        run_after: row.try_get_by("run_after")?,
        attempt: row.try_get_by("attempt")?,
        max_attempts: row.try_get_by("max_attempts")?,
        crashes: row.try_get_by("crashes")?,
        crash_times: serde_json::from_str(&crash_times)
            .map_err(|error| corrupt(format!("crash times: {error}")))?,
        lease_owner: row.try_get_by("lease_owner")?,
        lease_epoch: row.try_get_by("lease_epoch")?,
        lease_expires_at: row.try_get_by("lease_expires_at")?,
        heartbeat_at: row.try_get_by("heartbeat_at")?,
        cancel_requested_at: row.try_get_by("cancel_requested_at")?,
        last_error: row.try_get_by("last_error")?,
        created_at: row.try_get_by("created_at")?,
        started_at: row.try_get_by("started_at")?,
        finished_at: row.try_get_by("finished_at")?,
        id,
    })
}

pub(crate) async fn insert(
    conn: &impl ConnectionTrait,
    job: NewJob,
    now: i64,
    default_attempts: i64,
) -> Result<(), JobsError> {
    let tenant =
        "INSERT INTO job_tenants (tenant_id, served_turn) VALUES ($1, 0) ON CONFLICT (tenant_id) DO NOTHING";
    conn.execute_raw(statement(conn, tenant, vec![job.tenant_id.clone().into()])).await?;
    let sql = "INSERT INTO jobs (id, kind, tenant_id, payload, state, priority, run_after, attempt, max_attempts, \
        crashes, crash_times, lease_epoch, created_at) VALUES ($1, $2, $3, $4, 'queued', $5, $6, 0, $7, 0, '[]', 0, $8)";
    let values = vec![
        job.id.clone().into(),
        job.kind.into(),
        job.tenant_id.into(),
        job.payload.to_string().into(),
        job.priority.into(),
        job.run_after.unwrap_or(now).into(),
        job.max_attempts.unwrap_or(default_attempts).into(),
        now.into(),
    ];
    match conn.execute_raw(statement(conn, sql, values)).await {
        Ok(_) => Ok(()),
        Err(error) => match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Err(JobsError::Duplicate(job.id)),
            _ => Err(error.into()),
        },
    }
}

pub(crate) async fn find(
    conn: &impl ConnectionTrait,
    tenant_id: &str,
    id: &str,
) -> Result<Option<Job>, JobsError> {
    let sql = format!("SELECT {COLUMNS} FROM jobs WHERE {} AND id = $2", tenancy::sql("tenant_id", "$1"));
    let row = conn.query_one_raw(statement(conn, sql, vec![tenant_id.into(), id.into()])).await?;
    row.as_ref().map(read).transpose()
}

/// The job as it stands, locked for this transaction.
pub(crate) async fn lock(
    tx: &impl ConnectionTrait,
    id: &str,
    locked: Locked,
) -> Result<Option<Job>, JobsError> {
    let sql = format!("SELECT {COLUMNS} FROM jobs WHERE id = $1{}", for_update(tx, locked));
    let row = tx.query_one_raw(statement(tx, sql, vec![id.into()])).await?;
    row.as_ref().map(read).transpose()
}

/// Writes everything of a job that changes, if it is still at this state and epoch. False: it was not.
pub(crate) async fn write(
    tx: &impl ConnectionTrait,
    job: &Job,
    was: State,
    was_epoch: i64,
) -> Result<bool, DbErr> {
    let sql = "UPDATE jobs SET state = $1, run_after = $2, attempt = $3, crashes = $4, crash_times = $5, \
        lease_owner = $6, lease_epoch = $7, lease_expires_at = $8, heartbeat_at = $9, last_error = $10, \
        started_at = $11, finished_at = $12 WHERE id = $13 AND lease_epoch = $14 AND state = $15";
    let values = vec![
        job.state.as_str().into(),
        job.run_after.into(),
        job.attempt.into(),
        job.crashes.into(),
        format!("{:?}", job.crash_times).into(),
        job.lease_owner.clone().into(),
        job.lease_epoch.into(),
        job.lease_expires_at.into(),
        job.heartbeat_at.into(),
        job.last_error.clone().into(),
        job.started_at.into(),
        job.finished_at.into(),
        job.id.clone().into(),
        was_epoch.into(),
        was.as_str().into(),
    ];
    Ok(tx.execute_raw(statement(tx, sql, values)).await?.rows_affected() == 1)
}

/// Ends a job from within its handler's transaction, if the lease still holds. False: it does not.
pub(crate) async fn finish(
    tx: &impl ConnectionTrait,
    lease: &Lease,
    state: State,
    reason: Option<&str>,
    now: i64,
) -> Result<bool, DbErr> {
    let sql = "UPDATE jobs SET state = $1, last_error = COALESCE($2, last_error), finished_at = $3, \
        lease_owner = NULL, lease_expires_at = NULL, heartbeat_at = NULL \
        WHERE id = $4 AND lease_epoch = $5 AND state = 'running'";
    let reason = Value::from(reason.map(str::to_owned));
    let values =
        vec![state.as_str().into(), reason, now.into(), lease.job.id.clone().into(), lease.epoch().into()];
    Ok(tx.execute_raw(statement(tx, sql, values)).await?.rows_affected() == 1)
}

/// Whether the lease holds at this moment.
pub(crate) async fn holds(conn: &impl ConnectionTrait, lease: &Lease) -> Result<bool, DbErr> {
    let sql = "SELECT id FROM jobs WHERE id = $1 AND lease_epoch = $2 AND state = 'running'";
    let values = vec![lease.job.id.clone().into(), lease.epoch().into()];
    Ok(conn.query_one_raw(statement(conn, sql, values)).await?.is_some())
}

pub(crate) async fn cancel(
    tx: &impl ConnectionTrait,
    tenant_id: &str,
    id: &str,
    now: i64,
) -> Result<CancelOutcome, JobsError> {
    let of_tenant = tenancy::sql("tenant_id", "$1");
    let sql = format!("SELECT state FROM jobs WHERE {of_tenant} AND id = $2{}", for_update(tx, Locked::Wait));
    let Some(row) = tx.query_one_raw(statement(tx, sql, vec![tenant_id.into(), id.into()])).await? else {
        return Ok(CancelOutcome::NotFound);
    };
    let word: String = row.try_get_by("state")?;
    let (set, outcome) = match State::parse(&word) {
        Some(State::Queued) => {
            ("state = 'cancelled', finished_at = $1, cancel_requested_at = $1", CancelOutcome::Cancelled)
        }
        Some(State::Running) => {
            ("cancel_requested_at = COALESCE(cancel_requested_at, $1)", CancelOutcome::Requested)
        }
        Some(end) => return Ok(CancelOutcome::AlreadyFinal(end)),
        None => {
            let reason = format!("unknown state `{word}`");
            return Err(JobsError::Corrupt { id: id.to_owned(), reason });
        }
    };
    let sql = format!("UPDATE jobs SET {set} WHERE id = $2");
    tx.execute_raw(statement(tx, sql, vec![now.into(), id.into()])).await?;
    Ok(outcome)
}

/// Tenants that have a due job of these kinds and room to run it, in the order in which they are to be
/// served: fewest running jobs, then the one whose last turn is longest ago. One index probe for each
/// tenant that waits, however many jobs it has.
pub(crate) async fn waiting_tenants(
    conn: &impl ConnectionTrait,
    kinds: &[&str],
    now: i64,
    config: &Config,
) -> Result<Vec<String>, DbErr> {
    let ((marks, kind_values), beyond) = (list(kinds, 3), config.beyond_limit);
    let (room, due) =
        (tenancy::sql("r.tenant_id", "t.tenant_id"), tenancy::sql("j.tenant_id", "t.tenant_id"));
    let own = tenancy::sql("t.tenant_id", "w.tenant_id");
    let sql = format!(
        "WITH RECURSIVE waiting(tenant_id) AS ( \
           SELECT MIN(tenant_id) FROM jobs WHERE state = 'queued' \
           UNION ALL \
           SELECT (SELECT MIN(n.tenant_id) FROM jobs n WHERE n.state = 'queued' AND n.tenant_id > waiting.tenant_id) \
           FROM waiting WHERE waiting.tenant_id IS NOT NULL), \
         candidates AS ( \
           SELECT t.tenant_id AS tenant_id, t.served_turn AS served_turn, t.running_limit AS running_limit, \
             (SELECT COUNT(*) FROM jobs r WHERE r.state = 'running' AND {room}) AS running \
           FROM waiting w JOIN job_tenants t ON {own} \
           WHERE EXISTS (SELECT 1 FROM jobs j WHERE j.state = 'queued' AND {due} \
             AND j.run_after <= $1 AND j.kind IN ({marks}))) \
         SELECT tenant_id FROM candidates WHERE running < \
         CASE WHEN running_limit IS NULL THEN $2 WHEN running_limit = 0 THEN 0 ELSE running_limit + {beyond} END \
         ORDER BY running, served_turn, tenant_id LIMIT 16"
    );
    let values = [vec![now.into(), config.running_per_tenant.into()], kind_values].concat();
    let rows = conn.query_all_raw(statement(conn, sql, values)).await?;
    rows.iter().map(|row| row.try_get_by("tenant_id")).collect()
}

/// Locks the tenant's row, so that nobody else claims for it meanwhile, and says whether it has room for
/// another running job. `None`: someone else holds the row.
pub(crate) async fn lock_tenant(
    tx: &impl ConnectionTrait,
    tenant_id: &str,
    config: &Config,
    locked: Locked,
) -> Result<Option<bool>, DbErr> {
    let of_tenant = tenancy::sql("tenant_id", "$1");
    let sql = format!("SELECT running_limit FROM job_tenants WHERE {of_tenant}{}", for_update(tx, locked));
    let Some(row) = tx.query_one_raw(statement(tx, sql, vec![tenant_id.into()])).await? else {
        return Ok(None);
    };
    let limit: Option<i64> = row.try_get_by("running_limit")?;
    // Counted by a statement of its own: it must see what the holder before us committed.
    let running = format!("{} AND state = 'running'", tenancy::sql("tenant_id", "$1"));
    let running = count(tx, &running, vec![tenant_id.into()]).await?;
    Ok(Some(running < config.running_limit(limit)))
}

pub(crate) async fn count(
    conn: &impl ConnectionTrait,
    filter: &str,
    values: Vec<Value>,
) -> Result<i64, DbErr> {
    let sql = format!("SELECT COUNT(*) AS n FROM jobs WHERE {filter}");
    let row = conn.query_one_raw(statement(conn, sql, values)).await?;
    row.map_or(Ok(0), |row| row.try_get_by("n"))
}

/// The tenant's next due job of these kinds, locked.
pub(crate) async fn next_of_tenant(
    tx: &impl ConnectionTrait,
    tenant_id: &str,
    kinds: &[&str],
    now: i64,
) -> Result<Option<Job>, JobsError> {
    let (marks, kind_values) = list(kinds, 3);
    let of_tenant = tenancy::sql("tenant_id", "$1");
    let sql = format!(
        "SELECT {COLUMNS} FROM jobs WHERE state = 'queued' AND {of_tenant} AND run_after <= $2 AND kind IN ({marks}) \
         ORDER BY priority, run_after, created_at, id LIMIT 1{}",
        for_update(tx, Locked::Skip)
    );
    let values = [vec![tenant_id.into(), now.into()], kind_values].concat();
    let row = tx.query_one_raw(statement(tx, sql, values)).await?;
    row.as_ref().map(read).transpose()
}

/// Puts the tenant at the end of the round.
pub(crate) async fn serve(tx: &impl ConnectionTrait, tenant_id: &str) -> Result<(), DbErr> {
    let of_tenant = tenancy::sql("tenant_id", "$1");
    let sql = format!(
        "UPDATE job_tenants SET served_turn = (SELECT MAX(served_turn) + 1 FROM job_tenants) WHERE {of_tenant}"
    );
    tx.execute_raw(statement(tx, sql, vec![tenant_id.into()])).await.map(|_| ())
}

/// Moves a queued job that could not begin to a later time.
pub(crate) async fn postpone(
    tx: &impl ConnectionTrait,
    job: &Job,
    at: i64,
    reason: &str,
) -> Result<(), DbErr> {
    let sql = "UPDATE jobs SET run_after = $1, last_error = $2 WHERE id = $3 AND lease_epoch = $4 AND state = 'queued'";
    let values = vec![at.into(), reason.into(), job.id.clone().into(), job.lease_epoch.into()];
    tx.execute_raw(statement(tx, sql, values)).await.map(|_| ())
}

/// How many jobs of the tenant may run at once; `None` goes back to the queue's setting.
pub(crate) async fn set_limit(
    tx: &impl ConnectionTrait,
    tenant_id: &str,
    limit: Option<i64>,
) -> Result<(), DbErr> {
    let sql = "INSERT INTO job_tenants (tenant_id, served_turn, running_limit) VALUES ($1, 0, $2) \
        ON CONFLICT (tenant_id) DO UPDATE SET running_limit = excluded.running_limit";
    tx.execute_raw(statement(tx, sql, vec![tenant_id.into(), limit.into()])).await.map(|_| ())
}

/// A lease that was just renewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Renewed {
    pub(crate) id: String,
    pub(crate) epoch: i64,
    pub(crate) cancel_requested: bool,
}

/// Renews those of the leases that still hold, and returns them.
pub(crate) async fn renew(
    conn: &impl ConnectionTrait,
    leases: &[(String, i64)],
    now: i64,
    expires_at: i64,
) -> Result<Vec<Renewed>, DbErr> {
    if leases.is_empty() {
        return Ok(Vec::new());
    }
    let held: Vec<String> = (0..leases.len())
        .map(|n| format!("(id = ${} AND lease_epoch = ${})", 3 + 2 * n, 4 + 2 * n))
        .collect();
    let sql = format!(
        "UPDATE jobs SET heartbeat_at = $1, lease_expires_at = $2 WHERE state = 'running' AND ({}) \
         RETURNING id, lease_epoch, cancel_requested_at",
        held.join(" OR ")
    );
    let mut values: Vec<Value> = vec![now.into(), expires_at.into()];
    for (id, epoch) in leases {
        values.push(id.clone().into());
        values.push((*epoch).into());
    }
    // All rows are fetched: SQLite ends the statement, and commits, only with the last one.
    let rows = conn.query_all_raw(statement(conn, sql, values)).await?;
    let renewed = rows.iter().map(|row| {
        let cancel: Option<i64> = row.try_get_by("cancel_requested_at")?;
        Ok(Renewed {
            id: row.try_get_by("id")?,
            epoch: row.try_get_by("lease_epoch")?,
            cancel_requested: cancel.is_some(),
        })
    });
    renewed.collect()
}

/// Whether the job ended in this very epoch: its holder ended it, nobody else had it since.
pub(crate) async fn ended(conn: &impl ConnectionTrait, id: &str, epoch: i64) -> Result<bool, DbErr> {
    let filter = "id = $1 AND lease_epoch = $2 AND finished_at IS NOT NULL";
    Ok(count(conn, filter, vec![id.into(), epoch.into()]).await? == 1)
}

/// Running jobs of these kinds whose lease ended or whose try began too long ago.
pub(crate) async fn lost(
    conn: &impl ConnectionTrait,
    kinds: &[&str],
    now: i64,
    started_before: i64,
) -> Result<Vec<String>, DbErr> {
    let (marks, kind_values) = list(kinds, 3);
    let sql = format!(
        "SELECT id FROM jobs WHERE state = 'running' AND (lease_expires_at <= $1 OR started_at <= $2) \
         AND kind IN ({marks}) ORDER BY lease_expires_at, id LIMIT 1000"
    );
    let values = [vec![now.into(), started_before.into()], kind_values].concat();
    let rows = conn.query_all_raw(statement(conn, sql, values)).await?;
    rows.iter().map(|row| row.try_get_by("id")).collect()
}
