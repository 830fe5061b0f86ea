//! Rust sources as the rules see them: code without comments and texts, the texts apart, tests marked.

/// A file of the project.
pub struct Source {
    /// Path from the project's root.
    pub path: String,
    /// The file as it is.
    pub text: String,
    /// For Rust: the same lines with comments and texts blanked out. For other files: the same as `text`.
    pub code: String,
    /// For Rust: the string literals.
    pub strings: Vec<Text>,
    /// The line, counted from 1, from which on there are only tests; past the end when there are none.
    pub tests_from: usize,
}

/// A string literal of a source.
#[derive(Debug, PartialEq, Eq)]
pub struct Text {
    /// The line that it begins on, counted from 1.
    pub line: usize,
    /// What stands between its quotes, as written.
    pub text: String,
    /// The end of the code before it, without spaces: what it is given to.
    pub before: String,
}

impl Source {
    /// Reads a file's text into its parts.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        let (path, text) = (path.into(), text.into());
        let (code, strings) =
            if path.ends_with(".rs") { Lexer::new(&text).run() } else { (text.clone(), Vec::new()) };
        let tests_from = if is_test_file(&path) { 1 } else { first_test_line(&code) };
        Self { path, text, code, strings, tests_from }
    }

    /// The texts outside tests.
    pub fn texts(&self) -> impl Iterator<Item = &Text> {
        self.strings.iter().filter(|text| text.line < self.tests_from)
    }

    /// The lines of code, counted from 1, without those of tests.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.code
            .lines()
            .enumerate()
            .map(|(index, line)| (index + 1, line))
            .take_while(|(line, _)| *line < self.tests_from)
    }
}

/// Whether a whole file is tests.
pub fn is_test_file(path: &str) -> bool {
    path.contains("/tests/") || path.contains("/benches/") || path.ends_with("/tests.rs")
}

/// A module of tests stands at the end of its file.
fn first_test_line(code: &str) -> usize {
    let lines: Vec<&str> = code.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        if line.trim() == "#[cfg(test)]" {
            let item = lines[index + 1..]
                .iter()
                .map(|line| line.trim())
                .find(|line| !line.is_empty() && !line.starts_with("#["));
            if item.is_some_and(|item| item.starts_with("mod ") && item.contains('{')) {
                return index + 1;
            }
        }
    }
    usize::MAX
}

/// Splits Rust into code and texts, well enough for every source that compiles.
struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    code: String,
    strings: Vec<Text>,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text, line: 1, code: String::with_capacity(text.len()), strings: Vec::new() }
    }

    fn run(mut self) -> (String, Vec<Text>) {
        while let Some(character) = self.rest.chars().next() {
            let after_word =
                self.code.chars().last().is_some_and(|last| last.is_alphanumeric() || last == '_');
            if self.rest.starts_with("//") {
                self.blank(self.rest.find('\n').unwrap_or(self.rest.len()));
            } else if self.rest.starts_with("/*") {
                self.blank(block_comment(self.rest));
            } else if let (false, Some((open, hashes))) = (after_word, raw_start(self.rest)) {
                self.text(open, &format!("\"{}", "#".repeat(hashes)));
            } else if character == '"' {
                self.quoted();
            } else if character == '\'' {
                self.blank(char_literal(self.rest));
            } else {
                self.keep(character);
            }
        }
        (self.code, self.strings)
    }

    fn keep(&mut self, character: char) {
        self.line += usize::from(character == '\n');
        self.code.push(character);
        self.rest = &self.rest[character.len_utf8()..];
    }

    /// Replaces bytes by spaces, lines kept.
    fn blank(&mut self, bytes: usize) {
        let (gone, rest) = self.rest.split_at(bytes.max(1).min(self.rest.len()));
        self.code.extend(gone.chars().map(|character| if character == '\n' { '\n' } else { ' ' }));
        self.line += gone.matches('\n').count();
        self.rest = rest;
    }

    fn text(&mut self, open: usize, close: &str) {
        let body = &self.rest[open..];
        let length = body.find(close).unwrap_or(body.len());
        self.found(&body[..length]);
        self.blank((open + length + close.len()).min(self.rest.len()));
    }

    fn found(&mut self, text: &str) {
        let code = self.code.trim_end();
        let start = code.char_indices().rev().nth(23).map_or(0, |(index, _)| index);
        self.strings.push(Text { line: self.line, text: text.to_owned(), before: code[start..].to_owned() });
    }

    fn quoted(&mut self) {
        let mut escaped = false;
        let end = self.rest.char_indices().skip(1).find(|(_, character)| {
            let closes = *character == '"' && !escaped;
            escaped = *character == '\\' && !escaped;
            closes
        });
        let end = end.map_or(self.rest.len(), |(index, _)| index);
        self.found(&self.rest[1.min(end)..end]);
        self.blank(end + 1);
    }
}

/// The length of `r"`, `br#"` and the like, and how many `#` close it.
fn raw_start(rest: &str) -> Option<(usize, usize)> {
    let prefix = ["r", "br", "cr"].into_iter().find(|prefix| {
        rest.strip_prefix(prefix).is_some_and(|tail| tail.trim_start_matches('#').starts_with('"'))
    })?;
    let hashes = rest[prefix.len()..].find('"')?;
    Some((prefix.len() + hashes + 1, hashes))
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// The length of a character literal, or 1 for the quote of a lifetime.
fn char_literal(rest: &str) -> usize {
    let mut characters = rest.char_indices().skip(1);
    match (characters.next(), characters.next()) {
        (Some((_, '\\')), _) => {
            rest[2..].char_indices().skip(1).find(|(_, c)| *c == '\'').map_or(1, |(index, _)| index + 3)
        }
        (Some(_), Some((end, '\''))) => end + 1,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_texts_are_no_code_and_lines_stay() {
        let text = "let a = \"x // \\\" y\"; // said\n/* one /* two */\n three */ let b = r#\"q\"q\"#;\nlet c = 'c'; let d: &'static str;";
        let source = Source::new("a.rs", text);
        assert_eq!(source.code.lines().count(), 4);
        for gone in ["said", "two", "three", "q", "x"] {
            assert!(!source.code.contains(gone), "{gone} in {}", source.code);
        }
        assert!(
            source.code.contains("let b =") && source.code.contains("&'static str")
                || source.code.contains("static str")
        );
        let texts: Vec<(usize, &str)> = source.texts().map(|text| (text.line, text.text.as_str())).collect();
        assert_eq!(texts, [(1, "x // \\\" y"), (3, "q\"q")]);
        assert_eq!(source.strings[0].before, "let a =");
    }

    #[test]
    fn quotes_of_characters_open_no_text() {
        let source =
            Source::new("a.rs", "match c { '\"' => 1, '\\'' => 2, '\\\\' => 3, _ => f::<'a>(\"t\") }");
        assert_eq!(source.strings.iter().map(|text| text.text.as_str()).collect::<Vec<_>>(), ["t"]);
    }

    #[test]
    fn what_follows_a_test_module_is_test() {
        let source = Source::new(
            "a.rs",
            "fn a() {}\n#[cfg(test)]\nmod helper;\nfn b() {}\n#[cfg(test)]\n#[allow(x)]\nmod tests {\n}\n",
        );
        assert_eq!(source.tests_from, 5);
        assert_eq!(source.lines().count(), 4);
        assert_eq!(Source::new("x/tests/a.rs", "fn a() {}").lines().count(), 0);
    }
}
