//! One model of a trial: a spec fitted on the rows of a fold, or on the whole train part.

use std::collections::BTreeMap;

use super::problem::{GramKey, Problem, pick};
use super::progress::LossPoint;
use super::resources::Signal;
use super::scheme::Fold;
use super::spec::{Plan, Spec};
use super::target::Values;
use crate::artefact::TargetScale;
use crate::families::{
    Fitted, Gram, Member, Model, Penalty, Rows, Stopped, choose_lasso, constant, descend, lasso,
    least_squares, logistic, path, ridge, shares, weighted_mean,
};
use crate::math::ln_1p;
use crate::prepare::{Design, OneHot, Preparation};
use crate::settings::{Algorithm, Scaling, TargetScaling};
use crate::split::{Bond, folds};

/// Folds that penalties are chosen by.
const PENALTY_FOLDS: usize = 5;

/// Paths of elastic net, each a thousandth of the one before, that are looked at.
const MAX_PATHS: usize = 3;

/// What came of a fit.
pub struct Fit {
    /// The model, with the whole share.
    pub member: Member,
    pub loss_curve: Vec<LossPoint>,
    pub parameters: BTreeMap<String, f64>,
    pub notes: Vec<String>,
}

/// How a fit hears of the end and tells where it is.
pub struct Watch<'a> {
    pub signal: &'a Signal<'a>,
    /// Threads that the fit may use.
    pub threads: usize,
    /// Hears of points of the loss curve.
    pub tell: &'a dyn Fn(LossPoint),
}

impl Watch<'_> {
    fn told(&self, point: LossPoint) -> bool {
        (self.tell)(point);
        self.signal.goes_on()
    }
}

/// Fits a spec on the rows of a fold.
pub fn fit(problem: &Problem<'_>, spec: &Spec, fold: &Fold, watch: &Watch<'_>) -> Result<Fit, Stopped> {
    match spec.algorithm {
        Algorithm::Boosting => super::tree_fit::boosting(problem, spec, fold, watch),
        Algorithm::Forest | Algorithm::ExtraTrees => super::tree_fit::forests(problem, spec, fold, watch),
        Algorithm::Baseline | Algorithm::Ensemble => Ok(baseline(problem, &fold.learn)),
        Algorithm::Logistic => classes(problem, spec, &fold.learn, watch),
        Algorithm::Linear
        | Algorithm::Ridge
        | Algorithm::Lasso
        | Algorithm::ElasticNet
        | Algorithm::GradientDescent => numbers(problem, spec, fold, watch),
    }
}

/// The scale of the target on the rows that are learned from; none where the wanted one would not be finite.
pub fn target_scale(scaling: TargetScaling, values: &[f64]) -> TargetScale {
    let (min, max) =
        values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    match scaling {
        TargetScaling::MinMax if max > min && (max - min).is_finite() => TargetScale::MinMax { min, max },
        TargetScaling::Log if min > -1.0 => TargetScale::Log,
        TargetScaling::MinMax | TargetScaling::Log | TargetScaling::None => TargetScale::None,
    }
}

/// A value of the target on its scale.
pub fn scale(y: f64, target_scale: TargetScale) -> f64 {
    match target_scale {
        TargetScale::None => y,
        TargetScale::MinMax { min, max } => (y - min) / (max - min),
        TargetScale::Log => ln_1p(y),
    }
}

/// What knowing nothing gives.
pub fn baseline(problem: &Problem<'_>, rows: &[usize]) -> Fit {
    let weights = pick(problem.weights.as_deref(), rows);
    let model = match &problem.target.values {
        Values::Numbers(_) => constant(&problem.target.numbers(rows), weights.as_deref()),
        Values::Classes { names, .. } => shares(&problem.target.codes(rows), names.len(), weights.as_deref()),
    };
    let fitted = Fitted { model, loss_curve: Vec::new(), parameters: BTreeMap::new(), notes: Vec::new() };
    without_columns(problem, Algorithm::Baseline, fitted, TargetScale::None)
}

