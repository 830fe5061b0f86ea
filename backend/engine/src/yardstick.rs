//! What benches measure of the inside. Nothing of the product uses it.

use crate::families::trees::{
    BoostParameters, CategoryCoding, Cuts, Encoding, ForestParameters, Labels, Pace, TreeLink, Trees, bin,
    boost, encode, forest,
};
use crate::math::{ln, sigmoid, softmax};
use crate::prepare::Plan;
use crate::settings::Imputation;
use crate::table::{ColumnData, Table};

/// What is to be learned.
pub struct Job<'a> {
    /// The table.
    pub table: &'a Table,
    /// The place of the target.
    pub target: usize,
    /// The places of the features.
    pub features: Vec<usize>,
    /// Rows to learn from.
    pub train: Vec<u32>,
    /// Rows that say when to end.
    pub held_out: Vec<u32>,
    /// Rows that the loss is measured on.
    pub test: Vec<u32>,
    /// Overrides of the recipe, by the name of the parameter.
    pub overrides: Vec<(String, f64)>,
}

/// What came of it.
pub struct Outcome {
    /// RMSE or log-loss on the test rows.
    pub loss: f64,
    /// Rounds that were kept, or trees of a forest.
    pub rounds: u32,
    /// Leaves of all trees.
    pub leaves: usize,
    /// Seconds of the caller's clock from the table to the trees.
    pub seconds: f64,
}

impl Job<'_> {
    fn value(&self, name: &str) -> Option<f64> {
        self.overrides.iter().find(|(of, _)| of == name).map(|(_, value)| *value)
    }

    fn boosting(&self) -> BoostParameters {
        let mut p = BoostParameters::recipe(self.train.len());
        for (name, value) in &self.overrides {
            match name.as_str() {
                "rounds" => p.rounds = *value as u32,
                "learning_rate" => p.learning_rate = *value,
                "max_leaves" => p.max_leaves = *value as usize,
                "max_depth" => p.max_depth = *value as u32,
                "min_leaf_rows" => p.min_leaf_rows = *value as usize,
                "l2" => p.l2 = *value,
                "row_fraction" => p.row_fraction = *value,
                "column_fraction" => p.column_fraction = *value,
                "early_stopping_rounds" => p.early_stopping_rounds = *value as u32,
                "max_bins" => p.max_bins = *value as usize,
                "seed" => p.seed = *value as u64,
                "threads" => p.threads = *value as usize,
                _ => {}
            }
        }
        p
    }

    fn forest(&self, columns: usize, labels: Labels<'_>, cuts: Cuts) -> ForestParameters {
        let mut p = ForestParameters::recipe(self.train.len(), columns, labels, cuts);
        for (name, value) in &self.overrides {
            match name.as_str() {
                "trees" => p.trees = *value as u32,
                "max_depth" => p.max_depth = *value as u32,
                "min_leaf_rows" => p.min_leaf_rows = *value as usize,
                "column_fraction" => p.column_fraction = *value,
                "seed" => p.seed = *value as u64,
                "threads" => p.threads = *value as usize,
                _ => {}
            }
        }
        p
    }
}

/// Learns trees: boosted, or a forest with the override `forest` (1 by the best cuts, 2 by random ones). `clock` says
/// seconds.
pub fn trees(job: &Job<'_>, clock: &dyn Fn() -> f64) -> Option<Outcome> {
    let start = clock();
    let train: Vec<usize> = job.train.iter().map(|row| *row as usize).collect();
    let plan = Plan::fit(job.table, &job.features, &train, Imputation::Mean, 1_024);
    let labels = match &job.table.columns.get(job.target)?.data {
        ColumnData::Numbers(values) => Labels::Numbers(values),
        ColumnData::Categories { codes, levels } => Labels::Classes { codes, count: levels.len() },
    };
    let coding = match job.value("sets") {
        Some(sets) if sets > 0.0 => CategoryCoding::Sets,
        Some(_) => CategoryCoding::Ranks,
        None => CategoryCoding::usual(job.train.len()),
    };
    let p = job.boosting();
    let encoding = Encoding::choose(job.table, &plan, coding, &job.train, labels, None);
    let matrix = encoding.train_matrix(job.table, &plan, &job.train, labels, None, p.seed);
    let inputs = &encoding.inputs;
    let binned = bin(&matrix, inputs, &job.train, p.max_bins);
    let mut go_on = |_, _| Pace::On;
    let (trees, rounds) = match job.value("forest") {
        Some(kind) => {
            let cuts = if kind > 1.0 { Cuts::Random } else { Cuts::Best };
            let p = job.forest(inputs.len(), labels, cuts);
            (forest(&binned, inputs, &job.train, labels, None, &p, &mut go_on).ok()?, p.trees)
        }
        None => {
            let boosted =
                boost(&binned, inputs, &job.train, &job.held_out, labels, None, &p, &mut go_on).ok()?;
            (boosted.trees, boosted.best_round)
        }
    };
    let seconds = clock() - start;
    let mut sums = Vec::new();
    trees.sums_into(&encode(job.table, &plan, inputs), &job.test, &mut sums);
    let leaves = trees.trees.iter().flat_map(|tree| &tree.input).filter(|input| **input == u32::MAX).count();
    Some(Outcome { loss: loss(&trees, labels, &job.test, &mut sums), rounds, leaves, seconds })
}

fn loss(trees: &Trees, labels: Labels<'_>, rows: &[u32], sums: &mut [f64]) -> f64 {
    let width = trees.base.len().max(1);
    let losses = rows.iter().zip(sums.chunks_mut(width)).map(|(row, sums)| {
        let at = *row as usize;
        let first = sums.first().copied().unwrap_or(0.0);
        match (labels, trees.link) {
            (Labels::Numbers(values), _) => {
                let error = first - values.get(at).copied().unwrap_or(0.0);
                error * error
            }
            (Labels::Classes { codes, .. }, link) => {
                let class = codes.get(at).map_or(0, |class| *class as usize);
                let p = match link {
                    TreeLink::Sigmoid if class == 1 => sigmoid(first),
                    TreeLink::Sigmoid => 1.0 - sigmoid(first),
                    TreeLink::Softmax => {
                        softmax(sums);
                        sums.get(class).copied().unwrap_or(0.0)
                    }
                    TreeLink::Identity | TreeLink::Probabilities => sums.get(class).copied().unwrap_or(0.0),
                };
                -ln(p.max(1e-15))
            }
        }
    });
    let mean = losses.sum::<f64>() / rows.len().max(1) as f64;
    if matches!(labels, Labels::Numbers(_)) { mean.sqrt() } else { mean }
}
