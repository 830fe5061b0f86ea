//! Which cells were not there.

use crate::scorer::{Batch, Core, Scorer};

impl Scorer {
    /// The features, by their place in the schema and rising, that the model reads and whose cell in the row is missing:
    /// a linear model filled them (a text by nothing), trees sent the row to the side that such rows took in learning.
    pub fn imputed(&self, batch: &Batch, row: usize) -> Vec<usize> {
        let mut reads = vec![false; self.schema().features.len()];
        for part in &self.parts {
            let features: Box<dyn Iterator<Item = usize>> = match &part.core {
                Core::Sums(sums) => {
                    let numbers = sums.numbers.iter().filter(|term| term.weights.iter().any(|w| *w != 0.0));
                    let of_levels = sums.categories.iter().map(|term| term.feature);
                    let of_dates = sums.cycles.iter().map(|term| term.feature);
                    let of_texts = sums.texts.iter().map(|term| term.feature);
                    Box::new(
                        numbers.map(|term| term.feature).chain(of_dates).chain(of_levels).chain(of_texts),
                    )
                }
                Core::Trees(trees) => Box::new(trees.inputs.iter().map(|input| input.feature)),
            };
            features.for_each(|at| reads.iter_mut().skip(at).take(1).for_each(|reads| *reads = true));
        }
        let missing = |at: &usize| reads[*at] && batch.is_missing(row, *at);
        (0..reads.len()).filter(missing).collect()
    }
}
