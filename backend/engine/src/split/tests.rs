use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::csv::IntakeOptions;
use crate::settings::{ClassWeights, Settings};

#[test]
fn a_random_split_takes_the_share_and_depends_on_the_seed_only() {
    let rows: Vec<usize> = (0..101).collect();
    let one = random(&rows, 0.2, &mut SplitMix64::new(1));
    assert_eq!((one.test.len(), one.train.len()), (21, 80));
    assert_eq!(one, random(&rows, 0.2, &mut SplitMix64::new(1)));
    assert_ne!(one, random(&rows, 0.2, &mut SplitMix64::new(2)));
}

#[test]
fn a_stratified_split_takes_the_share_of_every_class() {
    let rows: Vec<usize> = (0..100).collect();
    let classes: Vec<u32> = (0..100).map(|i| u32::from(i % 10 == 0)).collect();
    let parts = stratified(&rows, &classes, 0.2, 42);
    assert_eq!(parts.test.iter().filter(|r| **r % 10 == 0).count(), 2);
    assert_eq!(parts.test.len(), 20);
}

fn read(text: &str) -> Table {
    crate::read(text.as_bytes(), &IntakeOptions::default()).unwrap().table
}

/// 100 rows of 20 days, 10 customers and a moment that some lack, and a number.
fn table() -> Table {
    let mut text = "day,customer,y\n".to_owned();
    for row in 0..100 {
        let day = if row % 25 == 3 { String::new() } else { format!("2024-03-{:02}", row * 7 % 20 + 1) };
        let customer = if row % 50 == 4 { String::new() } else { format!("c{}", row % 10) };
        writeln!(text, "{day},{customer},{row}.5").unwrap();
    }
    read(&text)
}

fn parts(split_by: Split) -> Parts {
    let (table, rows) = (table(), (0..100).collect::<Vec<_>>());
    let settings = Settings { target: "y".into(), split: split_by, ..Settings::default() };
    split(&table, &settings.check(&table).unwrap(), &rows, None).unwrap()
}

#[test]
fn the_latest_rows_test_and_those_of_one_moment_stay_together() {
    let parts = parts(Split::Time { column: "day".into(), test_fraction: 0.2 });
    let table = table();
    let ColumnData::Numbers(days) = &table.columns[0].data else { panic!("dates") };
    let latest = parts.train.iter().map(|row| days[*row]).fold(f64::MIN, f64::max);
    assert!(parts.test.iter().all(|row| days[*row] > latest));
    assert!((20..=30).contains(&parts.test.len()), "{}", parts.test.len());
    assert_eq!((parts.left_out, parts.train.len() + parts.test.len()), (4, 96));
}

#[test]
fn a_customer_is_never_on_both_sides_and_one_without_a_name_is_alone() {
    let parts = parts(Split::Group { column: "customer".into(), test_fraction: 0.3 });
    let table = table();
    let names = |rows: &[usize]| -> BTreeSet<String> {
        rows.iter().filter_map(|row| table.columns[1].text(*row)).collect()
    };
    assert!(names(&parts.train).is_disjoint(&names(&parts.test)));
    assert!((25..=35).contains(&parts.test.len()), "{}", parts.test.len());
    assert_eq!((parts.left_out, parts.train.len() + parts.test.len()), (0, 100));
    let Bond::Groups(groups) = Bond::groups(&table, Some(1), &(0..100).collect::<Vec<_>>()) else {
        panic!("groups")
    };
    assert_eq!(groups.iter().collect::<BTreeSet<_>>().len(), 12);
}

#[test]
fn every_row_tests_once_in_folds() {
    let parts = parts(Split::Folds { folds: 7 });
    let mut tested = parts.folds.concat();
    tested.sort_unstable();
    assert_eq!((tested, parts.folds.len()), ((0..100).collect(), 7));
    assert!(parts.test.is_empty() && parts.train.len() == 100);
}

#[test]
fn rows_named_validation_are_kept_apart() {
    let mut text = "part,x,y\n".to_owned();
    for row in 0..40 {
        let part = ["train", "validation", "test", "spare"][row % 4];
        writeln!(text, "{part},{row}.5,{row}.25").unwrap();
    }
    let table = read(&text);
    let split_by = Split::Column { column: "part".into() };
    let settings = Settings { target: "y".into(), split: split_by, ..Settings::default() };
    let rows: Vec<usize> = (0..40).collect();
    let parts = split(&table, &settings.check(&table).unwrap(), &rows, None).unwrap();
    assert_eq!(
        (parts.train.len(), parts.validation.len(), parts.test.len(), parts.left_out),
        (10, 10, 10, 10)
    );
    assert!(parts.validation.iter().all(|row| row % 4 == 1));
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (-9_i32..9).prop_map(|n| format!("{n}.5")),
        2 => (1_u8..29).prop_map(|day| format!("2024-02-{day:02}")),
        2 => proptest::sample::select(vec!["train", "test", "validation", "a", "b"]).prop_map(str::to_owned),
        1 => Just(String::new()),
    ]
}

