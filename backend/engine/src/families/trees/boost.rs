//! Gradient boosting on histograms (Friedman 2001; leaf by leaf as LightGBM, Ke et al. 2017): each tree is grown on
//! what the earlier ones left over.

use super::bin::Binned;
use super::grow::{Asked, GrowRules, Grower, GrownLeaf, Slope};
use super::histogram::Packing;
pub use super::objective::Labels;
use super::objective::{Objective, Slopes};
use super::{Input, Tree, TreeLink, Trees, sample};
use crate::families::Stopped;
use crate::random::SplitMix64;

/// Points of a learning curve at most.
const MAX_CURVE: usize = 500;

/// Rows below which the recipe is that of small tables.
const SMALL: usize = 4_000;

/// How boosting grows its trees.
#[derive(Debug, Clone)]
pub struct BoostParameters {
    /// Rounds at most; each grows a tree for every sum.
    pub rounds: u32,
    /// The share of each tree's answer that is taken.
    pub learning_rate: f64,
    /// Leaves of a tree at most.
    pub max_leaves: usize,
    /// Cuts from the root to a leaf at most.
    pub max_depth: u32,
    /// Rows of a leaf at least.
    pub min_leaf_rows: usize,
    /// The penalty on the squares of the leaves.
    pub l2: f64,
    /// The share of rows that each round is grown on.
    pub row_fraction: f64,
    /// The share of columns that each tree is grown on.
    pub column_fraction: f64,
    /// Growing ends when this many rounds did not improve the loss on held-out rows; 0 grows all.
    pub early_stopping_rounds: u32,
    /// Bins of a column of numbers at most.
    pub max_bins: usize,
    /// Decides which rows and columns each tree is grown on.
    pub seed: u64,
    /// One for each input: 1 where answers rise with it, −1 where they fall, else 0. For one sum only.
    pub monotone: Vec<i8>,
    /// Threads at most. The trees are the same for any number.
    pub threads: usize,
}

impl BoostParameters {
    /// The recipe that won on real data, for a train part of `rows` rows. On few rows trees of fewer and smaller
    /// leaves, on a smaller share of the rows each, win.
    pub fn recipe(rows: usize) -> Self {
        let is_small = rows < SMALL;
        Self {
            rounds: 1_000,
            learning_rate: 0.05,
            max_leaves: if is_small { 20 } else { 31 },
            max_depth: 8,
            min_leaf_rows: ((rows as f64).sqrt() / 2.0).clamp(2.0, 20.0) as usize,
            l2: 1.0,
            row_fraction: if is_small { 0.6 } else { 0.8 },
            column_fraction: 0.8,
            early_stopping_rounds: 50,
            max_bins: 255,
            seed: 42,
            monotone: Vec::new(),
            threads: 1,
        }
    }
}

/// What the caller answers when it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Go on.
    On,
    /// End with what there is.
    KeepAndEnd,
    /// End with nothing.
    Stop,
}

/// A point of a learning curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurvePoint {
    /// The round, from 1.
    pub round: u32,
    /// The loss on the train rows: RMSE on the scaled target, or log-loss.
    pub train_loss: f64,
    /// The loss on the held-out rows.
    pub held_out_loss: Option<f64>,
}

/// What boosting came to.
#[derive(Debug)]
pub struct Boosted {
    /// The trees up to the best round.
    pub trees: Trees,
    /// The number of rounds that they are of.
    pub best_round: u32,
    /// The losses: of the first and the last round and evenly between, at most 500 points.
    pub curve: Vec<CurvePoint>,
    /// The sums of the held-out rows, row by row.
    #[cfg_attr(not(test), expect(dead_code, reason = "tests hold it against the scorer"))]
    pub held_out: Vec<f64>,
}

/// Why growing ended in the middle.
enum Halt {
    Keep,
    Stop,
}

/// The caller, who is asked between rounds and within.
struct Caller<'a> {
    go_on: &'a mut dyn FnMut(u32, f64) -> Pace,
    round: u32,
    loss: f64,
}

impl Caller<'_> {
    fn ask(&mut self) -> Result<(), Halt> {
        match (self.go_on)(self.round, self.loss) {
            Pace::On => Ok(()),
            Pace::KeepAndEnd => Err(Halt::Keep),
            Pace::Stop => Err(Halt::Stop),
        }
    }
}

