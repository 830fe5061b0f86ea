//! Probabilities made as frequent as they say: Platt's scaling (and its extension to many classes) by Newton's method,
//! or isotonic regression, whichever has the lower log-loss on rows that it was not fitted on.
//!
//! Sources: Platt, Probabilistic outputs for support vector machines (1999); Guo et al., On calibration of modern neural
//! networks (2017); Zadrozny and Elkan (2002) for isotonic regression, between whose steps we interpolate as Oron and
//! Flournoy, Centered isotonic regression (2017).

use super::Calibration;
use super::newton::scale;
use crate::math::{ln, softmax};

/// Rows that something is fitted on at least.
const MIN_ROWS: usize = 50;
/// Rows that isotonic regression is tried on at least.
const MIN_ISOTONIC_ROWS: usize = 1_000;
/// Points of the rising line at most.
const MAX_POINTS: usize = 200;
/// Parts of the cross-validation that chooses.
const FOLDS: usize = 5;
/// What the rows may cost together: rows × (parameters² + classes).
const MAX_WORK: usize = 4_000_000;
/// Classes that have a shift of their own at most; with more, only the slope is fitted.
pub(super) const MAX_SHIFTS: usize = 30;
/// Probabilities are held above this before their logarithm. A forest may say 0; the sums of its leaves in another order
/// say 1e-16, and nothing that is served may hang on that.
pub(crate) const LEAST_PROBABILITY: f64 = 1e-9;

/// What fits one kind of calibration.
type Fitter = fn(&Sample) -> Option<Calibration>;

/// Rows that a calibration is fitted on or judged by.
pub(super) struct Sample {
    /// `ln p`, row-major `[rows, classes]`.
    pub logs: Vec<f64>,
    /// The class of each row.
    pub actual: Vec<usize>,
    /// Of each row; 1 on average.
    pub weights: Vec<f64>,
    /// How many classes there are.
    pub classes: usize,
}

impl Calibration {
    /// Learns from row-major probabilities `[rows, classes]` of rows that the model did not learn from, and from what
    /// they are. Rows of a class that training never saw, without a finite probability or without weight are passed
    /// over; very many are thinned evenly.
    ///
    /// `None` when there are fewer than 50 rows, when they are all of one class, or when the cross-validated log-loss
    /// is not lower than without.
    pub fn fit(
        probabilities: &[f64],
        actual: &[u32],
        classes: usize,
        weights: Option<&[f64]>,
    ) -> Option<Self> {
        let every: Vec<usize> = (0..actual.len()).collect();
        let sample = Sample::of(&every, probabilities, actual, classes, weights)?;
        let mut fitters: Vec<Fitter> = vec![scale];
        if classes == 2 && sample.rows() >= MIN_ISOTONIC_ROWS {
            fitters.push(isotonic);
        }
        let mut best: (f64, Option<Fitter>) = (sample.loss(None), None);
        for fitter in fitters {
            if let Some(loss) = cross_validated(&sample, fitter)
                && loss < best.0
            {
                best = (loss, Some(fitter));
            }
        }
        best.1.and_then(|fitter| fitter(&sample))
    }

    /// Row-major probabilities as calibrations of the same kind make them, each row by one that was fitted on four fifths
    /// of the rows without it: what scores on the rows that this one was fitted on have to go by. Where a part cannot be
    /// fitted its rows stay as they are, and so do rows that are not finite.
    pub fn cross_fitted(
        &self,
        probabilities: &[f64],
        actual: &[u32],
        classes: usize,
        weights: Option<&[f64]>,
    ) -> Vec<f64> {
        let fitter = match self {
            Self::Scale { .. } => scale,
            Self::Isotonic { .. } => isotonic,
        };
        let mut made = probabilities.to_vec();
        for (others, held) in super::parts(actual.len(), FOLDS) {
            let sample = Sample::of(&others, probabilities, actual, classes, weights);
            let Some(fitted) = sample.and_then(|sample| fitter(&sample)) else { continue };
            for row in held {
                let row = made.get_mut(row * classes..(row + 1) * classes);
                if let Some(row) = row.filter(|row| row.iter().all(|p| p.is_finite())) {
                    fitted.apply(row);
                }
            }
        }
        made
    }

