//! The search for the best model: its order, its ends, and what it can be made to do again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::sync::atomic::{AtomicU64, Ordering};

use engine::{
    Algorithm, BoostingSettings, Continue, Ended, ForestSettings, IntakeOptions, Progress, ProgressKind,
    Resources, Settings, Split, Table, TrainError, Trained,
};

fn sample(name: &str) -> Table {
    let path = format!("{}/../../docs/samples/{name}.csv", env!("CARGO_MANIFEST_DIR"));
    engine::read(&std::fs::read(path).unwrap(), &IntakeOptions::default()).unwrap().table
}

/// Trees so few that a search of many trials is done in a moment.
fn small(target: &str) -> Settings {
    Settings {
        target: target.to_owned(),
        boosting: BoostingSettings { max_rounds: Some(12), ..BoostingSettings::default() },
        forest: ForestSettings { trees: Some(3), ..ForestSettings::default() },
        ..Settings::default()
    }
}

fn learn(table: &Table, settings: &Settings, threads: usize) -> Trained {
    let resources = Resources { threads, elapsed: None };
    engine::train(table, &settings.check(table).unwrap(), &resources, &mut |_| Continue::Go).unwrap()
}

/// A clock that a fit moves by looking at it.
fn ticking() -> impl Fn() -> f64 + Sync {
    let ticks = AtomicU64::new(0);
    move || ticks.fetch_add(1, Ordering::Relaxed) as f64 / 40.0
}

#[test]
fn as_many_trials_as_are_asked_for_give_one_model_on_any_number_of_threads() {
    let table = sample("penguins");
    for target in ["body_mass_g", "species"] {
        // As many as it takes to have drawn changes and repeated the best on other folds.
        let settings = Settings { trials: Some(42), ..small(target) };
        let first = learn(&table, &settings, 1);
        assert_eq!((first.trials, first.ended), (42, Ended::Plan));
        for threads in [2, 4] {
            let again = learn(&table, &settings, threads);
            assert_eq!(again.artefact.sha256_hex(), first.artefact.sha256_hex(), "{threads} threads");
            assert_eq!(again.leaderboard, first.leaderboard);
        }
    }
}

#[test]
fn a_search_that_a_budget_ended_is_done_again_to_the_bit_by_its_number_of_trials() {
    let table = sample("penguins");
    let settings = Settings { budget_seconds: Some(12.0), ..small("body_mass_g") };
    let checked = settings.check(&table).unwrap();
    let clock = ticking();
    let resources = Resources { threads: 2, elapsed: Some(&clock) };
    let trained = engine::train(&table, &checked, &resources, &mut |_| Continue::Go).unwrap();
    assert_eq!(trained.ended, Ended::Budget);
    assert!(trained.trials > 0 && trained.artefact.lineage().trials == trained.trials);
    let again = checked.replaying(trained.trials);
    let again = engine::train(&table, &again, &Resources::default(), &mut |_| Continue::Go).unwrap();
    assert_eq!(again.artefact.sha256_hex(), trained.artefact.sha256_hex());
}

#[test]
fn who_keeps_the_best_so_far_gets_a_whole_model_and_who_stops_gets_none() {
    let table = sample("penguins");
    let checked = Settings { trials: Some(200), ..small("species") }.check(&table).unwrap();
    let run = |answer: Continue| {
        let mut finished = 0;
        let mut observe = |progress: Progress| {
            finished += u32::from(matches!(progress.kind, ProgressKind::TrialFinished { .. }));
            if finished >= 4 { answer } else { Continue::Go }
        };
        engine::train(&table, &checked, &Resources::default(), &mut observe)
    };
    let kept = run(Continue::Keep).unwrap();
    assert_eq!(kept.ended, Ended::Kept);
    assert!(kept.trials >= 3 && kept.trials < 200 && !kept.evaluation.examples.is_empty());
    assert_eq!(run(Continue::Stop), Err(TrainError::Stopped));
}

#[test]
fn who_keeps_before_the_first_trial_is_done_gets_that_trial() {
    let table = sample("penguins");
    let checked = Settings { trials: Some(200), ..small("species") }.check(&table).unwrap();
    // No time goes by, so nobody has waited too long.
    let resources = Resources { threads: 2, elapsed: Some(&|| 0.0) };
    let kept = engine::train(&table, &checked, &resources, &mut |_| Continue::Keep).unwrap();
    assert_eq!(kept.ended, Ended::Kept);
    assert!((1..5).contains(&kept.trials), "{} trials", kept.trials);
    assert_ne!(kept.artefact.algorithm(), Algorithm::Baseline);
    let again = checked.replaying(kept.trials);
    let again = engine::train(&table, &again, &Resources::default(), &mut |_| Continue::Go).unwrap();
    assert_eq!(again.artefact.sha256_hex(), kept.artefact.sha256_hex());
}

