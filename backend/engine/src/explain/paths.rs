//! Shapley values of trees, path-dependent: what a tree would answer if it knew some of the features only, every cut on
//! another feature sending a row to both sides by the train weights.
//!
//! The game of a leaf is a product: with `oᵢ` 1 where the row passes the leaf's cuts on feature i and else 0, and `zᵢ` the
//! share of weight that these cuts let through, knowing the features S gives `v Π_{i∈S} oᵢ Π_{i∉S} zᵢ`. Its Shapley value is
//!
//! ```text
//! φᵢ = v (oᵢ − zᵢ) ∫₀¹ Π_{j≠i} (t oⱼ + (1 − t) zⱼ) dt
//! ```
//!
//! because `∫ tˢ (1 − t)ⁿ⁻¹⁻ˢ dt` is the weight of a coalition of s. The integrand is a polynomial in t, so half as many
//! points of Gauss and Legendre as a path has features are exact. The products run down the tree, one factor an edge, the
//! sums over leaves run up, and each edge adds once: two passes of a tree, linear in its nodes, without the quadratic
//! unwinding of paths in the original (Lundberg et al., From local explanations to global understanding with
//! explainable AI for trees, 2020); the polynomial is the idea of Yu et al., Linear TreeShap, 2022.
//!
//! A feature is one player, however many inputs are made of it.

use super::quadrature::Rule;
use crate::families::trees::NONE;
use crate::scorer::trees::{Cells, FlatTrees, Root};

/// What leads to a node.
#[derive(Debug, Clone, Copy)]
struct Edge {
    /// The node before, counted in the nodes of the tree.
    parent: u32,
    /// The feature that is cut.
    feature: u32,
    /// The nearest edge before that cuts the same feature, by the node it leads to; [`NONE`] if there is none.
    same: u32,
    /// The share of its parent's weight.
    share: f64,
    /// The product of the shares of all edges so far that cut the feature.
    through: f64,
}

const NO_EDGE: Edge = Edge { parent: 0, feature: 0, same: NONE, share: 1.0, through: 1.0 };

/// What explanations need of an ensemble beside its nodes.
#[derive(Debug)]
pub struct Paths {
    /// One for each node.
    edges: Vec<Edge>,
    /// The trees by the number of points that are exact for their paths: 2, 4, 8, 16 and 32.
    by_points: [Vec<u32>; 5],
    /// What the sums are when nothing is known.
    pub base: Vec<f64>,
}

impl Paths {
    pub fn new(trees: &FlatTrees) -> Self {
        let mut paths = Self {
            edges: vec![NO_EDGE; trees.nodes.len()],
            by_points: Default::default(),
            base: trees.base.clone(),
        };
        let mut features = vec![0_u32; trees.width];
        for input in &trees.inputs {
            for cell in input.cells {
                if let Some(feature) = features.get_mut(cell as usize) {
                    *feature = input.feature as u32;
                }
            }
        }
        for (at, root) in trees.roots.iter().enumerate() {
            let most = paths.add_tree(trees, root, &features);
            // More than 63 features on one path leave an error far below the rounding.
            let class = [4, 8, 16, 32].iter().take_while(|bound| most > **bound).count();
            paths.by_points[class].push(at as u32);
        }
        paths
    }

    /// Fills in the edges of a tree, adds what it answers when nothing is known, and gives the greatest number of
    /// features on a path.
    fn add_tree(&mut self, trees: &FlatTrees, root: &Root, features: &[u32]) -> usize {
        let (start, count) = (root.node as usize, root.nodes as usize);
        let edges = &mut self.edges[start..start + count];
        // The share of weight that reaches each node, and the features on the way.
        let mut reached = vec![0.0; count];
        let mut known = vec![0_usize; count];
        reached[0] = 1.0;
        for at in 0..count {
            let node = &trees.nodes[start + at];
            if node.is_leaf() {
                let place = node.place();
                let sums = self.base.len();
                match self.base.get_mut(root.output as usize) {
                    Some(sum) => *sum += reached[at] * trees.values[root.values as usize + place],
                    None => {
                        let leaf = &trees.values[root.values as usize + place * sums..];
                        self.base.iter_mut().zip(leaf).for_each(|(sum, value)| *sum += reached[at] * value);
                    }
                }
                continue;
            }
            let left = node.left() - start;
            let feature = features[node.cell()];
            let weights = [0, 1].map(|side| f64::from(trees.cover[start + left + side]));
            let total = weights[0] + weights[1];
            let first = if total > 0.0 { weights[0] / total } else { 0.5 };
            let mut same = at as u32;
            while same != 0 && edges[same as usize].feature != feature {
                same = edges[same as usize].parent;
            }
            let same = if same == 0 { NONE } else { same };
            let before = if same == NONE { 1.0 } else { edges[same as usize].through };
            for (side, share) in [(0, first), (1, 1.0 - first)] {
                edges[left + side] =
                    Edge { parent: at as u32, feature, same, share, through: before * share };
                reached[left + side] = reached[at] * share;
                known[left + side] = known[at] + usize::from(same == NONE);
            }
        }
        known.into_iter().max().unwrap_or(0)
    }

    /// Adds the Shapley values of the first row of the cells: `[sums, features]`, row-major.
    pub fn add_to(&self, trees: &FlatTrees, cells: &Cells, features: usize, out: &mut [f64]) {
        self.add_trees::<2>(trees, cells, features, out, 0);
        self.add_trees::<4>(trees, cells, features, out, 1);
        self.add_trees::<8>(trees, cells, features, out, 2);
        self.add_trees::<16>(trees, cells, features, out, 3);
        self.add_trees::<32>(trees, cells, features, out, 4);
    }

