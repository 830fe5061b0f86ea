//! Finds what was meant by a few letters: they stand in the text in this order, the closer together the better.

/// What a letter is worth.
const HIT: i32 = 10;
/// … right after the one before.
const NEIGHBOUR: i32 = 15;
/// … at the start of a word.
const WORD: i32 = 12;
/// … at the very start.
const START: i32 = 8;
/// What each letter between two hits costs, up to a bound.
const GAP: i32 = 1;
const WIDEST_GAP: i32 = 8;
/// Texts longer than this are matched by their beginning.
const LONGEST: usize = 200;

/// How well the text answers the letters; none when it lacks one. Case and blanks of the letters don't count.
pub fn score(wanted: &str, text: &str) -> Option<i32> {
    let wanted: Vec<char> = wanted.chars().filter(|letter| !letter.is_whitespace()).flat_map(lower).collect();
    let text: Vec<char> = text.chars().take(LONGEST).flat_map(lower).collect();
    if wanted.is_empty() {
        return Some(0);
    }
    // Row by row: the best score of the letters so far when the last of them stands at each place of the text.
    let mut best: Vec<Option<i32>> = text.iter().map(|_| Some(0)).collect();
    for (place, letter) in wanted.iter().enumerate() {
        best = next_row(&best, place == 0, *letter, &text);
    }
    let found = best.into_iter().flatten().max()?;
    let length = i32::try_from(text.len()).unwrap_or(i32::MAX);
    // Of two that match alike the shorter one is meant.
    Some(found * 4 - length.min(100))
}

fn next_row(before: &[Option<i32>], first: bool, letter: char, text: &[char]) -> Vec<Option<i32>> {
    let mut row = Vec::with_capacity(text.len());
    // The best of all places before this one, less what the gap costs so far.
    let mut far: Option<i32> = None;
    for (place, here) in text.iter().enumerate() {
        if let Some(far) = far.as_mut() {
            *far -= GAP;
        }
        let reached = if first {
            Some(0)
        } else {
            let near = place.checked_sub(1).and_then(|place| before[place]).map(|score| score + NEIGHBOUR);
            near.into_iter().chain(far).max()
        };
        row.push(reached.filter(|_| *here == letter).map(|score| score + HIT + bonus(text, place)));
        if let Some(score) = place.checked_sub(1).and_then(|place| before[place]).filter(|_| !first) {
            far = Some(far.map_or(score, |far| far.max(score)).max(score - WIDEST_GAP));
        }
    }
    row
}

fn bonus(text: &[char], place: usize) -> i32 {
    match place.checked_sub(1) {
        None => START + WORD,
        Some(before) if !text[before].is_alphanumeric() => WORD,
        Some(_) => 0,
    }
}

fn lower(letter: char) -> impl Iterator<Item = char> {
    letter.to_lowercase()
}

/// The places of the texts that match, the best first; of equals the earlier first.
pub fn ranked<'t>(wanted: &str, texts: impl IntoIterator<Item = &'t str>) -> Vec<usize> {
    let mut found: Vec<(usize, i32)> = texts
        .into_iter()
        .enumerate()
        .filter_map(|(place, text)| Some((place, score(wanted, text)?)))
        .collect();
    if !wanted.trim().is_empty() {
        found.sort_by_key(|(place, score)| (-score, *place));
    }
    found.into_iter().map(|(place, _)| place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first<'t>(wanted: &str, texts: &[&'t str]) -> Option<&'t str> {
        ranked(wanted, texts.iter().copied()).first().map(|place| texts[*place])
    }

    #[test]
    fn letters_must_stand_in_order_whatever_their_case() {
        assert!(score("dts", "Datasets").is_some());
        assert!(score("DATA", "datasets").is_some());
        assert_eq!(score("std", "Datasets"), None);
        assert_eq!(score("datasetss", "Datasets"), None);
        assert_eq!(score("x", ""), None);
    }

    #[test]
    fn beginnings_and_words_win_over_scattered_letters() {
        assert_eq!(first("ne", &["Go to pipeline", "New endpoint"]), Some("New endpoint"));
        assert_eq!(first("mod", &["Customer demo data", "Models"]), Some("Models"));
        assert_eq!(first("im", &["Time series", "Invite a member"]), Some("Invite a member"));
    }

    #[test]
    fn of_two_that_match_alike_the_shorter_wins_and_of_equals_the_earlier() {
        assert_eq!(first("churn", &["churn-2025-long-name", "churn"]), Some("churn"));
        assert_eq!(ranked("a", ["ab", "ab"]), [0, 1]);
    }

    #[test]
    fn nothing_typed_keeps_everything_in_order() {
        assert_eq!(ranked("", ["b", "a"]), [0, 1]);
        assert_eq!(ranked("  ", ["b", "a"]), [0, 1]);
    }

    #[test]
    fn chinese_is_found_by_its_characters() {
        assert_eq!(first("端点", &["数据集", "新建端点"]), Some("新建端点"));
    }

    #[test]
    fn a_long_text_is_cheap_and_does_not_overflow() {
        assert!(score("aaaa", &"a".repeat(100_000)).is_some());
    }
}
