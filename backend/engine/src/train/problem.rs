//! What every fit of a run shares: rows, target, weights, and the matrices that are made once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::scheme::{Fold, Scheme};
use super::spec::{Categories, Facts};
use super::target::{Target, Values};
use super::trial::covered;
use super::{RowCounts, TrainError};
use crate::ENGINE_VERSION;
use crate::artefact::{Content, Lineage};
use crate::families::trees::{Binned, Input, MAX_SET_LEVELS};
use crate::families::{Gram, Member, Stopped};
use crate::metrics::{Resamples, ScoreMap, classification, regression};
use crate::prepare::{OneHot, Plan};
use crate::scorer::costs::Costs;
use crate::scorer::{Feature, Schema, Scorer, Scores};
use crate::settings::{Algorithm, CheckedSettings, Scaling, TargetScaling};
use crate::split::{Parts, split};
use crate::table::Table;

/// Sets of columns that are kept for the next trial on the same rows.
const MAX_COLUMNS: usize = 12;
/// Normal equations that are kept for the next trial on the same rows.
const MAX_GRAMS: usize = 16;

/// The columns that trees grow on.
pub struct TreeColumns {
    pub inputs: Vec<Input>,
    pub binned: Binned,
}

/// Which columns: how categories are told, and of which fold where that matters.
type ColumnsKey = (Categories, Option<Vec<usize>>);

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
    /// What wrong answers cost, which decides the labels that are scored.
    pub costs: Costs,
    pub scheme: Scheme,
    /// How much each row of the table weighs in learning.
    pub weights: Option<Vec<f64>>,
    /// How much each row of the table weighs in scores.
    pub score_weights: Option<Vec<f64>>,
    partitions: Mutex<BTreeMap<u32, Arc<Vec<Fold>>>>,
    columns: Mutex<Vec<(ColumnsKey, Arc<OnceLock<TreeColumns>>)>>,
    grams: Mutex<Vec<(GramKey, Arc<Gram>)>>,
    penalties: Mutex<Vec<((u64, TargetScaling), f64)>>,
}

/// Refuses a part that is learned from or scored on and weighs nothing.
fn some_weight(weights: Option<&[f64]>, parts: &Parts) -> Result<(), TrainError> {
    let Some(weights) = weights else { return Ok(()) };
    let weighs = |row: &usize| weights.get(*row).is_some_and(|weight| *weight > 0.0);
    for (part, rows) in [("train", &parts.train), ("test", &parts.test)] {
        if !rows.is_empty() && !rows.iter().any(weighs) {
            return Err(TrainError::WeightlessPart { part: part.to_owned() });
        }
    }
    Ok(())
}

impl<'a> Problem<'a> {
    pub fn new(table: &'a Table, checked: &'a CheckedSettings) -> Result<Self, TrainError> {
        let unsplit = Target::read(table, checked)?;
        let parts = split(table, checked, &unsplit.rows, unsplit.classes())?;
        let target = unsplit.learned_from(&parts.train, table.rows)?;
        let settings = &checked.settings;
        let plan =
            Plan::fit(table, &checked.features, &parts.train, settings.imputation, settings.text_terms);
        let scheme = Scheme::choose(table, checked, &parts, &target);
        let every: Vec<usize> = (0..table.rows).collect();
        let score_weights = checked.row_weights(table, &every);
        some_weight(score_weights.as_deref(), &parts)?;
        let weights = learning_weights(table, checked, &parts, &target);
        Ok(Self {
            table,
            checked,
            parts,
            plan,
            costs: Costs::of(&settings.costs, target.class_names()),
            target,
            scheme,
            weights,
            score_weights,
            partitions: Mutex::default(),
            columns: Mutex::default(),
            grams: Mutex::default(),
            penalties: Mutex::default(),
        })
    }

