//! A database with the schema, a queue on it, and a handler that does what a job's payload says.

use jobs::{
    Change, Clock, Config, Connect, Control, Db, Handler, HandlerError, Handlers, Job, Lease, NewJob,
    Outcome, Queue, State, Worker,
};
use migrations::{Migrator, MigratorTrait};
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, Statement,
    TransactionTrait,
};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

pub const KIND: &str = "probe";

/// What a probe's job does when it runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Does {
    Completes,
    Retries,
    Fails,
    Panics,
    ForgetsToSettle,
    /// Commits its end, and has something left to do until the heart has beaten again for job `other`.
    Lingers,
    /// Waits until it is told to stop, and obeys.
    Obeys,
    /// Never ends by itself.
    Hangs,
}

impl Does {
    const ALL: [(Self, &str); 8] = [
        (Self::Completes, "completes"),
        (Self::Retries, "retries"),
        (Self::Fails, "fails"),
        (Self::Panics, "panics"),
        (Self::ForgetsToSettle, "forgets"),
        (Self::Lingers, "lingers"),
        (Self::Obeys, "obeys"),
        (Self::Hangs, "hangs"),
    ];

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(does, _)| *does == self).unwrap().1
    }

    fn of(job: &Job) -> Self {
        let word = job.payload["does"].as_str().unwrap();
        Self::ALL.iter().find(|(_, known)| *known == word).unwrap().0
    }
}

pub struct Probe {
    queue: Queue,
    db: Db,
    pub time_limit: Duration,
    /// This many calls of `on_change` fail.
    pub refusals: AtomicUsize,
    /// A job has begun to run.
    pub running: Notify,
    /// A job's future was dropped or ended.
    pub ended: Arc<Notify>,
    /// A change was told.
    pub changed: Notify,
    pub heard: Mutex<Vec<jobs::Stop>>,
    pub completed: AtomicUsize,
}

impl Probe {
    /// Watches two beats of a job pass. It asks again and again; each question takes its time.
    async fn two_beats_of(&self, tenant: &str, id: &str) {
        let mut seen = std::collections::BTreeSet::new();
        while seen.len() < 3 {
            let job = self.queue.find(&self.db.reader, tenant, id).await.unwrap().unwrap();
            seen.insert(job.heartbeat_at);
        }
    }
}

struct NotifyOnDrop(Arc<Notify>);

impl Drop for NotifyOnDrop {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[async_trait::async_trait]
impl Handler for Probe {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn time_limit(&self) -> Duration {
        self.time_limit
    }

    async fn on_change(
        &self,
        tx: &DatabaseTransaction,
        job: &Job,
        change: &Change,
    ) -> Result<(), HandlerError> {
        let told = match change {
            Change::Started => "started",
            Change::RetryAt { .. } => "retry",
            Change::Rescued { .. } => "rescued",
            Change::Released => "released",
            Change::Cancelled => "cancelled",
            Change::Failed { .. } => "failed",
            Change::Dead { .. } => "dead",
        };
        execute(tx, "INSERT INTO told (job_id, change) VALUES ($1, $2)", [job.id.as_str(), told]).await;
        let refuse = |left: usize| left.checked_sub(1);
        if self.refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, refuse).is_ok() {
            return Err("the probe refuses".into());
        }
        self.changed.notify_one();
        Ok(())
    }

    async fn run(&self, lease: &Lease, control: &Control) -> Outcome {
        self.running.notify_one();
        let _ended = NotifyOnDrop(Arc::clone(&self.ended));
        match Does::of(&lease.job) {
            Does::Completes => {
                complete(&self.queue, &self.db, lease).await.unwrap();
                self.completed.fetch_add(1, Ordering::SeqCst);
                Outcome::Done
            }
            Does::Lingers => {
                complete(&self.queue, &self.db, lease).await.unwrap();
                self.two_beats_of(&lease.job.tenant_id, "other").await;
                self.completed.fetch_add(1, Ordering::SeqCst);
                Outcome::Done
            }
            Does::Retries => Outcome::Retry("try me later".to_owned()),
            Does::Fails => Outcome::Failed("never".to_owned()),
            Does::Panics => panic!("a probe that panics, as told"),
            Does::ForgetsToSettle => Outcome::Done,
            Does::Obeys => {
                let stop = control.stopped().await;
                self.heard.lock().unwrap().push(stop);
                if stop == jobs::Stop::Cancel { Outcome::Cancelled } else { Outcome::Interrupted }
            }
            Does::Hangs => std::future::pending().await,
        }
    }
}

