//! What boosting makes small: the squared error, the log-loss of two classes, or that of several.

use crate::math::{exp_all, ln};

/// What is learned: one for each row of the matrix.
#[derive(Debug, Clone, Copy)]
pub enum Labels<'a> {
    /// Numbers, on the scaled target.
    Numbers(&'a [f64]),
    /// Classes from 0 to `count` − 1.
    Classes {
        /// The class of each row.
        codes: &'a [u32],
        /// How many classes there are.
        count: usize,
    },
}

/// The greatest power of two at or below the greatest magnitude; 1 where all are 0. What is divided by it lies within
/// ±2, whatever its scale was, and loses no digit.
pub fn unit(values: impl Iterator<Item = f64>) -> f64 {
    let greatest = values.fold(0.0_f64, |most, value| most.max(value.abs()));
    if !greatest.is_finite() || greatest == 0.0 {
        return 1.0;
    }
    let (mut unit, mut rest) = (1.0_f64, greatest);
    while rest >= 2.0 {
        (unit, rest) = (unit * 2.0, rest / 2.0);
    }
    while rest < 1.0 {
        (unit, rest) = (unit / 2.0, rest * 2.0);
    }
    unit
}

/// Labels in the unit that learning calculates in.
pub struct Objective<'a> {
    labels: Labels<'a>,
    /// What numbers are divided by.
    pub unit: f64,
    /// Numbers in that unit, one for each row.
    numbers: Vec<f64>,
    /// How much each row weighs; all 1 without it.
    pub weights: Option<&'a [f64]>,
}

/// The gradient of the loss of a row by its sum, and its curvature.
pub struct Slopes {
    /// For each row.
    pub gradient: Vec<f64>,
    /// For each row; empty where it is 1 for all.
    pub curvature: Vec<f64>,
}

impl<'a> Objective<'a> {
    pub fn new(labels: Labels<'a>, weights: Option<&'a [f64]>, train: &[u32]) -> Self {
        let Labels::Numbers(values) = labels else {
            return Self { labels, unit: 1.0, numbers: Vec::new(), weights };
        };
        let unit = unit(train.iter().filter_map(|row| values.get(*row as usize).copied()));
        Self { labels, unit, numbers: values.iter().map(|value| value / unit).collect(), weights }
    }

    /// The weight of a row.
    pub fn weight(&self, row: u32) -> f64 {
        self.weights.map_or(1.0, |weights| weights.get(row as usize).copied().unwrap_or(0.0))
    }

    /// Whether the curvature of every row is 1.
    pub fn has_constant_curvature(&self) -> bool {
        matches!(self.labels, Labels::Numbers(_)) && self.weights.is_none()
    }

    fn number(&self, row: u32) -> f64 {
        self.numbers.get(row as usize).copied().unwrap_or(0.0)
    }

    fn class(&self, row: u32) -> usize {
        match self.labels {
            Labels::Classes { codes, .. } => codes.get(row as usize).map_or(0, |code| *code as usize),
            Labels::Numbers(_) => 0,
        }
    }

    /// What is answered before the first tree: the mean, or the logits of the shares.
    pub fn base(&self, train: &[u32]) -> Vec<f64> {
        let total: f64 = train.iter().map(|row| self.weight(*row)).sum();
        let total = if total > 0.0 { total } else { 1.0 };
        match self.labels {
            Labels::Numbers(_) => {
                let sum = |shift: f64| -> f64 {
                    train.iter().map(|row| self.weight(*row) * (self.number(*row) - shift)).sum::<f64>()
                        / total
                };
                let rough = sum(0.0);
                vec![rough + sum(rough)]
            }
            Labels::Classes { count, .. } => {
                let mut held = vec![0.0; count.max(2)];
                for row in train {
                    if let Some(held) = held.get_mut(self.class(*row)) {
                        *held += self.weight(*row);
                    }
                }
                // A class without rows has a small share, not none.
                let share = |held: f64| (held / total).clamp(1e-9, 1.0 - 1e-9);
                if count <= 2 {
                    let second = share(held.get(1).copied().unwrap_or(0.0));
                    return vec![ln(second / (1.0 - second))];
                }
                held.into_iter().map(|held| ln(share(held))).collect()
            }
        }
    }

