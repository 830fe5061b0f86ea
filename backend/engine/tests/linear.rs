//! Linear families on tables made for them: dates by what repeats in them, penalties found by folds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fmt::Write as _;

use engine::{
    Algorithm, Continue, Entry, IntakeOptions, Resources, Scorer, Scores, Settings, Split, Table, Trained,
};

fn read(text: &str) -> Table {
    engine::read(text.as_bytes(), &IntakeOptions::default()).unwrap().table
}

fn learn(table: &Table, settings: &Settings) -> Trained {
    let checked = settings.check(table).unwrap();
    engine::train(table, &checked, &Resources::default(), &mut |_| Continue::Go).unwrap()
}

fn entry(trained: &Trained, algorithm: Algorithm) -> &Entry {
    trained.leaderboard.iter().find(|entry| entry.algorithm == algorithm).unwrap()
}

/// Noise that a row decides, from −0.5 to 0.5.
fn noise(row: usize) -> f64 {
    (row * 7919 % 1000) as f64 / 1000.0 - 0.5
}

/// Two years of days: sales rise slowly and are high at the end of the week.
fn sales() -> Table {
    let mut text = "day,sales\n".to_owned();
    for row in 0..730_usize {
        let (month, day) = (row % 365 / 31 + 1, row % 365 % 31 % 28 + 1);
        let date = format!("{}-{month:02}-{day:02}", 2022 + row / 365);
        writeln!(text, "{date},{row}").unwrap();
    }
    let mut table = read(&text);
    let engine::ColumnData::Numbers(moments) = table.columns[0].data.clone() else { panic!("dates") };
    let engine::ColumnData::Numbers(sales) = &mut table.columns[1].data else { panic!("numbers") };
    for (row, (sold, moment)) in sales.iter_mut().zip(moments).enumerate() {
        let weekday = ((moment / 86_400.0) as i64 + 3).rem_euclid(7);
        let end_of_week = f64::from(u8::from(weekday >= 5));
        *sold = 100.0 + moment / 8.64e6 + 40.0 * end_of_week + noise(row);
    }
    table
}

#[test]
fn a_date_tells_a_linear_model_of_weekends() {
    let table = sales();
    let settings = Settings {
        target: "sales".into(),
        algorithms: Some(vec![Algorithm::Ridge]),
        split: Split::Random { test_fraction: 0.2 },
        ..Settings::default()
    };
    let trained = learn(&table, &settings);
    let r2 = entry(&trained, Algorithm::Ridge).metrics["r2"];
    assert!(r2 > 0.99, "{r2}");
    let named = |part: &str| trained.evaluation.coefficients.iter().any(|c| c.feature.contains(part));
    assert!(named("day (weekday, sine 1)"), "{:?}", trained.evaluation.coefficients);
    // A missing date is answered too.
    let scorer = Scorer::from_artefact(&trained.artefact).unwrap();
    let mut scores = Scores::default();
    scorer.score_into(&scorer.new_batch(1), &mut scores);
    assert!((100.0..400.0).contains(&scores.values[0]), "{}", scores.values[0]);
}

/// Forty columns of which three count, two of them nearly the same.
fn wide() -> Table {
    let mut random = 1_u64;
    let mut draw = || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 40) as f64 / f64::from(1 << 24) - 0.5
    };
    let names: Vec<String> = (0..40).map(|at| format!("x{at}")).collect();
    let mut text = format!("{},y\n", names.join(","));
    for _ in 0..150 {
        let mut x: Vec<f64> = (0..40).map(|_| draw()).collect();
        x[1] = x[0] + 0.01 * draw();
        let y = 5.0 * x[0] - 4.0 * x[7] + 3.0 * x[30] + 1.5 * draw();
        let cells: Vec<String> = x.iter().map(f64::to_string).collect();
        writeln!(text, "{},{y}", cells.join(",")).unwrap();
    }
    read(&text)
}

#[test]
fn lasso_finds_a_penalty_that_leaves_idle_columns_out_and_beats_least_squares() {
    let settings = Settings {
        target: "y".into(),
        algorithms: Some(vec![Algorithm::Linear, Algorithm::Lasso, Algorithm::ElasticNet]),
        ..Settings::default()
    };
    let trained = learn(&wide(), &settings);
    let rmse = |algorithm| entry(&trained, algorithm).metrics["rmse"];
    for family in [Algorithm::Lasso, Algorithm::ElasticNet] {
        assert!(rmse(family) < rmse(Algorithm::Linear), "{} {}", rmse(family), rmse(Algorithm::Linear));
        let parameters = &entry(&trained, family).parameters;
        assert!(parameters["alpha"] > 0.0 && parameters["non_zero"] < 40.0, "{parameters:?}");
    }
    assert_eq!(entry(&trained, Algorithm::Lasso).parameters["l1_ratio"], 1.0);
}
