//! The loss of single rows: what can be averaged over any rows, and its spread with it.

use super::Actual;
use crate::math::ln;
use crate::metrics::{Interval, Metric};
use crate::scorer::Scorer;

/// The 97.5 % quantile of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// What one row costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loss {
    /// `(actual − predicted)²`; its mean is told as a root.
    Squared,
    /// `|actual − predicted|`.
    Absolute,
    /// `−ln p` of the actual class.
    Log,
    /// 1 for a wrong label; told as the share of right ones.
    Wrong,
}

/// The weighted mean of some losses and its standard error.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mean {
    pub mean: f64,
    pub error: f64,
}

impl Mean {
    /// Of pairs of value and weight; `None` without weight. The error is that of a ratio: `√Σ w² (x − mean)² / Σ w`,
    /// made larger by `n / (n − 1)`.
    pub fn of(values: impl Iterator<Item = (f64, f64)> + Clone) -> Option<Self> {
        let (mut sum, mut total, mut rows) = (0.0, 0.0, 0.0);
        for (value, weight) in values.clone().filter(|(_, weight)| *weight > 0.0) {
            sum += value * weight;
            total += weight;
            rows += 1.0;
        }
        let mean = sum / total;
        if rows == 0.0 || !mean.is_finite() {
            return None;
        }
        let squares: f64 = values.map(|(x, w)| w * w * (x - mean) * (x - mean)).sum();
        let larger = if rows > 1.0 { rows / (rows - 1.0) } else { 1.0 };
        Some(Self { mean, error: (squares * larger).sqrt() / total }).filter(|mean| mean.error.is_finite())
    }

    /// Both ends of the interval of 95 %.
    pub fn ends(self) -> (f64, f64) {
        (self.mean - Z * self.error, self.mean + Z * self.error)
    }
}

impl Loss {
    /// The loss nearest to what decides which model is best.
    pub fn nearest(metric: Metric) -> Self {
        match metric {
            Metric::Rmse | Metric::Mse | Metric::R2 => Self::Squared,
            Metric::Mae | Metric::MedianAbsoluteError | Metric::Mape => Self::Absolute,
            Metric::LogLoss | Metric::Brier | Metric::CalibrationError | Metric::Auc => Self::Log,
            Metric::AveragePrecision => Self::Log,
            Metric::Accuracy | Metric::BalancedAccuracy | Metric::F1 | Metric::Mcc => Self::Wrong,
        }
    }

    /// The score that it is told as.
    pub fn metric(self) -> Metric {
        match self {
            Self::Squared => Metric::Rmse,
            Self::Absolute => Metric::Mae,
            Self::Log => Metric::LogLoss,
            Self::Wrong => Metric::Accuracy,
        }
    }

    /// The loss of row `at` of what is actual, answered with `answer`; not finite where an answer is missing.
    pub fn of(self, actual: Actual<'_>, at: usize, answer: &[f64], scorer: &Scorer) -> f64 {
        match actual {
            Actual::Numbers(values) => {
                let (actual, predicted) = (values.get(at), answer.first());
                let apart = actual.zip(predicted).map_or(f64::NAN, |(a, p)| a - p);
                if self == Self::Absolute { apart.abs() } else { apart * apart }
            }
            Actual::Classes(values) => {
                let class = values.get(at).map_or(usize::MAX, |class| *class as usize);
                match self {
                    Self::Wrong if answer.is_empty() => f64::NAN,
                    Self::Wrong => f64::from(u8::from(scorer.label(answer) != class)),
                    Self::Squared | Self::Absolute | Self::Log => {
                        -ln(answer.get(class).copied().unwrap_or(0.0).clamp(1e-15, 1.0))
                    }
                }
            }
        }
    }

    /// The score of a mean loss.
    pub fn score(self, mean: f64) -> f64 {
        match self {
            Self::Squared => mean.max(0.0).sqrt(),
            Self::Absolute | Self::Log => mean,
            Self::Wrong => 1.0 - mean,
        }
    }

    /// The score of a mean loss and its interval; that of shares is Wilson's, which never leaves 0 to 1.
    pub fn interval(self, mean: Mean) -> Interval {
        let variance = mean.mean * (1.0 - mean.mean);
        let (least, most) = match self {
            // As many rows as would have this error: fewer than there are when they weigh differently.
            Self::Wrong if variance > 0.0 && mean.error > 0.0 => {
                let rows = variance / (mean.error * mean.error);
                crate::certainty::wilson(mean.mean * rows, rows).unwrap_or(mean.ends())
            }
            Self::Squared | Self::Absolute | Self::Log | Self::Wrong => mean.ends(),
        };
        let (one, other) = (self.score(least.max(0.0)), self.score(most));
        Interval { low: one.min(other), high: one.max(other) }
    }
}
