//! The second wall between tenants, on PostgreSQL: which tenant the database lets a query see.
//!
//! The tenant is named around the work, not in each query: [`as_tenant`] around a handler or a job,
//! [`across_every_tenant`] around what belongs to none. Each connection is told before it is lent; work that names
//! nobody is refused by the database. The policies are in `migrations/src/row_security.rs`.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult,
    Statement, TransactionOptions, TransactionTrait,
    sqlx::{self, PgConnection},
};
use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// What the database is told for work on the rows of all tenants.
const EVERY_TENANT: &str = "*";
/// What it is told where nobody was named: every query on a tenant's rows is refused.
const NOBODY: &str = "";

tokio::task_local! {
    static NAMED: Arc<str>;
}

/// Lets the work see the rows of one tenant only.
pub async fn as_tenant<F: Future>(tenant: &str, work: F) -> F::Output {
    NAMED.scope(tenant.into(), work).await
}

/// Lets the work see the rows of every tenant; `reason` says why that is right.
pub async fn across_every_tenant<F: Future>(reason: &'static str, work: F) -> F::Output {
    debug_assert!(!reason.is_empty());
    NAMED.scope(EVERY_TENANT.into(), work).await
}

/// A pool that lends its connections for the tenant that is named around the work.
#[derive(Clone, Debug)]
pub struct Lender {
    pool: DatabaseConnection,
    unnamed: &'static str,
}

impl Lender {
    /// Lends connections of a pool.
    pub fn new(pool: DatabaseConnection) -> Self {
        Self { pool, unnamed: NOBODY }
    }

    /// Lends them for every tenant where nobody is named.
    pub fn across_every_tenant(&self) -> Self {
        Self { unnamed: EVERY_TENANT, ..self.clone() }
    }

    /// The pool itself.
    pub fn pool(&self) -> &DatabaseConnection {
        &self.pool
    }

    async fn named<F: Future>(&self, work: F) -> F::Output {
        // SQLite asks nobody, and needs no name.
        if self.unnamed == NOBODY || self.get_database_backend() != DbBackend::Postgres || is_named() {
            return work.await;
        }
        NAMED.scope(self.unnamed.into(), work).await
    }

    /// Begins a transaction; it sees for as long as it lives what is named now.
    pub async fn begin(&self, options: TransactionOptions) -> Result<DatabaseTransaction, DbErr> {
        self.named(self.pool.begin_with_options(options)).await
    }
}

fn is_named() -> bool {
    NAMED.try_with(|_| ()).is_ok()
}

#[async_trait::async_trait]
impl ConnectionTrait for Lender {
    fn get_database_backend(&self) -> DbBackend {
        self.pool.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.named(self.pool.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.named(self.pool.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.named(self.pool.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.named(self.pool.query_all_raw(statement)).await
    }
}

/// What a pool tells each connection that it lends.
#[derive(Clone, Debug, Default)]
pub struct Wall {
    // Whether the role is there and may be taken: not before the first migration.
    takes_role: Arc<AtomicBool>,
    every_tenant: bool,
}

impl Wall {
    /// The same for a pool whose work is all on every tenant: the queue's.
    pub fn across_every_tenant(&self) -> Self {
        Self { every_tenant: true, ..self.clone() }
    }

    /// Looks whether the role is there; told to every pool of this process.
    pub async fn find_role(&self, conn: &impl ConnectionTrait) -> Result<(), DbErr> {
        if conn.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let sql = "SELECT EXISTS (SELECT 1 FROM pg_roles r JOIN pg_class c ON c.oid = to_regclass('tenants') \
            WHERE r.rolname = 'amaas_app' AND pg_has_role(session_user, r.oid, 'MEMBER') \
            AND has_table_privilege(r.oid, c.oid, 'INSERT')) AS is_there, \
            (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = session_user) AS is_above, \
            to_regproc('amaas_tenant') IS NOT NULL AS is_protected";
        let found = conn.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
        let Some(found) = found else { return Ok(()) };
        let is_there: bool = found.try_get_by("is_there")?;
        let is_above: Option<bool> = found.try_get_by("is_above")?;
        if !is_there && is_above == Some(true) && found.try_get_by("is_protected")? {
            tracing::warn!(
                "row-level security does not hold: the database login is above it, and the role amaas_app is missing"
            );
        }
        self.takes_role.store(is_there, Ordering::Relaxed);
        Ok(())
    }

    /// Tells a connection, in one round trip, whom the work that is about to borrow it may see.
    pub async fn tell(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let named = if self.every_tenant {
            EVERY_TENANT.into()
        } else {
            NAMED.try_with(Arc::clone).unwrap_or_else(|_| NOBODY.into())
        };
        let role = if self.takes_role.load(Ordering::Relaxed) { "amaas_app" } else { "none" };
        sqlx::query("SELECT set_config('role', $1, false), set_config('amaas.tenant', $2, false)")
            .bind(role)
            .bind(&*named)
            .execute(connection)
            .await?;
        Ok(())
    }
}
