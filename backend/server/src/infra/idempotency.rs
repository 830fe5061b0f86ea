//! A POST with an `Idempotency-Key` happens once: the answer of its success is kept for 24 hours and replayed.
//!
//! A key is its caller's own: what a colleague sends under the same one is another call. It is claimed before the call.
//! A success writes its answer under the claim in the transaction of its change ([`keep`]), so that a server which dies
//! in between leaves both or neither. Whatever else comes of the call changed nothing (a refusal, a body that broke off,
//! a client that went away), so the key is free again. A claim whose server died is taken over after
//! [`ABANDONED_SECONDS`], longer than any call takes that does not renew it ([`renew`]); and should two be at work after
//! all, the second to commit finds its claim answered and takes back what it did.
//! Answers are kept encrypted: some hold a secret that is shown once, such as a new API key's.

use crate::{
    context::Context,
    error::{Error, Result},
    guard,
    infra::{body, db, digest, tenancy},
    policy::{Origin, Scope},
    routes::Row,
};
use actix_web::{
    Error as ActixError, HttpMessage, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody, to_bytes},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{StatusCode, header},
    middleware::Next,
    web::Bytes,
};
use contract::{Call, Code, IDEMPOTENCY_HEADER, Media};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Statement, Value};
use std::time::Duration;

const KEPT_SECONDS: i64 = 24 * 3600;
const ABANDONED_SECONDS: i64 = 600;
/// How often answers that are too old are deleted.
const SWEEP: Duration = Duration::from_secs(3600);

struct Claim {
    /// The key behind its caller's id.
    key: String,
    call: &'static str,
    request_sha256: String,
}

enum Begin {
    Mine(Box<Held>),
    Replay(HttpResponse),
}

/// A claim that this call has; dropped before its answer is kept, it frees the key.
struct Held {
    context: Context,
    scope: Scope,
    is_settled: bool,
}

/// Calls the handler, or replays what it answered to the same key before.
pub async fn replay_or_call(
    context: &Context,
    scope: &Scope,
    row: &Row,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let http = request.request().clone();
    let begun = match claim(context, scope, row, &mut request).await {
        Ok(None) => return guard::call(request, next).await,
        Ok(Some(claim)) => begin(context, scope, &claim).await,
        Err(error) => Err(error),
    };
    match begun {
        Ok(Begin::Mine(held)) => {
            request.extensions_mut().insert(held.scope.clone());
            let response = guard::call(request, next).await?;
            held.settle(response).await
        }
        Ok(Begin::Replay(response)) => Ok(ServiceResponse::new(http, response)),
        Err(error) => {
            let id =
                http.extensions().get::<Origin>().map(|origin| origin.request_id.clone()).unwrap_or_default();
            Ok(ServiceResponse::new(http, error.respond(&id)))
        }
    }
}

/// Reads the key, and the digest of what is asked; a streamed body stands in by its length and digest headers.
async fn claim(
    context: &Context,
    scope: &Scope,
    row: &Row,
    request: &mut ServiceRequest,
) -> Result<Option<Claim>> {
    let Some(key) = request.headers().get(IDEMPOTENCY_HEADER) else { return Ok(None) };
    let key = key.to_str().unwrap_or_default().to_owned();
    if key.is_empty() || key.len() > 255 {
        return Err(Error::invalid_field(
            "Idempotency-Key",
            "expected 1 to 255 visible characters",
            "send a UUID",
        ));
    }
    let asked = match row.body {
        Media::Json => {
            let limit = context.config.limits.json_bytes as u64;
            let (payload, limits) = (request.take_payload(), &context.config.limits);
            let body = body::Pieces::short(request.request(), payload, limit, limits)?.all().await?;
            request.set_payload(Payload::from(body.clone()));
            body
        }
        _ => described(request.request()),
    };
    let path = request.uri().to_string();
    let request_sha256 = digest::sha256_hex(&[path.as_bytes(), b"\n", &asked].concat());
    Ok(Some(Claim { key: format!("{}/{key}", caller_of(scope)), call: row.name, request_sha256 }))
}

/// Whose key it is.
fn caller_of(scope: &Scope) -> String {
    let person = scope.user_id().map(|user| user.to_string());
    person.or_else(|| scope.key().map(|key| key.id.to_string())).unwrap_or_default()
}

fn described(request: &HttpRequest) -> Bytes {
    let header =
        |name: &str| request.headers().get(name).map(|value| value.as_bytes().to_vec()).unwrap_or_default();
    [header("content-length"), header("content-digest"), header("content-type")].join(&b'\n').into()
}

