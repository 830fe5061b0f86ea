//! One model of a trial: a spec fitted on the rows of a fold, or on the whole train part.

use std::collections::BTreeMap;

use super::penalty;
use super::problem::{GramKey, Problem, pick};
use super::progress::LossPoint;
use super::resources::Signal;
use super::scheme::Fold;
use super::spec::{Plan, Spec};
use super::target::Values;
use crate::artefact::TargetScale;
use crate::families::{
    Fitted, Gram, Member, Model, Penalty, Stopped, constant, descend, lasso, least_squares, logistic, ridge,
    shares, weighted_mean,
};
use crate::math::ln_1p;
use crate::prepare::{Design, OneHot, Preparation};
use crate::settings::{Algorithm, Scaling, TargetScaling};

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
        (_, Plan::FoldAlpha) => {
            let rows = (fold.learn.as_slice(), centred.as_slice(), weights.as_deref());
            let alpha = penalty::of_ridge(problem, rows, &preparation, &gram, &mut go_on)?;
            ridge(&gram, alpha, &mut go_on)?
        }
        (_, Plan::Net { alpha, l1_ratio }) => {
            let alpha = match alpha {
                Some(alpha) => alpha,
                None if problem.scheme.is_tested() => {
                    let rows = (fold.learn.as_slice(), centred.as_slice(), weights.as_deref());
                    penalty::of_path(problem, rows, &preparation, &gram, l1_ratio, &mut go_on)?
                }
                None => penalty::of_train_part(problem, spec, l1_ratio, &preparation, &mut go_on)?,
            };
            lasso(&gram, Penalty { alpha, l1_ratio }, &mut go_on)?
        }
        _ => least_squares(&gram, &mut go_on)?,
    };
    if let Model::Linear { intercept, .. } = &mut fitted.model {
        *intercept += centre;
    }
    let sums = gram.xx.row(gram.size() - 1);
    let means = finite(sums.iter().take(gram.size() - 1).map(|sum| sum / gram.rows).collect());
    Ok(member(spec.algorithm, preparation, means, target_scale, fitted))
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

/// The means of columns; none where one of them left the range of numbers.
fn finite(means: Vec<f64>) -> Vec<f64> {
    if means.iter().all(|mean| mean.is_finite()) { means } else { Vec::new() }
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
