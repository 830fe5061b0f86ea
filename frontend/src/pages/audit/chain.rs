//! Whether the chain of entries holds. Asked for by hand: verifying reads the whole log, and is itself recorded.

use crate::{
    i18n::{Key, fill, say, tr},
    model::figure::grouped,
    session::Tenancy,
    ui::{Badge, Button, FormState, Notice, Toasts, Tone},
};
use contract::audit::{ChainReport, VerifyAuditEvents};
use leptos::prelude::*;

/// What is known of the chain.
#[derive(Clone, Copy)]
pub struct Chain {
    tenancy: Tenancy,
    form: FormState,
    report: RwSignal<Option<ChainReport>>,
}

impl Chain {
    /// A chain that nobody verified on this page.
    pub fn new(tenancy: Tenancy) -> Self {
        let report = RwSignal::new(None::<ChainReport>);
        // Another tenant has another chain.
        Effect::new(move |before: Option<String>| {
            let now = tenancy.slug();
            if before.is_some_and(|before| before != now) {
                report.set(None);
            }
            now
        });
        Self { tenancy, form: FormState::default(), report }
    }

    /// The badge.
    pub fn badge(self) -> AnyView {
        let badge = move || {
            let (tone, text) = self.report.with(told);
            view! { <Badge text tone busy=self.form.busy().get()/> }
        };
        badge.into_any()
    }

    /// The button that verifies.
    pub fn button(self) -> AnyView {
        let toasts = expect_context::<Toasts>();
        let verify = Callback::new(move |()| {
            let ask = untrack(|| self.tenancy.ask::<VerifyAuditEvents>(&[]));
            let (worse, news) = (toasts.clone(), toasts.clone());
            let call = async move {
                let answer = ask.send().await;
                if answer.is_err() {
                    worse.say(Tone::Bad, say(Key::auditlog_verify_failed));
                }
                answer
            };
            self.form.send(call, move |answer| {
                let answer = Some(answer);
                let (tone, text) = told(&answer);
                news.say(tone, text);
                self.report.set(answer);
            });
        });
        view! { <Button text=tr(Key::auditlog_verify) on_press=verify off=self.form.busy()/> }.into_any()
    }

    /// How far the log is signed; of a broken chain, what that means and what to do about it.
    pub fn remark(self) -> AnyView {
        let remark = move || {
            self.report.get().map(|report| {
                if report.valid {
                    view! { <Notice tone=Tone::Good text=move || signed(&report)/> }.into_any()
                } else {
                    view! { <Notice tone=Tone::Bad text=tr(Key::auditlog_broken_text)/> }.into_any()
                }
            })
        };
        remark.into_any()
    }
}

fn signed(report: &ChainReport) -> String {
    let Some(at) = report.signed_at else { return say(Key::auditlog_unsigned).to_owned() };
    let (sequence, time, checkpoints) =
        (grouped(report.signed_up_to), at.to_string(), grouped(report.checkpoints));
    fill(Key::auditlog_signed, &[("sequence", &sequence), ("time", &time), ("count", &checkpoints)])
}

fn told(report: &Option<ChainReport>) -> (Tone, String) {
    let Some(report) = report else { return (Tone::Plain, say(Key::auditlog_unverified).to_owned()) };
    if report.valid {
        let text = fill(Key::auditlog_verified, &[("sequence", &grouped(report.last_sequence))]);
        return (Tone::Good, text);
    }
    let reason = match report.reason.as_deref() {
        Some("changed") => say(Key::auditlog_broken_changed),
        Some("missing") => say(Key::auditlog_broken_missing),
        Some("misplaced") => say(Key::auditlog_broken_misplaced),
        Some("cut") => say(Key::auditlog_broken_cut),
        Some("rewritten") => say(Key::auditlog_broken_rewritten),
        Some("checkpoint") => say(Key::auditlog_broken_checkpoint),
        Some("unsigned") => say(Key::auditlog_broken_unsigned),
        other => other.unwrap_or_default(),
    };
    let sequence = grouped(report.broken_at.unwrap_or_default());
    (Tone::Bad, fill(Key::auditlog_broken, &[("sequence", &sequence), ("reason", reason)]))
}
