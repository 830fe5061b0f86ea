//! Members: who is here and what they may do, who is invited, and the table of roles.

mod acts;
mod invites;
mod matrix;
mod people;

use crate::{
    client::Remote,
    i18n::{Key, tr},
    model::{path, permission::Permission},
    session::Tenancy,
    ui::{Button, Card, Empty, Kind, Page, Sign},
};
use contract::{
    ListQuery, Page as List,
    members::{Invite, ListInvites, ListMembers, Member},
};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

/// Items a page.
const LIMIT: u32 = 50;

/// The page of members.
#[component]
pub fn Members() -> impl IntoView {
    let (tenancy, query, navigate) = (Tenancy::expect(), use_query_map(), use_navigate());
    let rights = Memo::new(move |_| tenancy.rights());
    let parameter = move |name: &'static str| Memo::new(move |_| query.with(|query| query.get(name)));
    let (cursor, invites_cursor) = (parameter("cursor"), parameter("invites"));
    let inviting = RwSignal::new(false);
    Effect::new(move |_| {
        if query.with(|query| query.get("act")).as_deref() == Some("invite") {
            inviting.set(true);
        }
    });
    // The address forgets the question once it is answered: a reload must not ask again.
    Effect::new(move |before: Option<bool>| {
        let now = inviting.get();
        let asked = untrack(|| query.with(|query| query.get("act").is_some()));
        if before == Some(true) && !now && asked {
            let replace = NavigateOptions { replace: true, ..NavigateOptions::default() };
            navigate(&path::members(&untrack(|| tenancy.slug())), replace);
        }
        now
    });
    let body = move || {
        let rights = rights.get();
        let people = rights.may(Permission::MembersRead).then(|| {
            let list = people(tenancy, cursor);
            view! { <people::People list cursor/> }
        });
        let denied = people.is_none().then(|| {
            view! {
                <Card>
                    <Empty sign=Sign::Lock title=tr(Key::member_denied) text=tr(Key::member_denied_text) small=true/>
                </Card>
            }
        });
        let invites = rights.may(Permission::InvitesRead).then(|| {
            let list = invited(tenancy, invites_cursor);
            view! { <invites::Invites list cursor=invites_cursor inviting/> }
        });
        view! { {people} {denied} {invites} <matrix::Matrix/> }
    };
    let actions = move || {
        rights.get().may(Permission::InvitesWrite).then(|| {
            view! {
                <Button text=tr(Key::invite_person) kind=Kind::Primary on_press=move |()| inviting.set(true)/>
            }
        })
    };
    view! { <Page title=tr(Key::nav_members) lead=tr(Key::member_lead) actions>{body}</Page> }
}

fn people(tenancy: Tenancy, cursor: Memo<Option<String>>) -> Remote<List<Member>> {
    Remote::new(move || {
        let query = ListQuery { limit: Some(LIMIT), cursor: cursor.get() };
        tenancy.ask::<ListMembers>(&[]).query(&query).send()
    })
}

fn invited(tenancy: Tenancy, cursor: Memo<Option<String>>) -> Remote<List<Invite>> {
    Remote::new(move || {
        let query = ListQuery { limit: Some(LIMIT), cursor: cursor.get() };
        tenancy.ask::<ListInvites>(&[]).query(&query).send()
    })
}
