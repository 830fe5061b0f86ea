//! The program `amaas`: server, worker and command line.

mod commands;

use amaas::{
    accounts, api_keys, audit, check,
    config::Config,
    context::Context,
    datasets,
    error::{Error, Result},
    infra::{clock::Clock, idempotency, telemetry, wall},
    jobs, mail, operator, quotas,
    serve::{self, Signals},
    tenants,
};
use clap::{Args, Parser, Subcommand};
use contract::Code;
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// AI models as a service, on your own machine.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Command {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Args)]
struct Common {
    /// A configuration file (TOML); see config.default.toml for what can be set.
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    /// The folder for database, files and secret.
    #[arg(long, global = true)]
    data_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Serves the API and the dashboard, and works on the queue.
    Serve {
        /// The address to listen on.
        #[arg(long)]
        listen: Option<String>,
        /// Leaves the queue to `amaas worker` processes.
        #[arg(long)]
        no_worker: bool,
        /// A person who runs this installation, by the address that they sign in with; may be given several times.
        #[arg(long)]
        operator: Vec<String>,
    },
    /// Works on the queue and serves nothing: more hands for a server elsewhere.
    Worker,
    /// Learns one model from the standard input; started by a worker, not by people.
    #[command(hide = true)]
    Fit,
    /// Brings the database's schema up to date and ends.
    Migrate,
    /// Proves the laws from the data; reads only, ends with 1 and names each breach when one is broken.
    Check,
    /// Unlocks the account of a person who failed to sign in too often, or lost their second factor.
    Unlock {
        /// The address that they sign in with.
        email: String,
        /// Also turns their second factor off: make sure that it is them who asks.
        #[arg(long)]
        second_factor: bool,
    },
    /// Copies database and objects of an installation on SQLite into a new folder, while it serves.
    Backup {
        /// A folder that is not there yet, or empty.
        #[arg(long)]
        to: PathBuf,
        /// Where the keys are written, without which no backup can be read. Keep this file apart from the backups, and
        /// only the newest: it takes the place of an older one.
        #[arg(long)]
        keys_to: Option<PathBuf>,
    },
    /// Verifies a backup, puts it into an empty data folder and checks the laws; ends with 1 when one is broken.
    Restore {
        /// The folder of the backup.
        #[arg(long)]
        from: PathBuf,
        /// The file of keys that was written last.
        #[arg(long)]
        keys: Option<PathBuf>,
    },
    /// Looks after the keys by which everything is sealed that is stored.
    Keys {
        #[command(subcommand)]
        task: KeysTask,
    },
    /// Looks after the audit log.
    Audit {
        #[command(subcommand)]
        task: AuditTask,
    },
}

