//! Fits one family after another on the train part; matrices and normal equations that two of them need are made once.

use super::progress::Reporter;
use super::target::{Target, Values};
use super::{TrainError, progress};
use crate::artefact::TargetScale;
use crate::families::{
    Fitted, Gram, Model, Stopped, constant, descend, least_squares, logistic, ridge, shares, weighted_mean,
};
use crate::math::ln_1p;
use crate::prepare::{Design, OneHot, Plan, Preparation};
use crate::settings::{Algorithm, CheckedSettings, Scaling, TargetScaling};
use crate::table::Table;

/// A fitted family with what it takes to replay it.
pub struct Candidate {
    pub fitted: Fitted,
    pub preparation: Preparation,
    pub target_scale: TargetScale,
}

/// What the families share.
pub struct Fits<'a> {
    table: &'a Table,
    checked: &'a CheckedSettings,
    train: &'a [usize],
    plan: &'a Plan,
    target: &'a Target,
    /// How much each train row weighs.
    weights: Option<Vec<f64>>,
    grams: Vec<(Scaling, OneHot, Preparation, Gram)>,
}

impl From<Stopped> for TrainError {
    fn from(Stopped: Stopped) -> Self {
        Self::Stopped
    }
}

impl<'a> Fits<'a> {
    pub fn new(
        table: &'a Table,
        checked: &'a CheckedSettings,
        train: &'a [usize],
        plan: &'a Plan,
        target: &'a Target,
    ) -> Self {
        let classes = match &target.values {
            Values::Classes { train, names, .. } => Some((train.as_slice(), names.as_slice())),
            Values::Numbers { .. } => None,
        };
        let weights = checked.learning_weights(table, train, classes);
        Self { table, checked, train, plan, target, weights, grams: Vec::new() }
    }

    /// Fits a family.
    pub fn fit(&mut self, algorithm: Algorithm, report: &mut Reporter<'_>) -> Result<Candidate, TrainError> {
        match &self.target.values {
            Values::Numbers { train, .. } => self.fit_numbers(algorithm, train, report),
            Values::Classes { train, names, .. } => self.fit_classes(algorithm, train, names.len(), report),
        }
    }

    fn fit_numbers(
        &mut self,
        algorithm: Algorithm,
        values: &[f64],
        report: &mut Reporter<'_>,
    ) -> Result<Candidate, TrainError> {
        let settings = &self.checked.settings;
        let (scaling, one_hot) = match algorithm {
            Algorithm::Baseline | Algorithm::Logistic => {
                return Ok(self.without_columns(constant(values, self.weights.as_deref())));
            }
            // The closed form does not depend on the scale of the columns; standardised ones lose the fewest digits.
            Algorithm::Linear => (Scaling::Standard, OneHot::DropBase),
            Algorithm::GradientDescent => (settings.scaling, OneHot::DropBase),
            Algorithm::Ridge | _ => (settings.scaling, OneHot::Full),
        };
        let target_scale = target_scale(settings.target_scaling, values);
        let scaled: Vec<f64> = values.iter().map(|y| scale(*y, target_scale)).collect();
        let centre = weighted_mean(&scaled, self.weights.as_deref());
        let centred: Vec<f64> = scaled.iter().map(|y| y - centre).collect();
        let at = self.gram(scaling, one_hot, &centred, report)?;
        let (_, _, preparation, gram) = &self.grams[at];
        let mut fitted = match algorithm {
            Algorithm::GradientDescent => {
                descend(gram, &settings.gradient_descent, &mut |point: progress::LossPoint| {
                    report.loss(point)
                })?
            }
            Algorithm::Ridge => ridge(gram, settings.ridge_alpha, &mut || report.working())?,
            _ => least_squares(gram, &mut || report.working())?,
        };
        if let Model::Linear { intercept, .. } = &mut fitted.model {
            *intercept += centre;
        }
        Ok(Candidate { fitted, preparation: preparation.clone(), target_scale })
    }

    /// The place of the normal equations, which are summed if no family has needed them before.
    fn gram(
        &mut self,
        scaling: Scaling,
        one_hot: OneHot,
        y: &[f64],
        report: &mut Reporter<'_>,
    ) -> Result<usize, TrainError> {
        if let Some(at) = self.grams.iter().position(|g| (g.0, g.1) == (scaling, one_hot)) {
            return Ok(at);
        }
        let preparation = self.plan.preparation(scaling, one_hot, self.checked.settings.max_levels);
        let design = Design::build(self.table, self.train, self.plan, &preparation);
        let gram = Gram::build(&design, y, self.weights.as_deref(), &mut || report.working())?;
        self.grams.push((scaling, one_hot, preparation, gram));
        Ok(self.grams.len() - 1)
    }

    fn fit_classes(
        &self,
        algorithm: Algorithm,
        classes: &[u32],
        count: usize,
        report: &mut Reporter<'_>,
    ) -> Result<Candidate, TrainError> {
        if algorithm != Algorithm::Logistic {
            return Ok(self.without_columns(shares(classes, count, self.weights.as_deref())));
        }
        let settings = &self.checked.settings;
        let preparation = self.plan.preparation(settings.scaling, OneHot::Full, settings.max_levels);
        let design = Design::build(self.table, self.train, self.plan, &preparation);
        let weights = self.weights.as_deref();
        let fitted = logistic(&design, classes, count, settings.ridge_alpha, weights, &mut |point| {
            report.loss(point)
        })?;
        Ok(Candidate { fitted, preparation, target_scale: TargetScale::None })
    }

    fn without_columns(&self, model: Model) -> Candidate {
        let fitted =
            Fitted { model, loss_curve: Vec::new(), parameters: Default::default(), notes: Vec::new() };
        let settings = &self.checked.settings;
        let preparation = self.plan.preparation(settings.scaling, OneHot::DropBase, settings.max_levels);
        Candidate { fitted, preparation, target_scale: TargetScale::None }
    }
}

/// The scale of the target on the train part; none where the wanted one would not be finite.
fn target_scale(scaling: TargetScaling, values: &[f64]) -> TargetScale {
    let (min, max) =
        values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(*v), h.max(*v)));
    match scaling {
        TargetScaling::MinMax if max > min && (max - min).is_finite() => TargetScale::MinMax { min, max },
        TargetScaling::Log => TargetScale::Log,
        TargetScaling::MinMax | TargetScaling::None => TargetScale::None,
    }
}

fn scale(y: f64, target_scale: TargetScale) -> f64 {
    match target_scale {
        TargetScale::None => y,
        TargetScale::MinMax { min, max } => (y - min) / (max - min),
        TargetScale::Log => ln_1p(y),
    }
}
