//! The way through a list: back to its newest page, on to the next older one.

use crate::{
    i18n::{Key, tr},
    model::path,
    ui::{ButtonLink, Kind, Row},
};
use leptos::prelude::*;

/// The links below a list at `here`; none where one page holds everything.
pub fn paging(here: &str, cursor: Option<String>, next: Option<String>) -> AnyView {
    let newest = cursor.map(|_| {
        view! { <ButtonLink href=here.to_owned() text=tr(Key::list_newest) kind=Kind::Quiet/> }
    });
    let older = next.map(|next| {
        let href = format!("{here}?cursor={}", path::escape(&next));
        view! { <ButtonLink href text=tr(Key::list_older)/> }
    });
    view! { <Row>{newest}{older}</Row> }.into_any()
}
