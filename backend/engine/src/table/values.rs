//! The value of a cell's text: numbers without loss, words for true and false.

/// How numbers are written in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberStyle {
    /// `1234.5`
    Point,
    /// `1234,5`
    Comma,
}

/// Whole numbers of more digits than this do not fit in an `f64` and are names, not amounts.
const EXACT_DIGITS: usize = 15;

/// The number in `text`, surrounded by spaces or not. `None` when it is no number, when it is not finite, or when
/// taking it for a number would change it: leading zeros (`007` is a code) and whole numbers beyond 15 digits.
pub(crate) fn parse_number(text: &[u8], style: NumberStyle) -> Option<f64> {
    match style {
        NumberStyle::Point => plain_number(text.trim_ascii()),
        NumberStyle::Comma => {
            let text = text.trim_ascii();
            let mut buffer = [0_u8; 40];
            let copy = buffer.get_mut(..text.len())?;
            for (to, from) in copy.iter_mut().zip(text) {
                *to = match from {
                    b'.' => return None,
                    b',' => b'.',
                    other => *other,
                };
            }
            plain_number(copy)
        }
    }
}

/// The number in `text` (no spaces, decimal point); see [`parse_number`].
#[inline]
pub(crate) fn plain_number(text: &[u8]) -> Option<f64> {
    let unsigned = match text.first()? {
        b'+' | b'-' => &text[1..],
        _ => text,
    };
    let first = *unsigned.first()?;
    if !(first.is_ascii_digit() || first == b'.') {
        return None;
    }
    if first == b'0' && unsigned.get(1).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    if unsigned.len() > EXACT_DIGITS && unsigned.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let magnitude: f64 = fast_float2::parse(unsigned).ok()?;
    if !magnitude.is_finite() {
        return None;
    }
    Some(if text[0] == b'-' { -magnitude } else { magnitude })
}

/// Pairs of words that mean yes and no.
/// 1 and 0 are numbers unless somebody says otherwise of their column.
const BOOLEANS: [(&str, &str); 7] =
    [("true", "false"), ("yes", "no"), ("y", "n"), ("t", "f"), ("on", "off"), ("wahr", "falsch"), ("1", "0")];

/// The truth of a word and the pair it belongs to; letters in either case.
pub(crate) fn boolean_value(word: &str) -> Option<(usize, bool)> {
    let word = word.trim();
    BOOLEANS.iter().enumerate().find_map(|(pair, (yes, no))| {
        if word.eq_ignore_ascii_case(yes) {
            Some((pair, true))
        } else if word.eq_ignore_ascii_case(no) {
            Some((pair, false))
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_only_what_survives_being_one() {
        let number = |t: &str| parse_number(t.as_bytes(), NumberStyle::Point);
        assert_eq!(number(" 12.5 "), Some(12.5));
        assert_eq!(number("+3"), Some(3.0));
        assert_eq!(number("-.5"), Some(-0.5));
        assert_eq!(number("1e3"), Some(1000.0));
        assert_eq!(number("0.5"), Some(0.5));
        for text in [
            "",
            "-",
            "abc",
            "nan",
            "inf",
            "-inf",
            "1e999",
            "007",
            "12345678901234567890",
            "1,5",
            "0x1F",
            "+-1",
        ] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn a_decimal_comma_is_read_only_where_it_is_the_style() {
        assert_eq!(parse_number(b"1,5", NumberStyle::Comma), Some(1.5));
        assert_eq!(parse_number(b"1.5", NumberStyle::Comma), None);
    }
}
