//! Free text is learned from: what words tell, whatever is written.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fmt::Write as _;

use engine::{
    Algorithm, Artefact, Batch, BoostingSettings, ColumnKind, Continue, ExportError, ForestSettings,
    IntakeOptions, Resources, Scorer, Scores, Settings, Table, Trained,
};

const GOOD: [&str; 6] = ["thank", "great", "helpful", "quick", "lovely", "works"];
const BAD: [&str; 6] = ["refund", "broken", "never", "late", "angry", "cancel"];
const OTHER: [&str; 16] = [
    "the", "order", "my", "parcel", "delivery", "and", "box", "shop", "a", "with", "today", "phone", "again",
    "colour", "was", "you",
];

/// Letters of customers: the mood follows from some of their words, the hours to answer from how many are bad.
fn letters(rows: usize) -> String {
    let mut state = 7_u64;
    let mut below = |bound: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as usize) % bound
    };
    let mut text = "letter,minutes,mood,hours\n".to_owned();
    for row in 0..rows {
        let is_bad = row % 2 == 0;
        let mut words: Vec<&str> = (0..8 + below(12)).map(|_| OTHER[below(OTHER.len())]).collect();
        let strong = 1 + below(3);
        for _ in 0..strong {
            let pool = if is_bad { &BAD } else { &GOOD };
            words.insert(below(words.len()), pool[below(pool.len())]);
        }
        let mood = if is_bad != (below(25) == 0) { "angry" } else { "pleased" };
        let hours = if is_bad { 20 + 10 * strong } else { 5 } + below(4);
        let letter = if row % 40 == 39 { String::new() } else { format!("\"{}.\"", words.join(" ")) };
        writeln!(text, "{letter},{},{mood},{hours}", below(60)).unwrap();
    }
    text
}

fn table(rows: usize) -> Table {
    let table = engine::read(letters(rows).as_bytes(), &IntakeOptions::default()).unwrap().table;
    assert_eq!(table.columns[0].kind, ColumnKind::Text);
    table
}

fn settings(target: &str, algorithms: &[Algorithm]) -> Settings {
    Settings {
        target: target.to_owned(),
        features: Some(vec!["letter".to_owned(), "minutes".to_owned()]),
        algorithms: Some(algorithms.to_vec()),
        boosting: BoostingSettings { max_rounds: Some(60), ..BoostingSettings::default() },
        forest: ForestSettings { trees: Some(20), ..ForestSettings::default() },
        ..Settings::default()
    }
}

fn learn(table: &Table, settings: &Settings, threads: usize) -> Trained {
    let resources = Resources { threads, elapsed: None };
    engine::train(table, &settings.check(table).unwrap(), &resources, &mut |_| Continue::Go).unwrap()
}

const FAMILIES: [(&str, &[Algorithm]); 5] = [
    ("mood", &[Algorithm::Logistic]),
    ("mood", &[Algorithm::Boosting]),
    ("mood", &[Algorithm::Forest, Algorithm::Logistic, Algorithm::Boosting, Algorithm::Ensemble]),
    ("hours", &[Algorithm::Ridge]),
    ("hours", &[Algorithm::ExtraTrees, Algorithm::Linear, Algorithm::Boosting, Algorithm::Ensemble]),
];

#[test]
fn what_words_tell_is_learned_and_the_text_is_named_as_the_reason() {
    let table = table(1_000);
    for (target, algorithms) in FAMILIES {
        let trained = learn(&table, &settings(target, algorithms), 2);
        let metric = if target == "mood" { "log_loss" } else { "rmse" };
        let (own, baseline) = (trained.leaderboard[trained.best].metrics[metric], trained.baseline[metric]);
        assert!(own < baseline * 0.6, "{algorithms:?}: {own} and {baseline}");
        assert!(trained.excluded.is_empty(), "{:?}", trained.excluded);
        let importance = trained.evaluation.importance.as_ref().unwrap();
        assert_eq!(importance.features[0].feature, "letter");
        assert!(trained.evaluation.partial_dependence.iter().all(|lines| lines.feature != "letter"));

        let scorer = Scorer::from_artefact(&trained.artefact).unwrap();
        let mut batch = scorer.new_batch(1);
        let _ = batch.set_text(0, 0, "my parcel was broken and late, refund");
        let _ = batch.set_number(0, 1, 30.0);
        let told = scorer.explain(&batch, 0, 0);
        assert!(told.features[0].abs() > 5.0 * told.features[1].abs(), "{told:?}");
    }
}

/// Texts of every sort.
fn odd_texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        " ",
        "unheard of words alone",
        "Refund! REFUND? refund...",
        "退款太慢了，非常生气",
        "ขอบคุณมาก",
        "शुक्रिया बहुत अच्छा",
        "спасибо, всё отлично",
        "e\u{301}\u{301}\u{200d}\u{fffd}\u{0}\n\t",
        "😀😀 👩‍👩‍👧 late",
        "ﷺ ǅ İ ß ſ",
    ]
    .map(str::to_owned)
    .into();
    texts.push("late refund ".repeat(9_000));
    texts.push("慢".repeat(35_000));
    texts.push("x".repeat(100_000));
    texts
}

