use std::collections::BTreeMap;

use super::*;
use crate::artefact::{Lineage, TargetScale};
use crate::certainty::Conformal;
use crate::csv::{IntakeOptions, read};
use crate::export::random_models;
use crate::metrics::{CellValue, Interval};
use crate::prepare::{Preparation, Prepared};
use crate::scorer::{Feature, Schema};
use crate::settings::{Algorithm, Cost, Settings};
use crate::table::ColumnKind;

const ROWS: usize = 700;

/// `a` and `b` are numbers 0–9, `c` a colour; the errors are larger where it is red.
fn table() -> Table {
    let row = |i: usize| {
        let (a, b, c) = (i * 7 % 10, i * 3 % 11 % 10, ["red", "blue", "green"][i * 5 % 3]);
        let noise = (i * 31 % 17) as f64 / 8.0 - 1.0;
        let y = 3.0 * a as f64 + if c == "red" { 5.0 + 4.0 * noise } else { noise };
        let class = if y > 14.0 { "yes" } else { "no" };
        format!("{a},{b},{c},{y},{class}\n")
    };
    let text: String = (0..ROWS).map(row).collect();
    read(format!("a,b,c,y,class\n{text}").as_bytes(), &IntakeOptions::default()).unwrap().table
}

fn feature(name: &str, levels: Option<&[&str]>) -> Feature {
    let kind = if levels.is_some() { ColumnKind::Category } else { ColumnKind::Number };
    random_models::feature(name, kind, levels)
}

/// `3 a + 5 [c = red]`, as a number, or less 14 as the logit of "yes".
fn content(task: Task) -> Content {
    let classes =
        if task == Task::Regression { Vec::new() } else { ["no", "yes"].map(str::to_owned).to_vec() };
    let target = if task == Task::Regression { "y" } else { "class" };
    let weights = vec![3.0, 0.0, 5.0];
    let levels = ["blue", "green", "red"];
    let model = match task {
        Task::Regression => Model::Linear { intercept: 0.0, weights },
        Task::Classification => Model::Logistic { intercepts: vec![-14.0], weights: vec![weights] },
    };
    let number = |column| Prepared::Number { column, fill: 0.0, offset: 0.0, scale: 1.0 };
    Content {
        schema: Schema {
            features: vec![feature("a", None), feature("b", None), feature("c", Some(&levels))],
            target: target.to_owned(),
            task,
            classes,
        },
        algorithm: Algorithm::Linear,
        preparation: Preparation {
            features: vec![
                number(0),
                number(1),
                Prepared::Category { columns: vec![None, None, Some(2)], missing: None },
            ],
            width: 3,
        },
        means: Vec::new(),
        target_scale: TargetScale::None,
        model,
        calibration: None,
        conformal: None,
        settings: Settings { target: target.to_owned(), ..Settings::default() },
        scores: BTreeMap::new(),
        baseline: BTreeMap::new(),
        lineage: Lineage {
            dataset_sha256: String::new(),
            engine_version: String::new(),
            seed: 42,
            train_rows: 1,
            test_rows: 1,
            trials: 0,
        },
    }
}

/// The evaluation on all rows of the table.
fn evaluated(content: &Content, go_on: &mut dyn FnMut() -> bool) -> Evaluation {
    hurried(content, 1.0, go_on)
}

/// As of [`evaluated`], with a share of the usual work.
fn hurried(content: &Content, share: f64, go_on: &mut dyn FnMut() -> bool) -> Evaluation {
    let table = table();
    let rows: Vec<usize> = (0..table.rows).collect();
    let scorer = Scorer::from_content(content).unwrap();
    let mut scores = Scores::default();
    scorer.score_into(&scorer.batch_of(&table, &rows), &mut scores);
    let numbers: Vec<f64> =
        rows.iter().map(|r| table.column("y").unwrap().text(*r).unwrap().parse().unwrap()).collect();
    let classes: Vec<u32> =
        rows.iter().map(|r| u32::from(table.column("class").unwrap().text(*r).unwrap() == "yes")).collect();
    let actual = match content.schema.task {
        Task::Regression => Actual::Numbers(&numbers),
        Task::Classification => Actual::Classes(&classes),
    };
    let answers = &scores.values;
    let held = HeldOut {
        table: &table,
        rows: &rows,
        actual,
        answers,
        uncalibrated: None,
        weights: None,
        conformal: Learned::Elsewhere,
    };
    evaluate(content, &scorer, &held, share, go_on)
}

