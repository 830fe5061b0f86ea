//! What can be done with a member: give another role, take out; oneself leaves.

use crate::{
    client::Remote,
    i18n::{Key, fill, tr},
    pages::{confirm::Confirm, words},
    session::{Session, Tenancy},
    ui::{Button, Dialog, FilterChoice, FilterSelect, Form, FormState, Kind, Muted, Toasts, Tone},
};
use contract::{
    Page as List,
    members::{Member, RemoveMember, Role, UpdateMember, UpdateMemberBody},
};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// The roles that the person may give: owners are made by owners only.
pub fn offered(tenancy: Tenancy) -> Signal<Vec<FilterChoice>> {
    Signal::derive(move || {
        let owner = tenancy.rights().role() == Some(Role::Owner);
        Role::ALL
            .into_iter()
            .filter(|role| owner || *role != Role::Owner)
            .map(|role| FilterChoice::new(role.as_str(), tr(words::role(role))()))
            .collect()
    })
}

/// The role of a name; an analyst's when there is no such role, which changes nothing.
pub fn role_of(name: &str) -> Role {
    Role::ALL.into_iter().find(|role| role.as_str() == name).unwrap_or(Role::Analyst)
}

/// What a role may do, in a sentence.
pub fn sentence(role: Role) -> Key {
    match role {
        Role::Owner => Key::member_role_owner,
        Role::Admin => Key::member_role_admin,
        Role::Developer => Key::member_role_developer,
        Role::Analyst => Key::member_role_analyst,
        Role::Auditor => Key::member_role_auditor,
    }
}

fn name_of(who: RwSignal<Option<Member>>) -> String {
    who.with(|who| who.as_ref().map(|who| who.name.clone()).unwrap_or_default())
}

/// Gives a member another role.
#[component]
pub fn RoleDialog(
    /// Whether it is shown.
    open: RwSignal<bool>,
    /// The member.
    who: RwSignal<Option<Member>>,
    /// The list that changes.
    list: Remote<List<Member>>,
) -> impl IntoView {
    let (session, tenancy, toasts) = (Session::expect(), Tenancy::expect(), expect_context::<Toasts>());
    let (form, role) = (FormState::default(), RwSignal::new(String::new()));
    Effect::new(move |_| {
        if open.get() {
            form.check(&[]);
            let now = who.with_untracked(|who| who.as_ref().map(|who| who.role.as_str()));
            role.set(now.unwrap_or_default().to_owned());
        }
    });
    let save = Callback::new(move |()| {
        let Some(member) = who.get_untracked() else { return };
        let body = UpdateMemberBody { role: role_of(&role.get_untracked()) };
        let ask = untrack(|| tenancy.ask::<UpdateMember>(&[&member.user_id.to_string()]).body(&body));
        let toasts = toasts.clone();
        form.send(ask.send(), move |member: Member| {
            open.set(false);
            let role = tr(words::role(member.role))();
            let news = fill(Key::member_changed, &[("name", &member.name), ("role", role)]);
            toasts.say(Tone::Good, news);
            list.reload();
            if untrack(|| session.me()).is_some_and(|me| me.user.id == member.user_id) {
                session.renew();
            }
        });
    });
    let foot = move || {
        view! {
            <Button text=tr(Key::action_cancel) on_press=move |()| open.set(false)/>
            <Button text=tr(Key::member_save) kind=Kind::Primary on_press=save off=form.busy()/>
        }
    };
    let options = offered(tenancy);
    view! {
        <Dialog open title=move || fill(Key::member_change_of, &[("name", &name_of(who))]) foot>
            <Form state=form on_send=save>
                <FilterSelect label=tr(Key::member_role) options value=role/>
                <p><Muted>{move || tr(sentence(role_of(&role.get())))()}</Muted></p>
            </Form>
        </Dialog>
    }
}

/// Takes a member out; oneself leaves the same way.
#[component]
pub fn Leaving(
    /// Whether it is shown.
    open: RwSignal<bool>,
    /// The member.
    who: RwSignal<Option<Member>>,
    /// The list that changes.
    list: Remote<List<Member>>,
) -> impl IntoView {
    let (session, tenancy) = (Session::expect(), Tenancy::expect());
    let (toasts, navigate) = (expect_context::<Toasts>(), use_navigate());
    let form = FormState::default();
    let mine = move || {
        let me = session.me().map(|me| me.user.id);
        who.with(|who| who.as_ref().map(|who| who.user_id)) == me
    };
    let sure = Callback::new(move |()| {
        let Some(member) = who.get_untracked() else { return };
        let ask = untrack(|| tenancy.ask::<RemoveMember>(&[&member.user_id.to_string()]));
        let (toasts, navigate, left) = (toasts.clone(), navigate.clone(), untrack(mine));
        form.send(ask.send(), move |_| {
            open.set(false);
            if left {
                navigate("/", Default::default());
            } else {
                toasts.say(Tone::Good, fill(Key::member_removed, &[("name", &member.name)]));
                list.reload();
            }
        });
    });
    let loses = move || {
        let key = if mine() { Key::member_leave_loses } else { Key::member_remove_loses };
        fill(key, &[("name", &name_of(who))])
    };
    let email =
        Signal::derive(move || who.with(|who| who.as_ref().map(|who| who.email.clone()).unwrap_or_default()));
    view! {
        <Confirm open title=tr(Key::member_remove_title) loses act=Key::member_remove name=email form on_sure=sure/>
    }
}