#[test]
fn a_fit_that_tells_of_each_step_does_not_keep_the_search_from_its_budget() {
    let table = sample("penguins");
    let endless = BoostingSettings {
        max_rounds: Some(20_000),
        early_stopping_rounds: Some(0),
        ..BoostingSettings::default()
    };
    let settings = Settings {
        algorithms: Some(vec![Algorithm::Boosting]),
        boosting: endless,
        budget_seconds: Some(12.0),
        ..small("body_mass_g")
    };
    let clock = ticking();
    let resources = Resources { threads: 1, elapsed: Some(&clock) };
    let checked = settings.check(&table).unwrap();
    let trained = engine::train(&table, &checked, &resources, &mut |_| Continue::Go).unwrap();
    assert_eq!((trained.trials, trained.ended), (0, Ended::Budget));
}

#[test]
fn the_leaderboard_grows_line_by_line_and_the_share_that_is_done_never_falls() {
    let table = sample("iris");
    let checked = Settings { trials: Some(12), ..small("target") }.check(&table).unwrap();
    let (mut lines, mut fraction) = (Vec::new(), 0.0);
    let mut observe = |progress: Progress| {
        assert!(progress.fraction >= fraction && progress.fraction <= 1.0);
        fraction = progress.fraction;
        if let ProgressKind::TrialFinished { finished } = progress.kind {
            assert!(finished.rank >= 1 && finished.rank <= lines.len() + 1);
            assert!(finished.validation.contains_key("log_loss"));
            lines.push(finished.trial);
        }
        Continue::Go
    };
    let trained = engine::train(&table, &checked, &Resources::default(), &mut observe).unwrap();
    // The baseline, and every trial in its order.
    assert_eq!(lines[..13], (0..13).collect::<Vec<u32>>());
    assert_eq!(fraction, 1.0);
    let mut numbers: Vec<u32> = trained.leaderboard.iter().map(|entry| entry.trial).collect();
    numbers.sort_unstable();
    // The ensemble, if there is one, has the number of the last trial.
    numbers.dedup();
    assert_eq!(numbers, (0..13).collect::<Vec<u32>>());
    let log_losses: Vec<f64> = trained.leaderboard.iter().map(|entry| entry.validation["log_loss"]).collect();
    assert!(log_losses.windows(2).all(|pair| pair[0] <= pair[1] + 1e-6), "{log_losses:?}");
    assert!(
        trained.leaderboard[0].tied_with_best && trained.leaderboard[0].intervals.contains_key("log_loss")
    );
}

#[test]
fn who_asks_for_one_family_gets_it_and_the_baseline() {
    let table = sample("penguins");
    let settings = Settings { algorithms: Some(vec![Algorithm::Boosting]), ..small("body_mass_g") };
    let trained = learn(&table, &settings, 1);
    let families: Vec<_> = trained.leaderboard.iter().map(|entry| entry.algorithm).collect();
    assert_eq!(families, [Algorithm::Boosting, Algorithm::Baseline]);
    assert_eq!(trained.artefact.algorithm(), Algorithm::Boosting);
}

#[test]
fn where_folds_test_every_row_is_scored_by_a_model_that_did_not_learn_from_it() {
    let table = sample("penguins");
    let settings = Settings { split: Split::Folds { folds: 4 }, ..small("body_mass_g") };
    let trained = learn(&table, &settings, 2);
    assert_eq!((trained.rows.test, trained.rows.train), (342, 342));
    assert!(trained.leaderboard[0].metrics["r2"] > 0.5 && trained.out_of_fold_coverage == 1.0);
}

#[test]
fn a_validation_part_that_is_named_is_the_one_that_validates() {
    let part = |i: usize| ["train", "train", "validation", "test"][i % 4];
    let row = |i: usize| format!("{},{},{}\n", i * 7 % 31, (i * 7 % 31) * 3 + i % 2, part(i));
    let csv = format!("x,y,part\n{}", (0..400).map(row).collect::<String>());
    let table = engine::read(csv.as_bytes(), &IntakeOptions::default()).unwrap().table;
    let settings = Settings { split: Split::Column { column: "part".to_owned() }, ..small("y") };
    let trained = learn(&table, &settings, 1);
    assert_eq!((trained.rows.train, trained.rows.validation, trained.rows.test), (200, 100, 100));
    assert_eq!(trained.validation, "the validation part of 100 rows");
}

#[test]
fn the_first_fit_is_not_taken_for_all_of_them() {
    let csv = format!(
        "a,b,y\n{}",
        (0..200).map(|i| format!("{},{},{}\n", i % 41, i * 7 % 13, i % 41 * 3)).collect::<String>()
    );
    let table = engine::read(csv.as_bytes(), &engine::IntakeOptions::default()).unwrap().table;
    let checked = engine::Settings { target: "y".to_owned(), ..Default::default() }.check(&table).unwrap();
    let mut after_the_baseline = None;
    engine::train(&table, &checked, &engine::Resources::default(), &mut |progress| {
        if let engine::ProgressKind::FamilyFinished { algorithm: engine::Algorithm::Baseline, .. } =
            &progress.kind
        {
            after_the_baseline.get_or_insert(progress.fraction);
        }
        engine::Continue::Go
    })
    .unwrap();
    assert!(after_the_baseline.unwrap() < 0.5, "{after_the_baseline:?}");
}
