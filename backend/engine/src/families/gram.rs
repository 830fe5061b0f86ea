//! The normal equations: `XᵀX`, `Xᵀy` of a matrix with a column of ones, and their solution by Cholesky.
//!
//! Sums run over blocks of rows in a fixed order with a fixed number of partial sums, so that the same matrix gives the
//! same bits on every machine.

use std::ops::Range;

use ndarray::{Array1, Array2, Axis, s};

use crate::math::{line, line_mut};
use crate::prepare::{Design, NO_COLUMN};

/// The caller asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

/// Rows of a block.
const BLOCK: usize = 64;
/// A pivot below this share of its diagonal means a dependent column.
const RANK_TOLERANCE: f64 = 1e-11;

/// `XᵀX` and `Xᵀy`, the column of ones last.
#[derive(Clone)]
pub struct Gram {
    /// Rows of the matrix, or the sum of their weights.
    pub rows: f64,
    /// Symmetric, filled on both sides.
    pub xx: Array2<f64>,
    /// One for each column.
    pub xy: Array1<f64>,
    /// `yᵀy`.
    pub yy: f64,
}

/// Partial sums that the compiler may keep in one register; their order is fixed.
fn lane_dot(a: &[f64], b: &[f64]) -> f64 {
    let mut lanes = [0.0; 8];
    let (a_chunks, a_rest) = a.as_chunks::<8>();
    let (b_chunks, b_rest) = b.as_chunks::<8>();
    for (x, y) in a_chunks.iter().zip(b_chunks) {
        for lane in 0..8 {
            lanes[lane] += x[lane] * y[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7])) + rest
}

/// The matrix times the vector.
fn product(matrix: &Array2<f64>, w: &Array1<f64>) -> Array1<f64> {
    matrix.rows().into_iter().map(|row| lane_dot(line(row), line(w.view()))).collect()
}

impl Gram {
    /// Sums over all rows, each as often as its weight says (once without `weights`). `go_on` is asked between blocks.
    pub fn build(
        design: &Design,
        y: &[f64],
        weights: Option<&[f64]>,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Self, Stopped> {
        let (size, rows) = (design.width + 1, design.rows());
        let (xx, xy) = (Array2::zeros((size, size)), Array1::zeros(size));
        let mut gram = Self { rows: 0.0, xx, xy, yy: 0.0 };
        let mut block = Block {
            numbers: Array2::zeros((design.numbers.ncols(), BLOCK)),
            weighted: Array2::zeros((if weights.is_some() { design.numbers.ncols() } else { 0 }, BLOCK)),
        };
        for (number, start) in (0..rows).step_by(BLOCK).enumerate() {
            if number.is_multiple_of(64) && !go_on() {
                return Err(Stopped);
            }
            gram.add_block(design, y, weights, start..(start + BLOCK).min(rows), &mut block);
        }
        gram.rows = gram.xx[[size - 1, size - 1]];
        for i in 0..size {
            for j in 0..i {
                gram.xx[[j, i]] = gram.xx[[i, j]];
            }
        }
        Ok(gram)
    }

    /// Columns with that of ones.
    pub fn size(&self) -> usize {
        self.xy.len()
    }

    /// Adds rows to the lower triangle.
    fn add_block(
        &mut self,
        design: &Design,
        y: &[f64],
        weights: Option<&[f64]>,
        rows: Range<usize>,
        block: &mut Block,
    ) {
        let (last, count, targets) = (self.size() - 1, rows.len(), &y[rows.clone()]);
        let ones = [1.0; BLOCK];
        let weights = weights.map(|weights| &weights[rows.clone()]);
        let columns = block.load(design, rows.clone(), weights);
        for (i, (_, weighted)) in columns.iter().enumerate() {
            for (sum, (other, _)) in self.xx.row_mut(i).iter_mut().zip(&columns[..=i]) {
                *sum += lane_dot(weighted, other);
            }
            self.xy[i] += lane_dot(weighted, targets);
            self.xx[[last, i]] += weighted.iter().sum::<f64>();
        }
        let weights = weights.unwrap_or(&ones[..count]);
        for ((row, target), weight) in rows.zip(targets).zip(weights) {
            let (numbers, ones) = design.row(row);
            self.add_terms((numbers, ones, design.terms(row)), *target, *weight);
            for (k, hot) in ones.iter().enumerate() {
                if *hot == NO_COLUMN {
                    continue;
                }
                let sums = line_mut(self.xx.row_mut(*hot as usize));
                for (sum, value) in sums.iter_mut().zip(numbers) {
                    *sum += value * weight;
                }
                // Levels come in rising order of their feature, so that the earlier ones lie left of the diagonal.
                for other in ones[..=k].iter().filter(|other| **other != NO_COLUMN) {
                    sums[*other as usize] += weight;
                }
                self.xx[[last, *hot as usize]] += weight;
                self.xy[*hot as usize] += target * weight;
            }
        }
        let weighted: Vec<f64> = targets.iter().zip(weights).map(|(y, w)| y * w).collect();
        self.xx[[last, last]] += weights.iter().sum::<f64>();
        self.xy[last] += weighted.iter().sum::<f64>();
        self.yy += lane_dot(&weighted, targets);
    }

    /// Adds the terms of a row to the lower triangle; their columns come after all others and rise.
    fn add_terms(&mut self, row: (&[f64], &[u32], &[(u32, f32)]), target: f64, weight: f64) {
        let (last, (numbers, ones, terms)) = (self.size() - 1, row);
        for (k, (column, value)) in terms.iter().enumerate() {
            let value = f64::from(*value) * weight;
            let sums = line_mut(self.xx.row_mut(*column as usize));
            sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += number * value);
            ones.iter().filter(|one| **one != NO_COLUMN).for_each(|one| sums[*one as usize] += value);
            for (other, of_other) in &terms[..=k] {
                sums[*other as usize] += value * f64::from(*of_other);
            }
            self.xx[[last, *column as usize]] += value;
            self.xy[*column as usize] += target * value;
        }
    }

