//! One endpoint: what serves it, and its playground, code and usage, each at an address of its own.

use super::{acts::Acts, change::Changing, overview::Overview, usage::Usage};
use crate::{
    i18n::{Key, fill, tr},
    model::path,
    pages::playground::{Bench, CodeTab, Playground},
    session::Tenancy,
    ui::{Badge, Bones, Loaded, Page, Tab, Tabs, Trail},
};
use contract::endpoints::Endpoint as Value;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Overview,
    Playground,
    Code,
    Usage,
}

impl Shown {
    fn of(name: Option<String>) -> Self {
        match name.as_deref() {
            Some("playground") => Shown::Playground,
            Some("code") => Shown::Code,
            Some("usage") => Shown::Usage,
            _ => Shown::Overview,
        }
    }
}

/// An endpoint.
#[component]
pub fn Endpoint() -> impl IntoView {
    let (tenancy, params, query) = (Tenancy::expect(), use_params_map(), use_query_map());
    let name = Memo::new(move |_| params.with(|params| params.get("name")).unwrap_or_default());
    let shown = Memo::new(move |_| Shown::of(query.with(|query| query.get("tab"))));
    let bench = Bench::new(tenancy, name);
    let changing = Changing::default();
    let trail = move || view! { <Trail href=path::endpoints(&tenancy.slug()) text=tr(Key::endpoint_nav)/> };
    let mark = move || {
        bench.endpoint.value().map(|endpoint| {
            let version = endpoint.model_version.to_string();
            view! { <Badge text=move || fill(Key::model_version_mark, &[("version", &version)])/> }
        })
    };
    let lead = move || {
        bench.endpoint.value().map_or_else(String::new, |endpoint| {
            let version = endpoint.model_version.to_string();
            fill(Key::endpoint_lead_one, &[("model", &endpoint.model_name), ("version", &version)])
        })
    };
    let actions = move || view! { <Acts bench changing/> };
    // The tabs stay while the endpoint is read anew: what somebody wrote into the playground is not lost.
    let there = Memo::new(move |_| bench.endpoint.value().is_some());
    let tabs = move || there.get().then(|| view! { <Body bench changing shown/> });
    let waiting = move |_: Value| ().into_any();
    view! {
        <Page title=move || name.get() lead trail mark=move || mark actions>
            <Loaded remote=bench.endpoint view=waiting bones=Bones::Cards/>
            {tabs}
        </Page>
    }
}

#[component]
fn Body(bench: Bench, changing: Changing, shown: Memo<Shown>) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let base = move || path::endpoint(&tenancy.slug(), &bench.name.get());
    let current = move |tab: Shown| Signal::derive(move || shown.get() == tab);
    let at = move |tab: &str| format!("{}?tab={tab}", untrack(base));
    let (playground, code, usage) = (at("playground"), at("code"), at("usage"));
    let body = move || match shown.get() {
        Shown::Overview => view! { <Overview bench changing/> }.into_any(),
        Shown::Playground => view! { <Playground bench/> }.into_any(),
        Shown::Code => view! { <CodeTab bench/> }.into_any(),
        Shown::Usage => view! { <Usage name=bench.name/> }.into_any(),
    };
    view! {
        <Tabs label=tr(Key::endpoint_views)>
            <Tab href=untrack(base) text=tr(Key::endpoint_tab_overview) current=current(Shown::Overview)/>
            <Tab href=playground text=tr(Key::play_tab) current=current(Shown::Playground)/>
            <Tab href=code text=tr(Key::code_tab) current=current(Shown::Code)/>
            <Tab href=usage text=tr(Key::endpoint_tab_usage) current=current(Shown::Usage)/>
        </Tabs>
        {body}
    }
}
