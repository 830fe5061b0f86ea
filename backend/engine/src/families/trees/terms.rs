//! Which terms of a text trees get as columns: those that say most of the target in the rows that are learned from.

use super::Input;
use super::objective::Labels;
use crate::prepare::Document;
use crate::table::MISSING_CODE;

/// Terms of all columns of text that become columns: each costs as much as a column of numbers.
const MAX_TERMS: usize = 128;
/// Terms of a column of text that become columns in any case.
const MIN_TERMS: usize = 16;
/// Cells that the terms take at most, unless that would be fewer than [`MIN_TERMS`] columns.
const MAX_CELLS: usize = 1 << 24;

/// A column of text.
pub struct Texts<'a> {
    /// The code of each row of the table.
    pub codes: &'a [u32],
    /// The text of each code.
    pub documents: &'a [Document],
    /// Terms of its vocabulary.
    pub terms: usize,
}

/// The terms of each column of text that become columns, where there are so many of them and so many rows.
pub fn most_terms(texts: usize, rows: usize) -> usize {
    (MAX_TERMS.min(MAX_CELLS / rows.max(1)) / texts.max(1)).max(MIN_TERMS)
}

impl<'a> Texts<'a> {
    /// The text of a row; none where it is missing.
    pub fn of(&self, row: u32) -> Option<&'a Document> {
        let code = self.codes.get(row as usize).copied().unwrap_or(MISSING_CODE);
        self.documents.get(code as usize)
    }

    /// The inputs for trees that learn from the train rows: the words' number and the terms of the greatest share of
    /// explained variance, of the target or of being in a class.
    pub fn inputs(
        &self,
        feature: u32,
        train: &[u32],
        labels: Labels<'_>,
        weights: Option<&[f64]>,
        most: usize,
    ) -> Vec<Input> {
        let shares = self.explained(train, labels, weights);
        let mut order: Vec<u32> =
            (0..self.terms as u32).filter(|term| shares[*term as usize] > 0.0).collect();
        order.sort_by(|a, b| shares[*b as usize].total_cmp(&shares[*a as usize]).then(a.cmp(b)));
        order.truncate(most);
        order.sort_unstable();
        let terms = order.into_iter().map(|term| Input::Term { feature, term });
        std::iter::once(Input::Words { feature }).chain(terms).collect()
    }

    /// For each term the share of its variance that lies between the classes, or its squared correlation with the
    /// target (up to a factor that all share).
    fn explained(&self, train: &[u32], labels: Labels<'_>, weights: Option<&[f64]>) -> Vec<f64> {
        let groups = if let Labels::Classes { count, .. } = labels { count.max(1) } else { 1 };
        let weight = |row: u32| weights.map_or(1.0, |w| w.get(row as usize).copied().unwrap_or(0.0));
        let total: f64 = train.iter().map(|row| weight(*row)).sum();
        let mean = match labels {
            Labels::Numbers(y) => {
                train.iter().map(|row| weight(*row) * y[*row as usize]).sum::<f64>() / total
            }
            Labels::Classes { .. } => 0.0,
        };
        // How far a row's label lies from the mean, and its group.
        let label = |row: u32| match labels {
            Labels::Numbers(y) => (y[row as usize] - mean, 0),
            Labels::Classes { codes, .. } => (1.0, codes[row as usize] as usize),
        };
        let (mut rows_of, mut of_label) = (vec![0.0; groups], vec![0.0; groups * self.terms]);
        let (mut sums, mut squares) = (vec![0.0; self.terms], vec![0.0; self.terms]);
        for row in train {
            let (weight, (y, group)) = (weight(*row), label(*row));
            if group >= groups {
                continue;
            }
            rows_of[group] += weight;
            for (term, x) in self.of(*row).into_iter().flat_map(|document| &document.terms) {
                let (at, x) = (*term as usize, f64::from(*x));
                sums[at] += weight * x;
                squares[at] += weight * x * x;
                of_label[group * self.terms + at] += weight * x * y;
            }
        }
        let share = |term: usize| {
            let within = squares[term] - sums[term] * sums[term] / total;
            let of_group = |group: usize| of_label[group * self.terms + term];
            let between = match labels {
                Labels::Numbers(_) => of_group(0) * of_group(0),
                Labels::Classes { .. } => {
                    let held = (0..groups).filter(|group| rows_of[*group] > 0.0);
                    let sum: f64 = held.map(|g| of_group(g) * of_group(g) / rows_of[g]).sum();
                    sum - sums[term] * sums[term] / total
                }
            };
            let share = between / within;
            if within > 0.0 && share.is_finite() { share } else { 0.0 }
        };
        (0..self.terms).map(share).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terms_that_tell_the_target_come_before_those_that_do_not() {
        // Term 0 stands in every second row, term 200 in the rows of the greater target, the others anywhere.
        let documents: Vec<Document> = (0..600_u32)
            .map(|row| {
                let mut terms: Vec<(u32, f32)> = if row % 2 == 0 { vec![(0, 0.5)] } else { Vec::new() };
                terms.push((1 + (row * 7919) % 199, 0.5));
                if row >= 300 {
                    terms.push((200, 0.5));
                }
                Document { terms, words: 3.0 }
            })
            .collect();
        let codes: Vec<u32> = (0..600).collect();
        let texts = Texts { codes: &codes, documents: &documents, terms: 201 };
        let numbers: Vec<f64> = (0..600).map(|row| f64::from(row >= 300)).collect();
        let classes: Vec<u32> = (0..600).map(|row| u32::from(row >= 300)).collect();
        for labels in [Labels::Numbers(&numbers), Labels::Classes { codes: &classes, count: 2 }] {
            let shares = texts.explained(&codes, labels, None);
            assert!((0..200).all(|term| shares[term] < shares[200] / 10.0));
            let inputs = texts.inputs(3, &codes, labels, None, 20);
            assert_eq!(inputs.len(), 21);
            assert!(inputs.contains(&Input::Term { feature: 3, term: 200 }));
            assert!(
                texts.inputs(3, &[], labels, None, 20) == [Input::Words { feature: 3 }],
                "no row, no term"
            );
        }
    }

    #[test]
    fn many_rows_and_many_texts_get_fewer_columns_each() {
        assert_eq!(most_terms(1, 1_000), 128);
        assert_eq!(most_terms(4, 1_000), 32);
        assert_eq!(most_terms(1, 1 << 18), 64);
        assert_eq!((most_terms(1, 1 << 30), most_terms(100, 10)), (16, 16));
    }
}
