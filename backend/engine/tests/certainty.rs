//! Whether what is learned knows how sure it is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fmt::Write;

use engine::{
    Algorithm, BoostingSettings, Continue, IntakeOptions, Resources, Settings, Split, Table, Trained,
};

/// A stream of numbers between 0 and 1, the same each time.
fn stream(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1_u32 << 31)
    }
}

/// Four columns between 0 and 1 and what `target` makes of them and of one more number.
fn table(rows: usize, seed: u64, target: impl Fn(&[f64], f64) -> String) -> Table {
    let mut next = stream(seed);
    let mut csv = String::from("a,b,c,d,y\n");
    for _ in 0..rows {
        let x: Vec<f64> = (0..4).map(|_| next()).collect();
        let y = target(&x, next());
        writeln!(csv, "{},{},{},{},{y}", x[0], x[1], x[2], x[3]).unwrap();
    }
    engine::read(csv.as_bytes(), &IntakeOptions::default()).unwrap().table
}

fn learn(table: &Table, settings: Settings) -> Trained {
    let settings = Settings { target: "y".to_owned(), ..settings };
    let checked = settings.check(table).unwrap();
    engine::train(table, &checked, &Resources::default(), &mut |_| Continue::Go).unwrap()
}

/// Boosting of few rounds.
fn boosting(rate: f64, rounds: u32, early_stopping_rounds: Option<u32>) -> Settings {
    Settings {
        algorithms: Some(vec![Algorithm::Boosting]),
        boosting: BoostingSettings {
            learning_rate: Some(rate),
            max_rounds: Some(rounds),
            early_stopping_rounds,
            ..BoostingSettings::default()
        },
        ..Settings::default()
    }
}

#[test]
fn the_mean_of_folds_holds_the_truth_as_often_as_it_promises() {
    // Few rows and much to learn: each fold's model errs by a good deal more than their mean.
    let bent = |x: &[f64], noise: f64| {
        let wave = (12.0 * x[0]).sin() * 5.0 + 20.0 * (x[1] - 0.5) * (x[2] - 0.5) + 4.0 * x[3];
        format!("{}", wave + noise * 0.5)
    };
    let splits = 20;
    let table = table(700, 5, bent);
    let mut share = 0.0;
    for seed in 0..splits {
        let trained = learn(&table, Settings { seed, ..boosting(0.2, 60, None) });
        let coverage = &trained.evaluation.coverage;
        share += coverage.iter().find(|one| one.level == 0.8).unwrap().share / splits as f64;
    }
    // 2,800 test rows; with each fold's own errors 0.869 are held.
    assert!((share - 0.8).abs() < 0.03, "{share}");
}

#[test]
fn a_model_that_nothing_unseen_has_judged_promises_nothing() {
    // The train part is of one moment, so that no later rows of it can be held out.
    let mut next = stream(3);
    let mut csv = String::from("when,x,y\n");
    for row in 0..100 {
        let x = next();
        writeln!(csv, "{},{x},{}", 2000 + row / 80, 3.0 * x + next()).unwrap();
    }
    let table = engine::read(csv.as_bytes(), &IntakeOptions::default()).unwrap().table;
    let split = Split::Time { column: "when".to_owned(), test_fraction: 0.2 };
    let trained = learn(&table, Settings { split, ..boosting(0.3, 20, None) });
    assert!(trained.validation.contains("the train part itself"), "{}", trained.validation);
    assert!(trained.artefact.conformal().is_none() && trained.evaluation.coverage.is_empty());
}

#[test]
fn what_was_said_before_calibration_is_shown_beside_what_is_said_after() {
    let table = table(900, 8, |x, luck| {
        let share = if x[0] > 0.5 { 0.9 } else { 0.1 };
        if luck < share { "yes" } else { "no" }.to_owned()
    });
    // Trees that go on growing are far too sure.
    let settings = boosting(0.2, 40, Some(0));
    for split in [Split::Stratified { test_fraction: 0.4 }, Split::Folds { folds: 4 }] {
        let trained = learn(&table, Settings { split, ..settings.clone() });
        assert!(trained.artefact.calibration().is_some());
        let seen = trained.evaluation.reliability.unwrap();
        assert!(!seen.before.is_empty() && seen.before != seen.after && seen.error_before.is_some());
    }
}
