//! Free text as numbers: the weights of its words and pairs of words (TF-IDF), and how many words there are.
//!
//! A word is a run of letters and digits in lower case; in scripts that write no spaces each letter is one, so that its
//! pairs are the bigrams of its characters. A word or pair is known by a hash, its bucket, so that counting takes the same
//! memory whatever the texts hold and a model file holds no word of anybody's. The buckets that most texts of the train
//! part hold become terms. The weight of a term in a text is `(1 + ln count) · idf`, where
//! `idf = 1 + ln((1 + texts) / (1 + texts with it))`, and the weights of a text have the length 1 together.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use crate::math::ln;

/// Buckets that words and pairs are hashed into.
const BUCKETS: usize = 1 << 18;
/// Texts of the train part that a term stands in at least: what stands in one alone says nothing of others.
const MIN_TEXTS: u32 = 2;

/// The terms of a column of text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Vocabulary {
    /// The bucket of each term, rising.
    buckets: Vec<u32>,
    /// What each term weighs.
    idf: Vec<f32>,
}

/// A text as its terms.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Terms that it holds, rising, with their weights.
    pub terms: Vec<(u32, f32)>,
    /// Its words; NaN where the text is missing.
    pub words: f32,
}

impl Default for Document {
    fn default() -> Self {
        Self { terms: Vec::new(), words: f32::NAN }
    }
}

impl Document {
    /// Makes it missing; keeps its room.
    pub fn clear(&mut self) {
        self.terms.clear();
        self.words = f32::NAN;
    }

    /// Whether there is no text.
    pub fn is_missing(&self) -> bool {
        self.words.is_nan()
    }

    /// The weight of a term: 0 of one that the text does not hold, NaN where the text is missing.
    #[inline]
    pub fn weight(&self, term: u32) -> f32 {
        match self.terms.binary_search_by_key(&term, |(term, _)| *term) {
            Ok(at) => self.terms[at].1,
            Err(_) if self.is_missing() => f32::NAN,
            Err(_) => 0.0,
        }
    }
}

impl Vocabulary {
    /// The terms of texts of which each stands in `held` rows of the train part: at most `most`, the commonest.
    pub(super) fn fit(texts: &[String], held: &[usize], most: usize) -> Self {
        let mut counts = vec![0_u32; BUCKETS];
        // The text, counted from 1, that a bucket was last met in: each text counts once.
        let mut met_in = vec![0_u32; BUCKETS];
        let mut total = 0_u32;
        for ((number, text), held) in (1..).zip(texts).zip(held).filter(|(_, held)| **held > 0) {
            let held = u32::try_from(*held).unwrap_or(u32::MAX);
            total = total.saturating_add(held);
            each_term(text, &mut |bucket, _| {
                let at = bucket as usize;
                if met_in[at] != number {
                    met_in[at] = number;
                    counts[at] = counts[at].saturating_add(held);
                }
            });
        }
        let mut buckets: Vec<u32> =
            (0..).zip(&counts).filter(|(_, count)| **count >= MIN_TEXTS).map(|(bucket, _)| bucket).collect();
        buckets.sort_by_key(|bucket| (Reverse(counts[*bucket as usize]), *bucket));
        buckets.truncate(most);
        buckets.sort_unstable();
        let idf = |bucket: &u32| {
            let count = f64::from(counts[*bucket as usize]);
            (1.0 + ln((1.0 + f64::from(total)) / (1.0 + count))) as f32
        };
        Self { idf: buckets.iter().map(idf).collect(), buckets }
    }

    /// The number of terms.
    pub fn terms(&self) -> usize {
        self.buckets.len()
    }

    /// Reads a text into a document, in place of what that held. Allocates only where the document has no room.
    pub fn read(&self, text: &str, document: &mut Document) {
        document.terms.clear();
        let mut words = 0_u32;
        each_term(text, &mut |bucket, is_word| {
            words += u32::from(is_word);
            if let Ok(term) = self.buckets.binary_search(&bucket) {
                document.terms.push((term as u32, 1.0));
            }
        });
        document.words = words as f32;
        document.terms.sort_unstable_by_key(|(term, _)| *term);
        document.terms.dedup_by(|later, first| {
            let same = later.0 == first.0;
            first.1 += if same { later.1 } else { 0.0 };
            same
        });
        let mut square = 0.0;
        for (term, weight) in &mut document.terms {
            let idf = self.idf.get(*term as usize).copied().unwrap_or(0.0);
            *weight = ((1.0 + ln(f64::from(*weight))) * f64::from(idf)) as f32;
            square += f64::from(*weight) * f64::from(*weight);
        }
        let length = square.sqrt();
        if length > 0.0 {
            document.terms.iter_mut().for_each(|(_, weight)| *weight = (f64::from(*weight) / length) as f32);
        }
    }

    /// What is wrong with it, if it comes from outside.
    pub fn fault(&self) -> Option<&'static str> {
        let in_range = self.buckets.last().is_none_or(|last| (*last as usize) < BUCKETS);
        if self.idf.len() != self.buckets.len() {
            Some("terms and their weights differ")
        } else if !self.buckets.is_sorted_by(|a, b| a < b) || !in_range {
            Some("the terms of a text do not rise")
        } else if !self.idf.iter().all(|idf| *idf > 0.0 && *idf < 1e3) {
            Some("a term's weight is out of range")
        } else {
            None
        }
    }

    /// Terms with the given weights, for random models.
    #[cfg(test)]
    pub fn of_words(words: &[String]) -> Self {
        Self::fit(words, &vec![2; words.len()], usize::MAX)
    }
}

