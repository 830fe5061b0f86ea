//! The order of trials: a pure function of data, settings and the scores of the trials that are done.
//!
//! First each family once; then, within a budget, a fixed list of configurations on the first folds, the best third of
//! them on all folds (successive halving: Jamieson and Talwalkar 2016), changes drawn around the best, and the best
//! again with other seeds and folds. A batch is given whole, and the next one depends only on what came before it: so
//! the first `n` trials are the same wherever and however fast they run.

use super::spec::{BoostingPlan, Categories, Facts, ForestPlan, Plan, Spec};
use super::variants;
use crate::random::SplitMix64;
use crate::settings::{Algorithm, CheckedSettings, TargetScaling};

/// Trials of a search that only a budget ends.
const USUAL_TRIALS: usize = 150;
/// Changes drawn around the best in each round.
const CHANGES: usize = 6;

/// How a trial went.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub spec: Spec,
    /// The cost on the first folds.
    pub first_cost: f64,
    /// The cost on all folds that were learned.
    pub cost: f64,
}

/// What is tried next.
enum Stage {
    Families,
    Variants,
    Promotion,
    Changes,
    Repeats,
}

/// The plan of a search.
pub struct Search<'a> {
    checked: &'a CheckedSettings,
    facts: Facts,
    stage: Stage,
    round: u32,
    random: SplitMix64,
    /// Folds that a trial begins with, and all of them.
    first_folds: usize,
    all_folds: usize,
    has_partitions: bool,
}

impl<'a> Search<'a> {
    pub fn new(
        checked: &'a CheckedSettings,
        facts: Facts,
        folds: (usize, usize),
        has_partitions: bool,
    ) -> Self {
        let random = SplitMix64::new(checked.settings.seed ^ 0x5EA2_C400);
        let (first_folds, all_folds) = folds;
        let stage = Stage::Families;
        Self { checked, facts, stage, round: 0, random, first_folds, all_folds, has_partitions }
    }

    /// Whether more is tried than each family once.
    pub fn is_searching(&self) -> bool {
        self.checked.settings.budget_seconds.is_some() || self.checked.settings.trials.is_some()
    }

    /// Trials at most; none is known beforehand where only time ends the search.
    pub fn limit(&self) -> Option<usize> {
        if !self.is_searching() {
            return Some(self.families().len());
        }
        let trials = self.checked.replayed_trials.or(self.checked.settings.trials);
        trials.map(|trials| trials as usize)
    }

    /// The next trials; none when the search is over.
    pub fn next(&mut self, done: &[Outcome]) -> Vec<Spec> {
        let left = self.limit().unwrap_or(USUAL_TRIALS).saturating_sub(done.len());
        for _ in 0..8 {
            if left == 0 || (done.is_empty() && !matches!(self.stage, Stage::Families)) {
                return Vec::new();
            }
            let mut batch = self.stage(done);
            if !self.is_searching() {
                return batch;
            }
            let mut fresh: Vec<Spec> = Vec::new();
            batch.retain(|spec| {
                let known = done.iter().any(|outcome| outcome.spec == *spec) || fresh.contains(spec);
                if !known {
                    fresh.push(spec.clone());
                }
                !known
            });
            batch.truncate(left);
            if !batch.is_empty() {
                return batch;
            }
        }
        Vec::new()
    }

    fn stage(&mut self, done: &[Outcome]) -> Vec<Spec> {
        let (batch, next) = match self.stage {
            Stage::Families if !self.is_searching() && !done.is_empty() => (Vec::new(), Stage::Families),
            Stage::Families => (self.families(), Stage::Variants),
            Stage::Variants => (self.variants(), Stage::Promotion),
            Stage::Promotion => (self.promoted(done), Stage::Changes),
            Stage::Changes => (self.changes(done), Stage::Repeats),
            Stage::Repeats => {
                let batch = self.repeats(done);
                self.round += 1;
                (batch, Stage::Promotion)
            }
        };
        self.stage = next;
        batch
    }

