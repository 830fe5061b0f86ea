//! Lasso and elastic net by coordinate descent on the normal equations.
//!
//! Minimised is scikit-learn's objective `Σ r² / 2n + α (l₁ ‖w‖₁ + (1 − l₁)/2 ‖w‖²)`, the intercept not penalised, with
//! the rows' weights in the sum and in `n`. Source: Friedman, Hastie, Tibshirani, Regularization Paths for Generalized
//! Linear Models via Coordinate Descent (2010), the covariance updates of its section 2.2: a sweep costs a vector's
//! length for each weight that moves, and nothing grows with the rows.

use ndarray::{Array1, Array2};

use super::Fitted;
use super::gram::{Gram, Stopped};
use super::linear::linear;
use crate::math::{exp, line, ln};

/// Penalties on a path.
const STEPS: usize = 100;
/// The least penalty of a path as a share of the one that leaves every column out.
const LEAST: f64 = 1e-3;
/// Sweeps over the columns at most.
const MAX_SWEEPS: u32 = 10_000;
/// The walk ends when no weight moved the answers by more than this share of the target's deviation.
const TOLERANCE: f64 = 1e-9;
/// The same for fits that are only compared with one another.
const ROUGH: f64 = 1e-5;
/// Below this share of `yᵀy` an l₁ of 0 is taken to bound the path, which it does not.
const LEAST_RATIO: f64 = 1e-3;

/// The penalty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Penalty {
    /// α.
    pub alpha: f64,
    /// l₁, 0 to 1.
    pub l1_ratio: f64,
}

/// Fits the weights for a penalty.
pub fn lasso(gram: &Gram, penalty: Penalty, go_on: &mut dyn FnMut() -> bool) -> Result<Fitted, Stopped> {
    let centred = Centred::new(gram);
    let mut walk = Walk::new(&centred);
    let sweeps = walk.descend(&centred, penalty, TOLERANCE, go_on)?;
    let mut fitted = linear(centred.with_intercept(&walk.w));
    let kept = walk.w.iter().filter(|w| **w != 0.0).count();
    let parameters = [
        ("alpha", penalty.alpha),
        ("l1_ratio", penalty.l1_ratio),
        ("non_zero", kept as f64),
        ("iterations", f64::from(sweeps)),
        ("converged", f64::from(u8::from(sweeps < MAX_SWEEPS))),
    ];
    fitted.parameters = parameters.map(|(name, value)| (name.to_owned(), value)).into();
    if sweeps >= MAX_SWEEPS {
        fitted.notes.push(format!("the search ended after {sweeps} sweeps before it converged"));
    }
    Ok(fitted)
}

/// The penalties from the least that leaves every column out down to a thousandth of it, evenly by their logarithm:
/// those of scikit-learn's `LassoCV` and `ElasticNetCV`.
pub fn path(gram: &Gram, l1_ratio: f64) -> Vec<f64> {
    let centred = Centred::new(gram);
    let top = centred.xy.iter().fold(0.0, |top: f64, c| top.max(c.abs())) / l1_ratio.max(LEAST_RATIO);
    if !(top > 0.0 && top.is_finite()) {
        return vec![1.0];
    }
    let step = ln(LEAST) / (STEPS - 1) as f64;
    (0..STEPS).map(|at| top * exp(step * at as f64)).collect()
}

