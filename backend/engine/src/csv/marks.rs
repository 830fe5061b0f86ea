//! Where delimiters and line ends are, eight bytes at a time.
//!
//! A byte of a word is compared with a symbol by taking `x ^ symbol` and testing each byte for zero; the form used
//! here is exact for all eight bytes (Hacker's Delight, 2nd edition, 6–1), so no hit has to be looked at twice.

/// A one in each byte.
const ONES: u64 = 0x0101_0101_0101_0101;
/// All bits but the highest of each byte.
const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;

/// Finds each delimiter and line end of a text, in order.
pub struct Marks<'a> {
    text: &'a [u8],
    /// Where the current word of eight bytes starts.
    base: usize,
    /// The highest bit of each byte of the word that is a mark and was not given out yet.
    hits: u64,
    delimiter: u64,
}

impl<'a> Marks<'a> {
    /// The marks of `text` from its start.
    pub fn new(text: &'a [u8], delimiter: u8) -> Self {
        let mut marks = Self { text, base: 0, hits: 0, delimiter: ONES * u64::from(delimiter) };
        marks.jump(0);
        marks
    }

    /// The next mark is looked for at `at` and behind it.
    #[inline]
    pub fn jump(&mut self, at: usize) {
        self.base = at;
        self.hits = self.look();
    }

    /// The place of the next mark; the length of the text when there is none.
    #[inline]
    pub fn next(&mut self) -> usize {
        while self.hits == 0 {
            self.base += 8;
            if self.base >= self.text.len() {
                self.base = self.text.len();
                return self.base;
            }
            self.hits = self.look();
        }
        let place = self.base + (self.hits.trailing_zeros() / 8) as usize;
        self.hits &= self.hits - 1;
        place
    }

    #[inline]
    fn look(&self) -> u64 {
        let rest = self.text.get(self.base..).unwrap_or_default();
        let word = match rest.first_chunk::<8>() {
            Some(bytes) => u64::from_le_bytes(*bytes),
            None => {
                // Zeros behind the end: neither a delimiter nor a line end.
                let mut bytes = [0; 8];
                bytes.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
                u64::from_le_bytes(bytes)
            }
        };
        zeros(word ^ self.delimiter) | zeros(word ^ (ONES * b'\n' as u64))
    }
}

/// The highest bit of each byte that is zero.
#[inline]
fn zeros(word: u64) -> u64 {
    !(((word & LOW) + LOW) | word | LOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_is_found_once_and_in_order() {
        let mut random = crate::random::SplitMix64::new(3);
        for length in 0..70 {
            let text: Vec<u8> = (0..length)
                .map(|_| [b',', b'\n', b'a', 0x80, 0xFF, b'-'][random.below(6) as usize])
                .collect();
            for from in 0..=length {
                let mut marks = Marks::new(&text, b',');
                marks.jump(from);
                let wanted = (from..length).filter(|at| matches!(text[*at], b',' | b'\n'));
                for place in wanted {
                    assert_eq!(marks.next(), place);
                }
                assert_eq!((marks.next(), marks.next()), (length, length));
            }
        }
    }
}
