//! What the train part says of each feature: the numbers that every preparation is made of.

use super::cycle::{Cycle, found};
use super::{Document, MAX_WIDTH, OneHot, Preparation, Prepared, Vocabulary};
use crate::math::{deviation, mean, quantile};
use crate::scorer::{Example, Feature};
use crate::settings::{Imputation, Scaling};
use crate::table::{ColumnData, ColumnKind, MISSING_CODE, Table};

/// Terms of all columns of text together at most: their products are summed.
const MAX_TERMS: usize = 2_048;
/// Characters of a text that are kept as an example.
const EXAMPLE_CHARACTERS: usize = 200;

/// What the train part says of the features.
pub struct Plan {
    /// The features as the schema has them.
    pub schema: Vec<Feature>,
    /// What is known of each.
    pub facts: Vec<Facts>,
}

/// What is known of one feature.
pub enum Facts {
    /// Of a column of numbers.
    Number {
        /// Its place in the table.
        table_column: usize,
        /// What stands for a missing value.
        fill: f64,
        /// Mean, deviation, least and greatest of the filled column.
        scales: Scales,
        /// What repeats in a column of dates, not yet placed in a matrix; empty for other numbers.
        cycles: Vec<Cycle>,
    },
    /// Of a column of categories.
    Category {
        /// Its place in the table.
        table_column: usize,
        /// The schema's level of each code of the table; `MISSING_CODE` for levels outside of the train part.
        level_of_code: Vec<u32>,
        /// Train rows of each level of the schema.
        counts: Vec<usize>,
    },
    /// Of a column of text.
    Text {
        /// Its place in the table.
        table_column: usize,
        /// Each text of the table by its code.
        documents: Vec<Document>,
        /// Terms of the vocabulary.
        terms: usize,
    },
}

/// What a column of numbers can be scaled by.
#[derive(Debug, Clone, Copy)]
pub struct Scales {
    mean: f64,
    deviation: f64,
    min: f64,
    max: f64,
}

impl Scales {
    /// Measures a column without missing values.
    pub fn measure(values: &[f64]) -> Self {
        let mean = mean(values);
        let (min, max) =
            values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
        Self { mean, deviation: deviation(values, mean), min, max }
    }

    /// What is taken off and what is divided by; 1 for a column that does not vary.
    pub fn offset_and_scale(&self, scaling: Scaling) -> (f64, f64) {
        let (offset, scale) = match scaling {
            Scaling::Standard => (self.mean, self.deviation),
            Scaling::MinMax => (self.min, self.max - self.min),
            Scaling::None => (0.0, 1.0),
        };
        let sound = scale.is_finite() && scale > f64::MIN_POSITIVE && (1.0 / scale).is_finite();
        // A deviation that is only the rounding of its mean is no deviation.
        let varies = scaling == Scaling::None || scale > offset.abs() * 1e-14;
        (if offset.is_finite() { offset } else { 0.0 }, if sound && varies { scale } else { 1.0 })
    }
}

impl Plan {
    /// Looks at the train rows of the feature columns.
    pub fn fit(
        table: &Table,
        features: &[usize],
        train: &[usize],
        imputation: Imputation,
        text_terms: usize,
    ) -> Self {
        let is_text = |at: &&usize| table.columns.get(**at).is_some_and(|c| c.kind == ColumnKind::Text);
        let texts = features.iter().filter(is_text).count();
        let text_terms = text_terms.min(MAX_TERMS / texts.max(1));
        let mut plan = Self { schema: Vec::new(), facts: Vec::new() };
        for at in features {
            let Some(column) = table.columns.get(*at) else { continue };
            let (schema, facts) = match &column.data {
                ColumnData::Numbers(values) => {
                    let dates = column.kind == ColumnKind::DateTime;
                    number_facts(*at, values, train, imputation, if dates { found } else { |_| Vec::new() })
                }
                ColumnData::Categories { codes, levels } if column.kind == ColumnKind::Text => {
                    text_facts(*at, codes, levels, train, text_terms)
                }
                ColumnData::Categories { codes, levels } => category_facts(*at, codes, levels, train),
            };
            let writing = Some(column.writing.clone()).filter(|writing| !writing.is_plain());
            plan.schema.push(Feature { name: column.name.clone(), kind: column.kind, writing, ..schema });
            plan.facts.push(facts);
        }
        plan
    }

    /// The preparation for a family.
    pub fn preparation(&self, scaling: Scaling, one_hot: OneHot, max_levels: usize) -> Preparation {
        let of = |facts: &Facts| match facts {
            Facts::Number { cycles, .. } => 1 + cycles.iter().map(Cycle::width).sum::<usize>(),
            Facts::Category { .. } | Facts::Text { .. } => 0,
        };
        let numbers: usize = self.facts.iter().map(of).sum();
        let categories = self.facts.iter().filter(|f| matches!(f, Facts::Category { .. })).count();
        let terms: usize =
            self.facts.iter().map(|f| if let Facts::Text { terms, .. } = f { *terms } else { 0 }).sum();
        let room = MAX_WIDTH.saturating_sub(numbers + terms) / categories.max(1);
        let max_levels = max_levels.min(room).max(1);
        let (mut next_number, mut next_level) = (0, numbers as u32);
        let features = self.facts.iter().map(|facts| match facts {
            Facts::Number { fill, scales, cycles, .. } => {
                let ((offset, scale), fill) = (scales.offset_and_scale(scaling), *fill);
                let column = next_number;
                next_number += 1;
                if cycles.is_empty() {
                    return Prepared::Number { column, fill, offset, scale };
                }
                let mut cycles = cycles.clone();
                for cycle in &mut cycles {
                    cycle.column = next_number;
                    next_number += cycle.width() as u32;
                }
                Prepared::Date { column, fill, offset, scale, cycles }
            }
            Facts::Text { terms, .. } => Prepared::Text { column: 0, terms: *terms as u32 },
            Facts::Category { counts, .. } => one_hot_columns(counts, one_hot, max_levels, &mut next_level),
        });
        let mut features: Vec<Prepared> = features.collect();
        for prepared in &mut features {
            if let Prepared::Text { column, terms } = prepared {
                *column = next_level;
                next_level += *terms;
            }
        }
        Preparation { features, width: next_level }
    }
}

