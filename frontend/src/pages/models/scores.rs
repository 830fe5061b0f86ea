//! The scores beside the baseline's, the families that were tried with their loss, and the other versions of the name.

use crate::{
    client::Remote,
    i18n::{Key, fill, say, tr},
    model::{
        faults::sentence,
        figure::measured,
        metric, path,
        plot::{self, Frame},
    },
    pages::train::words,
    session::Tenancy,
    ui::{
        Align, Badge, ButtonLink, Card, Cell, Column, Empty, Kind, Link, Loaded, Mark, Moment, Muted, Plot,
        Row, Sign, Stack, Strong, Table, Tone,
    },
};
use contract::{
    Page as List,
    models::{GetLeaderboard, Leaderboard, LeaderboardEntry, ListModels, ListModelsQuery, Model},
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
            <Loaded remote=board view=leaderboard/>
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
        let shown = |scores: &std::collections::BTreeMap<String, f64>| {
            scores.get(name).map_or_else(|| "–".to_owned(), |score| metric::shown(name, *score))
        };
        let (of_model, of_baseline) = (shown(&model.metrics), shown(&model.baseline));
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
    view! { <Table label=tr(Key::model_scores) columns>{rows}</Table> }.into_any()
}

fn leaderboard(board: Leaderboard) -> AnyView {
    let ranked = board.metric.clone();
    let head = ranked.clone();
    let columns = vec![
        Column::words(tr(Key::model_family)),
        Column::numbers(move || words::metric(&head)),
        Column::words(tr(Key::model_parameters)),
        Column::words(tr(Key::model_notes)),
    ];
    let curves = board.entries.iter().filter(|entry| entry.loss_curve.len() > 1).map(loss).collect_view();
    let row = |entry: LeaderboardEntry| {
        let score =
            entry.metrics.get(&ranked).map_or_else(|| "–".to_owned(), |score| metric::shown(&ranked, *score));
        let notes = entry.notes.iter().map(|note| sentence(note)).collect::<Vec<_>>().join(" ");
        view! {
            <tr>
                <Cell><Strong>{tr(words::algorithm(entry.algorithm))}</Strong></Cell>
                <Cell align=Align::End>{score}</Cell>
                <Cell><Muted>{parameters(&entry.parameters)}</Muted></Cell>
                <Cell><Muted>{notes}</Muted></Cell>
            </tr>
        }
    };
    let rows = board.entries.into_iter().map(row).collect_view();
    view! {
        <Stack>
            <Card title=tr(Key::run_families) flush=true><Table label=tr(Key::run_families) columns>{rows}</Table></Card>
            {curves}
        </Stack>
    }
    .into_any()
}

/// `alpha 1 · iterations 200`.
fn parameters(value: &serde_json::Value) -> String {
    let Some(fields) = value.as_object() else { return String::new() };
    let text = |(name, value): (&String, &serde_json::Value)| {
        let value = match value.as_f64() {
            Some(number) => measured(number),
            None => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        };
        format!("{} {value}", name.replace('_', " "))
    };
    fields.iter().map(text).collect::<Vec<_>>().join(" · ")
}

/// The loss after each step of an iterative solver.
fn loss(entry: &LeaderboardEntry) -> Option<AnyView> {
    let points: Vec<_> = entry.loss_curve.iter().map(|point| (point.iteration as f64, point.loss)).collect();
    let points = plot::thin(&points);
    let frame = Frame::around(&points)?;
    let family = entry.algorithm;
    let title = move || fill(Key::model_loss_of, &[("family", say(words::algorithm(family)))]);
    let drawn = points.clone();
    let marks = Signal::derive(move || vec![Mark::Line(drawn.clone())]);
    let rows = Signal::derive(move || {
        points.iter().map(|(step, loss)| vec![measured(*step), measured(*loss)]).collect::<Vec<_>>()
    });
    let columns = vec![Column::numbers(tr(Key::model_step)), Column::numbers(tr(Key::model_loss))];
    let plot = view! {
        <Card title=title>
            <Plot label=title frame x_name=tr(Key::model_step) y_name=tr(Key::model_loss) marks columns rows/>
        </Card>
    };
    Some(plot.into_any())
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
        let score =
            model.metrics.get(ranked).map_or_else(|| "–".to_owned(), |score| metric::shown(ranked, *score));
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