#[test]
fn with_little_time_every_picture_is_there_from_fewer_rows() {
    let content = content(Task::Regression);
    let (all, few) = (evaluated(&content, &mut || true), hurried(&content, 0.0, &mut || true));
    assert_eq!(few.importance.as_ref().unwrap().rows, 30);
    assert_eq!(few.importance.unwrap().features.len(), all.importance.unwrap().features.len());
    assert_eq!(few.segments.len(), all.segments.len());
    assert_eq!(few.partial_dependence[0].rows, 30);
    assert!(all.partial_dependence[0].rows > 30);
}

#[test]
fn what_a_model_does_not_use_has_no_importance_and_what_it_uses_has_what_it_is_worth() {
    let found = evaluated(&content(Task::Regression), &mut || true).importance.unwrap();
    let names: Vec<&str> = found.features.iter().map(|one| one.feature.as_str()).collect();
    assert_eq!(names, ["a", "c", "b"]);
    let b = &found.features[2];
    assert_eq!((b.importance, b.low, b.high), (0.0, 0.0, 0.0));
    assert_eq!((found.metric, found.rows, found.repeats), (Metric::Rmse, ROWS, 5));
    // Two independent draws of 3 a lie √2 · 3 σ(a) apart, beside the error that is there already.
    let a = &found.features[0];
    let spread = 2.0 * 9.0 * 8.25;
    let theory = (spread + found.score * found.score).sqrt() - found.score;
    assert!((a.importance - theory).abs() < 0.05 * theory, "{a:?} {theory}");
    assert!(a.low < a.importance && a.importance < a.high && a.low > 0.9 * theory);
}

#[test]
fn importance_of_classes_is_told_in_the_score_that_was_asked_for() {
    let mut of = content(Task::Classification);
    let found = evaluated(&of, &mut || true).importance.unwrap();
    assert_eq!((found.metric, found.features[0].feature.as_str()), (Metric::LogLoss, "a"));
    of.settings.metric = Some(Metric::F1);
    let found = evaluated(&of, &mut || true).importance.unwrap();
    assert_eq!(found.metric, Metric::Accuracy);
    let a = &found.features[0];
    assert!(a.importance > 0.2 && a.low < a.importance && a.importance < a.high, "{a:?}");
    assert!(a.importance < found.score);
}

#[test]
fn the_line_of_a_linear_model_is_straight_and_its_levels_lie_apart_by_their_weights() {
    let found = evaluated(&content(Task::Regression), &mut || true).partial_dependence;
    let names: Vec<&str> = found.iter().map(|one| one.feature.as_str()).collect();
    assert_eq!(names, ["a", "c"], "what is of no use has no line");
    let a = &found[0];
    assert_eq!(a.values, (0..10).map(|n| CellValue::Number(f64::from(n))).collect::<Vec<_>>());
    assert!(a.lines[0].means.windows(2).all(|pair| (pair[1] - pair[0] - 3.0).abs() < 1e-4));
    // Other features move an answer by 5 where c is red.
    assert!((a.lines[0].high[3] - a.lines[0].low[3] - 5.0).abs() < 1e-4, "{a:?}");
    let c = &found[1];
    let red = c.values.iter().position(|value| *value == CellValue::Text("red".to_owned())).unwrap();
    let mean = |at: usize| c.lines[0].means[at];
    assert!((mean(red) - mean((red + 1) % 3) - 5.0).abs() < 1e-4);
    assert_eq!((c.lines[0].class.as_deref(), c.rows), (None, 500));
    let classes = evaluated(&content(Task::Classification), &mut || true).partial_dependence;
    assert_eq!(classes[0].lines[0].class.as_deref(), Some("yes"));
    assert!(classes[0].lines[0].means.iter().all(|p| (0.0..=1.0).contains(p)));
}

