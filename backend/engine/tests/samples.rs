//! The real data sets that ship with the project, from bytes to answers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use engine::{
    Algorithm, Artefact, BoostingSettings, ClassWeights, ColumnKind, Continue, ForestSettings, IntakeOptions,
    ProgressKind, Resources, Scorer, Scores, Settings, Split, Suspect, Task, TrainError, Trained,
};

fn sample(name: &str) -> Vec<u8> {
    let path = format!("{}/../../docs/samples/{name}.csv", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(path).unwrap()
}

fn learn(name: &str, settings: &Settings) -> Trained {
    let intake = engine::read(&sample(name), &IntakeOptions::default()).unwrap();
    let checked = settings.check(&intake.table).unwrap();
    engine::train(&intake.table, &checked, &engine::Resources::default(), &mut |_| Continue::Go).unwrap()
}

fn settings(target: &str) -> Settings {
    Settings { target: target.to_owned(), ..Settings::default() }
}

#[test]
fn the_columns_of_diamonds_are_what_they_are() {
    let intake = engine::read(&sample("diamonds"), &IntakeOptions::default()).unwrap();
    let kinds: Vec<_> = intake.table.columns.iter().map(|c| (c.name.as_str(), c.kind)).collect();
    use ColumnKind::{Category, Integer, Number};
    let wanted = [
        ("carat", Number),
        ("cut", Category),
        ("color", Category),
        ("clarity", Category),
        ("depth", Number),
        ("table", Number),
        ("price", Integer),
        ("x", Number),
        ("y", Number),
        ("z", Number),
    ];
    assert_eq!(kinds, wanted);
    assert_eq!((intake.table.rows, intake.rejected, intake.row_lines.get(0).unwrap()), (53_940, 0, 2));
    let profile = engine::profile(&intake.table);
    assert_eq!(profile.columns[6].min, Some(326.0));
    assert_eq!(profile.columns[1].common[0].value, "Ideal");
    assert!(profile.columns.iter().all(|c| c.missing == 0 && !c.suspects.contains(&Suspect::Constant)));
}

#[test]
fn diamonds_are_priced_and_every_linear_family_beats_the_baseline() {
    let linear = [
        Algorithm::Linear,
        Algorithm::Ridge,
        Algorithm::Lasso,
        Algorithm::ElasticNet,
        Algorithm::GradientDescent,
    ];
    let trained = learn("diamonds", &Settings { algorithms: Some(linear.to_vec()), ..settings("price") });
    assert_eq!(trained.leaderboard.len(), 6);
    for entry in &trained.leaderboard {
        let r2 = entry.metrics["r2"];
        assert!(r2 > 0.9 || entry.algorithm == Algorithm::Baseline, "{:?} {r2}", entry.algorithm);
    }
    assert!(trained.baseline["r2"] < 0.01);
    assert_eq!(trained.rows.test, 10_788);
    assert!(trained.evaluation.pairs.len() <= 2_000);
    let curve =
        &trained.leaderboard.iter().find(|e| e.algorithm == Algorithm::GradientDescent).unwrap().loss_curve;
    assert!(curve.len() > 10 && curve.windows(2).all(|w| w[1].loss <= w[0].loss * (1.0 + 1e-9)));
}

#[test]
fn whole_numbers_of_few_values_are_classes() {
    let trained =
        learn("iris", &Settings { split: Split::Stratified { test_fraction: 0.2 }, ..settings("target") });
    assert_eq!(trained.artefact.schema().task, Task::Classification);
    assert_eq!(trained.artefact.schema().classes, ["0", "1", "2"]);
    assert!(trained.leaderboard[trained.best].metrics["accuracy"] >= 0.9);
    assert!(trained.evaluation.confusion.is_some());
}

#[test]
fn missing_values_are_filled_and_churn_is_told_better_than_by_its_share() {
    let trained = learn("telco_churn", &settings("churn"));
    let best = &trained.leaderboard[trained.best];
    assert!(best.metrics["auc"] > 0.82 && best.metrics["log_loss"] < trained.baseline["log_loss"]);
    let penguins = learn("penguins", &settings("species"));
    assert!(penguins.leaderboard[penguins.best].metrics["accuracy"] > 0.95);
    assert_eq!(penguins.artefact.schema().classes.len(), 3);
}

/// Every family, each small enough to be trained twenty times.
fn small(target: &str) -> Settings {
    Settings {
        boosting: BoostingSettings { max_rounds: Some(20), ..BoostingSettings::default() },
        forest: ForestSettings { trees: Some(5), ..ForestSettings::default() },
        ..settings(target)
    }
}

#[test]
fn twenty_trainings_give_one_hash_on_any_number_of_threads() {
    for (name, target) in [("penguins", "body_mass_g"), ("iris", "target")] {
        let intake = engine::read(&sample(name), &IntakeOptions::default()).unwrap();
        let hash = |settings: &Settings, threads: usize| {
            let checked = settings.check(&intake.table).unwrap().for_dataset("0f");
            let resources = Resources { threads, elapsed: None };
            let trained = engine::train(&intake.table, &checked, &resources, &mut |_| Continue::Go);
            trained.unwrap().artefact.sha256_hex()
        };
        let first = hash(&small(target), 1);
        for n in 1..20 {
            assert_eq!(hash(&small(target), [1, 2, 4][n % 3]), first);
        }
        assert_ne!(hash(&Settings { seed: 43, ..small(target) }, 1), first);
    }
}

#[test]
fn a_saved_model_answers_to_the_bit_alone_and_in_a_batch() {
    for (name, target) in [("telco_churn", "churn"), ("penguins", "body_mass_g"), ("iris", "target")] {
        let trained = learn(name, &settings(target));
        let table = engine::read(&sample(name), &IntakeOptions::default()).unwrap().table;
        let rows: Vec<usize> = (0..table.rows).collect();
        let scorer = Scorer::from_artefact(&trained.artefact).unwrap();
        let loaded =
            Scorer::from_artefact(&Artefact::from_bytes(trained.artefact.to_bytes()).unwrap()).unwrap();
        let (mut before, mut after, mut single) = (Scores::default(), Scores::default(), Scores::default());
        scorer.score_into(&scorer.batch_of(&table, &rows), &mut before);
        loaded.score_into(&loaded.batch_of(&table, &rows), &mut after);
        let bits = |scores: &Scores| scores.values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&before), bits(&after));
        for row in (0..table.rows).step_by(17) {
            loaded.score_into(&loaded.batch_of(&table, &[row]), &mut single);
            assert_eq!(bits(&single), before.row(row).iter().map(|v| v.to_bits()).collect::<Vec<_>>());
        }
    }
}