/// Calls `each` with the bucket of every word, and of every word together with the one before it; and whether it is a
/// word.
fn each_term(text: &str, each: &mut dyn FnMut(u32, bool)) {
    /// The start and the factor of FNV-1a.
    const START: u64 = 0xcbf2_9ce4_8422_2325;
    const FACTOR: u64 = 0x0100_0000_01b3;
    let step = |hash: u64, letter: char| (hash ^ u64::from(u32::from(letter))).wrapping_mul(FACTOR);
    let (mut word, mut before): (Option<u64>, Option<u64>) = (None, None);
    let mut end = |word: &mut Option<u64>| {
        let Some(hash) = word.take() else { return };
        each(bucket(hash), true);
        if let Some(before) = before.replace(hash) {
            each(bucket(before.rotate_left(23).wrapping_mul(FACTOR) ^ hash), false);
        }
    };
    for letter in text.chars() {
        if !letter.is_alphanumeric() {
            // A mark that belongs to the letter before it neither ends the word nor tells it apart.
            if !matches!(letter, '\u{300}'..='\u{36f}') {
                end(&mut word);
            }
        } else if is_unspaced(letter) {
            end(&mut word);
            word = Some(step(START, letter));
            end(&mut word);
        } else {
            word = Some(letter.to_lowercase().fold(word.unwrap_or(START), step));
        }
    }
    end(&mut word);
}

/// Mixes the bits of a hash so that the highest ones depend on all.
fn bucket(hash: u64) -> u32 {
    let mixed = crate::random::SplitMix64::new(hash).next_u64();
    (mixed >> (64 - BUCKETS.trailing_zeros())) as u32
}

/// Whether the letter is of a script that writes no spaces between words.
fn is_unspaced(letter: char) -> bool {
    matches!(
        letter,
        // Thai and Lao, Myanmar, Khmer.
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        // Kana, Han with its extensions, half-width kana.
        | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{323af}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<(u32, bool)> {
        let mut found = Vec::new();
        each_term(text, &mut |bucket, is_word| found.push((bucket, is_word)));
        found
    }

    #[test]
    fn words_are_letters_in_lower_case_and_pairs_follow_their_order() {
        assert_eq!(terms("Late, again!"), terms("late again"));
        assert_eq!(terms("cafe\u{301}"), terms("CAFE"));
        assert_eq!(terms("late again").len(), 3);
        let of = |text: &str| terms(text).last().copied().unwrap();
        assert_ne!(of("late again"), of("again late"), "a pair is no bag");
        assert!(terms(" ,.;\u{0} \u{1f600}").is_empty());
    }

    #[test]
    fn scripts_without_spaces_are_read_by_letters_and_their_pairs() {
        for (text, letters) in [("退款很慢", 4), ("ありがとう", 5), ("สวัสดี", 6)] {
            let words = terms(text).iter().filter(|(_, is_word)| *is_word).count();
            assert_eq!(words, letters, "{text}");
            assert_eq!(terms(text).len(), 2 * letters - 1);
        }
        assert_eq!(terms("Спасибо большое").len(), 3);
    }

    #[test]
    fn weights_are_those_of_the_definition() {
        let texts = ["good good day", "bad day", "good luck"].map(str::to_owned);
        let vocabulary = Vocabulary::fit(&texts, &[1, 1, 1], 100);
        assert_eq!(vocabulary.terms(), 2, "good and day stand in two texts");
        let mut document = Document::default();
        vocabulary.read("good good day", &mut document);
        let idf = 1.0 + (4.0_f64 / 3.0).ln();
        let (good, day) = ((1.0 + 2.0_f64.ln()) * idf, idf);
        let length = good.hypot(day);
        let mut found: Vec<f64> = document.terms.iter().map(|(_, weight)| f64::from(*weight)).collect();
        found.sort_by(f64::total_cmp);
        assert!((found[0] - day / length).abs() < 1e-6 && (found[1] - good / length).abs() < 1e-6);
        assert_eq!(document.words, 3.0);
        vocabulary.read("unheard of", &mut document);
        assert!(document.terms.is_empty() && document.words == 2.0 && document.weight(0) == 0.0);
        document.clear();
        assert!(document.is_missing() && document.weight(0).is_nan());
    }

    #[test]
    fn the_commonest_terms_are_kept_and_texts_outside_of_the_train_part_count_for_nothing() {
        let texts = ["a b", "a c", "a b", "z", "z z"].map(str::to_owned);
        let vocabulary = Vocabulary::fit(&texts, &[1, 1, 1, 0, 0], 2);
        let mut document = Document::default();
        vocabulary.read("z", &mut document);
        assert!(document.terms.is_empty());
        vocabulary.read("a", &mut document);
        assert_eq!((vocabulary.terms(), document.terms.len()), (2, 1));
    }

    #[test]
    fn a_vocabulary_from_outside_is_looked_at_before_it_is_believed() {
        let sound = Vocabulary { buckets: vec![1, 7, BUCKETS as u32 - 1], idf: vec![1.0, 2.0, 1.5] };
        assert_eq!(sound.fault(), None);
        let bent: [fn(&mut Vocabulary); 6] = [
            |v| v.buckets[0] = 7,
            |v| v.buckets[2] = BUCKETS as u32,
            |v| v.idf[1] = f32::NAN,
            |v| v.idf[1] = 0.0,
            |v| v.idf[1] = f32::INFINITY,
            |v| v.idf.push(1.0),
        ];
        for (at, bend) in bent.iter().enumerate() {
            let mut vocabulary = sound.clone();
            bend(&mut vocabulary);
            assert!(vocabulary.fault().is_some(), "fault {at}");
        }
    }
}
