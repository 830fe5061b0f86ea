//! What stands before every handler, driven by its row in the URL table:
//! place → credential → permission → fresh proof → rate → idempotency → handler, with a deadline and a net for panics.

use crate::{
    accounts, audit, auth,
    context::Context,
    error::{self, Error, Result},
    http::Ctx,
    infra::{
        body, idempotency, nul,
        overload::{Lane, Places},
        wall,
    },
    policy::{self, Action, Caller, Identity, Origin, Scope},
    quotas,
    routes::{Access, Row},
};
use actix_web::{
    Error as ActixError, HttpMessage, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};
use contract::Code;
use futures_util::FutureExt;
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

/// The middleware of a resource whose app data holds its [`Row`].
pub async fn stand_before(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let http = request.request().clone();
    let (Some(row), Some(context)) =
        (request.app_data::<&'static Row>().copied(), request.app_data::<Ctx>().cloned())
    else {
        return Ok(answer(http, &Error::internal("a route without its row")));
    };
    let mut places = Places::default();
    // Before anything that costs: the body, a password's hash, the database.
    if let Err(busy) = places.enter(&context.gates, row.lane()).await {
        return Ok(refuse(request, &busy).await);
    }
    let admitted = match admit(&context, &http, row, &mut places).await {
        Ok(admitted) => admitted,
        Err(error) => return Ok(refuse(request, &error).await),
    };
    if let Some((admission, refusal)) = admitted.as_ref().and_then(|(_, one)| Some((one, one.refusal()?))) {
        let mut response = refuse(request, &refusal).await;
        admission.write(response.headers_mut());
        return Ok(response);
    }
    // A stream that is sent after the handler has answered names its tenant by itself.
    let tenant = admitted.as_ref().map(|(scope, _)| scope.tenant().to_owned());
    let handled = async {
        if let Err(error) = nul::refuse_in_query(request.query_string()) {
            return Ok(refuse(request, &error).await);
        }
        match admitted.as_ref().filter(|_| row.is_idempotent()) {
            Some((scope, _)) => idempotency::replay_or_call(&context, scope, row, request, next).await,
            None => call(request, next).await,
        }
    };
    let handled = guarded(&context, http, row, handled);
    let mut response = match tenant {
        Some(tenant) => wall::as_tenant(&tenant, handled).await?,
        None => {
            wall::across_every_tenant(
                "a person's own things, and an operator's, are of many tenants",
                handled,
            )
            .await?
        }
    };
    if let Some((_, admission)) = admitted {
        admission.write(response.headers_mut());
    }
    if row.lane() == Lane::Streams {
        response.response_mut().extensions_mut().insert(places);
    }
    Ok(response)
}

/// Answers a request whose body nobody reads.
async fn refuse(mut request: ServiceRequest, error: &Error) -> ServiceResponse<BoxBody> {
    body::let_go(request.take_payload()).await;
    answer(request.into_parts().0, error)
}

/// Calls the handler; a problem that it answers gets the request's id.
pub async fn call(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let response = next.call(request).await?.map_into_boxed_body();
    let Some(problem) = response.response().error().map(error::as_problem) else { return Ok(response) };
    let http = response.into_parts().0;
    Ok(answer(http, &problem))
}

type Admitted = Option<(Scope, quotas::Admission)>;

async fn admit(context: &Context, request: &HttpRequest, row: &Row, places: &mut Places) -> Result<Admitted> {
    match row.access {
        Access::Public => Ok(None),
        Access::Person => {
            let identity = person(context, request).await?;
            require_fresh(context, row, &identity)?;
            request.extensions_mut().insert(identity);
            Ok(None)
        }
        Access::Operator => {
            let identity = person(context, request).await?;
            let origin = origin_of(request);
            match policy::require_operator(&context.config, &identity, &origin) {
                Ok(operator) => {
                    require_fresh(context, row, &identity)?;
                    request.extensions_mut().insert(operator)
                }
                Err(denied) => {
                    let denial = accounts::record_denial(context, &identity, &origin, row, denied.code());
                    // Apart, so that calls which are not refused carry no room for it.
                    let denial = Box::pin(denial);
                    wall::across_every_tenant("each tenant of the person hears of it", denial).await?;
                    return Err(denied);
                }
            };
            Ok(None)
        }
        Access::Tenant(action) => {
            let caller = auth::caller(context, request);
            let caller = wall::across_every_tenant("a credential says which tenant it is of", caller).await?;
            let tenant = caller.tenant_id().to_string();
            // Before the role: a suspended tenant is closed to all of its members alike.
            let inside = async {
                quotas::enter(context, caller.tenant_id(), row.lane(), places).await?;
                admit_to_tenant(context, request, row, (caller, action)).await
            };
            wall::as_tenant(&tenant, inside).await.map(Some)
        }
    }
}

/// Where the row says so, a session's proof must be fresh. A key has none to show, and no such row takes one.
fn require_fresh(context: &Context, row: &Row, identity: &Identity) -> Result<()> {
    if row.fresh { accounts::require_fresh(context, identity) } else { Ok(()) }
}

async fn person(context: &Context, request: &HttpRequest) -> Result<Arc<Identity>> {
    wall::across_every_tenant("a session is of no tenant", auth::person(context, request)).await
}

async fn admit_to_tenant(
    context: &Context,
    request: &HttpRequest,
    row: &Row,
    (caller, action): (Caller, Action),
) -> Result<(Scope, quotas::Admission)> {
    let origin = origin_of(request);
    let scope = match policy::require(&caller, action, &origin) {
        Ok(scope) => scope,
        Err(denied) => {
            // A refusal costs what an answer does, and what is refused for its rate is not recorded: probing is neither
            // free nor a way to fill the log.
            quotas::charge(context, &caller).await?;
            Box::pin(audit::record_denial(context, &caller, &origin, row, denied.code())).await?;
            return Err(denied);
        }
    };
    // After the role: nobody is asked to prove themselves for what they may not do.
    if let Caller::Member { identity, .. } = &caller
        && let Err(stale) = require_fresh(context, row, identity)
    {
        quotas::charge(context, &caller).await?;
        return Err(stale);
    }
    let admission = quotas::admit(context, &scope).await?;
    request.extensions_mut().insert(scope.clone());
    Ok((scope, admission))
}

fn origin_of(request: &HttpRequest) -> Origin {
    request.extensions().get::<Origin>().cloned().unwrap_or_default()
}

/// Runs the handler: late is 503, a panic is 500, and the connection lives on.
async fn guarded(
    context: &Context,
    http: HttpRequest,
    row: &Row,
    handled: impl Future<Output = Result<ServiceResponse<BoxBody>, ActixError>>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let net = AssertUnwindSafe(handled).catch_unwind();
    // A file takes its time; its own guard watches the pace.
    let outcome = if row.lane() == Lane::Uploads {
        Ok(net.await)
    } else {
        tokio::time::timeout(Duration::from_secs(context.config.limits.handler_seconds), net).await
    };
    match outcome {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => Ok(answer(http, &Error::internal("a handler panicked"))),
        Err(_) => {
            let late = Error::new(
                Code::Overloaded,
                "The call took too long and was given up. Try again in a moment.",
            );
            Ok(answer(http, &late.retry_after(1)))
        }
    }
}

/// The problem document as the answer to a request; what only the log may read goes there.
pub fn answer(http: HttpRequest, error: &Error) -> ServiceResponse<BoxBody> {
    let request_id = http.extensions().get::<Origin>().map(|origin| origin.request_id.clone());
    if let Some(private) = error.private().filter(|_| error.is_ours()) {
        tracing::error!(request_id, code = %error.code(), private, "a request failed");
    }
    let response: HttpResponse = error.respond(&request_id.unwrap_or_default());
    ServiceResponse::new(http, response)
}
