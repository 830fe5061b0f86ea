//! Who the person is.

use crate::{
    client::Ask,
    i18n::{Key, say, tr},
    session::Session,
    ui::{Button, Card, Field, Form, FormState, FormWidth, Kind, Pair, Pairs, Row, Stack, Toasts, Tone},
};
use contract::accounts::{UpdateMe, UpdateMeBody};
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
