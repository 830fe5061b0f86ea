//! Plans: what a tenant may have, from the configuration and the tenant's own exceptions.

use super::{
    meter::{Standing, TenantUse},
    repository,
    tally::{Month, month_bounds},
};
use crate::{
    config::Plan,
    context::Context,
    error::{Error, Result, fault},
    infra::{
        db::Tx,
        overload::{Gates, Lane, Places},
    },
    policy::{self, Scope},
};
use contract::{Code, TenantId};
use serde_json::{Map, Value};
use std::sync::{Arc, Mutex};

/// The plan of new tenants, and of those whose plan is no longer in the configuration.
pub const STANDARD: &str = "standard";

macro_rules! resources {
    ($($(#[$doc:meta])* $name:ident: $wire:ident, $unit:literal, $things:literal, $fix:literal;)*) => {
        /// What a plan limits by number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Resource {$( $(#[$doc])* $name, )*}

        impl Resource {
            /// Every resource.
            pub const ALL: &'static [Resource] = &[$(Resource::$name),*];

            /// The name of the quota on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Resource::$name => stringify!($wire)),* }
            }

            /// What is counted.
            pub const fn unit(self) -> &'static str {
                match self { $(Resource::$name => $unit),* }
            }

            /// How much a plan allows.
            pub const fn limit(self, plan: &Plan) -> u64 {
                match self { $(Resource::$name => plan.$wire),* }
            }

            const fn words(self) -> (&'static str, &'static str) {
                match self { $(Resource::$name => ($things, $fix)),* }
            }
        }
    };
}

resources! {
    /// Bytes of the data sets.
    StorageBytes: storage_bytes, "bytes", "bytes of data sets", "delete data sets that are no longer needed";
    /// Data sets.
    Datasets: datasets, "count", "data sets", "delete data sets that are no longer needed";
    /// Endpoints.
    Endpoints: endpoints, "count", "endpoints", "delete endpoints that are no longer called";
    /// Training runs that work at a time.
    RunningRuns: running_runs, "count", "training runs at a time", "wait until one ends or cancel one";
    /// Training runs that wait.
    QueuedRuns: queued_runs, "count", "waiting training runs", "wait until some begin or cancel some";
}

/// Refuses when `used` and `adding` together are more than the tenant's plan allows.
///
/// Count and check in the transaction that adds, after [`stand_in_line`]: then two at once can't both be the last.
pub async fn check(ctx: &Context, scope: &Scope, resource: Resource, used: u64, adding: u64) -> Result<()> {
    let limit = resource.limit(&tenant(ctx, scope).await?.plan);
    if used.saturating_add(adding) <= limit {
        return Ok(());
    }
    let (name, (things, fix)) = (resource.as_str(), resource.words());
    let message = format!("{limit} {things} are allowed, {used} are used, {adding} more were asked for");
    let detail =
        format!("The quota {name} is used up: {message}. To mend it, {fix}, or ask for a larger plan.");
    Err(Error::new(Code::QuotaExceeded, detail).with_faults(vec![fault(
        name,
        "quota_exceeded",
        message,
        fix,
    )]))
}

/// The tenant's plan with its own exceptions; asks the database only when it is not known yet.
pub async fn plan_of(ctx: &Context, scope: &Scope) -> Result<Plan> {
    Ok(tenant(ctx, scope).await?.plan.clone())
}

/// Refuses when the tenant is suspended; asks the database only when the tenant is not known yet.
pub async fn require_active(ctx: &Context, id: TenantId) -> Result<()> {
    active(ctx, id).await.map(drop)
}

/// As [`require_active`]; then takes one of the tenant's places for the call.
pub async fn enter(ctx: &Context, id: TenantId, lane: Lane, places: &mut Places) -> Result<()> {
    places.enter(&active(ctx, id).await?.gates, lane).await
}

async fn active(ctx: &Context, id: TenantId) -> Result<Arc<TenantUse>> {
    let known = match ctx.state.quotas.tenant(id) {
        Some(known) => known,
        None => tenant(ctx, &policy::scope_without_caller(id, "whether a tenant is suspended")).await?,
    };
    known.require_active()?;
    Ok(known)
}

/// Holds the tenant's row until the transaction ends, so that others who count and add wait for it.
pub async fn stand_in_line(tx: &Tx, scope: &Scope) -> Result<()> {
    repository::lock_tenant(&**tx, scope).await
}

/// What is known of the scope's tenant; asks the database when it is not known yet.
pub(super) async fn tenant(ctx: &Context, scope: &Scope) -> Result<Arc<TenantUse>> {
    let meter = &ctx.state.quotas;
    if let Some(known) = meter.tenant(scope.tenant_id()) {
        return Ok(known);
    }
    let db = ctx.db.reader();
    let before = meter.generation();
    let (plan_name, overrides, suspended_at) = repository::standing(db, scope).await?;
    let plans = &ctx.config.plans;
    let plan = plans.get(&plan_name).or_else(|| plans.get(STANDARD)).cloned();
    let plan = plan.ok_or_else(|| Error::internal("no plan `standard` is configured"))?;
    let plan = with_exceptions(plan, overrides.as_deref());
    let (month, gates) = match meter.last_known(scope.tenant_id()) {
        Some(known) => (Arc::clone(&known.month), Arc::clone(&known.gates)),
        None => {
            let today = ctx.clock.now().millis().div_euclid(86_400_000);
            let (first, next) = month_bounds(today);
            let persisted = repository::predictions(db, scope, first, next - 1).await?;
            let month = Month::new(Month::number_of(today), persisted);
            (Arc::new(Mutex::new(Arc::new(month))), Arc::new(Gates::of_tenant(&ctx.config.limits)))
        }
    };
    let standing = Standing { plan_name, plan, suspended: suspended_at.is_some() };
    Ok(meter.keep_tenant(before, TenantUse::new(scope.tenant_id(), standing, month, gates)))
}

/// The exceptions are a JSON object of quotas by name, in `tenants.quota_overrides`.
fn with_exceptions(mut plan: Plan, overrides: Option<&str>) -> Plan {
    let overrides = overrides.and_then(|text| serde_json::from_str::<Map<String, Value>>(text).ok());
    for (name, value) in overrides.into_iter().flatten() {
        let Some(value) = value.as_u64() else { continue };
        let rate = u32::try_from(value).unwrap_or(u32::MAX);
        match name.as_str() {
            "requests_per_second" => plan.requests_per_second = rate,
            "requests_burst" => plan.requests_burst = rate,
            "key_requests_per_second" => plan.key_requests_per_second = rate,
            "key_requests_burst" => plan.key_requests_burst = rate,
            "predictions_per_month" => plan.predictions_per_month = value,
            "storage_bytes" => plan.storage_bytes = value,
            "datasets" => plan.datasets = value,
            "endpoints" => plan.endpoints = value,
            "running_runs" => plan.running_runs = value,
            "queued_runs" => plan.queued_runs = value,
            _ => tracing::warn!(quota = name, "a tenant has an exception from a quota that does not exist"),
        }
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn an_exception_changes_its_quota_alone() {
        let standard = Config::load(None, &[]).unwrap().plans[STANDARD].clone();
        let plan = with_exceptions(standard.clone(), Some(r#"{"endpoints":3,"datasets":"many","no":1}"#));
        assert_eq!((plan.endpoints, plan.datasets), (3, standard.datasets));
        assert_eq!(with_exceptions(standard.clone(), Some("junk")).endpoints, standard.endpoints);
    }
}
