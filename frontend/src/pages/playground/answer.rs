//! What a model says to a row: large, with the truth beside it where it is known.

use super::{Bench, Outcome, contributions};
use crate::{
    i18n::{Key, count, fill, tr},
    model::{figure, metric::share},
    ui::{
        Badge, Big, Card, Code, Empty, IntervalBar, Muted, Notice, Pair, Pairs, ProbabilityBars, Row, Sign,
        Stack, Tone,
    },
};
use contract::predictions::{AnswerInterval, AnswerSet, Prediction};
use leptos::prelude::*;
use serde_json::Value;

/// Classes that have a bar.
const BARS: usize = 20;

/// The answer, or what would stand here.
#[component]
pub fn Answer(
    /// What the tabs share.
    bench: Bench,
    /// The column that is predicted.
    target: String,
) -> impl IntoView {
    let body = move || {
        match bench.outcome.get() {
        None => view! { <Empty sign=Sign::Bolt title=tr(Key::play_none) text=tr(Key::play_none_text) small=true/> }
            .into_any(),
        Some(outcome) => view! { <Said bench outcome target=target.clone()/> }.into_any(),
    }
    };
    view! { <Card title=tr(Key::play_answer)>{body}</Card> }
}

#[component]
fn Said(bench: Bench, outcome: Outcome, target: String) -> impl IntoView {
    let Outcome { asked, wishes, answer, actual, millis } = outcome;
    let old = move || bench.draft.with(|draft| *draft != asked) || bench.wishes() != wishes;
    let main = answer.predictions.into_iter().next().map(|prediction| said(prediction, target, actual));
    let version = answer.model_version.to_string();
    let served = move || fill(Key::endpoint_version_named, &[("version", &version)]);
    let took = move || fill(Key::play_millis, &[("count", &figure::grouped(millis))]);
    let warnings =
        answer.warnings.into_iter().map(|text| view! { <Notice tone=Tone::Warn text/> }).collect_view();
    view! {
        <Stack>
            {move || old().then(|| view! { <Muted>{tr(Key::play_changed)}</Muted> })}
            {main}
            {warnings}
            <Pairs>
                <Pair name=tr(Key::play_served) value=served/>
                <Pair name=tr(Key::play_took) value=took/>
            </Pairs>
            <Row>
                <Muted>{tr(Key::play_id)}</Muted>
                <Code text=answer.prediction_id.to_string()/>
            </Row>
        </Stack>
    }
}

fn said(prediction: Prediction, target: String, actual: Option<Value>) -> AnyView {
    match prediction {
        Prediction::Value { value, interval, base, contributions, imputed } => {
            let actual = actual.as_ref().and_then(Value::as_f64);
            let named = target.clone();
            view! {
                {number(value, target, actual)}
                {interval.map(|interval| around(value, interval, actual))}
                {contributions::imputed(imputed)}
                {contributions::view(base, contributions, named.into())}
            }
            .into_any()
        }
        Prediction::Label { label, probabilities, set, base, contributions, imputed } => {
            let actual = actual.map(|actual| match actual {
                Value::String(text) => text,
                other => other.to_string(),
            });
            let named = label.clone();
            let probability = move || fill(Key::play_probability_of, &[("class", &named)]);
            view! {
                {class(label, probabilities.into_iter().collect(), target, actual)}
                {set.map(among)}
                {contributions::imputed(imputed)}
                {contributions::view(base, contributions, probability.into())}
            }
            .into_any()
        }
    }
}

/// The interval around a number.
fn around(value: f64, interval: AnswerInterval, actual: Option<f64>) -> AnyView {
    let AnswerInterval { level, low, high } = interval;
    let shown = (figure::measured(low), figure::measured(high));
    let (from, to, level) = (shown.0.clone(), shown.1.clone(), share(level));
    let label = move || fill(Key::play_interval, &[("low", &from), ("high", &to), ("level", &level)]);
    view! { <IntervalBar label value ends=(low, high) shown truth=actual/> }.into_any()
}

/// The classes of which one is so.
fn among(set: AnswerSet) -> AnyView {
    let AnswerSet { level, labels } = set;
    let level = share(level);
    let text = move || fill(Key::play_set, &[("level", &level)]);
    let badge = |label: String| view! { <Badge text=label tone=Tone::Accent/> };
    let badges = labels.into_iter().map(badge).collect_view();
    view! { <Stack><Muted>{text}</Muted><Row>{badges}</Row></Stack> }.into_any()
}

fn number(value: f64, target: String, actual: Option<f64>) -> AnyView {
    let truth = actual.map(|actual| {
        let off = figure::measured((value - actual).abs());
        view! {
            <Pairs>
                <Pair name=tr(Key::play_actual) value=figure::measured(actual)/>
                <Pair name=tr(Key::play_off) value=off/>
            </Pairs>
        }
    });
    view! {
        <Big name=target value=figure::measured(value)><Muted>{value.to_string()}</Muted></Big>
        {truth}
    }
    .into_any()
}

fn class(
    label: String,
    mut probabilities: Vec<(String, f64)>,
    target: String,
    actual: Option<String>,
) -> AnyView {
    probabilities.sort_by(|one, other| other.1.total_cmp(&one.1));
    let left = probabilities.len().saturating_sub(BARS) as u64;
    probabilities.truncate(BARS);
    let more = (left > 0).then(|| {
        let text = move || count(Key::play_more_one, Key::play_more_many, left);
        view! { <Muted>{text}</Muted> }
    });
    let truth = actual.map(|actual| {
        let right = actual == label;
        let (key, tone) = if right { (Key::play_right, Tone::Good) } else { (Key::play_wrong, Tone::Bad) };
        let text = move || fill(Key::play_actual_is, &[("value", &actual)]);
        view! { <Row><Badge text=tr(key) tone/><Muted>{text}</Muted></Row> }
    });
    view! {
        <Big name=target value=label>{truth}</Big>
        <ProbabilityBars name=tr(Key::play_probabilities) bars=probabilities/>
        {more}
    }
    .into_any()
}
