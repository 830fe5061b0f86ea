//! What benches measure of the inside. Nothing of the product uses it.

use crate::families::trees::{
    BoostParameters, CategoryCoding, Encoding, Labels, Pace, TreeLink, bin, boost, encode,
};
use crate::math::{ln, sigmoid, softmax};
use crate::prepare::Plan;
use crate::settings::Imputation;
use crate::table::{ColumnData, Table};

/// What is to be boosted.
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
    /// Rounds that were kept.
    pub rounds: u32,
    /// Leaves of all trees.
    pub leaves: usize,
}

fn parameters(job: &Job<'_>) -> (BoostParameters, CategoryCoding) {
    let mut p = BoostParameters::recipe(job.train.len());
    let mut coding = CategoryCoding::usual(job.train.len());
    for (name, value) in &job.overrides {
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
            "sets" => coding = if *value > 0.0 { CategoryCoding::Sets } else { CategoryCoding::Ranks },
            _ => {}
        }
    }
    (p, coding)
}

/// Boosts trees; nothing when the target is missing somewhere.
pub fn boosting(job: &Job<'_>) -> Option<Outcome> {
    let (p, coding) = parameters(job);
    let train: Vec<usize> = job.train.iter().map(|row| *row as usize).collect();
    let plan = Plan::fit(job.table, &job.features, &train, Imputation::Mean);
    let target = &job.table.columns.get(job.target)?.data;
    let labels = match target {
        ColumnData::Numbers(values) => Labels::Numbers(values),
        ColumnData::Categories { codes, levels } => Labels::Classes { codes, count: levels.len() },
    };
    let encoding = Encoding::choose(job.table, &plan, coding, &job.train, labels, None);
    let matrix = encoding.train_matrix(job.table, &plan, &job.train, labels, None, p.seed);
    let binned = bin(&matrix, &encoding.inputs, &job.train, p.max_bins);
    let mut go_on = |_, _| Pace::On;
    let boosted =
        boost(&binned, &encoding.inputs, &job.train, &job.held_out, labels, None, &p, &mut go_on).ok()?;
    let mut sums = Vec::new();
    boosted.trees.sums_into(&encode(job.table, &plan, &encoding.inputs), &job.test, &mut sums);
    let width = boosted.trees.base.len();
    let loss = job.test.iter().zip(sums.chunks_mut(width)).map(|(row, sums)| {
        let at = *row as usize;
        match (labels, boosted.trees.link) {
            (Labels::Numbers(values), _) => (sums[0] - values[at]) * (sums[0] - values[at]),
            (Labels::Classes { codes, .. }, TreeLink::Sigmoid) => {
                let p = sigmoid(sums[0]);
                -ln((if codes[at] == 1 { p } else { 1.0 - p }).max(1e-15))
            }
            (Labels::Classes { codes, .. }, _) => {
                softmax(sums);
                -ln(sums[codes[at] as usize].max(1e-15))
            }
        }
    });
    let mean = loss.sum::<f64>() / job.test.len() as f64;
    let loss = if matches!(labels, Labels::Numbers(_)) { mean.sqrt() } else { mean };
    let leaves = boosted.trees.trees.iter().map(|tree| tree.values.len()).sum();
    Some(Outcome { loss, rounds: boosted.best_round, leaves })
}
