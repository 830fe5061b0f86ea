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
/// The least number written out in full has fewer bytes.
const LONGEST: usize = 1_100;

/// The number in `text`, surrounded by spaces or not. `None` when it is no number, when it is not finite, or when
/// taking it for a number would change it: leading zeros (`007` is a code) and whole numbers beyond 15 digits.
pub(crate) fn parse_number(text: &[u8], style: NumberStyle) -> Option<f64> {
    match style {
        NumberStyle::Point => plain_number(text.trim_ascii()),
        NumberStyle::Comma => {
            let text = text.trim_ascii();
            let mut buffer = [0_u8; 40];
            match buffer.get_mut(..text.len()) {
                Some(copy) => with_point(text, copy),
                // A tiny or huge number written out; what is longer than any is none.
                None if text.len() <= LONGEST => with_point(text, &mut vec![0; text.len()]),
                None => None,
            }
        }
    }
}

/// The number in a text with a decimal comma; `copy` is as long and takes its text with a point.
fn with_point(text: &[u8], copy: &mut [u8]) -> Option<f64> {
    for (to, from) in copy.iter_mut().zip(text) {
        *to = match from {
            b'.' => return None,
            b',' => b'.',
            other => *other,
        };
    }
    plain_number(copy)
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
    let magnitude = match short_decimal(unsigned) {
        Some(magnitude) => magnitude,
        None => long_decimal(unsigned)?,
    };
    Some(if text.first() == Some(&b'-') { -magnitude } else { magnitude })
}

const TENS: [f64; EXACT_DIGITS + 1] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Digits with a point or without, 15 at most: both the digits and the power of ten are exact as `f64`, so that their
/// quotient is the nearest (Clinger, "How to read floating point numbers accurately", 1990).
#[inline]
fn short_decimal(text: &[u8]) -> Option<f64> {
    if text.len() > EXACT_DIGITS {
        return None;
    }
    let (mut digits, mut decimals, mut point) = (0_u64, 0, 0);
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            digits = digits * 10 + u64::from(digit);
            decimals += point;
        } else if *byte == b'.' && point == 0 {
            point = 1;
        } else {
            return None;
        }
    }
    if point == 0 {
        return Some(digits as f64);
    }
    if text.len() < 2 {
        return None;
    }
    TENS.get(decimals).map(|ten| digits as f64 / ten)
}

/// All other forms.
#[cold]
fn long_decimal(unsigned: &[u8]) -> Option<f64> {
    if unsigned.len() > EXACT_DIGITS && unsigned.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let magnitude: f64 = fast_float2::parse(unsigned).ok()?;
    magnitude.is_finite().then_some(magnitude)
}

/// The marks that may stand between thousands, beside decimals of this style. Spaces are plain, unbreakable or narrow.
pub(crate) fn thousands_marks(style: NumberStyle) -> [char; 6] {
    let sign = if style == NumberStyle::Point { ',' } else { '.' };
    [sign, ' ', '\'', '’', '\u{A0}', '\u{202F}']
}

/// The number in `text`, whose thousands have `mark` between them: groups of three digits, the first of one to three.
pub(crate) fn grouped_number(text: &[u8], style: NumberStyle, mark: char) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?.trim();
    let decimal = if style == NumberStyle::Point { '.' } else { ',' };
    let (whole, fraction) = text.split_once(decimal).map_or((text, None), |(w, f)| (w, Some(f)));
    let unsigned = whole.strip_prefix(['-', '+']).unwrap_or(whole);
    let mut groups = unsigned.split(mark);
    let first = groups.next()?;
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let sound = (1..=3).contains(&first.len()) && digits(first) && !first.starts_with('0');
    let mut plain = String::with_capacity(text.len());
    plain.push_str(whole.get(..whole.len() - unsigned.len())?);
    plain.push_str(first);
    let mut more = 0;
    for group in groups {
        if group.len() != 3 || !digits(group) {
            return None;
        }
        plain.push_str(group);
        more += 1;
    }
    if let Some(fraction) = fraction {
        if !digits(fraction) {
            return None;
        }
        plain.push('.');
        plain.push_str(fraction);
    }
    if sound && more > 0 { plain_number(plain.as_bytes()) } else { None }
}

/// Signs of money and shares that may stand before or after a number.
const UNITS: [&str; 11] = ["$", "€", "£", "¥", "₹", "%", "USD", "EUR", "GBP", "CHF", "JPY"];

/// The number in `text` and the sign beside it.
pub(crate) fn number_with_unit(
    text: &str,
    number: impl Fn(&str) -> Option<f64>,
) -> Option<(f64, &'static str)> {
    let text = text.trim();
    let (sign, body) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    UNITS.iter().find_map(|unit| {
        if let Some(rest) = body.strip_prefix(unit) {
            let rest = rest.trim_start();
            let value = number(rest).filter(|_| !(sign < 0.0 && rest.starts_with('-')))?;
            return Some((sign * value, *unit));
        }
        let rest = text.strip_suffix(unit)?;
        Some((number(rest.trim_end())?, *unit))
    })
}

/// Pairs of words that mean yes and no.
/// 1 and 0 are numbers unless somebody says otherwise of their column.
const BOOLEANS: [(&str, &str); 9] = [
    ("true", "false"),
    ("yes", "no"),
    ("y", "n"),
    ("t", "f"),
    ("on", "off"),
    ("wahr", "falsch"),
    ("ja", "nein"),
    ("oui", "non"),
    ("1", "0"),
];

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

    #[test]
    fn short_numbers_are_those_of_the_standard_library() {
        let mut random = crate::random::SplitMix64::new(1);
        for _ in 0..50_000 {
            let length = 1 + random.below(15) as usize;
            let mut text: Vec<u8> = (0..length).map(|_| b'0' + random.below(10) as u8).collect();
            let point = random.below(20) as usize;
            if point < length {
                text[point] = b'.';
            }
            let wanted = std::str::from_utf8(&text).unwrap().parse::<f64>().ok();
            assert_eq!(short_decimal(&text), wanted, "{}", String::from_utf8_lossy(&text));
        }
    }

    #[test]
    fn thousands_are_groups_of_three_and_nothing_else() {
        let point = |text: &str, mark| grouped_number(text.as_bytes(), NumberStyle::Point, mark);
        assert_eq!(point("1,234.5", ','), Some(1234.5));
        assert_eq!(point("-12 345 678", ' '), Some(-12_345_678.0));
        assert_eq!(point("1’234", '’'), Some(1234.0));
        for text in
            ["1,23", "12,34,567", "1234,567", ",123", "0,123", "1,234,", "1,234.5.6", "1,234e5", "123", ""]
        {
            assert_eq!(point(text, ','), None, "{text}");
        }
        assert_eq!(grouped_number(b"1.234,50", NumberStyle::Comma, '.'), Some(1234.5));
    }

    #[test]
    fn a_sign_of_money_stands_before_or_after() {
        let number = |text: &str| plain_number(text.as_bytes());
        assert_eq!(number_with_unit("$12.50", number), Some((12.5, "$")));
        assert_eq!(number_with_unit("-$3", number), Some((-3.0, "$")));
        assert_eq!(number_with_unit("12 %", number), Some((12.0, "%")));
        assert_eq!(number_with_unit("-5 EUR", number), Some((-5.0, "EUR")));
        for text in ["12", "$", "$x", "-$-3", "%5%"] {
            assert_eq!(number_with_unit(text, number), None, "{text}");
        }
    }
}
