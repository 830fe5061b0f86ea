//! The columns that a model reads: what each holds, between which values, with which levels.

use crate::{
    i18n::{Key, count, fill, tr},
    model::{
        draft,
        figure::{grouped, of_kind},
    },
    pages::words,
    ui::{Badge, Button, Card, Cell, Column, Empty, Muted, Row, Sign, Stack, Strong, Table},
};
use contract::models::{Feature, Model};
use leptos::prelude::*;

/// Columns that are shown at once.
const STEP: usize = 100;
/// Levels that a line has room for.
const LEVELS: usize = 12;

/// The view.
pub fn view(model: Model) -> AnyView {
    if model.features.is_empty() {
        return view! {
            <Card><Empty sign=Sign::Table title=tr(Key::columns_none) text=tr(Key::model_columns_none)/></Card>
        }
        .into_any();
    }
    let classes = (!model.classes.is_empty()).then(|| {
        let classes = model.classes.clone();
        let number = classes.len() as u64;
        let title = move || count(Key::model_classes_one, Key::model_classes_many, number);
        let badge = |class: String| view! { <Badge text=class/> };
        view! { <Card title><Row>{classes.into_iter().take(200).map(badge).collect_view()}</Row></Card> }
    });
    let (all, shown) = (model.features.len(), RwSignal::new(STEP));
    let features = StoredValue::new(model.features);
    let rows = move || {
        features
            .with_value(|features| features.iter().take(shown.get()).map(row).collect::<Vec<_>>())
            .into_view()
    };
    let more = move || {
        let left = all.saturating_sub(shown.get());
        (left > 0).then(|| {
            let text = move || fill(Key::train_features_more, &[("count", &grouped(left as u64))]);
            view! { <Button text on_press=move |()| shown.update(|shown| *shown += STEP)/> }
        })
    };
    let columns = vec![
        Column::words(tr(Key::column_name)),
        Column::words(tr(Key::model_kind)),
        Column::words(tr(Key::model_values)),
        Column::words(tr(Key::model_example)),
    ];
    view! {
        <Stack>
            {classes}
            <Card flush=true><Table label=tr(Key::model_tab_columns) columns>{rows}</Table></Card>
            {more}
        </Stack>
    }
    .into_any()
}

fn row(feature: &Feature) -> AnyView {
    let levels = feature.levels.len();
    let values = match draft::range(feature) {
        Some((min, max)) => view! { {format!("{min} – {max}")} }.into_any(),
        _ if levels > 0 => {
            let badge = |level: &String| view! { <Badge text=level.clone()/> };
            let some = feature.levels.iter().take(LEVELS).map(badge).collect_view();
            let rest = levels.saturating_sub(LEVELS);
            let rest = (rest > 0).then(|| {
                let number = grouped(rest as u64);
                view! { <Muted>{move || fill(Key::model_levels_more, &[("count", &number)])}</Muted> }
            });
            view! { <Row>{some}{rest}</Row> }.into_any()
        }
        _ => view! { <Muted>"–"</Muted> }.into_any(),
    };
    let example = match &feature.example {
        serde_json::Value::Null => "–".to_owned(),
        serde_json::Value::String(text) => text.clone(),
        other => other.as_f64().map_or_else(|| other.to_string(), |value| of_kind(feature.kind, value)),
    };
    let name = feature.name.clone();
    let kind = feature.kind;
    view! {
        <tr>
            <Cell><Strong>{name}</Strong></Cell>
            <Cell>{tr(words::kind(kind))}</Cell>
            <Cell>{values}</Cell>
            <Cell>{example}</Cell>
        </tr>
    }
    .into_any()
}
