//! What the operator does with a tenant: another plan, keeping it out, letting it in again. The tenant's own log records each.

use super::Picked;
use crate::{
    client::{Ask, Failure, Remote},
    i18n::{Key, fill, tr},
    model::figure::{bytes, grouped},
    pages::{confirm::Confirm, words},
    ui::{
        Button, Dialog, FilterChoice, FilterSelect, Form, FormState, Kind, Loaded, Muted, Pair, Pairs,
        Toasts, Tone,
    },
};
use contract::{
    Page as List,
    operator::{
        ListPlans, OperatorTenant, PlanLimits, Plans, UpdateOperatorTenant, UpdateOperatorTenantBody,
    },
};
use leptos::prelude::*;
use std::future::Future;

fn name_of(who: Picked) -> String {
    who.with(|who| who.as_ref().map(|who| who.name.clone()).unwrap_or_default())
}

fn update(
    tenant: &OperatorTenant,
    body: &UpdateOperatorTenantBody,
) -> impl Future<Output = Result<OperatorTenant, Failure>> + use<> {
    Ask::<UpdateOperatorTenant>::new(&[&tenant.id.to_string()]).body(body).send()
}

/// Gives a tenant another plan.
#[component]
pub fn PlanDialog(
    /// Whether it is shown.
    open: RwSignal<bool>,
    /// The tenant.
    who: Picked,
    /// The list that changes.
    list: Remote<List<OperatorTenant>>,
) -> impl IntoView {
    let (toasts, form, plan) =
        (expect_context::<Toasts>(), FormState::default(), RwSignal::new(String::new()));
    let plans = Remote::new(|| Ask::<ListPlans>::new(&[]).send());
    Effect::new(move |_| {
        if open.get() {
            form.check(&[]);
            let now = who.with_untracked(|who| who.as_ref().map(|who| who.plan.clone()));
            plan.set(now.unwrap_or_default());
        }
    });
    let save = Callback::new(move |()| {
        let Some(tenant) = who.get_untracked() else { return };
        let body = UpdateOperatorTenantBody { plan: Some(plan.get_untracked()), suspended: None };
        let toasts = toasts.clone();
        form.send(update(&tenant, &body), move |tenant| {
            open.set(false);
            let news = fill(Key::operator_plan_changed, &[("name", &tenant.name), ("plan", &tenant.plan)]);
            toasts.say(Tone::Good, news);
            list.reload();
        });
    });
    let foot = move || {
        view! {
            <Button text=tr(Key::action_cancel) on_press=move |()| open.set(false)/>
            <Button text=tr(Key::member_save) kind=Kind::Primary on_press=save off=form.busy()/>
        }
    };
    let view = move |plans: Plans| choice(plans, plan);
    view! {
        <Dialog open title=move || fill(Key::operator_change_plan, &[("name", &name_of(who))]) foot>
            <Form state=form on_send=save>
                <p><Muted>{tr(Key::operator_plan_text)}</Muted></p>
                <Loaded remote=plans view/>
            </Form>
        </Dialog>
    }
}

/// The plans, and what the chosen one allows.
fn choice(plans: Plans, plan: RwSignal<String>) -> AnyView {
    let names: Vec<FilterChoice> =
        plans.data.iter().map(|plan| FilterChoice::new(&plan.name, &plan.name)).collect();
    let options = Signal::derive(move || names.clone());
    let limits = move || {
        let chosen = plans.data.iter().find(|known| plan.with(|plan| known.name == *plan));
        chosen.map(limits)
    };
    view! {
        <FilterSelect label=tr(Key::settings_plan) options value=plan/>
        {limits}
    }
    .into_any()
}

fn limits(plan: &PlanLimits) -> AnyView {
    let line = |(name, limit): (&String, &u64)| {
        let amount = if name.ends_with("_bytes") { bytes(*limit) } else { grouped(*limit) };
        let name = name.clone();
        view! { <Pair name=move || words::quota(&name) value=amount/> }
    };
    let lines = plan.limits.iter().map(line).collect_view();
    view! { <Pairs>{lines}</Pairs> }.into_any()
}

/// Keeps a tenant out.
#[component]
pub fn Suspend(
    /// Whether it is asked.
    open: RwSignal<bool>,
    /// The tenant.
    who: Picked,
    /// The list that changes.
    list: Remote<List<OperatorTenant>>,
) -> impl IntoView {
    let form = FormState::default();
    let sure = door(form, open, who, list, true);
    let loses = move || fill(Key::operator_suspend_loses, &[("name", &name_of(who))]);
    let slug =
        Signal::derive(move || who.with(|who| who.as_ref().map(|who| who.slug.clone()).unwrap_or_default()));
    view! {
        <Confirm open title=tr(Key::operator_suspend_title) loses act=Key::operator_suspend name=slug form on_sure=sure/>
    }
}

/// Lets a tenant in again.
#[component]
pub fn Resume(
    /// Whether it is asked.
    open: RwSignal<bool>,
    /// The tenant.
    who: Picked,
    /// The list that changes.
    list: Remote<List<OperatorTenant>>,
) -> impl IntoView {
    let form = FormState::default();
    let sure = door(form, open, who, list, false);
    let loses = move || fill(Key::operator_resume_text, &[("name", &name_of(who))]);
    view! {
        <Confirm open title=tr(Key::operator_resume_title) loses act=Key::operator_resume kind=Kind::Primary form
            on_sure=sure/>
    }
}

/// Shuts or opens the door.
fn door(
    form: FormState,
    open: RwSignal<bool>,
    who: Picked,
    list: Remote<List<OperatorTenant>>,
    suspended: bool,
) -> Callback<()> {
    let toasts = expect_context::<Toasts>();
    Callback::new(move |()| {
        let Some(tenant) = who.get_untracked() else { return };
        let body = UpdateOperatorTenantBody { plan: None, suspended: Some(suspended) };
        let toasts = toasts.clone();
        form.send(update(&tenant, &body), move |tenant| {
            open.set(false);
            let key = if suspended { Key::operator_suspended_news } else { Key::operator_resumed_news };
            toasts.say(Tone::Good, fill(key, &[("name", &tenant.name)]));
            list.reload();
        });
    })
}
