//! From bytes to text: the encoding, and one buffer of UTF-8 with `\n` line ends.

use std::borrow::Cow;

use super::{Encoding, IntakeError};

/// The encoding of `bytes`, with the evidence for it; refuses binary data.
pub fn detect_encoding(bytes: &[u8]) -> Result<(Encoding, String), IntakeError> {
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        return Ok((Encoding::Utf8Bom, "encoding: starts with the UTF-8 byte order mark".to_owned()));
    }
    if bytes.starts_with(b"\xFF\xFE") {
        return Ok((Encoding::Utf16Le, "encoding: starts with the UTF-16 LE byte order mark".to_owned()));
    }
    if bytes.starts_with(b"\xFE\xFF") {
        return Ok((Encoding::Utf16Be, "encoding: starts with the UTF-16 BE byte order mark".to_owned()));
    }
    let head = &bytes[..bytes.len().min(4096)];
    if let Some(found) = utf16_without_mark(head) {
        return Ok(found);
    }
    let control = head.iter().filter(|b| **b < 32 && !matches!(**b, b'\t' | b'\n' | b'\r' | 12 | 26)).count();
    if control * 20 > head.len() {
        return Err(IntakeError::Binary);
    }
    if std::str::from_utf8(bytes).is_ok() {
        return Ok((Encoding::Utf8, "encoding: every byte is valid UTF-8".to_owned()));
    }
    if is_east_asian(bytes) {
        return Err(IntakeError::EastAsian);
    }
    let census = HighBytes::count(bytes);
    if census.sequences == 0 && census.plausible * 10 >= census.invalid * 9 {
        let evidence =
            format!("encoding: {} bytes are not UTF-8 and read as letters in Windows-1252", census.invalid);
        return Ok((Encoding::Windows1252, evidence));
    }
    let evidence =
        format!("encoding: UTF-8, but {} bytes are not valid; their rows are rejected", census.invalid);
    Ok((Encoding::Utf8, evidence))
}

/// Pairs of bytes that tell an encoding of East Asia at least.
const PAIRS: usize = 8;

/// Whether the bytes above 127 come in pairs throughout, nine of ten of them where GB2312 (and with it EUC-KR and EUC-JP)
/// has its signs and commonest characters. In Latin text they stand between letters of ASCII, alone.
fn is_east_asian(bytes: &[u8]) -> bool {
    let (mut pairs, mut common, mut at) = (0, 0, 0);
    while let Some(lead) = bytes.get(at) {
        if lead.is_ascii() {
            at += 1;
            continue;
        }
        let Some(trail) = bytes.get(at + 1) else { break };
        if !matches!(lead, 0x81..=0xFE) || !matches!(trail, 0x30..=0x7E | 0x80..=0xFE) {
            return false;
        }
        pairs += 1;
        common += usize::from(matches!(lead, 0xA1..=0xA5 | 0xB0..=0xD7) && *trail >= 0xA1);
        at += 2;
    }
    pairs >= PAIRS && common * 10 >= pairs * 9
}

/// UTF-16 betrays itself by a zero in almost every second byte.
fn utf16_without_mark(head: &[u8]) -> Option<(Encoding, String)> {
    if head.len() < 8 {
        return None;
    }
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|b| **b == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    if odd * 10 >= half * 7 && even * 20 < half {
        return Some((Encoding::Utf16Le, "encoding: every second byte is zero, as in UTF-16 LE".to_owned()));
    }
    (even * 10 >= half * 7 && odd * 20 < half)
        .then(|| (Encoding::Utf16Be, "encoding: every second byte is zero, as in UTF-16 BE".to_owned()))
}

/// What the bytes above 127 of a file that is not UTF-8 are.
#[derive(Default)]
struct HighBytes {
    /// Valid sequences of more than one byte.
    sequences: usize,
    /// Bytes outside of any valid sequence.
    invalid: usize,
    /// Those of them that are common letters or signs in Windows-1252.
    plausible: usize,
}

