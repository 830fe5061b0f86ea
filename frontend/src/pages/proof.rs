//! Asks for the password or a code before an act that a thief of the session would begin with.

use crate::{
    client::{Ask, proof_asked, proof_settled},
    i18n::{Key, say, tr},
    ui::{Button, Dialog, Field, Form, FormState, Kind, PasswordField, Row},
};
use contract::accounts::{GetSecondFactor, StepUp, StepUpBody};
use leptos::{prelude::*, task::spawn_local};

/// Closed in whatever way without a proof, the calls that wait are refused as they were.
fn refuse_when_closed(open: RwSignal<bool>) {
    Effect::new(move |before: Option<bool>| {
        let now = open.get();
        if before == Some(true) && !now {
            proof_settled(false);
        }
        now
    });
}

/// Finds out whether the person has a second factor, whose codes are a proof too.
fn find_out(has_codes: RwSignal<bool>) {
    spawn_local(async move {
        let known = Ask::<GetSecondFactor>::new(&[]).send().await;
        has_codes.set(known.is_ok_and(|factor| factor.enabled));
    });
}

/// What was given, a code or a password.
fn proof(text: String, coded: bool) -> StepUpBody {
    match coded {
        true => StepUpBody { password: None, code: Some(text.trim().to_owned()) },
        false => StepUpBody { password: Some(text), code: None },
    }
}

/// The one dialog of the page for it: open while calls wait.
#[component]
pub fn ProofDialog() -> impl IntoView {
    let form = FormState::default();
    let (open, by_code, given) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(String::new()));
    let has_codes = RwSignal::new(false);
    Effect::new(move |_| {
        if proof_asked() {
            given.set(String::new());
            by_code.set(false);
            form.check(&[]);
            find_out(has_codes);
            open.set(true);
        }
    });
    refuse_when_closed(open);
    let send = Callback::new(move |()| {
        let text = given.get_untracked();
        let coded = by_code.get_untracked();
        let pointer = if coded { "#/code" } else { "#/password" };
        if form.check(&[(pointer, Key::field_required, !text.is_empty())]) {
            form.send(Ask::<StepUp>::new(&[]).body(&proof(text, coded)).send(), move |_| {
                proof_settled(true);
                open.set(false);
            });
        }
    });
    let turn = Callback::new(move |()| {
        given.set(String::new());
        form.check(&[]);
        by_code.update(|coded| *coded = !*coded);
    });
    let foot = move || {
        view! {
            <Button text=tr(Key::action_cancel) on_press=move |()| open.set(false)/>
            <Button text=tr(Key::proof_action) kind=Kind::Primary on_press=send off=form.busy()/>
        }
    };
    let field = move || match by_code.get() {
        true => view! {
            <Field form pointer="#/code" label=tr(Key::field_code) value=given autocomplete="one-time-code"/>
        }
        .into_any(),
        false => view! {
            <PasswordField form pointer="#/password" label=tr(Key::field_password) value=given
                autocomplete="current-password"/>
        }
        .into_any(),
    };
    let other = move || say(if by_code.get() { Key::proof_by_password } else { Key::proof_by_code });
    let other = move || {
        has_codes.get().then(|| view! { <Row><Button text=other kind=Kind::Quiet on_press=turn/></Row> })
    };
    view! {
        <Dialog open title=tr(Key::proof_title) foot>
            <Form state=form on_send=send>
                <p>{tr(Key::proof_text)}</p>
                {field}
                {other}
            </Form>
        </Dialog>
    }
}
