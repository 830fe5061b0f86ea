//! Use cases of quotas and usage.

use super::{
    plan::{self, Resource},
    repository::{self, Slot},
    tally::{Counts, Line, Month, date_of, day_of, month_bounds},
};
use crate::{
    context::Context,
    error::{Error, Result, fault},
    policy::{self, Scope},
};
use contract::{
    Fault, TenantId, Timestamp,
    quotas::{Quota, Quotas, Usage, UsageBy, UsageQuery},
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::Duration,
};
use time::{Date, macros::format_description};

/// How often counts are written: what a killed process may lose.
pub const FLUSH_PERIOD: Duration = Duration::from_secs(2);
const DAY_MILLIS: i64 = 86_400_000;
/// The longest span of usage in one answer.
const MOST_DAYS: i64 = 366;

/// Writes counts every [`FLUSH_PERIOD`] and once more when the process ends.
pub async fn start(ctx: &Context) {
    let kept = ctx.clone();
    let work = move || {
        let ctx = kept.clone();
        async move {
            if let Err(error) = flush(&ctx).await {
                tracing::warn!(%error, "usage could not be written; it is kept and tried again");
            }
        }
    };
    ctx.background.every(FLUSH_PERIOD, work).await;
}

/// Writes the counts of this process, adding to what stands there; on failure nothing is lost.
pub async fn flush(ctx: &Context) -> Result<()> {
    let meter = &ctx.state.quotas;
    let _one_at_a_time = meter.flushing.lock().await;
    meter.drop_idle_callers(meter.now(ctx));
    let lines = meter.lines_with_counts();
    if lines.is_empty() {
        return Ok(());
    }
    let taken: Vec<(Arc<Line>, Counts)> =
        lines.into_iter().map(|line| (Arc::clone(&line), line.take())).collect();
    match write(ctx, &taken).await {
        Ok(sums) => {
            settle(&taken, &sums);
            Ok(())
        }
        Err(error) => {
            taken.iter().for_each(|(line, counts)| line.put_back(*counts));
            Err(error)
        }
    }
}

/// A tenant's month.
type MonthOf = (TenantId, i32);

/// Adds the counts and reads what the months hold then, other servers' counts among them.
async fn write(ctx: &Context, taken: &[(Arc<Line>, Counts)]) -> Result<HashMap<MonthOf, u64>> {
    // Several persons share the group `session`; the order of the rows is the same on every server.
    let mut rows = BTreeMap::<Slot, Counts>::new();
    for (line, counts) in taken {
        let day = date_of(line.day).to_string();
        let slot = (line.tenant.to_string(), day, line.group.clone(), line.endpoint.clone());
        let sum = rows.entry(slot).or_default();
        sum.requests += counts.requests;
        sum.predictions += counts.predictions;
        sum.errors += counts.errors;
    }
    let rows: Vec<_> = rows.into_iter().collect();
    let tx = ctx.db.begin().await?;
    repository::add(&*tx, &rows).await?;
    let mut sums = HashMap::new();
    for (line, _) in taken {
        let month = (line.tenant, line.month.number);
        if sums.contains_key(&month) {
            continue;
        }
        let scope = policy::scope_without_caller(line.tenant, "counting usage");
        let (first, next) = month_bounds(line.day);
        sums.insert(month, repository::predictions(&*tx, &scope, first, next - 1).await?);
    }
    tx.commit().await?;
    Ok(sums)
}

fn settle(taken: &[(Arc<Line>, Counts)], sums: &HashMap<MonthOf, u64>) {
    for (line, counts) in taken {
        let sum = sums.get(&(line.tenant, line.month.number)).copied();
        line.month.written(counts.predictions, sum.unwrap_or_else(|| line.month.used()));
    }
}

