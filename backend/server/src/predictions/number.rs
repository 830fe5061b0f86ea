//! A JSON number (RFC 8259, section 6) as `f64`, correctly rounded.

/// Powers of ten that `f64` holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];
/// Digits that a `u64` holds whatever they are.
const DIGITS: usize = 19;
/// The greatest integer up to which `f64` holds every one.
const EXACT: u64 = 1 << 53;

/// Reads the number that begins at `at` and moves `at` behind it; none when there is no JSON number. A number beyond
/// the range of `f64` is infinite.
///
/// Short numbers take Clinger's fast path (an exact integer times or over an exact power of ten rounds once); all
/// others go to `fast-float2`.
#[inline]
pub(super) fn number(text: &[u8], at: &mut usize) -> Option<f64> {
    let start = *at;
    let mut place = start;
    let negative = text.get(place) == Some(&b'-');
    place += usize::from(negative);
    let first = place;
    let mut mantissa = 0u64;
    digits(text, &mut place, &mut mantissa);
    let mut count = place - first;
    // At least one digit, and no zero before another.
    if count == 0 || (count > 1 && text[first] == b'0') {
        return None;
    }
    let mut power = 0i32;
    if text.get(place) == Some(&b'.') {
        place += 1;
        let fraction = place;
        digits(text, &mut place, &mut mantissa);
        let places = place - fraction;
        if places == 0 {
            return None;
        }
        count += places;
        power = -i32::try_from(places).ok()?;
    }
    if let Some(b'e' | b'E') = text.get(place) {
        place += 1;
        power = power.saturating_add(exponent(text, &mut place)?);
    }
    *at = place;
    if count <= DIGITS && mantissa <= EXACT {
        let whole = mantissa as f64;
        let value = match POWERS.get(power.unsigned_abs() as usize) {
            Some(ten) if power < 0 => Some(whole / ten),
            Some(ten) => Some(whole * ten),
            None => None,
        };
        if let Some(value) = value {
            return Some(if negative { -value } else { value });
        }
    }
    fast_float2::parse(text.get(start..place)?).ok()
}

#[inline]
fn digits(text: &[u8], place: &mut usize, mantissa: &mut u64) {
    while let Some(byte) = text.get(*place) {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return;
        }
        *mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(digit));
        *place += 1;
    }
}

fn exponent(text: &[u8], place: &mut usize) -> Option<i32> {
    let negative = text.get(*place) == Some(&b'-');
    *place += usize::from(matches!(text.get(*place), Some(b'-' | b'+')));
    let start = *place;
    let mut value = 0i32;
    while let Some(digit) = text.get(*place).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit <= 9) {
        value = value.saturating_mul(10).saturating_add(i32::from(digit));
        *place += 1;
    }
    if *place == start {
        return None;
    }
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(f64, usize)> {
        let mut at = 0;
        number(text.as_bytes(), &mut at).map(|value| (value, at))
    }

    #[test]
    fn numbers_are_read_as_the_standard_library_reads_them() {
        for text in [
            "0",
            "-0",
            "1",
            "-1",
            "0.1",
            "3.25",
            "123456789.125",
            "1e5",
            "1E-5",
            "1.5e+3",
            "9007199254740993",
            "0.30000000000000004",
            "12345678901234567890123",
            "1e-400",
            "4.9e-324",
            "1.7976931348623157e308",
            "2.2250738585072011e-308",
            "0.000000000000000000000000000001",
            "1e22",
            "1e23",
            "-8.5e-22",
            "0e999999999",
        ] {
            let (value, length) = read(text).unwrap();
            assert_eq!(value.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
            assert_eq!(length, text.len());
        }
    }

    #[test]
    fn random_numbers_round_as_the_standard_library_does() {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..20_000 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let float = f64::from_bits(state);
            if !float.is_finite() {
                continue;
            }
            let whole = (state >> 40) as f64 / 1000.0;
            for text in [format!("{float:e}"), format!("{whole}")] {
                let (value, _) = read(&text).unwrap();
                assert_eq!(value.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
            }
        }
    }

    #[test]
    fn what_is_no_json_number_is_none() {
        for text in ["", "-", "+1", ".5", "1.", "01", "-01", "1e", "1e+", "inf", "NaN", "abc", "1.e5"] {
            assert!(read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_number_beyond_the_range_is_infinite() {
        assert_eq!(read("1e999").unwrap().0, f64::INFINITY);
        assert_eq!(read("-1e999").unwrap().0, f64::NEG_INFINITY);
    }
}
