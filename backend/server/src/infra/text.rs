//! Texts that people give to things: trimmed, printable, of a sane length.

use crate::error::fault;
use contract::Fault;

/// The longest name of anything, in characters.
pub const NAME_MAX: usize = 100;

/// A name without the space around it; a fault when it is empty, longer than [`NAME_MAX`] or holds control
/// characters (a NUL can't even be stored in PostgreSQL).
pub fn name(pointer: &str, text: &str, faults: &mut Vec<Fault>) -> String {
    let name = text.trim();
    let length = name.chars().count();
    if length == 0 || length > NAME_MAX {
        let message = format!("expected 1 to {NAME_MAX} characters, got {length}");
        faults.push(fault(pointer, "invalid_length", message, "send a name of that length"));
    }
    if name.chars().any(is_unshowable) {
        let message = "expected a name without control characters";
        faults.push(fault(pointer, "invalid_value", message, "leave them out"));
    }
    name.to_owned()
}

/// Characters that a name must not hold: controls, which break lines and headers, and those that turn the reading
/// direction.
pub fn is_unshowable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The first so many characters of a text that may stand in a name, without space around them.
pub fn showable(text: &str, most: usize) -> String {
    let kept: String = text.chars().filter(|c| !is_unshowable(*c)).take(most).collect();
    kept.trim().to_owned()
}

/// An e-mail address as we keep it: trimmed and in lower case; a fault when it can't be one.
pub fn email(pointer: &str, text: &str, faults: &mut Vec<Fault>) -> String {
    let email = text.trim().to_lowercase();
    if !is_email(&email) {
        let message = "expected an e-mail address such as ada@example.com";
        faults.push(fault(pointer, "invalid_value", message, "check the address"));
    }
    email
}

/// Plausible by RFC 5321's lengths: one `@`, no space or control character, a domain of labels.
pub fn is_email(email: &str) -> bool {
    let Some((local, domain)) = email.rsplit_once('@') else { return false };
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|character| character.is_alphanumeric() || character == '-')
    };
    let printable = |character: char| {
        !character.is_control() && !character.is_whitespace() && !"@()<>[]:;\\,\"".contains(character)
    };
    email.len() <= 254
        && (1..=64).contains(&local.len())
        && local.chars().all(printable)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && domain.contains('.')
        && domain.split('.').all(label)
}

/// A LIKE pattern, with `\` as its escape, for texts in lower case that hold this one whatever its case.
pub fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.trim().to_lowercase().chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plausible_addresses_pass_and_others_do_not() {
        for good in ["a@b.co", "ada.l+tag@mail.example.com", "用户@例子.公司", "o'neil@x-y.io"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "", "a", "a@b", "@b.co", "a@", "a b@c.co", "a@b..co", "a@-b.co", ".a@b.co", "a@b@c.co",
            "a\0@b.co",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
        assert!(!is_email(&format!("{}@b.co", "a".repeat(65))));
    }

    #[test]
    fn every_fault_of_a_name_is_told() {
        let mut faults = Vec::new();
        assert_eq!(name("#/name", "  Ada ", &mut faults), "Ada");
        assert!(faults.is_empty());
        name("#/name", &"x\0".repeat(60), &mut faults);
        assert_eq!(faults.len(), 2);
        for bad in ["a\nb", "a\tb", "a\u{85}b", "a\u{202e}b", "a\u{2028}b"] {
            name("#/name", bad, &mut faults);
        }
        assert_eq!(faults.len(), 7);
    }
}