/// Learns from the rows `train`, and watches `held_out` for when to end. Labels and weights have one for each row of
/// the matrix; weights are above 0 or 0, and finite. `go_on` is asked with the number of whole rounds and the last
/// loss on the held-out rows (NaN without), between rounds and within.
///
/// # Errors
/// [`Stopped`] when the caller says so.
#[expect(clippy::too_many_arguments, reason = "data, labels and how to learn from them")]
pub fn boost(
    data: &Binned,
    inputs: &[Input],
    train: &[u32],
    held_out: &[u32],
    labels: Labels<'_>,
    weights: Option<&[f64]>,
    parameters: &BoostParameters,
    go_on: &mut dyn FnMut(u32, f64) -> Pace,
) -> Result<Boosted, Stopped> {
    let mut caller = Caller { go_on, round: 0, loss: f64::NAN };
    let mut boosting = Boosting::new(data, train, held_out, labels, weights, parameters);
    let mut grower = Grower::new(data, boosting.rules(data), parameters.threads);
    while caller.round < parameters.rounds {
        match boosting.round(&mut grower, &mut caller) {
            Ok(()) => {}
            Err(Halt::Keep) => break,
            Err(Halt::Stop) => return Err(Stopped),
        }
        caller.round += 1;
        boosting.measure(&mut caller);
        if boosting.is_over(caller.round) {
            break;
        }
        match caller.ask() {
            Ok(()) => {}
            Err(Halt::Keep) => break,
            Err(Halt::Stop) => return Err(Stopped),
        }
    }
    Ok(boosting.finish(inputs, caller.round))
}

/// The best round so far on the held-out rows.
struct Best {
    round: u32,
    loss: f64,
    sums: Vec<f64>,
}

struct Boosting<'a> {
    parameters: &'a BoostParameters,
    objective: Objective<'a>,
    labels: Labels<'a>,
    train: Vec<u32>,
    held_out: &'a [u32],
    base: Vec<f64>,
    /// For each sum one number for each row of the matrix.
    sums: Vec<Vec<f64>>,
    probabilities: Vec<Vec<f64>>,
    /// The sums of the held-out rows after the last whole round, row by row.
    whole: Vec<f64>,
    slopes: Slopes,
    words: Vec<i64>,
    random: SplitMix64,
    columns: Vec<u32>,
    trees: Vec<Tree>,
    sets: Vec<Vec<u32>>,
    curve: Vec<CurvePoint>,
    stride: u32,
    best: Option<Best>,
}

impl<'a> Boosting<'a> {
    fn new(
        data: &Binned,
        train: &[u32],
        held_out: &'a [u32],
        labels: Labels<'a>,
        weights: Option<&'a [f64]>,
        parameters: &'a BoostParameters,
    ) -> Self {
        // Rows in the order of the table are read from neighbouring places.
        let mut train = train.to_vec();
        train.sort_unstable();
        let objective = Objective::new(labels, weights, &train);
        let base = objective.base(&train);
        let sums: Vec<Vec<f64>> = base.iter().map(|base| vec![*base; data.rows]).collect();
        let classes = matches!(labels, Labels::Classes { .. });
        let probabilities = if classes { vec![vec![0.0; data.rows]; base.len()] } else { Vec::new() };
        let curvature = if objective.has_constant_curvature() { Vec::new() } else { vec![0.0; data.rows] };
        let mut boosting = Self {
            parameters,
            objective,
            labels,
            train,
            held_out,
            base,
            sums,
            probabilities,
            whole: Vec::new(),
            slopes: Slopes { gradient: vec![0.0; data.rows], curvature },
            words: vec![0; data.rows],
            random: SplitMix64::new(parameters.seed),
            columns: data.varying(),
            trees: Vec::new(),
            sets: Vec::new(),
            curve: Vec::new(),
            stride: parameters.rounds.div_ceil(MAX_CURVE as u32 / 2).max(1),
            best: None,
        };
        boosting.note_held_out_sums();
        boosting
    }

    fn rules(&self, data: &Binned) -> GrowRules {
        let p = self.parameters;
        let one_sum = self.base.len() == 1;
        let direction = |at: usize| if one_sum { p.monotone.get(at).copied().unwrap_or(0) } else { 0 };
        GrowRules {
            max_leaves: p.max_leaves.max(1),
            max_depth: p.max_depth,
            min_leaf_rows: p.min_leaf_rows.max(1),
            l2: p.l2.max(0.0),
            min_level_rows: p.min_leaf_rows.clamp(1, 10),
            monotone: (0..data.columns.len()).map(direction).collect(),
        }
    }

    /// One more tree for each sum.
    fn round(&mut self, grower: &mut Grower<'_>, caller: &mut Caller<'_>) -> Result<(), Halt> {
        let before = (self.trees.len(), self.sets.len());
        let (mut grown, mut others) = (Vec::new(), Vec::new());
        sample::rows(&self.train, self.parameters.row_fraction, &mut self.random, &mut grown, &mut others);
        others.extend_from_slice(self.held_out);
        self.objective.probabilities(&grown, &self.sums, &mut self.probabilities);
        for k in 0..self.base.len() {
            if let Err(halt) = self.tree(k, grower, &grown, &others, &mut || caller.ask()) {
                self.trees.truncate(before.0);
                self.sets.truncate(before.1);
                return Err(halt);
            }
        }
        Ok(())
    }

