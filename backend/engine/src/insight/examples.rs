//! Rows to try a model with, as predict takes them.

use super::spread;
use crate::metrics::{CellValue, Example};
use crate::scorer::{Schema, Scorer, Scores};
use crate::table::{Column, ColumnData, ColumnKind, Table, format_date_time};

/// Rows that are shown.
const MAX_EXAMPLES: usize = 50;
/// Bytes that the shown rows may take, roughly, as text.
const MAX_EXAMPLE_BYTES: usize = 64 * 1024;

/// Held-out rows evenly drawn, as many as fit, with what the scorer answers.
pub(super) fn examples(scorer: &Scorer, table: &Table, rows: &[usize]) -> Vec<Example> {
    let drawn: Vec<usize> = spread(rows.len(), MAX_EXAMPLES).into_iter().map(|at| rows[at]).collect();
    let sizes: Vec<usize> = drawn.iter().map(|row| size(scorer.schema(), table, *row)).collect();
    let average = sizes.iter().sum::<usize>() / sizes.len().max(1);
    let mut room = MAX_EXAMPLE_BYTES;
    let mut places = spread(drawn.len(), MAX_EXAMPLE_BYTES / average.max(1));
    places.retain(|place| {
        let fits = sizes[*place] <= room;
        room -= if fits { sizes[*place] } else { 0 };
        fits
    });
    let shown: Vec<usize> = places.into_iter().map(|place| drawn[place]).collect();
    let mut scores = Scores::default();
    scorer.score_into(&scorer.batch_of(table, &shown), &mut scores);
    let one = |(at, row): (usize, &usize)| example(scorer, table, *row, scores.row(at));
    shown.iter().enumerate().filter_map(one).collect()
}

fn example(scorer: &Scorer, table: &Table, row: usize, answer: &[f64]) -> Option<Example> {
    let schema = scorer.schema();
    let cells = schema.features.iter().map(|feature| {
        let value = table.column(&feature.name).map_or(CellValue::Missing, |column| value(column, row));
        (feature.name.clone(), value)
    });
    let target = table.column(&schema.target)?;
    let (actual, predicted) = if schema.classes.is_empty() {
        (value(target, row), number(*answer.first()?))
    } else {
        let label = schema.classes.get(scorer.label(answer))?;
        (target.text(row).map_or(CellValue::Missing, CellValue::Text), CellValue::Text(label.clone()))
    };
    Some(Example { row: cells.collect(), actual, predicted })
}

/// A cell as predict takes it: dates as text where that says all of them.
fn value(column: &Column, row: usize) -> CellValue {
    match &column.data {
        ColumnData::Numbers(values) => {
            let value = values.get(row).copied().unwrap_or(f64::NAN);
            let date = (column.kind == ColumnKind::DateTime).then(|| format_date_time(value)).flatten();
            date.map_or_else(|| number(value), CellValue::Text)
        }
        ColumnData::Categories { .. } => column.text(row).map_or(CellValue::Missing, CellValue::Text),
    }
}

fn number(value: f64) -> CellValue {
    if value.is_finite() { CellValue::Number(value) } else { CellValue::Missing }
}

/// The bytes that a row takes as text, roughly.
fn size(schema: &Schema, table: &Table, row: usize) -> usize {
    let of = |name: &String| {
        let cell = match table.column(name).map(|column| value(column, row)) {
            Some(CellValue::Text(text)) => text.len(),
            Some(CellValue::Number(_) | CellValue::Missing) | None => 8,
        };
        name.len() + cell + 6
    };
    schema.features.iter().map(|feature| of(&feature.name)).sum()
}
