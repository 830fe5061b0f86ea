//! Programs run as they stand, whatever their values hold.

use super::*;
use serde_json::json;

const URL: &str = "http://localhost:8080/v1/endpoints/churn/predict";
const NASTY: &str = "it's \"so\"\n$HOME `id` \\ 客户 !x";

fn cells() -> Vec<(String, Value)> {
    [("carat", json!(0.3)), ("it's", json!(NASTY)), ("gone", Value::Null), ("old", json!(true))]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
}

fn call<'s>(row: &'s [(String, Value)], secret: Option<&'s str>) -> Snippet<'s> {
    Snippet { url: URL, row, secret, wishes: Wishes::default() }
}

/// What a POSIX shell makes of single-quoted words and `\'`.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut begun) = (Vec::new(), String::new(), false, false);
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            '\'' => (quoted, begun) = (!quoted, true),
            '\\' if !quoted => match characters.next() {
                Some('\n') | None => {}
                Some(next) => word.push(next),
            },
            ' ' | '\n' if !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            other => {
                begun = true;
                word.push(other);
            }
        }
    }
    words
}

#[test]
fn a_curl_line_survives_quotes_newlines_and_dollars() {
    let row = cells();
    let line = call(&row, Some("amk_live_x")).write(Dialect::Curl);
    let words = words(&line);
    assert_eq!(words[..2], ["curl", URL]);
    assert_eq!(words[3], "Authorization: Bearer amk_live_x");
    assert_eq!(words[6], "-d");
    let sent: Value = serde_json::from_str(&words[7]).unwrap();
    let expected = json!({"rows": [{"carat": 0.3, "it's": NASTY, "gone": null, "old": true}]});
    assert_eq!(sent, expected);
    assert!(!words[7].contains('\n'), "a newline of a value is escaped");
}

#[test]
fn without_a_secret_the_environment_has_it() {
    let row = cells();
    let snippet = call(&row, None);
    for dialect in Dialect::ALL {
        let text = snippet.write(dialect);
        assert!(text.contains("AMAAS_API_KEY"), "{text}");
        assert!(text.contains(URL), "{text}");
    }
    assert!(snippet.write(Dialect::Curl).contains("\"Authorization: Bearer $AMAAS_API_KEY\""));
}

#[test]
fn a_secret_stands_in_every_dialect_and_nothing_is_imported_in_vain() {
    let row = cells();
    let snippet = call(&row, Some("amk_live_x"));
    for dialect in Dialect::ALL {
        let text = snippet.write(dialect);
        assert!(text.contains("Bearer amk_live_x") && !text.contains("import os"), "{text}");
    }
}

#[test]
fn python_has_its_own_words_for_nothing_and_truth() {
    let row = cells();
    let text = call(&row, None).write(Dialect::Python);
    assert!(text.contains("    \"gone\": None,\n"), "{text}");
    assert!(text.contains("    \"old\": True,\n"), "{text}");
    assert!(text.contains(r#""it's": "it's \"so\"\n$HOME `id` \\ 客户 !x","#), "{text}");
}

#[test]
fn the_columns_keep_their_order() {
    let row = [("b".to_owned(), json!(1)), ("a".to_owned(), json!(2))];
    assert_eq!(body(&row, Wishes::default()), r#"{"rows":[{"b":1,"a":2}]}"#);
    let text = call(&row, None).write(Dialect::JavaScript);
    assert!(text.starts_with("const row = {\n  \"b\": 1,\n  \"a\": 2,\n};\n"), "{text}");
}

#[test]
fn what_is_wished_for_stands_in_every_dialect_and_only_then() {
    let row = [("a".to_owned(), json!(1))];
    let wishes = Wishes { interval: Some(0.9), explain: true };
    assert_eq!(body(&row, wishes), r#"{"rows":[{"a":1}],"explain":true,"interval":0.9}"#);
    let with = Snippet { wishes, ..call(&row, None) };
    assert!(with.write(Dialect::Curl).contains(r#""explain":true,"interval":0.9"#));
    for dialect in [Dialect::Python, Dialect::PythonAlone] {
        let text = with.write(dialect);
        assert!(text.contains(r#"{"rows": [row], "explain": True, "interval": 0.9}"#), "{text}");
    }
    let text = with.write(Dialect::JavaScript);
    assert!(text.contains("{ rows: [row], explain: true, interval: 0.9 }"), "{text}");
    for dialect in Dialect::ALL {
        let text = call(&row, None).write(dialect);
        assert!(!text.contains("explain") && !text.contains("interval"), "{text}");
    }
}

#[test]
fn a_column_called_proto_stays_a_column() {
    let row = [("__proto__".to_owned(), json!("x"))];
    let text = call(&row, None).write(Dialect::JavaScript);
    assert!(text.contains("  [\"__proto__\"]: \"x\","), "{text}");
}

#[test]
fn a_dialect_is_named_in_the_address() {
    for dialect in Dialect::ALL {
        assert_eq!(Dialect::of_tag(Some(dialect.tag())), dialect);
    }
    assert_eq!(Dialect::of_tag(Some("cobol")), Dialect::Curl);
}
