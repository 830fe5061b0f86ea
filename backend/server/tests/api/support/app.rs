//! A server of its own for each test: temporary folder, fresh database, free port.

use super::Caller;
use amaas::{
    config::Config,
    context::Context,
    infra::{clock::Clock, telemetry},
    serve::{self, Signals},
};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use std::process::{Command, Output};
use tempfile::TempDir;

/// The root key of the servers under test on PostgreSQL, which make none.
const ROOT_KEY: &str = "YSByb290IGtleSBmb3IgdGVzdHMgYWxvbmUsIDMyIEI=";

/// A running server; it ends with the value.
pub struct TestApp {
    /// The server's own handles, to look behind the interface.
    pub context: Context,
    address: String,
    handle: actix_web::dev::ServerHandle,
    _folder: TempDir,
}

impl TestApp {
    /// Starts a server with the default settings.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts a server with some settings of its own (dotted key, value).
    pub async fn start_with(settings: &[(&str, &str)]) -> Self {
        telemetry::metrics();
        let folder = TempDir::new().unwrap();
        let mut overrides = vec![
            ("server.listen", "127.0.0.1:0".to_owned()),
            ("server.data_dir", folder.path().display().to_string()),
            ("server.threads", "1".to_owned()),
            ("operators", "operator@example.com".to_owned()),
            ("database.max_connections", "4".to_owned()),
            ("worker.program", env!("CARGO_BIN_EXE_amaas").to_owned()),
        ];
        if let Some(url) = fresh_postgres().await {
            overrides.push(("database.url", url));
            overrides.push(("auth.secret", "a secret for tests alone, 32 characters or more".to_owned()));
            overrides.push(("vault.root_key", ROOT_KEY.to_owned()));
        }
        overrides.extend(settings.iter().map(|(key, value)| (*key, (*value).to_owned())));
        let config = Config::load(None, &overrides).unwrap();
        let context = Context::open(config, Clock::default()).await.unwrap();
        context.db.migrate().await.unwrap();
        let running = serve::start(context.clone(), Signals::Ignore).unwrap();
        let (address, handle) = (running.address.to_string(), running.handle.clone());
        actix_web::rt::spawn(async move { running.wait().await.unwrap() });
        // The server's own requests name their tenant; a test looks at all of them.
        let context = Context { db: context.db.across_every_tenant(), ..context };
        Self { context, address, handle, _folder: folder }
    }

    /// The database as somebody who owns it has it, past every wall.
    pub async fn database(&self) -> DatabaseConnection {
        match self.context.db.backend() {
            DbBackend::Postgres => {
                Database::connect(self.context.config.database.url.expose()).await.unwrap()
            }
            _ => self.context.db.queue().writer,
        }
    }

    /// The full address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The columns of the database that hold a text anywhere: none may hold a secret.
    pub async fn columns_with(&self, text: &str) -> Vec<String> {
        let db = self.context.db.reader();
        let backend = self.context.db.backend();
        let columns = match backend {
            DbBackend::Postgres => {
                "SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = 'public'"
            }
            _ => {
                "SELECT m.name AS t, p.name AS c FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table'"
            }
        };
        let columns = db.query_all_raw(Statement::from_string(backend, columns)).await.unwrap();
        assert!(columns.len() > 50, "the schema was read");
        let mut found = Vec::new();
        for row in columns {
            let (table, column): (String, String) =
                (row.try_get("", "t").unwrap(), row.try_get("", "c").unwrap());
            let sql =
                format!("SELECT 1 AS hit FROM \"{table}\" WHERE CAST(\"{column}\" AS TEXT) LIKE $1 LIMIT 1");
            let query = Statement::from_sql_and_values(backend, sql, [format!("%{text}%").into()]);
            if db.query_one_raw(query).await.unwrap().is_some() {
                found.push(format!("{table}.{column}"));
            }
        }
        found
    }

    /// Runs a command of the program on this server's data.
    pub fn command(&self, arguments: &[&str]) -> Output {
        self.command_with(arguments, &[])
    }

    /// The same, with some variables of its own.
    pub fn command_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        let config = &self.context.config;
        let mut command = Command::new(env!("CARGO_BIN_EXE_amaas"));
        command.args(arguments).arg("--data-dir").arg(&config.server.data_dir);
        command.env("AMAAS__TELEMETRY__LOG", "error");
        if config.is_postgres() {
            command.env("AMAAS__DATABASE__URL", config.database.url.expose());
            command.env("AMAAS__AUTH__SECRET", config.auth.secret.expose());
            command.env("AMAAS__VAULT__ROOT_KEY", config.vault.root_key.expose());
        }
        command.envs(environment.iter().copied());
        command.output().unwrap()
    }

    /// A caller without any credential.
    pub fn nobody(&self) -> Caller {
        Caller::new(self.url(""))
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        // The future is dropped: stopping begins at once, and nobody needs to wait for it.
        drop(self.handle.stop(false));
    }
}

/// A database of its own on the PostgreSQL under test; none when the suite runs on SQLite.
async fn fresh_postgres() -> Option<String> {
    if std::env::var("AMAAS_TEST_DATABASE").ok().as_deref() != Some("postgres") {
        return None;
    }
    let admin = std::env::var("AMAAS_TEST_POSTGRES_URL")
        .expect("AMAAS_TEST_POSTGRES_URL names a superuser's database");
    let name = format!("amaas_test_{:032x}", rand::random::<u128>());
    let connection = Database::connect(&admin).await.unwrap();
    connection.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    connection.close().await.unwrap();
    let (server, query) =
        admin.split_once('?').map_or((admin.as_str(), String::new()), |(a, q)| (a, format!("?{q}")));
    let (base, _) = server.rsplit_once('/').unwrap();
    Some(format!("{base}/{name}{query}"))
}
