//! Grows one tree of a forest, node by node: each cut is the best of some columns that chance chooses.

use std::ops::Range;

use super::bin::Binned;
use super::forest::Cuts;
use super::histogram::Packing;
use super::node::{Chance, NodeCut, Says, Table};
use super::objective::Labels;
use super::partition::Partition;
use super::shape::Shape;
use super::{NONE, Tree};
use crate::random::SplitMix64;

/// How far a tree grows.
pub struct TreeRules {
    pub max_depth: u32,
    pub min_leaf_rows: usize,
    pub column_fraction: f64,
    pub cuts: Cuts,
}

/// What the rows of a leaf vote for.
pub struct Votes<'a> {
    labels: Labels<'a>,
    centre: f64,
    unit: f64,
}

impl<'a> Votes<'a> {
    pub fn new(labels: Labels<'a>, train: &[u32]) -> Self {
        let Labels::Numbers(values) = labels else { return Self { labels, centre: 0.0, unit: 1.0 } };
        let of = |row: &u32| values.get(*row as usize).copied().unwrap_or(0.0);
        let unit = super::objective::unit(train.iter().map(of));
        let centre = train.iter().map(|row| of(row) / unit).sum::<f64>() / train.len().max(1) as f64;
        Self { labels, centre, unit }
    }

    pub fn is_number(&self) -> bool {
        matches!(self.labels, Labels::Numbers(_))
    }

    /// What is answered without trees.
    pub fn base(&self) -> Vec<f64> {
        match self.labels {
            Labels::Numbers(_) => vec![self.centre * self.unit],
            Labels::Classes { count, .. } => vec![0.0; count],
        }
    }

    /// The number that a row says, or whether it is of the second of two classes.
    fn value(&self, row: u32) -> f64 {
        let at = row as usize;
        match self.labels {
            Labels::Numbers(values) => values.get(at).copied().unwrap_or(0.0) / self.unit - self.centre,
            Labels::Classes { codes, .. } => f64::from(u8::from(codes.get(at) == Some(&1))),
        }
    }

    /// What a leaf answers: the mean of its numbers, or the share of each class.
    fn leaf(&self, rows: &[u32], weight: impl Fn(u32) -> f64, into: &mut Vec<f64>) {
        let total: f64 = rows.iter().map(|row| weight(*row)).sum();
        let total = if total > 0.0 { total } else { 1.0 };
        match self.labels {
            Labels::Numbers(_) => {
                let sum: f64 = rows.iter().map(|row| weight(*row) * self.value(*row)).sum();
                into.push((sum / total * self.unit).clamp(f64::MIN, f64::MAX));
            }
            Labels::Classes { codes, count } => {
                let start = into.len();
                into.resize(start + count, 0.0);
                let shares = into.get_mut(start..).unwrap_or_default();
                for row in rows {
                    let class = codes.get(*row as usize).map_or(0, |class| *class as usize);
                    if let Some(share) = shares.get_mut(class) {
                        *share += weight(*row) / total;
                    }
                }
            }
        }
    }
}

/// What trees are grown from.
pub struct Bagged<'a> {
    data: &'a Binned,
    train: Vec<u32>,
    votes: &'a Votes<'a>,
    weights: Option<&'a [f64]>,
    rules: TreeRules,
    columns: Vec<u32>,
}

struct Node {
    at: usize,
    rows: Range<usize>,
    depth: u32,
}

impl<'a> Bagged<'a> {
    pub fn new(
        data: &'a Binned,
        train: &[u32],
        votes: &'a Votes<'a>,
        weights: Option<&'a [f64]>,
        rules: TreeRules,
    ) -> Self {
        let mut train = train.to_vec();
        train.sort_unstable();
        Self { data, train, votes, weights, rules, columns: data.varying() }
    }

    /// How often each row is drawn: with replacement as many as there are, or each once.
    fn draw(&self, random: &mut SplitMix64) -> Vec<u32> {
        let mut times = vec![0_u32; self.data.rows];
        let mut add = |row: u32| {
            if let Some(times) = times.get_mut(row as usize) {
                *times += 1;
            }
        };
        match self.rules.cuts {
            Cuts::Random => self.train.iter().for_each(|row| add(*row)),
            Cuts::Best => {
                for _ in 0..self.train.len() {
                    let at = random.below(self.train.len() as u64) as usize;
                    self.train.get(at).copied().into_iter().for_each(&mut add);
                }
            }
        }
        times
    }

