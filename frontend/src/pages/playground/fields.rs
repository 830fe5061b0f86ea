//! The fields of a row: each takes what its column was learned as, and can say that the value is missing.

use super::Bench;
use crate::{
    client::Failure,
    i18n::{Key, count, fill, say, tr},
    model::{
        draft::{self, Entry, Take},
        faults, figure,
    },
    ui::{Button, CellField, CellGrid, CellKind, Row},
};
use contract::models::Feature;
use leptos::{prelude::*, text_prop::TextProp};

/// Fields that are drawn at once: a model may read ten thousand columns.
const STEP: usize = 60;
/// Suggestions that a field has.
const SUGGESTIONS: usize = 500;

/// The fields.
#[component]
pub fn Fields(
    /// What the tabs share.
    bench: Bench,
    /// The columns.
    features: Vec<Feature>,
) -> impl IntoView {
    let all = features.len();
    let shown = RwSignal::new(STEP);
    let features = StoredValue::new(features);
    // A column that is wrong is shown, however far down it stands.
    let far = Memo::new(move |_| {
        let wrong = |feature: &Feature| fault(bench, &feature.name).is_some();
        features.with_value(|features| features.iter().rposition(wrong)).map_or(0, |place| place + 1)
    });
    let each = move || (0..all.min(shown.get().max(far.get()))).collect::<Vec<_>>();
    let field = move |place: usize| {
        features
            .with_value(|features| features.get(place).cloned())
            .map(|feature| field(bench, place, feature))
    };
    let more = move || {
        let left = all.saturating_sub(shown.get().max(far.get()));
        (left > 0).then(|| {
            let text = move || fill(Key::columns_more, &[("count", &figure::grouped(left as u64))]);
            view! { <Row><Button text on_press=move |()| shown.update(|shown| *shown += STEP)/></Row> }
        })
    };
    view! {
        <CellGrid><For each key=|place| *place children=field/></CellGrid>
        {more}
    }
}

/// What is wrong with a column, by us or by the server.
fn fault(bench: Bench, column: &str) -> Option<String> {
    if bench.open.with(|open| open.iter().any(|known| known == column)) {
        return Some(say(Key::play_open).to_owned());
    }
    bench.failure.with(|failure| match failure {
        Some(Failure::Refused(problem)) => faults::at(problem, &draft::pointer(column)),
        _ => None,
    })
}

fn kind(feature: &Feature) -> CellKind {
    let choice = |level: &String| {
        let text: TextProp = level.clone().into();
        (level.clone(), text)
    };
    match Take::of(feature) {
        Take::Choice => CellKind::Choice(feature.levels.iter().map(choice).collect()),
        Take::Text => CellKind::Text(feature.levels.iter().take(SUGGESTIONS).cloned().collect()),
        Take::Prose => CellKind::Prose,
        Take::Date => CellKind::Native("date"),
        Take::Moment => CellKind::Native("datetime-local"),
        Take::Number => {
            let signed = feature.min.is_none_or(|min| min < 0.0);
            let feature = StoredValue::new(feature.clone());
            let step = Callback::new(move |(text, up): (String, bool)| {
                feature.with_value(|feature| draft::stepped(feature, &text, up))
            });
            CellKind::Number { signed, step }
        }
    }
}

/// Said before the mistake: what training saw.
fn hint(feature: &Feature) -> Option<TextProp> {
    if let Some((min, max)) = draft::range(feature) {
        let key = if Take::of(feature) == Take::Moment { Key::play_range_utc } else { Key::play_range };
        return Some((move || fill(key, &[("min", &min), ("max", &max)])).into());
    }
    let levels = feature.levels.len() as u64;
    let many = Take::of(feature) == Take::Text && levels > 0;
    many.then(|| (move || count(Key::endpoint_levels_one, Key::endpoint_levels_many, levels)).into())
}

/// Worth knowing before it is sent.
fn warning(feature: &Feature, entry: &Entry) -> Option<&'static str> {
    if draft::outside(feature, entry) {
        return Some(say(Key::play_outside));
    }
    let strange = !entry.missing
        && !entry.text.is_empty()
        && !feature.levels.is_empty()
        && !feature.levels.contains(&entry.text);
    strange.then(|| say(Key::play_new_level))
}

fn field(bench: Bench, place: usize, feature: Feature) -> AnyView {
    let name = StoredValue::new(feature.name.clone());
    let entry = Memo::new(move |_| {
        name.with_value(|name| bench.draft.with(|draft| draft.get(name).cloned().unwrap_or_default()))
    });
    let change = move |change: &dyn Fn(&mut Entry)| {
        name.with_value(|name| {
            bench.draft.update(|draft| change(draft.entry(name.clone()).or_default()));
            bench.forgive(name);
        });
    };
    let on_write = move |text: String| change(&|entry| entry.text.clone_from(&text));
    let on_missing = move |missing: bool| change(&|entry| entry.missing = missing);
    let (kind, hint, label) = (kind(&feature), hint(&feature), feature.name.clone());
    let warning = Signal::derive(move || entry.with(|entry| warning(&feature, entry).map(str::to_owned)));
    let fault = Signal::derive(move || name.with_value(|name| fault(bench, name)));
    let value = Signal::derive(move || entry.with(|entry| entry.text.clone()));
    let missing = Signal::derive(move || entry.with(|entry| entry.missing));
    view! {
        <CellField id=format!("cell-{place}") label kind value on_write missing on_missing
            missing_label=tr(Key::play_missing) hint warning fault/>
    }
    .into_any()
}
