//! The handler of `/v1/endpoints/{name}/predict`, for every caller and form; `express` is its short cut.

use super::{negotiate, service, warned, wishes::Told};
use crate::{
    endpoints,
    error::{Error, Result},
    http::{Ctx, Slot},
    infra::body::Pieces,
    policy::Scope,
    quotas,
};
use actix_web::{HttpRequest, HttpResponse, web::Payload};
use contract::Code;
use std::time::Duration;

/// Predicts.
pub async fn predict(
    ctx: Ctx,
    scope: Scope,
    Slot(name): Slot<String>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse> {
    endpoints::allow(&ctx, &scope, &name).await?;
    let limits = &ctx.config.limits;
    let deadline = Duration::from_secs(limits.predict_seconds);
    let load = ctx.state.predictions.get_or_load(&ctx, &scope, &name);
    let served = tokio::time::timeout(deadline, load).await.map_err(|_| late())??;
    let tally = quotas::tally(&ctx, &scope, &name).await?;
    let forms = negotiate::forms(&request)?;
    let limit = limits.predict_bytes as u64;
    let body = Pieces::short(&request, payload.into_inner(), limit, limits)?.all().await?;
    let asked = Told::by_query(request.query_string())?;
    let answer = service::answer(&ctx, &served, tally, &body, forms, asked).await?;
    let mut response = HttpResponse::Ok();
    if let Some(warnings) = warned::header(&answer.warnings) {
        response.insert_header((warned::WARNINGS.clone(), warnings));
    }
    Ok(response.content_type(forms.1.media_type()).body(answer.body))
}

fn late() -> Error {
    Error::new(Code::Overloaded, "The model took too long to load. Try again in a moment.").retry_after(1)
}
