//! What holds for every table: records as the `csv` crate reads them, no panic, finite answers, sound artefacts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use engine::{
    Algorithm, Artefact, BoostingSettings, ClassWeights, Continue, Dialect, DialectOverrides, ForestSettings,
    GradientDescent, Imputation, IntakeOptions, Metric, Resources, Scaling, Scorer, Scores, Settings, Split,
    TargetScaling, Task,
};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn options(delimiter: char, header: bool) -> IntakeOptions {
    let dialect = DialectOverrides {
        delimiter: Some(delimiter),
        header: Some(header),
        decimal_comma: Some(false),
        missing: Some(vec![String::new()]),
        ..DialectOverrides::default()
    };
    IntakeOptions { dialect: Some(dialect), ..IntakeOptions::default() }
}

/// Cells that are words to everybody, with all that needs quoting.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-zé€][a-z,;\"\t |é\n\r]{0,8}",
        1 => Just(String::new()),
        1 => Just("a\r\nb".to_owned()),
    ]
}

fn words() -> impl Strategy<Value = Vec<Vec<String>>> {
    (1_usize..6)
        .prop_flat_map(|columns| proptest::collection::vec(proptest::collection::vec(word(), columns), 1..30))
}

/// Cells of every kind, good and bad.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (-1000_i32..1000).prop_map(|n| n.to_string()),
        2 => any::<f64>().prop_map(|n| n.to_string()),
        2 => (0..5_u8).prop_map(|n| ["red", "blue", "a b", "true", "false"][usize::from(n)].to_owned()),
        1 => Just(String::new()),
        1 => Just("NA".to_owned()),
        1 => Just("2024-02-29".to_owned()),
        1 => "\\PC{0,6}",
    ]
}

/// A column of one kind for the most part.
fn column(rows: usize) -> impl Strategy<Value = Vec<String>> {
    let number = (-50_i32..50).prop_map(|n| format!("{}", f64::from(n) / 4.0));
    let few = (0..4_u8).prop_map(|n| ["north", "south", "east", "train"][usize::from(n)].to_owned());
    let part = (0..3_u8).prop_map(|n| ["train", "test", "validation"][usize::from(n)].to_owned());
    let huge = any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(|n| n.to_string());
    let whole = (0..3_u8).prop_map(|n| n.to_string());
    let sometimes = |value: BoxedStrategy<String>| prop_oneof![9 => value, 1 => Just(String::new())].boxed();
    prop_oneof![
        3 => proptest::collection::vec(sometimes(number.boxed()), rows),
        2 => proptest::collection::vec(sometimes(few.boxed()), rows),
        2 => proptest::collection::vec(sometimes(whole.boxed()), rows),
        1 => proptest::collection::vec(part.boxed(), rows),
        1 => proptest::collection::vec(huge.boxed(), rows),
        1 => proptest::collection::vec(cell().boxed(), rows),
        1 => cell().prop_map(move |value| vec![value; rows]),
    ]
}

fn table() -> impl Strategy<Value = String> {
    (1_usize..60, 2_usize..6)
        .prop_flat_map(|(rows, columns)| proptest::collection::vec(column(rows), columns))
        .prop_map(|columns| {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record((0..columns.len()).map(|i| format!("c{i}"))).unwrap();
            for row in 0..columns[0].len() {
                writer.write_record(columns.iter().map(|c| &c[row])).unwrap();
            }
            String::from_utf8(writer.into_inner().unwrap()).unwrap()
        })
}

fn split() -> impl Strategy<Value = Split> {
    prop_oneof![
        (0.01..0.99).prop_map(|test_fraction| Split::Random { test_fraction }),
        (0.01..0.99).prop_map(|test_fraction| Split::Stratified { test_fraction }),
        (0..5_u8).prop_map(|n| Split::Column { column: format!("c{n}") }),
        (0..5_u8, 0.1..0.9)
            .prop_map(|(n, test_fraction)| Split::Time { column: format!("c{n}"), test_fraction }),
        (0..5_u8, 0.1..0.9)
            .prop_map(|(n, test_fraction)| Split::Group { column: format!("c{n}"), test_fraction }),
        (2..6_usize).prop_map(|folds| Split::Folds { folds }),
    ]
}

fn settings() -> impl Strategy<Value = Settings> {
    let task = prop_oneof![Just(None), Just(Some(Task::Regression)), Just(Some(Task::Classification))];
    let scaling = prop_oneof![Just(Scaling::Standard), Just(Scaling::MinMax), Just(Scaling::None)];
    let target_scaling = prop_oneof![3 => Just(TargetScaling::None), 1 => Just(TargetScaling::MinMax), 1 => Just(TargetScaling::Log)];
    let imputation = prop_oneof![Just(Imputation::Mean), Just(Imputation::Median)];
    let metric = prop_oneof![4 => Just(None), 1 => Just(Some(Metric::Auc)), 1 => Just(Some(Metric::R2))];
    let rates = (1e-6..1e3_f64, 1_u32..300, 1_usize..6, prop_oneof![Just(0.0), 1e-3..1e3_f64]);
    (0..3_u8, task, split(), scaling, target_scaling, imputation, metric, any::<u64>(), rates).prop_map(
        |(target, task, split, scaling, target_scaling, imputation, metric, seed, rates)| {
            let (learning_rate, max_iterations, max_levels, ridge_alpha) = rates;
            Settings {
                target: format!("c{target}"),
                task,
                split,
                scaling,
                target_scaling,
                imputation,
                metric,
                seed,
                ridge_alpha,
                gradient_descent: GradientDescent { learning_rate, max_iterations, tolerance: 1e-6 },
                max_levels,
                boosting: BoostingSettings { max_rounds: Some(6), ..BoostingSettings::default() },
                forest: ForestSettings { trees: Some(3), ..ForestSettings::default() },
                trials: (seed % 3 == 0).then_some(1 + (seed % 17) as u32),
                class_weights: if seed % 5 == 0 { ClassWeights::Balanced } else { ClassWeights::None },
                ..Settings::default()
            }
        },
    )
}

