//! Reads the small CSV answers of our own API (RFC 4180: commas, double quotes), such as the list of rejected rows.

/// The records of a text; fields keep their line breaks, a last empty line is none.
pub fn records(text: &str) -> Vec<Vec<String>> {
    let mut records = Vec::new();
    let (mut record, mut field) = (Vec::new(), String::new());
    let (mut quoted, mut any) = (false, false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        any = true;
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if field.is_empty() => quoted = true,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\r' if !quoted && characters.peek() == Some(&'\n') => {}
            '\n' if !quoted => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
                any = false;
            }
            other => field.push(other),
        }
    }
    if any {
        record.push(field);
        records.push(record);
    }
    records
}

#[cfg(test)]
mod tests {
    use super::records;

    #[test]
    fn quotes_commas_and_line_breaks_inside_a_field_stay_inside() {
        let text = "line,reason,text\r\n3,\"2 fields, expected 3\",\"a,\"\"b\"\"\nc\"\n";
        let read = records(text);
        assert_eq!(read[0], ["line", "reason", "text"]);
        assert_eq!(read[1], ["3", "2 fields, expected 3", "a,\"b\"\nc"]);
        assert_eq!(read.len(), 2);
    }

    #[test]
    fn a_last_line_without_a_break_counts_and_an_empty_text_has_no_records() {
        assert_eq!(records("a,b"), [["a", "b"]]);
        assert!(records("").is_empty());
        assert_eq!(records("a,"), [["a", ""]]);
    }
}
