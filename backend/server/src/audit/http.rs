//! The routes of the audit log.

use super::{service, signed};
use crate::{
    error::Result,
    http::{Ctx, Query, Reply, Slot},
    policy::Scope,
};
use actix_web::{HttpResponse, http::header};
use contract::{
    EventId,
    audit::{
        AuditQuery, GetAuditEvent, GetAuditPublicKey, ListAuditActions, ListAuditEvents, VerifyAuditEvents,
    },
};

/// A page of the log.
pub async fn list(ctx: Ctx, scope: Scope, Query(query): Query<AuditQuery>) -> Result<Reply<ListAuditEvents>> {
    Ok(Reply(service::list(&ctx, &scope, query).await?))
}

/// An event.
pub async fn get(ctx: Ctx, scope: Scope, Slot(id): Slot<EventId>) -> Result<Reply<GetAuditEvent>> {
    Ok(Reply(service::get(&ctx, &scope, id).await?))
}

/// The log as a file.
pub async fn export(ctx: Ctx, scope: Scope, Query(query): Query<AuditQuery>) -> Result<HttpResponse> {
    let (format, pieces) = service::export(&ctx, &scope, query).await?;
    let disposition = format!("attachment; filename=\"{}\"", format.file_name());
    Ok(HttpResponse::Ok()
        .content_type(format.media_type())
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .streaming(pieces))
}

/// Whether the chain holds.
pub async fn verify(ctx: Ctx, scope: Scope) -> Result<Reply<VerifyAuditEvents>> {
    Ok(Reply(service::verify(&ctx, &scope).await?))
}

/// An event with what proves it, as a file.
pub async fn prove(ctx: Ctx, scope: Scope, Slot(id): Slot<EventId>) -> Result<HttpResponse> {
    let proof = signed::prove(&ctx, &scope, id).await?;
    let disposition = format!("attachment; filename=\"{id}-proof.json\"");
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_DISPOSITION, disposition)).json(proof))
}

/// The key that verifies what was signed.
pub async fn public_key(ctx: Ctx) -> Reply<GetAuditPublicKey> {
    Reply(service::public_key(&ctx))
}

/// What may stand in the log.
pub async fn actions() -> Reply<ListAuditActions> {
    Reply(service::actions())
}