#[derive(Debug, Subcommand)]
enum KeysTask {
    /// Shows the root keys by their ids, and how many keys of tenants each wraps.
    Status,
    /// Wraps the key of every tenant by a new root key, while the servers serve; when it was stopped, run it again.
    RotateRoot {
        /// The file of the new root key; made, with a fresh key, when it is not there.
        #[arg(long)]
        new_key_file: PathBuf,
    },
    /// Takes the root keys out of the root key file that wrap nothing any more.
    ForgetOld,
    /// Puts back the shares that are missing, from a file of keys: after a restore of PostgreSQL and S3.
    Import {
        /// The file that was exported last.
        #[arg(long)]
        from: PathBuf,
    },
    /// Writes the keys that open the backups into a file, to be kept apart from them.
    Export {
        /// The file; an older file of keys is replaced.
        #[arg(long)]
        to: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum AuditTask {
    /// Verifies the chains of events; reads only, ends with 1 and names the first bad sequence when one is broken.
    Verify(Verify),
    /// Prints the public key that verifies signed exports and proofs, as PEM.
    PublicKey,
}

#[derive(Debug, Args)]
struct Verify {
    /// Only the log of this tenant, by id or slug.
    #[arg(long)]
    tenant: Option<String>,
    /// A signed export instead of a database: needs nothing but the file and the public key.
    #[arg(long, requires = "public_key", conflicts_with = "tenant")]
    export: Option<PathBuf>,
    /// The proof of one entry instead of a database: needs nothing but the file and the public key.
    #[arg(long, requires = "public_key", conflicts_with_all = ["tenant", "export"])]
    proof: Option<PathBuf>,
    /// The public key of the installation, as `amaas audit public-key` prints it.
    #[arg(long)]
    public_key: Option<PathBuf>,
}

fn main() -> ExitCode {
    let command = Command::parse();
    match run(command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("amaas: {}", error.private().unwrap_or(error.detail()));
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    if let Task::Fit = command.task {
        return Ok(amaas::training::fit());
    }
    if let Task::Audit { task: AuditTask::Verify(task) } = &command.task
        && let Some(key) = &task.public_key
        && let Some(file) = task.export.as_ref().or(task.proof.as_ref())
    {
        return Ok(verify_file(file, key, task.proof.is_some()));
    }
    let mut overrides = Vec::new();
    if let Some(folder) = &command.common.data_dir {
        overrides.push(("server.data_dir", folder.display().to_string()));
    }
    if let Task::Serve { listen, no_worker, operator } = &command.task {
        overrides.extend(listen.iter().map(|listen| ("server.listen", listen.clone())));
        if *no_worker {
            overrides.push(("server.worker", "false".to_owned()));
        }
        if !operator.is_empty() {
            overrides.push(("operators", operator.join(",")));
        }
    }
    if tenancy::IS_MUTABLE && matches!(command.task, Task::Serve { .. } | Task::Worker) {
        return Err(Error::internal(
            "a build for `cargo xtask mutants` serves nobody: build without the feature",
        ));
    }
    let config = Config::load(command.common.config.as_deref(), &overrides).map_err(Error::internal)?;
    telemetry::start_logs(&config.telemetry);
    // Requests and jobs name their tenant; commands, and what a server does to begin, are of none.
    let work = async {
        match command.task {
            Task::Serve { .. } => serve(config).await,
            Task::Worker => work(config).await,
            Task::Migrate => migrate(config).await,
            Task::Fit => Ok(ExitCode::FAILURE),
            Task::Check => check_laws(config).await,
            Task::Backup { to, keys_to } => commands::backup(config, &to, keys_to.as_deref()).await,
            Task::Restore { from, keys } => commands::restore(config, &from, keys.as_deref()).await,
            Task::Keys { task } => commands::keys(config, task).await,
            Task::Unlock { email, second_factor } => unlock(config, &email, second_factor).await,
            Task::Audit { task: AuditTask::Verify(task) } => verify_logs(config, task.tenant).await,
            Task::Audit { task: AuditTask::PublicKey } => print_public_key(&config),
        }
    };
    let work = wall::across_every_tenant("a command is the operator's", work);
    actix_web::rt::System::new().block_on(work)
}

async fn serve(config: Config) -> Result<ExitCode> {
    telemetry::metrics();
    let limit = Duration::from_secs(config.limits.shutdown_seconds);
    let context = Context::open(config, Clock::default()).await?;
    context.db.migrate().await?;
    context.vault.verify().await?;
    if context.config.is_postgres() {
        let url = context.config.database.url.expose().to_owned();
        context.changes.listen(url, context.db.clone(), &context.background).await;
    }
    // Before anything that records: what is due is signed first.
    audit::start(&context).await;
    serve::start_metrics(&context).await?;
    accounts::start(&context).await;
    mail::start(&context).await;
    idempotency::start(&context).await;
    operator::start(&context).await?;
    api_keys::start(&context).await;
    if context.config.server.worker {
        jobs::start(&context).await?;
    }
    datasets::start(&context).await;
    tenants::start(&context).await;
    quotas::start(&context).await;
    let running = serve::start(context.clone(), Signals::Obey)?;
    tracing::info!(address = %running.address, "listening");
    running.wait().await?;
    context.background.stop(limit).await;
    context.db.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn work(config: Config) -> Result<ExitCode> {
    telemetry::metrics();
    let limit = Duration::from_secs(config.limits.shutdown_seconds);
    let context = Context::open(config, Clock::default()).await?;
    let mut ended = serve::ended()?;
    while !context.db.is_migrated().await? {
        tracing::info!("waiting for a server to bring the schema up to date");
        if tokio::time::timeout(Duration::from_millis(500), &mut ended).await.is_ok() {
            return Ok(ExitCode::SUCCESS);
        }
    }
    context.vault.verify().await?;
    // Jobs record as well, also while every server is away.
    audit::start(&context).await;
    serve::start_metrics(&context).await?;
    jobs::start(&context).await?;
    tracing::info!("working");
    ended.await;
    context.background.stop(limit).await;
    context.db.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn migrate(config: Config) -> Result<ExitCode> {
    let context = Context::open(config, Clock::default()).await?;
    context.db.migrate().await?;
    context.db.close().await;
    Ok(ExitCode::SUCCESS)
}

/// A context on a database that is there: nothing is made where nothing is.
async fn open_existing(config: Config) -> Result<Context> {
    let missing = "there is no database in the data folder; name it by --data-dir or --config";
    if !config.database_exists() {
        return Err(Error::internal(missing));
    }
    let context = Context::open(config, Clock::default()).await?;
    if !context.db.is_migrated().await? {
        return Err(Error::internal("the schema is not up to date; run `amaas migrate` first"));
    }
    context.vault.verify().await?;
    Ok(context)
}

async fn unlock(config: Config, email: &str, second_factor: bool) -> Result<ExitCode> {
    let context = open_existing(config).await?;
    let mut outcome = accounts::unlock(&context, email).await;
    if second_factor && outcome.is_ok() {
        let turned_off = accounts::take_second_factor_off(&context, email).await;
        outcome = outcome.and_then(|unlocked| Ok(turned_off? || unlocked));
    }
    context.db.close().await;
    match outcome {
        Ok(true) => println!("{email} may sign in again"),
        Ok(false) => println!("{email} is not locked"),
        Err(error) if error.code() == Code::NotFound => {
            eprintln!("amaas: {email} has no account here");
            return Ok(ExitCode::FAILURE);
        }
        Err(error) => return Err(error),
    }
    Ok(ExitCode::SUCCESS)
}

async fn check_laws(config: Config) -> Result<ExitCode> {
    let context = open_existing(config).await?;
    let report = check::everything(&context).await?;
    print!("{report}");
    context.db.close().await;
    Ok(if report.breaches.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Verifies an export or a proof; opens nothing else.
fn verify_file(file: &Path, key: &Path, is_proof: bool) -> ExitCode {
    let outcome = std::fs::read_to_string(key).map_err(audit::Unsound::from).and_then(|key| {
        let key = audit::public_key(&key)?;
        if is_proof {
            audit::verify_proof(key, &std::fs::read_to_string(file)?)
        } else {
            audit::verify_export(key, std::io::BufReader::with_capacity(1 << 20, std::fs::File::open(file)?))
        }
    });
    match outcome {
        Ok(sound) if is_proof => {
            println!("{}: event {} valid, signed {}", sound.tenant, sound.sequence, sound.signed_at);
            ExitCode::SUCCESS
        }
        Ok(sound) => {
            let (events, checkpoints) = (sound.events, sound.checkpoints);
            println!(
                "{}: {events} events, {checkpoints} checkpoints, valid, signed {}",
                sound.tenant, sound.signed_at
            );
            ExitCode::SUCCESS
        }
        Err(unsound) => {
            println!("{}: {unsound}", file.display());
            ExitCode::FAILURE
        }
    }
}

fn print_public_key(config: &Config) -> Result<ExitCode> {
    print!("{}", amaas::secrets::Secrets::load(config)?.audit().public().pem());
    Ok(ExitCode::SUCCESS)
}

async fn verify_logs(config: Config, tenant: Option<String>) -> Result<ExitCode> {
    let context = open_existing(config).await?;
    let reports = check::verify_logs(&context, tenant.as_deref()).await?;
    for (tenant, chain) in &reports {
        match (chain.broken_at, &chain.reason) {
            (Some(at), Some(reason)) => println!("{tenant}: broken at sequence {at}: {reason}"),
            _ => println!("{tenant}: {} events, valid, signed up to {}", chain.checked, chain.signed_up_to),
        }
    }
    context.db.close().await;
    Ok(if reports.iter().all(|(_, chain)| chain.valid) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
