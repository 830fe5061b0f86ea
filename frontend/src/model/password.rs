//! The rules for a new password, checked while it is typed. The server checks them again, and knows the commonest passwords.

/// The fewest characters.
pub const SHORTEST: usize = 15;
/// The most characters.
pub const LONGEST: usize = 128;

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

/// Not the e-mail address or its name part, and not one character over and over.
pub fn hard_to_guess(password: &str, email: &str) -> Standing {
    let (password, email) = (password.to_lowercase(), email.trim().to_lowercase());
    let name = email.split('@').next().unwrap_or_default();
    let mut characters = password.chars();
    let Some(first) = characters.next() else { return Standing::Open };
    if password.chars().count() >= SHORTEST && characters.all(|next| next == first) {
        return Standing::Broken;
    }
    if password == email || (!name.is_empty() && password == name) {
        return Standing::Broken;
    }
    long_enough(&password)
}

/// Whether every rule is kept.
pub fn acceptable(password: &str, email: &str) -> bool {
    [long_enough(password), short_enough(password), hard_to_guess(password, email)]
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
        assert_eq!(hard_to_guess("", "a@b.co"), Standing::Open);
        assert!(!acceptable("", ""));
    }

    #[test]
    fn the_address_itself_and_one_character_are_refused() {
        assert_eq!(
            hard_to_guess("maria.longname@example.com", "Maria.LongName@example.com"),
            Standing::Broken
        );
        assert_eq!(hard_to_guess("aaaaaaaaaaaaaaaa", "a@b.co"), Standing::Broken);
        assert!(acceptable("correct horse battery", "maria@example.com"));
    }
}
