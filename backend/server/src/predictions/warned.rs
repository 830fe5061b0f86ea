//! Warnings of an answer whose body has no place for them, as a header: a list of display strings (RFC 9651), so that
//! names of columns come through in every script.

use actix_web::http::header::{HeaderName, HeaderValue};
use std::fmt::Write;

/// The header's name.
pub(super) static WARNINGS: HeaderName = HeaderName::from_static("amaas-warnings");
/// What the header may take: whole warnings beyond it are left out.
const MOST_BYTES: usize = 4096;
/// What one warning may take, in characters.
const MOST_CHARACTERS: usize = 300;

/// The header's value; none when there is nothing to warn of.
pub(super) fn header(warnings: &[String]) -> Option<HeaderValue> {
    let mut list = String::new();
    for warning in warnings {
        let one = display_string(warning);
        if list.len() + one.len() + 2 > MOST_BYTES {
            break;
        }
        if !list.is_empty() {
            list.push_str(", ");
        }
        list.push_str(&one);
    }
    if list.is_empty() { None } else { HeaderValue::from_str(&list).ok() }
}

fn display_string(text: &str) -> String {
    let cut: String = text.chars().take(MOST_CHARACTERS).collect();
    let mut out = String::from("%\"");
    for byte in cut.bytes() {
        match byte {
            b' '..=b'~' if byte != b'%' && byte != b'"' => out.push(char::from(byte)),
            // Writing into a text does not fail.
            _ => _ = write!(out, "%{byte:02x}"),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_comes_through_in_every_script_and_can_not_break_the_header() {
        let warnings = ["reads \"价\"\r\nX: 1", "100 %"].map(str::to_owned);
        let header = header(&warnings).unwrap();
        assert_eq!(header, "%\"reads %22%e4%bb%b7%22%0d%0aX: 1\", %\"100 %25\"");
    }

    #[test]
    fn no_warning_is_no_header_and_many_are_bounded() {
        assert_eq!(header(&[]), None);
        let many = vec!["价".repeat(1000); 50];
        assert!(header(&many).unwrap().len() <= MOST_BYTES);
    }
}
