//! L2: every model's artefact and every ready data set's file is in the storage as its row says.

use super::{
    Report,
    repository::{self, Stored},
};
use crate::{context::Context, error::Result, infra::digest};
use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};

/// Holds rows and storage against each other.
pub async fn check(context: &Context, report: &mut Report) -> Result<()> {
    let artefacts = repository::artefacts(context.db.reader()).await?;
    for artefact in &artefacts {
        if let Some(detail) = fault_of_artefact(context, artefact).await? {
            report.breach("L2", &artefact.tenant, &artefact.id, detail);
        }
    }
    let files = repository::ready_datasets(context.db.reader()).await?;
    for file in &files {
        match context.storage.size(&file.key).await? {
            None => report.breach("L2", &file.tenant, &file.id, "its file is missing"),
            Some(size) if size != file.size_bytes => {
                report.breach(
                    "L2",
                    &file.tenant,
                    &file.id,
                    format!("its file has {size} bytes, its row says {}", file.size_bytes),
                );
            }
            Some(_) => {}
        }
    }
    let counted =
        format!("storage: {} artefacts by SHA-256, {} data sets by size", artefacts.len(), files.len());
    report.looked_at("L2", counted);
    Ok(())
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