fn number_facts(
    at: usize,
    values: &[f64],
    train: &[usize],
    imputation: Imputation,
    cycles: fn(&[f64]) -> Vec<Cycle>,
) -> (Feature, Facts) {
    let column: Vec<f64> = train.iter().map(|row| values.get(*row).copied().unwrap_or(f64::NAN)).collect();
    let mut present: Vec<f64> = column.iter().copied().filter(|v| !v.is_nan()).collect();
    let example = present.first().copied();
    let cycles = cycles(&present);
    let fill = match imputation {
        _ if present.is_empty() => 0.0,
        Imputation::Mean => mean(&present),
        Imputation::Median => {
            present.sort_unstable_by(f64::total_cmp);
            quantile(&present, 0.5)
        }
    };
    let fill = if fill.is_finite() { fill } else { 0.0 };
    let filled: Vec<f64> = column.iter().map(|v| if v.is_nan() { fill } else { *v }).collect();
    let scales = Scales::measure(&filled);
    let feature = Feature {
        name: String::new(),
        kind: ColumnKind::Number,
        levels: None,
        min: example.map(|_| scales.min),
        max: example.map(|_| scales.max),
        example: example.map(Example::Number),
        text: None,
        writing: None,
    };
    (feature, Facts::Number { table_column: at, fill, scales, cycles })
}

fn category_facts(at: usize, codes: &[u32], levels: &[String], train: &[usize]) -> (Feature, Facts) {
    let mut held = vec![0_usize; levels.len()];
    let mut example = None;
    for row in train {
        let code = codes.get(*row).copied().unwrap_or(MISSING_CODE);
        if let Some(count) = held.get_mut(code as usize) {
            *count += 1;
            example = example.or_else(|| levels.get(code as usize).cloned());
        }
    }
    let mut order: Vec<usize> = (0..levels.len()).filter(|code| held[*code] > 0).collect();
    order.sort_by(|a, b| levels[*a].cmp(&levels[*b]));
    let mut level_of_code = vec![MISSING_CODE; levels.len()];
    for (level, code) in order.iter().enumerate() {
        level_of_code[*code] = level as u32;
    }
    let feature = Feature {
        name: String::new(),
        kind: ColumnKind::Category,
        levels: Some(order.iter().map(|code| levels[*code].clone()).collect()),
        min: None,
        max: None,
        example: example.map(Example::Text),
        text: None,
        writing: None,
    };
    let counts = order.iter().map(|code| held[*code]).collect();
    (feature, Facts::Category { table_column: at, level_of_code, counts })
}

fn text_facts(
    at: usize,
    codes: &[u32],
    levels: &[String],
    train: &[usize],
    most_terms: usize,
) -> (Feature, Facts) {
    let mut held = vec![0_usize; levels.len()];
    let mut example = None;
    for code in train.iter().filter_map(|row| codes.get(*row)) {
        if let Some(count) = held.get_mut(*code as usize) {
            *count += 1;
            example = example.or_else(|| levels.get(*code as usize));
        }
    }
    let vocabulary = Vocabulary::fit(levels, &held, most_terms);
    let read = |text: &String| {
        let mut document = Document::default();
        vocabulary.read(text, &mut document);
        document.terms.shrink_to_fit();
        document
    };
    let (documents, terms) = (levels.iter().map(read).collect(), vocabulary.terms());
    let example = example.map(|text| text.chars().take(EXAMPLE_CHARACTERS).collect());
    let feature = Feature {
        name: String::new(),
        kind: ColumnKind::Text,
        levels: None,
        min: None,
        max: None,
        example: example.map(Example::Text),
        text: Some(vocabulary),
        writing: None,
    };
    (feature, Facts::Text { table_column: at, documents, terms })
}

/// The columns of the levels: the most frequent ones have their own, the others share the last.
fn one_hot_columns(counts: &[usize], one_hot: OneHot, max_levels: usize, next: &mut u32) -> Prepared {
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|level| (std::cmp::Reverse(counts[*level]), *level));
    let mut columns = vec![None; counts.len()];
    let base = order.first().copied();
    let mut shared = None;
    for (rank, level) in order.into_iter().enumerate() {
        if one_hot == OneHot::DropBase && Some(level) == base {
            continue;
        }
        let own = rank < max_levels;
        let column = match shared {
            Some(column) if !own => column,
            _ => {
                let column = *next;
                *next += 1;
                column
            }
        };
        if !own {
            shared = Some(column);
        }
        columns[level] = Some(column);
    }
    let missing = base.and_then(|level| columns[level]);
    Prepared::Category { columns, missing }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_levels_share_a_column_and_the_base_has_none() {
        let mut next = 5;
        let Prepared::Category { columns, missing } =
            one_hot_columns(&[1, 9, 4, 1], OneHot::DropBase, 2, &mut next)
        else {
            panic!("a category")
        };
        assert_eq!((columns, missing, next), (vec![Some(6), None, Some(5), Some(6)], None, 7));
    }

    #[test]
    fn a_column_that_does_not_vary_is_divided_by_one() {
        let (offset, scale) = Scales::measure(&[0.1; 7]).offset_and_scale(Scaling::Standard);
        assert!((offset - 0.1).abs() < 1e-15 && scale == 1.0);
    }
}
