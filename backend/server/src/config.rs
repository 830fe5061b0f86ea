//! Configuration: embedded defaults < file < environment `AMAAS__…` < command line; all faults at once.

mod limits;
mod secret;

pub use limits::Limits;
pub use secret::Secret;

use crate::infra::{text, vault::parse_ring};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

/// Everything that can be set, read once at start.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)] // each field is explained in config.default.toml
pub struct Config {
    #[serde(deserialize_with = "addresses")]
    pub operators: Vec<String>,
    pub server: Server,
    pub database: Database,
    pub storage: Storage,
    pub vault: Vault,
    pub auth: Auth,
    pub mail: Mail,
    pub audit: Audit,
    pub limits: Limits,
    pub worker: Worker,
    pub plans: BTreeMap<String, Plan>,
    pub telemetry: Telemetry,
}

/// Addresses as accounts keep them, from a list or from one text with commas (environment and command line).
fn addresses<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Given {
        Text(String),
        List(Vec<String>),
    }
    let given = match Given::deserialize(deserializer)? {
        Given::Text(text) => text.split(',').map(str::to_owned).collect(),
        Given::List(list) => list,
    };
    let kept = given.iter().map(|address| address.trim().to_lowercase());
    Ok(kept.filter(|address| !address.is_empty()).collect())
}

/// Addresses and folders.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Server {
    pub listen: String,
    pub metrics_listen: String,
    pub data_dir: PathBuf,
    pub threads: usize,
    pub public_url: String,
    pub trust_forwarded_for: bool,
    pub worker: bool,
}

/// The database.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Database {
    pub url: Secret,
    pub max_connections: u32,
}

/// Where files live.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Storage {
    pub url: String,
    pub endpoint: String,
    pub region: String,
    pub access_key_id: String,
    pub secret_access_key: Secret,
}

/// The keys by which what is stored is sealed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Vault {
    pub root_key: Secret,
    pub other_root_keys: Secret,
    pub root_key_file: PathBuf,
}

impl Vault {
    /// What is wrong with it.
    fn faults(&self, is_postgres: bool) -> Vec<&'static str> {
        let has_file = !self.root_key_file.as_os_str().is_empty();
        let is_ring = |keys: &Secret| parse_ring(keys.expose()).is_some();
        let mut faults = Vec::new();
        if is_postgres && self.root_key.is_empty() && !has_file {
            faults.push(
                "vault.root_key: needed with PostgreSQL (or vault.root_key_file), the same on every server; \
                 make one with `openssl rand -base64 32`",
            );
        }
        if has_file && !(self.root_key.is_empty() && self.other_root_keys.is_empty()) {
            faults.push(
                "vault.root_key_file: holds all root keys; leave vault.root_key and other_root_keys out",
            );
        }
        if !is_ring(&self.root_key) || !is_ring(&self.other_root_keys) {
            faults.push("vault.root_key, vault.other_root_keys: expected 32 bytes in base 64 each");
        }
        if self.root_key.is_empty() && !self.other_root_keys.is_empty() {
            faults.push("vault.other_root_keys: needs vault.root_key, the one that wraps");
        }
        faults
    }
}

/// Sign-up, sessions and passwords.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Auth {
    pub sign_up: SignUp,
    pub secret: Secret,
    pub access_seconds: i64,
    pub idle_seconds: i64,
    pub absolute_seconds: i64,
    pub invite_days: i64,
    pub password_min: usize,
    pub password_max: usize,
    pub password_min_with_factor: usize,
    pub step_up_seconds: i64,
    pub reset_minutes: i64,
}

/// How messages leave.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Mail {
    pub smtp_url: Secret,
    pub from: String,
}

/// The audit log.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Audit {
    pub signing_key: Secret,
}

impl Audit {
    /// The secret bytes of the signing key; none when it is not set, or not usable.
    pub fn seed(&self) -> Option<[u8; 32]> {
        BASE64.decode(self.signing_key.expose()).ok()?.try_into().ok()
    }
}

/// Who may sign up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignUp {
    /// Anybody.
    Open,
    /// Only people with an invitation.
    Invite,
}

/// The queue and the limits of a training run.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Worker {
    pub concurrency: usize,
    pub lease_seconds: u64,
    pub heartbeat_seconds: u64,
    pub sweep_seconds: u64,
    pub poll_milliseconds: u64,
    pub retry_seconds: u64,
    pub run_seconds: u64,
    pub threads_per_run: usize,
    pub run_memory_bytes: u64,
    pub program: PathBuf,
}

