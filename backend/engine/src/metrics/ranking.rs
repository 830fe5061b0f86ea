//! Rows ranked by the probability of one class: the areas under its curves, under any weights.

/// Rows from the highest probability of a class to the lowest.
pub(super) struct Ranking {
    class: usize,
    order: Vec<u32>,
    /// Where each run of equal probabilities ends.
    ends: Vec<u32>,
}

impl Ranking {
    /// Ranks row-major probabilities `[rows, classes]`.
    pub fn of(probabilities: &[f64], classes: usize, class: usize) -> Self {
        let of_class = probabilities.chunks_exact(classes).map(|p| p[class]);
        let mut ranked: Vec<(f64, u32)> = of_class.zip(0..).collect();
        ranked.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut end = 0;
        let ends = ranked.chunk_by(|a, b| a.0 == b.0).map(|tie| {
            end += tie.len() as u32;
            end
        });
        let ends = ends.collect();
        Self { class, order: ranked.into_iter().map(|(_, row)| row).collect(), ends }
    }

    /// The area under the ROC curve (ties count half) and the average precision `Σ (recallᵢ − recallᵢ₋₁) precisionᵢ`
    /// (ties taken together, as scikit-learn does). `None` when the rows with weight are all members or all others.
    pub fn areas(&self, actual: &[usize], weights: &[f64]) -> Option<(f64, f64)> {
        let (mut hits, mut misses, mut doubled_area, mut precision_sum) = (0.0, 0.0, 0.0, 0.0);
        let mut start = 0;
        for end in &self.ends {
            let tie = self.order.get(start..*end as usize).unwrap_or_default();
            start = *end as usize;
            let (mut found, mut wrong) = (0.0, 0.0);
            for row in tie {
                let (class, weight) = (actual[*row as usize], weights[*row as usize]);
                if class == self.class {
                    found += weight;
                } else {
                    wrong += weight;
                }
            }
            doubled_area += wrong * (2.0 * hits + found);
            hits += found;
            misses += wrong;
            if found > 0.0 {
                precision_sum += found * hits / (hits + misses);
            }
        }
        (hits > 0.0 && misses > 0.0).then(|| (doubled_area / (2.0 * hits * misses), precision_sum / hits))
    }
}
