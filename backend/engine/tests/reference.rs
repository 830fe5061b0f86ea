//! The same numbers as numpy and scikit-learn on the same rows; `reference/make.py` makes theirs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeMap;

use base64::Engine as _;
use engine::{
    Algorithm, ClassCurves, Column, ColumnData, ColumnKind, Continue, ElasticNetSettings, GradientDescent,
    IntakeOptions, Scaling, Scorer, Scores, Settings, Split, Table, TargetScaling, Trained,
};
use serde_json::Value;

fn reference(part: &str) -> Value {
    let text =
        std::fs::read_to_string(format!("{}/tests/reference/reference.json", env!("CARGO_MANIFEST_DIR")));
    serde_json::from_str::<Value>(&text.unwrap()).unwrap()[part].clone()
}

/// The sample with a column `split` that names the reference's test rows.
fn table(name: &str, reference: &Value) -> Table {
    let path = format!("{}/../../docs/samples/{name}.csv", env!("CARGO_MANIFEST_DIR"));
    let mut table = engine::read(&std::fs::read(path).unwrap(), &IntakeOptions::default()).unwrap().table;
    let bits = base64::prelude::BASE64_STANDARD.decode(reference["test_rows"].as_str().unwrap()).unwrap();
    let codes = (0..table.rows).map(|row| u32::from(bits[row / 8] >> (row % 8) & 1)).collect();
    table.columns.push(Column {
        name: "split".to_owned(),
        kind: ColumnKind::Category,
        reason: "the reference's".to_owned(),
        disagreeing: Vec::new(),
        data: ColumnData::Categories { codes, levels: vec!["train".to_owned(), "test".to_owned()] },
        writing: engine::Writing::default(),
    });
    table
}

fn settings(target: &str, algorithm: Algorithm) -> Settings {
    Settings {
        target: target.to_owned(),
        split: Split::Column { column: "split".to_owned() },
        algorithms: Some(vec![algorithm]),
        ..Settings::default()
    }
}

fn learn(table: &Table, settings: &Settings) -> Trained {
    engine::train(table, &settings.check(table).unwrap(), &engine::Resources::default(), &mut |_| {
        Continue::Go
    })
    .unwrap()
}

fn best(trained: &Trained, metric: &str) -> f64 {
    trained.leaderboard[trained.best].metrics[metric]
}

fn names(reference: &Value, key: &str) -> Option<Vec<String>> {
    Some(reference[key].as_array().unwrap().iter().map(|n| n.as_str().unwrap().to_owned()).collect())
}

#[test]
fn diamonds_have_scikit_learns_r2_to_a_millionth() {
    let reference = reference("diamonds");
    let table = table("diamonds", &reference);
    for (algorithm, key) in [(Algorithm::Linear, "linear_r2"), (Algorithm::Ridge, "ridge_r2")] {
        let (ours, theirs) = (best(&learn(&table, &settings("price", algorithm)), "r2"), &reference[key]);
        println!(
            "{key}: ours {ours:.12}, scikit-learn {theirs}, apart {:e}",
            ours - theirs.as_f64().unwrap()
        );
        assert!((ours - theirs.as_f64().unwrap()).abs() < 1e-6, "{key}: {ours} {theirs}");
    }
}

#[test]
fn lasso_and_elastic_net_have_scikit_learns_r2() {
    let reference = reference("diamonds");
    let table = table("diamonds", &reference);
    let nets = [
        (Algorithm::Lasso, "lasso_r2", ElasticNetSettings { alpha: Some(5.0), l1_ratio: None }),
        (
            Algorithm::ElasticNet,
            "elastic_net_r2",
            ElasticNetSettings { alpha: Some(0.02), l1_ratio: Some(0.3) },
        ),
    ];
    for (algorithm, key, elastic_net) in nets {
        let trained = learn(&table, &Settings { elastic_net, ..settings("price", algorithm) });
        let (ours, theirs) = (best(&trained, "r2"), reference[key].as_f64().unwrap());
        println!("{key}: ours {ours:.12}, scikit-learn {theirs}, apart {:e}", ours - theirs);
        assert!((ours - theirs).abs() < 1e-6, "{key}: {ours} {theirs}");
    }
}

