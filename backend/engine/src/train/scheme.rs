//! Which rows of the train part judge a model that did not learn from them.

use crate::random::SplitMix64;
use crate::settings::CheckedSettings;
use crate::split::{Bond, Parts, folds, hold_out};
use crate::table::Table;

use super::target::Target;

/// From this many train rows on, one fold judges first.
const MANY_ROWS: usize = 10_000;
/// Folds of the train part.
const FOLDS: usize = 5;
/// The share that is held out by time.
const LATEST: f64 = 0.2;
/// Rows that a fold holds out at most.
const MAX_HELD_OUT: usize = 50_000;
/// The share of a fold's own rows that ends boosting where its held-out rows are the test.
const STOP_SHARE: f64 = 0.1;

/// Rows of the table that one model learns from, and those that judge it.
#[derive(Debug, Clone)]
pub struct Fold {
    /// Learned from.
    pub learn: Vec<usize>,
    /// What says when boosting ends.
    pub stop: Vec<usize>,
    /// What the model is judged by.
    pub held_out: Vec<usize>,
}

/// How the rows are cut.
enum Cut {
    /// One fold: these rows are held out, all of the train part is learned from.
    Apart(Vec<usize>),
    /// One fold out of the train part.
    Within { learn: Vec<usize>, held_out: Vec<usize> },
    /// Folds of the train part, another cut for each partition.
    Folds { count: usize },
    /// The folds that test.
    Tested(Vec<Vec<usize>>),
}

/// How models are validated.
pub struct Scheme {
    cut: Cut,
    train: Vec<usize>,
    classes: Option<Vec<u32>>,
    bond: Bond,
    seed: u64,
    /// Folds that a trial begins with.
    pub first_folds: usize,
    /// Folds that a trial can learn.
    pub all_folds: usize,
    /// Every row that is held out in any fold, rising.
    pub judged: Vec<usize>,
    /// Whether those rows are not learned from by the model that they judge: else nothing is known of its errors.
    pub judges_unseen: bool,
    /// What is done, in words.
    pub words: String,
}

impl Scheme {
    /// What suits the parts.
    pub fn choose(table: &Table, checked: &CheckedSettings, parts: &Parts, target: &Target) -> Self {
        let train = parts.train.clone();
        let classes = (!target.class_names().is_empty()).then(|| target.codes(&train));
        let bond = Bond::of(table, checked, &train);
        let mut scheme = Self {
            cut: Cut::Apart(Vec::new()),
            train,
            classes,
            bond,
            seed: checked.settings.seed,
            first_folds: 1,
            all_folds: 1,
            judged: Vec::new(),
            judges_unseen: true,
            words: String::new(),
        };
        if parts.folds.len() > 1 {
            scheme.tested(&parts.folds);
        } else if !parts.validation.is_empty() {
            scheme.apart(&parts.validation);
        } else if matches!(scheme.bond, Bond::Moments(_)) {
            scheme.latest();
        } else {
            scheme.inner_folds();
        }
        if scheme.judged.is_empty() {
            scheme.cut = Cut::Apart(scheme.train.clone());
            (scheme.first_folds, scheme.all_folds) = (1, 1);
            scheme.judged.clone_from(&scheme.train);
            scheme.judges_unseen = false;
            scheme.words = "the train part itself, which is too small to hold rows out".to_owned();
        }
        scheme
    }

    fn tested(&mut self, folds: &[Vec<usize>]) {
        (self.first_folds, self.all_folds) = (folds.len(), folds.len());
        self.judged.clone_from(&self.train);
        self.words =
            format!("{} folds, each row judged by the model that did not learn from it", folds.len());
        self.cut = Cut::Tested(folds.to_vec());
    }

    fn apart(&mut self, validation: &[usize]) {
        self.judged = validation.to_vec();
        self.words = format!("the validation part of {} rows", validation.len());
        self.cut = Cut::Apart(validation.to_vec());
    }

    fn latest(&mut self) {
        let cut = hold_out(self.train.len(), None, &self.bond, LATEST, self.seed);
        let (learn, held_out) = (self.rows(&cut.train), self.rows(&cut.held_out));
        self.judged.clone_from(&held_out);
        self.words = format!("the latest {} rows of the train part", held_out.len());
        self.cut = Cut::Within { learn, held_out };
    }

    fn inner_folds(&mut self) {
        let count = FOLDS.max(self.train.len().div_ceil(MAX_HELD_OUT));
        self.cut = Cut::Folds { count };
        let folds = self.folds(0);
        if folds.len() < 2 {
            return;
        }
        let many = self.train.len() >= MANY_ROWS;
        self.all_folds = folds.len();
        self.first_folds = if many { 1 } else { folds.len() };
        self.judged = folds.iter().flat_map(|fold| fold.held_out.iter().copied()).collect();
        self.judged.sort_unstable();
        self.words = if many {
            format!("{} rows held out of the train part", folds[0].held_out.len())
        } else {
            format!("{} folds of the train part", folds.len())
        };
    }

    /// Whether every fold learns from all of the train part.
    pub fn learns_all(&self) -> bool {
        matches!(self.cut, Cut::Apart(_))
    }

    /// Whether there are other cuts than the first.
    pub fn has_partitions(&self) -> bool {
        matches!(self.cut, Cut::Folds { .. })
    }

    /// Whether the rows that are judged are those of the scores.
    pub fn is_tested(&self) -> bool {
        matches!(self.cut, Cut::Tested(_))
    }

    /// The folds of a partition.
    pub fn folds(&self, partition: u32) -> Vec<Fold> {
        let judged = |learn: Vec<usize>, held_out: &[usize]| Fold {
            learn,
            stop: held_out.to_vec(),
            held_out: held_out.to_vec(),
        };
        match &self.cut {
            Cut::Apart(held_out) => vec![judged(self.train.clone(), held_out)],
            Cut::Within { learn, held_out } => vec![judged(learn.clone(), held_out)],
            Cut::Folds { count } => {
                let mut stream = SplitMix64::new(self.seed ^ 0xF01D);
                let seed = (0..=partition).fold(0, |_, _| stream.next_u64());
                let cut = folds(self.train.len(), self.classes.as_deref(), &self.bond, *count, seed);
                let cut = cut.into_iter().take(FOLDS);
                cut.map(|fold| judged(self.rows(&fold.train), &self.rows(&fold.held_out))).collect()
            }
            Cut::Tested(folds) => folds.iter().map(|held_out| self.tested_fold(held_out)).collect(),
        }
    }

    /// A fold whose held-out rows stay unseen: the rows that end boosting are cut off those that it learns from.
    fn tested_fold(&self, held_out: &[usize]) -> Fold {
        let mut places = Vec::with_capacity(self.train.len());
        places.extend((0..self.train.len()).filter(|at| held_out.binary_search(&self.train[*at]).is_err()));
        let classes: Option<Vec<u32>> =
            self.classes.as_ref().map(|classes| places.iter().map(|at| classes[*at]).collect());
        let bond = self.bond.of_places(&places);
        let cut = hold_out(places.len(), classes.as_deref(), &bond, STOP_SHARE, self.seed);
        let learn: Vec<usize> = places.iter().map(|at| self.train[*at]).collect();
        let stop: Vec<usize> = cut.held_out.iter().map(|at| learn[*at]).collect();
        Fold { learn, stop, held_out: held_out.to_vec() }
    }

    fn rows(&self, places: &[usize]) -> Vec<usize> {
        places.iter().filter_map(|at| self.train.get(*at).copied()).collect()
    }
}