/// The same cases on every run; other ones with `PROPTEST_RNG_SEED=n`. A failed test shows its seed.
fn config() -> ProptestConfig {
    let mut config = ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() };
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(20_240_229);
    }
    println!("cases are those of PROPTEST_RNG_SEED={}", config.rng_seed);
    config
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn records_are_those_of_the_csv_crate(rows in words(), delimiter in prop_oneof![Just(','), Just(';'), Just('\t'), Just('|')]) {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter as u8).from_writer(Vec::new());
        let header: Vec<String> = (0..rows[0].len()).map(|i| format!("c{i}")).collect();
        writer.write_record(&header).unwrap();
        rows.iter().for_each(|row| writer.write_record(row).unwrap());
        let bytes = writer.into_inner().unwrap();
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter as u8).from_reader(bytes.as_slice());
        let theirs: Vec<Vec<String>> =
            reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
        let intake = engine::read(&bytes, &options(delimiter, true)).unwrap();
        prop_assert_eq!((intake.table.rows, intake.rejected), (theirs.len(), 0));
        for (row, cells) in theirs.iter().enumerate() {
            for (column, cell) in intake.table.columns.iter().zip(cells) {
                prop_assert_eq!(column.text(row).unwrap_or_default(), cell.clone());
            }
        }
    }

    #[test]
    fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(prop_oneof![
        3 => any::<u8>(),
        5 => proptest::sample::select(b",;\"\n\r\t 0123.-abcNA\xEF\xC3\xA9\0".to_vec()),
    ], 0..400)) {
        if let Ok(intake) = engine::read(&bytes, &IntakeOptions::default()) {
            prop_assert!(intake.table.rows > 0);
            prop_assert!(intake.table.columns.iter().all(|c| c.len() == intake.table.rows));
            prop_assert_eq!(intake.row_lines.len(), intake.table.rows);
            engine::profile(&intake.table);
            engine::preview(&bytes, &intake.dialect, 5).unwrap();
        }
        let _ = Dialect::detect(&bytes);
        prop_assert!(Artefact::from_bytes(&bytes).is_err());
    }

    #[test]
    fn no_table_and_no_settings_make_learning_panic(text in table(), settings in settings()) {
        let Ok(intake) = engine::read(text.as_bytes(), &options(',', true)) else { return Ok(()) };
        let profile = engine::profile(&intake.table);
        prop_assert!(serde_json::to_string(&profile).is_ok());
        let Ok(checked) = settings.check(&intake.table) else { return Ok(()) };
        let learn = || engine::train(&intake.table, &checked, &engine::Resources::default(), &mut |_| Continue::Go);
        let Ok(trained) = learn() else { return Ok(()) };
        let again = Resources { threads: 2, elapsed: None };
        let again = engine::train(&intake.table, &checked, &again, &mut |_| Continue::Go).unwrap();
        prop_assert_eq!(trained.artefact.sha256_hex(), again.artefact.sha256_hex());
        for entry in &trained.leaderboard {
            prop_assert!(entry.metrics.values().chain(entry.parameters.values()).all(|v| v.is_finite()));
            prop_assert!(entry.loss_curve.iter().all(|p| p.loss.is_finite()));
        }
        prop_assert!(trained.leaderboard.iter().any(|e| e.algorithm == Algorithm::Baseline));
        let loaded = Artefact::from_bytes(trained.artefact.to_bytes()).unwrap();
        prop_assert_eq!(&loaded, &trained.artefact);
        let scorer = Scorer::from_artefact(&loaded).unwrap();
        let rows: Vec<usize> = (0..intake.table.rows).collect();
        let mut scores = Scores::default();
        scorer.score_into(&scorer.batch_of(&intake.table, &rows), &mut scores);
        prop_assert_eq!(scores.rows(), rows.len());
        if scores.width > 1 {
            for row in rows {
                let total: f64 = scores.row(row).iter().sum();
                prop_assert!((total - 1.0).abs() < 1e-9, "probabilities sum to {}", total);
            }
        }
    }

    #[test]
    fn no_cell_makes_scoring_panic(cells in proptest::collection::vec((0_usize..4, 0_usize..12, cell(), any::<f64>()), 0..40)) {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/samples/penguins.csv");
        let table = engine::read(&std::fs::read(path).unwrap(), &IntakeOptions::default()).unwrap().table;
        let settings = Settings { target: "body_mass_g".into(), algorithms: Some(vec![Algorithm::Linear]), ..Settings::default() };
        let trained = engine::train(&table, &settings.check(&table).unwrap(), &engine::Resources::default(), &mut |_| Continue::Go).unwrap();
        let scorer = Scorer::from_artefact(&trained.artefact).unwrap();
        let mut batch = scorer.new_batch(3);
        for (row, feature, text, number) in cells {
            let _ = batch.set_text(row, feature, &text);
            let _ = batch.set_csv(row, feature, &text);
            let _ = batch.set_bool(row, feature, number > 0.0);
            let _ = batch.set_number(row, feature, if number.abs() > 1e6 { number.signum() } else { number });
        }
        let mut scores = Scores::default();
        scorer.score_into(&batch, &mut scores);
        prop_assert!(scores.rows() == 3 && scores.values.iter().all(|v| !v.is_nan()));
    }
}
