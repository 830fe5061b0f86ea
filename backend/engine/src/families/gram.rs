//! The normal equations: `XᵀX`, `Xᵀy` of a matrix with a column of ones, and their solution by Cholesky.
//!
//! Sums run over blocks of rows in a fixed order with a fixed number of partial sums, so that the same matrix gives the
//! same bits on every machine.

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
    /// Columns with that of ones.
    pub size: usize,
    /// Rows of the matrix.
    pub rows: f64,
    /// Row-major, symmetric, filled on both sides.
    pub xx: Vec<f64>,
    /// One for each column.
    pub xy: Vec<f64>,
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

impl Gram {
    /// Sums over all rows. `go_on` is asked between blocks.
    pub fn build(design: &Design, y: &[f64], go_on: &mut dyn FnMut() -> bool) -> Result<Self, Stopped> {
        let size = design.width + 1;
        let mut gram =
            Self { size, rows: design.rows as f64, xx: vec![0.0; size * size], xy: vec![0.0; size], yy: 0.0 };
        let mut block = vec![0.0; design.dense * BLOCK];
        for (number, start) in (0..design.rows).step_by(BLOCK).enumerate() {
            if number.is_multiple_of(64) && !go_on() {
                return Err(Stopped);
            }
            let end = (start + BLOCK).min(design.rows);
            gram.add_block(design, y, start..end, &mut block);
        }
        for i in 0..size {
            for j in 0..i {
                gram.xx[j * size + i] = gram.xx[i * size + j];
            }
        }
        Ok(gram)
    }

    /// Adds rows to the lower triangle. `block` holds the numbers column by column.
    fn add_block(&mut self, design: &Design, y: &[f64], rows: std::ops::Range<usize>, block: &mut [f64]) {
        let (size, dense, count, start) = (self.size, design.dense, rows.len(), rows.start);
        for (at, row) in rows.clone().enumerate() {
            for (column, value) in design.row(row).0.iter().enumerate() {
                block[column * count + at] = *value;
            }
        }
        let targets = &y[rows.clone()];
        let ones_row = (size - 1) * size;
        for i in 0..dense {
            let column = &block[i * count..(i + 1) * count];
            for j in 0..=i {
                self.xx[i * size + j] += lane_dot(column, &block[j * count..(j + 1) * count]);
            }
            self.xy[i] += lane_dot(column, targets);
            self.xx[ones_row + i] += column.iter().sum::<f64>();
        }
        for row in rows {
            let (numbers, ones) = design.row(row);
            let target = y[row];
            for (k, hot) in ones.iter().enumerate() {
                if *hot == NO_COLUMN {
                    continue;
                }
                let line = *hot as usize * size;
                for (sum, value) in self.xx[line..line + dense].iter_mut().zip(numbers) {
                    *sum += value;
                }
                // Levels come in rising order of their feature, so that the earlier ones lie left of the diagonal.
                for other in ones[..=k].iter().filter(|other| **other != NO_COLUMN) {
                    self.xx[line + *other as usize] += 1.0;
                }
                self.xx[ones_row + *hot as usize] += 1.0;
                self.xy[*hot as usize] += target;
            }
        }
        let last = size - 1;
        self.xx[ones_row + last] += count as f64;
        self.xy[last] += targets.iter().sum::<f64>();
        self.yy += lane_dot(targets, targets);
        debug_assert_eq!(start % BLOCK, 0);
    }

    /// `XᵀX w`.
    pub fn times(&self, w: &[f64]) -> Vec<f64> {
        self.xx.chunks_exact(self.size).map(|line| lane_dot(line, w)).collect()
    }

    /// The mean squared error of the weights on the rows that were summed, never below 0.
    pub fn loss(&self, w: &[f64], xxw: &[f64]) -> f64 {
        let cross = lane_dot(&self.xy, w);
        ((self.yy - 2.0 * cross + lane_dot(w, xxw)) / self.rows).max(0.0)
    }

