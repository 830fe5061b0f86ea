//! The quotas with their use, when each starts again and what happens at its limit; and what the month will come to.

use crate::{
    client::Remote,
    i18n::{Key, fill, say, tr},
    model::{
        daily::{Forecast, forecast},
        figure::{grouped, percent},
        moment,
    },
    pages::words,
    ui::{Badge, Card, Empty, Gap, Loaded, Meter, Muted, Notice, Sign, Stack, Tone},
};
use contract::{
    Timestamp,
    quotas::{Quota, Quotas},
};
use leptos::prelude::*;

/// The quotas.
#[component]
pub fn Limits(
    /// The quotas.
    quotas: Remote<Quotas>,
) -> impl IntoView {
    let plan = move || {
        quotas.value().map(|quotas| {
            let text = move || fill(Key::usage_plan, &[("plan", &quotas.plan)]);
            view! { <Badge text/> }
        })
    };
    let view = |quotas: Quotas| {
        if quotas.data.is_empty() {
            return view! {
                <Empty sign=Sign::Info title=tr(Key::quotas_none) text=tr(Key::quotas_none_text) small=true/>
            }
            .into_any();
        }
        let ahead = quotas.data.iter().find_map(ahead);
        let meters = quotas.data.into_iter().map(meter).collect_view();
        view! { <Stack>{ahead}{meters}</Stack> }.into_any()
    };
    view! { <Card title=tr(Key::home_quotas) aside=move || plan><Loaded remote=quotas view flush=true/></Card> }
}

fn meter(quota: Quota) -> impl IntoView {
    let (used, limit) = (quota.used, quota.limit);
    let amounts = (words::quota_amount(&quota, used), words::quota_amount(&quota, limit));
    let text = move || fill(Key::quota_use, &[("used", &amounts.0), ("limit", &amounts.1)]);
    let at_limit = at_limit(&quota.name);
    let resets = quota.resets_at.map(|at| {
        let text = move || fill(Key::usage_resets, &[("date", &moment::exact(at.millis()))]);
        view! { <p><Muted>{text}</Muted></p> }
    });
    view! {
        <Stack gap=Gap::Tight>
            <Meter name=move || words::quota(&quota.name) text used limit/>
            {at_limit.map(|key| view! { <p><Muted>{tr(key)}</Muted></p> })}
            {resets}
        </Stack>
    }
}

/// What happens at the limit of a quota.
fn at_limit(name: &str) -> Option<Key> {
    Some(match name {
        "predictions_per_month" => Key::usage_limit_predictions,
        "storage_bytes" => Key::usage_limit_storage,
        "datasets" => Key::usage_limit_datasets,
        "endpoints" => Key::usage_limit_endpoints,
        "running_runs" => Key::usage_limit_running,
        "queued_runs" => Key::usage_limit_queued,
        "requests_per_second" => Key::usage_limit_requests,
        _ => return None,
    })
}

/// What the month's predictions will come to.
fn ahead(quota: &Quota) -> Option<AnyView> {
    let resets_at = quota.resets_at.filter(|_| quota.name == "predictions_per_month")?;
    let (used, limit) = (quota.used, quota.limit);
    let told = forecast(used, limit, js_sys::Date::now() as i64, resets_at.millis());
    let tone = match told {
        _ if limit > 0 && used >= limit => Tone::Bad,
        Some(Forecast { full_at: Some(_), .. }) => Tone::Warn,
        _ => Tone::Plain,
    };
    Some(view! { <Notice tone text=move || sentence(told, used, limit)/> }.into_any())
}

fn sentence(told: Option<Forecast>, used: u64, limit: u64) -> String {
    if limit > 0 && used >= limit {
        return say(Key::usage_forecast_full).to_owned();
    }
    let Some(Forecast { expected, full_at }) = told else {
        return say(Key::usage_forecast_early).to_owned();
    };
    let (count, share) = (grouped(expected), percent(expected, limit));
    match full_at {
        Some(at) => {
            let day = Timestamp::from_millis(at).date();
            fill(Key::usage_forecast_over, &[("count", &count), ("share", &share), ("day", &day)])
        }
        None => fill(Key::usage_forecast, &[("count", &count), ("share", &share)]),
    }
}
