//! Invitations: making one, whose link is shown this once, and the list with where each stands.

use super::acts::{offered, role_of, sentence};
use crate::{
    client::Remote,
    i18n::{Key, fill, tr},
    model::{
        invitation::{Standing, standing},
        path,
    },
    pages::{confirm::Confirm, pager::pager, words},
    session::Tenancy,
    ui::{
        Badge, Button, Card, Cell, Column, CopyField, Dialog, Empty, Field, FilterSelect, Form, FormState,
        Kind, Loaded, Moment, Muted, Notice, Sign, Stack, Table, Toasts, Tone,
    },
};
use contract::{
    Page as List,
    members::{CreateInvite, CreateInviteBody, CreatedInvite, Invite, RevokeInvite},
};
use leptos::prelude::*;

/// The list with its dialogs.
#[component]
pub fn Invites(
    /// The invitations.
    list: Remote<List<Invite>>,
    /// The place in the list.
    cursor: Memo<Option<String>>,
    /// Whether a person is being invited.
    inviting: RwSignal<bool>,
) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let (revoking, which) = (RwSignal::new(false), RwSignal::new(None::<Invite>));
    let revoke = Callback::new(move |invite: Invite| {
        which.set(Some(invite));
        revoking.set(true);
    });
    let view = move |invites: List<Invite>| {
        let here = path::members(&tenancy.slug());
        let pager = pager(&here, "invites", cursor.get_untracked(), invites.next_cursor.clone());
        view! { {table(invites, revoke)} {pager} }.into_any()
    };
    view! {
        <Card title=tr(Key::invite_list) flush=true><Loaded remote=list view flush=true/></Card>
        <InviteDialog open=inviting list/>
        <Revoke open=revoking which list/>
    }
}

fn table(invites: List<Invite>, revoke: Callback<Invite>) -> AnyView {
    if invites.data.is_empty() {
        return view! {
            <Empty sign=Sign::People title=tr(Key::invite_none) text=tr(Key::invite_none_text) small=true/>
        }
        .into_any();
    }
    let columns = vec![
        Column::words(tr(Key::field_email)),
        Column::words(tr(Key::member_role)),
        Column::words(tr(Key::column_status)),
        Column::words(tr(Key::invite_made)),
        Column::words(tr(Key::invite_until)),
        Column::words(tr(Key::member_acts)),
    ];
    let rows = invites.data.into_iter().map(|invite| row(invite, revoke)).collect_view();
    view! { <Table label=tr(Key::invite_list) columns>{rows}</Table> }.into_any()
}

fn row(invite: Invite, revoke: Callback<Invite>) -> impl IntoView {
    let standing = standing(&invite, js_sys::Date::now() as i64);
    let (word, tone) = match standing {
        Standing::Waiting => (Key::invite_waiting, Tone::Accent),
        Standing::Accepted => (Key::invite_accepted, Tone::Good),
        Standing::Revoked => (Key::invite_revoked, Tone::Plain),
        Standing::Expired => (Key::invite_expired, Tone::Warn),
    };
    let whole = invite.clone();
    let act = (standing == Standing::Waiting).then(|| {
        let on_press = Callback::new(move |()| revoke.run(whole.clone()));
        view! { <Button text=tr(Key::invite_revoke) kind=Kind::Quiet on_press/> }
    });
    view! {
        <tr>
            <Cell>{invite.email}</Cell>
            <Cell>{tr(words::role(invite.role))}</Cell>
            <Cell><Badge text=tr(word) tone/></Cell>
            <Cell><Moment at=invite.created_at/></Cell>
            <Cell>{invite.expires_at.date()}</Cell>
            <Cell>{act}</Cell>
        </tr>
    }
}

#[component]
fn InviteDialog(open: RwSignal<bool>, list: Remote<List<Invite>>) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let form = FormState::default();
    let (email, role) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let created = RwSignal::new(None::<CreatedInvite>);
    Effect::new(move |_| {
        if open.get() {
            form.check(&[]);
            email.set(String::new());
            role.set("developer".to_owned());
            created.set(None);
        }
    });
    let send = Callback::new(move |()| {
        let body = CreateInviteBody {
            email: email.get_untracked().trim().to_owned(),
            role: role_of(&role.get_untracked()),
        };
        if form.check(&[("#/email", Key::field_email_wrong, body.email.contains('@'))]) {
            let ask = untrack(|| tenancy.ask::<CreateInvite>(&[]).body(&body));
            form.send(ask.send(), move |answer| {
                created.set(Some(answer));
                list.reload();
            });
        }
    });
    let done = move || created.with(Option::is_some);
    let foot = move || {
        let close = move |()| open.set(false);
        if done() {
            return view! { <Button text=tr(Key::invite_stored) kind=Kind::Primary on_press=close/> }
                .into_any();
        }
        view! {
            <Button text=tr(Key::action_cancel) on_press=close/>
            <Button text=tr(Key::invite_create) kind=Kind::Primary on_press=send off=form.busy()/>
        }
        .into_any()
    };
    let options = offered(tenancy);
    let body = move || match created.get() {
        Some(created) => link(created),
        None => view! {
            <Form state=form on_send=send>
                <Field form pointer="#/email" label=tr(Key::field_email) value=email kind="email"
                    hint=tr(Key::invite_hint)/>
                <FilterSelect label=tr(Key::member_role) options value=role/>
                <p><Muted>{move || tr(sentence(role_of(&role.get())))()}</Muted></p>
            </Form>
        }
        .into_any(),
    };
    view! { <Dialog open title=tr(Key::invite_person) foot=move || foot>{body}</Dialog> }
}

/// The link of a new invitation: the server doesn't send mail, the person who invites does.
fn link(created: CreatedInvite) -> AnyView {
    let origin = window().location().origin().unwrap_or_default();
    let email = created.invite.email;
    let until = created.invite.expires_at.date();
    let address = format!("{origin}{}", created.path);
    let text = move || fill(Key::invite_send, &[("email", &email), ("date", &until)]);
    view! {
        <Stack>
            <Notice tone=Tone::Warn text/>
            <CopyField label=tr(Key::invite_link) text=address/>
        </Stack>
    }
    .into_any()
}

#[component]
fn Revoke(
    open: RwSignal<bool>,
    which: RwSignal<Option<Invite>>,
    list: Remote<List<Invite>>,
) -> impl IntoView {
    let (tenancy, toasts, form) = (Tenancy::expect(), expect_context::<Toasts>(), FormState::default());
    let email =
        move || which.with(|which| which.as_ref().map(|which| which.email.clone()).unwrap_or_default());
    let sure = Callback::new(move |()| {
        let Some(invite) = which.get_untracked() else { return };
        let ask = untrack(|| tenancy.ask::<RevokeInvite>(&[&invite.id.to_string()]));
        let toasts = toasts.clone();
        form.send(ask.send(), move |_| {
            open.set(false);
            toasts.say(Tone::Good, fill(Key::invite_gone, &[("email", &invite.email)]));
            list.reload();
        });
    });
    let loses = move || fill(Key::invite_revoke_loses, &[("email", &email())]);
    view! { <Confirm open title=tr(Key::invite_revoke_title) loses act=Key::invite_revoke form on_sure=sure/> }
}