impl HighBytes {
    fn count(bytes: &[u8]) -> Self {
        let mut census = Self::default();
        for chunk in bytes.utf8_chunks() {
            census.sequences += chunk.valid().bytes().filter(|b| *b >= 0xC0).count();
            for byte in chunk.invalid() {
                census.invalid += 1;
                census.plausible += usize::from(plausible_in_1252(*byte));
            }
        }
        census
    }
}

fn plausible_in_1252(byte: u8) -> bool {
    match byte {
        0x80 | 0x85 | 0x91..=0x97 | 0xA0..=0xBF => true,
        0xD0 | 0xD7 | 0xDE | 0xF0 | 0xF7 | 0xFE | 0xFF => false,
        _ => byte >= 0xC0,
    }
}

/// Windows-1252 from 0x80 to 0x9F; the five unused codes stand for themselves, as in the WHATWG's table.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
];

/// The text as bytes of UTF-8 (invalid ones are left where they are, for the reader to reject their rows), without
/// a byte order mark; lone carriage returns become line ends when there is no other.
pub fn to_utf8(bytes: &[u8], encoding: Encoding) -> Cow<'_, [u8]> {
    let text = match encoding {
        Encoding::Utf8 | Encoding::Utf8Bom => {
            Cow::Borrowed(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes))
        }
        Encoding::Utf16Le => Cow::Owned(utf16(bytes, u16::from_le_bytes)),
        Encoding::Utf16Be => Cow::Owned(utf16(bytes, u16::from_be_bytes)),
        Encoding::Windows1252 => Cow::Owned(windows_1252(bytes)),
    };
    if memchr::memchr(b'\n', &text).is_none() && memchr::memchr(b'\r', &text).is_some() {
        return Cow::Owned(text.iter().map(|b| if *b == b'\r' { b'\n' } else { *b }).collect());
    }
    text
}

fn windows_1252(bytes: &[u8]) -> Vec<u8> {
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 16);
    for byte in bytes {
        text.push(match byte {
            0x80..=0x9F => WINDOWS_1252[usize::from(byte - 0x80)],
            _ => char::from(*byte),
        });
    }
    text.into_bytes()
}

/// A lone surrogate becomes the byte 0xFF, which no UTF-8 holds, so that its row is rejected.
fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let mut text = Vec::with_capacity(bytes.len());
    let mut buffer = [0; 4];
    for (at, decoded) in char::decode_utf16(units).enumerate() {
        match decoded {
            Ok('\u{FEFF}') if at == 0 => {}
            Ok(symbol) => text.extend_from_slice(symbol.encode_utf8(&mut buffer).as_bytes()),
            Err(_) => text.push(0xFF),
        }
    }
    if !rest.is_empty() {
        text.push(0xFF);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin_letters_are_not_taken_for_broken_utf8() {
        let (encoding, _) = detect_encoding(b"name,city\nJos\xE9,K\xF6ln\n").unwrap();
        assert_eq!(encoding, Encoding::Windows1252);
        assert_eq!(&*to_utf8(b"K\xF6ln \x80", encoding), "Köln €".as_bytes());
    }

    #[test]
    fn broken_utf8_is_not_taken_for_latin_letters() {
        assert_eq!(detect_encoding(b"a,b\n1,\xFF\xFE\n").unwrap().0, Encoding::Utf8);
        assert_eq!(
            detect_encoding("a,b\nKöln,1\n".bytes().chain([0xF6, 10]).collect::<Vec<_>>().as_slice())
                .unwrap()
                .0,
            Encoding::Utf8
        );
    }

    #[test]
    fn utf16_is_found_with_and_without_its_mark() {
        let little: Vec<u8> = "a,b\nö,2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(detect_encoding(&little).unwrap().0, Encoding::Utf16Le);
        let big: Vec<u8> = "\u{FEFF}a,b\nö,2\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(detect_encoding(&big).unwrap().0, Encoding::Utf16Be);
        assert_eq!(&*to_utf8(&big, Encoding::Utf16Be), "a,b\nö,2\n".as_bytes());
    }
}
