//! The calls on data sets.

use super::{form, reading, samples, service};
use crate::{
    error::Result,
    http::{Ctx, Json, Query, Reply, Slot, attachment, page_limit},
    policy::Scope,
};
use actix_web::{
    HttpRequest, HttpResponse,
    body::SizedStream,
    http::header::{self, HeaderValue},
    web,
};
use contract::{
    DatasetId, ListQuery, Nothing,
    datasets::{
        DeleteDataset, GetDataset, GetProfile, GetRows, ListDatasets, PreviewReading, ReadAgain, Reading,
        RowsQuery, UpdateDataset, UpdateDatasetBody, UploadDataset, UploadQuery,
    },
    samples::{ListSamples, LoadSample},
};
use futures_util::TryStreamExt;

/// `POST /v1/datasets`
pub async fn upload(
    ctx: Ctx,
    scope: Scope,
    request: HttpRequest,
    Query(query): Query<UploadQuery>,
    payload: web::Payload,
) -> Result<Reply<UploadDataset>> {
    let upload = form::open(&request, payload.into_inner(), &ctx.config.limits).await?;
    Ok(Reply(service::upload(&ctx, &scope, query, upload).await?))
}

/// `GET /v1/samples`
pub async fn list_samples(_: Ctx, _: Scope) -> Result<Reply<ListSamples>> {
    Ok(Reply(samples::list()))
}

/// `POST /v1/samples/{name}`
pub async fn load_sample(ctx: Ctx, scope: Scope, Slot(name): Slot<String>) -> Result<Reply<LoadSample>> {
    Ok(Reply(samples::load(&ctx, &scope, &name).await?))
}

/// `GET /v1/datasets`
pub async fn list(ctx: Ctx, scope: Scope, Query(query): Query<ListQuery>) -> Result<Reply<ListDatasets>> {
    let limit = page_limit(query.limit)?;
    Ok(Reply(service::list(&ctx, &scope, query.cursor.as_deref(), limit).await?))
}

/// `GET /v1/datasets/{id}`
pub async fn get(ctx: Ctx, scope: Scope, Slot(id): Slot<DatasetId>) -> Result<Reply<GetDataset>> {
    Ok(Reply(service::get(&ctx, &scope, &id).await?))
}

/// `PATCH /v1/datasets/{id}`
pub async fn update(
    ctx: Ctx,
    scope: Scope,
    Slot(id): Slot<DatasetId>,
    Json(body): Json<UpdateDatasetBody>,
) -> Result<Reply<UpdateDataset>> {
    Ok(Reply(service::rename(&ctx, &scope, &id, &body.name).await?))
}

/// `DELETE /v1/datasets/{id}`
pub async fn delete(ctx: Ctx, scope: Scope, Slot(id): Slot<DatasetId>) -> Result<Reply<DeleteDataset>> {
    service::delete(&ctx, &scope, &id).await?;
    Ok(Reply(Nothing {}))
}

/// `GET /v1/datasets/{id}/profile`
pub async fn profile(ctx: Ctx, scope: Scope, Slot(id): Slot<DatasetId>) -> Result<Reply<GetProfile>> {
    Ok(Reply(service::profile(&ctx, &scope, &id).await?))
}

/// `GET /v1/datasets/{id}/rows`
pub async fn rows(
    ctx: Ctx,
    scope: Scope,
    Slot(id): Slot<DatasetId>,
    Query(query): Query<RowsQuery>,
) -> Result<Reply<GetRows>> {
    Ok(Reply(service::rows(&ctx, &scope, &id, query.limit).await?))
}

/// `GET /v1/datasets/{id}/rejects`
pub async fn rejects(ctx: Ctx, scope: Scope, Slot(id): Slot<DatasetId>) -> Result<HttpResponse> {
    let (name, report) = service::rejects(&ctx, &scope, &id).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(attachment(&named(&name)))
        .body(report))
}

/// `POST /v1/datasets/{id}/reading/preview`
pub async fn preview_reading(
    ctx: Ctx,
    scope: Scope,
    Slot(id): Slot<DatasetId>,
    Json(body): Json<Reading>,
) -> Result<Reply<PreviewReading>> {
    Ok(Reply(reading::preview(&ctx, &scope, &id, body).await?))
}

/// `PUT /v1/datasets/{id}/reading`
pub async fn read_again(
    ctx: Ctx,
    scope: Scope,
    Slot(id): Slot<DatasetId>,
    Json(body): Json<Reading>,
) -> Result<Reply<ReadAgain>> {
    Ok(Reply(reading::read_again(&ctx, &scope, &id, body).await?))
}

/// `GET /v1/datasets/{id}/download`
pub async fn download(ctx: Ctx, scope: Scope, Slot(id): Slot<DatasetId>) -> Result<HttpResponse> {
    let file = service::download(&ctx, &scope, &id).await?;
    let pieces = file.pieces.map_err(actix_web::error::ErrorInternalServerError);
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static("text/csv")))
        .insert_header(attachment(&named(&file.name)))
        .body(SizedStream::new(file.size_bytes, pieces)))
}

/// The name of a CSV file.
fn named(name: &str) -> String {
    if name.to_ascii_lowercase().ends_with(".csv") { name.to_owned() } else { format!("{name}.csv") }
}
