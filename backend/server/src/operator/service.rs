//! Use cases of operators.

use super::repository;
use crate::{
    accounts,
    audit::{self, Act, Entry},
    context::Context,
    error::{Error, Result, fault},
    http::{page_cursor, page_limit},
    infra::{stored, text},
    mail,
    policy::Operator,
    quotas, tenants,
};
use ::jobs::{Job, Listing, State};
use contract::{
    Page, TenantId, Timestamp,
    operator::{
        JobCount, ListJobsQuery, ListTenantsQuery, OperatorJob, OperatorTenant, PlanLimits, Plans, Platform,
        UpdateOperatorTenantBody,
    },
};

/// What may be changed of a tenant: one thing a call, so that each has its own event.
enum Change {
    Plan(String),
    Suspended(bool),
}

/// Says so when an operator of the configuration has no account: whoever signs up with the address would be one.
pub async fn start(ctx: &Context) -> Result<()> {
    for address in &ctx.config.operators {
        if !accounts::is_known(ctx, address).await? {
            tracing::warn!(
                address,
                "this operator has no account yet: whoever signs up with the address becomes operator"
            );
        }
    }
    Ok(())
}

/// Shows how the installation stands.
pub async fn platform(ctx: &Context, operator: &Operator) -> Result<Platform> {
    let db = ctx.db.reader();
    let (tenants, users) = repository::sizes(db, operator).await?;
    let count = |(kind, state, count): (String, String, i64)| JobCount {
        kind,
        state,
        count: u64::try_from(count).unwrap_or_default(),
    };
    Ok(Platform {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        database: if ctx.config.is_postgres() { "postgres" } else { "sqlite" }.to_owned(),
        storage: if ctx.config.storage.url.is_empty() { "folder" } else { "s3" }.to_owned(),
        started_at: ctx.started_at,
        tenants,
        users,
        jobs: ctx.jobs.training.tallies(db).await?.into_iter().map(count).collect(),
        mail: if ctx.config.mail.smtp_url.is_empty() { "folder" } else { "smtp" }.to_owned(),
        messages_waiting: mail::waiting(ctx).await?,
    })
}

/// The first day of this month (UTC), as usage names days.
fn month(ctx: &Context) -> String {
    format!("{}-01", ctx.clock.now().to_string().get(..7).unwrap_or_default())
}

/// Lists the tenants, newest first; counts only, so nothing is recorded.
pub async fn list_tenants(
    ctx: &Context,
    operator: &Operator,
    query: ListTenantsQuery,
) -> Result<Page<OperatorTenant>> {
    let limit = page_limit(query.limit)?;
    let before = page_cursor(query.cursor.as_deref())?;
    let pattern = query.q.as_deref().filter(|q| !q.trim().is_empty()).map(text::pattern);
    let (db, month) = (ctx.db.reader(), month(ctx));
    let tenants = repository::tenants(db, operator, pattern.as_deref(), before, (&month, limit)).await?;
    Ok(Page::cut(tenants, usize::try_from(limit).unwrap_or(usize::MAX), |tenant| tenant.id.to_string()))
}

fn about(act: Act, tenant: &OperatorTenant) -> Entry {
    Entry::success(act).target("tenant", tenant.id, Some(&tenant.name))
}

/// Shows a tenant; the tenant's log tells of the look.
pub async fn view(ctx: &Context, operator: &Operator, id: TenantId) -> Result<OperatorTenant> {
    let scope = operator.scope_of(id);
    let tx = ctx.db.begin().await?;
    let tenant = repository::tenant(&*tx, &scope, &month(ctx)).await?;
    audit::record(ctx, &tx, &scope, about(Act::OperatorTenantViewed, &tenant)).await?;
    tx.commit().await?;
    Ok(tenant)
}

fn checked(ctx: &Context, body: UpdateOperatorTenantBody) -> Result<Change> {
    match (body.plan, body.suspended) {
        (Some(plan), None) if ctx.config.plans.contains_key(&plan) => Ok(Change::Plan(plan)),
        (Some(plan), None) => {
            let known: Vec<_> = ctx.config.plans.keys().map(String::as_str).collect();
            let message = format!("there is no plan {plan:?}");
            Err(Error::invalid_field("#/plan", message, format!("send one of {}", known.join(", "))))
        }
        (None, Some(suspended)) => Ok(Change::Suspended(suspended)),
        (Some(_), Some(_)) => Err(Error::invalid(vec![fault(
            "#/suspended",
            "not_allowed",
            "a call changes one thing, so that each change has its own event",
            "send plan and suspended in two calls",
        )])),
        (None, None) => Err(Error::invalid_field("#/plan", "nothing to change", "send plan or suspended")),
    }
}

