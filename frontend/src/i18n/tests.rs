//! The message files hold what the keys name, no less and no more.

use super::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

fn file(language: Language) -> BTreeMap<String, String> {
    let text = match language {
        Language::English => include_str!("../../messages/en.json"),
        Language::Chinese => include_str!("../../messages/zh.json"),
    };
    serde_json::from_str(text).unwrap()
}

fn sources(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
}

fn all_sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found
}

#[test]
fn every_key_has_a_message_in_every_language_and_no_message_is_idle() {
    let keys: BTreeSet<String> = Key::ALL.iter().map(|key| key.name().to_owned()).collect();
    for language in Language::ALL {
        let messages: BTreeSet<String> = file(language).into_keys().collect();
        let missing: Vec<_> = keys.difference(&messages).collect();
        let idle: Vec<_> = messages.difference(&keys).collect();
        assert!(missing.is_empty(), "{language:?} lacks {missing:?}");
        assert!(idle.is_empty(), "{language:?} has messages without a key: {idle:?}");
    }
}

#[test]
fn each_key_says_its_own_message() {
    for language in Language::ALL {
        let file = file(language);
        for key in Key::ALL {
            assert_eq!(language.message(*key), file[key.name()], "{language:?} {}", key.name());
        }
        assert_eq!(language.messages().len(), Key::ALL.len());
    }
}

#[test]
fn every_key_is_used() {
    let used: String = all_sources()
        .into_iter()
        .filter(|(path, _)| !path.ends_with("i18n/keys.rs"))
        .map(|(_, text)| text)
        .collect();
    let unused: Vec<_> = Key::ALL.iter().filter(|key| !mentions(&used, key.name())).collect();
    assert!(unused.is_empty(), "nobody uses {unused:?}");
}

fn mentions(text: &str, name: &str) -> bool {
    let needle = format!("Key::{name}");
    text.match_indices(&needle).any(|(at, _)| {
        !text[at + needle.len()..].starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_')
    })
}

#[test]
fn messages_have_the_same_slots_in_every_language() {
    let slots = |text: &str| -> BTreeSet<String> {
        text.split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}'))
            .map(|(name, _)| name.to_owned())
            .collect()
    };
    let (english, chinese) = (file(Language::English), file(Language::Chinese));
    for (name, text) in &english {
        assert_eq!(slots(text), slots(&chinese[name]), "{name}");
    }
}

#[test]
fn pages_hold_no_class_no_style_and_no_words() {
    for (path, text) in all_sources() {
        if !path.components().any(|part| part.as_os_str() == "pages") {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let code = line.trim_start();
            if code.starts_with("//") {
                continue;
            }
            let place = format!("{}:{}", path.display(), number + 1);
            assert!(!code.contains("class=") && !code.contains("style="), "{place} holds a class or style");
            let literal = code.split('"').skip(1).step_by(2);
            for words in literal {
                let wordy = words.contains(' ')
                    && words.split(' ').any(|word| word.chars().count() > 2 && !word.contains('{'));
                assert!(!wordy, "{place} holds words outside the message files: {words}");
            }
        }
    }
}

/// What stands in quotes after `before` in a file of the project.
fn named(file: &str, before: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    let text = fs::read_to_string(path).unwrap();
    let names = text.split(before).skip(1).filter_map(|rest| rest.split('"').next());
    names.filter(|name| name.contains(|letter: char| letter.is_alphabetic())).map(str::to_owned).collect()
}

#[test]
fn whatever_the_server_names_has_words() {
    let server = "backend/server/src";
    for (source, before, words) in [
        (format!("{server}/audit/action.rs"), " = \"", "audit/words.rs"),
        ("backend/engine/src/metrics/mod.rs".to_owned(), " => \"", "train/words.rs"),
        (format!("{server}/quotas/service.rs"), "name: \"", "words.rs"),
        (format!("{server}/quotas/plan.rs"), "\n            \"", "words.rs"),
        ("frontend/src/model/plan/numbers.rs".to_owned(), "takes(\"", "train/words.rs"),
    ] {
        let names = named(&source, before);
        assert!(names.len() > 1, "{source} names nothing");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pages").join(words);
        let known = fs::read_to_string(path).unwrap();
        // Bursts and the rates of keys are no quotas that are told; the seed is the field that no other is.
        let untold = |name: &str| name.contains("burst") || name.starts_with("key_") || name == "#/seed";
        let named = |name: &&String| known.contains(&format!("\"{name}\"")) || untold(name);
        let missing: Vec<_> = names.iter().filter(|name| !named(name)).collect();
        assert!(missing.is_empty(), "{words} has no words for {missing:?} of {source}");
    }
}

#[test]
fn slots_are_filled_and_unknown_ones_stay_visible() {
    assert_eq!(fill_text("{a} of {b}", &[("a", "1"), ("b", "2")]), "1 of 2");
    assert_eq!(fill_text("{a} of {c", &[("a", "1")]), "1 of {c");
    assert_eq!(fill_text("{x}", &[]), "{x}");
}

#[test]
fn a_browsers_tag_chooses_the_language() {
    assert_eq!(Language::of_tag("zh-CN"), Some(Language::Chinese));
    assert_eq!(Language::of_tag("en_GB"), Some(Language::English));
    assert_eq!(Language::of_tag("fr"), None);
    for language in Language::ALL {
        assert_eq!(Language::of_tag(language.tag()), Some(language));
    }
}
