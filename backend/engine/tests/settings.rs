//! Every setting is held against the table, and each fault has its place, its name and its cure.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fmt::Write as _;

use engine::{
    Algorithm, BoostingSettings, ClassWeights, Cost, ElasticNetSettings, ForestSettings, IntakeOptions,
    Monotone, Settings, SettingsFault, Split, Table, Task,
};

/// 60 rows: a number, a day, a customer, a weight, a word, a number and a class to predict, free text.
fn table() -> Table {
    let mut text = "size,day,customer,weight,colour,price,kind,remark\n".to_owned();
    for row in 0..60 {
        let (size, colour, kind) = (row * 7 % 13, ["red", "blue"][row % 2], ["a", "b", "c/d"][row % 3]);
        let day = format!("2024-01-{:02}", row % 28 + 1);
        writeln!(
            text,
            "{size}.5,{day},c{},{},{colour},{}.25,{kind},remark number {row} of its own",
            row % 9,
            row % 4,
            row * 3
        )
        .unwrap();
    }
    engine::read(text.as_bytes(), &IntakeOptions::default()).unwrap().table
}

fn price() -> Settings {
    Settings { target: "price".into(), ..Settings::default() }
}

fn kind() -> Settings {
    Settings { target: "kind".into(), ..Settings::default() }
}

fn faults(settings: &Settings) -> Vec<SettingsFault> {
    settings.check(&table()).expect_err("a fault")
}

/// The places and names of the faults, each of which must say what is wrong and how to mend it.
fn places(settings: &Settings) -> Vec<(String, String)> {
    let told = |fault: SettingsFault| {
        assert!(!fault.message.is_empty() && !fault.fix.is_empty(), "{fault:?}");
        (fault.pointer, fault.code)
    };
    faults(settings).into_iter().map(told).collect()
}

