//! Codes of an authenticator: RFC 6238 with SHA-1, 30 seconds and 6 digits, which is what every app understands.

use crate::error::{Error, Result};
use aws_lc_rs::hmac;
use contract::Timestamp;
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write as _;

/// Seconds that a code stands.
const PERIOD: i64 = 30;
/// Bytes of a secret (RFC 4226, section 4, asks for 160 bits).
pub const SECRET_BYTES: usize = 20;
/// Quiet modules around a QR code (ISO/IEC 18004 asks for four).
const QUIET: i32 = 4;

fn code_of(secret: &[u8], step: i64) -> u32 {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret);
    let digest = hmac::sign(&key, &step.to_be_bytes());
    // RFC 4226, section 5.3: the last four bits say where the four bytes begin.
    let digest = digest.as_ref();
    let start = usize::from(digest.last().copied().unwrap_or_default() & 15);
    let taken = digest.iter().skip(start).take(4).fold(0u32, |number, byte| (number << 8) | u32::from(*byte));
    (taken & 0x7fff_ffff) % 1_000_000
}

/// The step whose code this is: of now, or one before or after, for clocks that differ.
pub fn step_of(secret: &[u8], code: &str, now: Timestamp) -> Option<i64> {
    let given: u32 = code.parse().ok().filter(|_| is_code(code))?;
    let current = now.millis().div_euclid(PERIOD * 1000);
    // The latest first: it shuts out the most.
    [current + 1, current, current - 1].into_iter().find(|step| code_of(secret, *step) == given)
}

/// Whether it looks like a code of an authenticator.
pub fn is_code(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Base 32 (RFC 4648) without padding.
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut held, mut bits) = (0u32, 0u32);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(LETTERS[(held >> bits) as usize & 31]));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        text.push(char::from(LETTERS[(held << (5 - bits)) as usize & 31]));
    }
    text
}

/// What [`base32`] wrote, read back.
pub fn from_base32(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut held, mut bits) = (0u32, 0u32);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'2'..=b'7' => letter - b'2' + 26,
            _ => return None,
        };
        held = ((held << 5) | u32::from(value)) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 255).ok()?);
        }
    }
    Some(bytes)
}

/// The `otpauth://` address that authenticators read.
pub fn uri(secret: &str, email: &str) -> String {
    let label = contract::fill("{email}", &[email]);
    format!(
        "otpauth://totp/Amaas:{label}?secret={secret}&issuer=Amaas&algorithm=SHA1&digits=6&period={PERIOD}"
    )
}

/// A text as a QR code: black on white whatever the page's colours, one unit a module.
pub fn qr_svg(text: &str) -> Result<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(Error::internal)?;
    let side = code.size() + 2 * QUIET;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            let (left, top) = (x + QUIET, y + QUIET);
            // Writing into a String can't fail.
            let _ = write!(path, "M{left} {top}h1v1h-1z");
        }
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 4226, appendix D, and RFC 6238, appendix B (its eight digits cut to six).
        let hotp = [755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871, 520_489];
        for (step, code) in (0..).zip(hotp) {
            assert_eq!(code_of(SECRET, step), code);
        }
        for (seconds, code) in [
            (59, 287_082),
            (1_111_111_109, 81_804),
            (1_111_111_111, 50_471),
            (1_234_567_890, 5_924),
            (2_000_000_000, 279_037),
            (20_000_000_000, 353_130),
        ] {
            assert_eq!(code_of(SECRET, seconds / PERIOD), code, "{seconds}");
        }
    }

    #[test]
    fn a_code_is_good_one_step_around_now_and_no_further() {
        let at = |seconds: i64| step_of(SECRET, "081804", Timestamp::from_millis(seconds * 1000));
        let step = 1_111_111_109 / PERIOD;
        let start = step * PERIOD;
        assert_eq!(at(start), Some(step));
        assert_eq!((at(start - 30), at(start + 59)), (Some(step), Some(step)));
        assert_eq!((at(start - 31), at(start + 60)), (None, None));
        for junk in ["81804", "+81804", "0818040", "08180x", "", "٠٨١٨٠٤", " 81804"] {
            assert_eq!(step_of(SECRET, junk, Timestamp::from_millis(start * 1000)), None, "{junk}");
        }
    }

    #[test]
    fn base32_is_that_of_the_standard_and_comes_back() {
        for (bytes, text) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI")]
        {
            assert_eq!(base32(bytes.as_bytes()), text);
            assert_eq!(from_base32(text).unwrap(), bytes.as_bytes());
        }
        assert_eq!(from_base32("mz"), None);
        let every: Vec<u8> = (0..=255).collect();
        assert_eq!(from_base32(&base32(&every)).unwrap(), every);
    }

    #[test]
    fn a_picture_has_a_square_for_each_dark_module_and_nothing_of_the_text() {
        let uri = uri(&base32(SECRET), "ada+x@example.com");
        assert!(
            uri.contains("Amaas:ada%2Bx%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&"),
            "{uri}"
        );
        let svg = qr_svg(&uri).unwrap();
        let code = QrCode::encode_text(&uri, QrCodeEcc::Medium).unwrap();
        let every = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        let dark = every.filter(|(x, y)| code.get_module(*x, *y)).count();
        assert_eq!(svg.matches("h1v1").count(), dark);
        assert!(!svg.contains("GEZDG") && !svg.contains("script"));
    }
}