    fn tries(&self, algorithm: Algorithm) -> bool {
        self.checked.algorithms.contains(&algorithm)
    }

    fn spec(&self, algorithm: Algorithm, plan: Plan) -> Spec {
        Spec {
            algorithm,
            plan,
            target_scaling: self.checked.settings.target_scaling,
            categories: Categories::usual(self.facts.rows),
            seed: self.checked.settings.seed,
            partition: 0,
            folds: self.first_folds,
        }
    }

    /// Each family once, quick and telling ones first.
    fn families(&self) -> Vec<Spec> {
        let settings = &self.checked.settings;
        let recipe = BoostingPlan::recipe(&self.facts, settings);
        let forest = ForestPlan::usual(settings);
        let net = |l1_ratio| Plan::Net { alpha: settings.elastic_net.alpha, l1_ratio };
        let mut batch = vec![
            self.spec(Algorithm::Linear, Plan::Settings),
            self.spec(Algorithm::Logistic, Plan::Alpha(settings.ridge_alpha)),
            self.spec(Algorithm::Boosting, Plan::Boosting(recipe)),
            self.spec(Algorithm::Ridge, Plan::Alpha(settings.ridge_alpha)),
            self.spec(Algorithm::ExtraTrees, Plan::Forest(forest)),
            self.spec(Algorithm::Forest, Plan::Forest(forest)),
            self.spec(Algorithm::Lasso, net(1.0)),
            self.spec(Algorithm::ElasticNet, net(settings.elastic_net.l1_ratio.unwrap_or(0.5))),
            self.spec(Algorithm::GradientDescent, Plan::Settings),
        ];
        // Another walk to the same weights, and in a search penalties that are slow to choose and seldom better, are only
        // taken where they are asked for.
        let asked = settings.algorithms.is_some();
        let is_seldom = |algorithm: Algorithm| match algorithm {
            Algorithm::GradientDescent => true,
            Algorithm::Lasso | Algorithm::ElasticNet => self.is_searching(),
            _ => false,
        };
        batch.retain(|spec| self.tries(spec.algorithm) && (asked || !is_seldom(spec.algorithm)));
        if self.is_searching() && self.tries(Algorithm::Boosting) && self.facts.rows > 20_000 {
            let at = batch.iter().position(|spec| spec.algorithm == Algorithm::Boosting).unwrap_or(0);
            let quick = variants::quick(recipe).within(settings);
            batch.insert(at, self.spec(Algorithm::Boosting, Plan::Boosting(quick)));
        }
        batch
    }

    /// The fixed list.
    fn variants(&self) -> Vec<Spec> {
        let settings = &self.checked.settings;
        let recipe = BoostingPlan::recipe(&self.facts, settings);
        let forest = ForestPlan::usual(settings);
        let as_logarithm = |spec: Spec| Spec { target_scaling: TargetScaling::Log, ..spec };
        let leans = self.facts.leans && settings.target_scaling == TargetScaling::None;
        let mut batch = Vec::new();
        if leans {
            batch.push(as_logarithm(self.spec(Algorithm::Boosting, Plan::Boosting(recipe))));
            batch.push(as_logarithm(self.spec(Algorithm::Ridge, Plan::Alpha(settings.ridge_alpha))));
        }
        for plan in variants::boosting(recipe) {
            batch.push(self.spec(Algorithm::Boosting, Plan::Boosting(plan.within(settings))));
        }
        if self.facts.has_categories {
            let spec = self.spec(Algorithm::Boosting, Plan::Boosting(recipe));
            batch.push(Spec { categories: spec.categories.other(), ..spec });
        }
        batch.push(self.spec(Algorithm::Ridge, Plan::FoldAlpha));
        if leans {
            batch.push(as_logarithm(self.spec(Algorithm::Ridge, Plan::FoldAlpha)));
        }
        // The weights of terms are small, and so is what they are penalised with.
        let alphas: &[f64] = if self.facts.has_texts { &[0.1, 0.01, 10.0] } else { &[10.0, 100.0] };
        for alpha in alphas.iter().copied() {
            batch.push(self.spec(Algorithm::Logistic, Plan::Alpha(alpha)));
        }
        for plan in variants::forests(forest) {
            for family in [Algorithm::ExtraTrees, Algorithm::Forest] {
                batch.push(self.spec(family, Plan::Forest(plan.within(settings))));
            }
        }
        if leans {
            batch.push(as_logarithm(self.spec(Algorithm::ExtraTrees, Plan::Forest(forest))));
        }
        batch.retain(|spec| self.tries(spec.algorithm));
        batch
    }

