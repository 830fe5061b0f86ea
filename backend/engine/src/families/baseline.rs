//! What knowing nothing gives: the mean of the target, or the shares of its classes.

use super::Model;
use crate::math::mean;

/// The least share of a class whose rows weigh nothing, so that its logarithm is finite.
const LEAST_SHARE: f64 = 1e-12;

/// The mean, weighted if there are weights (one for each value).
pub fn constant(values: &[f64], weights: Option<&[f64]>) -> Model {
    Model::Constant { value: weighted_mean(values, weights) }
}

/// The mean, weighted if there are weights (one for each value); not a number when all weights are 0.
pub fn weighted_mean(values: &[f64], weights: Option<&[f64]>) -> f64 {
    let Some(weights) = weights else { return mean(values) };
    let total: f64 = weights.iter().sum();
    let average = |off: f64| values.iter().zip(weights).map(|(y, w)| (y - off) * w).sum::<f64>() / total;
    let rough = average(0.0);
    // A second pass removes what the first rounded away.
    rough + average(rough)
}

/// The share of each of `count` classes, weighted if there are weights (one for each row).
pub fn shares(classes: &[u32], count: usize, weights: Option<&[f64]>) -> Model {
    let mut members = vec![0.0; count];
    for (row, class) in classes.iter().enumerate() {
        if let Some(sum) = members.get_mut(*class as usize) {
            *sum += weights.map_or(1.0, |weights| weights.get(row).copied().unwrap_or(0.0));
        }
    }
    let total: f64 = members.iter().sum();
    let mut probabilities: Vec<f64> = members.iter().map(|sum| sum / total).collect();
    if probabilities.iter().any(|p| *p < LEAST_SHARE) {
        probabilities.iter_mut().for_each(|p| *p = p.max(LEAST_SHARE));
        let total: f64 = probabilities.iter().sum();
        probabilities.iter_mut().for_each(|p| *p /= total);
    }
    Model::Shares { probabilities }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_move_the_mean_and_the_shares() {
        assert_eq!(constant(&[1.0, 4.0], Some(&[2.0, 1.0])), Model::Constant { value: 2.0 });
        let shares = shares(&[0, 1, 1], 2, Some(&[6.0, 1.0, 1.0]));
        assert_eq!(shares, Model::Shares { probabilities: vec![0.75, 0.25] });
    }

    #[test]
    fn a_class_that_weighs_nothing_keeps_a_share_above_zero() {
        let Model::Shares { probabilities } = shares(&[0, 1], 2, Some(&[1.0, 0.0])) else { panic!("shares") };
        assert!(probabilities[1] > 0.0 && probabilities[0] < 1.0);
    }
}