    /// Changes the probabilities of one row in place. They stay finite and add up to one; of two classes the order of
    /// rows is kept, though isotonic regression may make some equal.
    pub fn apply(&self, row: &mut [f64]) {
        match self {
            Self::Scale { slope, shifts } => {
                for (class, p) in row.iter_mut().enumerate() {
                    *p = slope * logarithm(*p) + shifts.get(class).copied().unwrap_or(0.0);
                }
                softmax(row);
            }
            Self::Isotonic { from, to } => {
                if let [first, second] = row {
                    *second = on_line(from, to, *second);
                    *first = 1.0 - *second;
                }
            }
        }
    }

    /// Whether the numbers can be applied to as many classes: what is read from a file is held against it.
    pub fn fits(&self, classes: usize) -> bool {
        let finite = |values: &[f64]| values.iter().all(|v| v.is_finite());
        match self {
            Self::Scale { slope, shifts } => {
                *slope > 0.0 && slope.is_finite() && shifts.len() == classes && finite(shifts)
            }
            Self::Isotonic { from, to } => {
                classes == 2
                    && from.len() == to.len()
                    && !from.is_empty()
                    && finite(from)
                    && from.windows(2).all(|pair| pair[0] < pair[1])
                    && to.windows(2).all(|pair| pair[0] <= pair[1])
                    && to.iter().all(|p| (0.0..=1.0).contains(p))
            }
        }
    }
}

/// `ln p` of a probability held within bounds.
fn logarithm(p: f64) -> f64 {
    ln(p.clamp(LEAST_PROBABILITY, 1.0))
}

/// The height of the line through points at `x`, level beyond its ends; one half of what is not a number.
fn on_line(from: &[f64], to: &[f64], x: f64) -> f64 {
    if x.is_nan() {
        return 0.5;
    }
    let above = from.partition_point(|point| *point <= x);
    let point = |at: usize| Some((*from.get(at)?, *to.get(at)?));
    match (above.checked_sub(1).and_then(point), point(above)) {
        (Some((x0, y0)), Some((x1, y1))) => (y0 + (y1 - y0) * ((x - x0) / (x1 - x0))).clamp(y0, y1.max(y0)),
        (Some((_, y)), None) | (None, Some((_, y))) => y,
        (None, None) => x.clamp(0.0, 1.0),
    }
}

/// The mean log-loss over the parts, each judged by what was fitted on the others.
fn cross_validated(sample: &Sample, fitter: Fitter) -> Option<f64> {
    let (mut loss, mut weight) = (0.0, 0.0);
    for (others, held) in super::parts(sample.rows(), FOLDS) {
        let (others, held) = (sample.subset(&others), sample.subset(&held));
        let part_weight: f64 = held.weights.iter().sum();
        loss += held.loss(Some(&fitter(&others)?)) * part_weight;
        weight += part_weight;
    }
    (weight > 0.0).then(|| loss / weight)
}

impl Sample {
    /// Of some rows.
    fn of(
        rows: &[usize],
        probabilities: &[f64],
        actual: &[u32],
        classes: usize,
        weights: Option<&[f64]>,
    ) -> Option<Self> {
        if classes < 2 {
            return None;
        }
        let weight = |row: usize| weights.map_or(1.0, |w| w.get(row).copied().unwrap_or(0.0));
        let usable = |row: &usize| {
            let p = probabilities.get(row * classes..(row + 1) * classes);
            let (class, weight) = (actual.get(*row).map_or(classes, |class| *class as usize), weight(*row));
            class < classes
                && p.is_some_and(|p| p.iter().all(|p| p.is_finite()))
                && weight > 0.0
                && weight.is_finite()
        };
        let usable: Vec<usize> = rows.iter().copied().filter(usable).collect();
        let parameters = if classes > MAX_SHIFTS { 1 } else { classes };
        let most = (MAX_WORK / (parameters * parameters + classes)).max(MIN_ROWS);
        let wanted = usable.len().min(most);
        let mut sample = Self { logs: Vec::new(), actual: Vec::new(), weights: Vec::new(), classes };
        for place in 0..wanted {
            let row = usable[place * usable.len() / wanted];
            sample
                .logs
                .extend(probabilities[row * classes..(row + 1) * classes].iter().map(|p| logarithm(*p)));
            sample.actual.push(actual[row] as usize);
            sample.weights.push(weight(row));
        }
        let mean = sample.weights.iter().sum::<f64>() / wanted.max(1) as f64;
        sample.weights.iter_mut().for_each(|weight| *weight /= mean);
        let first = sample.actual.first()?;
        let varies = sample.actual.iter().any(|class| class != first);
        let sound = mean.is_finite() && sample.weights.iter().all(|weight| weight.is_finite());
        (wanted >= MIN_ROWS && varies && sound).then_some(sample)
    }

