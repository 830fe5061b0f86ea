//! Tables: a name for screen readers, columns with their alignment, rows that scroll inside.

use leptos::{prelude::*, text_prop::TextProp};

/// Where the text of a column stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Words.
    #[default]
    Start,
    /// Numbers.
    End,
}

impl Align {
    const fn name(self) -> &'static str {
        match self {
            Align::Start => "start",
            Align::End => "end",
        }
    }
}

/// The head of a column.
#[derive(Clone)]
pub struct Column {
    name: TextProp,
    align: Align,
}

impl Column {
    /// A column of words.
    pub fn words(name: impl Into<TextProp>) -> Self {
        Self { name: name.into(), align: Align::Start }
    }

    /// A column of numbers.
    pub fn numbers(name: impl Into<TextProp>) -> Self {
        Self { name: name.into(), align: Align::End }
    }
}

/// A table.
#[component]
pub fn Table(
    /// What it lists, for screen readers.
    #[prop(into)]
    label: TextProp,
    /// The heads of its columns.
    columns: Vec<Column>,
    /// Low rows with clipped text, for raw data.
    #[prop(optional)]
    dense: bool,
    children: Children,
) -> impl IntoView {
    let head = |column: Column| {
        view! { <th scope="col" data-align=column.align.name()>{move || column.name.get()}</th> }
    };
    let region = label.clone();
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label=move || region.get()>
            <table class="table" data-hover="" data-dense=dense.then_some("")>
                <caption class="sr-only">{move || label.get()}</caption>
                <thead><tr>{columns.into_iter().map(head).collect_view()}</tr></thead>
                <tbody>{children()}</tbody>
            </table>
        </div>
    }
}

/// A cell.
#[component]
pub fn Cell(
    /// As its column.
    #[prop(optional)]
    align: Align,
    children: Children,
) -> impl IntoView {
    view! { <td data-align=align.name()>{children()}</td> }
}
