//! A JSON number (RFC 8259, section 6) as `f64`, correctly rounded.

/// Powers of ten that `f64` holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];
/// Powers of ten by which a block of digits moves those before it.
const TENS: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
/// Digits that a `u64` holds whatever they are.
const DIGITS: usize = 19;
/// The greatest integer up to which `f64` holds every one.
const EXACT: u64 = 1 << 53;

/// Reads the number that begins at `at` and moves `at` behind it; none when there is no JSON number. A number beyond
/// the range of `f64` is infinite.
#[inline]
pub(super) fn number(text: &[u8], at: &mut usize) -> Option<f64> {
    if let Some((value, length)) = text.get(*at..).and_then(short) {
        *at += length;
        return Some(value);
    }
    long(text, at)
}

const EACH: u64 = 0x0101_0101_0101_0101;

/// A number of at most eight characters and a sign, with its length, as most numbers of tables are; none when it has to
/// be looked at more closely.
#[inline(always)]
fn short(text: &[u8]) -> Option<(f64, usize)> {
    // A branch, because most columns have one sign, and every number waits for the end of the one before.
    match text.split_first()? {
        (b'-', rest) => positive(rest).map(|(value, length)| (-value, length + 1)),
        _ => positive(text),
    }
}

/// No branch depends on where the point stands and where the number ends, because in a column nobody can predict it:
/// both are found in all eight bytes at once, the point is closed up, and the digits are added up side by side.
#[inline(always)]
fn positive(text: &[u8]) -> Option<(f64, usize)> {
    let window = text.first_chunk::<9>()?;
    let values = u64::from_le_bytes(*window.first_chunk()?) ^ (EACH * 0x30);
    let others = not_digits(values);
    let whole = others.trailing_zeros() / 8;
    if whole == 0 || (whole > 1 && values & 0xff == 0) {
        return None;
    }
    // Whether there is a point is the same down a column, mostly.
    let (digits, count, places, end) = if *window.get(whole as usize)? == b'.' {
        let end = (others & others.wrapping_sub(1)).trailing_zeros() / 8;
        let places = end.checked_sub(whole + 1).filter(|places| *places > 0)?;
        // What stands behind the point moves up to its place.
        let before = (1_u64 << ((8 * whole) & 63)).wrapping_sub(1);
        ((values & before) | ((values >> 8) & !before), whole + places, places, end)
    } else {
        (values, whole, 0, whole)
    };
    if matches!(*window.get(end as usize)?, b'.' | b'e' | b'E' | b'0'..=b'9') {
        return None;
    }
    let mantissa = eight_digits(digits << (64 - 8 * count));
    // Both are exact, so that the quotient is rounded once (Clinger's fast path).
    Some((f64::from(mantissa as u32) / POWERS.get(places as usize)?, end as usize))
}

/// The high bit of each byte that is no digit, of bytes from which `0` is taken away bit by bit. What stands behind a
/// byte beyond ASCII may be wrong: its carry goes on.
#[inline]
fn not_digits(values: u64) -> u64 {
    (values.wrapping_add(EACH * 0x76) | values) & (EACH * 0x80)
}

/// The value of eight digits, each in a byte of its own, the first in the lowest: pairs, fours and eights are added up
/// side by side in one register ("SIMD within a register": Lemire, "Quickly parsing eight digits", 2018).
#[inline]
fn eight_digits(values: u64) -> u64 {
    let pairs = values.wrapping_mul(10).wrapping_add(values >> 8);
    let low = (pairs & 0x0000_00ff_0000_00ff).wrapping_mul(100 + (1_000_000 << 32));
    let high = ((pairs >> 16) & 0x0000_00ff_0000_00ff).wrapping_mul(1 + (10_000 << 32));
    low.wrapping_add(high) >> 32
}

/// Any number: short ones take Clinger's fast path (an exact integer times or over an exact power of ten rounds once),
/// all others go to `fast-float2`.
#[inline(never)]
fn long(text: &[u8], at: &mut usize) -> Option<f64> {
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

/// Adds the digits here to `mantissa` and moves behind them; what a `u64` cannot hold wraps.
#[inline]
fn digits(text: &[u8], place: &mut usize, mantissa: &mut u64) {
    while let Some(block) = text.get(*place..).and_then(|rest| rest.first_chunk::<8>()) {
        let (value, count) = block_of_digits(*block);
        *mantissa = mantissa.wrapping_mul(TENS[count]).wrapping_add(value);
        *place += count;
        if count < 8 {
            return;
        }
    }
    // The last bytes of the text, one by one.
    while let Some(digit) = text.get(*place).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit <= 9) {
        *mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(digit));
        *place += 1;
    }
}

/// The digits that eight bytes begin with: their value and their count.
#[inline]
fn block_of_digits(block: [u8; 8]) -> (u64, usize) {
    let values = u64::from_le_bytes(block) ^ (EACH * 0x30);
    let count = (not_digits(values).trailing_zeros() / 8) as usize;
    // The digits move to the end of the block, with zeros before them. Twice a shift of less than 64 bits.
    let room = 32 - 4 * count as u32;
    (eight_digits((values << room) << room), count)
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

    /// The number and its length: at the end of the text and in the middle of one, which take different paths.
    fn read(text: &str) -> Option<(f64, usize)> {
        let read = |text: &str| {
            let mut at = 0;
            number(text.as_bytes(), &mut at).map(|value| (value, at))
        };
        let last = read(text);
        for follows in [",\"b\":1}", "}, {\"a\"", "]:::::::", "\u{00ff}éééé"] {
            assert_eq!(read(&format!("{text}{follows}")), last, "{text}{follows}");
        }
        last
    }

    #[test]
    fn every_count_of_digits_is_read_whole_before_and_after_the_point() {
        let digits = "9182736450918273645091827364";
        for whole in 1..=digits.len() {
            assert_eq!(read(&digits[..whole]).unwrap().1, whole);
            for places in 1..=digits.len() {
                let text = format!("-{}.{}", &digits[..whole], &digits[..places]);
                let (value, length) = read(&text).unwrap();
                assert_eq!(value.to_bits(), text.parse::<f64>().unwrap().to_bits(), "{text}");
                assert_eq!(length, text.len());
            }
        }
    }

    #[test]
    fn a_block_ends_at_whatever_is_no_digit() {
        for other in (0..=u8::MAX).filter(|byte| !byte.is_ascii_digit()) {
            for at in 0..8 {
                let mut block = *b"12345678";
                block[at] = other;
                let expected =
                    b"12345678"[..at].iter().fold(0, |sum, byte| sum * 10 + u64::from(byte - b'0'));
                assert_eq!(block_of_digits(block), (expected, at), "{other:#x} at {at}");
            }
        }
        assert_eq!(block_of_digits(*b"12345678"), (12_345_678, 8));
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