#[test]
fn the_segment_where_the_model_errs_comes_first() {
    let found = evaluated(&content(Task::Regression), &mut || true).segments;
    let c = found.iter().find(|one| one.feature == "c").unwrap();
    assert_eq!((c.segments.len(), c.segments[0].label.as_str()), (3, "red"));
    let red = &c.segments[0];
    assert!(red.worse && !c.segments[1].worse && !c.segments[2].worse);
    assert!(red.score > 3.0 * c.segments[1].score, "{c:?}");
    assert!(red.interval.low < red.score && red.score < red.interval.high);
    assert_eq!(c.segments.iter().map(|s| s.rows).sum::<u64>(), ROWS as u64);
    let a = found.iter().find(|one| one.feature == "a").unwrap();
    assert_eq!(a.segments.len(), 5);
    let lowest = a.segments.iter().find(|s| s.from == Some(0.0)).unwrap();
    assert_eq!((lowest.label.as_str(), lowest.to), ("0 to 1", Some(1.0)));
    let (actual, predicted) = (lowest.actual.unwrap(), lowest.predicted.unwrap());
    assert!((actual - predicted).abs() < 0.5 && actual < 5.0);
}

#[test]
fn residuals_are_counted_once_and_lie_in_the_bands_of_their_predictions() {
    let found = evaluated(&content(Task::Regression), &mut || true).residuals.unwrap();
    assert_eq!(found.histogram.counts.iter().sum::<usize>(), ROWS);
    assert_eq!(found.histogram.edges.len(), found.histogram.counts.len() + 1);
    assert!(found.histogram.edges.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(found.bands.iter().map(|band| band.rows).sum::<u64>(), ROWS as u64);
    assert!(found.bands.windows(2).all(|pair| pair[0].to < pair[1].from));
    assert!(found.bands.iter().all(|band| band.quantiles.windows(2).all(|pair| pair[0] <= pair[1])));
    let constant = residuals::residuals(&[2.0; 30], &[1.0; 30]).unwrap();
    assert_eq!((constant.histogram.counts, constant.histogram.edges), (vec![30], vec![1.0, 1.0]));
    assert_eq!(constant.bands.len(), 1);
    assert!(residuals::residuals(&[], &[]).is_none());
    assert!(residuals::residuals(&[1.0], &[f64::NAN]).is_none());
}

#[test]
fn the_likeliest_rows_hold_what_they_are_said_to_hold() {
    let names = ["a", "b"].map(str::to_owned);
    let second = [0.9, 0.8, 0.5, 0.5, 0.1];
    let p: Vec<f64> = second.iter().flat_map(|p| [1.0 - p, *p]).collect();
    let found = gains::gains(&[1, 0, 1, 0, 0], &p, &names);
    let at = |share: f64| found[1].points.iter().find(|p| (p.rows - share).abs() < 1e-9).unwrap().found;
    assert_eq!((at(0.0), at(0.2), at(0.4), at(1.0)), (0.0, 0.5, 0.5, 1.0));
    // Of the two rows that share a probability one is found: blindly, half of it after one of them.
    assert_eq!(at(0.6), 0.75);
    assert_eq!((found[1].points[0].lift, found[1].points[50].lift), (2.5, 1.0));
    assert_eq!(found[1].share, 0.4);
    assert!(gains::gains(&[1, 1], &[0.5, 0.5, 0.4, 0.6], &names).is_empty());
    assert!(gains::gains(&[], &[], &names).is_empty());
}

#[test]
fn reliability_has_the_calibration_error_of_its_metric() {
    let evaluation = evaluated(&content(Task::Classification), &mut || true);
    let found = evaluation.reliability.unwrap();
    assert!(found.before.is_empty() && found.error_before.is_none());
    let interval = evaluation.intervals["calibration_error"];
    assert!(interval.low <= found.error_after && found.error_after <= interval.high);
    assert_eq!(found.after.iter().map(|point| point.rows).sum::<u64>(), ROWS as u64);
    assert!(found.after.iter().all(|p| p.low <= p.observed && p.observed <= p.high));
    let p = [[0.75, 0.25]; 4].concat();
    let both = reliability::reliability(&[0, 0, 1, 1], Some(&p), &[0.5; 8], 2).unwrap();
    assert_eq!((both.error_before, both.error_after), (Some(0.25), 0.0));
    assert_eq!((both.before[0].stated, both.before[0].observed), (0.25, 0.5));
    assert!(reliability::reliability(&[], None, &[], 2).is_none());
}

#[test]
fn the_threshold_follows_the_costs() {
    let names = ["no", "yes"].map(str::to_owned);
    let p: Vec<f64> = (0..100).flat_map(|n| [1.0 - f64::from(n) / 100.0, f64::from(n) / 100.0]).collect();
    // Of ten rows with p of about n / 10, n are members.
    let actual: Vec<u32> = (0..100).map(|n| u32::from(n % 10 < n / 10)).collect();
    let even = thresholds::thresholds(&actual, &p, None, &names, &[]).unwrap();
    assert_eq!((even.chosen, even.costs), (0.5, [[0.0, 1.0], [1.0, 0.0]]));
    assert!((even.best - 0.5).abs() <= 0.1, "{}", even.best);
    let nothing = even.points[100];
    assert_eq!((nothing.answered, nothing.precision, nothing.recall), (0.0, 1.0, 0.0));
    assert!((even.points[0].cost - 0.55).abs() < 1e-9 && (nothing.cost - 0.45).abs() < 1e-9);
    let missed = Cost { actual: "yes".to_owned(), predicted: "no".to_owned(), cost: 9.0 };
    let dear = thresholds::thresholds(&actual, &p, None, &names, &[missed]).unwrap();
    assert!((dear.chosen - 0.1).abs() < 1e-12 && dear.best <= 0.2, "{dear:?}");
    assert!(dear.best_cost <= dear.chosen_cost && dear.chosen_cost < dear.points[50].cost);
    let weights: Vec<f64> = actual.iter().map(|class| f64::from(*class) * 8.0 + 1.0).collect();
    let heavy = thresholds::thresholds(&actual, &p, Some(&weights), &names, &[]).unwrap();
    assert!(heavy.best <= 0.2, "nine rows of one class cost like nine: {}", heavy.best);
    assert!(thresholds::thresholds(&[0], &[0.2, 0.3, 0.5], None, &["a".to_owned()], &[]).is_none());
    assert!(thresholds::thresholds(&[], &[], None, &names, &[]).is_none());
    assert!(thresholds::thresholds(&[2], &[0.5, 0.5], None, &names, &[]).is_none());
}

#[test]
fn coverage_is_measured_on_the_held_out_rows() {
    let mut of = content(Task::Regression);
    assert!(evaluated(&of, &mut || true).coverage.is_empty());
    of.conformal = Conformal::fit_numbers(&[0.0; 99], &(0..99).map(f64::from).collect::<Vec<_>>());
    let found = evaluated(&of, &mut || true).coverage;
    assert_eq!(found.iter().map(|one| one.level).collect::<Vec<_>>(), COVERAGE_LEVELS);
    assert!(found.iter().all(|one| one.rows == ROWS as u64 && one.share == 1.0), "{found:?}");
    let mut of = content(Task::Classification);
    of.conformal = Conformal::fit_classes(&[1; 99], &[[0.4, 0.6]; 99].concat(), 2);
    assert!(evaluated(&of, &mut || true).coverage.iter().all(|one| one.share > 0.8));
}

#[test]
fn errors_that_were_learned_on_the_held_out_rows_are_not_judged_by_them() {
    let (mut of, table) = (content(Task::Regression), table());
    // So wide that every row is held at every level.
    of.conformal = Conformal::fit_numbers(&[1e6; 99], &[0.0; 99]);
    let scorer = Scorer::from_content(&of).unwrap();
    let rows: Vec<usize> = (0..table.rows).collect();
    let answers = vec![0.0; rows.len()];
    let numbers: Vec<f64> = (0..rows.len()).map(|row| ((row * 37) % rows.len()) as f64).collect();
    let share = |conformal| {
        let actual = Actual::Numbers(&numbers);
        let (table, rows, answers) = (&table, rows.as_slice(), answers.as_slice());
        let held = HeldOut { table, rows, actual, answers, uncalibrated: None, weights: None, conformal };
        evaluate(&of, &scorer, &held, 1.0, &mut || false).coverage[0].share
    };
    assert_eq!(share(Learned::Elsewhere), 1.0);
    assert!((share(Learned::Here) - COVERAGE_LEVELS[0]).abs() < 0.05, "{}", share(Learned::Here));
}

#[test]
fn an_evaluation_is_the_same_again_survives_being_stored_and_stays_small() {
    for task in [Task::Regression, Task::Classification] {
        let (one, two) = (evaluated(&content(task), &mut || true), evaluated(&content(task), &mut || true));
        assert!(one == two);
        let bytes = rmp_serde::to_vec_named(&one).unwrap();
        assert!(rmp_serde::from_slice::<Evaluation>(&bytes).unwrap() == one);
        let text = serde_json::to_string(&one).unwrap();
        assert!(serde_json::from_str::<Evaluation>(&text).is_ok() && text.len() < 200_000, "{}", text.len());
    }
    let old = serde_json::json!({ "test_rows": 3, "pairs": [], "confusion": null });
    assert_eq!(serde_json::from_value::<Evaluation>(old).unwrap().test_rows, 3);
}

#[test]
fn whoever_has_no_time_left_gets_what_is_there() {
    let none = evaluated(&content(Task::Regression), &mut || false);
    assert!(none.importance.is_none() && none.partial_dependence.is_empty() && none.segments.is_empty());
    assert!(none.residuals.is_some() && !none.intervals.is_empty());
    let mut asked = 0;
    let some = evaluated(&content(Task::Regression), &mut || {
        asked += 1;
        asked <= 20
    });
    assert!(some.importance.is_some() && !some.segments.is_empty());
    assert!(some.partial_dependence.len() < 2);
}

#[test]
fn no_row_and_one_row_are_no_reason_to_fall_over() {
    let table = table();
    for task in [Task::Regression, Task::Classification] {
        let content = content(task);
        let scorer = Scorer::from_content(&content).unwrap();
        for count in [0, 1, 2] {
            let rows: Vec<usize> = (0..count).collect();
            let (numbers, classes) = (vec![1.0; count], vec![9; count]);
            let (actual, width) = match task {
                Task::Regression => (Actual::Numbers(&numbers), 1),
                Task::Classification => (Actual::Classes(&classes), 2),
            };
            let answers = vec![0.5; count * width];
            let held = HeldOut {
                table: &table,
                rows: &rows,
                actual,
                answers: &answers,
                uncalibrated: Some(&answers),
                weights: None,
                conformal: Learned::Here,
            };
            let found = evaluate(&content, &scorer, &held, 1.0, &mut || true);
            assert_eq!(found.test_rows, count);
            // JSON has no NaN: it would become null, which is no number.
            let text = serde_json::to_string(&found).unwrap();
            assert!(serde_json::from_str::<Evaluation>(&text).unwrap() == found);
        }
    }
}

#[test]
fn a_mean_loss_has_the_interval_of_its_score() {
    let of = |values: &[f64]| loss::Mean::of(values.iter().map(|v| (*v, 1.0))).unwrap();
    let squares = of(&[1.0, 4.0, 9.0, 16.0]);
    // The standard error of the mean of four: √(Σ (x − 7.5)² / 3 / 4).
    assert!((squares.error - (129.0_f64 / 12.0).sqrt()).abs() < 1e-12);
    let interval = Loss::Squared.interval(squares);
    assert!((interval.high - (7.5 + 1.959_963_984_540_054 * squares.error).sqrt()).abs() < 1e-12);
    assert!(Loss::Squared.interval(of(&[1.0])) == Interval { low: 1.0, high: 1.0 });
    let wrong = of(&[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    let interval = Loss::Wrong.interval(wrong);
    assert!(interval.low > 0.5 && interval.low < 0.9 && interval.high < 1.0 && interval.high > 0.9);
    assert!(loss::Mean::of(std::iter::empty()).is_none());
    assert!(loss::Mean::of([(f64::NAN, 1.0)].into_iter()).is_none());
    assert_eq!(rounded(123_456_789.0), 123_456_789.0);
    assert_eq!(rounded(0.123_456_789), 0.123_457);
    assert_eq!((rounded(0.0), rounded(f64::NAN), rounded(-1e-9)), (0.0, 0.0, -1e-9));
}
