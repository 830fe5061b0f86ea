//! CSV in (a header row, then one row a line) and CSV out.

use super::{
    columns::{CellFaults, Columns, Notes, shown},
    exact::check_count,
    scan,
};
use crate::error::{Error, Result};
use csv::{ByteRecord, ReaderBuilder};
use engine::{Batch, CellOutcome};

/// Reads the rows into an empty batch, at most `most` of them.
pub(super) fn rows(
    body: &[u8],
    columns: &Columns,
    batch: &mut Batch,
    notes: &mut Notes,
    most: usize,
) -> Result<()> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let delimiter = delimiter(body, columns);
    if let Some((names, lines)) = plain(body).filter(|_| delimiter == b',') {
        let places = header(&names, columns, notes)?;
        if (0..columns.names.len()).any(|place| !places.contains(&Some(place))) {
            notes.gap();
        }
        if scan::lines(lines, columns, &places, batch, notes, most).is_ok() {
            return check_count(batch.rows(), most);
        }
        batch.reset(0);
        notes.clear();
    }
    delimited_rows(body, delimiter, columns, batch, notes, most)
}

/// What separates the names of the header: a comma, unless only another sign makes them columns of the model.
fn delimiter(body: &[u8], columns: &Columns) -> u8 {
    let end = memchr::memchr2(b'\n', b'\r', body).unwrap_or(body.len());
    let header = body.get(..end).unwrap_or_default();
    let names_any = |sign: &u8| {
        let mut names = header.split(|byte| byte == sign).filter_map(|name| std::str::from_utf8(name).ok());
        names.any(|name| {
            let name = name.trim();
            columns.place(name).or_else(|| columns.place(name.trim_matches('"'))).is_some()
        })
    };
    [b',', b';', b'\t', b'|'].into_iter().find(names_any).unwrap_or(b',')
}

/// The header and the lines after it, of a body without a quote whose first line is none that a reader of CSV passes
/// over. Making such a reader costs as much as reading a hundred rows.
fn plain(body: &[u8]) -> Option<(ByteRecord, &[u8])> {
    if memchr::memchr(b'"', body).is_some() {
        return None;
    }
    let end = memchr::memchr2(b'\n', b'\r', body)?;
    let (first, rest) = body.split_at_checked(end).filter(|(first, _)| !first.is_empty())?;
    let lines = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n"))?;
    Some((first.split(|byte| *byte == b',').collect(), lines))
}

/// The exact way with commas.
#[cfg(test)]
pub(super) fn exact_rows(
    body: &[u8],
    columns: &Columns,
    batch: &mut Batch,
    notes: &mut Notes,
    most: usize,
) -> Result<()> {
    delimited_rows(body, b',', columns, batch, notes, most)
}

/// The exact way: quotes, odd numbers, and every fault by its cell.
fn delimited_rows(
    body: &[u8],
    delimiter: u8,
    columns: &Columns,
    batch: &mut Batch,
    notes: &mut Notes,
    most: usize,
) -> Result<()> {
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(body);
    let mut record = ByteRecord::new();
    if !read(&mut reader, &mut record)? {
        return check_count(0, most);
    }
    let mut faults = CellFaults::default();
    let places = header(&record, columns, notes)?;
    notes.gap();
    if places.len() == 1 && has_blank_line(body) {
        let message = "a blank line is no row, and would shift the rows after it";
        return Err(Error::invalid_field("#/rows", message, "write an empty cell as \"\""));
    }
    while read(&mut reader, &mut record)? {
        if batch.rows() == most {
            return check_count(most + 1 + remaining(&mut reader, &mut record)?, most);
        }
        let row = batch.add_row();
        if record.len() != places.len() {
            let message = format!("expected {} cells as in the header, got {}", places.len(), record.len());
            faults.add(
                format!("#/rows/{row}"),
                "ragged_row",
                message,
                "quote cells that hold the separator or line breaks",
            );
            continue;
        }
        for (bytes, place) in record.iter().zip(&places) {
            let Some(place) = *place else { continue };
            cell(row, place, bytes, columns, batch, (notes, &mut faults));
        }
    }
    check_count(batch.rows(), most)?;
    faults.into_result()
}

