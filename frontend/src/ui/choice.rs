//! Forms where one chooses rather than writes: lists, segments, ticks; each with its label and its fault like a field.

use super::form::{FieldFrame, FormState, fault_line, hint_line, id_of};
use leptos::{prelude::*, text_prop::TextProp};

/// Something that can be chosen.
#[derive(Clone, Debug)]
pub struct Choice {
    value: String,
    name: TextProp,
}

impl Choice {
    /// A value and what it is called.
    pub fn new(value: impl Into<String>, name: impl Into<TextProp>) -> Self {
        Self { value: value.into(), name: name.into() }
    }
}

pub(super) fn options(choices: Signal<Vec<Choice>>, value: Signal<String>) -> impl IntoView {
    move || {
        let option = |choice: Choice| {
            let Choice { value: own, name } = choice;
            let chosen = own.clone();
            view! {
                <option value=own prop:selected=move || value.with(|value| *value == chosen)>
                    {move || name.get()}
                </option>
            }
        };
        choices.get().into_iter().map(option).collect_view()
    }
}

/// A list outside forms, such as a filter: choosing acts at once.
#[component]
pub fn Select(
    /// What is chosen.
    #[prop(into)]
    label: TextProp,
    /// What there is to choose from.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// What is chosen now.
    #[prop(into)]
    value: Signal<String>,
    /// What happens.
    #[prop(into)]
    on_choose: Callback<String>,
) -> impl IntoView {
    view! {
        <label class="select-line">
            <span class="muted small">{move || label.get()}</span>
            <select class="input select" on:change=move |event| on_choose.run(event_target_value(&event))>
                {options(choices, value)}
            </select>
        </label>
    }
}

/// A field that is chosen from a list.
#[component]
pub fn SelectField(
    /// The form it belongs to.
    form: FormState,
    /// Where it stands in the body of the call.
    pointer: &'static str,
    /// Its name.
    #[prop(into)]
    label: TextProp,
    /// What there is to choose from.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// What it holds.
    value: RwSignal<String>,
    /// Said before the mistake.
    #[prop(optional, into)]
    hint: Option<TextProp>,
) -> impl IntoView {
    let id = id_of(pointer);
    view! {
        <FieldFrame form pointer label hint>
            <select
                class="input select"
                id=id.clone()
                name=pointer.trim_start_matches("#/")
                aria-describedby=format!("{id}-hint {id}-fault")
                aria-invalid=move || form.fault_at(pointer).map(|_| "true")
                on:change=move |event| {
                    value.set(event_target_value(&event));
                    form.forgive(pointer);
                }
            >
                {options(choices, value.into())}
            </select>
        </FieldFrame>
    }
}

/// A field of numbers. What is typed stays a text until the form is sent, so that nothing is lost meanwhile.
#[component]
pub fn NumberField(
    /// The form it belongs to.
    form: FormState,
    /// Where it stands in the body of the call.
    pointer: &'static str,
    /// Its name, with the unit.
    #[prop(into)]
    label: TextProp,
    /// What it holds.
    value: RwSignal<String>,
    /// The least that is taken.
    #[prop(optional, into)]
    min: Option<String>,
    /// The most that is taken.
    #[prop(optional, into)]
    max: Option<String>,
    /// The step; `any` unless told.
    #[prop(default = "any")]
    step: &'static str,
    /// What stands in the empty field: what holds unless told.
    #[prop(optional, into)]
    usual: Option<String>,
    /// Said before the mistake.
    #[prop(optional, into)]
    hint: Option<TextProp>,
) -> impl IntoView {
    let id = id_of(pointer);
    view! {
        <FieldFrame form pointer label hint>
            <input
                class="input"
                id=id.clone()
                name=pointer.trim_start_matches("#/")
                type="number"
                inputmode="decimal"
                autocomplete="off"
                min=min
                max=max
                step=step
                placeholder=usual
                aria-describedby=format!("{id}-hint {id}-fault")
                aria-invalid=move || form.fault_at(pointer).map(|_| "true")
                prop:value=move || value.get()
                on:input=move |event| {
                    value.set(event_target_value(&event));
                    form.forgive(pointer);
                }
            />
        </FieldFrame>
    }
}

/// A few ways beside each other, one of which is taken.
#[component]
pub fn SegmentField(
    /// The form it belongs to.
    form: FormState,
    /// Where it stands in the body of the call.
    pointer: &'static str,
    /// Its name.
    #[prop(into)]
    label: TextProp,
    /// What there is to choose from.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// What it holds.
    value: RwSignal<String>,
    /// Said before the mistake.
    #[prop(optional, into)]
    hint: Option<TextProp>,
) -> impl IntoView {
    let fault = form.claim(pointer);
    let id = id_of(pointer);
    let group = id.clone();
    let segment = move |choice: Choice| {
        let Choice { value: own, name } = choice;
        let (taken, taking) = (own.clone(), own.clone());
        let take = move |_| {
            value.set(taking.clone());
            form.forgive(pointer);
        };
        view! {
            <label class="way">
                <input class="sr-only" type="radio" name=group.clone() value=own
                    prop:checked=move || value.with(|value| *value == taken) on:change=take/>
                <span>{move || name.get()}</span>
            </label>
        }
    };
    view! {
        <fieldset
            class="field"
            role="radiogroup"
            aria-describedby=format!("{id}-hint {id}-fault")
            aria-invalid=move || fault.get().map(|_| "true")
        >
            <legend class="field-label">{move || label.get()}</legend>
            <div class="ways">{move || choices.get().into_iter().map(segment.clone()).collect_view()}</div>
            {hint_line(&id, hint)}
            {fault_line(&id, fault)}
        </fieldset>
    }
}

/// Several things of which any number is taken, in one frame with one fault.
#[component]
pub fn TickGroup(
    /// The form it belongs to.
    form: FormState,
    /// Where it stands in the body of the call.
    pointer: &'static str,
    /// Its name.
    #[prop(into)]
    label: TextProp,
    /// Said before the mistake.
    #[prop(optional, into)]
    hint: Option<TextProp>,
    /// The things.
    children: Children,
) -> impl IntoView {
    let fault = form.claim_group(pointer);
    let id = id_of(pointer);
    view! {
        <fieldset class="field" aria-describedby=format!("{id}-hint {id}-fault")>
            <legend class="field-label">{move || label.get()}</legend>
            {hint_line(&id, hint)}
            <div class="ticks">{children()}</div>
            {fault_line(&id, fault)}
        </fieldset>
    }
}

/// One thing that is taken or not.
#[component]
pub fn Tick(
    /// Its name.
    #[prop(into)]
    text: TextProp,
    /// Whether it is taken.
    #[prop(into)]
    taken: Signal<bool>,
    /// Can't be taken.
    #[prop(optional)]
    off: bool,
    /// What is worth knowing about it.
    #[prop(optional, into)]
    aside: ViewFn,
    /// What happens when it is taken or left.
    #[prop(into)]
    on_change: Callback<bool>,
) -> impl IntoView {
    view! {
        <label class="tick" data-off=off.then_some("")>
            <input type="checkbox" disabled=off prop:checked=move || taken.get()
                on:change=move |event| on_change.run(event_target_checked(&event))/>
            <span class="tick-text">{move || text.get()}</span>
            {aside.run()}
        </label>
    }
}
