//! L2: every tenant's key opens, and every model's artefact and every ready data set's file is in the storage as its
//! row says.

use super::{
    Report,
    repository::{self, Stored},
};
use crate::{
    context::Context,
    error::Result,
    infra::{digest, stored},
};
use contract::Code;
use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// Holds rows and storage against each other.
pub async fn check(context: &Context, report: &mut Report) -> Result<()> {
    let closed = check_keys(context, report).await?;
    let is_open = |stored: &Stored| !closed.contains(&stored.tenant);
    let artefacts = repository::artefacts(context.db.reader()).await?;
    for artefact in artefacts.iter().filter(|artefact| is_open(artefact)) {
        if let Some(detail) = told(fault_of_artefact(context, artefact).await)? {
            report.breach("L2", &artefact.tenant, &artefact.id, detail);
        }
    }
    let files = repository::ready_datasets(context.db.reader()).await?;
    for file in files.iter().filter(|file| is_open(file)) {
        if let Some(detail) = told(fault_of_file(context, file).await)? {
            report.breach("L2", &file.tenant, &file.id, detail);
        }
    }
    let counted =
        format!("storage: {} artefacts by SHA-256, {} data sets by size", artefacts.len(), files.len());
    report.looked_at("L2", counted);
    Ok(())
}

/// Opens the key of every tenant; the tenants whose key does not open, of which nothing else can be told.
async fn check_keys(context: &Context, report: &mut Report) -> Result<BTreeSet<String>> {
    let tenants = repository::living_tenants(context.db.reader()).await?;
    let mut closed = BTreeSet::new();
    for tenant in &tenants {
        let opened = context.vault.keys(stored::id(tenant)?).await.map(|_| None);
        if let Some(detail) = told(opened)? {
            report.breach("L2", tenant, "its key", detail);
            closed.insert(tenant.clone());
        }
    }
    report.looked_at("L2", format!("keys: {} tenants, each opens", tenants.len()));
    Ok(closed)
}

/// What can't be opened breaks the law; what can't be reached proves nothing.
fn told(found: Result<Option<String>>) -> Result<Option<String>> {
    match found {
        Err(error) if error.code() == Code::Internal => {
            let detail = error.private().unwrap_or(error.detail()).to_owned();
            Ok(Some(detail))
        }
        other => other,
    }
}

async fn fault_of_file(context: &Context, file: &Stored) -> Result<Option<String>> {
    let fault = match context.storage.size(&file.key).await? {
        None => "its file is missing".to_owned(),
        Some(size) if size != file.size_bytes => {
            format!("its file has {size} bytes, its row says {}", file.size_bytes)
        }
        // That its header opens shows that it was not swapped.
        Some(_) => {
            context.storage.head(&file.key, 1).await?;
            return Ok(None);
        }
    };
    Ok(Some(fault))
}

async fn fault_of_artefact(context: &Context, artefact: &Stored) -> Result<Option<String>> {
    let Some(size) = context.storage.size(&artefact.key).await? else {
        return Ok(Some("its artefact is missing".to_owned()));
    };
    if size != artefact.size_bytes {
        return Ok(Some(format!("its artefact has {size} bytes, its row says {}", artefact.size_bytes)));
    }
    let mut pieces = context.storage.stream(&artefact.key).await?;
    let mut digest = Sha256::new();
    while let Some(piece) = pieces.try_next().await? {
        digest.update(&piece);
    }
    let matches = artefact.sha256.as_deref() == Some(digest::hex(&digest.finalize()).as_str());
    Ok((!matches).then(|| "its artefact does not have the SHA-256 of its row".to_owned()))
}