    fn add_trees<const M: usize>(
        &self,
        trees: &FlatTrees,
        cells: &Cells,
        features: usize,
        out: &mut [f64],
        class: usize,
    ) {
        if self.by_points[class].is_empty() {
            return;
        }
        let mut passes = Passes::<M>::new();
        for root in self.by_points[class].iter().filter_map(|at| trees.roots.get(*at as usize)) {
            let start = root.node as usize;
            let edges = &self.edges[start..start + root.nodes as usize];
            passes.down(trees, root, edges, cells);
            if let Some(out) = out.chunks_exact_mut(features).nth(root.output as usize) {
                passes.up(trees, root, edges, (0, 1), out);
            } else {
                let sums = self.base.len();
                for (sum, out) in out.chunks_exact_mut(features).enumerate() {
                    passes.up(trees, root, edges, (sum, sums), out);
                }
            }
        }
    }
}

/// The memory of the two passes of a tree.
struct Passes<const M: usize> {
    rule: Rule<M>,
    /// `1 / (1 − t)` at each point.
    inverse: [f64; M],
    /// For each node whether the row passes all cuts so far on the feature of its edge.
    passed: Vec<bool>,
    /// For each node the product of the factors of all features so far, at each point.
    products: Vec<[f64; M]>,
    /// For each node the sum over the leaves below of value times product, at each point.
    below: Vec<[f64; M]>,
}

impl<const M: usize> Passes<M> {
    fn new() -> Self {
        let rule = Rule::<M>::new();
        let inverse = rule.points.map(|t| 1.0 / (1.0 - t));
        Self { rule, inverse, passed: Vec::new(), products: Vec::new(), below: Vec::new() }
    }

    /// `t o + (1 − t) z` at each point.
    #[inline(always)]
    fn factor(&self, passed: bool, through: f64) -> [f64; M] {
        let o = if passed { 1.0 } else { 0.0 };
        self.rule.points.map(|t| t * o + (1.0 - t) * through)
    }

    fn down(&mut self, trees: &FlatTrees, root: &Root, edges: &[Edge], cells: &Cells) {
        let start = root.node as usize;
        let (numbers, codes) = (cells.numbers(0), cells.codes(0));
        self.passed.clear();
        self.passed.resize(edges.len(), true);
        self.products.clear();
        self.products.resize(edges.len(), [1.0; M]);
        for at in 0..edges.len() {
            let node = &trees.nodes[start + at];
            if node.is_leaf() {
                continue;
            }
            let side = if trees.sets.is_empty() {
                node.side::<false>(numbers, codes, &trees.sets)
            } else {
                node.side::<true>(numbers, codes, &trees.sets)
            } as usize;
            let left = node.left() - start;
            let same = edges[left].same;
            let before = same == NONE || self.passed[same as usize];
            // The products without the factor of this feature, which the edge replaces.
            let mut others = self.products[at];
            if same != NONE && before {
                let factor = self.factor(true, edges[same as usize].through);
                others.iter_mut().zip(factor).for_each(|(product, f)| *product /= f);
            }
            for child in 0..2 {
                let edge = &edges[left + child];
                let passed = before && child == side;
                self.passed[left + child] = passed;
                let product = &mut self.products[left + child];
                if before {
                    let factor = {
                        let o = if passed { 1.0 } else { 0.0 };
                        self.rule.points.map(|t| t * o + (1.0 - t) * edge.through)
                    };
                    for ((product, other), f) in product.iter_mut().zip(others).zip(factor) {
                        *product = other * f;
                    }
                } else {
                    for (product, other) in product.iter_mut().zip(others) {
                        *product = other * edge.share;
                    }
                }
            }
        }
    }

    /// Adds what each edge does, with the leaves' values of one of several sums.
    fn up(
        &mut self,
        trees: &FlatTrees,
        root: &Root,
        edges: &[Edge],
        (sum, sums): (usize, usize),
        out: &mut [f64],
    ) {
        let start = root.node as usize;
        self.below.clear();
        self.below.resize(edges.len(), [0.0; M]);
        for at in (0..edges.len()).rev() {
            let node = &trees.nodes[start + at];
            let below = if node.is_leaf() {
                let value = trees.values[root.values as usize + node.place() * sums + sum];
                self.products[at].map(|product| value * product)
            } else {
                self.below[at]
            };
            // The root has no edge, and the filler beside it no parent.
            if at < 2 {
                continue;
            }
            let edge = &edges[at];
            let parent = &mut self.below[edge.parent as usize];
            parent.iter_mut().zip(below).for_each(|(to, value)| *to += value);
            let before = edge.same == NONE || self.passed[edge.same as usize];
            // Once a cut on the feature has failed, another changes nothing.
            if !before {
                continue;
            }
            let mut effect =
                if self.passed[at] { self.effect(edge.through) } else { self.inverse.map(|i| -i) };
            if edge.same != NONE {
                let earlier = self.effect(edges[edge.same as usize].through);
                effect.iter_mut().zip(earlier).for_each(|(effect, e)| *effect -= e);
            }
            let points = effect.iter().zip(below).zip(&self.rule.weights);
            if let Some(out) = out.get_mut(edge.feature as usize) {
                *out += points.map(|((effect, value), weight)| effect * value * weight).sum::<f64>();
            }
        }
    }

    /// `(o − z) / (t o + (1 − t) z)` where the row passed.
    #[inline(always)]
    fn effect(&self, through: f64) -> [f64; M] {
        self.rule.points.map(|t| (1.0 - through) / (t + (1.0 - t) * through))
    }
}
