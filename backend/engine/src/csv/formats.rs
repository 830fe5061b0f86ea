//! What is sent instead of a CSV, told by its first bytes.

use super::IntakeError;

/// First bytes of formats that people send instead of a CSV.
const CONTAINERS: [(&[u8], &str); 18] = [
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"PK\x05\x06", "a ZIP archive"),
    (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an old Excel workbook"),
    (b"\x1F\x8B", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xFD7zXZ\x00", "an xz archive"),
    (b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive"),
    (b"Rar!\x1A\x07", "a RAR archive"),
    (b"\x28\xB5\x2F\xFD", "a Zstandard archive"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"Obj\x01", "an Avro file"),
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xFF\xD8\xFF", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x7FELF", "a program"),
];

/// Refuses what is plainly no text: archives, pictures, databases, web pages, JSON.
pub fn refuse_other_formats(bytes: &[u8]) -> Result<(), IntakeError> {
    if let Some((_, kind)) = CONTAINERS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        let fix = if kind.contains("archive") {
            "unpack it and send the CSV inside, or save the sheet as CSV"
        } else {
            "export the table as CSV and send that"
        };
        return Err(IntakeError::Archive { kind: (*kind).to_owned(), fix: fix.to_owned() });
    }
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let start = body.get(..body.len().min(64)).unwrap_or_default().to_ascii_lowercase();
    let kind = if start.starts_with(b"<!doctype") || start.starts_with(b"<html") {
        "an HTML page"
    } else if start.starts_with(b"<?xml") {
        "an XML document"
    } else if opens_json(&start) {
        "JSON"
    } else {
        return Ok(());
    };
    Err(IntakeError::NotCsv { kind: kind.to_owned() })
}

/// `{` or `[{` and then a quoted name or the end of the object.
fn opens_json(start: &[u8]) -> bool {
    let inner = match start.strip_prefix(b"[") {
        Some(rest) => rest.trim_ascii_start().strip_prefix(b"{"),
        None => start.strip_prefix(b"{"),
    };
    inner.is_some_and(|rest| matches!(rest.trim_ascii_start().first(), Some(b'"' | b'}')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_formats_are_named() {
        for (bytes, code) in [
            (b"PK\x03\x04....".as_slice(), "archive_not_csv"),
            (b"\x1F\x8B\x08", "archive_not_csv"),
            (b"<!DOCTYPE html><p>", "not_csv"),
            (b" [ {\"a\": 1}]", "not_csv"),
        ] {
            assert_eq!(refuse_other_formats(bytes).unwrap_err().code(), code);
        }
        assert!(refuse_other_formats(b"a,b\n1,2\n").is_ok());
    }
}