    /// The best third of those that have not learned all folds, on all of them.
    fn promoted(&self, done: &[Outcome]) -> Vec<Spec> {
        if self.first_folds >= self.all_folds {
            return Vec::new();
        }
        let best = ranked(done, |outcome| outcome.first_cost);
        let wanted = (done.iter().filter(|o| o.spec.folds < self.all_folds).count() / 3).clamp(1, 4);
        let promote = |outcome: &&Outcome| Spec { folds: self.all_folds, ..outcome.spec.clone() };
        let known = |spec: &Spec| done.iter().any(|outcome| outcome.spec == *spec);
        best.iter().map(promote).filter(|spec| !known(spec)).take(wanted).collect()
    }

    /// Changes drawn around the best.
    fn changes(&mut self, done: &[Outcome]) -> Vec<Spec> {
        let best = ranked(done, |outcome| outcome.first_cost);
        let of = |algorithms: &[Algorithm]| -> Vec<Spec> {
            let found = best.iter().filter(|o| algorithms.contains(&o.spec.algorithm));
            found.take(3).map(|outcome| outcome.spec.clone()).collect()
        };
        let boosted = of(&[Algorithm::Boosting]);
        let others = of(&[Algorithm::Forest, Algorithm::ExtraTrees, Algorithm::Ridge, Algorithm::Logistic]);
        let mut batch = Vec::new();
        for at in 0..CHANGES {
            // A change of the best at every second turn, of one of the others between.
            let from = if at % 2 == 0 { 0 } else { 1 + at / 2 };
            if let Some(spec) = boosted.get(from % boosted.len().max(1)) {
                batch.push(variants::changed(spec, &self.checked.settings, &mut self.random));
            }
            if at % 3 == 0
                && let Some(spec) = others.get((at / 3) % others.len().max(1))
            {
                batch.push(variants::changed(spec, &self.checked.settings, &mut self.random));
            }
        }
        for spec in &mut batch {
            (spec.folds, spec.partition) = (self.first_folds, 0);
        }
        batch
    }

    /// The best again, with other seeds and other folds.
    fn repeats(&mut self, done: &[Outcome]) -> Vec<Spec> {
        let whole: Vec<Outcome> = done.iter().filter(|o| o.spec.folds >= self.all_folds).cloned().collect();
        let best = ranked(&whole, |outcome| outcome.cost);
        let mut batch: Vec<Spec> = Vec::new();
        for outcome in best {
            let spec = &outcome.spec;
            let has_chance = matches!(spec.plan, Plan::Boosting(_) | Plan::Forest(_));
            let repeated = batch.iter().any(|other| other.plan == spec.plan);
            if batch.len() < 2 && has_chance && !repeated {
                let partition = if self.has_partitions { self.round + 1 } else { 0 };
                let seed = self.checked.settings.seed.wrapping_add(1_000 * (u64::from(self.round) + 1));
                batch.push(Spec { partition, seed, ..spec.clone() });
            }
        }
        batch
    }
}

/// Outcomes of finite cost, the least first; ties in the order of trials.
fn ranked(done: &[Outcome], cost: impl Fn(&Outcome) -> f64) -> Vec<&Outcome> {
    let mut best: Vec<&Outcome> = done.iter().filter(|outcome| cost(outcome).is_finite()).collect();
    best.sort_by(|a, b| cost(a).total_cmp(&cost(b)));
    best
}
