//! Who the person is.

use crate::{
    client::Ask,
    i18n::{Key, say, tr},
    session::Session,
    ui::{
        Button, Card, Field, Form, FormState, FormWidth, Kind, Muted, Pair, Pairs, Row, Stack, Toasts, Tone,
    },
};
use contract::accounts::{ChangeEmail, ChangeEmailBody, UpdateMe, UpdateMeBody};
use leptos::prelude::*;

/// Name and address.
#[component]
pub fn Profile() -> impl IntoView {
    let (session, toasts, form) = (Session::expect(), expect_context::<Toasts>(), FormState::default());
    let name = RwSignal::new(untrack(|| session.me()).map(|me| me.user.name).unwrap_or_default());
    let email = move || session.me().map(|me| me.user.email).unwrap_or_default();
    let id = move || session.me().map(|me| me.user.id.to_string()).unwrap_or_default();
    let send = Callback::new(move |()| {
        let text = name.get_untracked().trim().to_owned();
        if form.check(&[("#/name", Key::field_required, !text.is_empty())]) {
            let toasts = toasts.clone();
            let ask = Ask::<UpdateMe>::new(&[]).body(&UpdateMeBody { name: Some(text) });
            form.send(ask.send(), move |me| {
                session.enter(me);
                toasts.say(Tone::Good, say(Key::settings_saved));
            });
        }
    });
    view! {
        <Card title=tr(Key::settings_profile)>
            <FormWidth>
                <Stack>
                    <Form state=form on_send=send>
                        <Field form pointer="#/name" label=tr(Key::field_name) value=name autocomplete="name"/>
                        <Row>
                            <Button text=tr(Key::member_save) kind=Kind::Primary submits=true off=form.busy()/>
                        </Row>
                    </Form>
                    <Pairs>
                        <Pair name=tr(Key::field_email) value=email/>
                        <Pair name=tr(Key::settings_user_id) value=id/>
                    </Pairs>
                </Stack>
            </FormWidth>
        </Card>
    }
}

/// Another address to sign in with: it counts once it says so itself.
#[component]
pub fn Address() -> impl IntoView {
    let (toasts, form) = (expect_context::<Toasts>(), FormState::default());
    let email = RwSignal::new(String::new());
    let send = Callback::new(move |()| {
        let body = ChangeEmailBody { email: email.get_untracked().trim().to_owned() };
        if form.check(&[("#/email", Key::field_email_wrong, body.email.contains('@'))]) {
            let toasts = toasts.clone();
            form.send(Ask::<ChangeEmail>::new(&[]).body(&body).send(), move |_| {
                email.set(String::new());
                toasts.say(Tone::Good, say(Key::email_asked));
            });
        }
    });
    view! {
        <Card title=tr(Key::email_title)>
            <FormWidth>
                <Form state=form on_send=send>
                    <p><Muted>{tr(Key::email_text)}</Muted></p>
                    <Field form pointer="#/email" label=tr(Key::email_new) value=email kind="email" autocomplete="email"/>
                    <Row>
                        <Button text=tr(Key::email_action) kind=Kind::Primary submits=true off=form.busy()/>
                    </Row>
                </Form>
            </FormWidth>
        </Card>
    }
}
