//! The label to answer when wrong answers cost differently.

use crate::settings::Cost;

/// What each answer costs for each class that is so.
#[derive(Debug)]
pub struct Costs {
    /// `[answered, actual]`, row-major; empty where all wrong answers cost the same.
    matrix: Vec<f64>,
    classes: usize,
}

impl Costs {
    /// The matrix of the named costs; the last of two for one pair counts. What is not named costs 1, a right answer 0.
    pub fn of(named: &[Cost], classes: &[String]) -> Self {
        let mut costs = Self { matrix: Vec::new(), classes: classes.len() };
        if named.is_empty() {
            return costs;
        }
        costs.matrix = vec![1.0; classes.len() * classes.len()];
        for class in 0..classes.len() {
            costs.matrix[class * classes.len() + class] = 0.0;
        }
        let place = |name: &String| classes.iter().position(|class| class == name);
        for cost in named {
            if let (Some(actual), Some(answered)) = (place(&cost.actual), place(&cost.predicted)) {
                costs.matrix[answered * classes.len() + actual] = cost.cost;
            }
        }
        costs
    }

    /// The class of least expected cost `Σ pₐ cost(answered, a)`: of equals the more likely one, then the first.
    pub fn label(&self, probabilities: &[f64]) -> usize {
        let likely = crate::metrics::most_likely(probabilities);
        if self.matrix.is_empty() || probabilities.len() != self.classes {
            return likely;
        }
        let expected = |line: &[f64]| line.iter().zip(probabilities).map(|(cost, p)| cost * p).sum::<f64>();
        let lines = self.matrix.chunks_exact(self.classes).map(expected);
        let mut best: Option<(usize, f64)> = None;
        for (class, cost) in lines.enumerate() {
            let better = best.is_none_or(|(of, least)| {
                cost < least || (cost == least && probabilities[class] > probabilities[of])
            });
            if better {
                best = Some((class, cost));
            }
        }
        best.map_or(likely, |(class, _)| class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(actual: &str, predicted: &str, cost: f64) -> Cost {
        Cost { actual: actual.to_owned(), predicted: predicted.to_owned(), cost }
    }

    #[test]
    fn the_label_is_the_one_of_least_expected_cost() {
        let classes = ["healthy", "ill", "unclear"].map(str::to_owned);
        let plain = Costs::of(&[], &classes);
        assert_eq!(plain.label(&[0.6, 0.3, 0.1]), 0);
        // To miss an ill one costs ten: 3.1 for "healthy", 0.7 for "ill".
        let costs = Costs::of(&[cost("ill", "healthy", 10.0), cost("nobody", "ill", 99.0)], &classes);
        assert_eq!(costs.label(&[0.6, 0.3, 0.1]), 1);
        assert_eq!(costs.label(&[0.95, 0.03, 0.02]), 0);
        // A right answer may cost as well, and of equal costs the likelier class is answered.
        let equal = Costs::of(&[cost("ill", "ill", 1.0), cost("healthy", "healthy", 1.0)], &classes[..2]);
        assert_eq!((equal.label(&[0.4, 0.6]), equal.label(&[0.6, 0.4])), (1, 0));
    }
}
