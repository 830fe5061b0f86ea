//! The second factor: on, off, and the codes for when the phone is gone.

use crate::{
    client::{Ask, Remote},
    i18n::{Key, fill, say, tr},
    model::figure::grouped,
    pages::confirm::Confirm,
    ui::{
        Badge, Button, Card, CodeBlock, Dialog, Field, Form, FormState, Kind, Loaded, Moment, Muted, Notice,
        Pair, Pairs, QrCode, Row, Sign, Stack, Toasts, Tone,
    },
};
use contract::accounts::{
    CodeBody, ConfirmTotp, EnrolTotp, GetSecondFactor, RecoveryCodes, RemoveTotp, RenewRecoveryCodes,
    SecondFactor as State, TotpEnrolment,
};
use leptos::prelude::*;

/// What the card's buttons do.
#[derive(Clone, Copy)]
struct Acts {
    form: FormState,
    enrol: Callback<()>,
    renew: Callback<()>,
    removing: RwSignal<bool>,
}

/// The card, with the dialogs of its acts.
#[component]
pub fn SecondFactor() -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let (form, sure) = (FormState::default(), FormState::default());
    let factor = Remote::new(|| Ask::<GetSecondFactor>::new(&[]).send());
    let (enrolment, codes) = (RwSignal::new(None::<TotpEnrolment>), RwSignal::new(None::<RecoveryCodes>));
    let removing = RwSignal::new(false);
    let enrol = Callback::new(move |()| {
        form.send(Ask::<EnrolTotp>::new(&[]).send(), move |made| enrolment.set(Some(made)));
    });
    let renew = Callback::new(move |()| {
        form.send(Ask::<RenewRecoveryCodes>::new(&[]).send(), move |made| codes.set(Some(made)));
    });
    let remove = Callback::new(move |()| {
        let toasts = toasts.clone();
        sure.send(Ask::<RemoveTotp>::new(&[]).send(), move |_| {
            removing.set(false);
            toasts.say(Tone::Good, say(Key::factor_is_off));
            factor.reload();
        });
    });
    let acts = Acts { form, enrol, renew, removing };
    let stored = Callback::new(move |()| factor.reload());
    view! {
        <Card title=tr(Key::factor_title)>
            <Loaded remote=factor view=move |state| shown(state, acts)/>
        </Card>
        <Enrol enrolment codes/>
        <Codes codes on_stored=stored/>
        <Confirm open=removing title=tr(Key::factor_off_title) loses=tr(Key::factor_off_loses) act=Key::factor_off
            form=sure on_sure=remove/>
    }
}

fn shown(state: State, acts: Acts) -> AnyView {
    let Acts { form, enrol, renew, removing } = acts;
    let Some(since) = state.since.filter(|_| state.enabled) else {
        return view! {
            <Form state=form on_send=enrol>
                <p><Muted>{tr(Key::factor_text)}</Muted></p>
                <Row>
                    <Button text=tr(Key::factor_on) kind=Kind::Primary sign=Sign::Lock submits=true off=form.busy()/>
                </Row>
            </Form>
        }
        .into_any();
    };
    let left = grouped(state.recovery_codes_left);
    view! {
        <Form state=form on_send=renew>
            <Row>
                <Badge text=tr(Key::factor_is_on) tone=Tone::Good/>
                <Moment at=since/>
            </Row>
            <Pairs><Pair name=tr(Key::factor_codes_left) value=move || left.clone()/></Pairs>
            <p><Muted>{tr(Key::factor_renew_text)}</Muted></p>
            <Row>
                <Button text=tr(Key::factor_renew) submits=true off=form.busy()/>
                <Button text=tr(Key::factor_off) kind=Kind::Danger on_press=move |()| removing.set(true)/>
            </Row>
        </Form>
    }
    .into_any()
}

/// The picture for the authenticator, and the code that proves it was taken.
#[component]
fn Enrol(
    enrolment: RwSignal<Option<TotpEnrolment>>,
    codes: RwSignal<Option<RecoveryCodes>>,
) -> impl IntoView {
    let form = FormState::default();
    let (open, code) = (RwSignal::new(false), RwSignal::new(String::new()));
    Effect::new(move |_| {
        if enrolment.with(Option::is_some) {
            code.set(String::new());
            form.check(&[]);
            open.set(true);
        }
    });
    let send = Callback::new(move |()| {
        let body = CodeBody { code: code.get_untracked().trim().to_owned() };
        if form.check(&[("#/code", Key::field_required, !body.code.is_empty())]) {
            form.send(Ask::<ConfirmTotp>::new(&[]).body(&body).send(), move |made| {
                open.set(false);
                enrolment.set(None);
                codes.set(Some(made));
            });
        }
    });
    let foot = move || {
        view! {
            <Button text=tr(Key::action_cancel) on_press=move |()| open.set(false)/>
            <Button text=tr(Key::factor_confirm) kind=Kind::Primary on_press=send off=form.busy()/>
        }
    };
    let picture = move || {
        enrolment.get().map(|made| {
            let secret = Signal::stored(made.secret);
            view! {
                <QrCode label=tr(Key::factor_picture) svg=made.qr_svg/>
                <CodeBlock label=tr(Key::factor_secret) text=secret breaks=true/>
            }
        })
    };
    view! {
        <Dialog open title=tr(Key::factor_on) foot>
            <Form state=form on_send=send>
                <p>{tr(Key::factor_scan)}</p>
                {picture}
                <Field form pointer="#/code" label=tr(Key::field_code) value=code autocomplete="one-time-code"/>
            </Form>
        </Dialog>
    }
}

/// The recovery codes, this once.
#[component]
fn Codes(codes: RwSignal<Option<RecoveryCodes>>, on_stored: Callback<()>) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if codes.with(Option::is_some) {
            open.set(true);
        }
    });
    let stored = Callback::new(move |()| {
        open.set(false);
        codes.set(None);
        on_stored.run(());
    });
    let foot = move || {
        view! { <Button text=tr(Key::factor_stored) kind=Kind::Primary sign=Sign::Check on_press=stored/> }
    };
    let body = move || {
        codes.get().map(|made| {
            let count = made.codes.len() as u64;
            let said = move || fill(Key::factor_codes_once, &[("count", &grouped(count))]);
            let text = Signal::stored(made.codes.join("\n"));
            view! {
                <Notice tone=Tone::Warn text=said/>
                <CodeBlock label=tr(Key::factor_codes) text/>
            }
        })
    };
    view! { <Dialog open title=tr(Key::factor_codes) foot held=true><Stack>{body}</Stack></Dialog> }
}