async fn begin(context: &Context, scope: &Scope, claim: &Claim) -> Result<Begin> {
    let now = context.clock.now().millis();
    let tx = context.db.begin().await?;
    let of_tenant = tenancy::sql("tenant_id", "$1");
    let forget = format!(
        "DELETE FROM idempotency_keys WHERE {of_tenant} AND key = $2 AND (created_at < $3 OR (status IS NULL AND created_at < $4))"
    );
    let values: [Value; 4] = [
        scope.tenant().into(),
        claim.key.clone().into(),
        (now - KEPT_SECONDS * 1000).into(),
        (now - ABANDONED_SECONDS * 1000).into(),
    ];
    tx.execute_raw(Statement::from_sql_and_values(context.db.backend(), forget, values)).await?;
    let insert = "INSERT INTO idempotency_keys (tenant_id, key, call, request_sha256, created_at) VALUES ($1, $2, $3, $4, $5)";
    let values: [Value; 5] = [
        scope.tenant().into(),
        claim.key.clone().into(),
        claim.call.into(),
        claim.request_sha256.clone().into(),
        now.into(),
    ];
    let inserted = tx.execute_raw(Statement::from_sql_and_values(context.db.backend(), insert, values)).await;
    match inserted {
        Ok(_) => {
            tx.commit().await?;
            let scope = scope.clone().with_claim(&claim.key);
            Ok(Begin::Mine(Box::new(Held { context: context.clone(), scope, is_settled: false })))
        }
        Err(error) if db::is_unique_violation(&error) => {
            drop(tx);
            replay(context, scope, claim).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn replay(context: &Context, scope: &Scope, claim: &Claim) -> Result<Begin> {
    let of_tenant = tenancy::sql("tenant_id", "$1");
    let sql = format!(
        "SELECT call, request_sha256, status, content_type, body FROM idempotency_keys WHERE {of_tenant} AND key = $2"
    );
    let values: [Value; 2] = [scope.tenant().into(), claim.key.clone().into()];
    let kept = Statement::from_sql_and_values(context.db.backend(), sql, values);
    let Some(row) = context.db.reader().query_one_raw(kept).await? else {
        return Err(in_progress());
    };
    stored(context, scope, &row, claim).map_err(Error::from)?
}

/// Where an answer is kept: sealed for one place, it can't be replayed in another.
fn place(scope: &Scope, key: &str) -> String {
    format!("idempotency/{}/{key}", tenancy::key(scope.tenant_id()))
}

fn stored(
    context: &Context,
    scope: &Scope,
    row: &QueryResult,
    claim: &Claim,
) -> Result<Result<Begin>, DbErr> {
    let (call, digest): (String, String) = (row.try_get("", "call")?, row.try_get("", "request_sha256")?);
    if call != claim.call || digest != claim.request_sha256 {
        let detail =
            "This Idempotency-Key was sent before with another request. Use a new key for a new request.";
        return Ok(Err(Error::new(Code::IdempotencyKeyReused, detail)));
    }
    let status: Option<i64> = row.try_get("", "status")?;
    let Some(status) = status.and_then(|status| u16::try_from(status).ok()) else {
        return Ok(Err(in_progress()));
    };
    let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::OK));
    if let Some(kind) = row.try_get::<Option<String>>("", "content_type")? {
        response.content_type(kind);
    }
    response.insert_header(("idempotency-replayed", "true"));
    let body: Option<String> = row.try_get("", "body")?;
    let body = context.secrets.open(&place(scope, &claim.key), &body.unwrap_or_default());
    Ok(body.map(|body| Begin::Replay(response.body(body))))
}

fn in_progress() -> Error {
    Error::new(
        Code::IdempotencyInProgress,
        "The first call with this Idempotency-Key is still running. Ask again in a moment.",
    )
    .retry_after(1)
}

impl Held {
    /// Keeps the answer of a success; anything else frees the key.
    async fn settle(
        mut self,
        response: ServiceResponse<BoxBody>,
    ) -> Result<ServiceResponse<BoxBody>, ActixError> {
        if !response.status().is_success() {
            self.is_settled = free(&self.context, &self.scope).await.is_ok();
            return Ok(response);
        }
        let status = response.status().as_u16();
        let kind = response.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (http, response) = response.into_parts();
        let (head, body) = response.into_parts();
        let body = to_bytes(body).await.map_err(Error::internal)?;
        let answer = Kept { status, kind, body: &String::from_utf8_lossy(&body) };
        // Most calls have kept it with their change already.
        write(&self.context, self.context.db.writer(), &self.scope, answer).await?;
        self.is_settled = true;
        Ok(ServiceResponse::new(http, head.set_body(body).map_into_boxed_body()))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.is_settled {
            return;
        }
        let (context, scope) = (self.context.clone(), self.scope.clone());
        self.context.background.start_from_drop(async move {
            if let Err(error) = free(&context, &scope).await {
                tracing::warn!(%error, "an idempotency key stays claimed until it counts as abandoned");
            }
        });
    }
}

/// Writes the answer of a call under its claim, in the transaction of its change; without a claim, nothing.
pub async fn keep<C: Call>(
    context: &Context,
    tx: &DatabaseTransaction,
    scope: &Scope,
    answer: &C::Answer,
) -> Result<()> {
    if scope.claim().is_none() {
        return Ok(());
    }
    let body = serde_json::to_string(answer)?;
    let answer = Kept { status: C::STATUS, kind: Some("application/json".to_owned()), body: &body };
    // Another call that took the claim over was faster.
    if write(context, tx, scope, answer).await? { Ok(()) } else { Err(in_progress()) }
}

/// Says that the call is at work still, for one that may take longer than [`ABANDONED_SECONDS`].
pub async fn renew(context: &Context, scope: &Scope) -> Result<()> {
    let Some(key) = scope.claim() else { return Ok(()) };
    let of_tenant = tenancy::sql("tenant_id", "$2");
    let sql = format!(
        "UPDATE idempotency_keys SET created_at = $1 WHERE {of_tenant} AND key = $3 AND status IS NULL"
    );
    let values: [Value; 3] = [context.clock.now().millis().into(), scope.tenant().into(), key.into()];
    let renewed = Statement::from_sql_and_values(context.db.backend(), sql, values);
    context.db.writer().execute_raw(renewed).await?;
    Ok(())
}

/// An answer to keep.
struct Kept<'a> {
    status: u16,
    kind: Option<String>,
    body: &'a str,
}

