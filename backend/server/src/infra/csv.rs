//! Rows of comma-separated values (RFC 4180) that a spreadsheet opens without running anything in them.

/// Adds a row; a cell that a spreadsheet would take for a formula gets a `'` in front.
pub fn push_row<'a>(text: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        push_cell(text, cell);
    }
    text.push_str("\r\n");
}

fn push_cell(text: &mut String, cell: &str) {
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { "'" } else { "" };
    if cell.contains([',', '"', '\r', '\n']) {
        text.push('"');
        text.push_str(guard);
        text.push_str(&cell.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(guard);
        text.push_str(cell);
    }
}

#[cfg(test)]
mod tests {
    use super::push_row;

    fn row(cells: &[&str]) -> String {
        let mut text = String::new();
        push_row(&mut text, cells.iter().copied());
        text
    }

    #[test]
    fn a_cell_that_looks_like_a_formula_is_made_text() {
        let cells = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "a=1", ""];
        assert_eq!(row(&cells), "'=1+1,'+1,'-1,'@x,'\tx,\"'\rx\",\"'\nx\",a=1,\r\n");
    }

    #[test]
    fn delimiters_and_quotes_are_enclosed() {
        assert_eq!(row(&["a,b", "say \"x\"", "two\nlines"]), "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\"\r\n");
    }
}