    /// `XᵀX w`.
    pub fn times(&self, w: &Array1<f64>) -> Array1<f64> {
        product(&self.xx, w)
    }

    /// The mean squared error of the weights on the rows that were summed, never below 0.
    pub fn loss(&self, w: &Array1<f64>, xxw: &Array1<f64>) -> f64 {
        let cross = lane_dot(line(self.xy.view()), line(w.view()));
        let square = lane_dot(line(w.view()), line(xxw.view()));
        ((self.yy - 2.0 * cross + square) / self.rows).max(0.0)
    }

    /// The sum of the squared errors of the weights on the rows that were summed, never below 0.
    pub fn squared_error(&self, w: &Array1<f64>) -> f64 {
        self.loss(w, &self.times(w)) * self.rows
    }

    /// The sums over the rows that `part` does not hold.
    pub fn without(&self, part: &Self) -> Self {
        Self {
            rows: self.rows - part.rows,
            xx: &self.xx - &part.xx,
            xy: &self.xy - &part.xy,
            yy: self.yy - part.yy,
        }
    }

    /// `α` for every column but that of ones.
    pub fn ridge_penalty(&self, alpha: f64) -> Array1<f64> {
        let mut penalty = Array1::from_elem(self.size(), alpha);
        penalty[self.size() - 1] = 0.0;
        penalty
    }

