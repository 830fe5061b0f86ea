//! How the installation stands.

use crate::{
    client::{Ask, Remote},
    i18n::{Key, fill, tr},
    model::figure::grouped,
    ui::{Bones, Button, Figure, Figures, Loaded, Moment, Muted, Notice, Row, Sign, Stack, Tone},
};
use contract::operator::{GetPlatform, Platform};
use leptos::prelude::*;

/// The view.
#[component]
pub fn Health() -> impl IntoView {
    let platform = Remote::new(|| Ask::<GetPlatform>::new(&[]).send());
    let again = Callback::new(move |()| platform.reload());
    view! {
        <Loaded remote=platform view=figures bones=Bones::Cards/>
        <Row><Button text=tr(Key::operator_refresh) sign=Sign::Refresh on_press=again/></Row>
    }
}

fn figures(platform: Platform) -> AnyView {
    let of = |state: &str| -> u64 {
        platform.jobs.iter().filter(|count| count.state == state).map(|count| count.count).sum()
    };
    let dead = of("dead");
    let warning = (dead > 0).then(|| {
        let text = move || fill(Key::operator_dead_jobs, &[("count", &grouped(dead))]);
        view! { <Notice tone=Tone::Warn text/> }
    });
    let facts = [
        (Key::operator_version, platform.version.clone()),
        (Key::operator_database, platform.database.clone()),
        (Key::operator_storage, platform.storage.clone()),
        (Key::operator_tenants, grouped(platform.tenants)),
        (Key::operator_users, grouped(platform.users)),
        (Key::operator_waiting, grouped(of("queued"))),
        (Key::operator_working, grouped(of("running"))),
    ];
    let figures = facts.map(|(key, value)| view! { <Figure name=tr(key) value/> }).into_iter().collect_view();
    view! {
        <Stack>
            {warning}
            <Figures>{figures}</Figures>
            <p><Muted>{tr(Key::operator_started)} " " <Moment at=platform.started_at/></Muted></p>
        </Stack>
    }
    .into_any()
}
