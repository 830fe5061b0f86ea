//! From a table to the `f32` columns that trees see.

use super::objective::Labels;
use super::statistics::{Category, Sums};
use super::terms::{Texts, most_terms};
use super::{Input, narrowed};
use crate::prepare::{DatePart, Document, Facts, Plan};
use crate::random::SplitMix64;
use crate::table::{ColumnData, ColumnKind, Table};

/// Levels of a category that splits can be made by sets of; more become statistics of the target.
pub const MAX_SET_LEVELS: usize = 255;
/// Classes up to which a level becomes the share of each; with more it becomes its frequency's rank.
const MAX_SHARES: usize = 10;
/// Parts of the train rows, each of which takes its statistics from the others.
const FOLDS: u64 = 5;

/// The columns, input by input: one value for each row of the table, NaN where it is missing.
pub struct Matrix {
    /// One for each input.
    pub columns: Vec<Vec<f32>>,
    /// The number of rows.
    pub rows: usize,
}

/// How categories of up to 255 levels are told to trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CategoryCoding {
    /// By level, for splits by sets.
    Sets,
    /// By the rank of their names, for splits by a threshold: better on few rows.
    Ranks,
}

impl CategoryCoding {
    /// What serves a train part of this many rows.
    pub fn usual(rows: usize) -> Self {
        if rows < 300 { Self::Ranks } else { Self::Sets }
    }
}

/// The inputs, and which of them are statistics of the target.
#[derive(Debug, Clone)]
pub struct Encoding {
    /// The inputs.
    pub inputs: Vec<Input>,
    /// For each input the class whose share it is (0 for numbers), for those that are statistics of the target.
    statistics: Vec<Option<u32>>,
}

impl Encoding {
    /// Chooses the inputs, by the train rows alone. Labels and weights have one for each row of the table.
    pub fn choose(
        table: &Table,
        plan: &Plan,
        coding: CategoryCoding,
        train: &[u32],
        labels: Labels<'_>,
        weights: Option<&[f64]>,
    ) -> Self {
        let mut encoding = Self { inputs: Vec::new(), statistics: Vec::new() };
        let texts = plan.facts.iter().filter(|facts| matches!(facts, Facts::Text { .. })).count();
        let most = most_terms(texts, train.len());
        for (feature, facts) in (0..).zip(&plan.facts) {
            if let Some(column) = facts_of_number(facts) {
                let is_date =
                    plan.schema.get(feature as usize).is_some_and(|f| f.kind == ColumnKind::DateTime);
                encoding.numbers(feature, is_date, numbers(table, column), train);
            } else if let Some((column, level_of_code, levels)) = facts_of_category(facts) {
                if levels <= MAX_SET_LEVELS {
                    encoding.push(level(feature, levels, coding), None);
                } else {
                    let category = Category { codes: codes(table, column), level_of_code, levels };
                    encoding.target_statistics(feature, &category, train, labels, weights);
                }
            } else if let Some(texts) = facts_of_text(table, facts) {
                let inputs = texts.inputs(feature, train, labels, weights, most);
                inputs.into_iter().for_each(|input| encoding.push(input, None));
            }
        }
        encoding
    }

    fn push(&mut self, input: Input, statistic: Option<u32>) {
        self.inputs.push(input);
        self.statistics.push(statistic);
    }

    fn numbers(&mut self, feature: u32, is_date: bool, values: &[f64], train: &[u32]) {
        if !is_date {
            return self.push(Input::Number { feature }, None);
        }
        for part in DatePart::ALL {
            let mut seen = train.iter().filter_map(|row| values.get(*row as usize)).map(|v| part.of(*v));
            let first = seen.find(|value| !value.is_nan());
            let varies = seen.any(|value| !value.is_nan() && Some(value) != first);
            if part == DatePart::Seconds || varies {
                self.push(Input::DatePart { feature, part }, None);
            }
        }
    }