/// Writes an answer under the scope's claim; says whether that had none yet.
async fn write(
    context: &Context,
    db: &impl ConnectionTrait,
    scope: &Scope,
    answer: Kept<'_>,
) -> Result<bool> {
    let key = scope.claim().unwrap_or_default();
    let of_tenant = tenancy::sql("tenant_id", "$4");
    let sql = format!(
        "UPDATE idempotency_keys SET status = $1, content_type = $2, body = $3 WHERE {of_tenant} AND key = $5 AND status IS NULL"
    );
    let values: [Value; 5] = [
        i64::from(answer.status).into(),
        answer.kind.into(),
        context.secrets.seal(&place(scope, key), answer.body)?.into(),
        scope.tenant().into(),
        key.into(),
    ];
    let written = db.execute_raw(Statement::from_sql_and_values(context.db.backend(), sql, values)).await?;
    Ok(written.rows_affected() == 1)
}

/// Frees the scope's claim, unless it has its answer.
async fn free(context: &Context, scope: &Scope) -> Result<()> {
    let of_tenant = tenancy::sql("tenant_id", "$1");
    let sql = format!("DELETE FROM idempotency_keys WHERE {of_tenant} AND key = $2 AND status IS NULL");
    let values: [Value; 2] = [scope.tenant().into(), scope.claim().unwrap_or_default().into()];
    let freed = Statement::from_sql_and_values(context.db.backend(), sql, values);
    context.db.writer().execute_raw(freed).await?;
    Ok(())
}

/// Deletes the answers of every tenant that are too old to be replayed.
pub async fn sweep(context: &Context) -> Result<()> {
    let sql = "DELETE FROM idempotency_keys WHERE created_at < $1";
    let before = context.clock.now().millis() - KEPT_SECONDS * 1000;
    let old = Statement::from_sql_and_values(context.db.backend(), sql, [before.into()]);
    context.db.writer().execute_raw(old).await?;
    Ok(())
}

/// Sweeps now and then until the process ends.
pub async fn start(context: &Context) {
    let kept = context.clone();
    let work = move || {
        let context = kept.clone();
        async move {
            if let Err(error) = sweep(&context).await {
                tracing::warn!(%error, "old answers to idempotency keys could not be deleted");
            }
        }
    };
    context.background.every(SWEEP, work).await;
}