/// How many training runs of the tenant may run at once, as the queue knows it: standard is what it knows by itself.
fn running_limit(ctx: &Context, tenant: &OperatorTenant) -> Option<u64> {
    match tenant.suspended_at {
        Some(_) => Some(0),
        None if tenant.plan == quotas::STANDARD => None,
        None => ctx.config.plans.get(&tenant.plan).map(|plan| plan.running_runs),
    }
}

/// Gives a tenant another plan, suspends it or lets it in again. It holds from the next request on.
pub async fn update(
    ctx: &Context,
    operator: &Operator,
    id: TenantId,
    body: UpdateOperatorTenantBody,
) -> Result<OperatorTenant> {
    let change = checked(ctx, body)?;
    let scope = operator.scope_of(id);
    let month = month(ctx);
    let mut tx = ctx.db.begin().await?;
    tenants::lock(&tx, &scope).await?;
    let before = repository::tenant(&*tx, &scope, &month).await?;
    let act = match change {
        Change::Plan(plan) => {
            tenants::set_plan(ctx, &mut tx, &scope, &plan).await?;
            Act::TenantPlanChanged
        }
        // Who is suspended already stays so since then.
        Change::Suspended(true) => {
            let since = before.suspended_at.unwrap_or_else(|| ctx.clock.now());
            tenants::set_suspended(ctx, &mut tx, &scope, Some(since)).await?;
            Act::TenantSuspended
        }
        Change::Suspended(false) => {
            tenants::set_suspended(ctx, &mut tx, &scope, None).await?;
            Act::TenantResumed
        }
    };
    let after = repository::tenant(&*tx, &scope, &month).await?;
    ctx.jobs.limit(&*tx, &scope, running_limit(ctx, &after)).await?;
    let entry = about(act, &after).change("/plan", &before.plan, &after.plan).change(
        "/suspended_at",
        before.suspended_at,
        after.suspended_at,
    );
    audit::record(ctx, &tx, &scope, entry).await?;
    tx.commit().await?;
    ctx.jobs.announce();
    Ok(after)
}

/// The plans of the configuration, by name.
pub fn plans(ctx: &Context) -> Result<Plans> {
    let told = |(name, plan): (&String, &crate::config::Plan)| -> Result<PlanLimits> {
        let limits = serde_json::from_value(serde_json::to_value(plan)?)?;
        Ok(PlanLimits { name: name.clone(), limits })
    };
    Ok(Plans { data: ctx.config.plans.iter().map(told).collect::<Result<_>>()? })
}

/// Lists the jobs of the queue, newest first.
pub async fn jobs(ctx: &Context, query: ListJobsQuery) -> Result<Page<OperatorJob>> {
    let limit = page_limit(query.limit)?;
    let listing = Listing {
        state: query.state.as_deref().map(state).transpose()?,
        before: query.cursor.as_deref().map(place).transpose()?,
        limit: limit + 1,
    };
    let jobs = ctx.jobs.training.newest(ctx.db.reader(), &listing).await?;
    let jobs = jobs.into_iter().map(wire).collect::<Result<Vec<_>>>()?;
    let cursor = |job: &OperatorJob| format!("{}.{}", job.queued_at.millis(), job.id);
    Ok(Page::cut(jobs, usize::try_from(limit).unwrap_or(usize::MAX), cursor))
}

fn state(word: &str) -> Result<State> {
    State::parse(word).ok_or_else(|| {
        let known = State::ALL.map(State::as_str).join(", ");
        let message = format!("there is no state {word:?}");
        Error::invalid_field("state", message, format!("send one of {known}"))
    })
}

fn place(cursor: &str) -> Result<(i64, String)> {
    let parts = cursor.split_once('.').and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned())));
    parts.ok_or_else(|| {
        let fix = "send next_cursor of the page before";
        Error::invalid_field("cursor", "this cursor is not one of ours", fix)
    })
}

fn wire(job: Job) -> Result<OperatorJob> {
    Ok(OperatorJob {
        tenant_id: stored::id(&job.tenant_id)?,
        id: job.id,
        kind: job.kind,
        state: job.state.as_str().to_owned(),
        attempt: u32::try_from(job.attempt).unwrap_or_default(),
        worker: job.lease_owner,
        queued_at: Timestamp::from_millis(job.created_at),
        leased_until: job.lease_expires_at.map(Timestamp::from_millis),
        error: job.last_error,
    })
}
