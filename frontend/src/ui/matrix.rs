//! What was taken for what: a table whose cells are the darker the more rows they hold of their line.

use crate::model::figure::{grouped, percent};
use leptos::{prelude::*, text_prop::TextProp};

/// Shades of a cell, from none to the darkest.
const SHADES: u64 = 10;

/// A confusion matrix.
#[component]
pub fn Matrix(
    /// What it shows, for screen readers.
    #[prop(into)]
    label: TextProp,
    /// What the lines are.
    #[prop(into)]
    rows_name: TextProp,
    /// What the columns are.
    #[prop(into)]
    columns_name: TextProp,
    /// The classes.
    classes: Vec<String>,
    /// Counts by line and column.
    counts: Vec<Vec<u64>>,
) -> impl IntoView {
    let names = classes.clone();
    let lines = classes.into_iter().zip(counts).enumerate().map(|(line, (class, counts))| {
        let all: u64 = counts.iter().sum();
        let cells = counts.into_iter().enumerate().map(|(column, count)| cell(count, all, line == column));
        view! { <tr><th scope="row">{class}</th>{cells.collect_view()}</tr> }
    });
    class_table("table matrix", label, rows_name, columns_name, &names, lines.collect_view())
}

/// A table of classes by classes: its heads around the given lines.
pub(super) fn class_table<L: IntoView>(
    class: &'static str,
    label: TextProp,
    rows_name: TextProp,
    columns_name: TextProp,
    classes: &[String],
    lines: L,
) -> impl IntoView + use<L> {
    let region = label.clone();
    let span = classes.len().to_string();
    let head = |class: &String| view! { <th scope="col" data-align="end">{class.clone()}</th> };
    let heads = classes.iter().map(head).collect_view();
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label=move || region.get()>
            <table class=class>
                <caption class="sr-only">{move || label.get()}</caption>
                <thead>
                    <tr>
                        <th scope="col" rowspan="2">{move || rows_name.get()}</th>
                        <th scope="colgroup" colspan=span>{move || columns_name.get()}</th>
                    </tr>
                    <tr>{heads}</tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
    }
}

fn cell(count: u64, all: u64, right: bool) -> impl IntoView {
    let shade = (count * SHADES).checked_div(all).unwrap_or_default();
    view! {
        <td data-align="end" data-shade=shade.to_string() data-right=right.then_some("")>
            <span class="strong">{grouped(count)}</span>
            " "
            <span class="small matrix-share">{percent(count, all)}</span>
        </td>
    }
}
