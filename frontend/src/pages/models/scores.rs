//! The scores beside the baseline's, the models that were tried, and the other versions of the name.

use super::leaderboard;
use crate::{
    client::Remote,
    i18n::{Key, fill, tr},
    model::{metric, path},
    pages::train::words,
    session::Tenancy,
    ui::{
        Align, Badge, ButtonLink, Card, Cell, Column, Empty, Kind, Link, Loaded, Moment, Muted, Pad, Row,
        Sign, Stack, Strong, Table, Tone,
    },
};
use contract::{
    Page as List,
    models::{GetLeaderboard, ListModels, ListModelsQuery, Model},
};
use leptos::prelude::*;

/// The view.
pub fn view(tenancy: Tenancy, model: Model) -> AnyView {
    let (id, name, own) = (model.id.to_string(), model.name.clone(), model.id);
    let board = Remote::new(move || tenancy.ask::<GetLeaderboard>(&[&id]).send());
    let versions = Remote::new(move || {
        let query = ListModelsQuery { name: Some(name.clone()), limit: Some(10), cursor: None };
        tenancy.ask::<ListModels>(&[]).query(&query).send()
    });
    let ranked = model.metric.clone();
    let compare = move |list: List<Model>| versions_table(tenancy, own, &ranked, list);
    view! {
        <Stack>
            <Card title=tr(Key::model_scores) flush=true>{scores_table(&model)}</Card>
            <Loaded remote=board view=leaderboard::view/>
            <Card title=tr(Key::model_versions) flush=true><Loaded remote=versions view=compare flush=true/></Card>
        </Stack>
    }
    .into_any()
}

fn scores_table(model: &Model) -> AnyView {
    let columns = vec![
        Column::words(tr(Key::train_metric)),
        Column::numbers(tr(Key::model_this)),
        Column::numbers(tr(Key::train_family_baseline)),
        Column::words(tr(Key::model_direction)),
    ];
    let known = metric::of(model.task).iter().copied().filter(|name| model.metrics.contains_key(*name));
    let unknown =
        model.metrics.keys().map(String::as_str).filter(|name| !metric::of(model.task).contains(name));
    let row = |name: &str| {
        let none = || "–".to_owned();
        let interval = model.intervals.get(name).copied();
        let of_model =
            model.metrics.get(name).map_or_else(none, |score| metric::with_interval(name, *score, interval));
        let of_baseline = model.baseline.get(name).map_or_else(none, |score| metric::shown(name, *score));
        let ranks =
            (name == model.metric).then(|| view! { <Badge text=tr(Key::model_ranks) tone=Tone::Accent/> });
        let (direction, name) = (words::direction(name), name.to_owned());
        view! {
            <tr>
                <Cell><Row><Strong>{move || words::metric(&name)}</Strong>{ranks}</Row></Cell>
                <Cell align=Align::End>{of_model}</Cell>
                <Cell align=Align::End>{of_baseline}</Cell>
                <Cell><Muted>{tr(direction)}</Muted></Cell>
            </tr>
        }
    };
    let rows = known.chain(unknown).map(row).collect_view();
    let said = (!model.intervals.is_empty())
        .then(|| view! { <Pad><Muted>{tr(Key::model_scores_interval)}</Muted></Pad> });
    view! { <Table label=tr(Key::model_scores) columns>{rows}</Table> {said} }.into_any()
}

/// The newest versions of the name with their scores by this model's metric.
fn versions_table(tenancy: Tenancy, own: contract::ModelId, ranked: &str, list: List<Model>) -> AnyView {
    if list.data.is_empty() {
        return view! {
            <Empty sign=Sign::Cube title=tr(Key::model_none) text=tr(Key::model_versions_text) small=true/>
        }
        .into_any();
    }
    let name = list.data.first().map(|model| model.name.clone()).unwrap_or_default();
    let all = list.next_cursor.is_some().then(|| {
        let href = path::with_query(&path::models(&tenancy.slug()), &[("name", &name)]);
        view! { <ButtonLink href text=tr(Key::model_versions_all) kind=Kind::Quiet/> }
    });
    let head = ranked.to_owned();
    let columns = vec![
        Column::words(tr(Key::model_version)),
        Column::words(tr(Key::model_family)),
        Column::numbers(move || words::metric(&head)),
        Column::words(tr(Key::model_created)),
    ];
    let row = |model: Model| {
        let interval = model.intervals.get(ranked).copied();
        let shown = |score: &f64| metric::with_interval(ranked, *score, interval);
        let score = model.metrics.get(ranked).map_or_else(|| "–".to_owned(), shown);
        let here = (model.id == own).then(|| view! { <Badge text=tr(Key::model_this) tone=Tone::Accent/> });
        let (id, version) = (model.id.to_string(), model.version.to_string());
        let text = move || fill(Key::model_version_mark, &[("version", &version)]);
        view! {
            <tr>
                <Cell><Row><Link href=move || path::model(&tenancy.slug(), &id) text/>{here}</Row></Cell>
                <Cell>{tr(words::algorithm(model.algorithm))}</Cell>
                <Cell align=Align::End>{score}</Cell>
                <Cell><Moment at=model.created_at/></Cell>
            </tr>
        }
    };
    let rows = list.data.into_iter().map(row).collect_view();
    view! { <Table label=tr(Key::model_versions) columns>{rows}</Table> {all} }.into_any()
}
