//! The languages: messages compiled in, keys as a type, the choice remembered and switchable while running.
//!
//! A text reaches the screen only by a [`Key`]; tests find keys without a message, messages without a key and keys that nobody uses.

mod keys;
mod problems;
#[cfg(target_arch = "wasm32")]
mod speaking;

pub use keys::Key;
pub use problems::title;
#[cfg(target_arch = "wasm32")]
pub use speaking::{count, fill, language, say, speak, tr};

use std::sync::LazyLock;

/// A language of the dashboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// 简体中文.
    Chinese,
}

impl Language {
    /// Every language.
    pub const ALL: [Language; 2] = [Language::English, Language::Chinese];

    /// The tag by BCP 47, as the document's `lang` and in storage.
    pub const fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh-Hans",
        }
    }

    /// The language's name in itself.
    pub const fn own_name(self) -> Key {
        match self {
            Language::English => Key::language_english,
            Language::Chinese => Key::language_chinese,
        }
    }

    /// The language for a tag such as `zh-CN`; none when it is not one of ours.
    pub fn of_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "en" => Some(Language::English),
            "zh" => Some(Language::Chinese),
            _ => None,
        }
    }

    /// The message of a key.
    pub fn message(self, key: Key) -> &'static str {
        self.messages().get(key as usize).copied().unwrap_or_default()
    }

    fn messages(self) -> &'static [&'static str] {
        match self {
            Language::English => &ENGLISH,
            Language::Chinese => &CHINESE,
        }
    }
}

static ENGLISH: LazyLock<Vec<&str>> = LazyLock::new(|| table(include_str!(concat!(env!("OUT_DIR"), "/en"))));
static CHINESE: LazyLock<Vec<&str>> = LazyLock::new(|| table(include_str!(concat!(env!("OUT_DIR"), "/zh"))));

/// The messages of a language in the order of the keys, as the build script lays them out.
fn table(texts: &'static str) -> Vec<&'static str> {
    texts.split('\u{1f}').collect()
}

/// A message with its `{slots}` filled; an unknown slot stays visible.
pub fn fill_text(template: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        let Some(length) = rest[start..].find('}') else { break };
        text.push_str(&rest[..start]);
        let slot = &rest[start + 1..start + length];
        let value = values.iter().find(|(name, _)| *name == slot).map(|(_, value)| *value);
        text.push_str(value.unwrap_or(&rest[start..=start + length]));
        rest = &rest[start + length + 1..];
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests;
