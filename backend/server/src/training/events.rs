//! The steps of a run as a list, or as a stream that replays what the caller missed and ends with the run.

use super::{repository, service};
use crate::{
    context::Context,
    error::Result,
    infra::{background::Stopping, wall},
    policy::Scope,
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{ACCEPT, CACHE_CONTROL},
    web::Bytes,
};
use contract::{
    RunId,
    training::{RunEvent, RunEvents},
};
use futures_util::stream;
use std::time::Duration;

/// How often the database is asked for new steps.
const LOOK: Duration = Duration::from_millis(250);
/// After this long without a step a comment is sent, so that proxies keep the line open.
const QUIET: u32 = 40;
const MOST: u64 = 10_000;

/// Answers by what the caller accepts.
pub async fn answer(
    context: &Context,
    scope: &Scope,
    id: RunId,
    request: &HttpRequest,
) -> Result<HttpResponse> {
    // Absent and foreign runs are refused before a stream begins.
    service::get(context, scope, id).await?;
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let after = header("last-event-id").parse().unwrap_or(0);
    if !header(ACCEPT.as_str()).contains("text/event-stream") {
        let data = repository::events(context.db.reader(), scope, id, after, MOST).await?;
        return Ok(HttpResponse::Ok().json(RunEvents { data }));
    }
    let line = Line {
        context: context.clone(),
        scope: scope.clone(),
        id,
        after,
        quiet: 0,
        ended: false,
        stopping: context.background.stopping(),
    };
    let body = stream::unfold(line, |mut line| async move { line.next().await.map(|piece| (piece, line)) });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(body))
}

struct Line {
    context: Context,
    scope: Scope,
    id: RunId,
    after: i64,
    quiet: u32,
    ended: bool,
    stopping: Stopping,
}

impl Line {
    /// The next piece of the stream; none when the run has ended and all of it was told.
    async fn next(&mut self) -> Option<Result<Bytes>> {
        while !self.ended && !self.stopping.is_set() {
            // The handler that named the tenant is long done.
            let tenant = self.scope.tenant().to_owned();
            let events = match wall::as_tenant(&tenant, self.look()).await {
                Ok(events) => events,
                Err(error) => return Some(Err(error)),
            };
            if !events.is_empty() {
                self.quiet = 0;
                return Some(
                    events.iter().map(frame).collect::<Result<Vec<_>>>().map(|frames| frames.concat().into()),
                );
            }
            self.quiet += 1;
            if self.quiet.is_multiple_of(QUIET) {
                return Some(Ok(Bytes::from_static(b": still here\n\n")));
            }
            let _ = tokio::time::timeout(LOOK, self.stopping.wait()).await;
        }
        None
    }

    async fn look(&mut self) -> Result<Vec<RunEvent>> {
        // The status is read first: steps that came with the end are then surely among those read after it.
        let ended = service::get(&self.context, &self.scope, self.id).await?.status.is_final();
        let events =
            repository::events(self.context.db.reader(), &self.scope, self.id, self.after, MOST).await?;
        match events.last() {
            Some(last) => self.after = i64::try_from(last.sequence).unwrap_or(i64::MAX),
            None => self.ended = ended,
        }
        Ok(events)
    }
}

fn frame(event: &RunEvent) -> Result<String> {
    let data = serde_json::to_string(event)?;
    Ok(format!("id: {}\nevent: {}\ndata: {data}\n\n", event.sequence, event.kind))
}
