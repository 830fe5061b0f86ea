//! The exact way from JSON to typed columns: every fault of every cell, with its place.

use super::{
    columns::{CellFaults, Columns, Kind, Notes, shown},
    wishes::{self, Told},
};
use crate::{
    error::{Error, Result},
    infra::body,
};
use engine::{Batch, CellOutcome};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{borrow::Cow, fmt};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    rows: Vec<Row>,
    #[serde(default)]
    explain: Option<Box<RawValue>>,
    #[serde(default)]
    interval: Option<Box<RawValue>>,
}

/// The cells of a row in the order they were sent; of two with one name the last counts, as everywhere in JSON.
struct Row(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Cells;

        impl<'de> Visitor<'de> for Cells {
            type Value = Row;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a row as an object by column name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
                let mut cells = Vec::new();
                while let Some(cell) = map.next_entry()? {
                    cells.push(cell);
                }
                Ok(Row(cells))
            }
        }

        deserializer.deserialize_map(Cells)
    }
}

/// Reads the rows into an empty batch, at most `most` of them, and what is wanted beside the answers.
pub(super) fn rows(
    text: &[u8],
    columns: &Columns,
    batch: &mut Batch,
    notes: &mut Notes,
    most: usize,
) -> Result<Told> {
    let body: Body = body::from_json(text)?;
    let mut wrong = Vec::new();
    let told = Told {
        explain: body.explain.and_then(|raw| wishes::explain("#/explain", raw.get(), &mut wrong)),
        level: body.interval.and_then(|raw| wishes::level("#/interval", raw.get(), &mut wrong)),
        ..Told::default()
    };
    if !wrong.is_empty() {
        return Err(Error::invalid(wrong));
    }
    check_count(body.rows.len(), most)?;
    notes.gap();
    let mut faults = CellFaults::default();
    let mut last = vec![usize::MAX; columns.names.len()];
    for Row(cells) in &body.rows {
        let row = batch.add_row();
        last.fill(usize::MAX);
        for (order, (name, _)) in cells.iter().enumerate() {
            match columns.place(name) {
                Some(place) => last[place] = order,
                None => notes.unknown_column(name),
            }
        }
        for (place, (_, value)) in
            last.iter().enumerate().filter_map(|(place, order)| Some((place, cells.get(*order)?)))
        {
            cell(row, place, value.get(), columns, batch, (notes, &mut faults));
        }
    }
    faults.into_result().map(|()| told)
}

/// Refuses no rows and too many.
pub(super) fn check_count(rows: usize, most: usize) -> Result<()> {
    if (1..=most).contains(&rows) {
        return Ok(());
    }
    Err(Error::invalid_field(
        "#/rows",
        format!("expected 1 to {most} rows, got {rows}"),
        "send that many in a call, and more calls for more rows",
    ))
}

fn cell(
    row: usize,
    place: usize,
    raw: &str,
    columns: &Columns,
    batch: &mut Batch,
    (notes, faults): (&mut Notes, &mut CellFaults),
) {
    let (kind, name) = (columns.kinds[place], columns.names[place].as_str());
    let outcome = match raw.as_bytes().first() {
        Some(b'n') => batch.set_missing(row, place),
        Some(b't') => batch.set_bool(row, place, true),
        Some(b'f') => batch.set_bool(row, place, false),
        Some(b'"') => match serde_json::from_str::<Cow<'_, str>>(raw) {
            Ok(text) => batch.set_text(row, place, &text),
            Err(_) => {
                let message = format!("expected text that is valid Unicode, got {}", shown(raw));
                return faults.cell(row, name, message, "send surrogates in pairs");
            }
        },
        Some(b'-' | b'0'..=b'9') if matches!(kind, Kind::Number | Kind::Date) => {
            batch.set_number(row, place, fast_float2::parse(raw).unwrap_or(f64::INFINITY))
        }
        _ => CellOutcome::WrongKind,
    };
    match outcome {
        CellOutcome::Set => {}
        CellOutcome::UnknownLevel => notes.new_level(place),
        CellOutcome::NotFinite => {
            let message = format!("expected a number that a double can hold, got {}", shown(raw));
            faults.cell(row, name, message, kind.fix());
        }
        CellOutcome::WrongKind | CellOutcome::OutOfRange => {
            let got = match raw.as_bytes().first() {
                Some(b'[') => "a list".to_owned(),
                Some(b'{') => "an object".to_owned(),
                _ => shown(raw),
            };
            faults.cell(row, name, format!("expected {}, got {got}", kind.expected()), kind.fix());
        }
    }
}
