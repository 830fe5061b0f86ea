//! Text from the data inside Markdown: it must stay text, whatever it holds.

/// Characters that are shown of a text.
const SHOWN: usize = 120;

/// The text such that Markdown shows it as it is: on one line, without markup, links, HTML or characters that turn the
/// direction of writing; long ones are cut.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for (at, character) in text.chars().enumerate() {
        if at == SHOWN {
            escaped.push('…');
            break;
        }
        match character {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            // All other marks can mean something somewhere.
            ',' | ';' | '%' | '/' | '?' | '\'' => escaped.push(character),
            mark if mark.is_ascii_punctuation() => {
                escaped.push('\\');
                escaped.push(mark);
            }
            hidden if is_hidden(hidden) => escaped.push(' '),
            shown => escaped.push(shown),
        }
    }
    escaped
}

/// Line ends, control characters, and what is not seen or turns the direction of writing.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}')
        || matches!(character, '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

/// A block that is shown letter by letter; its fence is longer than any run of backticks within.
pub fn code_block(language: &str, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}{language}\n{text}\n{fence}\n")
}

/// A number with six digits that count.
pub fn number(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".to_owned() } else { "–".to_owned() };
    }
    if !(1e-4..1e15).contains(&value.abs()) {
        return format!("{value:.3e}");
    }
    let exponent = format!("{value:.5e}");
    let exponent: i32 = exponent.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    let text = format!("{value:.*}", (5 - exponent).max(0) as usize);
    match text.split_once('.') {
        Some((whole, fraction)) => match fraction.trim_end_matches('0') {
            "" => whole.to_owned(),
            fraction => format!("{whole}.{fraction}"),
        },
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_the_data_stays_text() {
        assert_eq!(escaped("a|b\n# c"), "a\\|b \\# c");
        assert_eq!(escaped("<script>&amp;"), "&lt;script&gt;&amp;amp;");
        assert_eq!(escaped("[x](javascript:alert)"), "\\[x\\]\\(javascript\\:alert\\)");
        assert_eq!(escaped("https://a.b"), "https\\://a\\.b");
        assert_eq!(escaped("right\u{202E}left"), "right left");
        assert_eq!(escaped(&"x".repeat(500)).chars().count(), SHOWN + 1);
    }

    #[test]
    fn a_block_cannot_be_closed_by_what_is_in_it() {
        let block = code_block("json", "\"```\n# free\"");
        assert!(block.starts_with("````json\n") && block.ends_with("\n````\n"));
    }

    #[test]
    fn numbers_keep_six_digits() {
        let shown = [1_234.567_89, 0.123_456_78, 100.0, 0.0, 1e-9, -2.5].map(number);
        assert_eq!(shown, ["1234.57", "0.123457", "100", "0", "1.000e-9", "-2.5"]);
    }
}
