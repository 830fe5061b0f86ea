//! The fields of a key, for a new one and for one that is changed.

use crate::{
    client::Remote,
    i18n::{Key, fill, tr},
    model::api_key::{Ends, Preset, Wish, scope_name},
    session::Tenancy,
    ui::{Badge, Chips, Field, FormState, Loaded, Muted, Options, PickBox, PickField, PickGroup, PickOne},
};
use contract::{
    ListQuery, Page as List,
    api_keys::{ApiKey, KeyScope},
    endpoints::{Endpoint, ListEndpoints},
};
use leptos::prelude::*;

const ALL: &str = "all";
const SOME: &str = "some";

/// What the form holds.
#[derive(Clone, Copy)]
pub struct Fields {
    name: RwSignal<String>,
    preset: RwSignal<String>,
    scopes: RwSignal<Vec<KeyScope>>,
    reach: RwSignal<String>,
    endpoints: RwSignal<Vec<String>>,
    ends: RwSignal<String>,
    rate: RwSignal<String>,
    exists: bool,
}

impl Fields {
    /// A new key: it predicts, on all endpoints, without end.
    pub fn new() -> Self {
        Self {
            name: RwSignal::new(String::new()),
            preset: RwSignal::new(Preset::Predict.tag().to_owned()),
            scopes: RwSignal::new(Preset::Predict.scopes()),
            reach: RwSignal::new(ALL.to_owned()),
            endpoints: RwSignal::new(Vec::new()),
            ends: RwSignal::new(Ends::Never.tag()),
            rate: RwSignal::new(String::new()),
            exists: false,
        }
    }

    /// A key as it is.
    pub fn of(key: &ApiKey) -> Self {
        let reach = if key.endpoints.is_some() { SOME } else { ALL };
        Self {
            name: RwSignal::new(key.name.clone()),
            preset: RwSignal::new(Preset::of(&key.scopes).tag().to_owned()),
            scopes: RwSignal::new(key.scopes.clone()),
            reach: RwSignal::new(reach.to_owned()),
            endpoints: RwSignal::new(key.endpoints.clone().unwrap_or_default()),
            ends: RwSignal::new(Ends::Unchanged.tag()),
            rate: RwSignal::new(key.rate_per_second.map(|rate| rate.to_string()).unwrap_or_default()),
            exists: true,
        }
    }

    /// What the form says.
    pub fn wish(&self) -> Wish {
        let limited = self.reach.with_untracked(|reach| reach == SOME);
        Wish {
            name: self.name.get_untracked(),
            scopes: self.scopes.get_untracked(),
            endpoints: limited.then(|| self.endpoints.get_untracked()),
            ends: Ends::of_tag(&self.ends.get_untracked()),
            rate: self.rate.get_untracked(),
        }
    }

    /// Whether nothing is wrong that can be told before asking.
    pub fn check(&self, form: FormState, wish: &Wish) -> bool {
        form.check(&[
            ("#/name", Key::field_required, !wish.name.trim().is_empty()),
            ("#/scopes", Key::key_scopes_none, !wish.scopes.is_empty()),
            (
                "#/endpoints",
                Key::key_endpoints_none,
                wish.endpoints.as_ref().is_none_or(|names| !names.is_empty()),
            ),
            ("#/rate_per_second", Key::key_rate_wrong, wish.rate().is_ok()),
        ])
    }
}

/// The fields.
#[component]
pub fn KeyFields(
    /// The form they belong to.
    form: FormState,
    /// What they hold.
    fields: Fields,
) -> impl IntoView {
    let ends_fault = form.claim("#/expires_at");
    view! {
        <Field form pointer="#/name" label=tr(Key::key_name) value=fields.name hint=tr(Key::key_name_hint)/>
        <Scopes form fields/>
        <Reach form fields/>
        <PickField id="field-expires_at" label=tr(Key::key_ends) options=ends(fields.exists) value=fields.ends
            hint=tr(Key::key_ends_hint) fault=ends_fault/>
        <Field form pointer="#/rate_per_second" label=tr(Key::key_rate) value=fields.rate hint=tr(Key::key_rate_hint)/>
    }
}

fn ends(exists: bool) -> Options {
    let unchanged = exists.then_some(Ends::Unchanged);
    let option = |ends: Ends| {
        let text = move || match ends {
            Ends::Unchanged => tr(Key::key_ends_unchanged)().to_owned(),
            Ends::Never => tr(Key::key_never_ends)().to_owned(),
            Ends::After(days) => fill(Key::key_ends_after, &[("count", &days.to_string())]),
        };
        (ends.tag(), text.into())
    };
    unchanged.into_iter().chain(Ends::NEW).map(option).collect()
}

