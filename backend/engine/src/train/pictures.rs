//! What is shown of the served model beside its scores: curves, weights, and rows to try it with. Each is bounded, so
//! that what is kept of a model stays small however wide its table is.

use super::problem::Problem;
use crate::artefact::{Content, TargetScale};
use crate::families::Model;
use crate::metrics::{CellValue, Coefficient, Evaluation, Example, curves, most_likely};
use crate::prepare::Prepared;
use crate::scorer::Scores;
use crate::table::{Column, ColumnData, ColumnKind, Table, format_date_time};

/// Weights that are shown.
const MAX_COEFFICIENTS: usize = 200;
/// Intercepts that are shown however small they are.
const MAX_INTERCEPTS: usize = 50;
/// Rows that are shown.
const MAX_EXAMPLES: usize = 50;
/// Bytes that the shown rows may take, roughly, as text.
const MAX_EXAMPLE_BYTES: usize = 64 * 1024;
/// Characters of a level that are shown in the name of a weight.
const SHOWN_CHARACTERS: usize = 100;

/// The name of the constant.
const INTERCEPT: &str = "(intercept)";

/// Adds to the evaluation of the best model what only the best model needs. `answers` are its row-major answers to
/// the scored rows `rows`.
pub fn add(
    evaluation: &mut Evaluation,
    problem: &Problem<'_>,
    content: &Content,
    rows: &[usize],
    answers: &[f64],
) {
    evaluation.coefficients = coefficients(content);
    let names = problem.target.class_names();
    if !names.is_empty() {
        evaluation.curves = curves(&problem.target.codes(rows), answers, names);
    }
    let mut scores = Scores::default();
    scores.values.extend_from_slice(answers);
    scores.width = problem.target.width();
    evaluation.examples = examples(content, problem.table, rows, &scores);
}

/// The weights of a model, largest first; none for a baseline.
fn coefficients(content: &Content) -> Vec<Coefficient> {
    let of = |weights: &[f64], intercept: f64, class: Option<&String>| {
        let named = names(content).into_iter().zip(weights).map(|(name, weight)| (name, *weight));
        let with = [(INTERCEPT.to_owned(), intercept)].into_iter().chain(named);
        let one = |(feature, weight)| Coefficient { feature, class: class.cloned(), weight };
        with.map(one).collect::<Vec<_>>()
    };
    let all: Vec<Coefficient> = match &content.model {
        Model::Constant { .. } | Model::Shares { .. } | Model::Trees(_) | Model::Blend { .. } => {
            return Vec::new();
        }
        Model::Linear { intercept, weights } => {
            let (range, least) = match content.target_scale {
                TargetScale::MinMax { min, max } => (max - min, min),
                TargetScale::None | TargetScale::Log => (1.0, 0.0),
            };
            let weights: Vec<f64> = weights.iter().map(|weight| weight * range).collect();
            of(&weights, intercept * range + least, None)
        }
        Model::Logistic { intercepts, weights } => {
            let classes = &content.schema.classes;
            let one = |(at, (intercept, weights)): (usize, (&f64, &Vec<f64>))| {
                let class = classes.get(at).filter(|_| intercepts.len() > 1);
                of(weights, *intercept, class)
            };
            intercepts.iter().zip(weights).enumerate().flat_map(one).collect()
        }
    };
    largest(all)
}

/// The largest weights; intercepts are kept before them unless there are very many.
fn largest(mut all: Vec<Coefficient>) -> Vec<Coefficient> {
    let size = |one: &Coefficient| one.weight.abs();
    all.retain(|one| one.weight.is_finite());
    // Stable: equal weights stay in the order of the columns.
    all.sort_by(|a, b| size(b).total_cmp(&size(a)));
    let is_intercept = |one: &Coefficient| one.feature == INTERCEPT;
    let intercepts = all.iter().filter(|one| is_intercept(one)).count();
    let keep_all = intercepts <= MAX_INTERCEPTS;
    let mut room = if keep_all { MAX_COEFFICIENTS - intercepts } else { MAX_COEFFICIENTS };
    all.retain(|one| {
        let spared = keep_all && is_intercept(one);
        let kept = spared || room > 0;
        room -= usize::from(kept && !spared);
        kept
    });
    all
}