fn read(reader: &mut csv::Reader<&[u8]>, record: &mut ByteRecord) -> Result<bool> {
    // A reader of bytes in memory has no fault but its source's, which has none.
    reader.read_byte_record(record).map_err(Error::internal)
}

fn remaining(reader: &mut csv::Reader<&[u8]>, record: &mut ByteRecord) -> Result<usize> {
    let mut count = 0;
    while read(reader, record)? {
        count += 1;
    }
    Ok(count)
}

/// The place of each column; none for those that the model does not read.
fn header(record: &ByteRecord, columns: &Columns, notes: &mut Notes) -> Result<Vec<Option<usize>>> {
    let mut faults = Vec::new();
    let mut places = Vec::with_capacity(record.len());
    // The very file that was learned from is understood, whatever reading it made of empty and repeated names.
    let given = engine::column_names(record.iter());
    for (at, bytes) in record.iter().enumerate() {
        let pointer = format!("#/header/{at}");
        let Ok(name) = std::str::from_utf8(bytes) else {
            let message = "expected a column name in UTF-8";
            faults.push(crate::error::fault(&pointer, "invalid_text", message, "save the file as UTF-8"));
            continue;
        };
        let read_as = || given.get(at).and_then(|name| columns.place(name));
        let mut place = columns.place(name).or_else(|| columns.place(name.trim())).or_else(read_as);
        if place.is_some() && places.contains(&place) {
            place = read_as().or(place);
        }
        if place.is_some() && places.contains(&place) {
            let message = format!("the column {:?} stands twice in the header", shown(name));
            faults.push(crate::error::fault(&pointer, "duplicate_column", message, "leave one of them out"));
        }
        if place.is_none() {
            notes.unknown_column(name);
        }
        places.push(place);
    }
    if faults.is_empty() && places.iter().all(Option::is_none) {
        let message = format!(
            "expected a header row that names at least one of the model's columns: {}",
            columns.names.join(", ")
        );
        faults.push(crate::error::fault(
            "#/header",
            "no_known_column",
            shown_long(&message),
            "send the names in the first line, separated by commas",
        ));
    }
    if faults.is_empty() { Ok(places) } else { Err(Error::invalid(faults)) }
}

fn shown_long(text: &str) -> String {
    text.chars().take(500).collect()
}

fn cell(
    row: usize,
    place: usize,
    bytes: &[u8],
    columns: &Columns,
    batch: &mut Batch,
    (notes, faults): (&mut Notes, &mut CellFaults),
) {
    let (kind, name) = (columns.kinds[place], columns.names[place].as_str());
    let Ok(text) = std::str::from_utf8(bytes) else {
        let message = format!("expected text in UTF-8, got {:?}", shown(&String::from_utf8_lossy(bytes)));
        return faults.cell(row, name, message, "save the file as UTF-8");
    };
    match batch.set_csv(row, place, text) {
        CellOutcome::Set => {}
        CellOutcome::UnknownLevel => notes.new_level(place),
        CellOutcome::NotFinite => {
            let message = format!("expected a number that a double can hold, got {:?}", shown(text));
            faults.cell(row, name, message, kind.fix());
        }
        CellOutcome::WrongKind | CellOutcome::OutOfRange => {
            let message = format!("expected {}, got {:?}", kind.expected(), shown(text));
            faults.cell(row, name, message, "send such a value or leave the cell empty");
        }
    }
}

/// Whether a line between others is blank: a reader of CSV passes over it, so it can't stand for a row.
fn has_blank_line(body: &[u8]) -> bool {
    let text = body.trim_ascii_end();
    text.windows(2).any(|pair| pair == b"\n\n") || text.windows(3).any(|three| three == b"\n\r\n")
}

/// Writes a cell, quoted when it must be (RFC 4180).
pub(super) fn write_cell(out: &mut Vec<u8>, text: &str) {
    if !text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
        return out.extend_from_slice(text.as_bytes());
    }
    out.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}
