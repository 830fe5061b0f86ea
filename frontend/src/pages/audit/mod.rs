//! The audit log: filtered by the address, read a page at a time, each entry opening to what changed; its chain verified on demand.

mod chain;
mod entries;
mod entry;
mod filters;
mod words;

pub use words::action;

use crate::{
    client::save,
    i18n::{Key, say, tr},
    model::auditlog::Filter,
    session::Tenancy,
    ui::{Button, Card, Empty, Page, Sign, Toasts, Tone},
};
use contract::audit::{AuditQuery, ExportAuditEvents};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_query_map;

/// The page of the audit log.
#[component]
pub fn Audit() -> impl IntoView {
    let (tenancy, parameters) = (Tenancy::expect(), use_query_map());
    let reads = Memo::new(move |_| tenancy.rights().reads_audit());
    let filter = Memo::new(move |_| parameters.with(|all| Filter::of(|name| all.get(name))));
    let chain = chain::Chain::new(tenancy);
    let mark = move || reads.get().then(|| chain.badge());
    let actions = move || {
        reads.get().then(|| {
            view! {
                {chain.button()}
                <Button text=tr(Key::auditlog_export_csv) sign=Sign::Download on_press=export(tenancy, filter, "csv")/>
                <Button text=tr(Key::auditlog_export_ndjson) sign=Sign::Download
                    on_press=export(tenancy, filter, "ndjson")/>
            }
        })
    };
    let body = move || {
        if reads.get() {
            return view! { {chain.remark()} <filters::Filters filter/> <entries::Entries filter/> }
                .into_any();
        }
        view! {
            <Card><Empty sign=Sign::Lock title=tr(Key::auditlog_denied) text=tr(Key::auditlog_denied_text)/></Card>
        }
        .into_any()
    };
    view! { <Page title=tr(Key::nav_audit) lead=tr(Key::auditlog_lead) mark=move || mark actions>{body}</Page> }
}

/// Saves what the filter finds, all of it, not only what is on the page.
fn export(tenancy: Tenancy, filter: Memo<Filter>, format: &'static str) -> Callback<()> {
    let toasts = expect_context::<Toasts>();
    Callback::new(move |()| {
        let query = AuditQuery { format: Some(format.to_owned()), ..filter.get_untracked().query() };
        let ask = untrack(|| tenancy.ask::<ExportAuditEvents>(&[]).query(&query));
        let (file, toasts) = (format!("audit-{}.{format}", untrack(|| tenancy.slug())), toasts.clone());
        spawn_local(async move {
            if save(ask, file).await.is_err() {
                toasts.say(Tone::Bad, say(Key::download_failed));
            }
        });
    })
}