#[test]
fn weighted_rows_have_scikit_learns_scores() {
    let diamonds = reference("diamonds");
    let weighted =
        Settings { weight_column: Some("table".to_owned()), ..settings("price", Algorithm::Linear) };
    let (ours, theirs) =
        (best(&learn(&table("diamonds", &diamonds), &weighted), "r2"), &diamonds["weighted_linear_r2"]);
    println!("weighted r2: ours {ours:.12}, scikit-learn {theirs}");
    assert!((ours - theirs.as_f64().unwrap()).abs() < 1e-6, "{ours} {theirs}");

    let churn = reference("telco_churn");
    let weighted = Settings {
        features: names(&churn, "weighted_features"),
        weight_column: Some("tenure".to_owned()),
        ..settings("churn", Algorithm::Logistic)
    };
    let trained = learn(&table("telco_churn", &churn), &weighted);
    let logistic = trained.leaderboard.iter().find(|e| e.algorithm == Algorithm::Logistic).unwrap();
    let (ours, theirs) = (logistic.metrics["log_loss"], churn["weighted_log_loss"].as_f64().unwrap());
    println!("weighted log_loss: ours {ours:.9}, scikit-learn {theirs:.9}");
    assert!((ours - theirs).abs() < 1e-6, "{ours} {theirs}");
}

#[test]
fn the_worked_example_has_numpys_mean_squared_error_to_a_billionth() {
    let reference = reference("diamonds");
    let table = table("diamonds", &reference);
    let scalings = [Scaling::Standard, Scaling::MinMax];
    for (scaling, key) in
        scalings.into_iter().zip(["normal_equations_standard_mse", "normal_equations_min_max_mse"])
    {
        for target_scaling in [TargetScaling::None, TargetScaling::MinMax] {
            let features = names(&reference, "numbers");
            let settings =
                Settings { features, scaling, target_scaling, ..settings("price", Algorithm::Linear) };
            let (ours, theirs) = (best(&learn(&table, &settings), "mse"), reference[key].as_f64().unwrap());
            println!("{key}: ours {ours:.9}, numpy {theirs:.9}, relative {:e}", (ours - theirs) / theirs);
            assert!((ours - theirs).abs() <= 1e-9 * theirs, "{key}: {ours} {theirs}");
        }
    }
}

#[test]
fn gradient_descent_reaches_the_closed_form_to_a_millionth() {
    let reference = reference("diamonds");
    let table = table("diamonds", &reference);
    let gradient_descent =
        GradientDescent { learning_rate: 0.3, max_iterations: 1_000_000, tolerance: 1e-12 };
    let descent = Settings {
        features: names(&reference, "numbers"),
        gradient_descent,
        ..settings("price", Algorithm::GradientDescent)
    };
    let closed = Settings { algorithms: Some(vec![Algorithm::Linear]), ..descent.clone() };
    let (walked, solved) = (learn(&table, &descent), learn(&table, &closed));
    let entry = &walked.leaderboard[walked.best];
    println!("{:?} {:?}", entry.parameters, entry.notes);
    assert_eq!(entry.parameters["converged"], 1.0);
    let rows: Vec<usize> = (0..table.rows).collect();
    let answers = |trained: &Trained| {
        let scorer = Scorer::from_artefact(&trained.artefact).unwrap();
        let mut scores = Scores::default();
        scorer.score_into(&scorer.batch_of(&table, &rows), &mut scores);
        scores.values
    };
    let (walked, solved) = (answers(&walked), answers(&solved));
    let spread = solved.iter().map(|v| v.abs()).sum::<f64>() / solved.len() as f64;
    let worst = walked.iter().zip(&solved).map(|(a, b)| (a - b).abs() / spread).fold(0.0, f64::max);
    println!("worst answer apart by {worst:e} of the mean answer");
    assert!(worst < 1e-6, "{worst}");
}

#[test]
fn churn_has_scikit_learns_log_loss() {
    let reference = reference("telco_churn");
    let table = table("telco_churn", &reference);
    let settings =
        Settings { features: names(&reference, "features"), ..settings("churn", Algorithm::Logistic) };
    let trained = learn(&table, &settings);
    for metric in ["log_loss", "auc"] {
        let (ours, theirs) = (best(&trained, metric), reference[metric].as_f64().unwrap());
        println!("{metric}: ours {ours:.9}, scikit-learn {theirs:.9}");
        assert!((ours - theirs).abs() < 1e-5, "{metric}: {ours} {theirs}");
    }
}

#[test]
fn three_kinds_of_iris_have_scikit_learns_probabilities() {
    let reference = reference("iris");
    let table = table("iris", &reference);
    let trained = learn(&table, &settings("target", Algorithm::Logistic));
    let (ours, theirs) = (best(&trained, "log_loss"), reference["log_loss"].as_f64().unwrap());
    println!("log_loss: ours {ours:.9}, scikit-learn {theirs:.9}, {:?}", trained.leaderboard[0].parameters);
    assert!((ours - theirs).abs() < 1e-5, "{ours} {theirs}");
}

