//! What every request, job and command is given: one struct of cheap handles.

use crate::{
    config::Config,
    error::Result,
    infra::{
        background::Background,
        changes::Changes,
        clock::Clock,
        cpu::Cpu,
        db::Db,
        files,
        overload::Gates,
        storage::Storage,
        store::Store,
        vault::{Shares, Vault},
    },
    jobs::Lanes,
    secrets::Secrets,
};
use contract::Timestamp;
use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock, atomic::AtomicUsize},
};

/// Handles to everything that a use case needs. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Context {
    /// The settings.
    pub config: Arc<Config>,
    /// The database.
    pub db: Db,
    /// The files.
    pub storage: Storage,
    /// The keys by which they are sealed.
    pub vault: Vault,
    /// The time.
    pub clock: Clock,
    /// Processor time off the async threads.
    pub cpu: Cpu,
    /// How many calls are under way.
    pub gates: Arc<Gates>,
    /// Connections that are open.
    pub connections: Arc<AtomicUsize>,
    /// The queues of jobs.
    pub jobs: Lanes,
    /// Where this process listens, once it does.
    pub address: Arc<OnceLock<SocketAddr>>,
    /// When this process began.
    pub started_at: Timestamp,
    /// Keys derived from the root secret.
    pub secrets: Arc<Secrets>,
    /// News for caches.
    pub changes: Changes,
    /// Tasks that outlive requests.
    pub background: Background,
    /// The caches and counters that features keep between requests.
    pub state: Arc<State>,
}

/// What features keep in memory between requests; each can be lost without harm.
#[derive(Debug, Default)]
pub struct State {
    /// API keys that were seen.
    pub api_keys: crate::api_keys::Cache,
    /// Sessions that were seen, and failed sign-ins.
    pub accounts: crate::accounts::Cache,
    /// The way to the mail server.
    pub mail: crate::mail::Post,
    /// Memberships that were seen.
    pub members: crate::members::Cache,
    /// Token buckets and counters.
    pub quotas: crate::quotas::Meter,
    /// Endpoints with their scorers.
    pub predictions: crate::predictions::Cache,
}

impl Context {
    /// Connects to everything; the data folder is created when it is absent.
    pub async fn open(config: Config, clock: Clock) -> Result<Self> {
        files::create_private_folder(&config.server.data_dir).map_err(crate::error::Error::internal)?;
        let secrets = Arc::new(Secrets::load(&config)?);
        let changes = Changes::default();
        let db = Db::connect(&config, changes.clone()).await?;
        let shares = Shares::new(Store::open_shares(&config)?);
        let vault = Vault::open(&config, shares, db.clone(), clock.clone()).await?;
        let context = Self {
            storage: Storage::open(&config)?.sealed_by(vault.clone()),
            vault,
            jobs: Lanes::open(&config)?,
            address: Arc::default(),
            started_at: clock.now(),
            gates: Arc::new(Gates::of_all(&config.limits)),
            connections: Arc::default(),
            config: Arc::new(config),
            db,
            clock,
            cpu: Cpu::default(),
            secrets,
            changes,
            background: Background::default(),
            state: Arc::default(),
        };
        context.connect_caches();
        Ok(context)
    }

    /// How the world reaches us, without a slash at the end: as configured, else where we listen.
    pub fn public_url(&self) -> String {
        let set = self.config.server.public_url.trim_end_matches('/');
        if !set.is_empty() {
            return set.to_owned();
        }
        match self.address.get() {
            None => format!("http://{}", self.config.server.listen),
            // What listens everywhere is reached from the same machine at least.
            Some(address) if address.ip().is_unspecified() => format!("http://localhost:{}", address.port()),
            Some(address) => format!("http://{address}"),
        }
    }

    fn connect_caches(&self) {
        let (state, vault) = (Arc::clone(&self.state), self.vault.clone());
        self.changes.subscribe(move |topic| {
            state.api_keys.forget(topic);
            state.accounts.forget(topic);
            state.mail.forget(topic);
            state.members.forget(topic);
            state.quotas.forget(topic);
            state.predictions.forget(topic);
            vault.forget(topic);
        });
    }
}
