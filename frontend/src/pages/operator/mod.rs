//! What those see who run the installation: its tenants, its queue, how it stands. It has a shell without a tenant.

mod acts;
mod health;
mod queue;
mod tenants;

use crate::{
    i18n::{Key, say, tr},
    model::path,
    pages::{
        desk::{Desk, DeskTop},
        person::PersonMenu,
        shell::{Signed, tenant_links},
    },
    session::Session,
    ui::{
        ButtonLink, Card, Empty, Menu, MenuButton, MenuHead, NavLink, Page, ShellFrame, Side, Sign, Tab, Tabs,
    },
};
use contract::operator::OperatorTenant;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

#[derive(Clone, Copy, PartialEq)]
enum Shown {
    Tenants,
    Queue,
    Health,
}

impl Shown {
    const ALL: [(Shown, &'static str, Key); 3] = [
        (Shown::Tenants, "tenants", Key::operator_tenants),
        (Shown::Queue, "queue", Key::operator_queue),
        (Shown::Health, "health", Key::operator_health),
    ];

    fn of(name: Option<String>) -> Self {
        let known = Self::ALL.iter().find(|(_, known, _)| Some(*known) == name.as_deref());
        known.map_or(Shown::Tenants, |known| known.0)
    }
}

/// The address of a view, without what it is filtered by.
fn address(tab: &str) -> String {
    format!("{}?tab={tab}", path::OPERATOR)
}

/// A tenant that something is asked about.
type Picked = RwSignal<Option<OperatorTenant>>;

/// The operator's page with its shell.
#[component]
pub fn Operator() -> impl IntoView {
    view! { <Signed><Inside/></Signed> }
}

#[component]
fn Inside() -> impl IntoView {
    let (session, desk) = (Session::expect(), Desk::provide());
    let operator = Memo::new(move |_| session.me().is_some_and(|me| me.user.operator));
    let top = move || {
        let face = move || view! { <MenuButton text=tr(Key::operator_title) sub=tr(Key::operator_all)/> };
        view! {
            <Menu label=tr(Key::tenant_switch) side=Side::Below face>
                <MenuHead text=tr(Key::tenant_switch)/>
                {move || tenant_links(session, "")}
            </Menu>
        }
    };
    let links = || {
        let href = Signal::derive(|| path::OPERATOR.to_owned());
        view! { <NavLink href text=tr(Key::operator_title) sign=Sign::Pulse/> }
    };
    let foot = || view! { <PersonMenu/> };
    let body = move || if operator.get() { view! { <Views/> }.into_any() } else { denied() };
    view! {
        <ShellFrame top links foot>{body}</ShellFrame>
        <DeskTop desk/>
    }
}

fn denied() -> AnyView {
    view! {
        <Page title=tr(Key::operator_title)>
            <Card>
                <Empty sign=Sign::Lock title=tr(Key::operator_denied) text=tr(Key::operator_denied_text)>
                    <ButtonLink href="/" text=tr(Key::nothing_home)/>
                </Empty>
            </Card>
        </Page>
    }
    .into_any()
}

#[component]
fn Views() -> impl IntoView {
    let query = use_query_map();
    let shown = Memo::new(move |_| Shown::of(query.with(|query| query.get("tab"))));
    let tab = move |(tab, name, text): (Shown, &'static str, Key)| {
        let current = Signal::derive(move || shown.get() == tab);
        view! { <Tab href=address(name) text=tr(text) current/> }
    };
    let body = move || match shown.get() {
        Shown::Tenants => view! { <tenants::Tenants/> }.into_any(),
        Shown::Queue => view! { <queue::Queue/> }.into_any(),
        Shown::Health => view! { <health::Health/> }.into_any(),
    };
    view! {
        <Page title=tr(Key::operator_title) lead=tr(Key::operator_lead)>
            <Tabs label=tr(Key::operator_views)>{Shown::ALL.map(tab).into_iter().collect_view()}</Tabs>
            {body}
        </Page>
    }
}

/// What a state of a job is called; one that isn't known shows its own name.
fn state(name: &str) -> String {
    let key = match name {
        "queued" => Key::operator_state_queued,
        "running" => Key::operator_state_running,
        "succeeded" => Key::operator_state_succeeded,
        "failed" => Key::operator_state_failed,
        "cancelled" => Key::operator_state_cancelled,
        "dead" => Key::operator_state_dead,
        _ => return name.to_owned(),
    };
    say(key).to_owned()
}

/// What a kind of job is called.
fn job(kind: &str) -> String {
    let key = match kind {
        "profile_dataset" => Key::operator_job_profile,
        "train" => Key::operator_job_train,
        _ => return kind.replace('_', "\u{a0}"),
    };
    say(key).to_owned()
}
