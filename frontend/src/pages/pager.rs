//! The way through a list whose place stands in the address.

use crate::{
    i18n::{Key, tr},
    model::path,
    ui::{ButtonLink, Kind, Row},
};
use leptos::prelude::*;

/// Links to the newest and the older items. `here` is the address without the cursor, `name` the cursor's parameter.
pub fn pager(here: &str, name: &str, cursor: Option<String>, next: Option<String>) -> AnyView {
    if cursor.is_none() && next.is_none() {
        return ().into_any();
    }
    let newest = cursor.map(|_| {
        view! { <ButtonLink href=here.to_owned() text=tr(Key::list_newest) kind=Kind::Quiet/> }
    });
    let older = next.map(|next| {
        let href = path::with_query(here, &[(name, &next)]);
        view! { <ButtonLink href text=tr(Key::list_older)/> }
    });
    view! { <Row>{newest}{older}</Row> }.into_any()
}