    /// Grows a tree; nothing when the caller does not want to go on.
    pub fn grow(
        &self,
        mut random: SplitMix64,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Option<(Tree, Vec<Vec<u32>>)> {
        let times = self.draw(&mut random);
        let weight = |row: u32| {
            let times = f64::from(times.get(row as usize).copied().unwrap_or(0));
            times * self.weights.map_or(1.0, |weights| weights.get(row as usize).copied().unwrap_or(0.0))
        };
        let drawn = self.train.iter().copied().filter(|row| weight(*row) > 0.0);
        let mut partition = Partition::new();
        let root = partition.reset(drawn);
        let says = self.says(partition.of(&root), weight);
        let mut table = Table::new(says, self.rules.min_leaf_rows);
        let mut shape = Shape::new(if self.votes.is_number() { 0 } else { NONE });
        let mut sets = Vec::new();
        let mut open = vec![Node { at: 0, rows: root, depth: 0 }];
        while let Some(node) = open.pop() {
            if !go_on() {
                return None;
            }
            let rows = partition.of(&node.rows);
            let cut = self.find(&node, rows, &mut table, &mut random);
            let parted = cut.and_then(|cut| self.part(&mut partition, &node, cut));
            if let Some((cut, middle)) = parted {
                let child = shape.cut(node.at, cut.column, &cut.left, self.data, &mut sets);
                // The left side first: its rows are the nearer ones.
                open.push(Node { at: child + 1, rows: middle..node.rows.end, depth: node.depth + 1 });
                open.push(Node { at: child, rows: node.rows.start..middle, depth: node.depth + 1 });
            } else {
                let rows = partition.of(&node.rows);
                let cover = rows.iter().map(|row| weight(*row)).sum();
                self.votes.leaf(rows, weight, shape.answer(node.at, cover));
            }
        }
        Some((shape.finish(), sets))
    }

    /// What the rows say, in whole numbers.
    fn says(&self, rows: &[u32], weight: impl Fn(u32) -> f64) -> Says<'a> {
        let greatest = rows.iter().map(|row| weight(*row)).fold(0.0, f64::max);
        let mut words = vec![0; self.data.rows];
        let mut fill = |word: &dyn Fn(u32) -> i64| {
            for row in rows {
                if let Some(cell) = words.get_mut(*row as usize) {
                    *cell = word(*row);
                }
            }
        };
        let Labels::Classes { codes, count: count @ 3.. } = self.votes.labels else {
            // Drawn several times, a row counts as so many rows of its value.
            let largest = rows.iter().map(|row| self.votes.value(*row).abs()).fold(0.0, f64::max);
            let packing = match self.weights {
                None => Packing::new(self.train.len(), largest, None),
                Some(_) => Packing::new(rows.len(), largest * greatest, Some(greatest)),
            };
            fill(&|row| packing.pack(self.votes.value(row) * weight(row), weight(row)));
            return Says::Numbers { packing, words };
        };
        // Whole weights stay as they are; others have 20 bits.
        let scale = if self.weights.is_none() { 1.0 } else { f64::from(1 << 20) / greatest };
        fill(&|row| ((weight(row) * scale).round() as i64).max(1));
        Says::Classes { codes, count, weights: words }
    }

    /// The best of the cuts that chance offers.
    fn find(
        &self,
        node: &Node,
        rows: &[u32],
        table: &mut Table<'_>,
        random: &mut SplitMix64,
    ) -> Option<NodeCut> {
        if node.depth >= self.rules.max_depth || rows.len() < 2 * self.rules.min_leaf_rows {
            return None;
        }
        if !table.enter(rows) {
            return None;
        }
        let wanted = (self.columns.len() as f64 * self.rules.column_fraction).round().max(1.0) as usize;
        let mut columns = self.columns.clone();
        let (mut best, mut tried): (Option<NodeCut>, usize) = (None, 0);
        // Columns that offer nothing are not counted, so that a node is a leaf only when no column parts it.
        for place in 0..columns.len() {
            if tried >= wanted {
                break;
            }
            let other = place + random.below((columns.len() - place) as u64) as usize;
            columns.swap(place, other);
            let Some(column) = columns.get(place) else { break };
            let Some(binned) = self.data.columns.get(*column as usize) else { continue };
            let chance = match self.rules.cuts {
                Cuts::Best => None,
                Cuts::Random => Some(Chance::new(random)),
            };
            let Some(cut) = table.best(*column, binned, rows, chance) else { continue };
            tried += 1;
            if best.as_ref().is_none_or(|best| cut.gain > best.gain) {
                best = Some(cut);
            }
        }
        best
    }

    /// Parts the rows of a node; nothing when a side would have too few.
    fn part(&self, partition: &mut Partition, node: &Node, cut: NodeCut) -> Option<(NodeCut, usize)> {
        let codes = self.data.columns.get(cut.column as usize).map_or(&[][..], |column| &column.codes);
        let middle = partition.split(&node.rows, codes, &cut.left);
        let fewest = (middle - node.rows.start).min(node.rows.end - middle);
        (fewest >= self.rules.min_leaf_rows).then_some((cut, middle))
    }
}
