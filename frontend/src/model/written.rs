//! Numbers as people write them and as this dashboard prints them: `3,932.8`, `−61.75`, `1,5`, `1 234`.

/// The number as machines write it; a text that is no number comes out as it is.
///
/// A comma before each three digits stands between thousands, as everywhere on the screen; any other single comma is a
/// decimal one.
pub fn plain(text: &str) -> String {
    let text: String = text.trim().replace('\u{2212}', "-");
    let spaced = |letter: char| matches!(letter, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '’');
    let text = if in_groups(&text, spaced) { text.replace(spaced, "") } else { text };
    if in_groups(&text, |letter| letter == ',') {
        return text.replace(',', "");
    }
    let decimal = text.matches(',').count() == 1 && !text.contains('.');
    if decimal { text.replace(',', ".") } else { text }
}

/// The number of a text; none when it is none.
pub fn number(text: &str) -> Option<f64> {
    plain(text).parse::<f64>().ok().filter(|number| number.is_finite())
}

/// Whether the digits before the point stand in groups of three, the first of one to three and no idle zero.
fn in_groups(text: &str, between: impl Fn(char) -> bool) -> bool {
    let point = |letter: char| letter == '.' || (letter == ',' && !between(','));
    let whole = text.split(point).next().unwrap_or_default().trim_start_matches(['-', '+']);
    let mut groups = whole.split(between);
    let digits = |group: &str| group.chars().all(|letter| letter.is_ascii_digit());
    let first = groups.next().unwrap_or_default();
    let mut rest = groups.peekable();
    (1..=3).contains(&first.len())
        && digits(first)
        && !first.starts_with('0')
        && rest.peek().is_some()
        && rest.all(|group| group.len() == 3 && digits(group))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::figure;

    #[test]
    fn a_number_is_read_as_it_is_printed_and_as_people_write_it() {
        for (text, read) in [
            ("3,932.8", 3932.8),
            ("1,234,567", 1_234_567.0),
            ("−61.75", -61.75),
            ("1 234,5", 1234.5),
            ("1,5", 1.5),
            ("0,750", 0.75),
            ("1'000", 1000.0),
            (" 7 ", 7.0),
            ("1.20e-9", 1.2e-9),
        ] {
            assert_eq!(number(text), Some(read), "{text}");
        }
        for text in ["", "many", "1,2,3", "12,34,567", "1.2.3", "NaN", "inf"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn what_the_dashboard_prints_reads_back() {
        for value in [0.0, 0.7, 3.0, 12.5, 326.0, 3932.8, 18_823.0, -61.75, 1.25e6, 4.0e-7, 53_940.0] {
            let read = number(&figure::measured(value)).unwrap();
            assert!((read - value).abs() <= value.abs() * 1e-3, "{value}: {read}");
        }
    }
}