/// Least squares, penalised or not.
fn numbers(problem: &Problem<'_>, spec: &Spec, fold: &Fold, watch: &Watch<'_>) -> Result<Fit, Stopped> {
    let settings = &problem.checked.settings;
    let (scaling, one_hot) = match spec.algorithm {
        // The closed form does not depend on the scale of the columns; standardised ones lose the fewest digits.
        Algorithm::Linear => (Scaling::Standard, OneHot::DropBase),
        Algorithm::GradientDescent => (settings.scaling, OneHot::DropBase),
        _ => (settings.scaling, OneHot::Full),
    };
    let weights = pick(problem.weights.as_deref(), &fold.learn);
    let values = problem.target.numbers(&fold.learn);
    let target_scale = target_scale(spec.target_scaling, &values);
    let scaled: Vec<f64> = values.iter().map(|y| scale(*y, target_scale)).collect();
    let centre = weighted_mean(&scaled, weights.as_deref());
    let centred: Vec<f64> = scaled.iter().map(|y| y - centre).collect();
    let preparation = problem.plan.preparation(scaling, one_hot, settings.max_levels);
    let mut go_on = || watch.signal.goes_on();
    let key = GramKey { rows: fold.learn.clone(), scaling, one_hot, target_scaling: spec.target_scaling };
    let gram = problem.gram(key, || {
        let design = Design::build(problem.table, &fold.learn, &problem.plan, &preparation);
        Gram::build(&design, &centred, weights.as_deref(), &mut || watch.signal.goes_on())
    })?;
    let mut fitted = match (spec.algorithm, spec.plan) {
        (Algorithm::GradientDescent, _) => {
            descend(&gram, &settings.gradient_descent, &mut |point| watch.told(point))?
        }
        (_, Plan::Alpha(alpha)) => ridge(&gram, alpha, &mut go_on)?,
        (_, Plan::Net { alpha, l1_ratio }) => {
            let alpha = match alpha {
                Some(alpha) => alpha,
                None => {
                    let rows = (fold.learn.as_slice(), centred.as_slice(), weights.as_deref());
                    net_alpha(problem, rows, &preparation, &gram, l1_ratio, &mut go_on)?
                }
            };
            lasso(&gram, Penalty { alpha, l1_ratio }, &mut go_on)?
        }
        _ => least_squares(&gram, &mut go_on)?,
    };
    if let Model::Linear { intercept, .. } = &mut fitted.model {
        *intercept += centre;
    }
    let means =
        gram.xx.row(gram.size() - 1).iter().take(gram.size() - 1).map(|sum| sum / gram.rows).collect();
    Ok(member(spec.algorithm, preparation, means, target_scale, fitted))
}

/// The penalty on the path that folds of the rows find best: rows of the table, their targets and their weights.
fn net_alpha(
    problem: &Problem<'_>,
    (rows, y, weights): (&[usize], &[f64], Option<&[f64]>),
    preparation: &Preparation,
    gram: &Gram,
    l1_ratio: f64,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<f64, Stopped> {
    let design = Design::build(problem.table, rows, &problem.plan, preparation);
    let bond = Bond::of(problem.table, problem.checked, rows);
    let folds = folds(rows.len(), None, &bond, PENALTY_FOLDS, problem.checked.settings.seed);
    let rows = Rows { design: &design, weights, folds: &folds };
    let mut alphas = path(gram, l1_ratio);
    // Without a fold the middle of the path.
    let mut best = alphas.get(alphas.len() / 2).copied().unwrap_or(1.0);
    for _ in 0..MAX_PATHS {
        let choice = choose_lasso(&rows, y, gram, &alphas, l1_ratio, go_on)?;
        let Some(choice) = choice else { break };
        best = choice.alpha;
        // What the squares are multiplied with does not grow with the target as the path does: where its end is the
        // best, a lower one may be better.
        let (Some(first), Some(last)) = (alphas.first().copied(), alphas.last().copied()) else { break };
        if l1_ratio >= 1.0 || best > last {
            break;
        }
        alphas.iter_mut().for_each(|alpha| *alpha *= last / first);
    }
    Ok(best)
}

/// Logistic regression.
fn classes(problem: &Problem<'_>, spec: &Spec, rows: &[usize], watch: &Watch<'_>) -> Result<Fit, Stopped> {
    let settings = &problem.checked.settings;
    let preparation = problem.plan.preparation(settings.scaling, OneHot::Full, settings.max_levels);
    let design = Design::build(problem.table, rows, &problem.plan, &preparation);
    let weights = pick(problem.weights.as_deref(), rows);
    let codes = problem.target.codes(rows);
    let alpha = if let Plan::Alpha(alpha) = spec.plan { alpha } else { settings.ridge_alpha };
    let count = problem.target.class_names().len();
    let fitted = logistic(&design, &codes, count, alpha, weights.as_deref(), &mut |point| watch.told(point))?;
    Ok(member(spec.algorithm, preparation, design.means(), TargetScale::None, fitted))
}

fn member(
    algorithm: Algorithm,
    preparation: Preparation,
    means: Vec<f64>,
    target_scale: TargetScale,
    fitted: Fitted,
) -> Fit {
    let member = Member { weight: 1.0, algorithm, preparation, means, target_scale, model: fitted.model };
    Fit { member, loss_curve: fitted.loss_curve, parameters: fitted.parameters, notes: fitted.notes }
}

/// A model that reads no matrix.
pub fn without_columns(
    problem: &Problem<'_>,
    algorithm: Algorithm,
    fitted: Fitted,
    target_scale: TargetScale,
) -> Fit {
    let settings = &problem.checked.settings;
    let preparation = problem.plan.preparation(settings.scaling, OneHot::DropBase, settings.max_levels);
    let member =
        Member { weight: 1.0, algorithm, preparation, means: Vec::new(), target_scale, model: fitted.model };
    Fit { member, loss_curve: fitted.loss_curve, parameters: fitted.parameters, notes: fitted.notes }
}
