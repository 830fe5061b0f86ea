//! Random forests (Breiman 2001) and extremely randomised trees (Geurts et al. 2006): the mean of trees that chance
//! makes different.
//!
//! Trees are independent: each has its own stream of chance, and threads take the next one that nobody has begun. They
//! are put together in their order, so that the forest is the same for any number of threads.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::bagged::{Bagged, TreeRules, Votes};
use super::bin::Binned;
use super::boost::Pace;
use super::objective::Labels;
use super::{Input, NONE, Tree, TreeLink, Trees};
use crate::families::Stopped;
use crate::random::SplitMix64;

/// How long the caller is not asked at most while others grow the last trees.
const ASK_EVERY: Duration = Duration::from_millis(50);

/// How the cuts of a tree are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cuts {
    /// The best of each column; each tree is grown on rows drawn with replacement.
    Best,
    /// One by chance of each column, of which the best is taken; each tree is grown on all rows.
    Random,
}

/// How a forest grows.
#[derive(Debug, Clone)]
pub struct ForestParameters {
    /// Trees.
    pub trees: u32,
    /// Cuts from the root to a leaf at most.
    pub max_depth: u32,
    /// Rows of a leaf at least.
    pub min_leaf_rows: usize,
    /// The share of columns that each cut chooses among.
    pub column_fraction: f64,
    /// How cuts are chosen.
    pub cuts: Cuts,
    /// Decides the rows and columns.
    pub seed: u64,
    /// Threads at most. The forest is the same for any number.
    pub threads: usize,
}

impl ForestParameters {
    /// What does well on real data: most columns for numbers, the root of their number for classes, whose leaves hold
    /// some rows so that their shares are not all 0 or 1. Leaves are larger on many rows, so that a forest stays within
    /// some megabytes.
    pub fn recipe(rows: usize, columns: usize, labels: Labels<'_>, cuts: Cuts) -> Self {
        let columns = columns.max(1) as f64;
        let (least, column_fraction) = match labels {
            Labels::Numbers(_) => (1, 0.6),
            Labels::Classes { .. } => (4, columns.sqrt() / columns),
        };
        Self {
            trees: 100,
            max_depth: 24,
            min_leaf_rows: (rows / 5_000).max(least),
            column_fraction,
            cuts,
            seed: 42,
            threads: 1,
        }
    }
}

/// A tree with its own sets of levels.
type Grown = (Tree, Vec<Vec<u32>>);

/// What the threads share.
struct Shared<'a> {
    bagged: Bagged<'a>,
    parameters: &'a ForestParameters,
    next: AtomicUsize,
    ends: AtomicBool,
}

impl Shared<'_> {
    /// Grows trees until there are enough or the end is called.
    fn work(&self, done: &Sender<(usize, Grown)>, asked: &mut dyn FnMut() -> bool) {
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            if at >= self.parameters.trees as usize {
                return;
            }
            let seed = SplitMix64::new(self.parameters.seed.wrapping_add(at as u64)).next_u64();
            let mut go_on = || asked() && !self.ends.load(Ordering::Relaxed);
            match self.bagged.grow(SplitMix64::new(seed), &mut go_on) {
                Some(grown) => {
                    if done.send((at, grown)).is_err() {
                        return;
                    }
                }
                None => {
                    self.ends.store(true, Ordering::Relaxed);
                    return;
                }
            }
        }
    }
}

/// Learns from the rows `train`. Labels and weights have one for each row of the matrix. `go_on` is asked with the
/// number of whole trees and NaN, between trees and within. Told to keep, the forest has the trees that were whole.
///
/// # Errors
/// [`Stopped`] when the caller says so, or says to keep before the first tree is whole.
pub fn forest(
    data: &Binned,
    inputs: &[Input],
    train: &[u32],
    labels: Labels<'_>,
    weights: Option<&[f64]>,
    parameters: &ForestParameters,
    go_on: &mut dyn FnMut(u32, f64) -> Pace,
) -> Result<Trees, Stopped> {
    let votes = Votes::new(labels, train);
    let rules = TreeRules {
        max_depth: parameters.max_depth,
        min_leaf_rows: parameters.min_leaf_rows.max(1),
        column_fraction: parameters.column_fraction,
        cuts: parameters.cuts,
    };
    let shared = Shared {
        bagged: Bagged::new(data, train, &votes, weights, rules),
        parameters,
        next: AtomicUsize::new(0),
        ends: AtomicBool::new(false),
    };
    let (grown, pace) = grow_all(&shared, go_on);
    if pace == Pace::Stop || (pace == Pace::KeepAndEnd && grown.is_empty()) {
        return Err(Stopped);
    }
    Ok(mean(grown, inputs, &votes))
}

/// The trees in their order, and what the caller said last.
fn grow_all(shared: &Shared<'_>, go_on: &mut dyn FnMut(u32, f64) -> Pace) -> (Vec<Grown>, Pace) {
    let (done, finished) = channel();
    let mut grown: Vec<(usize, Grown)> = Vec::new();
    let mut pace = Pace::On;
    let trees = shared.parameters.trees.max(1) as usize;
    std::thread::scope(|scope| {
        for _ in 1..shared.parameters.threads.clamp(1, trees) {
            let done = done.clone();
            scope.spawn(move || shared.work(&done, &mut || true));
        }
        let mut asked = |grown: &[(usize, Grown)]| {
            if pace == Pace::On {
                pace = go_on(grown.len() as u32, f64::NAN);
            }
            pace == Pace::On
        };
        shared.work(&done, &mut || {
            grown.extend(finished.try_iter());
            asked(&grown)
        });
        drop(done);
        loop {
            match finished.recv_timeout(ASK_EVERY) {
                Ok(tree) => grown.push(tree),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if !asked(&grown) {
                shared.ends.store(true, Ordering::Relaxed);
            }
        }
    });
    grown.sort_by_key(|(at, _)| *at);
    (grown.into_iter().map(|(_, tree)| tree).collect(), pace)
}

/// The mean of the trees.
fn mean(grown: Vec<Grown>, inputs: &[Input], votes: &Votes<'_>) -> Trees {
    let share = 1.0 / grown.len().max(1) as f64;
    let link = if votes.is_number() { TreeLink::Identity } else { TreeLink::Probabilities };
    let (mut trees, mut sets) = (Vec::with_capacity(grown.len()), Vec::new());
    for (mut tree, own) in grown {
        let first = sets.len() as u32;
        tree.set.iter_mut().filter(|set| **set != NONE).for_each(|set| *set += first);
        tree.values.iter_mut().for_each(|value| *value *= share);
        sets.extend(own);
        trees.push(tree);
    }
    Trees { inputs: inputs.to_vec(), base: votes.base(), link, sets, trees }
}