fn pairs(wanted: &[(&str, &str)]) -> Vec<(String, String)> {
    wanted.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

fn excluded(settings: &Settings) -> Vec<String> {
    settings.check(&table()).unwrap().excluded().iter().map(|e| e.column.clone()).collect()
}

#[test]
fn every_number_out_of_its_range_is_named_at_once() {
    let bad = Settings {
        budget_seconds: Some(0.5),
        elastic_net: ElasticNetSettings { alpha: Some(0.0), l1_ratio: Some(1.5) },
        boosting: BoostingSettings {
            max_rounds: Some(0),
            learning_rate: Some(f64::NAN),
            max_leaves: Some(1),
            max_depth: Some(65),
            min_leaf_rows: Some(0),
            l2: Some(-1.0),
            row_fraction: Some(0.0),
            column_fraction: Some(1.1),
            early_stopping_rounds: Some(1_000_000),
        },
        forest: ForestSettings {
            trees: Some(0),
            max_depth: Some(0),
            min_leaf_rows: Some(0),
            column_fraction: Some(-0.1),
        },
        ..price()
    };
    let wanted = [
        "/budget_seconds",
        "/elastic_net/alpha",
        "/elastic_net/l1_ratio",
        "/boosting/max_rounds",
        "/boosting/learning_rate",
        "/boosting/max_leaves",
        "/boosting/max_depth",
        "/boosting/min_leaf_rows",
        "/boosting/l2",
        "/boosting/row_fraction",
        "/boosting/column_fraction",
        "/boosting/early_stopping_rounds",
        "/forest/trees",
        "/forest/max_depth",
        "/forest/min_leaf_rows",
        "/forest/column_fraction",
    ];
    let found = faults(&bad);
    assert_eq!(found.iter().map(|fault| fault.pointer.as_str()).collect::<Vec<_>>(), wanted);
    assert!(found.iter().all(|fault| fault.code == "out_of_range"));
}

#[test]
fn the_bounds_themselves_are_within() {
    let good = Settings {
        budget_seconds: Some(86_400.0),
        elastic_net: ElasticNetSettings { alpha: Some(1e12), l1_ratio: Some(0.0) },
        boosting: BoostingSettings {
            max_rounds: Some(1),
            learning_rate: Some(1.0),
            max_leaves: Some(2),
            l2: Some(0.0),
            row_fraction: Some(1.0),
            early_stopping_rounds: Some(0),
            ..BoostingSettings::default()
        },
        ..price()
    };
    assert!(good.check(&table()).is_ok());
    assert!(Settings { trials: Some(1), ..price() }.check(&table()).is_ok());
}

#[test]
fn a_budget_is_in_seconds_or_in_trials_but_not_in_both() {
    let both = Settings { budget_seconds: Some(5.0), trials: Some(5), ..price() };
    assert_eq!(places(&both), pairs(&[("/trials", "conflict")]));
    let none = Settings { trials: Some(0), ..price() };
    assert_eq!(places(&none), pairs(&[("/trials", "out_of_range")]));
}

#[test]
fn class_weights_and_costs_name_classes_of_the_target() {
    let cost = |actual: &str, predicted: &str, cost| Cost {
        actual: actual.into(),
        predicted: predicted.into(),
        cost,
    };
    let bad = Settings {
        class_weights: ClassWeights::Given([("a".into(), 0.0), ("x/~".into(), 2.0)].into()),
        costs: vec![
            cost("a", "nobody", 1.0),
            cost("a", "b", -1.0),
            cost("a", "b", 2.0),
            cost("a", "c/d", f64::INFINITY),
        ],
        ..kind()
    };
    let wanted = [
        ("/class_weights/given/a", "out_of_range"),
        ("/class_weights/given/x~1~0", "unknown_class"),
        ("/costs/0/predicted", "unknown_class"),
        ("/costs/1/cost", "out_of_range"),
        ("/costs/2", "duplicate"),
        ("/costs/3/cost", "out_of_range"),
    ];
    assert_eq!(places(&bad), pairs(&wanted));
    let numbers =
        Settings { class_weights: ClassWeights::Balanced, costs: vec![cost("1", "2", 1.0)], ..price() };
    assert_eq!(places(&numbers), pairs(&[("/class_weights", "task_mismatch"), ("/costs", "task_mismatch")]));
    let good = Settings {
        class_weights: ClassWeights::Given([("c/d".into(), 3.0)].into()),
        costs: vec![cost("a", "b", 0.0)],
        ..kind()
    };
    assert!(good.check(&table()).is_ok());
}

#[test]
fn classes_that_are_numbers_are_named_as_answers_name_them() {
    let settings = Settings {
        target: "weight".into(),
        task: Some(Task::Classification),
        class_weights: ClassWeights::Given([("3".into(), 2.0)].into()),
        ..Settings::default()
    };
    assert!(settings.check(&table()).is_ok());
}

#[test]
fn a_column_of_weights_holds_numbers_and_is_not_learned_from() {
    let with = |name: &str| Settings { weight_column: Some(name.into()), ..price() };
    assert!(excluded(&with("weight")).contains(&"weight".to_owned()));
    for (name, code) in [
        ("nope", "unknown_column"),
        ("price", "bad_weight_column"),
        ("colour", "bad_weight_column"),
        ("day", "bad_weight_column"),
    ] {
        assert_eq!(places(&with(name)), pairs(&[("/weight_column", code)]), "{name}");
    }
    let named = Settings { features: Some(vec!["weight".into(), "size".into()]), ..with("weight") };
    assert_eq!(places(&named), pairs(&[("/features/0", "bad_feature")]));
    for bad in ["", "-1"] {
        let text = format!("x,w,y\n{}", "1.5,1,2.5\n2.5,2,7.5\n".repeat(20) + &format!("3.5,{bad},4.5\n"));
        let table = engine::read(text.as_bytes(), &IntakeOptions::default()).unwrap().table;
        let settings =
            Settings { target: "y".into(), weight_column: Some("w".into()), ..Settings::default() };
        let found = settings.check(&table).unwrap_err();
        assert_eq!((found[0].code.as_str(), found[0].pointer.as_str()), ("bad_weight", "/weight_column"));
        assert!(found[0].message.contains("row 41"), "{}", found[0].message);
    }
}

#[test]
fn only_boosting_is_tried_where_an_answer_must_rise_and_the_reader_is_told() {
    let rising = |name: &str| Settings { monotone: [(name.into(), Monotone::Increasing)].into(), ..price() };
    let checked = rising("size").check(&table()).unwrap();
    let kept = [Algorithm::Baseline, Algorithm::Boosting, Algorithm::Ensemble];
    assert!(checked.algorithms().iter().all(|algorithm| kept.contains(algorithm)));
    assert!(checked.notes()[0].contains("linear"), "{:?}", checked.notes());
    let asked = Settings { algorithms: Some(vec![Algorithm::Boosting, Algorithm::Ridge]), ..rising("size") };
    assert_eq!(places(&asked), pairs(&[("/algorithms/1", "not_monotone")]));
    for name in ["nope", "colour", "day", "remark", "price"] {
        let pointer = format!("/monotone/{name}");
        assert_eq!(places(&rising(name)), pairs(&[(pointer.as_str(), "bad_monotone")]), "{name}");
    }
    let three = Settings { monotone: [("size".into(), Monotone::Decreasing)].into(), ..kind() };
    assert_eq!(places(&three), pairs(&[("/monotone", "task_mismatch")]));
}

#[test]
fn a_split_by_time_or_group_needs_a_column_that_can_split_and_does_not_learn_from_it() {
    let time = |column: &str| Settings {
        split: Split::Time { column: column.into(), test_fraction: 0.2 },
        ..price()
    };
    let group = |column: &str| Settings {
        split: Split::Group { column: column.into(), test_fraction: 0.2 },
        ..price()
    };
    assert!(excluded(&time("day")).contains(&"day".to_owned()));
    assert!(excluded(&group("customer")).contains(&"customer".to_owned()));
    for settings in [time("nope"), time("price"), time("colour"), group("nope"), group("price")] {
        assert_eq!(places(&settings), pairs(&[("/split/column", "bad_split_column")]));
    }
    let whole = Settings { split: Split::Time { column: "day".into(), test_fraction: 1.0 }, ..price() };
    assert_eq!(places(&whole), pairs(&[("/split/test_fraction", "out_of_range")]));
    let learned = Settings { features: Some(vec!["day".into(), "size".into()]), ..time("day") };
    assert_eq!(places(&learned), pairs(&[("/features/0", "bad_feature")]));
}

#[test]
fn folds_are_between_two_and_twenty_and_no_more_than_rows() {
    for folds in [0, 1, 21] {
        let settings = Settings { split: Split::Folds { folds }, ..price() };
        assert_eq!(places(&settings), pairs(&[("/split/folds", "out_of_range")]));
    }
    let text = "x,y\n1.5,2.5\n2.5,\n3.5,7.5\n4.5,8\n";
    let table = engine::read(text.as_bytes(), &IntakeOptions::default()).unwrap().table;
    let settings = Settings { target: "y".into(), split: Split::Folds { folds: 4 }, ..Settings::default() };
    assert!(settings.check(&table).unwrap_err()[0].message.contains("there are 3"));
    let settings = Settings { split: Split::Folds { folds: 3 }, ..settings };
    assert!(settings.check(&table).is_ok());
}