    /// Fills in the slopes of sum `k` on the rows. `probabilities` are those of [`Self::probabilities`].
    pub fn slopes(
        &self,
        k: usize,
        rows: &[u32],
        sums: &[Vec<f64>],
        probabilities: &[Vec<f64>],
        into: &mut Slopes,
    ) {
        let sum_of = |row: u32| sums.get(k).and_then(|sums| sums.get(row as usize)).copied().unwrap_or(0.0);
        match self.labels {
            Labels::Numbers(_) => {
                for row in rows {
                    let weight = self.weight(*row);
                    set(&mut into.gradient, *row, weight * (sum_of(*row) - self.number(*row)));
                    if self.weights.is_some() {
                        set(&mut into.curvature, *row, weight);
                    }
                }
            }
            Labels::Classes { count, .. } => {
                let (target, factor) =
                    if count <= 2 { (1, 1.0) } else { (k, count as f64 / (count as f64 - 1.0)) };
                let Some(probabilities) = probabilities.get(k) else { return };
                for row in rows {
                    let p = probabilities.get(*row as usize).copied().unwrap_or(0.5);
                    let weight = self.weight(*row);
                    let is = f64::from(u8::from(self.class(*row) == target));
                    set(&mut into.gradient, *row, weight * (p - is));
                    set(&mut into.curvature, *row, weight * factor * p * (1.0 - p));
                }
            }
        }
    }

    /// Fills in the probabilities that the sums of the rows stand for: of the second of two classes, else of each.
    pub fn probabilities(&self, rows: &[u32], sums: &[Vec<f64>], into: &mut [Vec<f64>]) {
        if matches!(self.labels, Labels::Numbers(_)) {
            return;
        }
        let of = |sums: &Vec<f64>, row: &u32| sums.get(*row as usize).copied().unwrap_or(0.0);
        if let ([sums], [into]) = (sums, &mut *into) {
            let mut some = [0.0; 64];
            for rows in rows.chunks(some.len()) {
                some.iter_mut().zip(rows).for_each(|(x, row)| *x = -of(sums, row));
                exp_all(&mut some);
                for (row, e) in rows.iter().zip(&some) {
                    set(into, *row, 1.0 / (1.0 + e));
                }
            }
            return;
        }
        let mut one = Vec::with_capacity(sums.len());
        for row in rows {
            one.clear();
            one.extend(sums.iter().map(|sums| of(sums, row)));
            let top = one.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            one.iter_mut().for_each(|x| *x -= top);
            exp_all(&mut one);
            let total: f64 = one.iter().sum();
            for (into, e) in into.iter_mut().zip(&one) {
                set(into, *row, e / total);
            }
        }
    }

    /// The loss on the rows: the root of the mean squared error in the target's unit, or the mean log-loss.
    pub fn loss(&self, rows: &[u32], sums: &[Vec<f64>], probabilities: &[Vec<f64>]) -> f64 {
        let total: f64 = match self.weights {
            None => rows.len() as f64,
            Some(_) => rows.iter().map(|row| self.weight(*row)).sum(),
        };
        if total <= 0.0 {
            return 0.0;
        }
        match self.labels {
            Labels::Numbers(_) => {
                let Some(sums) = sums.first() else { return 0.0 };
                let error = |row: u32| sums.get(row as usize).copied().unwrap_or(0.0) - self.number(row);
                let squares: f64 = rows.iter().map(|row| self.weight(*row) * error(*row) * error(*row)).sum();
                (squares / total).sqrt() * self.unit
            }
            Labels::Classes { .. } => {
                let losses = rows.chunks(16).map(|rows| self.log_loss(rows, probabilities));
                losses.sum::<f64>() / total
            }
        }
    }

    /// The sum of `−ln p` of the rows' classes. One logarithm serves up to 16 rows of weight 1, whose product of
    /// probabilities of at least 1e-15 is no smaller than 1e-240.
    fn log_loss(&self, rows: &[u32], probabilities: &[Vec<f64>]) -> f64 {
        let of_class = |row: u32| {
            let class = self.class(row);
            let p = match probabilities {
                [second] => {
                    let p = second.get(row as usize).copied().unwrap_or(0.5);
                    if class == 1 { p } else { 1.0 - p }
                }
                all => all.get(class).and_then(|p| p.get(row as usize)).copied().unwrap_or(0.5),
            };
            p.max(1e-15)
        };
        if self.weights.is_some() {
            return rows.iter().map(|row| -self.weight(*row) * ln(of_class(*row))).sum();
        }
        -ln(rows.iter().map(|row| of_class(*row)).product())
    }
}

fn set(values: &mut [f64], row: u32, value: f64) {
    if let Some(cell) = values.get_mut(row as usize) {
        *cell = value;
    }
}