/// Columns of one kind for the most part.
fn column(rows: usize) -> impl Strategy<Value = Vec<String>> {
    let of = |cell: BoxedStrategy<String>| {
        proptest::collection::vec(prop_oneof![9 => cell, 1 => Just(String::new())], rows)
    };
    prop_oneof![
        of((0_u8..6).prop_map(|n| n.to_string()).boxed()),
        of((-9_i32..9).prop_map(|n| format!("{n}.5")).boxed()),
        of((1_u8..29).prop_map(|day| format!("2024-02-{day:02}")).boxed()),
        of(proptest::sample::select(vec!["train", "test", "validation", "x"])
            .prop_map(str::to_owned)
            .boxed()),
        proptest::collection::vec(cell(), rows),
    ]
}

fn any_split() -> impl Strategy<Value = Split> {
    let name = || (0_u8..5).prop_map(|at| format!("c{at}"));
    prop_oneof![
        (0.0..1.1).prop_map(|test_fraction| Split::Random { test_fraction }),
        (0.01..0.99).prop_map(|test_fraction| Split::Stratified { test_fraction }),
        name().prop_map(|column| Split::Column { column }),
        (name(), 0.01..0.99).prop_map(|(column, test_fraction)| Split::Time { column, test_fraction }),
        (name(), 0.01..0.99).prop_map(|(column, test_fraction)| Split::Group { column, test_fraction }),
        (0_usize..25).prop_map(|folds| Split::Folds { folds }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(20_240_229),
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_table_and_no_settings_make_a_split_lose_or_share_a_row(
        columns in (1_usize..50).prop_flat_map(|rows| proptest::collection::vec(column(rows), 4)),
        split_by in any_split(),
        seed in any::<u64>(),
        weight in proptest::option::of(0_u8..5),
        trials in proptest::option::of(0_u32..3),
        balanced in any::<bool>(),
    ) {
        let mut text = "c0,c1,c2,c3\n".to_owned();
        for row in 0..columns[0].len() {
            let cells: Vec<&str> = columns.iter().map(|column| column[row].as_str()).collect();
            writeln!(text, "{}", cells.join(",")).unwrap();
        }
        let Ok(intake) = crate::read(text.as_bytes(), &IntakeOptions::default()) else { return Ok(()) };
        let table = intake.table;
        let settings = Settings {
            target: "c0".into(),
            split: split_by,
            seed,
            trials,
            weight_column: weight.map(|at| format!("c{at}")),
            class_weights: if balanced { ClassWeights::Balanced } else { ClassWeights::None },
            ..Settings::default()
        };
        let Ok(checked) = settings.check(&table) else { return Ok(()) };
        let rows: Vec<usize> = (0..table.rows).filter(|row| !table.columns[checked.target].is_missing(*row)).collect();
        let classes: Vec<u32> = rows.iter().map(|row| (*row % 3) as u32).collect();
        let Ok(parts) = split(&table, &checked, &rows, Some(&classes)) else { return Ok(()) };
        let mut all = [parts.train.clone(), parts.validation.clone(), parts.test.clone()].concat();
        prop_assert_eq!(all.len() + parts.left_out, rows.len());
        all.sort_unstable();
        prop_assert!(all.windows(2).all(|pair| pair[0] < pair[1]), "a row is in two parts");
        prop_assert!(all.iter().all(|row| rows.contains(row)));
        if !parts.folds.is_empty() {
            let mut tested = parts.folds.concat();
            tested.sort_unstable();
            prop_assert_eq!(&tested, &parts.train);
        }
        let bond = Bond::of(&table, &checked, &parts.train);
        let inner = folds(parts.train.len(), None, &bond, 4, seed);
        let cut = hold_out(parts.train.len(), None, &bond, 0.2, seed);
        for fold in inner.iter().chain([&cut]) {
            prop_assert!(fold.train.iter().all(|place| !fold.held_out.contains(place)));
            prop_assert!(fold.train.iter().chain(&fold.held_out).all(|place| *place < parts.train.len()));
            prop_assert_eq!(fold.train.is_empty(), fold.held_out.is_empty());
        }
    }
}
