//! The database: SQLite (one writer, many readers) or PostgreSQL, behind one handle.

use super::{
    changes::Changes,
    wall::{Lender, Wall},
};
use crate::{
    config::{Config, Secret},
    error::{Error, Result},
};
use migrations::{Migrator, MigratorTrait, row_security};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqlErr, SqliteTransactionMode, Statement, TransactionOptions, sqlx::Connection,
};
use std::{
    ops::Deref,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Connections of the queue to PostgreSQL: its lanes claim, settle and sweep, a moment each.
const QUEUE_CONNECTIONS: u32 = 4;

/// Connections for reading, and one way to write: [`Db::begin`].
#[derive(Clone, Debug)]
pub struct Db {
    writer: Lender,
    reader: Lender,
    queue: DatabaseConnection,
    wall: Wall,
    url: Secret,
    queries: Arc<AtomicU64>,
    changes: Changes,
}

impl Db {
    /// Connects; on SQLite the file is created when it is absent.
    pub async fn connect(config: &Config, changes: Changes) -> Result<Self> {
        let queries = Arc::new(AtomicU64::new(0));
        let url = config.database.url.expose();
        let wall = Wall::default();
        let (writer, reader, queue) = if config.is_postgres() {
            let pool = open(postgres(url, config.database.max_connections, &wall), &queries).await?;
            // The queue claims for all tenants, so its connections are others.
            let queue = postgres(url, QUEUE_CONNECTIONS, &wall.across_every_tenant());
            let queue = open(queue, &queries).await?;
            wall.find_role(&queue).await?;
            (pool.clone(), pool, queue)
        } else {
            let url = sqlite_of(config);
            let writer = open(sqlite(&url, 1), &queries).await?;
            let readers = config.database.max_connections.clamp(2, 8);
            (writer.clone(), open(sqlite(&url, readers), &queries).await?, writer)
        };
        let url = config.database.url.clone();
        Ok(Self {
            writer: Lender::new(writer),
            reader: Lender::new(reader),
            queue,
            wall,
            url,
            queries,
            changes,
        })
    }

    /// The same database for work that belongs to no tenant, wherever it does not name one itself: commands, and what
    /// a process does by itself. Ask twice before you use it for anything that a caller asked for.
    pub fn across_every_tenant(&self) -> Self {
        Self {
            writer: self.writer.across_every_tenant(),
            reader: self.reader.across_every_tenant(),
            ..self.clone()
        }
    }

    /// Brings the schema up to date; on PostgreSQL as the login itself, which owns it.
    pub async fn migrate(&self) -> Result<()> {
        if self.backend() != DbBackend::Postgres {
            return Migrator::up(self.writer.pool(), None).await.map_err(Error::from);
        }
        let owner = self.owner().await?;
        Migrator::up(&owner, None).await?;
        row_security::enforce(&owner).await?;
        owner.close().await?;
        Ok(self.wall.find_role(&self.queue).await?)
    }

    /// Whether every migration has been applied.
    pub async fn is_migrated(&self) -> Result<bool> {
        if self.backend() != DbBackend::Postgres {
            return Ok(Migrator::get_pending_migrations(self.reader.pool()).await?.is_empty());
        }
        // To ask, it makes its table where that is missing, which the role of the server may not.
        let owner = self.owner().await?;
        let is_migrated = Migrator::get_pending_migrations(&owner).await?.is_empty();
        owner.close().await?;
        self.wall.find_role(&self.queue).await?;
        Ok(is_migrated)
    }

    /// A connection of the login itself, for a moment.
    async fn owner(&self) -> Result<DatabaseConnection> {
        Database::connect(postgres_alone(self.url.expose())).await.map_err(Error::unavailable)
    }

    /// Begins a transaction that may write; nothing is kept unless it is committed.
    pub async fn begin(&self) -> Result<Tx> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let inner = self.writer.begin(options).await?;
        Ok(Tx { inner, topics: Vec::new(), changes: self.changes.clone() })
    }

    /// Copies a SQLite database as of one moment into a new file, while others write.
    pub async fn copy_sqlite_to(&self, path: &Path) -> Result<()> {
        let place = path.to_str().ok_or_else(|| Error::internal("the path of a backup must be UTF-8"))?;
        let copy = Statement::from_sql_and_values(DbBackend::Sqlite, "VACUUM INTO $1", [place.into()]);
        self.reader.execute_raw(copy).await?;
        Ok(())
    }

    /// For reading.
    pub fn reader(&self) -> &Lender {
        &self.reader
    }

    /// For a single statement that writes.
    pub fn writer(&self) -> &Lender {
        &self.writer
    }

    /// Connections for the queue, which claims and settles the jobs of all tenants in its own transactions.
    pub fn queue(&self) -> jobs::Db {
        let reader = if self.backend() == DbBackend::Postgres { &self.queue } else { self.reader.pool() };
        jobs::Db { writer: self.queue.clone(), reader: reader.clone() }
    }

    /// Which database this is.
    pub fn backend(&self) -> DbBackend {
        self.reader.get_database_backend()
    }

    /// Statements sent so far, by which tests show that a path sends none.
    pub fn queries(&self) -> u64 {
        self.queries.load(Ordering::Relaxed)
    }

    /// Answers when the database does.
    pub async fn ping(&self) -> Result<()> {
        self.reader.execute_unprepared("SELECT 1").await?;
        Ok(())
    }

    /// Closes all connections; SQLite folds its log into the file.
    pub async fn close(self) {
        for connection in [self.reader.pool(), &self.queue, self.writer.pool()] {
            if let Err(error) = connection.clone().close().await {
                tracing::warn!(%error, "the database did not close cleanly");
            }
        }
    }
}

