//! What served on an endpoint and why, newest first.

use super::cause;
use crate::{
    i18n::{Key, fill, say, tr},
    model::{figure, path},
    pages::playground::Bench,
    session::Tenancy,
    ui::{Align, Card, Cell, Column, Link, Moment, Table},
};
use contract::endpoints::Deployment;
use leptos::prelude::*;

/// The history.
#[component]
pub fn History(
    /// What the tabs share.
    bench: Bench,
) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let history =
        Memo::new(move |_| bench.endpoint.value().map(|endpoint| endpoint.history).unwrap_or_default());
    let rows = move || history.get().into_iter().map(|change| row(tenancy, change)).collect_view();
    let columns = vec![
        Column::numbers(tr(Key::endpoint_change)),
        Column::words(tr(Key::endpoint_version)),
        Column::words(tr(Key::endpoint_why)),
        Column::words(tr(Key::endpoint_when)),
    ];
    view! {
        <Card title=tr(Key::endpoint_history) flush=true>
            <Table label=tr(Key::endpoint_history) columns>{rows}</Table>
        </Card>
    }
}

fn row(tenancy: Tenancy, change: Deployment) -> AnyView {
    let (id, version) = (change.model_id.to_string(), change.model_version.to_string());
    let text = move || fill(Key::model_version_mark, &[("version", &version)]);
    let why = change.cause;
    let why = move || cause(&why).map_or_else(|| why.clone(), |cause| say(cause).to_owned());
    view! {
        <tr>
            <Cell align=Align::End>{figure::grouped(change.sequence)}</Cell>
            <Cell><Link href=move || path::model(&tenancy.slug(), &id) text/></Cell>
            <Cell>{why}</Cell>
            <Cell><Moment at=change.at/></Cell>
        </tr>
    }
    .into_any()
}