    fn target_statistics(
        &mut self,
        feature: u32,
        category: &Category<'_>,
        train: &[u32],
        labels: Labels<'_>,
        weights: Option<&[f64]>,
    ) {
        let classes: Vec<u32> = match labels {
            Labels::Numbers(_) | Labels::Classes { count: 0..=2, .. } => vec![1],
            Labels::Classes { count, .. } if count <= MAX_SHARES => (0..count as u32).collect(),
            Labels::Classes { .. } => {
                let mut held = vec![0.0_f32; category.levels];
                let levels = train.iter().filter_map(|row| category.level(*row));
                levels.for_each(|level| held.get_mut(level).into_iter().for_each(|held| *held += 1.0));
                let input = Input::Statistic { feature, values: held, missing: None, unknown: Some(0.0) };
                return self.push(input, None);
            }
        };
        for class in classes {
            let sums = Sums::over(category, train.iter().copied(), labels, class, weights);
            let values = (0..category.levels).map(|level| sums.statistic(level)).collect();
            let (missing, unknown) = (Some(sums.statistic(category.levels)), Some(sums.prior()));
            self.push(Input::Statistic { feature, values, missing, unknown }, Some(class));
        }
    }

    /// The columns to learn from: as [`encode`] makes them, but each train row's statistics of the target are taken
    /// from the train rows of other folds, so that no row sees its own target.
    pub fn train_matrix(
        &self,
        table: &Table,
        plan: &Plan,
        train: &[u32],
        labels: Labels<'_>,
        weights: Option<&[f64]>,
        seed: u64,
    ) -> Matrix {
        let mut matrix = encode(table, plan, &self.inputs);
        if self.statistics.iter().all(Option::is_none) {
            return matrix;
        }
        let mut random = SplitMix64::new(seed);
        let folds: Vec<u64> = train.iter().map(|_| random.below(FOLDS)).collect();
        let inputs = self.inputs.iter().zip(&self.statistics).zip(&mut matrix.columns);
        for ((input, statistic), values) in inputs {
            let (Input::Statistic { feature, .. }, Some(class)) = (input, statistic) else { continue };
            let facts = plan.facts.get(*feature as usize);
            let Some((column, level_of_code, levels)) = facts.and_then(facts_of_category) else { continue };
            let category = Category { codes: codes(table, column), level_of_code, levels };
            for fold in 0..FOLDS {
                let of = |is_in: bool| {
                    let rows = train.iter().zip(&folds);
                    rows.filter(move |(_, f)| (**f == fold) == is_in).map(|(row, _)| *row)
                };
                let sums = Sums::over(&category, of(false), labels, *class, weights);
                for row in of(true) {
                    let level = category.level(row).unwrap_or(levels);
                    if let Some(value) = values.get_mut(row as usize) {
                        *value = sums.statistic(level);
                    }
                }
            }
        }
        matrix
    }
}

/// The column of the table, where the feature is of numbers.
fn facts_of_number(facts: &Facts) -> Option<usize> {
    match facts {
        Facts::Number { table_column, .. } => Some(*table_column),
        Facts::Category { .. } | Facts::Text { .. } => None,
    }
}

/// The column of the table, the level of each of its codes and their number, where the feature is of categories.
fn facts_of_category(facts: &Facts) -> Option<(usize, &[u32], usize)> {
    match facts {
        Facts::Category { table_column, level_of_code, counts } => {
            Some((*table_column, level_of_code, counts.len()))
        }
        Facts::Number { .. } | Facts::Text { .. } => None,
    }
}

/// The texts, where the feature is of text.
fn facts_of_text<'a>(table: &'a Table, facts: &'a Facts) -> Option<Texts<'a>> {
    match facts {
        Facts::Text { table_column, documents, terms } => {
            Some(Texts { codes: codes(table, *table_column), documents, terms: *terms })
        }
        Facts::Number { .. } | Facts::Category { .. } => None,
    }
}

fn level(feature: u32, levels: usize, coding: CategoryCoding) -> Input {
    match coding {
        CategoryCoding::Sets => Input::Level { feature },
        CategoryCoding::Ranks => Input::Statistic {
            feature,
            values: (0..levels).map(|level| level as f32).collect(),
            missing: None,
            unknown: None,
        },
    }
}

