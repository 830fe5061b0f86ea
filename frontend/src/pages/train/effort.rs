//! How hard is searched: each family once, for a time, or for a number of trials; and what makes a model good.

use super::{draft::Draft, field::number, words};
use crate::{
    i18n::{Key, say, tr},
    model::metric,
    ui::{Choice, Fields, Muted, SegmentField, SelectField},
};
use contract::training::Task;
use leptos::prelude::*;

/// Metrics of classes that few rank by.
const RARE: [&str; 3] = ["average_precision", "mcc", "calibration_error"];

/// The metrics that may rank the trials of a task, the usual one first.
pub fn metrics(task: Task) -> Vec<&'static str> {
    let usual = metric::of(task);
    let rare = RARE.iter().filter(|name| task == Task::Classification && !usual.contains(name));
    usual.iter().chain(rare).copied().collect()
}

/// The effort.
pub fn fields(draft: Draft) -> AnyView {
    let efforts = Signal::derive(|| {
        vec![
            Choice::new("quick", tr(Key::train_effort_quick)),
            Choice::new("seconds", tr(Key::train_effort_time)),
            Choice::new("trials", tr(Key::train_effort_trials)),
        ]
    });
    let chosen = Memo::new(move |_| draft.effort.get());
    let amount = move || match chosen.get().as_str() {
        "seconds" => view! {
            <Fields>{number(draft, "#/budget_seconds")}{unit(draft)}</Fields>
            <Muted>{tr(Key::train_effort_time_hint)}</Muted>
        }
        .into_any(),
        "trials" => view! { <Fields>{number(draft, "#/trials")}</Fields> }.into_any(),
        _ => view! { <Muted>{tr(Key::train_effort_quick_hint)}</Muted> }.into_any(),
    };
    view! {
        <SegmentField form=draft.form pointer="#/effort" label=tr(Key::train_effort_how) choices=efforts
            value=draft.effort/>
        {amount}
    }
    .into_any()
}

fn unit(draft: Draft) -> AnyView {
    let units = Signal::derive(|| {
        vec![
            Choice::new("seconds", tr(Key::train_unit_seconds)),
            Choice::new("minutes", tr(Key::train_unit_minutes)),
            Choice::new("hours", tr(Key::train_unit_hours)),
        ]
    });
    view! { <SelectField form=draft.form pointer="#/unit" label=tr(Key::train_unit) choices=units value=draft.unit/> }
        .into_any()
}

/// The metric that ranks the trials.
pub fn ranking(draft: Draft) -> AnyView {
    let choices = Signal::derive(move || {
        let names = metrics(draft.asked_task()).into_iter();
        names.map(|name| Choice::new(name, move || words::metric(name))).collect::<Vec<_>>()
    });
    let hint = move || say(words::direction(&draft.metric.get()));
    view! {
        <SelectField form=draft.form pointer="#/metric" label=tr(Key::train_metric) choices
            value=draft.metric hint/>
    }
    .into_any()
}
