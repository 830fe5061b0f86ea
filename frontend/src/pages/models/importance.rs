//! What the model's answers depend on: how much worse it gets without a column, and how the answer moves with it.

use super::dependence;
use crate::{
    i18n::{Key, fill, tr},
    model::figure::{grouped, measured, rough},
    pages::train::words,
    ui::{Button, Card, Empty, Muted, Range, Ranges, Reach, Row, Sign, Stack},
};
use contract::models::{Explanation, FeatureImportance, Importance, Model};
use leptos::prelude::*;

/// Columns that are shown at once.
const STEP: usize = 20;

/// Whether there is anything to show.
pub fn has(explanation: &Explanation) -> bool {
    explanation.importance.as_ref().is_some_and(|importance| !importance.features.is_empty())
        || !explanation.partial_dependence.is_empty()
}

/// The view.
pub fn view(model: &Model, explanation: Explanation) -> AnyView {
    if !has(&explanation) {
        return view! {
            <Card><Empty sign=Sign::Chart title=tr(Key::model_kept_none) text=tr(Key::model_kept_none_text)/></Card>
        }
        .into_any();
    }
    let dependence = dependence::view(model, explanation.partial_dependence);
    view! {
        <Stack>
            {explanation.importance.filter(|importance| !importance.features.is_empty()).map(list)}
            {dependence}
        </Stack>
    }
    .into_any()
}

fn list(importance: Importance) -> AnyView {
    let Importance { metric, rows, repeats, features, .. } = importance;
    let (rows, repeats) = (grouped(rows), grouped(repeats));
    let lead = move || {
        let metric = words::metric(&metric);
        fill(Key::model_importance_lead, &[("metric", &metric), ("rows", &rows), ("repeats", &repeats)])
    };
    let (all, shown) = (features.len(), RwSignal::new(STEP));
    let features = StoredValue::new(features);
    let ranges = Signal::derive(move || {
        features.with_value(|features| features.iter().take(shown.get()).map(range).collect::<Vec<_>>())
    });
    let more = move || {
        let left = all.saturating_sub(shown.get());
        (left > 0).then(|| {
            let text = move || fill(Key::train_features_more, &[("count", &grouped(left as u64))]);
            view! { <Row><Button text on_press=move |()| shown.update(|shown| *shown += STEP)/></Row> }
        })
    };
    view! {
        <Card title=tr(Key::model_importance)>
            <Muted>{lead}</Muted>
            <Ranges label=tr(Key::model_importance) ranges reach=Reach::Bars/>
            {more}
        </Card>
    }
    .into_any()
}

fn range(feature: &FeatureImportance) -> Range {
    let FeatureImportance { feature, importance, low, high } = feature.clone();
    let half = (high - low) / 2.0;
    let text = if half.is_finite() && half > 0.0 {
        format!("{} ± {}", measured(importance), rough(half))
    } else {
        measured(importance)
    };
    Range { name: feature.into(), value: importance, low, high, text: text.into() }
}
