//! The people of the tenant in a table.

use super::acts::{Leaving, RoleDialog};
use crate::{
    client::Remote,
    i18n::{Key, fill, tr},
    model::{path, permission::Permission},
    pages::{pager::pager, words},
    session::{Session, Tenancy},
    ui::{
        Badge, Button, Card, Cell, Column, Empty, Kind, Loaded, Moment, Muted, Row, Sign, Strong, Table, Tone,
    },
};
use contract::{
    Page as List,
    members::{Member, Role},
};
use leptos::prelude::*;

/// What a row can ask for: the person whose role changes, and the person who goes.
#[derive(Clone, Copy)]
struct Asked {
    changing: RwSignal<bool>,
    removing: RwSignal<bool>,
    who: RwSignal<Option<Member>>,
}

/// The table with its dialogs.
#[component]
pub fn People(
    /// The people.
    list: Remote<List<Member>>,
    /// The place in the list.
    cursor: Memo<Option<String>>,
) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let asked =
        Asked { changing: RwSignal::new(false), removing: RwSignal::new(false), who: RwSignal::new(None) };
    let view = move |people: List<Member>| table(tenancy, asked, cursor, people);
    view! {
        <Loaded remote=list view/>
        <RoleDialog open=asked.changing who=asked.who list/>
        <Leaving open=asked.removing who=asked.who list/>
    }
}

fn table(tenancy: Tenancy, asked: Asked, cursor: Memo<Option<String>>, people: List<Member>) -> AnyView {
    if people.data.is_empty() {
        return view! {
            <Card><Empty sign=Sign::People title=tr(Key::member_none) text=tr(Key::member_none_text)/></Card>
        }
        .into_any();
    }
    let writes = tenancy.rights().may(Permission::MembersWrite);
    let mut columns = vec![
        Column::words(tr(Key::column_name)),
        Column::words(tr(Key::field_email)),
        Column::words(tr(Key::member_role)),
        Column::words(tr(Key::member_since)),
    ];
    if writes {
        columns.push(Column::words(tr(Key::member_acts)));
    }
    let rows = people.data.into_iter().map(|member| row(tenancy, asked, member, writes)).collect_view();
    let here = path::members(&tenancy.slug());
    view! {
        <Card title=tr(Key::member_people) flush=true>
            <Table label=tr(Key::member_people) columns>{rows}</Table>
        </Card>
        {pager(&here, "cursor", cursor.get_untracked(), people.next_cursor)}
    }
    .into_any()
}

fn row(tenancy: Tenancy, asked: Asked, member: Member, writes: bool) -> impl IntoView {
    let me = Session::expect().me().map(|me| me.user.id);
    let mine = me == Some(member.user_id);
    let tone = if member.role == Role::Owner { Tone::Accent } else { Tone::Plain };
    let you = mine.then(|| view! { " " <Muted>{tr(Key::member_you)}</Muted> });
    let acts = writes.then(|| acts(tenancy, asked, member.clone(), mine));
    let acts = acts.map(|acts| view! { <Cell>{acts}</Cell> });
    view! {
        <tr>
            <Cell><Strong>{member.name}</Strong>{you}</Cell>
            <Cell>{member.email}</Cell>
            <Cell><Badge text=tr(words::role(member.role)) tone/></Cell>
            <Cell><Moment at=member.created_at/></Cell>
            {acts}
        </tr>
    }
}

/// Owners are touched by owners only.
fn acts(tenancy: Tenancy, asked: Asked, member: Member, mine: bool) -> AnyView {
    if member.role == Role::Owner && tenancy.rights().role() != Some(Role::Owner) {
        return view! { <Muted>{tr(Key::member_owners_only)}</Muted> }.into_any();
    }
    let ask = move |open: RwSignal<bool>, member: Member| {
        Callback::new(move |()| {
            asked.who.set(Some(member.clone()));
            open.set(true);
        })
    };
    let (change, remove) = (ask(asked.changing, member.clone()), ask(asked.removing, member.clone()));
    let (one, other) = (member.name.clone(), member.name);
    let change_text = move || fill(Key::member_change_of, &[("name", &one)]);
    let (key, own) = if mine { (Key::member_leave, other) } else { (Key::member_remove_of, other) };
    let remove_text = move || fill(key, &[("name", &own)]);
    view! {
        <Row>
            <Button text=change_text sign=Sign::Gear sign_only=true kind=Kind::Quiet on_press=change/>
            <Button text=remove_text sign=Sign::Cross sign_only=true kind=Kind::Quiet on_press=remove/>
        </Row>
    }
    .into_any()
}
