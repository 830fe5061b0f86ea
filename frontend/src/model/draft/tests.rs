//! Fields and what is sent for them.

use super::*;
use serde_json::json;

fn feature(kind: ColumnKind, levels: usize, range: Option<(f64, f64)>, example: Value) -> Feature {
    Feature {
        name: "x".to_owned(),
        kind,
        levels: (0..levels).map(|level| format!("level {level}")).collect(),
        min: range.map(|range| range.0),
        max: range.map(|range| range.1),
        example,
    }
}

fn carat() -> Feature {
    feature(ColumnKind::Number, 0, Some((0.2, 5.01)), json!(0.7))
}

fn written(text: &str) -> Entry {
    Entry { text: text.to_owned(), missing: false }
}

#[test]
fn a_column_takes_what_it_was_learned_as() {
    assert_eq!(Take::of(&carat()), Take::Number);
    assert_eq!(Take::of(&feature(ColumnKind::Boolean, 2, None, json!("yes"))), Take::Choice);
    assert_eq!(Take::of(&feature(ColumnKind::Category, 31, None, json!("a"))), Take::Text);
    let days = feature(ColumnKind::DateTime, 0, Some((0.0, 86_400.0)), json!(86_400.0));
    assert_eq!(Take::of(&days), Take::Date);
    let hours = feature(ColumnKind::DateTime, 0, Some((0.0, 86_401.0)), json!(86_400.0));
    assert_eq!(Take::of(&hours), Take::Moment);
}

#[test]
fn a_number_goes_as_a_number_and_anything_else_as_it_was_written() {
    assert_eq!(written(" 3 ").value(Take::Number), json!(3));
    assert_eq!(written("0.30").value(Take::Number), json!(0.3));
    assert_eq!(written("1,5").value(Take::Number), json!(1.5));
    assert_eq!(written("18,823").value(Take::Number), json!(18_823));
    assert_eq!(written("a few").value(Take::Number), json!("a few"));
    assert_eq!(written("NaN").value(Take::Number), json!("NaN"));
    assert_eq!(written("3").value(Take::Choice), json!("3"));
}

#[test]
fn missing_is_said_and_never_guessed() {
    let missing = Entry { text: "7".to_owned(), missing: true };
    assert_eq!(missing.value(Take::Number), Value::Null);
    assert!(written(" ").open() && !missing.open());
    assert!(Entry::of(Take::Text, &Value::Null).missing);
}

#[test]
fn dates_stand_in_the_field_as_browsers_hold_them() {
    assert_eq!(Entry::of(Take::Date, &json!(86_400.0)).text, "1970-01-02");
    assert_eq!(Entry::of(Take::Moment, &json!("2026-11-23T18:00:00Z")).text, "2026-11-23T18:00:00");
    assert_eq!(written("2026-11-23T18:00").value(Take::Moment), json!("2026-11-23T18:00Z"));
    assert_eq!(written("2026-11-23").value(Take::Date), json!("2026-11-23"));
}

#[test]
fn whole_numbers_have_no_idle_fraction() {
    assert_eq!(Entry::of(Take::Number, &json!(3.0)).text, "3");
    assert_eq!(Entry::of(Take::Number, &json!(0.7)).text, "0.7");
}

#[test]
fn a_row_holds_every_column_in_order() {
    let mut cut = feature(ColumnKind::Category, 3, None, json!("level 1"));
    cut.name = "cut".to_owned();
    let features = [carat(), cut];
    let draft = of_row(&features, json!({"x": 1.5, "other": 1}).as_object().unwrap());
    assert_eq!(row(&features, &draft), [("x".to_owned(), json!(1.5)), ("cut".to_owned(), Value::Null)]);
    assert_eq!(row(&features, &typical(&features))[1].1, json!("level 1"));
}

#[test]
fn a_value_beyond_what_was_seen_is_noticed() {
    assert!(!outside(&carat(), &written("5.01")));
    assert!(outside(&carat(), &written("5.02")));
    assert!(outside(&carat(), &written("-1")));
    assert!(!outside(&carat(), &written("abc")));
    let days = feature(ColumnKind::DateTime, 0, Some((0.0, 86_400.0)), json!(0.0));
    assert!(outside(&days, &written("1970-01-03")));
    assert_eq!(range(&days), Some(("1970-01-01".to_owned(), "1970-01-02".to_owned())));
}

#[test]
fn steps_fit_the_range_and_leave_no_crumbs() {
    assert_eq!(stepped(&carat(), "0.3", true).as_deref(), Some("0.31"));
    assert_eq!(stepped(&carat(), "", false).as_deref(), Some("0.19"));
    let whole = feature(ColumnKind::Integer, 0, Some((0.0, 9.0)), json!(1));
    assert_eq!(stepped(&whole, "4", false).as_deref(), Some("3"));
    assert_eq!(stepped(&whole, "many", true), None);
}

#[test]
fn a_pointer_escapes_the_name_of_its_column() {
    assert_eq!(pointer("price"), "#/rows/0/price");
    assert_eq!(pointer("a/b~c"), "#/rows/0/a~1b~0c");
}