    /// Solves `(XᵀX + diag(penalty)) w = Xᵀy`, refined once; `Ok(None)` when a column depends on others.
    pub fn solve(
        &self,
        penalty: &[f64],
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Option<Vec<f64>>, Stopped> {
        let mut matrix = self.xx.clone();
        for (i, extra) in penalty.iter().enumerate() {
            matrix[i * self.size + i] += extra;
        }
        let mut factor = matrix.clone();
        if !cholesky(&mut factor, self.size, go_on)? {
            return Ok(None);
        }
        let mut w = substitute(&factor, self.size, &self.xy);
        let residual: Vec<f64> =
            matrix.chunks_exact(self.size).zip(&self.xy).map(|(line, b)| b - lane_dot(line, &w)).collect();
        for (value, step) in w.iter_mut().zip(substitute(&factor, self.size, &residual)) {
            *value += step;
        }
        Ok(Some(w))
    }
}

/// Replaces the lower triangle by its Cholesky factor; false when a pivot vanishes.
fn cholesky(a: &mut [f64], size: usize, go_on: &mut dyn FnMut() -> bool) -> Result<bool, Stopped> {
    for i in 0..size {
        if i.is_multiple_of(32) && !go_on() {
            return Err(Stopped);
        }
        let (above, line) = a.split_at_mut(i * size);
        for j in 0..i {
            let other = &above[j * size..j * size + j + 1];
            line[j] = (line[j] - lane_dot(&line[..j], &other[..j])) / other[j];
        }
        let diagonal = line[i];
        let pivot = diagonal - lane_dot(&line[..i], &line[..i]);
        // Written so that NaN fails too.
        if !(pivot > RANK_TOLERANCE * diagonal && pivot > 0.0 && pivot.is_finite()) {
            return Ok(false);
        }
        line[i] = pivot.sqrt();
    }
    Ok(true)
}

/// Solves `L Lᵀ w = b`.
fn substitute(factor: &[f64], size: usize, b: &[f64]) -> Vec<f64> {
    let mut w = b.to_vec();
    for i in 0..size {
        let line = &factor[i * size..i * size + i + 1];
        w[i] = (w[i] - lane_dot(&line[..i], &w[..i])) / line[i];
    }
    for i in (0..size).rev() {
        w[i] /= factor[i * size + i];
        let known = w[i];
        for j in 0..i {
            w[j] -= factor[i * size + j] * known;
        }
    }
    w
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gram(rows: &[[f64; 2]], y: &[f64]) -> Gram {
        let design = Design {
            rows: rows.len(),
            width: 2,
            dense: 2,
            hot: 0,
            numbers: rows.iter().flatten().copied().collect(),
            ones: Vec::new(),
        };
        Gram::build(&design, y, &mut || true).unwrap()
    }

    #[test]
    fn a_plane_is_found() {
        let rows = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [2.0, 5.0]];
        let y: Vec<f64> = rows.iter().map(|[a, b]| 3.0 * a - 2.0 * b + 7.0).collect();
        let w = gram(&rows, &y).solve(&[0.0; 3], &mut || true).unwrap().unwrap();
        for (found, wanted) in w.iter().zip([3.0, -2.0, 7.0]) {
            assert!((found - wanted).abs() < 1e-12);
        }
    }

    #[test]
    fn a_dependent_column_is_noticed() {
        let rows = [[0.1, 0.2], [1.7, 3.4], [2.3, 4.6], [5.1, 10.2]];
        assert_eq!(gram(&rows, &[1.0, 2.0, 3.0, 4.0]).solve(&[0.0; 3], &mut || true), Ok(None));
    }

    #[test]
    fn a_stop_is_heard() {
        let rows = [[0.0, 1.0], [1.0, 0.0]];
        let gram = gram(&rows, &[1.0, 2.0]);
        assert_eq!(gram.solve(&[1.0; 3], &mut || false), Err(Stopped));
    }
}
