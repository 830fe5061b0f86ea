//! Letting a call in: one token of its key (or person) and one of its tenant.

use super::{
    bucket::Level,
    meter::{CallerUse, Payer, TenantUse},
    plan,
    tally::Tally,
};
use crate::{
    context::Context,
    error::{Error, Result},
    infra::overload::Gate,
    policy::{self, Caller, Scope},
};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use contract::Code;
use std::sync::Arc;

/// A call that was let in or refused, with what is left for the next.
#[derive(Debug)]
pub struct Admission {
    caller: Arc<CallerUse>,
    level: Level,
    of: Of,
}

/// Whose bucket the headers tell of: the one with less left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Caller,
    Tenant,
}

static POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
static LIMIT: HeaderName = HeaderName::from_static("ratelimit");

impl Admission {
    /// Why the call was refused; none when it was let in.
    pub fn refusal(&self) -> Option<Error> {
        let wait = self.level.wait_seconds;
        if wait == 0 {
            return None;
        }
        let detail = match self.of {
            Of::Caller => format!(
                "This caller sends more calls a second than it may. Wait {wait} s, or spread the calls."
            ),
            Of::Tenant => format!(
                "All callers of the tenant together send more calls a second than the plan allows. Wait {wait} s, or spread the calls."
            ),
        };
        Some(Error::new(Code::RateLimited, detail).retry_after(wait))
    }

    /// Writes the headers `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10).
    pub fn write(&self, headers: &mut HeaderMap) {
        let bucket = match self.of {
            Of::Caller => &self.caller.bucket,
            Of::Tenant => &self.caller.tenant.bucket,
        };
        headers.insert(POLICY.clone(), bucket.policy().clone());
        let mut text = Vec::with_capacity(32);
        text.extend_from_slice(b"\"burst\";r=");
        text.extend_from_slice(itoa::Buffer::new().format(self.level.left).as_bytes());
        text.extend_from_slice(b";t=");
        text.extend_from_slice(itoa::Buffer::new().format(self.level.full_in_seconds).as_bytes());
        if let Ok(value) = HeaderValue::from_maybe_shared(bytes::Bytes::from(text)) {
            headers.insert(LIMIT.clone(), value);
        }
    }

    /// The gate of the tenant's short calls.
    pub fn gate(&self) -> &Gate {
        self.caller.tenant.gates.calls()
    }

    /// Begins to count a predict call of an endpoint that exists.
    pub fn tally(&self, ctx: &Context, endpoint: &str) -> Tally {
        Tally::open(ctx, &self.caller, endpoint)
    }
}

/// Lets a call in if the rates of its key (or person) and its tenant allow; else [`Admission::refusal`] says why not.
/// An error means that the tenant is suspended, or that its plan could not be read.
pub async fn admit(ctx: &Context, scope: &Scope) -> Result<Admission> {
    let caller = caller(ctx, scope).await?;
    caller.tenant.require_active()?;
    let now = ctx.state.quotas.now(ctx);
    let (level, of) = match caller.bucket.take(now) {
        Err(refused) => (refused, Of::Caller),
        Ok(own) => match caller.tenant.bucket.take(now) {
            Err(refused) => {
                caller.bucket.put_back();
                (refused, Of::Tenant)
            }
            Ok(all) if all.left < own.left => (all, Of::Tenant),
            Ok(_) => (own, Of::Caller),
        },
    };
    Ok(Admission { caller, level, of })
}

/// Takes a token of a caller who is refused, of their own bucket alone: nobody uses up a tenant's by what they may not
/// do. Refuses for the rate once there is none.
pub async fn charge(ctx: &Context, caller: &Caller) -> Result<()> {
    let payer = Payer::of_caller(caller);
    let meter = &ctx.state.quotas;
    let caller = match meter.caller(&payer) {
        Some(known) => known,
        None => {
            let scope = policy::scope_without_caller(payer.tenant_id, "what a refusal costs");
            meter.keep_caller(&payer, plan::tenant(ctx, &scope).await?)
        }
    };
    let level = caller.bucket.take(meter.now(ctx)).err();
    let refusal = level.and_then(|level| Admission { caller, level, of: Of::Caller }.refusal());
    refusal.map_or(Ok(()), Err)
}

/// The scope's caller; asks the database when the tenant is not known yet.
pub(super) async fn caller(ctx: &Context, scope: &Scope) -> Result<Arc<CallerUse>> {
    let (meter, payer) = (&ctx.state.quotas, Payer::of(scope));
    match meter.caller(&payer) {
        Some(caller) => Ok(caller),
        None => {
            let tenant: Arc<TenantUse> = plan::tenant(ctx, scope).await?;
            Ok(meter.keep_caller(&payer, tenant))
        }
    }
}
