//! What a model is asked in a CSV is read as the data that it learned from was; what it answers is scored as it is answered.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fmt::Write as _;

use engine::{
    Algorithm, CellOutcome, ColumnKind, Continue, Cost, DialectOverrides, IntakeOptions, Resources, Scorer,
    Scores, Settings, Split, Table, Trained,
};

fn learn(table: &Table, settings: &Settings) -> Trained {
    let resources = Resources { threads: 1, elapsed: None };
    engine::train(table, &settings.check(table).unwrap(), &resources, &mut |_| Continue::Go).unwrap()
}

/// Numbers with decimal commas, thousands, a unit and a code; days first; "k.A." for nothing.
fn german() -> Vec<[String; 6]> {
    let row = |at: usize| {
        let thousands = format!("{}.{:03},{}", 1 + at % 9, (at * 37) % 1_000, at % 10);
        [
            format!("{},{}", at % 40, at % 7),
            if at % 11 == 5 { "k.A.".to_owned() } else { thousands },
            format!("{},50 €", at % 30),
            format!("{:02}/{:02}/2024", 1 + at % 28, 1 + at % 12),
            format!("{:03}", at % 50),
            format!("{}", (at % 40) * 3 + at % 12),
        ]
    };
    (0..200).map(row).collect()
}

#[test]
fn cells_of_a_csv_are_read_as_the_data_was_that_the_model_learned_from() {
    let rows = german();
    let mut text = "amount;sum;price;day;code;y\n".to_owned();
    rows.iter().for_each(|row| writeln!(text, "{}", row.join(";")).unwrap());
    let mut options = IntakeOptions::default();
    let missing = Some(vec!["k.A.".to_owned()]);
    options.dialect = Some(DialectOverrides { missing, ..DialectOverrides::default() });
    options.kinds.insert("code".to_owned(), ColumnKind::Integer);
    let table = engine::read(text.as_bytes(), &options).unwrap().table;
    let kinds: Vec<ColumnKind> = table.columns.iter().map(|column| column.kind).collect();
    use ColumnKind::{DateTime, Integer, Number};
    assert_eq!(kinds, [Number, Number, Number, DateTime, Integer, Integer]);
    let algorithms = Some(vec![Algorithm::Ridge]);
    let settings = Settings { target: "y".to_owned(), algorithms, ..Settings::default() };
    let scorer = Scorer::from_artefact(&learn(&table, &settings).artefact).unwrap();
    let features = scorer.schema().features.len();
    assert_eq!(features, 5);
    let mut batch = scorer.new_batch(rows.len());
    for (at, row) in rows.iter().enumerate() {
        for (feature, cell) in row.iter().enumerate().take(features) {
            assert_eq!(batch.set_csv(at, feature, cell), CellOutcome::Set, "{cell}");
        }
        assert_eq!(batch.is_missing(at, 1), at % 11 == 5);
    }
    let (mut read, mut learned) = (Scores::default(), Scores::default());
    scorer.score_into(&batch, &mut read);
    let every: Vec<usize> = (0..rows.len()).collect();
    scorer.score_into(&scorer.batch_of(&table, &every), &mut learned);
    assert_eq!(read, learned);
    // A dollar is no euro, 13 no month of a day that comes first, and "NA" nothing that this data says for nothing.
    for (feature, odd) in [(2, "$3"), (3, "01/13/2024"), (1, "1.5"), (0, "NA"), (0, "abc")] {
        assert_eq!(batch.set_csv(0, feature, odd), CellOutcome::WrongKind, "{odd}");
    }
}

#[test]
fn a_plain_file_leaves_no_trace_in_its_model() {
    let mut text = "a,b,y\n".to_owned();
    (0..60).for_each(|at| writeln!(text, "{}.5,2024-01-{:02},{}", at % 7, 1 + at % 28, at).unwrap());
    let table = engine::read(text.as_bytes(), &IntakeOptions::default()).unwrap().table;
    let settings = Settings {
        target: "y".to_owned(),
        algorithms: Some(vec![Algorithm::Ridge]),
        task: Some(engine::Task::Regression),
        ..Settings::default()
    };
    let trained = learn(&table, &settings);
    assert!(trained.artefact.schema().features.iter().all(|feature| feature.writing.is_none()));
}

#[test]
fn labels_of_least_cost_are_the_ones_that_are_scored() {
    let mut text = "x,part,y\n".to_owned();
    for at in 0..600_usize {
        let (x, noise) = ((at * 61) % 100, (at * 37) % 100);
        let part = if at % 3 == 0 { "test" } else { "train" };
        writeln!(text, "{x},{part},{}", if x + noise / 2 > 90 { "ill" } else { "well" }).unwrap();
    }
    let table = engine::read(text.as_bytes(), &IntakeOptions::default()).unwrap().table;
    let plain = Settings {
        target: "y".to_owned(),
        algorithms: Some(vec![Algorithm::Logistic]),
        split: Split::Column { column: "part".to_owned() },
        ..Settings::default()
    };
    let (actual, predicted) = ("ill".to_owned(), "well".to_owned());
    let costs = Settings { costs: vec![Cost { actual, predicted, cost: 20.0 }], ..plain.clone() };
    let test: Vec<usize> = (0..600).step_by(3).collect();
    let counted = |settings: &Settings| {
        let trained = learn(&table, settings);
        let scorer = Scorer::from_artefact(&trained.artefact).unwrap();
        let mut scores = Scores::default();
        scorer.score_into(&scorer.batch_of(&table, &test), &mut scores);
        let mut counts = vec![vec![0; 2]; 2];
        for (at, row) in test.iter().enumerate() {
            let actual = usize::from(table.columns[2].text(*row).unwrap() == "well");
            counts[actual][scorer.label(scores.row(at))] += 1;
        }
        let confusion = trained.evaluation.confusion.clone().unwrap();
        assert_eq!(confusion.counts, counts);
        let right = (counts[0][0] + counts[1][1]) as f64 / test.len() as f64;
        let entry = &trained.leaderboard[trained.best];
        assert!((entry.metrics["accuracy"] - right).abs() < 1e-12);
        let second = 2.0 * counts[1][1] as f64 / (2 * counts[1][1] + counts[0][1] + counts[1][0]) as f64;
        assert!((entry.metrics["f1"] - second).abs() < 1e-12);
        let interval = trained.evaluation.intervals["accuracy"];
        assert!(interval.low <= right && right <= interval.high);
        let said = trained.notes.iter().any(|note| note.contains("least expected cost"));
        assert_eq!(said, !settings.costs.is_empty());
        counts
    };
    let (likely, cheap) = (counted(&plain), counted(&costs));
    assert!(cheap[0][1] < likely[0][1], "fewer ill ones are missed: {cheap:?} and {likely:?}");
}
