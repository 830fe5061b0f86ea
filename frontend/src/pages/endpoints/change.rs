//! Puts another model on an endpoint, after naming what callers will notice.

use crate::{
    client::{Failure, Remote},
    i18n::{Key, fill, tr},
    model::{
        endpoint::{Difference, difference},
        figure,
    },
    pages::playground::Bench,
    session::Tenancy,
    ui::{
        Button, Dialog, Form, FormState, FromTo, Kind, Loaded, Muted, Options, PickField, Remarks, Stack,
        Toasts, Tone,
    },
};
use contract::{
    ModelId,
    endpoints::{UpdateEndpoint, UpdateEndpointBody},
    models::{GetModel, ListModels, ListModelsQuery, Model},
};
use leptos::{prelude::*, text_prop::TextProp};

/// Columns that are named one by one.
const NAMED: usize = 12;

/// The dialog as others open it.
#[derive(Clone, Copy)]
pub struct Changing {
    open: RwSignal<bool>,
    wish: RwSignal<String>,
}

impl Default for Changing {
    fn default() -> Self {
        Self { open: RwSignal::new(false), wish: RwSignal::new(String::new()) }
    }
}

impl Changing {
    /// Opens it with a model chosen.
    pub fn to(self, id: ModelId) {
        self.wish.set(id.to_string());
        self.open.set(true);
    }

    /// Opens it with the newest model that fits.
    pub fn any(self) {
        self.wish.set(String::new());
        self.open.set(true);
    }
}

/// The model that serves and those that could, newest first.
type Choice = (Model, Vec<Model>);

async fn choice(tenancy: Tenancy, current: ModelId, wish: String) -> Result<Choice, Failure> {
    let query = ListModelsQuery { limit: Some(100), ..ListModelsQuery::default() };
    let (now, list, one) = untrack(|| {
        (
            tenancy.ask::<GetModel>(&[&current.to_string()]),
            tenancy.ask::<ListModels>(&[]).query(&query),
            tenancy.ask::<GetModel>(&[&wish]),
        )
    });
    let now = now.send().await?;
    let mut models = list.send().await?.data;
    if !wish.is_empty() && !models.iter().any(|model| model.id.to_string() == wish) {
        models.insert(0, one.send().await?);
    }
    models.retain(|model| model.task == now.task && model.id != now.id);
    Ok((now, models))
}

/// The dialog.
#[component]
pub fn ChangeDialog(
    /// What the tabs share.
    bench: Bench,
    /// Whether it is open, and with what chosen.
    changing: Changing,
) -> impl IntoView {
    let (tenancy, toasts, form) = (Tenancy::expect(), expect_context::<Toasts>(), FormState::default());
    let Changing { open, wish } = changing;
    let put = Callback::new(move |()| {
        let Ok(model_id) = wish.get_untracked().parse::<ModelId>() else { return };
        let body = UpdateEndpointBody { model_id };
        let ask = untrack(|| tenancy.ask::<UpdateEndpoint>(&[&bench.name.get()]).body(&body));
        let toasts = toasts.clone();
        form.send(ask.send(), move |endpoint| {
            let version = endpoint.model_version.to_string();
            toasts.say(Tone::Good, fill(Key::endpoint_changed, &[("version", &version)]));
            bench.served_by(endpoint);
            open.try_set(false);
        });
    });
    let none = Signal::derive(move || form.busy().get() || wish.with(String::is_empty));
    let foot = move || {
        view! {
            <Button text=tr(Key::action_cancel) on_press=move |()| open.set(false)/>
            <Button text=tr(Key::endpoint_change_do) kind=Kind::Primary on_press=put off=none/>
        }
    };
    view! {
        <Dialog open title=tr(Key::endpoint_change_title) foot>
            <Form state=form on_send=put><Choosing bench form wish/></Form>
        </Dialog>
    }
}

#[component]
fn Choosing(bench: Bench, form: FormState, wish: RwSignal<String>) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let fault = form.claim("#/model_id");
    let models = Remote::new(move || {
        let (current, wish) = untrack(|| (bench.endpoint.value(), wish.get()));
        async move {
            match current {
                Some(endpoint) => choice(tenancy, endpoint.model_id, wish).await,
                None => Err(Failure::Garbled(0)),
            }
        }
    });
    let view = move |(now, models): Choice| {
        if models.is_empty() {
            return view! { <p>{tr(Key::endpoint_change_none)}</p> }.into_any();
        }
        let named = |id: &String| models.iter().any(|model| model.id.to_string() == *id);
        if !wish.with_untracked(named) {
            wish.set(models.first().map(|model| model.id.to_string()).unwrap_or_default());
        }
        let options = options(&models);
        let known = StoredValue::new(models);
        let effect = move || {
            let next = wish.with(|wish| {
                known.with_value(|models| models.iter().find(|model| model.id.to_string() == *wish).cloned())
            });
            next.map(|next| view! { <Effects now=now.clone() next/> })
        };
        view! {
            <PickField id="field-model_id" label=tr(Key::endpoint_change_to) options value=wish fault/>
            {effect}
        }
        .into_any()
    };
    view! { <Loaded remote=models view/> }
}

fn named(model: &Model) -> TextProp {
    let (name, version) = (model.name.clone(), model.version.to_string());
    (move || fill(Key::endpoint_version_of, &[("model", &name), ("version", &version)])).into()
}

fn options(models: &[Model]) -> Options {
    models.iter().map(|model| (model.id.to_string(), named(model))).collect()
}

/// What callers will notice.
#[component]
fn Effects(now: Model, next: Model) -> impl IntoView {
    let Difference { added, dropped, target, score } = difference(&now, &next);
    let mut texts: Vec<TextProp> = Vec::new();
    if let Some((now, next)) = target {
        texts.push((move || fill(Key::endpoint_diff_target, &[("now", &now), ("next", &next)])).into());
    }
    for (key, columns) in [(Key::endpoint_diff_added, added), (Key::endpoint_diff_dropped, dropped)] {
        if !columns.is_empty() {
            let text = listed(&columns);
            texts.push((move || fill(key, &[("columns", &text)])).into());
        }
    }
    if let Some((metric, now, next)) = score {
        let (now, next) = (figure::measured(now), figure::measured(next));
        let text =
            move || fill(Key::endpoint_diff_score, &[("metric", &metric), ("now", &now), ("next", &next)]);
        texts.push(text.into());
    }
    view! {
        <Stack>
            <FromTo from=named(&now) to=named(&next)/>
            <Remarks texts/>
            <Muted>{tr(Key::endpoint_change_means)}</Muted>
        </Stack>
    }
}

fn listed(columns: &[String]) -> String {
    let more = columns.len().saturating_sub(NAMED);
    let named = columns.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{named} +{more}") } else { named }
}