/// The held-out squared errors along a path: for each of `alphas` (falling) the weighted sum over the rows of
/// `held_out` of a fit on the rows of `train`.
pub fn path_errors(
    train: &Gram,
    held_out: &Gram,
    alphas: &[f64],
    l1_ratio: f64,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Vec<f64>, Stopped> {
    let centred = Centred::new(train);
    let mut walk = Walk::new(&centred);
    let mut errors = Vec::with_capacity(alphas.len());
    for alpha in alphas {
        walk.descend(&centred, Penalty { alpha: *alpha, l1_ratio }, ROUGH, go_on)?;
        errors.push(held_out.squared_error(&centred.with_intercept(&walk.w)));
    }
    Ok(errors)
}

/// The normal equations less the means, divided by the rows: covariances.
struct Centred {
    xx: Array2<f64>,
    xy: Array1<f64>,
    /// The variance of the target.
    yy: f64,
    x_means: Vec<f64>,
    y_mean: f64,
}

impl Centred {
    fn new(gram: &Gram) -> Self {
        let width = gram.size() - 1;
        let n = gram.rows;
        let x_means: Vec<f64> = (0..width).map(|j| gram.xx[[width, j]] / n).collect();
        let y_mean = gram.xy[width] / n;
        let xx =
            Array2::from_shape_fn((width, width), |(i, j)| gram.xx[[i, j]] / n - x_means[i] * x_means[j]);
        let xy = (0..width).map(|j| gram.xy[j] / n - x_means[j] * y_mean).collect();
        Self { xx, xy, yy: (gram.yy / n - y_mean * y_mean).max(0.0), x_means, y_mean }
    }

    /// The weights and last the intercept that belongs to them.
    fn with_intercept(&self, w: &[f64]) -> Array1<f64> {
        let off: f64 = w.iter().zip(&self.x_means).map(|(w, mean)| w * mean).sum();
        w.iter().copied().chain([self.y_mean - off]).collect()
    }
}

/// Weights on their way down.
struct Walk {
    w: Vec<f64>,
    /// `XᵀX w / n`, kept up to date.
    xxw: Vec<f64>,
}

impl Walk {
    fn new(centred: &Centred) -> Self {
        let zeros = vec![0.0; centred.xy.len()];
        Self { w: zeros.clone(), xxw: zeros }
    }

    /// Sweeps until nothing moves; gives the number of sweeps. After each sweep over all columns only those that are
    /// not 0 are swept until they rest.
    fn descend(
        &mut self,
        centred: &Centred,
        penalty: Penalty,
        tolerance: f64,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<u32, Stopped> {
        let rest = tolerance * centred.yy.sqrt();
        let every: Vec<usize> = (0..self.w.len()).collect();
        let mut sweeps = 0;
        while sweeps < MAX_SWEEPS {
            sweeps += 1;
            if !go_on() {
                return Err(Stopped);
            }
            if self.sweep(centred, penalty, &every) <= rest {
                return Ok(sweeps);
            }
            let active: Vec<usize> = every.iter().copied().filter(|j| self.w[*j] != 0.0).collect();
            while sweeps < MAX_SWEEPS {
                sweeps += 1;
                if sweeps.is_multiple_of(16) && !go_on() {
                    return Err(Stopped);
                }
                if self.sweep(centred, penalty, &active) <= rest {
                    break;
                }
            }
        }
        Ok(sweeps)
    }

    /// Moves each of the columns' weights to where it is best while the others stand still; gives the largest change of
    /// the answers' deviation.
    fn sweep(&mut self, centred: &Centred, penalty: Penalty, columns: &[usize]) -> f64 {
        let (l1, l2) = (penalty.alpha * penalty.l1_ratio, penalty.alpha * (1.0 - penalty.l1_ratio));
        let mut largest = 0.0_f64;
        for j in columns.iter().copied() {
            let row = line(centred.xx.row(j));
            let (square, old) = (row[j], self.w[j]);
            // A column that does not vary is left out.
            let new = if square > 0.0 {
                let pull = centred.xy[j] - self.xxw[j] + square * old;
                (pull.abs() - l1).max(0.0).copysign(pull) / (square + l2)
            } else {
                0.0
            };
            let step = new - old;
            if step == 0.0 || !step.is_finite() {
                continue;
            }
            self.w[j] = new;
            self.xxw.iter_mut().zip(row).for_each(|(sum, x)| *sum += step * x);
            largest = largest.max(step.abs() * square.sqrt());
        }
        largest
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::families::Model;
    use crate::prepare::{Design, NO_COLUMN};

    /// Ten columns of which two count, and the same category one-hot in all its levels, twice.
    fn gram() -> Gram {
        let mut random = crate::random::SplitMix64::new(5);
        let mut noise = || random.below(1_000_000) as f64 / 1e6 - 0.5;
        let numbers = Array2::from_shape_fn((300, 10), |_| noise());
        let ones = Array2::from_shape_fn((300, 2), |(row, k)| {
            if row % 11 == 0 { NO_COLUMN } else { 10 + 3 * k as u32 + (row % 3) as u32 }
        });
        let y: Vec<f64> = (0..300)
            .map(|row| 3.0 * numbers[[row, 2]] - 2.0 * numbers[[row, 7]] + (row % 3) as f64 + 0.1 * noise())
            .collect();
        let design = Design::plain(16, numbers, ones);
        Gram::build(&design, &y, None, &mut || true).unwrap()
    }

    fn weights(fitted: &Fitted) -> &[f64] {
        let Model::Linear { weights, .. } = &fitted.model else { panic!("linear") };
        weights
    }

    #[test]
    fn the_weights_that_are_left_satisfy_the_conditions_of_the_optimum() {
        let gram = gram();
        for (alpha, l1_ratio) in [(0.03, 1.0), (0.01, 0.5), (0.1, 0.0)] {
            let fitted = lasso(&gram, Penalty { alpha, l1_ratio }, &mut || true).unwrap();
            assert_eq!(fitted.parameters["converged"], 1.0);
            let centred = Centred::new(&gram);
            for (j, w) in weights(&fitted).iter().enumerate() {
                let xxw: f64 = weights(&fitted).iter().zip(centred.xx.row(j)).map(|(w, x)| w * x).sum();
                let slope = centred.xy[j] - xxw - alpha * (1.0 - l1_ratio) * w;
                let bound = alpha * l1_ratio;
                if *w == 0.0 {
                    assert!(slope.abs() <= bound + 1e-7);
                } else {
                    assert!((slope - bound * w.signum()).abs() < 1e-7, "{j} {w} {slope}");
                }
            }
        }
    }

    #[test]
    fn columns_that_say_nothing_are_left_out() {
        let fitted = lasso(&gram(), Penalty { alpha: 0.02, l1_ratio: 1.0 }, &mut || true).unwrap();
        let kept: Vec<usize> = (0..10).filter(|j| weights(&fitted)[*j] != 0.0).collect();
        assert_eq!(kept, [2, 7]);
        assert!(fitted.parameters["non_zero"] <= 6.0);
    }

    #[test]
    fn the_path_begins_where_every_column_is_left_out() {
        let gram = gram();
        let alphas = path(&gram, 0.5);
        assert_eq!(alphas.len(), 100);
        assert!((alphas[99] / alphas[0] - 1e-3).abs() < 1e-12);
        let at = |alpha| lasso(&gram, Penalty { alpha, l1_ratio: 0.5 }, &mut || true).unwrap();
        assert_eq!(at(alphas[0] * (1.0 + 1e-12)).parameters["non_zero"], 0.0);
        assert!(at(alphas[1]).parameters["non_zero"] > 0.0);
    }

    #[test]
    fn a_stop_is_heard() {
        let stopped = lasso(&gram(), Penalty { alpha: 0.1, l1_ratio: 1.0 }, &mut || false);
        assert!(stopped.is_err());
    }
}
