//! The order of trials: a pure function of data, settings and the scores of the trials that are done.
//!
//! First each family once; then, within a budget, a fixed list of configurations on the first folds, the best third of
//! them on all folds (successive halving: Jamieson and Talwalkar 2016), changes drawn around the best, and the best
//! again with other seeds and folds; and so on from the third step, until time is over. A batch is given whole, and the
//! next one depends only on what came before it: so the first `n` trials are the same wherever and however fast they
//! run.
//!
//! What looks best of many was lucky with its folds. So the best are tried on other folds in turn, those first that
//! were tried least, and are ranked by the mean: only what stays good on every cut is built upon.

use super::spec::{BoostingPlan, Categories, Facts, ForestPlan, Plan, Spec};
use super::variants;
use crate::random::SplitMix64;
use crate::settings::{Algorithm, CheckedSettings, TargetScaling};

/// Trials of a search that only a budget ends: beyond, the validating rows are searched rather than the models.
const USUAL_TRIALS: usize = 3_000;
/// Steps without anything new after which there is nothing to be found: changes are drawn, and may be known.
const FRUITLESS: usize = 40;
/// Changes drawn around the best in each round.
const CHANGES: usize = 6;
/// The best among which those are repeated that were repeated least, and how often each is at most.
const REPEATED: usize = 8;
const MAX_REPEATS: usize = 10;
/// Of them in a round, where a trial judges by all folds, and where by the first.
const REPEATS: usize = 3;
const REPEATS_OF_MANY_ROWS: usize = 2;

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
        Self { checked, facts, stage, random, first_folds, all_folds, has_partitions }
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
        for _ in 0..FRUITLESS {
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
            Stage::Repeats => (self.repeats(done), Stage::Promotion),
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
        let [lasso, elastic_net] = self.nets();
        let mut batch = vec![
            self.spec(Algorithm::Linear, Plan::Settings),
            self.spec(Algorithm::Logistic, Plan::Alpha(settings.ridge_alpha)),
            self.spec(Algorithm::Boosting, Plan::Boosting(recipe)),
            self.spec(Algorithm::Ridge, Plan::Alpha(settings.ridge_alpha)),
            self.spec(Algorithm::ExtraTrees, Plan::Forest(forest)),
            self.spec(Algorithm::Forest, Plan::Forest(forest)),
            lasso,
            elastic_net,
            self.spec(Algorithm::GradientDescent, Plan::Settings),
        ];
        // Another walk to the same weights is only taken where it is asked for; penalties that are slow to choose and
        // seldom better come late in a search.
        let asked = settings.algorithms.is_some();
        let is_seldom = |algorithm: Algorithm| match algorithm {
            Algorithm::GradientDescent => true,
            Algorithm::Lasso | Algorithm::ElasticNet => self.is_searching(),
            _ => false,
        };
        batch.retain(|spec| self.tries(spec.algorithm) && (asked || !is_seldom(spec.algorithm)));
        if self.is_searching() && self.tries(Algorithm::Boosting) {
            // Before all that takes long: whoever stops early has more than the baseline.
            let at = usize::from(batch.first().is_some_and(|spec| spec.algorithm == Algorithm::Linear));
            let quick = variants::quick(recipe, self.facts.rows).within(settings);
            batch.insert(at, self.spec(Algorithm::Boosting, Plan::Boosting(quick)));
        }
        batch
    }

    /// Lasso and elastic net.
    fn nets(&self) -> [Spec; 2] {
        let given = &self.checked.settings.elastic_net;
        let net = |l1_ratio| Plan::Net { alpha: given.alpha, l1_ratio };
        let mixed = net(given.l1_ratio.unwrap_or(0.5));
        [self.spec(Algorithm::Lasso, net(1.0)), self.spec(Algorithm::ElasticNet, mixed)]
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
        batch.extend(self.nets());
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

    /// Whether a trial learns all folds from the beginning.
    fn judges_by_all(&self) -> bool {
        self.first_folds >= self.all_folds
    }

    /// The specs that did best, of those that chance alone tells apart one.
    fn best(&self, done: &[Outcome]) -> Vec<Spec> {
        if self.judges_by_all() {
            return groups(done.iter()).into_iter().map(|group| group.spec.clone()).collect();
        }
        let of_one_cut: Vec<Outcome> = done.iter().filter(|o| o.spec.partition == 0).cloned().collect();
        ranked(&of_one_cut, |outcome| outcome.first_cost).into_iter().map(|o| o.spec.clone()).collect()
    }

    /// Changes drawn around the best.
    fn changes(&mut self, done: &[Outcome]) -> Vec<Spec> {
        let best = self.best(done);
        let of = |algorithms: &[Algorithm]| -> Vec<Spec> {
            best.iter().filter(|spec| algorithms.contains(&spec.algorithm)).take(3).cloned().collect()
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
            (spec.folds, spec.partition, spec.seed) = (self.first_folds, 0, self.checked.settings.seed);
        }
        batch
    }

    /// The best again, with other seeds and other folds: those first that were repeated least.
    fn repeats(&self, done: &[Outcome]) -> Vec<Spec> {
        let has_chance = |spec: &Spec| matches!(spec.plan, Plan::Boosting(_) | Plan::Forest(_));
        let whole = done.iter().filter(|o| o.spec.folds >= self.all_folds && has_chance(&o.spec));
        let mut best = groups(whole);
        best.truncate(REPEATED);
        best.retain(|group| group.trials < MAX_REPEATS);
        // Stable: of equals the best.
        best.sort_by_key(|group| group.trials);
        let repeats = if self.judges_by_all() { REPEATS } else { REPEATS_OF_MANY_ROWS };
        let again = |group: &Group<'_>| {
            let partition = if self.has_partitions { group.trials as u32 } else { 0 };
            let seed = self.checked.settings.seed.wrapping_add(1_000 * group.trials as u64);
            Spec { partition, seed, ..group.spec.clone() }
        };
        best.iter().take(repeats).map(again).collect()
    }
}