/// What each column of the matrix stands for.
fn names(content: &Content) -> Vec<String> {
    let mut names = vec![String::new(); content.preparation.width as usize];
    let mut levels_of = vec![0_usize; names.len()];
    for (feature, prepared) in content.schema.features.iter().zip(&content.preparation.features) {
        match prepared {
            Prepared::Number { column, .. } => {
                if let Some(name) = names.get_mut(*column as usize) {
                    name.clone_from(&feature.name);
                }
            }
            Prepared::Category { columns, .. } => {
                for (column, level) in columns.iter().zip(feature.levels.iter().flatten()) {
                    let Some(at) = column.map(|column| column as usize) else { continue };
                    let (Some(name), Some(count)) = (names.get_mut(at), levels_of.get_mut(at)) else {
                        continue;
                    };
                    *count += 1;
                    let level: String = level.chars().take(SHOWN_CHARACTERS).collect();
                    *name = match *count {
                        1 => format!("{} = {level}", feature.name),
                        more => format!("{} = ({more} rare values)", feature.name),
                    };
                }
            }
        }
    }
    names
}

/// Test rows evenly drawn, as many as fit.
fn examples(content: &Content, table: &Table, test: &[usize], scores: &Scores) -> Vec<Example> {
    let drawn = spread(test.len(), MAX_EXAMPLES);
    let sizes: Vec<usize> = drawn.iter().map(|at| size(content, table, test[*at])).collect();
    let average = sizes.iter().sum::<usize>() / sizes.len().max(1);
    let mut room = MAX_EXAMPLE_BYTES;
    let mut places = spread(drawn.len(), MAX_EXAMPLE_BYTES / average.max(1));
    places.retain(|place| {
        let fits = sizes[*place] <= room;
        room -= if fits { sizes[*place] } else { 0 };
        fits
    });
    places.into_iter().filter_map(|place| example(content, table, test, drawn[place], scores)).collect()
}

/// At most `most` places of `count`, evenly spread.
fn spread(count: usize, most: usize) -> Vec<usize> {
    let wanted = count.min(most);
    (0..wanted).map(|n| n * count / wanted).collect()
}

fn example(content: &Content, table: &Table, test: &[usize], at: usize, scores: &Scores) -> Option<Example> {
    let row = *test.get(at)?;
    let schema = &content.schema;
    let cells = schema.features.iter().map(|feature| {
        let value = table.column(&feature.name).map_or(CellValue::Missing, |column| value(column, row));
        (feature.name.clone(), value)
    });
    let target = table.column(&schema.target)?;
    let (actual, predicted) = if schema.classes.is_empty() {
        (value(target, row), number(*scores.row(at).first()?))
    } else {
        let label = schema.classes.get(most_likely(scores.row(at)))?;
        (target.text(row).map_or(CellValue::Missing, CellValue::Text), CellValue::Text(label.clone()))
    };
    Some(Example { row: cells.collect(), actual, predicted })
}

/// A cell as predict takes it: dates as text where that says all of them.
fn value(column: &Column, row: usize) -> CellValue {
    match &column.data {
        ColumnData::Numbers(values) => {
            let value = values.get(row).copied().unwrap_or(f64::NAN);
            let date = (column.kind == ColumnKind::DateTime).then(|| format_date_time(value)).flatten();
            date.map_or_else(|| number(value), CellValue::Text)
        }
        ColumnData::Categories { .. } => column.text(row).map_or(CellValue::Missing, CellValue::Text),
    }
}

fn number(value: f64) -> CellValue {
    if value.is_finite() { CellValue::Number(value) } else { CellValue::Missing }
}

/// The bytes that a row takes as text, roughly.
fn size(content: &Content, table: &Table, row: usize) -> usize {
    let of = |name: &String| {
        let cell = match table.column(name).map(|column| value(column, row)) {
            Some(CellValue::Text(text)) => text.len(),
            Some(CellValue::Number(_) | CellValue::Missing) | None => 8,
        };
        name.len() + cell + 6
    };
    content.schema.features.iter().map(|feature| of(&feature.name)).sum()
}
