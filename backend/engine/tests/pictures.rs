//! What is shown of a model beside its scores: weights, curves, rows to try it with.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use engine::{
    Algorithm, CellOutcome, CellValue, Coefficient, Continue, IntakeOptions, Scorer, Scores, Settings, Table,
    TargetScaling, Trained,
};

fn read(csv: &str) -> Table {
    engine::read(csv.as_bytes(), &IntakeOptions::default()).unwrap().table
}

fn sample(name: &str) -> Table {
    let path = format!("{}/../../docs/samples/{name}.csv", env!("CARGO_MANIFEST_DIR"));
    read(&std::fs::read_to_string(path).unwrap())
}

fn learn(table: &Table, settings: &Settings) -> Trained {
    engine::train(table, &settings.check(table).unwrap(), &engine::Resources::default(), &mut |_| {
        Continue::Go
    })
    .unwrap()
}

fn by(algorithm: Algorithm, target: &str) -> Settings {
    Settings { target: target.to_owned(), algorithms: Some(vec![algorithm]), ..Settings::default() }
}

fn weight(coefficients: &[Coefficient], feature: &str) -> f64 {
    let found = coefficients.iter().find(|one| one.feature == feature);
    found.unwrap_or_else(|| panic!("{feature} in {coefficients:?}")).weight
}

/// `y = 3 a − 2 b + 10 where c is x + 5`, exactly.
fn exact() -> Table {
    let row = |i: i32| {
        let (a, b, c) = (i % 17, i * 7 % 23, if i * 3 % 7 < 3 { "x" } else { "z" });
        format!("{a},{b},{c},{}\n", 3 * a - 2 * b + if c == "x" { 10 } else { 0 } + 5)
    };
    read(&format!("a,b,c,y\n{}", (0..400).map(row).collect::<String>()))
}

#[test]
fn the_weights_of_a_linear_model_are_those_of_the_scaled_columns() {
    let table = exact();
    for target_scaling in [TargetScaling::None, TargetScaling::MinMax] {
        let trained = learn(&table, &Settings { target_scaling, ..by(Algorithm::Linear, "y") });
        let found = &trained.evaluation.coefficients;
        let names: Vec<_> = found.iter().map(|one| one.feature.as_str()).collect();
        // z is the commonest level and the base of the others.
        assert_eq!(names.len(), 4, "{names:?}");
        assert!((weight(found, "c = x") - 10.0).abs() < 1e-9, "{target_scaling:?}");
        // By standard deviation: a and b vary differently, their weights stand as 3 σ(a) to −2 σ(b).
        let (a, b) = (weight(found, "a"), weight(found, "b"));
        assert!((4.5 * 3.0..5.3 * 3.0).contains(&a), "{a}");
        assert!((-7.0 * 2.0..-6.2 * 2.0).contains(&b), "{b}");
        assert!(found.iter().all(|one| one.class.is_none()));
        assert!(found.windows(2).all(|pair| pair[0].weight.abs() >= pair[1].weight.abs()), "{found:?}");
        // At the mean of a and b with c = z the model answers the intercept.
        let intercept = weight(found, "(intercept)");
        assert!((3.0 * 8.0 - 2.0 * 11.0 + 5.0 - intercept).abs() < 2.0, "{intercept}");
    }
    let ridge = learn(&table, &by(Algorithm::Ridge, "y"));
    assert!(weight(&ridge.evaluation.coefficients, "c = z") < 0.0, "all levels have a weight");
    let descent = learn(&table, &by(Algorithm::GradientDescent, "y"));
    assert!(!descent.evaluation.coefficients.is_empty());
    let baseline = learn(&table, &by(Algorithm::Baseline, "y"));
    assert!(baseline.evaluation.coefficients.is_empty());
}

#[test]
fn every_class_of_three_has_weights_and_a_curve_and_two_share_theirs() {
    let iris = learn(&sample("iris"), &by(Algorithm::Logistic, "target"));
    let found = &iris.evaluation.coefficients;
    assert_eq!(found.len(), 3 * 5);
    for class in ["0", "1", "2"] {
        let of_class = found.iter().filter(|one| one.class.as_deref() == Some(class));
        assert_eq!(of_class.filter(|one| one.feature == "(intercept)").count(), 1);
    }
    assert_eq!(iris.evaluation.curves.len(), 3);
    let churn = learn(&sample("telco_churn"), &by(Algorithm::Logistic, "churn"));
    assert!(churn.evaluation.coefficients.iter().all(|one| one.class.is_none()));
    assert_eq!(churn.evaluation.curves.len(), 2);
    let auc = churn.leaderboard[churn.best].metrics["auc"];
    assert!(churn.evaluation.curves.iter().all(|curve| (curve.roc_auc - auc).abs() < 1e-12));
    assert!(weight(&churn.evaluation.coefficients, "contract = Month-to-month") > 0.0);
}

