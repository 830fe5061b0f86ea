//! Random models for tests: sound contents of every kind, and batches that are hard on them.

use crate::artefact::{Content, Lineage, TargetScale};
use crate::certainty::Calibration;
use crate::families::trees::{Input, NONE, Tree, TreeLink, Trees};
use crate::families::{Member, Model};
use crate::metrics::ScoreMap;
use crate::prepare::{Cycle, DatePart, Preparation, Prepared, Vocabulary};
use crate::random::SplitMix64;
use crate::scorer::{Batch, Feature, Schema, Scorer};
use crate::settings::{Algorithm, Cost, Settings, Task};
use crate::table::ColumnKind;

/// Words that random models know.
const WORDS: [&str; 6] = ["late", "broken", "fine", "thanks", "again", "慢"];

/// What a random model is made of.
pub struct Draw(pub SplitMix64);

impl Draw {
    pub fn new(seed: u64) -> Self {
        Self(SplitMix64::new(seed))
    }

    /// A whole number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0.below(bound as u64) as usize
    }

    /// A number in −2 to 2, often one of few so that cuts and values meet.
    pub fn number(&mut self) -> f64 {
        match self.below(2) {
            0 => (self.below(9) as f64 - 4.0) / 2.0,
            _ => (self.0.next_u64() >> 11) as f64 / (1_u64 << 51) as f64 - 2.0,
        }
    }

    pub fn schema(&mut self, classes: usize, features: usize) -> Schema {
        let features = (0..features.max(1)).map(|at| {
            // Every second place of dates after the first holds texts.
            let is_text = at % 6 == 5;
            let text = is_text.then(|| Vocabulary::of_words(&WORDS.map(str::to_owned)));
            let levels = (at % 3 == 1).then(|| {
                (0..=self.below(if at == 4 { 90 } else { 5 })).map(|level| format!("l{level}")).collect()
            });
            let kind = match at % 3 {
                0 => ColumnKind::Number,
                1 => ColumnKind::Category,
                _ if is_text => ColumnKind::Text,
                _ => ColumnKind::DateTime,
            };
            Feature {
                name: format!("f{at}"),
                kind,
                levels,
                min: None,
                max: None,
                example: None,
                text,
                writing: None,
            }
        });
        Schema {
            features: features.collect(),
            target: "y".to_owned(),
            task: if classes == 0 { Task::Regression } else { Task::Classification },
            classes: (0..classes).map(|class| format!("c{class}")).collect(),
        }
    }

    /// Inputs of every kind, at least one of each feature.
    pub fn inputs(&mut self, schema: &Schema) -> Vec<Input> {
        let mut inputs = Vec::new();
        for (at, feature) in schema.features.iter().enumerate() {
            let at = at as u32;
            match (&feature.levels, feature.kind) {
                (Some(levels), _) => {
                    inputs.push(Input::Level { feature: at });
                    inputs.push(Input::Statistic {
                        feature: at,
                        values: levels.iter().map(|_| self.number() as f32).collect(),
                        missing: (self.below(2) == 0).then(|| self.number() as f32),
                        unknown: (self.below(2) == 0).then(|| self.number() as f32),
                    });
                }
                (None, ColumnKind::Text) => {
                    inputs.push(Input::Words { feature: at });
                    inputs.extend((0..WORDS.len() as u32).map(|term| Input::Term { feature: at, term }));
                }
                (None, ColumnKind::DateTime) => {
                    inputs.push(Input::DatePart { feature: at, part: DatePart::Month });
                    inputs.push(Input::DatePart { feature: at, part: DatePart::Seconds });
                }
                (None, _) => inputs.push(Input::Number { feature: at }),
            }
        }
        inputs
    }

    /// A tree that grows at random leaves until it has `leaves` or no room for another cut.
    fn tree(&mut self, trees: &mut Trees, schema: &Schema, leaves: usize, output: u32) -> Tree {
        let mut tree = Tree { output, ..Tree::default() };
        let add = |tree: &mut Tree, cover: f32| {
            tree.input.push(NONE);
            tree.threshold.push(0.0);
            tree.set.push(NONE);
            tree.missing_left.push(false);
            tree.child.push(0);
            tree.cover.push(cover);
        };
        add(&mut tree, 1_000.0);
        let mut open = vec![0];
        while open.len() < leaves && !trees.inputs.is_empty() {
            let at = open.remove(self.below(open.len()));
            let input = self.below(trees.inputs.len());
            tree.input[at] = input as u32;
            tree.missing_left[at] = self.below(2) == 0;
            tree.child[at] = tree.input.len() as u32;
            tree.threshold[at] = match &trees.inputs[input] {
                Input::DatePart { part: DatePart::Seconds, .. } => self.number() as f32 * 1e9,
                _ => self.number() as f32,
            };
            if let Input::Level { feature } = trees.inputs[input]
                && self.below(4) > 0
            {
                let levels = schema.features[feature as usize].levels.as_ref().unwrap().len() as u32;
                tree.set[at] = trees.sets.len() as u32;
                tree.threshold[at] = 0.0;
                trees.sets.push((0..levels).filter(|_| self.below(2) == 0).collect());
            }
            let share = match self.below(8) {
                0 => 0.0,
                _ => (1 + self.below(99)) as f32 / 100.0,
            };
            open.extend([tree.input.len(), tree.input.len() + 1]);
            let cover = tree.cover[at];
            add(&mut tree, cover * share);
            add(&mut tree, cover * (1.0 - share));
        }
        open.sort_unstable();
        let width = if output == NONE { trees.base.len() } else { 1 };
        for (place, at) in open.into_iter().enumerate() {
            tree.child[at] = place as u32;
            let shares = trees.link == TreeLink::Probabilities;
            let values = (0..width).map(|_| if shares { self.number().abs() + 0.1 } else { self.number() });
            let values: Vec<f64> = values.collect();
            let total = if shares { values.iter().sum::<f64>() } else { 1.0 };
            tree.values.extend(values.iter().map(|value| value / total));
        }
        tree
    }

    pub fn trees(&mut self, schema: &Schema, count: usize, leaves: usize) -> Trees {
        let classes = schema.classes.len();
        let link = match (classes, self.below(3)) {
            (0, _) => TreeLink::Identity,
            (_, 0) => TreeLink::Probabilities,
            (2, 1) => TreeLink::Sigmoid,
            _ => TreeLink::Softmax,
        };
        let sums = if matches!(link, TreeLink::Identity | TreeLink::Sigmoid) { 1 } else { classes };
        let start = if link == TreeLink::Probabilities { 0.01 } else { 0.2 };
        let mut trees = Trees {
            inputs: self.inputs(schema),
            base: vec![start; sums],
            link,
            sets: Vec::new(),
            trees: Vec::new(),
        };
        for at in 0..count {
            let output = match (sums, link) {
                (1, _) => 0,
                (_, TreeLink::Softmax) if at % 5 < 4 => (at % sums) as u32,
                _ => NONE,
            };
            let leaves = 1 + self.below(leaves);
            let tree = self.tree(&mut trees, schema, leaves, output);
            trees.trees.push(tree);
        }
        trees
    }

    fn preparation(&mut self, schema: &Schema) -> Preparation {
        let mut width = 0;
        let mut next = || {
            width += 1;
            width - 1
        };
        let features = schema.features.iter().map(|feature| match &feature.levels {
            None if feature.is_text() => {
                let columns: Vec<u32> = WORDS.iter().map(|_| next()).collect();
                Prepared::Text { column: columns[0], terms: WORDS.len() as u32 }
            }
            None if feature.kind == ColumnKind::DateTime => {
                let (column, first, _) = (next(), next(), next());
                let values = (0..12).map(|_| vec![self.number(), self.number()]).collect();
                let missing = vec![0.25, -0.5];
                let cycle = Cycle { part: DatePart::Month, column: first, values, missing };
                Prepared::Date { column, fill: 1e8, offset: 5e8, scale: 1e9, cycles: vec![cycle] }
            }
            None => Prepared::Number {
                column: next(),
                fill: self.number(),
                offset: self.number(),
                scale: self.number().abs() + 0.5,
            },
            Some(levels) => {
                let columns: Vec<Option<u32>> = levels.iter().skip(1).map(|_| Some(next())).collect();
                let columns: Vec<Option<u32>> = std::iter::once(None).chain(columns).collect();
                Prepared::Category { missing: columns[self.below(columns.len())], columns }
            }
        });
        let features = features.collect();
        Preparation { features, width }
    }

    /// A model that is no blend, with its preparation, means and scale.
    pub fn member(&mut self, schema: &Schema, weight: f64) -> Member {
        let preparation = self.preparation(schema);
        let width = preparation.width as usize;
        let classes = schema.classes.len();
        let mut line = |count: usize| (0..count).map(|_| self.number()).collect::<Vec<f64>>();
        let means = line(width);
        let logits = if classes == 2 { 1 } else { classes };
        let weights: Vec<Vec<f64>> = (0..logits.max(1)).map(|_| line(width)).collect();
        let intercepts = line(logits);
        let (algorithm, model) = match (self.below(6), classes) {
            (0, 0) => (Algorithm::Baseline, Model::Constant { value: self.number() }),
            (0, _) => {
                let probabilities = vec![1.0 / classes as f64; classes];
                (Algorithm::Baseline, Model::Shares { probabilities })
            }
            (1 | 2, 0) => {
                (Algorithm::Ridge, Model::Linear { intercept: self.number(), weights: weights[0].clone() })
            }
            (1 | 2, _) => (Algorithm::Logistic, Model::Logistic { intercepts, weights }),
            _ => {
                let (count, leaves) = (1 + self.below(30), 1 + self.below(24));
                (Algorithm::Boosting, Model::Trees(self.trees(schema, count, leaves)))
            }
        };
        let target_scale = match (classes, &model, self.below(3)) {
            (0, Model::Linear { .. } | Model::Trees(_), 0) => TargetScale::MinMax { min: -3.0, max: 5.5 },
            (0, Model::Linear { .. }, 1) => TargetScale::Log,
            _ => TargetScale::None,
        };
        Member { weight, algorithm, preparation, means, target_scale, model }
    }

    fn calibration(&mut self, classes: usize) -> Option<Calibration> {
        match self.below(3) {
            0 if classes == 2 => {
                let (from, to) = (vec![0.1, 0.4, 0.5, 0.9], vec![0.0, 0.3, 0.3, 1.0]);
                Some(Calibration::Isotonic { from, to })
            }
            0 | 1 if classes >= 2 => {
                let shifts = (0..classes).map(|class| if class == 0 { 0.0 } else { self.number() });
                Some(Calibration::Scale { slope: 0.7, shifts: shifts.collect() })
            }
            _ => None,
        }
    }

    /// A content of any kind: numbers, two or three classes, one model or a blend.
    pub fn content(&mut self) -> Content {
        let classes = [0, 2, 3][self.below(3)];
        let features = 1 + self.below(7);
        let schema = self.schema(classes, features);
        let first = self.member(&schema, 0.5);
        let mut content = Content {
            algorithm: first.algorithm,
            preparation: first.preparation.clone(),
            means: first.means.clone(),
            target_scale: first.target_scale,
            model: first.model.clone(),
            calibration: self.calibration(classes),
            conformal: None,
            settings: Settings { target: "y".to_owned(), ..Settings::default() },
            scores: ScoreMap::new(),
            baseline: ScoreMap::new(),
            lineage: Lineage {
                dataset_sha256: String::new(),
                engine_version: "0".to_owned(),
                seed: 1,
                train_rows: 1_000,
                test_rows: 10,
                trials: 0,
            },
            schema,
        };
        if classes > 0 && self.below(3) == 0 {
            let (actual, predicted) = ("c0".to_owned(), "c1".to_owned());
            content.settings.costs = vec![Cost { actual, predicted, cost: 7.0 }];
        }
        if self.below(2) == 0 {
            let members = vec![first, self.member(&content.schema, 0.25), self.member(&content.schema, 0.25)];
            content.preparation = Preparation { features: Vec::new(), width: 0 };
            content.means = Vec::new();
            content.model = Model::Blend { members };
        }
        content
    }

    /// Rows of usual, missing, unknown and huge cells.
    pub fn batch(&mut self, scorer: &Scorer, rows: usize) -> Batch {
        let mut batch = scorer.new_batch(rows);
        for row in 0..rows {
            for (at, feature) in scorer.schema().features.iter().enumerate() {
                let kind = self.below(12);
                let _ = match (&feature.levels, kind) {
                    (_, 0) => batch.set_missing(row, at),
                    (Some(_), 1) => batch.set_text(row, at, "a level that nobody knows"),
                    (Some(levels), _) => batch.set_text(row, at, &levels[self.below(levels.len())]),
                    (None, _) if feature.is_text() => {
                        let count = self.below(5);
                        let word = |draw: &mut Self| {
                            ["unheard", WORDS[draw.below(WORDS.len())]][draw.below(4).min(1)]
                        };
                        let words: Vec<&str> = (0..count).map(|_| word(self)).collect();
                        batch.set_text(row, at, &words.join(" "))
                    }
                    (None, _) if feature.kind == ColumnKind::DateTime => {
                        let seconds = self.number() * 1e9;
                        batch.set_number(row, at, seconds)
                    }
                    (None, _) => {
                        let number = self.number();
                        batch.set_number(row, at, number)
                    }
                };
            }
        }
        batch
    }

    /// Makes a few numbers of the batch as large as numbers get.
    pub fn spoil(&mut self, batch: &mut Batch) {
        for _ in 0..batch.rows() {
            let (row, at) = (self.below(batch.rows()), self.below(batch.schema().features.len()));
            let huge = [1e308, -1e308, f64::MIN_POSITIVE, f64::MAX, -0.0][self.below(5)];
            let _ = batch.set_number(row, at, huge);
        }
    }
}