    pub(super) fn rows(&self) -> usize {
        self.actual.len()
    }

    /// The class, the logarithms and the weight of each row.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &[f64], f64)> {
        let rows = self.actual.iter().zip(self.logs.chunks_exact(self.classes)).zip(&self.weights);
        rows.map(|((class, logs), weight)| (*class, logs, *weight))
    }

    fn subset(&self, rows: &[usize]) -> Self {
        let mut part =
            Self { logs: Vec::new(), actual: Vec::new(), weights: Vec::new(), classes: self.classes };
        for row in rows {
            part.logs.extend_from_slice(&self.logs[row * self.classes..(row + 1) * self.classes]);
            part.actual.push(self.actual[*row]);
            part.weights.push(self.weights[*row]);
        }
        part
    }

    /// The mean log-loss after a calibration, or as it is.
    fn loss(&self, calibration: Option<&Calibration>) -> f64 {
        let mut probabilities = vec![0.0; self.classes];
        let (mut loss, mut total) = (0.0, 0.0);
        for (class, logs, weight) in self.iter() {
            probabilities.iter_mut().zip(logs).for_each(|(p, log)| *p = crate::math::exp(*log));
            if let Some(calibration) = calibration {
                calibration.apply(&mut probabilities);
            }
            loss -= weight * logarithm(probabilities[class]);
            total += weight;
        }
        if total > 0.0 { loss / total } else { 0.0 }
    }
}

/// Neighbouring rows that share one probability.
#[derive(Clone, Copy)]
struct Block {
    /// The weighted sum of the given probabilities.
    from: f64,
    /// The weight of the rows of the second class.
    hits: f64,
    /// The weight of all rows.
    weight: f64,
}

impl Block {
    fn joined(self, other: Self) -> Self {
        Self {
            from: self.from + other.from,
            hits: self.hits + other.hits,
            weight: self.weight + other.weight,
        }
    }

    fn share(self) -> f64 {
        self.hits / self.weight
    }
}

/// Isotonic regression by pooling adjacent violators. The line runs through the middles of the blocks; the shares of the
/// first and the last are kept away from 0 and 1 by Laplace's rule, because no number of rows proves a certainty.
fn isotonic(sample: &Sample) -> Option<Calibration> {
    if sample.classes != 2 {
        return None;
    }
    let of_row = |(class, logs, weight): (usize, &[f64], f64)| {
        let p = crate::math::exp(logs[1]);
        (p, Block { from: p * weight, hits: if class == 1 { weight } else { 0.0 }, weight })
    };
    let mut rows: Vec<(f64, Block)> = sample.iter().map(of_row).collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut blocks: Vec<Block> = Vec::new();
    for tie in rows.chunk_by(|a, b| a.0 == b.0) {
        let mut block = tie[1..].iter().fold(tie[0].1, |sum, (_, row)| sum.joined(*row));
        while let Some(last) = blocks.last().copied().filter(|last| last.share() >= block.share()) {
            block = last.joined(block);
            blocks.pop();
        }
        blocks.push(block);
    }
    let mut points: Vec<(f64, f64)> = blocks.iter().map(|b| (b.from / b.weight, b.share())).collect();
    let last = points.len().checked_sub(1).filter(|last| *last > 0)?;
    points[0].1 = points[0].1.max((1.0 / (blocks[0].weight + 2.0)).min(points[1].1));
    points[last].1 = points[last].1.min((1.0 - 1.0 / (blocks[last].weight + 2.0)).max(points[last - 1].1));
    points.dedup_by(|next, kept| next.0 <= kept.0);
    let wanted = points.len().min(MAX_POINTS);
    let kept = (0..wanted).map(|n| points[n * (points.len() - 1) / (wanted - 1).max(1)]);
    let (from, to) = kept.unzip();
    Some(Calibration::Isotonic { from, to })
}

#[cfg(test)]
mod tests;