#[test]
fn many_weights_are_cut_to_the_largest_and_rare_levels_are_told_together() {
    let row = |i: u32| format!("{},{}\n", i % 500 / 2, i % 500 / 2 % 91);
    let rows: String = (0..5_000).map(|i| format!("l{}", row(i))).collect();
    let table = read(&format!("level,y\n{rows}"));
    let wide = learn(&table, &Settings { max_levels: 1_000, ..by(Algorithm::Ridge, "y") });
    let found = &wide.evaluation.coefficients;
    assert_eq!(found.len(), 200);
    assert!(found.iter().any(|one| one.feature == "(intercept)"));
    let few = learn(&table, &Settings { max_levels: 10, ..by(Algorithm::Ridge, "y") });
    let rare = few.evaluation.coefficients.iter().find(|one| one.feature.contains("rare values"));
    assert_eq!(rare.unwrap().feature, "level = (240 rare values)");
}

/// What a scorer answers for an example's cells, set one by one.
fn asked(trained: &Trained, row: &[(String, CellValue)]) -> Scores {
    let scorer = Scorer::from_artefact(&trained.artefact).unwrap();
    let mut batch = scorer.new_batch(1);
    for (feature, (name, cell)) in row.iter().enumerate() {
        assert_eq!(&scorer.schema().features[feature].name, name);
        let outcome = match cell {
            CellValue::Number(number) => batch.set_number(0, feature, *number),
            CellValue::Text(text) => batch.set_text(0, feature, text),
            CellValue::Missing => batch.set_missing(0, feature),
        };
        assert!(matches!(outcome, CellOutcome::Set | CellOutcome::UnknownLevel), "{name}: {cell:?}");
    }
    let mut scores = Scores::default();
    scorer.score_into(&batch, &mut scores);
    scores
}

#[test]
fn an_example_gives_its_answer_when_it_is_asked_again() {
    for (name, target) in [("penguins", "body_mass_g"), ("telco_churn", "churn"), ("iris", "target")] {
        let table = sample(name);
        let trained = learn(&table, &Settings { target: target.to_owned(), ..Settings::default() });
        let examples = &trained.evaluation.examples;
        assert_eq!(examples.len(), trained.rows.test.min(50), "{name}");
        for example in examples {
            let scores = asked(&trained, &example.row);
            let classes = &trained.artefact.schema().classes;
            match &example.predicted {
                CellValue::Number(number) => assert_eq!(scores.values, [*number]),
                CellValue::Text(label) => assert_eq!(&classes[scores.most_likely(0)], label),
                CellValue::Missing => panic!("an answer is missing"),
            }
            assert_ne!(example.actual, CellValue::Missing);
        }
        let right = examples.iter().filter(|example| example.actual == example.predicted).count();
        assert!(target == "body_mass_g" || right * 10 > examples.len() * 7, "{name}: {right}");
    }
}

#[test]
fn dates_truths_and_gaps_are_written_as_predict_takes_them() {
    let row = |i: u32| {
        let gap = if i.is_multiple_of(5) { String::new() } else { format!("{}.5", i % 13) };
        format!(
            "2024-01-{:02}T{:02}:00:00Z,{},{gap},{i}\n",
            i % 28 + 1,
            i % 24,
            ["yes", "no"][(i % 2) as usize]
        )
    };
    let table = read(&format!("when,sold,size,y\n{}", (0..200).map(row).collect::<String>()));
    let trained = learn(&table, &by(Algorithm::Linear, "y"));
    let examples = &trained.evaluation.examples;
    let cells: Vec<&CellValue> =
        examples.iter().flat_map(|example| &example.row).map(|(_, cell)| cell).collect();
    let has = |wanted: &dyn Fn(&CellValue) -> bool| cells.iter().any(|cell| wanted(cell));
    assert!(has(&|cell| matches!(cell, CellValue::Text(text) if text.starts_with("2024-01-"))));
    assert!(has(&|cell| matches!(cell, CellValue::Text(text) if text == "yes")));
    assert!(has(&|cell| matches!(cell, CellValue::Number(n) if n.fract() == 0.5)));
    assert!(has(&|cell| *cell == CellValue::Missing));
    for example in examples {
        assert_eq!(CellValue::Number(asked(&trained, &example.row).values[0]), example.predicted);
    }
}

#[test]
fn what_is_shown_of_a_wide_table_of_long_words_stays_small() {
    let columns = 300;
    let header: Vec<String> = (0..columns).map(|n| format!("column_{n}")).collect();
    let word = |i: usize, n: usize| format!("{}{}", "x".repeat(100), (i * 7 + n) % 3);
    let row = |i: usize| {
        let cells: Vec<String> = (0..columns).map(|n| word(i, n)).collect();
        format!("{},{}\n", cells.join(","), ["a", "b"][i % 2])
    };
    let table = read(&format!("{},y\n{}", header.join(","), (0..300).map(row).collect::<String>()));
    let trained = learn(&table, &by(Algorithm::Logistic, "y"));
    let seen = &trained.evaluation;
    assert!(!seen.examples.is_empty() && seen.examples.len() <= 50);
    let size = serde_json::to_string(&seen.examples).unwrap().len();
    assert!(size < 80_000, "{size}");
    let size = serde_json::to_string(seen).unwrap().len();
    assert!(size < 250_000, "{size}");
}