fn answers(scorer: &Scorer, batch: &Batch) -> Vec<f64> {
    let mut scores = Scores::default();
    scorer.score_into(batch, &mut scores);
    scores.values
}

#[test]
fn whatever_is_written_has_a_finite_answer_that_its_contributions_add_up_to() {
    let table = table(600);
    let texts = odd_texts();
    for (target, algorithms) in FAMILIES {
        let artefact = learn(&table, &settings(target, algorithms), 2).artefact;
        let scorer = Scorer::from_artefact(&artefact).unwrap();
        let width = scorer.schema().classes.len().max(1);
        let mut batch = scorer.new_batch(texts.len() + 1);
        for (row, text) in texts.iter().enumerate() {
            assert_eq!(batch.set_text(row, 0, text), engine::CellOutcome::Set);
        }
        let all = answers(&scorer, &batch);
        assert!(all.iter().all(|value| value.is_finite()));
        // The last row is missing, and told so.
        assert_eq!(scorer.imputed(&batch, texts.len()), [0, 1]);
        assert!(!batch.is_missing(0, 0), "an empty text is a text");
        let mut alone = scorer.new_batch(0);
        for (row, text) in texts.iter().enumerate() {
            alone.reset(1);
            let _ = alone.set_text(0, 0, text);
            assert_eq!(answers(&scorer, &alone), all[row * width..(row + 1) * width], "{algorithms:?} {row}");
            for class in 0..width {
                let told = scorer.explain(&alone, 0, class);
                let sum = told.base + told.features.iter().sum::<f64>();
                assert!((sum - all[row * width + class]).abs() < 1e-6, "{algorithms:?} {row}");
            }
        }
        let mut cells = scorer.new_batch(2);
        for missing in ["", " ", "NA", "null"] {
            let _ = cells.set_csv(0, 0, missing);
            assert!(cells.is_missing(0, 0), "{missing:?}");
        }
        let _ = cells.set_csv(1, 0, "late refund");
        assert!(!cells.is_missing(1, 0));
    }
}

#[test]
fn a_model_of_texts_is_kept_and_shown_but_not_as_onnx() {
    let table = table(600);
    let trained = learn(&table, &settings("mood", FAMILIES[2].1), 2);
    let bytes = trained.artefact.to_bytes();
    assert_eq!(bytes[8..10], engine::FORMAT_VERSION.to_le_bytes());
    let again = Artefact::from_bytes(bytes).unwrap();
    let (one, other) = (Scorer::from_artefact(&trained.artefact), Scorer::from_artefact(&again));
    let rows: Vec<usize> = (0..600).collect();
    let of = |scorer: Scorer| answers(&scorer, &scorer.batch_of(&table, &rows));
    assert_eq!(of(one.unwrap()), of(other.unwrap()));
    let refused = engine::to_onnx(&again);
    assert_eq!(refused, Err(ExportError::Text { column: "letter".to_owned() }));
    assert!(refused.unwrap_err().to_string().contains("\"letter\""));
    assert!(engine::to_json(&again).unwrap().contains("\"idf\""));
    let card = engine::model_card(&again, &engine::CardFacts::default()).unwrap();
    assert!(card.contains("| letter | text | free text |"), "{card}");
    assert!(!bytes.windows(6).any(|window| window == b"angry "), "no word of the texts");
    let numbers = Settings { features: Some(vec!["minutes".to_owned()]), ..settings("mood", FAMILIES[0].1) };
    assert_eq!(learn(&table, &numbers, 1).artefact.to_bytes()[8..10], 2_u16.to_le_bytes());
}

#[test]
fn texts_give_one_model_on_any_number_of_threads() {
    let table = table(400);
    for (target, algorithms) in [FAMILIES[2], FAMILIES[4]] {
        let settings = Settings { trials: Some(6), ..settings(target, algorithms) };
        let first = learn(&table, &settings, 1).artefact.sha256_hex();
        for threads in [2, 4] {
            assert_eq!(learn(&table, &settings, threads).artefact.sha256_hex(), first, "{threads} threads");
        }
    }
}

#[test]
fn a_text_of_nothing_known_twice_still_trains() {
    let mut text = "note,y\n".to_owned();
    (0..60).for_each(|row| writeln!(text, "alone{row} {row}x words{row},{}", row % 7).unwrap());
    let table = engine::read(text.as_bytes(), &IntakeOptions::default()).unwrap().table;
    assert_eq!(table.columns[0].kind, ColumnKind::Text);
    let settings =
        Settings { target: "y".to_owned(), ..settings("y", &[Algorithm::Ridge, Algorithm::Boosting]) };
    learn(&table, &Settings { features: None, task: Some(engine::Task::Regression), ..settings }, 1);
}