/// Commits a result together with the job's end, as a feature does.
pub async fn complete(queue: &Queue, db: &Db, lease: &Lease) -> Result<(), jobs::JobsError> {
    let tx = begin(db).await;
    execute(&tx, "INSERT INTO results (job_id, change) VALUES ($1, $2)", [lease.job.id.as_str(), "done"])
        .await;
    queue.complete(&tx, lease).await?;
    tx.commit().await?;
    Ok(())
}

pub async fn begin(db: &Db) -> DatabaseTransaction {
    let immediate = Some(sea_orm::SqliteTransactionMode::Immediate);
    let options = sea_orm::TransactionOptions { sqlite_transaction_mode: immediate, ..Default::default() };
    db.writer.begin_with_options(options).await.unwrap()
}

async fn execute<const N: usize>(conn: &impl ConnectionTrait, sql: &str, values: [&str; N]) {
    let values = values.map(Into::into);
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), sql, values);
    conn.execute_raw(statement).await.unwrap();
}

pub struct Bed {
    pub queue: Queue,
    pub db: Db,
    pub probe: Arc<Probe>,
    pub connect: Connect,
    config: Config,
    folder: Option<tempfile::TempDir>,
    database: Option<(String, String)>,
}

impl Bed {
    pub async fn sqlite(config: Config) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("queue.db").display());
        let db = Db { writer: open(&url, 1).await, reader: open(&url, 4).await };
        let mut bed = Self::on(db, url, config, Clock::database()).await;
        bed.folder = Some(folder);
        bed
    }

    pub async fn postgres(config: Config) -> Option<Self> {
        let Ok(server) = std::env::var("AMAAS_TEST_POSTGRES_URL") else {
            println!("skipped: AMAAS_TEST_POSTGRES_URL is not set");
            return None;
        };
        let name = format!("queue_{:016x}", rand::random::<u64>());
        let admin = open(&server, 1).await;
        admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
        // What is tested is not the disk.
        let fast = format!("ALTER DATABASE {name} SET synchronous_commit = off");
        admin.execute_unprepared(&fast).await.unwrap();
        admin.close().await.unwrap();
        let (base, _) = server.rsplit_once('/').unwrap();
        let url = format!("{base}/{name}");
        let pool = open(&url, 16).await;
        let db = Db { writer: pool.clone(), reader: pool };
        let mut bed = Self::on(db, url, config, Clock::database()).await;
        bed.database = Some((server, name));
        Some(bed)
    }

    async fn on(db: Db, url: String, config: Config, clock: Clock) -> Self {
        Migrator::up(&db.writer, None).await.unwrap();
        for table in ["told", "results"] {
            let sql = format!("CREATE TABLE {table} (job_id TEXT NOT NULL, change TEXT NOT NULL)");
            db.writer.execute_unprepared(&sql).await.unwrap();
        }
        let connect: Connect = Arc::new(move || {
            let url = url.clone();
            Box::pin(async move { Ok(open(&url, 1).await) })
        });
        let queue = Queue::with_clock(config.clone(), clock).unwrap();
        let probe = Arc::new(probe(&queue, &db, Duration::from_secs(60)));
        Self { queue, db, probe, connect, config, folder: None, database: None }
    }

    /// The same database under another clock.
    pub fn under(&mut self, clock: Clock) {
        self.queue = Queue::with_clock(self.config.clone(), clock).unwrap();
        self.probe = Arc::new(probe(&self.queue, &self.db, Duration::from_secs(60)));
    }

    pub fn worker(&self) -> Worker {
        self.worker_with(Arc::clone(&self.probe), Arc::clone(&self.connect))
    }

    pub fn worker_with(&self, probe: Arc<Probe>, connect: Connect) -> Worker {
        let handlers = Handlers::new(vec![probe]).unwrap();
        Worker::new(self.queue.clone(), self.db.clone(), connect, handlers).unwrap()
    }

    /// A torture test on this database, begun.
    pub fn torture(&self, ids: &'static str, name: &str) -> torture::Torture {
        let database = if self.database.is_some() { "PostgreSQL" } else { "SQLite" };
        torture::Torture::begin(ids, format!("{name}, {database}"))
    }

    pub fn impatient_probe(&self) -> Arc<Probe> {
        Arc::new(probe(&self.queue, &self.db, Duration::from_millis(20)))
    }

    pub async fn enqueue(&self, id: &str, tenant: &str, does: Does) {
        self.enqueue_job(NewJob::new(id, KIND, tenant, json!({ "does": does.word() }))).await;
    }

    pub async fn enqueue_job(&self, job: NewJob) {
        let tx = begin(&self.db).await;
        self.queue.enqueue(&tx, job).await.unwrap();
        tx.commit().await.unwrap();
        self.queue.announce();
    }

    pub async fn cancel(&self, id: &str, tenant: &str) -> jobs::CancelOutcome {
        let tx = begin(&self.db).await;
        let outcome = self.queue.cancel(&tx, tenant, id).await.unwrap();
        tx.commit().await.unwrap();
        outcome
    }

    pub async fn job(&self, id: &str, tenant: &str) -> Job {
        self.queue.find(&self.db.reader, tenant, id).await.unwrap().unwrap()
    }

    pub async fn state(&self, id: &str, tenant: &str) -> State {
        self.job(id, tenant).await.state
    }

    pub fn later(&self, seconds: u64) {
        self.queue.clock().advance(Duration::from_secs(seconds));
    }

    /// What the handler was told about the job, as far as it was committed.
    pub async fn told(&self, id: &str) -> Vec<String> {
        self.changes("told", id).await
    }

    pub async fn results(&self, id: &str) -> usize {
        self.changes("results", id).await.len()
    }

    async fn changes(&self, table: &str, id: &str) -> Vec<String> {
        // Rows come in the order of their insertion: nothing is ever deleted from these tables.
        let sql = format!("SELECT change FROM {table} WHERE job_id = $1");
        let backend = self.db.reader.get_database_backend();
        let rows =
            self.db.reader.query_all_raw(Statement::from_sql_and_values(backend, sql, [id.into()])).await;
        rows.unwrap().iter().map(|row| row.try_get_by("change").unwrap()).collect()
    }

    pub async fn rows(&self, sql: &str) -> Vec<sea_orm::QueryResult> {
        let backend = self.db.reader.get_database_backend();
        self.db.reader.query_all_raw(Statement::from_string(backend, sql)).await.unwrap()
    }

    pub async fn number(&self, sql: &str) -> i64 {
        let row = self.rows(sql).await.remove(0);
        row.try_get_by("n").unwrap()
    }

    /// The queue's laws hold.
    pub async fn assert_lawful(&self) {
        assert_eq!(self.queue.check(&self.db.reader).await.unwrap(), vec![]);
    }

    pub async fn remove(self) {
        self.db.writer.clone().close().await.unwrap();
        if let Some((server, name)) = &self.database {
            let admin = open(server, 1).await;
            admin.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
            admin.close().await.unwrap();
        }
    }
}

fn probe(queue: &Queue, db: &Db, time_limit: Duration) -> Probe {
    Probe {
        queue: queue.clone(),
        db: db.clone(),
        time_limit,
        refusals: AtomicUsize::new(0),
        running: Notify::new(),
        ended: Arc::default(),
        changed: Notify::new(),
        heard: Mutex::default(),
        completed: AtomicUsize::new(0),
    }
}

async fn open(url: &str, connections: u32) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(connections).sqlx_logging(false).map_sqlx_sqlite_opts(|options| {
        options
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Off)
            .busy_timeout(Duration::from_secs(5))
    });
    Database::connect(options).await.unwrap()
}
