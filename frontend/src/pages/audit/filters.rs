//! The filter bar. What is asked stands in the address, so that it can be sent to somebody and found by Back.

use super::words;
use crate::{
    client::Remote,
    i18n::{Key, fill, say, tr},
    model::{
        auditlog::{self, Filter},
        path,
    },
    session::Tenancy,
    ui::{Button, ButtonLink, FilterBar, FilterChoice, FilterSelect, FilterText, Kind},
};
use contract::audit::{AuditActions, ListAuditActions};
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

#[derive(Clone, Copy)]
struct Fields {
    action: RwSignal<String>,
    actor: RwSignal<String>,
    from: RwSignal<String>,
    outcome: RwSignal<String>,
    q: RwSignal<String>,
    target: RwSignal<String>,
    to: RwSignal<String>,
}

impl Fields {
    fn new() -> Self {
        let text = || RwSignal::new(String::new());
        Self {
            action: text(),
            actor: text(),
            from: text(),
            outcome: text(),
            q: text(),
            target: text(),
            to: text(),
        }
    }

    fn show(self, filter: Filter) {
        self.action.set(filter.action);
        self.actor.set(filter.actor);
        self.from.set(filter.from);
        self.outcome.set(filter.outcome);
        self.q.set(filter.q);
        self.target.set(filter.target);
        self.to.set(filter.to);
    }

    fn asked(self) -> Filter {
        let text = |field: RwSignal<String>| field.get_untracked().trim().to_owned();
        Filter {
            action: text(self.action),
            actor: text(self.actor),
            from: text(self.from),
            outcome: text(self.outcome),
            q: text(self.q),
            target: text(self.target),
            to: text(self.to),
        }
    }
}

/// The bar.
#[component]
pub fn Filters(
    /// What the address asks.
    filter: Memo<Filter>,
) -> impl IntoView {
    let (tenancy, navigate, fields) = (Tenancy::expect(), use_navigate(), Fields::new());
    Effect::new(move |_| fields.show(filter.get()));
    let send = Callback::new(move |()| {
        let page = untrack(|| path::audit(&tenancy.slug()));
        navigate(&fields.asked().address(&page), Default::default());
    });
    let known = Remote::new(move || tenancy.ask::<ListAuditActions>(&[]).send());
    let actions = Signal::derive(move || offered(known.value(), &filter.get().action));
    let outcomes = Signal::derive(|| {
        let choice = |value: &str, key: Key| FilterChoice::new(value, say(key));
        vec![
            choice("", Key::auditlog_any),
            choice("success", Key::auditlog_success),
            choice("denied", Key::outcome_denied),
            choice("failure", Key::outcome_failure),
        ]
    });
    let clear = move || {
        (!filter.with(Filter::is_empty)).then(|| {
            let href = path::audit(&tenancy.slug());
            view! { <ButtonLink href text=tr(Key::auditlog_clear) kind=Kind::Quiet/> }
        })
    };
    view! {
        <FilterBar label=tr(Key::auditlog_filter) on_send=send>
            <FilterText label=tr(Key::auditlog_q) value=fields.q main=true/>
            <FilterSelect label=tr(Key::auditlog_action) options=actions value=fields.action/>
            <FilterText label=tr(Key::auditlog_actor) value=fields.actor/>
            <FilterText label=tr(Key::auditlog_target) value=fields.target/>
            <FilterSelect label=tr(Key::auditlog_outcome) options=outcomes value=fields.outcome/>
            <FilterText label=tr(Key::usage_from) value=fields.from kind="date"/>
            <FilterText label=tr(Key::usage_to) value=fields.to kind="date"/>
            <Button text=tr(Key::auditlog_apply) kind=Kind::Primary submits=true/>
            {clear}
        </FilterBar>
    }
}

/// Any, then each kind of action whole and one by one. What the address asks is offered even while the list is away.
fn offered(known: Option<AuditActions>, asked: &str) -> Vec<FilterChoice> {
    let mut choices = vec![FilterChoice::new("", say(Key::auditlog_any))];
    let groups = known.map(|known| auditlog::grouped(&known.data)).unwrap_or_default();
    for (prefix, names) in groups {
        if names.len() > 1 {
            let all = fill(Key::auditlog_all_of, &[("kind", &prefix)]);
            choices.push(FilterChoice::under(&prefix, format!("{prefix}."), all));
        }
        choices.extend(names.iter().map(|name| FilterChoice::under(&prefix, name, words::action(name))));
    }
    if !choices.iter().any(|choice| choice.value == asked) {
        choices.push(FilterChoice::new(asked, asked));
    }
    choices
}