/// A transaction; topics named in it are published once it is committed.
#[derive(Debug)]
pub struct Tx {
    inner: DatabaseTransaction,
    topics: Vec<String>,
    changes: Changes,
}

impl Tx {
    /// Names what caches must forget when this is committed, here and on every other server.
    pub async fn changed(&mut self, topic: String) -> Result<()> {
        if self.inner.get_database_backend() == DbBackend::Postgres {
            let notify = Statement::from_sql_and_values(
                DbBackend::Postgres,
                "SELECT pg_notify($1, $2)",
                [super::changes::CHANNEL.into(), topic.clone().into()],
            );
            self.inner.execute_raw(notify).await?;
        }
        self.topics.push(topic);
        Ok(())
    }

    /// Keeps everything that was done.
    pub async fn commit(self) -> Result<()> {
        self.inner.commit().await?;
        for topic in &self.topics {
            self.changes.publish(topic);
        }
        Ok(())
    }
}

impl Deref for Tx {
    type Target = DatabaseTransaction;
    fn deref(&self) -> &DatabaseTransaction {
        &self.inner
    }
}

/// One connection of its own, for the worker's heart: a busy pool must not cost a job its lease.
pub async fn connect_alone(config: &Config) -> Result<DatabaseConnection, DbErr> {
    let url = config.database.url.expose();
    if !config.is_postgres() {
        return Database::connect(sqlite(&sqlite_of(config), 1)).await;
    }
    // It beats for the leases of whichever tenants.
    let wall = Wall::default().across_every_tenant();
    let connection = Database::connect(postgres(url, 1, &wall)).await?;
    wall.find_role(&connection).await?;
    Ok(connection)
}

/// Opens a copy that [`Db::copy_sqlite_to`] made, for reading; nothing is written beside it.
pub async fn open_sqlite_copy(path: &Path) -> Result<DatabaseConnection, DbErr> {
    let path = path.to_owned();
    let mut options = common("sqlite://copy", 1, Duration::from_secs(10));
    options.map_sqlx_sqlite_opts(move |sqlite| sqlite.filename(&path).read_only(true).immutable(true));
    Database::connect(options).await
}

/// Whether a write was refused because a unique value is taken.
pub fn is_unique_violation(error: &sea_orm::DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

/// The address of the SQLite file: as set, or in the data folder.
fn sqlite_of(config: &Config) -> String {
    match config.database.url.expose() {
        "" => format!("sqlite://{}?mode=rwc", config.server.data_dir.join("amaas.sqlite").display()),
        set => set.to_owned(),
    }
}

fn sqlite(url: &str, connections: u32) -> ConnectOptions {
    let mut options = common(url, connections, Duration::from_secs(10));
    options.map_sqlx_sqlite_opts(|sqlite| {
        sqlite
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", "FULL")
            .pragma("foreign_keys", "ON")
            .pragma("temp_store", "MEMORY")
            .busy_timeout(Duration::from_secs(5))
    });
    // On a full disk SQLite ends a transaction by itself, and the driver goes on believing in it: on such a connection
    // none could be begun any more.
    options.map_sqlx_sqlite_pool_opts(|pool| {
        pool.before_acquire(|connection, _| {
            let is_free = !connection.is_in_transaction();
            Box::pin(async move { Ok(is_free) })
        })
    });
    options
}

fn postgres(url: &str, connections: u32, wall: &Wall) -> ConnectOptions {
    let mut options = postgres_with(url, connections);
    let wall = wall.clone();
    // Whoever borrows a connection is told to it, new or not; that also shows whether it still lives.
    options.test_before_acquire(false).map_sqlx_postgres_pool_opts(move |pool| {
        let (of_new, of_old) = (wall.clone(), wall.clone());
        pool.after_connect(move |connection, _| {
            let wall = of_new.clone();
            Box::pin(async move { wall.tell(connection).await })
        })
        .before_acquire(move |connection, _| {
            let wall = of_old.clone();
            Box::pin(async move { wall.tell(connection).await.map(|()| true) })
        })
    });
    options
}

/// As the login itself, whose statements take as long as they must: for migrations.
fn postgres_alone(url: &str) -> ConnectOptions {
    let mut options = common(url, 1, Duration::from_secs(10));
    options.map_sqlx_postgres_opts(|postgres| postgres.application_name("amaas migrate"));
    options
}

fn postgres_with(url: &str, connections: u32) -> ConnectOptions {
    let mut options = common(url, connections, Duration::from_secs(2));
    options.map_sqlx_postgres_opts(|postgres| {
        postgres
            .options([("statement_timeout", "5s"), ("idle_in_transaction_session_timeout", "10s")])
            .application_name("amaas")
    });
    options
}

fn common(url: &str, connections: u32, acquire: Duration) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(acquire)
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .test_before_acquire(true);
    options
}

async fn open(options: ConnectOptions, queries: &Arc<AtomicU64>) -> Result<DatabaseConnection> {
    let mut connection = Database::connect(options).await.map_err(Error::unavailable)?;
    let queries = Arc::clone(queries);
    connection.set_metric_callback(move |_| {
        queries.fetch_add(1, Ordering::Relaxed);
    });
    Ok(connection)
}
