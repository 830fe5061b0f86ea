//! Random contents of every kind of model, and random rows for them.

use crate::artefact::{Content, Lineage, TargetScale};
use crate::certainty::Calibration;
use crate::families::trees::{Input, NONE, Tree, TreeLink, Trees};
use crate::families::{Member, Model};
use crate::prepare::{Cycle, DatePart, Preparation, Prepared};
use crate::random::SplitMix64;
use crate::scorer::{Feature, Schema};
use crate::settings::{Algorithm, Cost, Settings, Task};
use crate::table::ColumnKind;

/// What is random about a content.
pub struct Maker {
    pub random: SplitMix64,
}

/// A cell of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Number(f64),
    Text(String),
    Missing,
}

impl Maker {
    pub fn new(seed: u64) -> Self {
        Self { random: SplitMix64::new(seed) }
    }

    fn below(&mut self, count: usize) -> usize {
        (self.random.next_u64() % count as u64) as usize
    }

    fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    fn unit(&mut self) -> f64 {
        (self.random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number of either sign, of usual size.
    fn number(&mut self) -> f64 {
        (self.unit() - 0.5) * 4.0
    }

    fn numbers(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.number()).collect()
    }

    pub fn schema(&mut self, classes: usize) -> Schema {
        let numbers = ["size", "a \"quoted\" näme", "value", "step_0"];
        let mut features: Vec<Feature> =
            numbers.iter().map(|name| feature(name, ColumnKind::Number, None)).collect();
        features.push(feature("when", ColumnKind::DateTime, None));
        let colours = ["blue", "green", "red", "ultra violet", "ßé"];
        features.push(feature("colour", ColumnKind::Category, Some(&colours)));
        features.push(feature("empty is a level", ColumnKind::Category, Some(&["", "(missing)", "x"])));
        features.push(feature("label", ColumnKind::Boolean, Some(&["no", "yes"])));
        let task = if classes == 0 { Task::Regression } else { Task::Classification };
        let classes = (0..classes).map(|class| format!("class {class}")).collect();
        Schema { features, target: "the target".to_owned(), task, classes }
    }

    pub fn preparation(&mut self, schema: &Schema) -> Preparation {
        let mut width = 0;
        let mut next = || {
            width += 1;
            width - 1
        };
        let cycles = self.chance(0.5);
        let prepared = schema.features.iter().map(|feature| match &feature.levels {
            None if cycles && feature.kind == ColumnKind::DateTime => Prepared::Date {
                column: next(),
                fill: 1e9,
                offset: 9e8,
                scale: 1e9,
                cycles: [(DatePart::Month, 12), (DatePart::Weekday, 7), (DatePart::Hour, 24)]
                    .map(|(part, places)| Cycle {
                        part,
                        column: [next(), next()][0],
                        values: (0..places).map(|_| self.numbers(2)).collect(),
                        missing: self.numbers(2),
                    })
                    .to_vec(),
            },
            None => {
                let date = feature.kind == ColumnKind::DateTime;
                Prepared::Number {
                    column: next(),
                    fill: if date { 1e9 } else { self.number() },
                    offset: if date { 9e8 } else { self.number() },
                    scale: if date { 1e9 } else { 0.5 + self.unit() },
                }
            }
            Some(levels) => {
                let mut columns: Vec<Option<u32>> = levels.iter().map(|_| Some(next())).collect();
                columns[0] = None;
                Prepared::Category { missing: columns[1], columns }
            }
        });
        Preparation { features: prepared.collect(), width }
    }

    fn inputs(&mut self, schema: &Schema) -> Vec<Input> {
        let mut inputs = Vec::new();
        for (at, feature) in (0..).zip(&schema.features) {
            match &feature.levels {
                None if feature.kind == ColumnKind::DateTime => {
                    use DatePart::{Day, Hour, Month, Seconds, Weekday, Year};
                    let parts = [Seconds, Year, Month, Day, Weekday, Hour];
                    inputs.extend(parts.map(|part| Input::DatePart { feature: at, part }));
                }
                None => inputs.push(Input::Number { feature: at }),
                Some(levels) => {
                    inputs.push(Input::Level { feature: at });
                    let values = levels.iter().map(|_| self.number() as f32).collect();
                    let missing = self.chance(0.5).then_some(0.25);
                    inputs.push(Input::Statistic { feature: at, values, missing, unknown: Some(-0.5) });
                }
            }
        }
        inputs
    }

    pub fn trees(&mut self, schema: &Schema, link: TreeLink) -> Trees {
        let classes = schema.classes.len();
        let sums = match link {
            TreeLink::Identity | TreeLink::Sigmoid => 1,
            TreeLink::Softmax | TreeLink::Probabilities => classes,
        };
        let inputs = self.inputs(schema);
        let base = if link == TreeLink::Probabilities { vec![0.0; sums] } else { self.numbers(sums) };
        let mut trees = Trees { inputs, base, link, sets: Vec::new(), trees: Vec::new() };
        let count = 40;
        for at in 0..count {
            let output = match link {
                TreeLink::Probabilities => NONE,
                _ => (at % sums) as u32,
            };
            let width = if output == NONE { sums } else { 1 };
            let leaf = |maker: &mut Self| match link {
                TreeLink::Probabilities => {
                    let shares: Vec<f64> = (0..width).map(|_| 0.01 + maker.unit()).collect();
                    let total: f64 = shares.iter().sum();
                    shares.iter().map(|share| share / total / count as f64).collect()
                }
                _ => maker.numbers(width).iter().map(|v| v * 0.2).collect(),
            };
            let tree = self.tree(schema, &mut trees, output, leaf);
            trees.trees.push(tree);
        }
        trees
    }

    /// A tree of at most 15 nodes, now and then of one.
    fn tree(
        &mut self,
        schema: &Schema,
        trees: &mut Trees,
        output: u32,
        leaf: impl Fn(&mut Self) -> Vec<f64>,
    ) -> Tree {
        let mut tree = Tree { output, ..Tree::default() };
        let splits = if self.chance(0.1) { 0 } else { 7 };
        let (mut open, mut leaves) = (1, 0);
        while open > tree.input.len() {
            let node = tree.input.len();
            let split = node < splits && self.chance(0.8);
            tree.cover.push(1.0);
            tree.missing_left.push(split && self.chance(0.5));
            if !split {
                tree.input.push(NONE);
                tree.threshold.push(0.0);
                tree.set.push(NONE);
                tree.child.push(leaves);
                tree.values.extend(leaf(self));
                leaves += 1;
                continue;
            }
            let input = self.below(trees.inputs.len());
            tree.input.push(input as u32);
            tree.child.push(open as u32);
            open += 2;
            let (threshold, set) = match &trees.inputs[input] {
                Input::Level { feature } => {
                    let levels = schema.features[*feature as usize].levels.as_ref().map_or(0, Vec::len);
                    let left: Vec<u32> = (0..levels as u32).filter(|_| self.chance(0.5)).collect();
                    trees.sets.push(left);
                    (0.0, trees.sets.len() as u32 - 1)
                }
                Input::DatePart { part, .. } => {
                    let at = match part {
                        DatePart::Seconds => 1e9 * self.unit(),
                        DatePart::Year => 1_960.5 + (60.0 * self.unit()).floor(),
                        DatePart::Month => 12.0 * self.unit(),
                        DatePart::Day => 28.0 * self.unit(),
                        DatePart::Weekday => 7.0 * self.unit(),
                        DatePart::Hour => 24.0 * self.unit(),
                    };
                    (at as f32, NONE)
                }
                _ => (self.number() as f32, NONE),
            };
            tree.threshold.push(threshold);
            tree.set.push(set);
        }
        tree
    }

    fn member(&mut self, schema: &Schema, weight: f64, kind: usize) -> Member {
        let preparation = self.preparation(schema);
        let width = preparation.width as usize;
        let classes = schema.classes.len();
        let shares = |maker: &mut Self| {
            let shares: Vec<f64> = (0..classes).map(|_| 0.1 + maker.unit()).collect();
            let total: f64 = shares.iter().sum();
            shares.iter().map(|share| share / total).collect()
        };
        let (algorithm, model) = match (classes, kind) {
            (0, 0) => (Algorithm::Baseline, Model::Constant { value: self.number() }),
            (0, 1) => {
                let weights = self.numbers(width).iter().map(|w| w * 0.3).collect();
                (Algorithm::Ridge, Model::Linear { intercept: self.number(), weights })
            }
            (0, _) => (Algorithm::Boosting, Model::Trees(self.trees(schema, TreeLink::Identity))),
            (_, 0) => (Algorithm::Baseline, Model::Shares { probabilities: shares(self) }),
            (_, 1) => {
                let logits = if classes == 2 { 1 } else { classes };
                let weights = (0..logits).map(|_| self.numbers(width)).collect();
                (Algorithm::Logistic, Model::Logistic { intercepts: self.numbers(logits), weights })
            }
            (2, 2) => (Algorithm::Boosting, Model::Trees(self.trees(schema, TreeLink::Sigmoid))),
            (_, 2) => (Algorithm::Boosting, Model::Trees(self.trees(schema, TreeLink::Softmax))),
            (_, _) => (Algorithm::Forest, Model::Trees(self.trees(schema, TreeLink::Probabilities))),
        };
        let target_scale = match self.below(3) {
            _ if classes > 0 => TargetScale::None,
            0 => TargetScale::None,
            1 => TargetScale::MinMax { min: -3.0, max: 5.5 },
            _ => TargetScale::Log,
        };
        Member { weight, algorithm, preparation, means: Vec::new(), target_scale, model }
    }

    fn calibration(&mut self, classes: usize) -> Option<Calibration> {
        match (classes, self.below(3)) {
            (0, _) | (_, 0) => None,
            (2, 1) => {
                let from = vec![0.05, 0.2, 0.2 + 1e-7, 0.5, 0.7, 0.9];
                Some(Calibration::Isotonic { from, to: vec![0.01, 0.1, 0.3, 0.3, 0.85, 0.99] })
            }
            _ => {
                let shifts = (0..classes).map(|class| class as f64 * 0.3).collect();
                Some(Calibration::Scale { slope: 0.5 + self.unit(), shifts })
            }
        }
    }

    /// A content: `kind` 0 knows nothing, 1 is linear, 2 trees one after another, 3 a forest, 4 a blend of all.
    pub fn content(&mut self, classes: usize, kind: usize) -> Content {
        let schema = self.schema(classes);
        let one = if kind < 4 { self.member(&schema, 1.0, kind) } else { self.blend(&schema) };
        let calibration = self.calibration(classes);
        let mut settings = Settings { target: schema.target.clone(), ..Settings::default() };
        if classes > 0 && self.chance(0.5) {
            let named = |actual: &str, predicted: &str, cost| Cost {
                actual: actual.to_owned(),
                predicted: predicted.to_owned(),
                cost,
            };
            settings.costs = vec![named("class 1", "class 0", 7.0), named("class 0", "class 1", 2.5)];
        }
        Content {
            schema,
            algorithm: one.algorithm,
            preparation: one.preparation,
            means: Vec::new(),
            target_scale: one.target_scale,
            model: one.model,
            calibration,
            conformal: None,
            settings,
            scores: [("rmse".to_owned(), 1.5)].into(),
            baseline: [("rmse".to_owned(), 3.0)].into(),
            lineage: Lineage {
                dataset_sha256: "ab".repeat(32),
                engine_version: "0.1.0".to_owned(),
                seed: 42,
                trials: 0,
                train_rows: 80,
                test_rows: 20,
            },
        }
    }

    fn blend(&mut self, schema: &Schema) -> Member {
        let members = (0..4).zip([0.1, 0.2, 0.3, 0.4]);
        let members = members.map(|(kind, weight)| self.member(schema, weight, kind)).collect();
        let preparation = self.preparation(schema);
        Member {
            weight: 1.0,
            algorithm: Algorithm::Ensemble,
            preparation,
            means: Vec::new(),
            target_scale: TargetScale::None,
            model: Model::Blend { members },
        }
    }

    /// Cells by column.
    pub fn rows(&mut self, schema: &Schema, rows: usize) -> Vec<Vec<Cell>> {
        let cell = |maker: &mut Self, feature: &Feature| {
            if maker.chance(0.15) {
                return Cell::Missing;
            }
            match &feature.levels {
                None if feature.kind == ColumnKind::DateTime => {
                    let moment = (maker.unit() - 0.3) * 2e9;
                    Cell::Number(match maker.below(10) {
                        0 => moment * 1e7,
                        1 => (moment / 86_400.0).floor() * 86_400.0 - 1.0,
                        2 => moment,
                        _ => moment.floor(),
                    })
                }
                None => Cell::Number(maker.number()),
                Some(_) if maker.chance(0.1) => Cell::Text("unheard of".to_owned()),
                Some(levels) => Cell::Text(levels[maker.below(levels.len())].clone()),
            }
        };
        schema.features.iter().map(|feature| (0..rows).map(|_| cell(self, feature)).collect()).collect()
    }
}

/// A column of which nothing but this is known.
pub(crate) fn feature(name: &str, kind: ColumnKind, levels: Option<&[&str]>) -> Feature {
    let levels = levels.map(|levels| levels.iter().map(|level| (*level).to_owned()).collect());
    Feature {
        name: name.to_owned(),
        kind,
        levels,
        min: None,
        max: None,
        example: None,
        text: None,
        writing: None,
    }
}
