//! The commands that keep an installation: backups and keys.

use crate::{KeysTask, open_existing};
use amaas::{
    backup,
    config::Config,
    context::Context,
    error::Result,
    keys::{self, KeyFile},
};
use std::{path::Path, process::ExitCode};

/// `amaas backup`.
pub async fn backup(config: Config, to: &Path, keys_to: Option<&Path>) -> Result<ExitCode> {
    let context = open_existing(config).await?;
    let manifest = backup::save(&context, to).await?;
    let bytes: u64 = manifest.objects.iter().chain([&manifest.database]).map(|entry| entry.size_bytes).sum();
    println!("{}: the database and {} objects, {bytes} bytes", to.display(), manifest.objects.len());
    for key in &manifest.missing {
        println!("missing: {key}, which the storage had lost before; `amaas check` names its row");
    }
    match keys_to {
        Some(file) => export(&context, file).await?,
        None => println!("without keys: no backup can be read without those that `amaas keys export` writes"),
    }
    context.db.close().await;
    Ok(if manifest.missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `amaas restore`.
pub async fn restore(config: Config, from: &Path, keys: Option<&Path>) -> Result<ExitCode> {
    let folder = config.server.data_dir.clone();
    let restored = backup::restore(config, from, keys).await?;
    println!("{}: the database and {} objects", folder.display(), restored.objects);
    for tenant in &restored.deleted_again {
        println!("{tenant}: deleted after this backup was made, so its key is gone; it was deleted again");
    }
    print!("{}", restored.report);
    Ok(if restored.report.breaches.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `amaas keys`.
pub async fn keys(config: Config, task: KeysTask) -> Result<ExitCode> {
    let context = open_existing(config).await?;
    match task {
        KeysTask::Status => {
            for (id, count, wraps) in keys::status(&context).await? {
                let note = if wraps { ", and wraps new ones" } else { "" };
                println!("root key {id}: wraps {count} keys{note}");
            }
        }
        KeysTask::RotateRoot { new_key_file } => rotate(&context, &new_key_file).await?,
        KeysTask::ForgetOld => {
            let count = keys::forget_old(&context).await?;
            println!("{count} root keys that wrapped nothing were taken out of the root key file");
        }
        KeysTask::Import { from } => {
            let count = KeyFile::read(&from)?.place_shares(context.vault.shares()).await?;
            println!("{count} shares that were missing were put back");
        }
        KeysTask::Export { to } => export(&context, &to).await?,
    }
    context.db.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn rotate(context: &Context, new_key_file: &Path) -> Result<()> {
    let new = keys::read_or_make(new_key_file)?;
    let count = keys::rotate_root(context, &new).await?;
    println!("root key {}: {count} keys of tenants were wrapped anew", new.id);
    let next = if context.vault.roots().file().is_some() {
        "run `amaas keys export` for the backups, then `amaas keys forget-old`"
    } else {
        "make it vault.root_key on each server, keep the old one in vault.other_root_keys until all were started anew, \
         then run this once more and take the old one out"
    };
    println!("next: {next}");
    Ok(())
}

async fn export(context: &Context, to: &Path) -> Result<()> {
    KeyFile::collect(context).await?.write(to)?;
    println!("{}: the keys; keep them apart from the backups, and only these newest ones", to.display());
    Ok(())
}
