//! Rules that are said before the mistake, each with how it stands.

use super::{Icon, Sign};
use crate::model::password::Standing;
use leptos::{prelude::*, text_prop::TextProp};

/// Rules that are said before the mistake; each is a `Checked`.
#[component]
pub fn Rules(children: Children) -> impl IntoView {
    view! { <ul class="rules">{children()}</ul> }
}

/// A rule and how it stands.
#[component]
pub fn Checked(
    /// How it stands.
    #[prop(into)]
    standing: Signal<Standing>,
    /// The rule.
    #[prop(into)]
    text: TextProp,
) -> impl IntoView {
    let (state, sign) = (
        move || match standing.get() {
            Standing::Open => "open",
            Standing::Kept => "kept",
            Standing::Broken => "broken",
        },
        move || match standing.get() {
            Standing::Open => Sign::Info,
            Standing::Kept => Sign::Check,
            Standing::Broken => Sign::Cross,
        },
    );
    view! {
        <li class="rule" data-state=state>
            {move || view! { <Icon sign=sign()/> }}
            <span>{move || text.get()}</span>
        </li>
    }
}
