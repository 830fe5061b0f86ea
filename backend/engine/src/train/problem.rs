//! What every fit of a run shares: rows, target, weights, and the matrices that are made once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::scheme::{Fold, Scheme};
use super::spec::{Categories, Facts};
use super::target::{Target, Values};
use super::trial::covered;
use super::weights;
use crate::ENGINE_VERSION;
use crate::artefact::{Content, Lineage};
use crate::families::trees::{Binned, Input, Matrix};
use crate::families::{Gram, Member, Stopped};
use crate::metrics::{Evaluation, ScoreMap, classification, regression};
use crate::prepare::{OneHot, Plan};
use crate::scorer::{Schema, Scorer, Scores};
use crate::settings::{Algorithm, CheckedSettings, Scaling, TargetScaling};
use crate::split::{Parts, split};
use crate::table::Table;

/// Normal equations that are kept for the next trial on the same rows.
const MAX_GRAMS: usize = 16;

/// The columns that trees grow on.
pub struct TreeColumns {
    pub inputs: Vec<Input>,
    pub binned: Binned,
}

/// Which normal equations: of which rows, over which columns, for which target.
#[derive(PartialEq)]
pub struct GramKey {
    pub rows: Vec<usize>,
    pub scaling: Scaling,
    pub one_hot: OneHot,
    pub target_scaling: TargetScaling,
}

/// What every fit of a run shares.
pub struct Problem<'a> {
    pub table: &'a Table,
    pub checked: &'a CheckedSettings,
    pub parts: Parts,
    pub plan: Plan,
    pub target: Target,
    pub scheme: Scheme,
    /// How much each row of the table weighs in learning.
    pub weights: Option<Vec<f64>>,
    /// How much each row of the table weighs in scores.
    pub score_weights: Option<Vec<f64>>,
    partitions: Mutex<BTreeMap<u32, Arc<Vec<Fold>>>>,
    columns: [OnceLock<TreeColumns>; 2],
    grams: Mutex<Vec<(GramKey, Arc<Gram>)>>,
}

impl<'a> Problem<'a> {
    pub fn new(table: &'a Table, checked: &'a CheckedSettings) -> Result<Self, super::TrainError> {
        let unsplit = Target::read(table, checked)?;
        let parts = split(table, checked, &unsplit.rows, unsplit.classes())?;
        let target = unsplit.learned_from(&parts.train, table.rows)?;
        let plan = Plan::fit(table, &checked.features, &parts.train, checked.settings.imputation);
        let scheme = Scheme::choose(table, checked, &parts, &target);
        let score_weights = weights::of_rows(table, checked);
        let weights = weights::of_learning(checked, &target, &parts.train, score_weights.as_deref());
        Ok(Self {
            table,
            checked,
            parts,
            plan,
            target,
            scheme,
            weights,
            score_weights,
            partitions: Mutex::default(),
            columns: [const { OnceLock::new() }; 2],
            grams: Mutex::default(),
        })
    }

    /// What decides where a search begins.
    pub fn facts(&self) -> Facts {
        let categories = self.plan.schema.iter().filter(|feature| !feature.is_number());
        Facts {
            task: self.checked.task,
            rows: self.parts.train.len(),
            features: self.plan.schema.len(),
            has_categories: categories.count() > 0,
            classes: self.target.class_names().len(),
            leans: self.leans(),
        }
    }

    /// Whether the target is above 0 and its upper half is far wider than its lower half.
    fn leans(&self) -> bool {
        let mut values = self.target.numbers(&self.parts.train);
        values.sort_unstable_by(f64::total_cmp);
        let at = |share| crate::math::quantile(&values, share);
        values.first().is_some_and(|least| *least >= 0.0) && at(0.95) - at(0.5) > 1.5 * (at(0.5) - at(0.05))
    }

    /// The folds of a partition.
    pub fn folds(&self, partition: u32) -> Arc<Vec<Fold>> {
        let mut known = self.partitions.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(known.entry(partition).or_insert_with(|| Arc::new(self.scheme.folds(partition))))
    }

