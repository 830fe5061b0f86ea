//! What an endpoint reads and answers, the versions of its model, and what served before.

use super::{change::Changing, history::History};
use crate::{
    client::Remote,
    i18n::{Key, count, fill, tr},
    model::{draft, figure, path},
    pages::{playground::Bench, words},
    session::Tenancy,
    ui::{
        Align, Badge, Button, Card, Cell, Chip, Chips, Column, Columns, Link, Loaded, Muted, Pair, Pairs,
        Stack, Table, Tone,
    },
};
use contract::{
    ModelId,
    endpoints::EndpointSchema,
    models::{Feature, ListModels, ListModelsQuery, Model},
    training::Task,
};
use leptos::prelude::*;

/// Levels that a line has room for.
const LEVELS_SHOWN: usize = 8;
/// Columns that are listed: a model may read ten thousand.
const COLUMNS_SHOWN: usize = 200;

/// The first tab.
#[component]
pub fn Overview(
    /// What the tabs share.
    bench: Bench,
    /// Opens the dialog that changes the model.
    changing: Changing,
) -> impl IntoView {
    let schema = move |schema: EndpointSchema| view! { <Reads schema/> }.into_any();
    view! {
        <Columns>
            <Card title=tr(Key::endpoint_reads)><Loaded remote=bench.schema view=schema flush=true/></Card>
            <Stack>
                <Versions bench changing/>
                <History bench/>
            </Stack>
        </Columns>
    }
}

#[component]
fn Reads(schema: EndpointSchema) -> impl IntoView {
    let task = match schema.task {
        Task::Regression => Key::endpoint_answers_number,
        Task::Classification => Key::endpoint_answers_class,
    };
    let target = schema.target.clone();
    let classes = (!schema.classes.is_empty()).then(|| {
        let chip = |class: String| view! { <Badge text=class/> };
        let more = schema.classes.len().saturating_sub(COLUMNS_SHOWN);
        let more = (more > 0).then(|| view! { <Muted>{format!("+{more}")}</Muted> });
        view! {
            <Chips>{schema.classes.clone().into_iter().take(COLUMNS_SHOWN).map(chip).collect_view()}{more}</Chips>
        }
    });
    let columns = vec![
        Column::words(tr(Key::endpoint_column)),
        Column::words(tr(Key::endpoint_kind)),
        Column::words(tr(Key::endpoint_seen)),
    ];
    let all = schema.features.len();
    let cut = (all > COLUMNS_SHOWN).then(|| {
        let (shown, all) = (figure::grouped(COLUMNS_SHOWN as u64), figure::grouped(all as u64));
        view! { <Muted>{move || fill(Key::rows_cut, &[("shown", &shown), ("all", &all)])}</Muted> }
    });
    let rows = schema.features.into_iter().take(COLUMNS_SHOWN).map(feature_row).collect_view();
    view! {
        <Stack>
            <Pairs>
                <Pair name=tr(Key::endpoint_answers) value=move || fill(task, &[("target", &target)])/>
            </Pairs>
            {classes}
            <Table label=tr(Key::endpoint_reads) columns dense=true>{rows}</Table>
            {cut}
        </Stack>
    }
}

fn feature_row(feature: Feature) -> AnyView {
    let seen = match draft::range(&feature) {
        Some((min, max)) => view! { {format!("{min} – {max}")} }.into_any(),
        None => levels(&feature),
    };
    view! {
        <tr>
            <Cell>{feature.name}</Cell>
            <Cell>{tr(words::kind(feature.kind))}</Cell>
            <Cell>{seen}</Cell>
        </tr>
    }
    .into_any()
}

fn levels(feature: &Feature) -> AnyView {
    let shown = feature.levels.iter().take(LEVELS_SHOWN).cloned().collect::<Vec<_>>().join(", ");
    let all = feature.levels.len();
    let more = (all > LEVELS_SHOWN).then(|| {
        let text = move || count(Key::endpoint_levels_one, Key::endpoint_levels_many, all as u64);
        view! { <Muted>" · " {text}</Muted> }
    });
    view! { {shown} {more} }.into_any()
}

/// The versions of the same model, each of which can be put on the endpoint.
#[component]
fn Versions(bench: Bench, changing: Changing) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let serving =
        Memo::new(move |_| bench.endpoint.value().map(|endpoint| (endpoint.model_name, endpoint.model_id)));
    let model = Memo::new(move |_| serving.get().map(|serving| serving.0));
    let versions = Remote::new(move || {
        let query = ListModelsQuery { name: model.get(), limit: Some(10), cursor: None };
        tenancy.ask::<ListModels>(&[]).query(&query).send()
    });
    let view = move |list: contract::Page<Model>| {
        let columns = vec![
            Column::words(tr(Key::endpoint_version)),
            Column::numbers(tr(Key::endpoint_score)),
            Column::words(tr(Key::endpoint_serving)),
        ];
        let current = Signal::derive(move || serving.get().map(|serving| serving.1));
        let rows =
            list.data.into_iter().map(|model| version_row(tenancy, changing, current, model)).collect_view();
        view! { <Table label=tr(Key::endpoint_versions) columns>{rows}</Table> }.into_any()
    };
    view! {
        <Card title=tr(Key::endpoint_versions) flush=true><Loaded remote=versions view flush=true/></Card>
    }
}

fn version_row(
    tenancy: Tenancy,
    changing: Changing,
    current: Signal<Option<ModelId>>,
    model: Model,
) -> AnyView {
    let id = model.id;
    let score = model.metrics.get(&model.metric).copied().map(figure::measured);
    let version = model.version.to_string();
    let text = move || fill(Key::model_version_mark, &[("version", &version)]);
    let act = move || {
        if current.get() == Some(id) {
            return view! { <Badge text=tr(Key::endpoint_serving_now) tone=Tone::Good/> }.into_any();
        }
        let put = tenancy.rights().builds().then(|| {
            view! { <Button text=tr(Key::endpoint_put_on) on_press=move |()| changing.to(id)/> }
        });
        view! { {put} }.into_any()
    };
    view! {
        <tr>
            <Cell><Link href=move || path::model(&tenancy.slug(), &id.to_string()) text/></Cell>
            <Cell align=Align::End>{score.map(|score| view! { <Chip name=model.metric value=score/> })}</Cell>
            <Cell>{act}</Cell>
        </tr>
    }
    .into_any()
}
