//! How much rows and classes weigh, and what wrong answers cost.

use super::draft::Draft;
use crate::{
    i18n::{Key, tr},
    ui::{Choice, CostTable, FieldGroup, Lines, Muted, NumberLine, SegmentField, SelectField, Stack},
};
use contract::training::Task;
use leptos::prelude::*;

/// Classes whose costs are asked for.
const MOST: usize = 5;

/// The fields.
pub fn fields(draft: Draft) -> AnyView {
    let columns = Signal::derive(move || {
        let named = draft.columns(crate::model::plan::counts).into_iter();
        let named = named.map(|name| Choice::new(name.clone(), name));
        std::iter::once(Choice::new("", tr(Key::train_weight_none))).chain(named).collect::<Vec<_>>()
    });
    let of_classes = Memo::new(move |_| draft.asked_task() == Task::Classification);
    let more = move || of_classes.get().then(|| view! { {weights(draft)}{costs(draft)} });
    view! {
        <Stack>
            <SelectField form=draft.form pointer="#/weight_column" label=tr(Key::train_weight_column) choices=columns
                value=draft.weight_column hint=tr(Key::train_weight_column_hint)/>
            {more}
        </Stack>
    }
    .into_any()
}

fn weights(draft: Draft) -> AnyView {
    let classes = Memo::new(move |_| draft.classes());
    let ways = Signal::derive(move || {
        let mut ways = vec![
            Choice::new("none", tr(Key::train_class_none)),
            Choice::new("balanced", tr(Key::train_class_balanced)),
        ];
        if classes.with(|classes| !classes.is_empty()) {
            ways.push(Choice::new("given", tr(Key::train_class_given)));
        }
        ways
    });
    let given = Memo::new(move |_| draft.class_weights.with(|ways| ways == "given"));
    let lines = move || {
        let line = |class: String| {
            let (held, written) = (class.clone(), class.clone());
            let value = Signal::derive(move || {
                draft.class_weight.with(|weights| weights.get(&held).cloned().unwrap_or_default())
            });
            let write = Callback::new(move |text: String| {
                draft.class_weight.update(|weights| drop(weights.insert(written.clone(), text)));
                draft.form.forgive("#/class_weights");
            });
            view! { <NumberLine name=class usual="1" value on_write=write/> }
        };
        given.get().then(|| {
            let lines = classes.get().into_iter().map(line).collect_view();
            view! {
                <FieldGroup form=draft.form pointer="#/class_weights/given" label=tr(Key::train_class_given)
                    hint=tr(Key::train_class_given_hint)>
                    <Lines>{lines}</Lines>
                </FieldGroup>
            }
        })
    };
    view! {
        <SegmentField form=draft.form pointer="#/class_weights" label=tr(Key::train_class_weights) choices=ways
            value=draft.class_weights hint=tr(Key::train_class_weights_hint)/>
        {lines}
    }
    .into_any()
}

fn costs(draft: Draft) -> AnyView {
    let classes = Memo::new(move |_| draft.classes());
    let write = Callback::new(move |(pair, text): ((String, String), String)| {
        draft.costs.update(|costs| drop(costs.insert(pair, text)));
        draft.form.forgive("#/costs");
    });
    let table = move || {
        let classes = classes.get();
        if !(2..=MOST).contains(&classes.len()) {
            return view! { <Muted>{tr(Key::train_costs_many)}</Muted> }.into_any();
        }
        view! {
            <FieldGroup form=draft.form pointer="#/costs" label=tr(Key::train_costs) hint=tr(Key::train_costs_hint)>
                <CostTable label=tr(Key::train_costs) rows_name=tr(Key::train_costs_actual)
                    columns_name=tr(Key::train_costs_predicted) classes costs=draft.costs on_write=write/>
            </FieldGroup>
        }
        .into_any()
    };
    view! { {table} }.into_any()
}