fn numbers(table: &Table, column: usize) -> &[f64] {
    match table.columns.get(column).map(|column| &column.data) {
        Some(ColumnData::Numbers(values)) => values,
        Some(ColumnData::Categories { .. }) | None => &[],
    }
}

fn codes(table: &Table, column: usize) -> &[u32] {
    match table.columns.get(column).map(|column| &column.data) {
        Some(ColumnData::Categories { codes, .. }) => codes,
        Some(ColumnData::Numbers(_)) | None => &[],
    }
}

/// The columns that the inputs make of every row of the table.
pub fn encode(table: &Table, plan: &Plan, inputs: &[Input]) -> Matrix {
    let column = |input: &Input| -> Vec<f32> {
        let facts = |feature: &u32| plan.facts.get(*feature as usize);
        match input {
            Input::Number { feature } => {
                let column = facts(feature).and_then(facts_of_number);
                column.map_or(&[][..], |column| numbers(table, column)).iter().map(|v| narrowed(*v)).collect()
            }
            Input::DatePart { feature, part } => {
                let column = facts(feature).and_then(facts_of_number);
                let values = column.map_or(&[][..], |column| numbers(table, column));
                values.iter().map(|value| narrowed(part.of(*value))).collect()
            }
            Input::Term { feature, term } => texts(table, facts(feature), |document| document.weight(*term)),
            Input::Words { feature } => texts(table, facts(feature), |document| document.words),
            Input::Level { feature } => {
                let value = |category: &Category<'_>, row: u32| {
                    category.level(row).map_or(f32::NAN, |level| level as f32)
                };
                levels(table, facts(feature), value)
            }
            Input::Statistic { feature, values, missing, unknown } => {
                let value = |category: &Category<'_>, row: u32| match category.level(row) {
                    Some(level) => values.get(level).copied().unwrap_or(f32::NAN),
                    None if category.is_missing(row as usize) => missing.unwrap_or(f32::NAN),
                    None => unknown.unwrap_or(f32::NAN),
                };
                levels(table, facts(feature), value)
            }
        }
    };
    let mut columns: Vec<Vec<f32>> = inputs.iter().map(column).collect();
    // A column that the table does not have is missing in every row.
    columns.iter_mut().for_each(|column| column.resize(table.rows, f32::NAN));
    Matrix { columns, rows: table.rows }
}

fn texts(table: &Table, facts: Option<&Facts>, value: impl Fn(&Document) -> f32) -> Vec<f32> {
    let Some(texts) = facts.and_then(|facts| facts_of_text(table, facts)) else { return Vec::new() };
    (0..texts.codes.len() as u32).map(|row| texts.of(row).map_or(f32::NAN, &value)).collect()
}

