//! The rules for a new password, checked while it is typed. The server checks them again, and knows the commonest passwords.

/// The fewest characters.
pub const SHORTEST: usize = 15;
/// The most characters.
pub const LONGEST: usize = 128;
/// A password that only repeats something shorter is as good as that.
const SHORTEST_PIECE: usize = 8;

/// How a rule stands with what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not yet: go on typing.
    Open,
    /// The rule is kept.
    Kept,
    /// The rule is broken and typing on won't help.
    Broken,
}

/// At least fifteen characters.
pub fn long_enough(password: &str) -> Standing {
    if password.chars().count() >= SHORTEST { Standing::Kept } else { Standing::Open }
}

/// At most 128 characters.
pub fn short_enough(password: &str) -> Standing {
    match password.chars().count() {
        0 => Standing::Open,
        1..=LONGEST => Standing::Kept,
        _ => Standing::Broken,
    }
}

/// Nothing that guessers try first: not a word about the person (`about`: address, name, business), not a short piece over
/// and over. Letters and digits count, as on the server.
pub fn hard_to_guess(password: &str, about: &[&str]) -> Standing {
    if long_enough(password) == Standing::Open {
        return Standing::Open;
    }
    let password = plain(password);
    let piece = repeated_piece(&password);
    let personal = about.iter().flat_map(|text| [Some(*text), text.split('@').next()]).flatten().map(plain);
    let known =
        personal.into_iter().any(|text| text.chars().count() > 2 && (text == password || text == piece));
    if known || piece.chars().count() < SHORTEST_PIECE { Standing::Broken } else { Standing::Kept }
}

fn plain(text: &str) -> String {
    let plain: String = text.chars().filter(|character| character.is_alphanumeric()).collect();
    if plain.is_empty() { text.to_owned() } else { plain.to_lowercase() }
}

/// The shortest piece that the text repeats, the last time perhaps in part.
fn repeated_piece(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let repeats =
        |length: &usize| characters.iter().zip(characters.iter().skip(*length)).all(|(a, b)| a == b);
    let length = (1..characters.len()).find(repeats).unwrap_or(characters.len());
    characters.into_iter().take(length).collect()
}

/// Whether every rule is kept.
pub fn acceptable(password: &str, about: &[&str]) -> bool {
    [long_enough(password), short_enough(password), hard_to_guess(password, about)]
        .iter()
        .all(|standing| *standing == Standing::Kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_characters_not_bytes() {
        assert_eq!(long_enough("密码密码密码密码密码密码密码密"), Standing::Kept);
        assert_eq!(long_enough("short"), Standing::Open);
        assert_eq!(short_enough(&"é".repeat(LONGEST)), Standing::Kept);
        assert_eq!(short_enough(&"e".repeat(LONGEST + 1)), Standing::Broken);
    }

    #[test]
    fn nothing_typed_breaks_nothing() {
        assert_eq!(short_enough(""), Standing::Open);
        assert_eq!(hard_to_guess("", &["a@b.co"]), Standing::Open);
        assert!(!acceptable("", &[]));
    }

    #[test]
    fn what_guessers_try_first_is_refused() {
        let about = ["Maria.LongName@example.com", "Northwind Traders"];
        for guess in
            ["maria.longname@example.com", "northwind-traders", "aaaaaaaaaaaaaaaa", "abc1abc1abc1abc1a"]
        {
            assert_eq!(hard_to_guess(guess, &about), Standing::Broken, "{guess}");
        }
        assert!(acceptable("correct horse battery", &about));
    }
}