    /// Solves `(XᵀX + diag(penalty)) w = Xᵀy`, refined once; `Ok(None)` when a column depends on others.
    pub fn solve(
        &self,
        penalty: &Array1<f64>,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Option<Array1<f64>>, Stopped> {
        let mut matrix = self.xx.clone();
        matrix.diag_mut().zip_mut_with(penalty, |diagonal, extra| *diagonal += extra);
        let mut factor = matrix.clone();
        if !cholesky(&mut factor, go_on)? {
            return Ok(None);
        }
        let w = substitute(&factor, &self.xy);
        let residual = &self.xy - product(&matrix, &w);
        Ok(Some(w + substitute(&factor, &residual)))
    }
}

/// Rows of a matrix, column by column.
struct Block {
    numbers: Array2<f64>,
    /// The same times the weights of the rows; empty without weights.
    weighted: Array2<f64>,
}

impl Block {
    /// Loads the numbers of some rows; gives each column plain and weighted.
    fn load(
        &mut self,
        design: &Design,
        rows: Range<usize>,
        weights: Option<&[f64]>,
    ) -> Vec<(&[f64], &[f64])> {
        let count = rows.len();
        self.numbers.slice_mut(s![.., ..count]).assign(&design.numbers.slice(s![rows, ..]).t());
        for (from, mut to) in self.numbers.rows().into_iter().zip(self.weighted.rows_mut()) {
            for ((to, x), weight) in to.iter_mut().zip(from).zip(weights.unwrap_or_default()) {
                *to = x * weight;
            }
        }
        let plain = self.numbers.rows().into_iter().map(|column| &line(column)[..count]);
        if weights.is_none() {
            return plain.map(|column| (column, column)).collect();
        }
        plain.zip(self.weighted.rows().into_iter().map(|column| &line(column)[..count])).collect()
    }
}

/// Replaces the lower triangle by its Cholesky factor; false when a pivot vanishes.
fn cholesky(a: &mut Array2<f64>, go_on: &mut dyn FnMut() -> bool) -> Result<bool, Stopped> {
    for i in 0..a.nrows() {
        if i.is_multiple_of(32) && !go_on() {
            return Err(Stopped);
        }
        let (above, mut below) = a.view_mut().split_at(Axis(0), i);
        let row = line_mut(below.row_mut(0));
        for j in 0..i {
            let other = line(above.row(j));
            row[j] = (row[j] - lane_dot(&row[..j], &other[..j])) / other[j];
        }
        let diagonal = row[i];
        let pivot = diagonal - lane_dot(&row[..i], &row[..i]);
        // Written so that NaN fails too.
        if !(pivot > RANK_TOLERANCE * diagonal && pivot > 0.0 && pivot.is_finite()) {
            return Ok(false);
        }
        row[i] = pivot.sqrt();
    }
    Ok(true)
}

/// Solves `L Lᵀ w = b`.
fn substitute(factor: &Array2<f64>, b: &Array1<f64>) -> Array1<f64> {
    let mut w = b.to_vec();
    for (i, row) in factor.rows().into_iter().map(line).enumerate() {
        w[i] = (w[i] - lane_dot(&row[..i], &w[..i])) / row[i];
    }
    for (i, row) in factor.rows().into_iter().map(line).enumerate().rev() {
        w[i] /= row[i];
        let known = w[i];
        for (value, share) in w[..i].iter_mut().zip(row) {
            *value -= share * known;
        }
    }
    w.into()
}

#[cfg(test)]
mod tests {
    use ndarray::arr2;

    use super::*;

    fn gram(rows: &[[f64; 2]], y: &[f64]) -> Gram {
        let (numbers, ones) = (arr2(rows), Array2::default((rows.len(), 0)));
        let design = Design::plain(2, numbers, ones);
        Gram::build(&design, y, None, &mut || true).unwrap()
    }

    #[test]
    fn a_plane_is_found() {
        let rows = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [2.0, 5.0]];
        let y: Vec<f64> = rows.iter().map(|[a, b]| 3.0 * a - 2.0 * b + 7.0).collect();
        let w = gram(&rows, &y).solve(&Array1::zeros(3), &mut || true).unwrap().unwrap();
        for (found, wanted) in w.iter().zip([3.0, -2.0, 7.0]) {
            assert!((found - wanted).abs() < 1e-12);
        }
    }

    #[test]
    fn a_weight_of_two_is_a_row_that_comes_twice() {
        let (once, y) = ([[1.0, 5.0], [2.0, -1.0], [0.5, 3.0], [4.0, 4.0]], [1.0, 2.0, 4.0, 8.0]);
        let ones = ndarray::arr2(&[[2_u32], [3], [NO_COLUMN], [2]]);
        let design = Design::plain(4, arr2(&once), ones);
        let weighted = Gram::build(&design, &y, Some(&[2.0, 1.0, 0.0, 2.0]), &mut || true).unwrap();
        let twice = design.take(&[0, 0, 1, 3, 3]);
        let repeated = Gram::build(&twice, &[1.0, 1.0, 2.0, 8.0, 8.0], None, &mut || true).unwrap();
        assert_eq!(weighted.rows, 5.0);
        assert_eq!((weighted.xx, weighted.xy, weighted.yy), (repeated.xx, repeated.xy, repeated.yy));
    }

    #[test]
    fn a_dependent_column_is_noticed() {
        let rows = [[0.1, 0.2], [1.7, 3.4], [2.3, 4.6], [5.1, 10.2]];
        assert_eq!(gram(&rows, &[1.0, 2.0, 3.0, 4.0]).solve(&Array1::zeros(3), &mut || true), Ok(None));
    }

    #[test]
    fn a_stop_is_heard() {
        let rows = [[0.0, 1.0], [1.0, 0.0]];
        let gram = gram(&rows, &[1.0, 2.0]);
        assert_eq!(gram.solve(&Array1::ones(3), &mut || false), Err(Stopped));
    }
}