/// The quotas of a plan.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Plan {
    pub requests_per_second: u32,
    pub requests_burst: u32,
    pub key_requests_per_second: u32,
    pub key_requests_burst: u32,
    pub predictions_per_month: u64,
    pub storage_bytes: u64,
    pub datasets: u64,
    pub endpoints: u64,
    pub running_runs: u64,
    pub queued_runs: u64,
}

/// Logs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Telemetry {
    pub log: String,
    pub format: String,
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Why the configuration is refused: every fault, a line each.
#[derive(Debug, thiserror::Error)]
#[error("the configuration is not usable:\n{}", .0.join("\n"))]
pub struct ConfigError(pub Vec<String>);

impl Config {
    /// Reads defaults, the file if one is named, the environment, and `overrides` (dotted key, value).
    pub fn load(file: Option<&std::path::Path>, overrides: &[(&str, String)]) -> Result<Self, ConfigError> {
        let fault = |error: config::ConfigError| ConfigError(vec![format!("  {error}")]);
        let mut builder = config::Config::builder().add_source(config::File::from_str(
            include_str!("config.default.toml"),
            config::FileFormat::Toml,
        ));
        if let Some(path) = file {
            builder = builder.add_source(config::File::from(path).format(config::FileFormat::Toml));
        }
        builder = builder.add_source(
            config::Environment::with_prefix("AMAAS")
                .separator("__")
                .prefix_separator("__")
                .try_parsing(true),
        );
        for (key, value) in overrides {
            builder = builder.set_override(*key, value.clone()).map_err(fault)?;
        }
        let config: Self = builder.build().map_err(fault)?.try_deserialize().map_err(fault)?;
        config.validate()?;
        Ok(config)
    }

    /// Whether the database is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.database.url.expose().starts_with("postgres")
    }

    /// Whether there is a database to open; PostgreSQL tells by itself.
    pub fn database_exists(&self) -> bool {
        !self.database.url.is_empty() || self.server.data_dir.join("amaas.sqlite").is_file()
    }

    /// Whether the person of this address runs the installation.
    pub fn is_operator(&self, email: &str) -> bool {
        self.operators.iter().any(|operator| operator == email)
    }

    /// The longest search that a run may ask for: some of its time is for reading, scoring and writing.
    pub fn budget_seconds(&self) -> u64 {
        self.worker.run_seconds / 10 * 9
    }

    /// Threads that a run may use in this installation.
    pub fn threads_per_run(&self) -> usize {
        match self.worker.threads_per_run {
            0 => cores(),
            threads => threads,
        }
    }

    /// Threads that read an upload: as many as a run has, but for a core that is left to requests, since reading happens
    /// in the server's own process.
    pub fn threads_per_upload(&self) -> usize {
        self.threads_per_run().min(cores().saturating_sub(1)).max(1)
    }

    /// Whether people reach us by TLS, so that cookies must be `Secure`.
    pub fn is_https(&self) -> bool {
        self.server.public_url.starts_with("https://")
    }

    fn validate(&self) -> Result<(), ConfigError> {
        let mut faults = Vec::new();
        let mut need = |holds: bool, fault: &str| {
            if !holds {
                faults.push(format!("  {fault}"));
            }
        };
        faults_of_addresses(&self.server, &mut need);
        let url = self.database.url.expose();
        need(
            url.is_empty()
                || url.starts_with("postgres://")
                || url.starts_with("postgresql://")
                || url.starts_with("sqlite:"),
            "database.url: expected postgres://user:password@host/database, or nothing for SQLite",
        );
        let storage = &self.storage.url;
        need(
            storage.is_empty() || storage.starts_with("s3://"),
            "storage.url: expected s3://bucket/prefix, or nothing for a folder",
        );
        let secret = self.auth.secret.expose();
        need(secret.is_empty() || secret.len() >= 32, "auth.secret: expected at least 32 characters");
        need(
            !(self.is_postgres() && secret.is_empty()),
            "auth.secret: needed with PostgreSQL, the same on every server; make one with `openssl rand -base64 48`",
        );
        for fault in self.vault.faults(self.is_postgres()) {
            need(false, fault);
        }
        faults_of_mail(&self.mail, &mut need);
        need(
            self.audit.signing_key.is_empty() || self.audit.seed().is_some(),
            "audit.signing_key: expected 32 bytes in base 64; make one with `openssl rand -base64 32`",
        );
        need(
            self.worker.lease_seconds >= 3 * self.worker.heartbeat_seconds,
            "worker.lease_seconds: expected at least three times worker.heartbeat_seconds",
        );
        self.limits.validate(&mut need);
        need(self.plans.contains_key("standard"), "plans.standard: needed, every new tenant starts on it");
        need(
            self.plans.values().all(|plan| plan.running_runs > 0),
            "plans: running_runs must be 1 at least in each",
        );
        need(
            self.operators.iter().all(|address| text::is_email(address)),
            "operators: expected the addresses that operators sign in with, such as ada@example.com",
        );
        need(
            matches!(self.telemetry.format.as_str(), "text" | "json"),
            "telemetry.format: expected text or json",
        );
        if faults.is_empty() { Ok(()) } else { Err(ConfigError(faults)) }
    }
}

