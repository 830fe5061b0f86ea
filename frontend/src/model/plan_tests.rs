//! Guesses and settings of a plan.

use super::*;
use contract::{
    datasets::ValueCount,
    training::{BoostingSettings, ClassWeights, ForestSettings, Split},
};

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
        metric: "rmse".to_owned(),
        features: vec!["carat".to_owned()],
        numbers: written(&[("#/split/test_fraction", "20"), ("#/seed", "42")]),
        ..Plan::default()
    }
}

fn written(fields: &[(&'static str, &str)]) -> std::collections::BTreeMap<&'static str, String> {
    fields.iter().map(|(pointer, text)| (*pointer, (*text).to_owned())).collect()
}

fn classes_plan() -> Plan {
    Plan { task: "classification".to_owned(), metric: "log_loss".to_owned(), ..plan() }
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
    assert!(useful(&column("notes", ColumnKind::Text, 900)));
    assert!(!learnable(&column("nothing", ColumnKind::Text, 0)));
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
        algorithms: vec!["gradient_descent".to_owned()],
        numbers: written(&[("#/gradient_descent/learning_rate", "0.05")]),
        scaling: "min_max".to_owned(),
        split: "column".to_owned(),
        split_column: "split".to_owned(),
        ..plan()
    };
    let settings = asked.settings().unwrap();
    assert_eq!(settings.algorithms, Some(vec![Algorithm::GradientDescent]));
    assert_eq!(settings.gradient_descent.unwrap().learning_rate, Some(0.05));
    assert_eq!(settings.split, Some(Split::Column { column: "split".to_owned() }));
}

#[test]
fn every_field_that_holds_no_fit_value_is_named() {
    let wrong = Plan {
        features: Vec::new(),
        effort: "trials".to_owned(),
        numbers: written(&[
            ("#/split/test_fraction", "95"),
            ("#/alpha", "-1"),
            ("#/seed", "x"),
            ("#/gradient_descent/max_iterations", "0"),
            ("#/boosting/max_leaves", "1.5"),
            ("#/boosting/learning_rate", "0"),
        ]),
        ..plan()
    };
    let wrong = wrong.settings().unwrap_err();
    for pointer in [
        "#/split/test_fraction",
        "#/features",
        "#/alpha",
        "#/seed",
        "#/trials",
        "#/gradient_descent/max_iterations",
        "#/boosting/max_leaves",
        "#/boosting/learning_rate",
    ] {
        assert!(wrong.contains(&pointer), "{pointer}");
    }
}

#[test]
fn classes_are_not_scaled_and_numbers_not_stratified() {
    let numbers = Plan { split: "stratified".to_owned(), ..plan() }.settings().unwrap();
    assert_eq!(numbers.split, Some(Split::Random { test_fraction: 0.2 }));
    let classes = Plan { target_scaling: "log".to_owned(), ..classes_plan() };
    assert_eq!(classes.settings().unwrap().target_scaling, None);
}

#[test]
fn names_on_the_wire_read_back() {
    assert_eq!(word::<Algorithm>(&name_of(&Algorithm::GradientDescent)), Some(Algorithm::GradientDescent));
    assert_eq!(word::<Algorithm>("magic"), None);
}

#[test]
fn an_effort_is_seconds_or_trials_or_neither() {
    let quick = plan().settings().unwrap();
    assert_eq!((quick.budget_seconds, quick.trials), (None, None));
    let numbers = written(&[("#/budget_seconds", "2"), ("#/trials", "12")]);
    let timed = Plan { effort: "seconds".to_owned(), unit: "minutes".to_owned(), numbers, ..plan() };
    let settings = timed.settings().unwrap();
    assert_eq!((settings.budget_seconds, settings.trials), (Some(120.0), None));
    let counted = Plan { effort: "trials".to_owned(), ..timed }.settings().unwrap();
    assert_eq!((counted.budget_seconds, counted.trials), (None, Some(12)));
    let empty = Plan { effort: "seconds".to_owned(), ..plan() }.settings().unwrap_err();
    assert_eq!(empty, ["#/budget_seconds"]);
}

#[test]
fn only_the_settings_of_families_that_are_tried_are_sent() {
    let numbers =
        written(&[("#/boosting/max_leaves", "31"), ("#/boosting/l2", "0.5"), ("#/forest/trees", "200")]);
    let all = Plan { numbers, ..classes_plan() };
    let settings = all.settings().unwrap();
    let boosting = BoostingSettings { max_leaves: Some(31), l2: Some(0.5), ..BoostingSettings::default() };
    assert_eq!(settings.boosting, Some(boosting));
    assert_eq!(settings.forest, Some(ForestSettings { trees: Some(200), ..ForestSettings::default() }));
    let few = Plan { algorithms: vec!["extra_trees".to_owned()], ..all }.settings().unwrap();
    assert!(few.boosting.is_none() && few.forest.is_some());
}

#[test]
fn every_split_keeps_what_it_needs_and_nothing_else() {
    let split = |kind: &str, column: &str| {
        let numbers = written(&[("#/split/test_fraction", "25"), ("#/split/folds", "5")]);
        let plan = Plan { split: kind.to_owned(), split_column: column.to_owned(), numbers, ..plan() };
        plan.settings().map(|settings| settings.split.unwrap())
    };
    let column = "day".to_owned();
    assert_eq!(split("time", "day"), Ok(Split::Time { column: column.clone(), test_fraction: Some(0.25) }));
    assert_eq!(split("group", "day"), Ok(Split::Group { column, test_fraction: Some(0.25) }));
    assert_eq!(split("folds", ""), Ok(Split::Folds { folds: 5 }));
    assert_eq!(split("time", ""), Err(vec!["#/split/column"]));
}

#[test]
fn weights_and_costs_are_of_classes_and_empty_ones_are_left_out() {
    let entry = |class: &str, text: &str| (class.to_owned(), text.to_owned());
    let plan = Plan {
        class_weights: "given".to_owned(),
        class_weight: [entry("yes", "3"), entry("no", "")].into(),
        costs: [(("yes".to_owned(), "no".to_owned()), "5".to_owned())].into(),
        monotone: [entry("carat", "increasing"), entry("depth", "decreasing")].into(),
        ..classes_plan()
    };
    let settings = plan.settings().unwrap();
    assert_eq!(settings.class_weights, Some(ClassWeights::Given([("yes".to_owned(), 3.0)].into())));
    assert_eq!((settings.costs.len(), settings.costs[0].cost), (1, 5.0));
    let directed: Vec<_> = settings.monotone.into_keys().collect();
    assert_eq!(directed, ["carat"], "a column that is not learned from has no direction");
    let wrong = Plan { class_weight: [entry("yes", "0")].into(), ..plan.clone() };
    assert_eq!(wrong.settings().unwrap_err(), ["#/class_weights"]);
    let numbers = Plan { task: "regression".to_owned(), ..plan }.settings().unwrap();
    assert!(numbers.class_weights.is_none() && numbers.costs.is_empty());
}

#[test]
fn classes_are_known_as_long_as_the_profile_lists_them_all() {
    let mut target = parts_column();
    assert_eq!(classes(&target), ["train", "test"]);
    target.distinct = 40;
    assert!(classes(&target).is_empty());
}
