//! The quotas and how much of each is used.

use crate::{
    client::Remote,
    i18n::{Key, fill, tr},
    pages::words,
    ui::{Card, Empty, Loaded, Meter, Sign, Stack},
};
use contract::quotas::{Quota, Quotas};
use leptos::prelude::*;

/// A bar a quota.
#[component]
pub fn Limits(
    /// The quotas.
    quotas: Remote<Quotas>,
) -> impl IntoView {
    let view = |quotas: Quotas| {
        if quotas.data.is_empty() {
            return view! { <Empty sign=Sign::Info title=tr(Key::quotas_none) text=tr(Key::quotas_none_text) small=true/> }
                .into_any();
        }
        view! { <Stack>{quotas.data.into_iter().map(bar).collect_view()}</Stack> }.into_any()
    };
    view! { <Card title=tr(Key::home_quotas)><Loaded remote=quotas view flush=true/></Card> }
}

fn bar(quota: Quota) -> impl IntoView {
    let (used, limit) = (quota.used, quota.limit);
    let amounts = (words::quota_amount(&quota, used), words::quota_amount(&quota, limit));
    let text = move || fill(Key::quota_use, &[("used", &amounts.0), ("limit", &amounts.1)]);
    view! { <Meter name=move || words::quota(&quota.name) text used limit/> }
}