fn faults_of_addresses(server: &Server, need: &mut impl FnMut(bool, &str)) {
    need(
        server.listen.parse::<SocketAddr>().is_ok(),
        "server.listen: expected an address such as 127.0.0.1:8080",
    );
    need(
        server.metrics_listen.is_empty() || server.metrics_listen.parse::<SocketAddr>().is_ok(),
        "server.metrics_listen: expected an address such as 127.0.0.1:9090, or nothing",
    );
    let public = &server.public_url;
    need(
        public.is_empty() || public.starts_with("http://") || public.starts_with("https://"),
        "server.public_url: expected an address such as https://amaas.example.com, or nothing",
    );
}

fn faults_of_mail(mail: &Mail, need: &mut impl FnMut(bool, &str)) {
    need(
        mail.from.parse::<lettre::message::Mailbox>().is_ok(),
        "mail.from: expected Name <name@example.com>",
    );
    let url = mail.smtp_url.expose();
    if url.is_empty() {
        return;
    }
    let readable = lettre::AsyncSmtpTransport::<lettre::Tokio1Executor>::from_url(url).is_ok();
    need(
        readable,
        "mail.smtp_url: expected smtps://user:password@host or smtp://user:password@host:587?tls=required",
    );
    let host = url.rsplit('@').next().unwrap_or_default().trim_start_matches("smtp://");
    let host = host.split(['/', '?']).next().unwrap_or_default();
    let host =
        host.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(host, |(host, _)| host);
    let near = ["localhost", "127.0.0.1", "[::1]"].contains(&host);
    need(
        !readable || near || url.starts_with("smtps://") || url.ends_with("?tls=required"),
        "mail.smtp_url: without TLS messages and password could be read on the way; use smtps:// or ?tls=required",
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_goes_by_tls_unless_it_stays_on_this_machine() {
        let loaded = |url: &str| Config::load(None, &[("mail.smtp_url", url.to_owned())]);
        let usable = ["", "smtps://me:secret@mail.example.com", "smtp://mail.example.com:587?tls=required"];
        for url in usable.into_iter().chain(["smtp://127.0.0.1:2525", "smtp://me:secret@localhost:25"]) {
            assert!(loaded(url).is_ok(), "{url}");
        }
        let refused = [
            "smtp://mail.example.com",
            "smtp://mail.example.com?tls=opportunistic",
            "http://mail.example.com",
        ];
        for url in refused.into_iter().chain(["smtp://localhost.example.com", "mail.example.com"]) {
            let ConfigError(faults) = loaded(url).unwrap_err();
            assert!(faults[0].contains("mail.smtp_url"), "{url}: {faults:?}");
        }
    }

    #[test]
    fn the_defaults_are_usable() {
        let config = Config::load(None, &[]).unwrap();
        assert_eq!(config.server.listen, "127.0.0.1:8080");
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let overrides = [("server.listen", "nowhere".to_owned()), ("auth.secret", "short".to_owned())];
        let ConfigError(faults) = Config::load(None, &overrides).unwrap_err();
        assert_eq!(faults.len(), 2, "{faults:?}");
    }

    #[test]
    fn operators_are_named_by_a_list_or_by_one_text() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("amaas.toml");
        std::fs::write(&file, "operators = [\" Ada@Example.com\", \"bob@example.com\"]").unwrap();
        let config = Config::load(Some(&file), &[]).unwrap();
        assert_eq!(config.operators, ["ada@example.com", "bob@example.com"]);
        let given = [("operators", "Eve@example.com, ,ada@example.com".to_owned())];
        let config = Config::load(Some(&file), &given).unwrap();
        assert_eq!(config.operators, ["eve@example.com", "ada@example.com"], "the command line stands above");
        assert!(config.is_operator("eve@example.com") && !config.is_operator("bob@example.com"));
        assert!(Config::load(None, &[]).unwrap().operators.is_empty());
        let ConfigError(faults) = Config::load(None, &[("operators", "ada".to_owned())]).unwrap_err();
        assert!(faults[0].contains("operators"), "{faults:?}");
    }

    #[test]
    fn a_secret_is_never_printed() {
        let config =
            Config::load(None, &[("auth.secret", "0123456789abcdef0123456789abcdef".to_owned())]).unwrap();
        assert!(!format!("{config:?}").contains("0123456789abcdef"));
    }
}