    fn tree(
        &mut self,
        k: usize,
        grower: &mut Grower<'_>,
        grown: &[u32],
        others: &[u32],
        asked: Asked<'_, Halt>,
    ) -> Result<(), Halt> {
        let columns = sample::columns(&self.columns, self.parameters.column_fraction, &mut self.random);
        self.objective.slopes(k, grown, &self.sums, &self.probabilities, &mut self.slopes);
        let packing = self.pack(grown);
        let slope = Slope {
            output: k as u32,
            gradient: &self.slopes.gradient,
            curvature: (!self.slopes.curvature.is_empty()).then_some(&self.slopes.curvature),
            weights: self.objective.weights,
            words: &self.words,
            packing,
        };
        let others = others.iter().copied();
        let (mut tree, leaves) = grower.grow(&slope, grown, others, &columns, &mut self.sets, asked)?;
        tree.values.iter_mut().for_each(|value| *value *= self.parameters.learning_rate);
        if let Some(sums) = self.sums.get_mut(k) {
            add(sums, grower, &leaves, &tree.values);
        }
        self.trees.push(tree);
        Ok(())
    }

    /// Packs the slopes of the rows.
    fn pack(&mut self, rows: &[u32]) -> Packing {
        let most = |values: &[f64]| {
            rows.iter()
                .fold(0.0_f64, |most, row| most.max(values.get(*row as usize).map_or(0.0, |v| v.abs())))
        };
        let Slopes { gradient, curvature } = &self.slopes;
        let greatest = if curvature.is_empty() { None } else { Some(most(curvature)) };
        let packing = Packing::new(rows.len(), most(gradient), greatest);
        for row in rows {
            let at = *row as usize;
            let (Some(word), Some(gradient)) = (self.words.get_mut(at), gradient.get(at)) else { continue };
            *word = match curvature.get(at) {
                Some(curvature) => packing.pack(*gradient, *curvature),
                None => packing.pack_constant(*gradient),
            };
        }
        packing
    }

    /// Notes the losses after a round.
    fn measure(&mut self, caller: &mut Caller<'_>) {
        let round = caller.round;
        if !self.held_out.is_empty() {
            self.objective.probabilities(self.held_out, &self.sums, &mut self.probabilities);
            caller.loss = self.objective.loss(self.held_out, &self.sums, &self.probabilities);
            self.note_held_out_sums();
            if self.best.as_ref().is_none_or(|best| caller.loss < best.loss) {
                self.best = Some(Best { round, loss: caller.loss, sums: self.whole.clone() });
            }
        }
        let is_last = round == self.parameters.rounds || self.is_over(round);
        if round == 1 || is_last || round.is_multiple_of(self.stride) {
            self.objective.probabilities(&self.train, &self.sums, &mut self.probabilities);
            let train_loss = self.objective.loss(&self.train, &self.sums, &self.probabilities);
            let held_out_loss = (!self.held_out.is_empty()).then_some(caller.loss);
            self.curve.push(CurvePoint { round, train_loss, held_out_loss });
            if self.curve.len() > MAX_CURVE {
                self.stride *= 2;
                let stride = self.stride;
                self.curve.retain(|point| point.round == 1 || point.round.is_multiple_of(stride));
            }
        }
    }

    fn is_over(&self, round: u32) -> bool {
        let patience = self.parameters.early_stopping_rounds;
        patience > 0 && self.best.as_ref().is_some_and(|best| round - best.round >= patience)
    }

    fn note_held_out_sums(&mut self) {
        let unit = self.objective.unit;
        self.whole.clear();
        for row in self.held_out {
            let at = *row as usize;
            self.whole.extend(self.sums.iter().map(|sums| sums.get(at).copied().unwrap_or(0.0) * unit));
        }
    }

    fn finish(mut self, inputs: &[Input], rounds: u32) -> Boosted {
        let (best_round, held_out) = match self.best.take() {
            Some(best) if self.parameters.early_stopping_rounds > 0 => (best.round, best.sums),
            _ => (rounds, self.whole),
        };
        let unit = self.objective.unit;
        self.trees.truncate(best_round as usize * self.base.len());
        for value in self.trees.iter_mut().flat_map(|tree| &mut tree.values) {
            *value = (*value * unit).clamp(f64::MIN, f64::MAX);
        }
        let used = |tree: &Tree| {
            tree.set.iter().filter(|set| **set != super::NONE).max().map(|set| *set as usize + 1)
        };
        self.sets.truncate(self.trees.iter().filter_map(used).max().unwrap_or(0));
        let link = match self.labels {
            Labels::Numbers(_) => TreeLink::Identity,
            Labels::Classes { count: 0..=2, .. } => TreeLink::Sigmoid,
            Labels::Classes { .. } => TreeLink::Softmax,
        };
        let base = self.base.iter().map(|base| base * unit).collect();
        let trees = Trees { inputs: inputs.to_vec(), base, link, sets: self.sets, trees: self.trees };
        Boosted { trees, best_round, curve: self.curve, held_out }
    }
}

/// Adds the answers of a tree's leaves to the sums of their rows.
fn add(sums: &mut [f64], grower: &Grower<'_>, leaves: &[GrownLeaf], values: &[f64]) {
    for (leaf, value) in leaves.iter().zip(values) {
        let rows = grower.grown.of(&leaf.grown).iter().chain(grower.others.of(&leaf.others));
        for row in rows {
            if let Some(sum) = sums.get_mut(*row as usize) {
                *sum += value;
            }
        }
    }
}
