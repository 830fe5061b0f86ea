//! Home: what exists, what is used, what happened last; and the first run until it is done.

mod first_run;
mod latest;
mod limits;
mod samples;

use crate::{
    client::Remote,
    i18n::{Key, fill, tr},
    session::{Session, Tenancy},
    ui::{Columns, Page, Stack},
};
use contract::{
    ListQuery, Page as List,
    audit::{AuditQuery, ListAuditEvents},
    datasets::{Dataset, ListDatasets},
    endpoints::{Endpoint, ListEndpoints},
    models::{ListModels, ListModelsQuery, Model},
    quotas::{GetQuotas, Quotas},
};
use leptos::prelude::*;

/// How many things are asked for; a list that has more says so.
const LIMIT: u32 = 20;

/// What home knows of the tenant's things.
#[derive(Clone, Copy)]
struct Known {
    datasets: Remote<List<Dataset>>,
    models: Remote<List<Model>>,
    endpoints: Remote<List<Endpoint>>,
    quotas: Remote<Quotas>,
}

impl Known {
    fn ask(tenancy: Tenancy) -> Self {
        let list = || ListQuery { limit: Some(LIMIT), cursor: None };
        Self {
            datasets: Remote::new(move || tenancy.ask::<ListDatasets>(&[]).query(&list()).send()),
            models: Remote::new(move || {
                let query = ListModelsQuery { limit: Some(LIMIT), ..ListModelsQuery::default() };
                tenancy.ask::<ListModels>(&[]).query(&query).send()
            }),
            endpoints: Remote::new(move || tenancy.ask::<ListEndpoints>(&[]).query(&list()).send()),
            quotas: Remote::new(move || tenancy.ask::<GetQuotas>(&[]).send()),
        }
    }
}

/// A tenant's home.
#[component]
pub fn Home() -> impl IntoView {
    let (session, tenancy) = (Session::expect(), Tenancy::expect());
    let name = move || {
        let name = session.me().map(|me| me.user.name).unwrap_or_default();
        fill(Key::home_welcome, &[("name", &name)])
    };
    // Another role in another tenant is shown other things; the same role is not built anew.
    let rights = Memo::new(move |_| tenancy.rights());
    let body = move || {
        let rights = rights.get();
        if rights.reads_data() {
            let known = Known::ask(tenancy);
            let first_run = rights.builds().then(|| view! { <first_run::FirstRun known/> });
            let audit = rights.reads_audit().then(|| view! { <latest::Events remote=events(tenancy)/> });
            view! {
                {first_run}
                <Columns>
                    <latest::Things known/>
                    <Stack>
                        <limits::Limits quotas=known.quotas/>
                        {audit}
                    </Stack>
                </Columns>
            }
            .into_any()
        } else {
            let quotas = Remote::new(move || tenancy.ask::<GetQuotas>(&[]).send());
            view! {
                <Columns>
                    <latest::Events remote=events(tenancy)/>
                    <limits::Limits quotas/>
                </Columns>
            }
            .into_any()
        }
    };
    view! { <Page title=tr(Key::nav_home) lead=name>{body}</Page> }
}

fn events(tenancy: Tenancy) -> Remote<List<contract::audit::AuditEvent>> {
    Remote::new(move || {
        let query = AuditQuery { limit: Some(8), ..AuditQuery::default() };
        tenancy.ask::<ListAuditEvents>(&[]).query(&query).send()
    })
}
