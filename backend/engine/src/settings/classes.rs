//! How much rows and classes weigh in learning and in scores.

use super::{CheckedSettings, ClassWeights, Settings};
use crate::table::{ColumnData, Table};

impl Settings {
    /// How much each class weighs, by the rows of each (or the sums of their weights); `None` when all weigh 1.
    fn class_weights(&self, classes: &[String], rows: &[f64]) -> Option<Vec<f64>> {
        match &self.class_weights {
            ClassWeights::None => None,
            ClassWeights::Balanced => {
                let total: f64 = rows.iter().sum();
                let share = total / classes.len() as f64;
                Some(rows.iter().map(|rows| if *rows > 0.0 { share / rows } else { 1.0 }).collect())
            }
            ClassWeights::Given(given) => {
                Some(classes.iter().map(|class| given.get(class).copied().unwrap_or(1.0)).collect())
            }
        }
    }
}

impl CheckedSettings {
    /// How much each of `rows` weighs in scores: the column of weights; `None` when all weigh 1.
    pub(crate) fn row_weights(&self, table: &Table, rows: &[usize]) -> Option<Vec<f64>> {
        let column = table.columns.get(self.weight_column?)?;
        let ColumnData::Numbers(values) = &column.data else { return None };
        let weight = |row: &usize| values.get(*row).copied().filter(|w| *w >= 0.0).unwrap_or(0.0);
        Some(rows.iter().map(weight).collect())
    }

    /// How much each of `rows` weighs in learning: the column of weights times the weight of its class. `classes` has
    /// the class of each of `rows`, and the names. `None` when all weigh 1.
    pub(crate) fn learning_weights(
        &self,
        table: &Table,
        rows: &[usize],
        classes: Option<(&[u32], &[String])>,
    ) -> Option<Vec<f64>> {
        let weights = self.row_weights(table, rows);
        let Some((codes, names)) = classes else { return weights };
        let mut members = vec![0.0; names.len()];
        for (at, code) in codes.iter().enumerate() {
            if let Some(sum) = members.get_mut(*code as usize) {
                *sum += weights.as_ref().map_or(1.0, |w| w.get(at).copied().unwrap_or(0.0));
            }
        }
        let Some(by_class) = self.settings.class_weights(names, &members) else { return weights };
        let mut weights = weights.unwrap_or_else(|| vec![1.0; rows.len()]);
        for (weight, code) in weights.iter_mut().zip(codes) {
            *weight *= by_class.get(*code as usize).copied().unwrap_or(1.0);
        }
        Some(weights)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        ["a", "b", "c"].map(str::to_owned).to_vec()
    }

    #[test]
    fn balanced_classes_weigh_the_same_in_all() {
        let settings = Settings { class_weights: ClassWeights::Balanced, ..Settings::default() };
        let rows = [8.0, 1.0, 3.0];
        let weights = settings.class_weights(&names(), &rows).unwrap();
        assert!(weights.iter().zip(rows).all(|(weight, rows)| (weight * rows - 4.0).abs() < 1e-12));
    }
}
