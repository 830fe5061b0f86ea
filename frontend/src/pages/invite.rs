//! Accepting an invitation: as the person who is signed in, or after signing in or up.

use super::sign_in::enter;
use crate::client::State;
use crate::{
    client::{Ask, Failure, Remote},
    i18n::{Key, fill, tr},
    model::path,
    pages::choices::GateChoices,
    session::Session,
    ui::{Button, ButtonLink, Empty, Form, FormState, Gate, Kind, ProblemPanel, Row, Sign, Skeleton, Stack},
};
use contract::{
    accounts::{GetMe, Me, SignOut},
    members::{AcceptInvite, AcceptInviteBody},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_navigate, use_query_map};

/// The page that an invitation leads to.
#[component]
pub fn Invite() -> impl IntoView {
    let (query, hash) = (use_query_map(), use_location().hash);
    let token = Memo::new(move |_| {
        // Links that were mailed before this had the token in the query.
        let asked = || query.with(|query| query.get("token")).filter(|token| !token.is_empty());
        hash.with(|hash| path::behind(hash, "token").map(str::to_owned)).or_else(asked)
    });
    let me = Remote::new(|| async {
        if Session::worth_asking() { Ask::<GetMe>::new(&[]).send().await } else { Err(Failure::Garbled(401)) }
    });
    let body = move || {
        match (token.get(), me.state().get()) {
        (None, _) => view! {
            <Empty sign=Sign::Warning title=tr(Key::invite_broken_title) text=tr(Key::invite_broken_text) small=true/>
        }
        .into_any(),
        (_, State::Loading) => view! { <Skeleton/> }.into_any(),
        (Some(token), State::Ready(known) | State::Stale(known, _)) => view! { <Accept token me=known/> }.into_any(),
        (Some(token), State::Failed(failure)) if failure.status() == 401 => view! { <Unknown token/> }.into_any(),
        (_, State::Failed(failure)) => view! {
            <ProblemPanel failure retry=Callback::new(move |()| me.reload())/>
        }
        .into_any(),
    }
    };
    view! { <Gate title=tr(Key::invite_title) choices=GateChoices>{body}</Gate> }
}

#[component]
fn Unknown(token: String) -> impl IntoView {
    let sign_in = path::sign_in_then(&path::invite(&token));
    let sign_up = path::sign_up_with(&token);
    view! {
        <Stack>
            <p>{tr(Key::invite_unknown)}</p>
            <Row>
                <ButtonLink href=sign_up text=tr(Key::sign_up_action) kind=Kind::Primary/>
                <ButtonLink href=sign_in text=tr(Key::sign_in_action)/>
            </Row>
        </Stack>
    }
}

#[component]
fn Accept(token: String, me: Me) -> impl IntoView {
    let (session, form, navigate) = (Session::expect(), FormState::default(), use_navigate());
    let before: Vec<String> = me.tenants.iter().map(|tenant| tenant.slug.clone()).collect();
    let (accepting, leaving) = (token.clone(), token);
    let away = navigate.clone();
    let send = Callback::new(move |()| {
        let (body, navigate, before) =
            (AcceptInviteBody { token: accepting.clone() }, navigate.clone(), before.clone());
        let call = async move { Ask::<AcceptInvite>::new(&[]).body(&body).send().await };
        form.send(call, move |me: Me| {
            let joined = me.tenants.iter().find(|tenant| !before.contains(&tenant.slug));
            let then = joined.map(|tenant| path::home(&tenant.slug));
            enter(session, me, then, navigate);
        });
    });
    let other = Callback::new(move |()| {
        let (navigate, then) = (away.clone(), path::sign_in_then(&path::invite(&leaving)));
        form.send(async { Ask::<SignOut>::new(&[]).send().await }, move |_| {
            session.leave();
            navigate(&then, Default::default());
        });
    });
    let email = me.user.email;
    view! {
        <Form state=form on_send=send>
            <p>{move || fill(Key::invite_as, &[("email", &email)])}</p>
            <Row>
                <Button text=tr(Key::invite_accept) kind=Kind::Primary submits=true off=form.busy()/>
                <Button text=tr(Key::invite_other) on_press=other off=form.busy()/>
            </Row>
        </Form>
    }
}
