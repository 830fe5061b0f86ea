//! How the person signs in: the password, and the devices that are signed in.

use crate::{
    client::{Ask, Remote},
    i18n::{Key, fill, say, tr},
    model::{agent, password},
    pages::{confirm::Confirm, new_password::NewPasswordField},
    session::Session,
    ui::{
        Badge, Button, Card, Cell, Column, Empty, Form, FormState, FormWidth, Kind, Loaded, Moment, Muted,
        PasswordField, Row, Sign, Table, Toasts, Tone,
    },
};
use contract::accounts::{
    ChangePassword, ChangePasswordBody, EndSession, ListSessions, Session as Device, Sessions as List,
};
use leptos::prelude::*;

/// What a password must not be: the person's own names.
fn about(session: Session) -> Vec<String> {
    session.me().map(|me| vec![me.user.email, me.user.name]).unwrap_or_default()
}

/// Changes the password.
#[component]
pub fn Password() -> impl IntoView {
    let (session, toasts, form) = (Session::expect(), expect_context::<Toasts>(), FormState::default());
    let (old, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let about = Signal::derive(move || about(session));
    let send = Callback::new(move |()| {
        let body =
            ChangePasswordBody { current_password: old.get_untracked(), new_password: new.get_untracked() };
        let about = about.get_untracked();
        let about: Vec<&str> = about.iter().map(String::as_str).collect();
        let keeps = password::acceptable(&body.new_password, &about);
        let fine = form.check(&[
            ("#/current_password", Key::field_required, !body.current_password.is_empty()),
            ("#/new_password", Key::password_rules_broken, keeps),
        ]);
        if fine {
            let toasts = toasts.clone();
            form.send(Ask::<ChangePassword>::new(&[]).body(&body).send(), move |_| {
                old.set(String::new());
                new.set(String::new());
                toasts.say(Tone::Good, say(Key::settings_password_changed));
            });
        }
    });
    view! {
        <Card title=tr(Key::settings_password)>
            <FormWidth>
                <Form state=form on_send=send>
                    <p><Muted>{tr(Key::settings_password_text)}</Muted></p>
                    <PasswordField form pointer="#/current_password" label=tr(Key::settings_password_old) value=old
                        autocomplete="current-password"/>
                    <NewPasswordField form pointer="#/new_password" label=tr(Key::settings_password_new) value=new
                        about/>
                    <Row>
                        <Button text=tr(Key::settings_password_change) kind=Kind::Primary submits=true
                            off=form.busy()/>
                    </Row>
                </Form>
            </FormWidth>
        </Card>
    }
}

/// The devices that are signed in.
#[component]
pub fn Sessions() -> impl IntoView {
    let (toasts, form) = (expect_context::<Toasts>(), FormState::default());
    let list = Remote::new(|| Ask::<ListSessions>::new(&[]).send());
    let (ending, which) = (RwSignal::new(false), RwSignal::new(None::<Device>));
    let end = Callback::new(move |device: Device| {
        which.set(Some(device));
        ending.set(true);
    });
    let sure = Callback::new(move |()| {
        let Some(device) = which.get_untracked() else { return };
        let toasts = toasts.clone();
        form.send(Ask::<EndSession>::new(&[&device.id.to_string()]).send(), move |_| {
            ending.set(false);
            toasts.say(Tone::Good, say(Key::settings_session_ended));
            list.reload();
        });
    });
    let loses = move || {
        let name = which.with(|which| which.as_ref().map(named).unwrap_or_default());
        fill(Key::settings_session_loses, &[("device", &name)])
    };
    view! {
        <Card title=tr(Key::settings_sessions) flush=true>
            <Loaded remote=list view=move |sessions| table(sessions, end) flush=true/>
        </Card>
        <Confirm open=ending title=tr(Key::settings_session_title) loses act=Key::settings_session_end form on_sure=sure/>
    }
}

fn table(sessions: List, end: Callback<Device>) -> AnyView {
    if sessions.data.is_empty() {
        return view! {
            <Empty sign=Sign::Lock title=tr(Key::settings_sessions_none) text=tr(Key::settings_sessions_none_text)
                small=true/>
        }
        .into_any();
    }
    let columns = vec![
        Column::words(tr(Key::settings_device)),
        Column::words(tr(Key::auditlog_ip)),
        Column::words(tr(Key::settings_signed_in)),
        Column::words(tr(Key::settings_last_used)),
        Column::words(tr(Key::invite_until)),
        Column::words(tr(Key::member_acts)),
    ];
    let rows = sessions.data.into_iter().map(|device| row(device, end)).collect_view();
    view! { <Table label=tr(Key::settings_sessions) columns>{rows}</Table> }.into_any()
}

fn row(device: Device, end: Callback<Device>) -> impl IntoView {
    let (whole, words) = (device.clone(), device.clone());
    let act = if device.current {
        view! { <Badge text=tr(Key::settings_this_device) tone=Tone::Accent/> }.into_any()
    } else {
        let on_press = Callback::new(move |()| end.run(whole.clone()));
        view! { <Button text=tr(Key::settings_session_end) kind=Kind::Quiet on_press/> }.into_any()
    };
    view! {
        <tr>
            <Cell>{move || named(&words)}</Cell>
            <Cell>{device.ip.unwrap_or_else(|| "–".to_owned())}</Cell>
            <Cell><Moment at=device.created_at/></Cell>
            <Cell><Moment at=device.last_used_at/></Cell>
            <Cell>{device.expires_at.date()}</Cell>
            <Cell>{act}</Cell>
        </tr>
    }
}

/// A device as a person would name it.
fn named(device: &Device) -> String {
    let told = agent::device(device.user_agent.as_deref().unwrap_or_default());
    match (told.program, told.system) {
        (Some(program), Some(system)) => {
            fill(Key::settings_device_named, &[("program", &program), ("system", &system)])
        }
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => say(Key::settings_device_unknown).to_owned(),
    }
}