    /// The rows that the scores are of.
    pub fn scored(&self) -> &[usize] {
        if self.scheme.is_tested() { &self.scheme.judged } else { &self.parts.test }
    }

    /// The columns of the trees.
    pub fn columns(&self, categories: Categories) -> &TreeColumns {
        let at = match categories {
            Categories::Sets => &self.columns[0],
            Categories::Numbers => &self.columns[1],
        };
        at.get_or_init(|| TreeColumns::make(self, categories))
    }

    /// The normal equations of `key`, summed if they are asked for the first time.
    pub fn gram(
        &self,
        key: GramKey,
        make: impl FnOnce() -> Result<Gram, Stopped>,
    ) -> Result<Arc<Gram>, Stopped> {
        let known = self.grams.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, gram)) = known.iter().find(|(other, _)| *other == key) {
            return Ok(Arc::clone(gram));
        }
        drop(known);
        let gram = Arc::new(make()?);
        let mut known = self.grams.lock().unwrap_or_else(PoisonError::into_inner);
        known.push((key, Arc::clone(&gram)));
        if known.len() > MAX_GRAMS {
            known.remove(0);
        }
        Ok(gram)
    }

    /// A model with all that serving it takes; the scores are not known yet.
    pub fn content(&self, algorithm: Algorithm, member: Member) -> Content {
        Content {
            schema: Schema {
                features: self.plan.schema.clone(),
                target: self.checked.settings.target.clone(),
                task: self.checked.task,
                classes: self.target.class_names().to_vec(),
            },
            algorithm,
            preparation: member.preparation,
            means: member.means,
            target_scale: member.target_scale,
            model: member.model,
            calibration: None,
            conformal: None,
            settings: self.checked.settings.clone(),
            scores: ScoreMap::new(),
            baseline: ScoreMap::new(),
            lineage: Lineage {
                dataset_sha256: self.checked.dataset_sha256.clone(),
                engine_version: ENGINE_VERSION.to_owned(),
                seed: self.checked.settings.seed,
                train_rows: self.parts.train.len() as u64,
                test_rows: self.scored().len() as u64,
                trials: 0,
            },
        }
    }

    /// The answers of a model to some rows, by the very scorer that would serve it: row-major, as wide as the target.
    /// None when its numbers are not finite.
    pub fn answers(&self, member: &Member, rows: &[usize]) -> Option<Vec<f64>> {
        if !member.model.is_finite() {
            return None;
        }
        self.answers_of(&self.content(member.algorithm, member.clone()), rows)
    }

    /// The answers of a content.
    pub fn answers_of(&self, content: &Content, rows: &[usize]) -> Option<Vec<f64>> {
        let scorer = Scorer::from_content(content).ok()?;
        let mut scores = Scores::default();
        scorer.score_into(&scorer.batch_of(self.table, rows), &mut scores);
        Some(scores.values)
    }

    /// Scores of answers to the scored rows; those of folds that were not learned are left out.
    pub fn scores_of_scored(&self, answers: &[f64]) -> ScoreMap {
        let (rows, answers) = covered(self.scored(), answers, self.target.width());
        self.scores_of(&rows, &answers).0
    }

    /// Scores of answers to some rows of the table.
    pub fn scores_of(&self, rows: &[usize], answers: &[f64]) -> (ScoreMap, Evaluation) {
        let weights = pick(self.score_weights.as_deref(), rows);
        match &self.target.values {
            Values::Numbers(_) => regression(&self.target.numbers(rows), answers, weights.as_deref()),
            Values::Classes { names, .. } => {
                classification(&self.target.codes(rows), answers, names, weights.as_deref())
            }
        }
    }
}

/// The weights of some rows.
pub fn pick(weights: Option<&[f64]>, rows: &[usize]) -> Option<Vec<f64>> {
    weights.map(|weights| rows.iter().map(|row| weights.get(*row).copied().unwrap_or(1.0)).collect())
}
