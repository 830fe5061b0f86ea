//! What is written once and nowhere else: colours in the tokens, paths of the API in the contract.

use super::Finding;
use super::source::{Source, Text};

const TOKENS: &str = "frontend/styles/00-tokens.css";

/// Colours are named in the tokens; everything else uses the names, so that a theme changes in one place.
pub fn colours(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut report = |path: &str, line: usize, colour: &str| {
        let mend = format!("`{colour}`: name the colour in {TOKENS} and use `var(--…)`");
        findings.push(Finding::new(path, line, "colour-outside-tokens", mend));
    };
    for source in
        sources.iter().filter(|source| source.path.starts_with("frontend/") && source.path != TOKENS)
    {
        if source.path.ends_with(".css") {
            for (index, line) in source.text.lines().enumerate() {
                // After the colon: `#fade { color: var(--x) }` names an element, not a colour.
                let values = line.split_once(':').map_or("", |(_, values)| values);
                if let Some(colour) = colour_in(values) {
                    report(&source.path, index + 1, &colour);
                }
            }
        } else if source.path.ends_with(".rs") {
            for text in source.texts() {
                if let Some(colour) = colour_in(&text.text) {
                    report(&source.path, text.line, &colour);
                }
            }
        }
    }
    findings
}

/// The first colour literal in a text.
fn colour_in(text: &str) -> Option<String> {
    let functions = ["rgb(", "rgba(", "hsl(", "hsla(", "oklch(", "oklab(", "lab(", "lch(", "hwb("];
    let begins_word = |start: usize| {
        !text[..start].ends_with(|last: char| last.is_alphanumeric() || last == '-' || last == '_')
    };
    for function in functions {
        if text.match_indices(function).any(|(start, _)| begins_word(start)) {
            return Some(function.to_owned());
        }
    }
    text.match_indices('#').find_map(|(start, _)| {
        let digits: String =
            text[start + 1..].chars().take_while(|c| c.is_alphanumeric() || *c == '-' || *c == '_').collect();
        let is_colour =
            [3, 4, 6, 8].contains(&digits.len()) && digits.chars().all(|digit| digit.is_ascii_hexdigit());
        (is_colour && !text[..start].ends_with(|last: char| !" ,:(\t".contains(last)))
            .then(|| format!("#{digits}"))
    })
}

/// Paths of the API stand in the contract: server, dashboard and build script take them from there.
pub fn urls(sources: &[Source]) -> Vec<Finding> {
    let takes_paths = |source: &&Source| {
        ["frontend/src/", "backend/server/src/", "xtask/src/demo"]
            .iter()
            .any(|part| source.path.starts_with(part))
    };
    let mut findings = Vec::new();
    for source in sources.iter().filter(takes_paths) {
        for Text { line, text, .. } in source.texts() {
            // `/v1/` alone is a prefix to tell the API's paths from the dashboard's; a sentence may name a call.
            let names_a_call = !text.contains(' ')
                && text.split("/v1/").skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
            if names_a_call {
                let mend = format!("`{text}`: take the path from the call's type in backend/contract");
                findings.push(Finding::new(&source.path, *line, "url-outside-contract", mend));
            }
        }
    }
    findings
}

/// What a person reads stands in the message files, in every language; the code holds only the keys.
pub fn messages(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| source.path.starts_with("frontend/src/")) {
        for Text { line, text, before } in source.texts() {
            // Between tags, or in an attribute that is shown or read out.
            let between_tags = before.ends_with('>') && !before.ends_with("=>") && !before.ends_with("->");
            let shown = ["aria-label=", "title=", "placeholder=", "alt=", "aria-description="];
            let is_shown = between_tags || shown.iter().any(|name| before.ends_with(name));
            let is_words = text.chars().filter(|character| character.is_alphabetic()).count() > 1;
            if is_shown && is_words {
                let mend = format!("\"{text}\": put it into every message file and show it by its key");
                findings.push(Finding::new(&source.path, *line, "text-outside-messages", mend));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_outside_the_tokens_is_found() {
        let lines = |path: &str, text: &str| {
            colours(&[Source::new(path, text)]).iter().map(|f| f.line).collect::<Vec<_>>()
        };
        let css = "#fade { color: var(--ink) }\na { color: #FF0011; }\nb { background: rgb(1 2 3) }\nc:hover { border: 1px solid #abc }\nd { fill: url(#grad) }";
        assert_eq!(lines("frontend/styles/10-base.css", css), [2, 3, 4]);
        assert!(lines(TOKENS, css).is_empty());
        let rust = "let a = \"#ffffff\";\nlet b = \"/#/x\"; // #fff\nlet c = \"hsl(1 2% 3%)\";\nlet d = \"item #12345\";";
        assert_eq!(lines("frontend/src/ui/chart.rs", rust), [1, 3]);
    }

    #[test]
    fn a_path_of_the_api_outside_the_contract_is_found() {
        let text = "get(\"/v1/datasets\"); is(\"/v1/\"); say(\"use /v1/x\");\n// \"/v1/models\"\n#[cfg(test)]\nmod tests {\n const A: &str = \"/v1/x\";\n}";
        let found = urls(&[
            Source::new("frontend/src/api.rs", text),
            Source::new("backend/contract/src/datasets.rs", text),
        ]);
        assert_eq!(
            found.iter().map(|finding| (finding.file.as_str(), finding.line)).collect::<Vec<_>>(),
            [("frontend/src/api.rs", 1)]
        );
    }

    #[test]
    fn a_text_that_is_no_message_is_found() {
        let text = "view! { <p>\"Hello\"</p> <b aria-label=\"Close\" class=\"big\">{tr(Key::x)}\n  \"–\"</b> }\nmatch x { A => \"no\" }";
        let found =
            messages(&[Source::new("frontend/src/ui/a.rs", text), Source::new("xtask/src/a.rs", text)]);
        assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [1, 1]);
    }
}