fn levels(table: &Table, facts: Option<&Facts>, value: impl Fn(&Category<'_>, u32) -> f32) -> Vec<f32> {
    let Some((column, level_of_code, levels)) = facts.and_then(facts_of_category) else { return Vec::new() };
    let category = Category { codes: codes(table, column), level_of_code, levels };
    (0..category.codes.len() as u32).map(|row| value(&category, row)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Imputation;
    use crate::table::{Column, MISSING_CODE, parse_date_time};

    fn column(name: &str, kind: ColumnKind, data: ColumnData) -> Column {
        Column {
            name: name.to_owned(),
            kind,
            reason: String::new(),
            disagreeing: Vec::new(),
            data,
            writing: crate::csv::Writing::default(),
        }
    }

    /// A category of 300 levels, the last 30 only in the last tenth of 3,000 rows, and every 50th row missing.
    fn many_levels() -> Table {
        let code = |row: u32| match row {
            row if row % 50 == 0 => MISSING_CODE,
            row if row >= 2_700 => row % 300,
            row => row % 270,
        };
        let codes = (0..3_000).map(code).collect();
        let levels = (0..300).map(|level| format!("l{level:03}")).collect();
        let data = ColumnData::Categories { codes, levels };
        Table { columns: vec![column("c", ColumnKind::Category, data)], rows: 3_000 }
    }

    fn plan(table: &Table, train: &[u32]) -> Plan {
        let train: Vec<usize> = train.iter().map(|row| *row as usize).collect();
        let features: Vec<usize> = (0..table.columns.len()).collect();
        Plan::fit(table, &features, &train, Imputation::Mean, 100)
    }

    #[test]
    fn no_row_sees_its_own_target_in_a_statistic() {
        let table = many_levels();
        let train: Vec<u32> = (0..2_700).collect();
        let plan = plan(&table, &train);
        let mut y = vec![0.0; 3_000];
        y[17] = 1e6;
        let of = |y: &[f64]| {
            let labels = Labels::Numbers(y);
            let encoding = Encoding::choose(&table, &plan, CategoryCoding::Sets, &train, labels, None);
            (
                encoding.train_matrix(&table, &plan, &train, labels, None, 7),
                encode(&table, &plan, &encoding.inputs),
            )
        };
        let (learned, served) = of(&y);
        y[17] = -1e6;
        let (learned_other, served_other) = of(&y);
        assert_eq!(learned.columns[0][17], learned_other.columns[0][17]);
        assert_ne!(served.columns[0][17], served_other.columns[0][17]);
        let differing = (0..2_700).filter(|row| learned.columns[0][*row] != learned_other.columns[0][*row]);
        assert!(differing.count() > 1_000, "other folds see it");
    }

    #[test]
    fn more_levels_than_a_set_takes_become_statistics() {
        let table = many_levels();
        let train: Vec<u32> = (0..2_700).collect();
        let plan = plan(&table, &train);
        let y: Vec<f64> = (0..3_000).map(|row| f64::from(row % 270)).collect();
        let labels = Labels::Numbers(&y);
        // The train part holds 270 of the levels.
        let encoding = Encoding::choose(&table, &plan, CategoryCoding::Sets, &train, labels, None);
        let [Input::Statistic { values, missing, unknown, .. }] = encoding.inputs.as_slice() else {
            panic!("one statistic")
        };
        assert_eq!(values.len(), 270);
        assert!(values[0] < values[100] && values[100] < values[269]);
        let served = encode(&table, &plan, &encoding.inputs);
        assert_eq!(Some(served.columns[0][2_750]), *missing);
        assert_eq!(Some(served.columns[0][2_999]), *unknown, "level 299 is not in the train part");
        let classes: Vec<u32> = (0..3_000).map(|row| row % 3).collect();
        let labels = Labels::Classes { codes: &classes, count: 3 };
        let encoding = Encoding::choose(&table, &plan, CategoryCoding::Sets, &train, labels, None);
        assert_eq!(encoding.inputs.len(), 3, "the share of each class");
    }

    #[test]
    fn dates_become_the_parts_that_vary() {
        let dates = ["2024-01-01", "2024-02-01", "2024-03-01"];
        let mut seconds: Vec<f64> = dates.iter().map(|date| parse_date_time(date).unwrap()).collect();
        seconds.push(f64::NAN);
        let data = ColumnData::Numbers(seconds);
        let table = Table { columns: vec![column("when", ColumnKind::DateTime, data)], rows: 4 };
        let train = [0, 1, 2, 3];
        let plan = plan(&table, &train);
        let labels = Labels::Numbers(&[0.0; 4]);
        let encoding = Encoding::choose(&table, &plan, CategoryCoding::Sets, &train, labels, None);
        let parts = [DatePart::Seconds, DatePart::Month, DatePart::Weekday];
        assert_eq!(encoding.inputs, parts.map(|part| Input::DatePart { feature: 0, part }));
        let matrix = encode(&table, &plan, &encoding.inputs);
        assert_eq!(matrix.columns[1][..3], [1.0, 2.0, 3.0]);
        assert!(matrix.columns.iter().all(|column| column[3].is_nan()));
    }
}