    /// What decides where a search begins.
    pub fn facts(&self) -> Facts {
        let categories = self.plan.schema.iter().filter(|feature| feature.levels.is_some());
        Facts {
            rows: self.parts.train.len(),
            has_categories: categories.count() > 0,
            has_texts: self.plan.schema.iter().any(Feature::is_text),
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

    /// How many rows went where.
    pub fn row_counts(&self) -> RowCounts {
        RowCounts {
            train: self.parts.train.len(),
            validation: self.parts.validation.len(),
            test: self.scored().len(),
            without_target: self.target.without_target,
            left_out: self.parts.left_out,
        }
    }

    /// Scores of answers to the scored rows, drawn again and again.
    pub fn resamples(&self, answers: &[f64]) -> Resamples {
        let (rows, answers) = covered(self.scored(), answers, self.target.width());
        let weights = pick(self.score_weights.as_deref(), &rows);
        let (weights, seed) = (weights.as_deref(), self.checked.settings.seed);
        match &self.target.values {
            Values::Numbers(_) => Resamples::of_numbers(&self.target.numbers(&rows), &answers, weights, seed),
            Values::Classes { names, .. } => {
                let label = |p: &[f64]| self.costs.label(p);
                let codes = self.target.codes(&rows);
                Resamples::of_classes(&codes, &answers, names.len(), weights, &label, seed)
            }
        }
    }

    /// The rows that the scores are of.
    pub fn scored(&self) -> &[usize] {
        if self.scheme.is_tested() { &self.scheme.judged } else { &self.parts.test }
    }

    /// The columns that trees grow on when they learn from `rows`, made if they are asked for the first time. Cut
    /// points are found on the whole train part, which holds no target; statistics of the target are those of `rows`.
    pub fn columns(&self, categories: Categories, rows: &[usize]) -> Arc<OnceLock<TreeColumns>> {
        let own = self.has_statistics().then(|| rows.to_vec());
        let key = (categories, own);
        let mut known = self.columns.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, columns)) = known.iter().find(|(other, _)| *other == key) {
            return Arc::clone(columns);
        }
        let columns = Arc::default();
        known.push((key, Arc::clone(&columns)));
        if known.len() > MAX_COLUMNS {
            known.remove(0);
        }
        columns
    }

    /// Whether the columns of trees are chosen or made by the target: where a category has so many levels that they see
    /// statistics in their place, and of texts.
    fn has_statistics(&self) -> bool {
        let texts = self.plan.schema.iter().any(Feature::is_text);
        let levels = self.plan.schema.iter().filter_map(|feature| feature.levels.as_ref());
        texts || levels.into_iter().any(|levels| levels.len() > MAX_SET_LEVELS)
    }

    /// A penalty that is looked for once: by the bits of l₁ and the target's scale.
    pub fn penalty(
        &self,
        key: (u64, TargetScaling),
        find: impl FnOnce() -> Result<f64, Stopped>,
    ) -> Result<f64, Stopped> {
        // Held while it is looked for: everybody else would look for the same.
        let mut known = self.penalties.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, alpha)) = known.iter().find(|(other, _)| *other == key) {
            return Ok(*alpha);
        }
        let alpha = find()?;
        known.push((key, alpha));
        Ok(alpha)
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
        self.scores_of(&rows, &answers)
    }

    /// Scores of answers to some rows of the table.
    pub fn scores_of(&self, rows: &[usize], answers: &[f64]) -> ScoreMap {
        let weights = pick(self.score_weights.as_deref(), rows);
        match &self.target.values {
            Values::Numbers(_) => regression(&self.target.numbers(rows), answers, weights.as_deref()).0,
            Values::Classes { names, .. } => {
                let label = |p: &[f64]| self.costs.label(p);
                classification(&self.target.codes(rows), answers, names, weights.as_deref(), &label).0
            }
        }
    }
}

/// How much each row of the table weighs in learning; rows of no part weigh 1.
fn learning_weights(
    table: &Table,
    checked: &CheckedSettings,
    parts: &Parts,
    target: &Target,
) -> Option<Vec<f64>> {
    let mut weights = None;
    for rows in [&parts.train, &parts.validation] {
        let codes = target.codes(rows);
        let classes = (!codes.is_empty()).then(|| (codes.as_slice(), target.class_names()));
        if let Some(of_part) = checked.learning_weights(table, rows, classes) {
            let by_row = weights.get_or_insert_with(|| vec![1.0; table.rows]);
            rows.iter().zip(of_part).for_each(|(row, weight)| by_row[*row] = weight);
        }
    }
    weights
}

/// The weights of some rows.
pub fn pick(weights: Option<&[f64]>, rows: &[usize]) -> Option<Vec<f64>> {
    weights.map(|weights| rows.iter().map(|row| weights.get(*row).copied().unwrap_or(1.0)).collect())
}
