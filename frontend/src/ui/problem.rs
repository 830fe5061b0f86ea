//! A failure as a person can use it: what happened, how to mend it, the name of the request, and another try.

use super::{Button, Icon, Kind, Sign};
use crate::{
    client::Failure,
    i18n::{self, Key, fill, say, tr},
    model::faults,
};
use contract::Code;
use leptos::prelude::*;

/// Shows a failure; one of rights as a matter of rights, not as a fault.
#[component]
pub fn ProblemPanel(
    /// What went wrong.
    failure: Failure,
    /// Tries again.
    #[prop(optional, into)]
    retry: Option<Callback<()>>,
    /// Fills a card.
    #[prop(optional)]
    flush: bool,
) -> impl IntoView {
    let denied = matches!(failure.code(), Some(Code::Forbidden | Code::ScopeMissing));
    let (tone, sign) = if denied { ("plain", Sign::Lock) } else { ("bad", Sign::Warning) };
    let (request, faults) = match &failure {
        Failure::Refused(problem) => (
            Some(problem.request_id.clone()).filter(|id| !id.is_empty()),
            problem.errors.iter().map(|fault| (fault.pointer.clone(), faults::words(fault))).collect(),
        ),
        Failure::Unreachable | Failure::Garbled(_) => (None, Vec::new()),
    };
    let titled = failure.clone();
    let title = move || match &titled {
        Failure::Refused(problem) => say(i18n::title(problem.code)),
        Failure::Unreachable => say(Key::problem_unreachable_title),
        Failure::Garbled(_) => say(Key::problem_garbled_title),
    };
    let detail = move || match &failure {
        Failure::Refused(problem) => problem.detail.clone(),
        Failure::Unreachable => say(Key::problem_unreachable_detail).to_owned(),
        Failure::Garbled(status) => fill(Key::problem_garbled_detail, &[("status", &status.to_string())]),
    };
    view! {
        <div class="notice" data-tone=tone data-flush=flush.then_some("") role="alert">
            <Icon sign/>
            <div class="notice-body">
                <p class="strong">{title}</p>
                <p>{detail}</p>
                {denied.then(|| view! { <p>{tr(Key::problem_denied_mend)}</p> })}
                {(!faults.is_empty()).then(|| fault_list(faults))}
                <div class="notice-foot">
                    {retry.map(|retry| view! {
                        <Button text=tr(Key::action_retry) kind=Kind::Secondary sign=Sign::Refresh on_press=retry/>
                    })}
                    {request.map(|id| view! { <span>{tr(Key::problem_request)} " " <code>{id}</code></span> })}
                </div>
            </div>
        </div>
    }
}

fn fault_list(faults: Vec<(String, String)>) -> impl IntoView {
    let line = |(pointer, words): (String, String)| view! { <li><code class="code">{pointer}</code> " " {words}</li> };
    view! { <ul class="notice-list">{faults.into_iter().map(line).collect_view()}</ul> }
}