#[component]
fn Scopes(form: FormState, fields: Fields) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let fault = form.claim("#/scopes");
    Effect::new(move |_| {
        let scopes = fields.preset.with(|preset| Preset::of_tag(preset).scopes());
        if !scopes.is_empty() {
            fields.scopes.set(scopes);
            form.forgive("#/scopes");
        }
    });
    let preset = move |preset: Preset| {
        let (label, text) = match preset {
            Preset::Predict => (Key::key_preset_predict, Key::key_preset_predict_text),
            Preset::Build => (Key::key_preset_build, Key::key_preset_build_text),
            Preset::Custom => (Key::key_preset_custom, Key::key_preset_custom_text),
        };
        view! {
            <PickOne group="key-preset" value=preset.tag() label=tr(label) text=tr(text) chosen=fields.preset/>
        }
    };
    let custom = Memo::new(move |_| fields.preset.with(|preset| Preset::of_tag(preset) == Preset::Custom));
    // Nobody can make a key that may do more than they may themselves.
    let offered = move || {
        let held = fields.scopes.get_untracked();
        let audit = tenancy.rights().reads_audit() || held.contains(&KeyScope::AuditRead);
        KeyScope::ALL.into_iter().filter(move |scope| audit || *scope != KeyScope::AuditRead)
    };
    let boxes = move || {
        custom.get().then(|| {
            let wrong = Signal::derive(move || fault.get().is_some());
            let boxes = offered().map(|scope| scope_box(form, fields, scope, wrong)).collect_view();
            view! {
                <PickGroup id="field-scopes" label=tr(Key::key_scopes) hint=tr(Key::key_scopes_hint) fault>
                    {boxes}
                </PickGroup>
            }
        })
    };
    let chips = move || {
        (!custom.get()).then(|| {
            let scopes = fields.scopes.get();
            let chip = |scope: KeyScope| view! { <Badge text=scope_name(scope)/> };
            view! { <Chips>{scopes.into_iter().map(chip).collect_view()}</Chips> }
        })
    };
    view! {
        <PickGroup id="key-presets" label=tr(Key::key_may)>{Preset::ALL.map(preset).into_iter().collect_view()}</PickGroup>
        {chips}
        {boxes}
    }
}

fn scope_box(form: FormState, fields: Fields, scope: KeyScope, wrong: Signal<bool>) -> AnyView {
    let ticked = Signal::derive(move || fields.scopes.with(|scopes| scopes.contains(&scope)));
    let on_tick = move |on: bool| {
        form.forgive("#/scopes");
        fields.scopes.update(|scopes| {
            scopes.retain(|known| *known != scope);
            if on {
                scopes.push(scope);
            }
        });
    };
    view! {
        <PickBox label=scope_name(scope) text=Some(tr(super::scope_means(scope)).into()) ticked wrong on_tick/>
    }
    .into_any()
}

#[component]
fn Reach(form: FormState, fields: Fields) -> impl IntoView {
    let fault = form.claim("#/endpoints");
    let limited = Memo::new(move |_| fields.reach.with(|reach| reach == SOME));
    view! {
        <PickGroup id="key-reach" label=tr(Key::key_endpoints)>
            <PickOne group="key-reach" value=ALL label=tr(Key::key_all_endpoints)
                text=tr(Key::key_all_endpoints_text) chosen=fields.reach/>
            <PickOne group="key-reach" value=SOME label=tr(Key::key_some_endpoints)
                text=tr(Key::key_some_endpoints_text) chosen=fields.reach/>
        </PickGroup>
        {move || limited.get().then(|| view! { <Names form fields fault/> })}
    }
}

#[component]
fn Names(form: FormState, fields: Fields, fault: Signal<Option<String>>) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let endpoints = Remote::new(move || {
        let query = ListQuery { limit: Some(100), cursor: None };
        tenancy.ask::<ListEndpoints>(&[]).query(&query).send()
    });
    let wrong = Signal::derive(move || fault.get().is_some());
    let view = move |list: List<Endpoint>| {
        let mut names: Vec<String> = list.data.into_iter().map(|endpoint| endpoint.name).collect();
        let known = names.len();
        // A key may name an endpoint that is gone, or one beyond the first page.
        names.extend(
            fields
                .endpoints
                .get_untracked()
                .into_iter()
                .filter(|name| !names.contains(name))
                .collect::<Vec<_>>(),
        );
        if names.is_empty() {
            return view! { <Muted>{tr(Key::endpoints_none_text)}</Muted> }.into_any();
        }
        let boxes = names.into_iter().enumerate().map(move |(place, name)| {
            let (of, to) = (name.clone(), name.clone());
            let ticked = Signal::derive(move || fields.endpoints.with(|names| names.contains(&of)));
            let on_tick = move |on: bool| {
                form.forgive("#/endpoints");
                fields.endpoints.update(|names| {
                    names.retain(|known| *known != to);
                    if on {
                        names.push(to.clone());
                    }
                });
            };
            let absent = (place >= known).then(|| tr(Key::key_endpoint_absent).into());
            view! { <PickBox label=name text=absent ticked wrong on_tick/> }
        });
        let boxes = boxes.collect_view();
        view! {
            <PickGroup id="field-endpoints" label=tr(Key::key_which_endpoints) fault>{boxes}</PickGroup>
        }
        .into_any()
    };
    view! { <Loaded remote=endpoints view/> }
}
