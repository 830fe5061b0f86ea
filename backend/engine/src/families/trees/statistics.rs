//! Statistics of the target by the level of a category, for categories of more levels than splits by sets take.

use super::narrowed;
use super::objective::Labels;
use crate::table::MISSING_CODE;

/// Rows of the whole that each level's statistic is smoothed with.
const SMOOTHING: f64 = 20.0;

/// A column of categories, in levels of the schema.
pub struct Category<'a> {
    pub codes: &'a [u32],
    pub level_of_code: &'a [u32],
    pub levels: usize,
}

impl Category<'_> {
    /// The level of a row; nothing when it is missing or the train part did not hold it.
    pub fn level(&self, row: u32) -> Option<usize> {
        let code = *self.codes.get(row as usize)?;
        let level = *self.level_of_code.get(code as usize)?;
        (level as usize).lt(&self.levels).then_some(level as usize)
    }

    pub fn is_missing(&self, row: usize) -> bool {
        self.codes.get(row).is_none_or(|code| *code == MISSING_CODE)
    }
}

/// Sums of the target by level, the missing value's last.
pub struct Sums {
    sums: Vec<(f64, f64)>,
    total: (f64, f64),
}

impl Sums {
    pub fn over(
        category: &Category<'_>,
        rows: impl Iterator<Item = u32>,
        labels: Labels<'_>,
        class: u32,
        weights: Option<&[f64]>,
    ) -> Self {
        let mut sums = Self { sums: vec![(0.0, 0.0); category.levels + 1], total: (0.0, 0.0) };
        for row in rows {
            let at = row as usize;
            let weight = weights.map_or(1.0, |weights| weights.get(at).copied().unwrap_or(0.0));
            let value = match labels {
                Labels::Numbers(values) => values.get(at).copied().unwrap_or(0.0),
                Labels::Classes { codes, .. } => f64::from(u8::from(codes.get(at) == Some(&class))),
            };
            let level = category.level(row).unwrap_or(category.levels);
            if let Some(sum) = sums.sums.get_mut(level) {
                *sum = (sum.0 + weight * value, sum.1 + weight);
                sums.total = (sums.total.0 + weight * value, sums.total.1 + weight);
            }
        }
        sums
    }

    fn mean(&self) -> f64 {
        if self.total.1 > 0.0 { self.total.0 / self.total.1 } else { 0.0 }
    }

    /// The mean of all rows.
    pub fn prior(&self) -> f32 {
        narrowed(self.mean())
    }

    /// The mean of the level's rows and of [`SMOOTHING`] rows of the overall mean.
    pub fn statistic(&self, level: usize) -> f32 {
        let (sum, weight) = self.sums.get(level).copied().unwrap_or((0.0, 0.0));
        narrowed((sum + SMOOTHING * self.mean()) / (weight + SMOOTHING))
    }
}
