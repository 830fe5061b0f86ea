//! Whether probabilities are as frequent as they say.

use serde::{Deserialize, Serialize};

use super::rounded;
use crate::certainty::wilson;
use crate::metrics::{CALIBRATION_BINS, calibration_bin, most_likely};

/// Stated probabilities against what came true, before and after they were calibrated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// Of what the model serves.
    pub after: Vec<ReliabilityPoint>,
    /// The expected calibration error of it, as the metric `calibration_error`.
    pub error_after: f64,
    /// Of what it said before; empty when it was not calibrated.
    pub before: Vec<ReliabilityPoint>,
    /// The expected calibration error of that.
    pub error_before: Option<f64>,
}

/// One stretch of stated probabilities: of the second of two classes, else of the answered class.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReliabilityPoint {
    /// Their mean.
    pub stated: f64,
    /// The share that came true.
    pub observed: f64,
    /// The lower end of its interval of 95 % (Wilson).
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// Rows.
    pub rows: u64,
}

/// The reliability of row-major probabilities `[rows, classes]`; `None` without rows.
pub(super) fn reliability(
    actual: &[u32],
    before: Option<&[f64]>,
    after: &[f64],
    classes: usize,
) -> Option<Reliability> {
    let (after, error_after) = points(actual, after, classes)?;
    let (before, error_before) = before
        .and_then(|before| points(actual, before, classes))
        .map_or((Vec::new(), None), |(points, error)| (points, Some(error)));
    Some(Reliability { after, error_after, before, error_before })
}

/// The stretches that hold rows, and the expected calibration error.
fn points(actual: &[u32], probabilities: &[f64], classes: usize) -> Option<(Vec<ReliabilityPoint>, f64)> {
    if classes == 0 || actual.is_empty() || probabilities.len() < actual.len() * classes {
        return None;
    }
    let mut stretches = [(0.0, 0.0, 0.0); CALIBRATION_BINS];
    for (class, p) in actual.iter().zip(probabilities.chunks_exact(classes)) {
        let called = if classes == 2 { 1 } else { most_likely(p) };
        let (rows, stated, hits) = &mut stretches[calibration_bin(p[called])];
        *rows += 1.0;
        *stated += p[called];
        *hits += if *class as usize == called { 1.0 } else { 0.0 };
    }
    let apart: f64 = stretches.iter().map(|(_, stated, hits)| (hits - stated).abs()).sum();
    let point = |(rows, stated, hits): &(f64, f64, f64)| {
        let (low, high) = wilson(*hits, *rows)?;
        Some(ReliabilityPoint {
            stated: rounded(stated / rows),
            observed: rounded(hits / rows),
            low: rounded(low),
            high: rounded(high),
            rows: *rows as u64,
        })
    };
    Some((stretches.iter().filter_map(point).collect(), apart / actual.len() as f64))
}
