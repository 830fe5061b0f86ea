//! Forms: fields that know their JSON pointer, so that a fault of the answer stands beside the field it speaks of.

use super::{Icon, ProblemPanel, Sign};
use crate::{
    client::Failure,
    i18n::{Key, tr},
    model::faults,
};
use contract::Fault;
use leptos::{ev::SubmitEvent, html, prelude::*, task::spawn_local, text_prop::TextProp};
use std::future::Future;

/// What a form is doing and what was wrong with it.
#[derive(Clone, Copy)]
pub struct FormState {
    busy: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
    missing: RwSignal<Vec<(&'static str, TextProp)>>,
    fields: StoredValue<Vec<&'static str>>,
    groups: StoredValue<Vec<&'static str>>,
}

impl Default for FormState {
    fn default() -> Self {
        Self {
            busy: RwSignal::new(false),
            failure: RwSignal::new(None),
            missing: RwSignal::new(Vec::new()),
            fields: StoredValue::new(Vec::new()),
            groups: StoredValue::new(Vec::new()),
        }
    }
}

impl FormState {
    /// Whether an answer is awaited.
    pub fn busy(&self) -> Signal<bool> {
        self.busy.into()
    }

    /// Checks fields before anything is sent: pointer, what to say, whether it is fine. True when all are.
    pub fn check(&self, checks: &[(&'static str, Key, bool)]) -> bool {
        let wrong = checks.iter().filter(|check| !check.2);
        self.refuse(wrong.map(|check| (check.0, TextProp::from(tr(check.1)))).collect())
    }

    /// Says what is wrong before anything is sent: pointer, what to say. True when nothing is.
    pub fn refuse(&self, wrong: Vec<(&'static str, TextProp)>) -> bool {
        let fine = wrong.is_empty();
        self.failure.set(None);
        self.missing.set(wrong);
        if !fine {
            focus_first_fault();
        }
        fine
    }

    /// Sends what the form holds, once at a time; a refusal is shown where it belongs.
    pub fn send<T: 'static>(
        &self,
        call: impl Future<Output = Result<T, Failure>> + 'static,
        then: impl FnOnce(T) + 'static,
    ) {
        let form = *self;
        if form.busy.get_untracked() {
            return;
        }
        form.busy.set(true);
        form.failure.set(None);
        spawn_local(async move {
            let answer = call.await;
            form.busy.try_set(false);
            match answer {
                Ok(answer) => then(answer),
                Err(failure) => {
                    form.failure.try_set(Some(failure));
                    focus_first_fault();
                }
            }
        });
    }

    /// Whether something is wrong at one of the pointers.
    pub fn wrong_at(&self, pointers: &[&'static str]) -> bool {
        pointers.iter().any(|pointer| self.fault_at(pointer).is_some())
    }

    /// Whether something is wrong at one of the pointers or below it.
    pub fn wrong_below(&self, pointers: &[&'static str]) -> bool {
        pointers.iter().any(|pointer| self.fault_below(pointer).is_some())
    }

    /// What is wrong at a pointer, else the first thing below it with the name of its place.
    fn fault_below(&self, pointer: &'static str) -> Option<String> {
        self.fault_at(pointer).or_else(|| {
            self.failure.with(|failure| match failure {
                Some(Failure::Refused(problem)) => faults::below(problem, pointer),
                _ => None,
            })
        })
    }

    /// Takes the faults at a pointer and below it, for a group of fields that shows them in one place.
    pub fn claim_group(&self, pointer: &'static str) -> Signal<Option<String>> {
        let form = *self;
        form.fields.update_value(|fields| fields.push(pointer));
        form.groups.update_value(|groups| groups.push(pointer));
        Signal::derive(move || form.fault_below(pointer))
    }

    pub(super) fn fault_at(&self, pointer: &'static str) -> Option<String> {
        let missing = self.missing.with(|missing| {
            missing.iter().find(|(place, _)| *place == pointer).map(|(_, text)| text.get().to_string())
        });
        missing.or_else(|| {
            self.failure.with(|failure| match failure {
                Some(Failure::Refused(problem)) => faults::at(problem, pointer),
                _ => None,
            })
        })
    }

    /// Takes the faults at a pointer, for a field that shows them itself.
    pub fn claim(&self, pointer: &'static str) -> Signal<Option<String>> {
        let form = *self;
        form.fields.update_value(|fields| fields.push(pointer));
        Signal::derive(move || form.fault_at(pointer))
    }

    /// Forgets what [`FormState::check`] said about a field that is being mended.
    pub fn forgive(&self, pointer: &'static str) {
        if self.missing.with_untracked(|missing| missing.iter().any(|(place, _)| *place == pointer)) {
            self.missing.update(|missing| missing.retain(|(place, _)| *place != pointer));
        }
    }

    /// The failure as far as no field shows it.
    fn homeless(&self) -> Option<Failure> {
        let failure = self.failure.get()?;
        let Failure::Refused(mut problem) = failure else { return Some(failure) };
        let (fields, groups) = (self.fields.get_value(), self.groups.get_value());
        let free = |fault: &&Fault| !groups.iter().any(|group| faults::is_below(&fault.pointer, group));
        let rest = faults::elsewhere(&problem, &fields).into_iter().filter(free).cloned();
        let rest: Vec<_> = rest.collect();
        let all_placed = rest.is_empty() && !problem.errors.is_empty();
        problem.errors = rest;
        (!all_placed).then_some(Failure::Refused(problem))
    }
}

/// Puts the keyboard where something has to be mended.
pub fn focus_first_fault() {
    request_animation_frame(|| {
        use wasm_bindgen::JsCast;
        if let Ok(Some(field)) = document().query_selector("form [aria-invalid=true]")
            && let Some(field) = field.dyn_ref::<web_sys::HtmlElement>()
        {
            drop(field.focus());
        }
    });
}

/// A form with its faults on top.
#[component]
pub fn Form(
    /// What it is doing.
    state: FormState,
    /// What sends it.
    #[prop(into)]
    on_send: Callback<()>,
    children: Children,
) -> impl IntoView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        on_send.run(());
    };
    let problem = move || state.homeless().map(|failure| view! { <ProblemPanel failure/> });
    view! {
        <form class="form" novalidate="" on:submit=submit>
            {children()}
            {problem}
        </form>
    }
}

/// `#/email` → `field-email`.
pub(super) fn id_of(pointer: &str) -> String {
    format!("field-{}", pointer.trim_start_matches("#/").replace('/', "-"))
}

/// What is wrong with a field, told as it appears.
pub(super) fn fault_line(id: &str, fault: Signal<Option<String>>) -> impl IntoView + use<> {
    let shown = move || fault.get().map(|fault| view! { <Icon sign=Sign::Warning/><span>{fault}</span> });
    view! { <p class="field-error" id=format!("{id}-fault") aria-live="polite">{shown}</p> }
}

/// What is said before the mistake.
pub(super) fn hint_line(id: &str, hint: Option<TextProp>) -> impl IntoView + use<> {
    hint.map(|hint| view! { <p class="field-hint" id=format!("{id}-hint")>{move || hint.get()}</p> })
}

/// A field with label, hint and fault.
#[component]
pub fn Field(
    /// The form it belongs to.
    form: FormState,
    /// Where it stands in the body of the call.
    pointer: &'static str,
    /// Its name.
    #[prop(into)]
    label: TextProp,
    /// What it holds.
    value: RwSignal<String>,
    /// Said before the mistake.
    #[prop(optional, into)]
    hint: Option<TextProp>,
    /// The kind of input: `text`, `email`.
    #[prop(default = "text")]
    kind: &'static str,
    /// What the browser may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
) -> impl IntoView {
    let id = id_of(pointer);
    let node = NodeRef::<html::Input>::new();
    view! {
        <FieldFrame form pointer label hint>
            <input
                class="input"
                id=id.clone()
                name=pointer.trim_start_matches("#/")
                type=kind
                autocomplete=autocomplete
                autocapitalize=(kind == "email").then_some("none")
                spellcheck="false"
                node_ref=node
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

#[component]
pub(super) fn FieldFrame(
    form: FormState,
    pointer: &'static str,
    label: TextProp,
    hint: Option<TextProp>,
    children: Children,
) -> impl IntoView {
    form.fields.update_value(|fields| fields.push(pointer));
    let id = id_of(pointer);
    let fault = Signal::derive(move || form.fault_at(pointer));
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>{move || label.get()}</label>
            {children()}
            {hint_line(&id, hint)}
            {fault_line(&id, fault)}
        </div>
    }
}
