//! Numbers for many things alike: one a line, or one for each pair in a table.

use super::form::{FormState, fault_line, hint_line, id_of};
use super::matrix::class_table;
use leptos::{prelude::*, text_prop::TextProp};
use std::collections::BTreeMap;

/// Many fields alike in one frame with one fault.
#[component]
pub fn FieldGroup(
    /// The form it belongs to.
    form: FormState,
    /// Where they stand in the body of the call.
    pointer: &'static str,
    /// Its name.
    #[prop(into)]
    label: TextProp,
    /// Said before the mistake.
    #[prop(optional, into)]
    hint: Option<TextProp>,
    /// The fields.
    children: Children,
) -> impl IntoView {
    let fault = form.claim_group(pointer);
    let id = id_of(pointer);
    view! {
        <fieldset class="field" aria-describedby=format!("{id}-hint {id}-fault")>
            <legend class="field-label">{move || label.get()}</legend>
            {hint_line(&id, hint)}
            {children()}
            {fault_line(&id, fault)}
        </fieldset>
    }
}

/// A line of many alike: its name and a number.
#[component]
pub fn NumberLine(
    /// What the number is of.
    name: String,
    /// What stands in the empty field.
    usual: &'static str,
    /// What is written.
    #[prop(into)]
    value: Signal<String>,
    /// Takes what is written.
    #[prop(into)]
    on_write: Callback<String>,
) -> impl IntoView {
    let title = name.clone();
    view! {
        <label class="list-line">
            <span class="clip" title=title>{name}</span>
            <input class="input" type="number" inputmode="decimal" step="any" min="0" autocomplete="off"
                placeholder=usual prop:value=move || value.get()
                on:input=move |event| on_write.run(event_target_value(&event))/>
        </label>
    }
}

/// A number for each pair of different classes: what is so by line, what is answered by column.
#[component]
pub fn CostTable(
    /// What the numbers are, for screen readers.
    #[prop(into)]
    label: TextProp,
    /// What the lines are.
    #[prop(into)]
    rows_name: TextProp,
    /// What the columns are.
    #[prop(into)]
    columns_name: TextProp,
    /// The classes.
    classes: Vec<String>,
    /// What is written, by line and column.
    #[prop(into)]
    costs: Signal<BTreeMap<(String, String), String>>,
    /// Takes what is written.
    #[prop(into)]
    on_write: Callback<((String, String), String)>,
) -> impl IntoView {
    let line = |actual: &String| {
        let cell = |predicted: &String| cost_cell(actual, predicted, costs, on_write);
        view! { <tr><th scope="row">{actual.clone()}</th>{classes.iter().map(cell).collect_view()}</tr> }
    };
    let lines = classes.iter().map(line).collect_view();
    class_table("table matrix cost-table", label, rows_name, columns_name, &classes, lines)
}

fn cost_cell(
    actual: &str,
    predicted: &str,
    costs: Signal<BTreeMap<(String, String), String>>,
    on_write: Callback<((String, String), String)>,
) -> AnyView {
    if actual == predicted {
        return view! { <td data-align="end" data-right="">"0"</td> }.into_any();
    }
    let pair = (actual.to_owned(), predicted.to_owned());
    let written = pair.clone();
    let value = move || costs.with(|costs| costs.get(&pair).cloned().unwrap_or_default());
    view! {
        <td data-align="end">
            <input class="input" type="number" inputmode="decimal" step="any" min="0" autocomplete="off"
                placeholder="1" aria-label=format!("{actual} → {predicted}") prop:value=value
                on:input=move |event| on_write.run((written.clone(), event_target_value(&event)))/>
        </td>
    }
    .into_any()
}