/// The tenant's quotas with their use.
pub async fn quotas(ctx: &Context, scope: &Scope) -> Result<Quotas> {
    let tenant = plan::tenant(ctx, scope).await?;
    let today = ctx.clock.now().millis().div_euclid(DAY_MILLIS);
    let (_, next_month) = month_bounds(today);
    let rate = u64::from(tenant.plan.requests_per_second);
    let mut data = vec![
        Quota {
            name: "requests_per_second".to_owned(),
            limit: rate,
            used: tenant.bucket.used(ctx.state.quotas.now(ctx)).min(rate),
            unit: "requests".to_owned(),
            resets_at: None,
        },
        Quota {
            name: "predictions_per_month".to_owned(),
            limit: tenant.plan.predictions_per_month,
            used: Month::used(&tenant.month_of(today)),
            unit: "rows".to_owned(),
            resets_at: Some(Timestamp::from_millis(next_month * DAY_MILLIS)),
        },
    ];
    for resource in Resource::ALL {
        data.push(Quota {
            name: resource.as_str().to_owned(),
            limit: resource.limit(&tenant.plan),
            used: repository::used(ctx.db.reader(), scope, *resource).await?,
            unit: resource.unit().to_owned(),
            resets_at: None,
        });
    }
    Ok(Quotas { plan: tenant.plan_name.clone(), data })
}

/// The tenant's usage; what this server counted is written first, so that a caller sees their own calls.
pub async fn usage(ctx: &Context, scope: &Scope, query: UsageQuery) -> Result<Usage> {
    let today = ctx.clock.now().millis().div_euclid(DAY_MILLIS);
    let (from, to) = span(&query, today)?;
    flush(ctx).await?;
    let by = query.by.unwrap_or(UsageBy::Day);
    let (from, to) = (from.to_string(), to.to_string());
    let data = repository::usage(ctx.db.reader(), scope, by, &from, &to).await?;
    Ok(Usage { from, to, by, data })
}

fn span(query: &UsageQuery, today: i64) -> Result<(Date, Date)> {
    let mut faults = Vec::new();
    let to = date("to", query.to.as_deref(), &mut faults).unwrap_or_else(|| date_of(today));
    let first = || date_of(month_bounds(day_of(to).min(today)).0);
    let from = date("from", query.from.as_deref(), &mut faults).unwrap_or_else(first);
    let days = day_of(to) - day_of(from) + 1;
    if faults.is_empty() && days < 1 {
        let message = format!("expected a day up to {to}, got {from}");
        faults.push(fault("from", "invalid_value", message, "send a first day that is not after the last"));
    }
    if faults.is_empty() && days > MOST_DAYS {
        let message = format!("expected {MOST_DAYS} days at most, got {days}");
        faults.push(fault("from", "invalid_value", message, "ask for a shorter span"));
    }
    if faults.is_empty() { Ok((from, to)) } else { Err(Error::invalid(faults)) }
}

fn date(name: &str, text: Option<&str>, faults: &mut Vec<Fault>) -> Option<Date> {
    let text = text?;
    let date = Date::parse(text, format_description!("[year]-[month]-[day]")).ok();
    let sane = date.filter(|date| (1970..=9999).contains(&date.year()));
    if sane.is_none() {
        let shown: String = text.chars().take(40).collect();
        let message = format!("expected a day such as 2026-11-01, got {shown:?}");
        faults.push(fault(name, "invalid_value", message, "send year, month and day with hyphens"));
    }
    sane
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(from: Option<&str>, to: Option<&str>) -> UsageQuery {
        UsageQuery { from: from.map(str::to_owned), to: to.map(str::to_owned), by: None }
    }

    #[test]
    fn the_span_is_this_month_until_today_unless_told() {
        let today = day_of(time::macros::date!(2026 - 11 - 23));
        let (from, to) = span(&ask(None, None), today).unwrap();
        assert_eq!((from.to_string(), to.to_string()), ("2026-11-01".to_owned(), "2026-11-23".to_owned()));
        let (from, _) = span(&ask(None, Some("2026-02-28")), today).unwrap();
        assert_eq!(from.to_string(), "2026-02-01");
    }

    #[test]
    fn days_that_are_none_reversed_or_too_many_are_refused() {
        for (from, to) in [
            (Some("2026-02-30"), None),
            (Some("yesterday"), Some("today")),
            (Some("2026-03-01"), Some("2026-02-01")),
            (Some("2020-01-01"), Some("2026-01-01")),
            (Some("-9999-01-01"), None),
        ] {
            assert!(span(&ask(from, to), 20_000).is_err(), "{from:?} {to:?}");
        }
        let both = span(&ask(Some("x"), Some("y")), 20_000).unwrap_err();
        assert_eq!(both.problem("").errors.len(), 2);
    }
}
