//! Guesses and settings of a plan.

use super::*;
use contract::{datasets::ValueCount, training::Algorithm};

fn column(name: &str, kind: ColumnKind, distinct: u64) -> ColumnProfile {
    let text =
        serde_json::json!({ "name": name, "kind": kind, "reason": "", "missing": 0, "distinct": distinct });
    serde_json::from_value(text).unwrap()
}

fn profile(columns: Vec<ColumnProfile>) -> Profile {
    Profile { rows: 1000, columns, correlations: None }
}

fn parts_column() -> ColumnProfile {
    let mut split = column("split", ColumnKind::Category, 2);
    let value = |value: &str, count| ValueCount { value: value.to_owned(), count };
    split.common = vec![value("train", 800), value("test", 200)];
    split
}

fn plan() -> Plan {
    Plan {
        target: "price".to_owned(),
        task: "regression".to_owned(),
        split: "random".to_owned(),
        test_percent: "20".to_owned(),
        metric: "rmse".to_owned(),
        features: vec!["carat".to_owned()],
        seed: "42".to_owned(),
        ..Plan::default()
    }
}

#[test]
fn few_whole_numbers_are_classes_and_many_are_amounts() {
    let task = |kind, distinct| task_of(&column("y", kind, distinct), 1000).0;
    assert_eq!(task(ColumnKind::Integer, 2), Task::Classification);
    assert_eq!(task(ColumnKind::Integer, 11), Task::Regression);
    assert_eq!(task(ColumnKind::Number, 3), Task::Regression);
    assert_eq!(task(ColumnKind::Boolean, 2), Task::Classification);
    assert_eq!(task_of(&column("y", ColumnKind::Integer, 9), 20).0, Task::Regression);
}

#[test]
fn the_last_column_that_says_something_is_the_likely_target() {
    let columns = vec![
        column("carat", ColumnKind::Number, 200),
        column("price", ColumnKind::Integer, 900),
        parts_column(),
        column("same", ColumnKind::Category, 1),
        column("id", ColumnKind::Id, 1000),
    ];
    let profile = profile(columns);
    assert_eq!(likely_target(&profile).unwrap().name, "price");
    assert_eq!(split_column(&profile).unwrap().name, "split");
    assert_eq!(named_parts(split_column(&profile).unwrap()), (800, 200));
}

#[test]
fn suspects_are_not_learned_from_by_themselves() {
    let mut constant = column("same", ColumnKind::Category, 1);
    constant.suspects.push("constant".to_owned());
    assert!(!useful(&constant) && learnable(&constant));
    assert!(!learnable(&column("notes", ColumnKind::Text, 900)));
    assert!(useful(&column("carat", ColumnKind::Number, 200)));
}

#[test]
fn the_parts_are_drawn_as_the_engine_draws_them() {
    assert_eq!(parts(53_940, 0.2), Some((43_152, 10_788)));
    assert_eq!(parts(10, 0.25), Some((7, 3)));
    assert_eq!(parts(10, 0.95), None);
    assert_eq!(parts(1, 0.5), None);
}

#[test]
fn a_plan_becomes_the_settings_that_it_shows() {
    let settings = plan().settings().unwrap();
    assert_eq!(settings.split, Some(Split::Random { test_fraction: 0.2 }));
    assert_eq!((settings.seed, settings.alpha, settings.gradient_descent), (Some(42), None, None));
    let asked = Plan {
        algorithms: vec!["ridge".to_owned()],
        learning_rate: "0.05".to_owned(),
        scaling: "min_max".to_owned(),
        split: "column".to_owned(),
        split_column: "split".to_owned(),
        ..plan()
    };
    let settings = asked.settings().unwrap();
    assert_eq!(settings.algorithms, Some(vec![Algorithm::Ridge]));
    assert_eq!(settings.gradient_descent.unwrap().learning_rate, Some(0.05));
    assert_eq!(settings.split, Some(Split::Column { column: "split".to_owned() }));
}

#[test]
fn every_field_that_holds_no_fit_value_is_named() {
    let wrong = Plan {
        test_percent: "95".to_owned(),
        features: Vec::new(),
        alpha: "-1".to_owned(),
        seed: "x".to_owned(),
        max_iterations: "0".to_owned(),
        ..plan()
    };
    let wrong = wrong.settings().unwrap_err();
    for pointer in
        ["#/split/test_fraction", "#/features", "#/alpha", "#/seed", "#/gradient_descent/max_iterations"]
    {
        assert!(wrong.contains(&pointer), "{pointer}");
    }
}

#[test]
fn classes_are_not_scaled_and_numbers_not_stratified() {
    let numbers = Plan { split: "stratified".to_owned(), ..plan() }.settings().unwrap();
    assert_eq!(numbers.split, Some(Split::Random { test_fraction: 0.2 }));
    let classes = Plan { task: "classification".to_owned(), target_scaling: "log".to_owned(), ..plan() };
    assert_eq!(classes.settings().unwrap().target_scaling, None);
}

#[test]
fn names_on_the_wire_read_back() {
    assert_eq!(word::<Algorithm>(&name_of(&Algorithm::GradientDescent)), Some(Algorithm::GradientDescent));
    assert_eq!(word::<Algorithm>("magic"), None);
}
