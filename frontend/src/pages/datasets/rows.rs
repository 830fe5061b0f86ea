//! The first rows of a data set, as they were read.

use crate::{
    client::Remote,
    i18n::{Key, fill, tr},
    model::figure::grouped,
    session::Tenancy,
    ui::{Align, Card, Cell, Column, Empty, Loaded, Muted, Notice, Sign, Table},
};
use contract::datasets::{GetRows, Rows as Value, RowsQuery};
use leptos::prelude::*;

/// Columns that are drawn: a table may have ten thousand.
const WIDEST: usize = 40;

/// The rows.
#[component]
pub fn Rows(
    /// The data set.
    id: String,
) -> impl IntoView {
    let tenancy = Tenancy::expect();
    let rows =
        Remote::new(move || tenancy.ask::<GetRows>(&[&id]).query(&RowsQuery { limit: Some(50) }).send());
    view! { <Loaded remote=rows view=table/> }
}

fn table(value: Value) -> AnyView {
    if value.rows.is_empty() {
        return view! { <Empty sign=Sign::Table title=tr(Key::rows_none) text=tr(Key::rows_none_text)/> }
            .into_any();
    }
    let all = value.columns.len();
    let cut = (all > WIDEST).then(|| {
        let (shown, all) = (grouped(WIDEST as u64), grouped(all as u64));
        view! { <Notice text=move || fill(Key::rows_cut, &[("shown", &shown), ("all", &all)])/> }
    });
    let numeric: Vec<bool> = (0..all.min(WIDEST)).map(|place| is_numeric(&value.rows, place)).collect();
    let head =
        |(name, numeric): (String, &bool)| if *numeric { Column::numbers(name) } else { Column::words(name) };
    let columns = value.columns.into_iter().zip(&numeric).map(head).collect();
    let row = move |row: Vec<Option<String>>| {
        let cells: Vec<AnyView> =
            row.into_iter().zip(&numeric).map(|(value, numeric)| cell(value, *numeric)).collect();
        view! { <tr>{cells}</tr> }
    };
    view! {
        {cut}
        <Card flush=true>
            <Table label=tr(Key::tab_rows) columns dense=true>{value.rows.into_iter().map(row).collect_view()}</Table>
        </Card>
    }
    .into_any()
}

/// Whether every value of a column that is there is a number.
fn is_numeric(rows: &[Vec<Option<String>>], place: usize) -> bool {
    let mut values = rows.iter().filter_map(|row| row.get(place)?.as_deref()).peekable();
    values.peek().is_some() && values.all(|value| value.trim().parse::<f64>().is_ok())
}

/// A cell of raw data.
pub fn cell(value: Option<String>, numeric: bool) -> AnyView {
    let align = if numeric { Align::End } else { Align::Start };
    match value {
        Some(value) => view! { <Cell align>{value}</Cell> }.into_any(),
        None => view! { <Cell align><Muted>"–"</Muted></Cell> }.into_any(),
    }
}