/// Trials that chance alone tells apart.
struct Group<'a> {
    spec: &'a Spec,
    trials: usize,
    /// The mean of their costs.
    cost: f64,
}

/// Trials of finite cost by what chance does not decide, the least mean cost first; ties in the order of trials.
fn groups<'a>(done: impl Iterator<Item = &'a Outcome>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    for outcome in done.filter(|outcome| outcome.cost.is_finite()) {
        match groups.iter_mut().find(|group| group.spec.repeats(&outcome.spec)) {
            Some(group) => {
                group.trials += 1;
                group.cost += (outcome.cost - group.cost) / group.trials as f64;
            }
            None => groups.push(Group { spec: &outcome.spec, trials: 1, cost: outcome.cost }),
        }
    }
    groups.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    groups
}

/// Outcomes of finite cost, the least first; ties in the order of trials.
fn ranked(done: &[Outcome], cost: impl Fn(&Outcome) -> f64) -> Vec<&Outcome> {
    let mut best: Vec<&Outcome> = done.iter().filter(|outcome| cost(outcome).is_finite()).collect();
    best.sort_by(|a, b| cost(a).total_cmp(&cost(b)));
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn a_budget_is_used_to_its_end_and_no_trial_is_made_twice() {
        let text: String = (0..60).map(|i| format!("{},{},{}\n", i, i * 7 % 13, i * 3 % 17)).collect();
        let table =
            crate::read(format!("a,b,y\n{text}").as_bytes(), &crate::IntakeOptions::default()).unwrap().table;
        let settings = Settings { target: "y".to_owned(), budget_seconds: Some(60.0), ..Settings::default() };
        let checked = settings.check(&table).unwrap();
        let facts = Facts { rows: 60, has_categories: false, classes: 0, leans: false, has_texts: false };
        let mut search = Search::new(&checked, facts, (5, 5), true);
        let mut done: Vec<Outcome> = Vec::new();
        while done.len() < 1_000 {
            let batch = search.next(&done);
            assert!(!batch.is_empty(), "nothing more after {} trials", done.len());
            for spec in batch {
                assert!(done.iter().all(|outcome| outcome.spec != spec), "{spec:?} again");
                // The same cost for the same plan; the later, the worse or better, as it happens.
                let cost = f64::from(done.len() as u32 * 37 % 101);
                done.push(Outcome { spec, first_cost: cost, cost });
            }
        }
        let repeats = done.iter().filter(|outcome| outcome.spec.partition > 0).count();
        assert!(repeats > 200, "the best were tried on other folds {repeats} times");
    }
}