fn numbers(reference: &Value, key: &str) -> Vec<f64> {
    reference[key].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect()
}

/// Holds the areas of curves against scikit-learn's.
fn same_areas(found: &[ClassCurves], areas: &Value, prefix: &str) {
    let classes = names(areas, "classes").unwrap();
    assert_eq!(found.iter().map(|curve| curve.class.clone()).collect::<Vec<_>>(), classes);
    let wanted = ["roc_auc", "average_precision"].map(|area| numbers(areas, &format!("{prefix}{area}")));
    for (at, curve) in found.iter().enumerate() {
        let ours = [curve.roc_auc, curve.average_precision];
        for (ours, theirs) in ours.into_iter().zip([wanted[0][at], wanted[1][at]]) {
            println!("{prefix}{}: ours {ours:.12}, apart {:e}", curve.class, ours - theirs);
            assert!((ours - theirs).abs() < 1e-9, "{prefix}{}: {ours} {theirs}", curve.class);
        }
    }
}

#[test]
fn the_curves_have_scikit_learns_areas_with_ties_and_without() {
    for (name, target, features) in [("telco_churn", "churn", true), ("iris", "target", false)] {
        let reference = reference(name);
        let table = table(name, &reference);
        let features = if features { names(&reference, "features") } else { None };
        let settings = Settings { features, ..settings(target, Algorithm::Logistic) };
        let trained = learn(&table, &settings);
        let areas = &reference["areas"];
        same_areas(&trained.evaluation.curves, areas, "");

        let percents = base64::prelude::BASE64_STANDARD.decode(areas["percents"].as_str().unwrap()).unwrap();
        let percents: Vec<f64> = percents.into_iter().map(|p| f64::from(p) / 100.0).collect();
        let classes = names(areas, "classes").unwrap();
        let parts = table.column("split").unwrap();
        let test = (0..table.rows).filter(|row| parts.text(*row).as_deref() == Some("test"));
        let class = |row: usize| {
            let text = table.column(target).unwrap().text(row).unwrap();
            classes.iter().position(|class| *class == text).unwrap() as u32
        };
        let actual: Vec<u32> = test.map(class).collect();
        same_areas(&engine::metrics::curves(&actual, &percents, &classes), areas, "percents_");
    }
}

/// Holds scores against scikit-learn's, all of them.
fn same_scores(ours: &BTreeMap<String, f64>, theirs: &Value, name: &str) {
    let theirs = theirs[name].as_object().unwrap();
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>(), "{name}");
    for (metric, theirs) in theirs {
        let (ours, theirs) = (ours[metric], theirs.as_f64().unwrap());
        assert!((ours - theirs).abs() < 1e-9 * theirs.abs().max(1.0), "{name} {metric}: {ours} {theirs}");
    }
}

#[test]
fn every_score_is_scikit_learns_with_weights_and_without() {
    let reference = reference("scores");
    let weights: Vec<f64> = (0..500).map(|i| f64::from(i % 4)).collect();
    let actual: Vec<f64> = (0..500).map(|i| f64::from(i * 37 % 101 - 20) / 10.0).collect();
    let predicted: Vec<f64> = (0..500).map(|i| f64::from(i * 37 % 101 - 20 + i * 53 % 17) / 10.0).collect();
    let ours = |weights| engine::metrics::regression(&actual, &predicted, weights).0;
    same_scores(&ours(None), &reference, "numbers");
    same_scores(&ours(Some(&weights)), &reference, "numbers_weighted");
    for (k, name) in [(2, "two"), (3, "three")] {
        let names: Vec<String> = (0..k).map(|class| class.to_string()).collect();
        let raw = |i: u32| (0..k).map(|c| f64::from(i * (7 + 4 * c) % 23 + 1)).collect::<Vec<_>>();
        let rows: Vec<Vec<f64>> = (0..500).map(raw).collect();
        let class =
            |(i, raw): (u32, &Vec<f64>)| (i * 13 % 29 + 2 * engine::metrics::most_likely(raw) as u32) % k;
        let actual: Vec<u32> = (0..).zip(&rows).map(class).collect();
        let share = |raw: &Vec<f64>| raw.iter().map(|r| r / raw.iter().sum::<f64>()).collect::<Vec<_>>();
        let probabilities: Vec<f64> = rows.iter().flat_map(share).collect();
        let label = &engine::metrics::most_likely;
        let ours =
            |weights| engine::metrics::classification(&actual, &probabilities, &names, weights, label).0;
        same_scores(&ours(None), &reference, name);
        same_scores(&ours(Some(&weights)), &reference, &format!("{name}_weighted"));
    }
}
