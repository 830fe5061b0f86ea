//! The routes of the audit log.

use super::service;
use crate::{
    error::Result,
    http::{Ctx, Query, Reply, Slot},
    policy::Scope,
};
use actix_web::{HttpResponse, http::header};
use contract::{
    EventId,
    audit::{AuditQuery, GetAuditEvent, ListAuditActions, ListAuditEvents, VerifyAuditEvents},
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
        .streaming(Box::pin(pieces)))
}

/// Whether the chain holds.
pub async fn verify(ctx: Ctx, scope: Scope) -> Result<Reply<VerifyAuditEvents>> {
    Ok(Reply(service::verify(&ctx, &scope).await?))
}

/// What may stand in the log.
pub async fn actions() -> Reply<ListAuditActions> {
    Reply(service::actions())
}