#[test]
fn progress_rises_names_every_family_and_can_stop() {
    let table = engine::read(&sample("penguins"), &IntakeOptions::default()).unwrap().table;
    let checked = small("body_mass_g").check(&table).unwrap();
    let (mut fraction, mut finished) = (0.0, Vec::new());
    engine::train(&table, &checked, &engine::Resources::default(), &mut |progress| {
        assert!(progress.fraction >= fraction && progress.fraction <= 1.0);
        fraction = progress.fraction;
        if let ProgressKind::FamilyFinished { algorithm, .. } = progress.kind {
            finished.push(algorithm);
        }
        Continue::Go
    })
    .unwrap();
    finished.sort_unstable();
    finished.retain(|algorithm| *algorithm != Algorithm::Ensemble);
    // Gradient descent is another walk to the weights of linear, and only taken where it is asked for.
    let untried = [Algorithm::Ensemble, Algorithm::GradientDescent];
    let tried = checked.algorithms().iter().copied().filter(|algorithm| !untried.contains(algorithm));
    assert_eq!((fraction, finished), (1.0, tried.collect::<Vec<_>>()));
    let mut calls = 0;
    let stopped = engine::train(&table, &checked, &engine::Resources::default(), &mut |_| {
        calls += 1;
        if calls == 5 { Continue::Stop } else { Continue::Go }
    });
    assert_eq!(stopped, Err(TrainError::Stopped));
    assert_eq!(calls, 5);
}

#[test]
fn a_dialect_that_was_found_reads_the_file_the_same_again() {
    for name in ["diamonds", "telco_churn"] {
        let bytes = sample(name);
        let first = engine::read(&bytes, &IntakeOptions::default()).unwrap();
        let dialect = Some(engine::DialectOverrides::from(&first.dialect));
        let again = engine::read(&bytes, &IntakeOptions { dialect, ..IntakeOptions::default() }).unwrap();
        assert!(first.table == again.table, "{name}");
        let preview = engine::preview(&bytes, &first.dialect, 3).unwrap();
        assert_eq!((preview.rows.len(), preview.header.len()), (3, first.table.columns.len()));
    }
}

/// `tests/data/penguins-v1.model` was written by the first version of the format, from the penguins with the target
/// `body_mass_g` and default settings. It must be read for ever.
#[test]
fn a_model_of_format_version_1_still_answers() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/penguins-v1.model");
    let artefact = Artefact::from_bytes(&std::fs::read(path).unwrap()).unwrap();
    let scorer = Scorer::from_artefact(&artefact).unwrap();
    let mut batch = scorer.new_batch(2);
    let set = |name: &str| scorer.schema().features.iter().position(|f| f.name == name).unwrap();
    let _ = batch.set_text(0, set("species"), "Gentoo");
    let _ = batch.set_text(0, set("sex"), "male");
    let _ = batch.set_number(0, set("flipper_length_mm"), 220.0);
    let mut scores = Scores::default();
    scorer.score_into(&batch, &mut scores);
    let wanted = [5_387.364_681_578_796, 4_130.675_806_219_267];
    assert!(scores.values.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-6), "{:?}", scores.values);
}

#[test]
fn classes_that_weigh_alike_raise_the_probability_of_the_rare_one() {
    let intake = engine::read(&sample("telco_churn"), &IntakeOptions::default()).unwrap();
    let mean = |class_weights: ClassWeights, algorithm: Algorithm| {
        let settings = Settings { algorithms: Some(vec![algorithm]), class_weights, ..small("churn") };
        let trained = learn("telco_churn", &settings);
        let scorer = Scorer::from_artefact(&trained.artefact).unwrap();
        let rows: Vec<usize> = (0..intake.table.rows).collect();
        let mut scores = Scores::default();
        scorer.score_into(&scorer.batch_of(&intake.table, &rows), &mut scores);
        rows.iter().map(|row| scores.row(*row)[1]).sum::<f64>() / rows.len() as f64
    };
    for algorithm in [Algorithm::Logistic, Algorithm::Boosting] {
        let (plain, alike) = (mean(ClassWeights::None, algorithm), mean(ClassWeights::Balanced, algorithm));
        assert!((0.2..0.33).contains(&plain) && alike > plain + 0.08, "{algorithm:?}: {plain} {alike}");
    }
}
