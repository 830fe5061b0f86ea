//! Fits one family after another on the train part; matrices and normal equations that two of them need are made once.

use super::progress::Reporter;
use super::target::{Target, Values};
use super::{TrainError, progress};
use crate::artefact::TargetScale;
use crate::families::{
    Fitted, Gram, Model, Penalty, Rows, Stopped, choose_lasso, constant, descend, lasso, least_squares,
    logistic, path, ridge, shares, weighted_mean,
};
use crate::math::ln_1p;
use crate::prepare::{Design, OneHot, Plan, Preparation};
use crate::settings::{Algorithm, CheckedSettings, Scaling, TargetScaling};
use crate::split::{Bond, Fold, folds};
use crate::table::Table;

/// Folds that penalties are chosen by.
const FOLDS: usize = 5;
/// l₁ of the elastic net where none is given.
const USUAL_L1_RATIO: f64 = 0.5;

/// A fitted family with what it takes to replay it.
pub struct Candidate {
    pub fitted: Fitted,
    pub preparation: Preparation,
    /// The mean of each column of the matrix over the train part.
    pub means: Vec<f64>,
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
    grams: Vec<SharedGram>,
}

/// Normal equations with what they were made of.
struct SharedGram {
    scaling: Scaling,
    one_hot: OneHot,
    preparation: Preparation,
    design: Design,
    means: Vec<f64>,
    gram: Gram,
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
        let classes = target.train_classes().map(|classes| (classes, target.class_names()));
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
        let SharedGram { preparation, design, means, gram, .. } = &self.grams[at];
        let mut fitted = match algorithm {
            Algorithm::GradientDescent => {
                descend(gram, &settings.gradient_descent, &mut |point: progress::LossPoint| {
                    report.loss(point)
                })?
            }
            Algorithm::Lasso | Algorithm::ElasticNet => {
                let folds = self.folds();
                let rows = Rows { design, weights: self.weights.as_deref(), folds: &folds };
                let penalty = self.penalty(algorithm, &rows, &centred, gram, report)?;
                lasso(gram, penalty, &mut || report.working())?
            }
            Algorithm::Ridge => ridge(gram, settings.ridge_alpha, &mut || report.working())?,
            _ => least_squares(gram, &mut || report.working())?,
        };
        if let Model::Linear { intercept, .. } = &mut fitted.model {
            *intercept += centre;
        }
        Ok(Candidate { fitted, preparation: preparation.clone(), means: means.clone(), target_scale })
    }

    /// Folds of the train part to choose penalties by.
    fn folds(&self) -> Vec<Fold> {
        let bond = Bond::of(self.table, self.checked, self.train);
        folds(self.train.len(), self.target.train_classes(), &bond, FOLDS, self.checked.settings.seed)
    }

    /// The penalty that is given, or the best on a path by cross-validation.
    fn penalty(
        &self,
        algorithm: Algorithm,
        rows: &Rows<'_>,
        y: &[f64],
        gram: &Gram,
        report: &mut Reporter<'_>,
    ) -> Result<Penalty, TrainError> {
        let given = &self.checked.settings.elastic_net;
        let l1_ratio =
            if algorithm == Algorithm::Lasso { 1.0 } else { given.l1_ratio.unwrap_or(USUAL_L1_RATIO) };
        if let Some(alpha) = given.alpha {
            return Ok(Penalty { alpha, l1_ratio });
        }
        let alphas = path(gram, l1_ratio);
        let choice = choose_lasso(rows, y, gram, &alphas, l1_ratio, &mut || report.working())?;
        // Without a fold the middle of the path.
        let middle = alphas.get(alphas.len() / 2).copied().unwrap_or(1.0);
        Ok(Penalty { alpha: choice.map_or(middle, |choice| choice.alpha), l1_ratio })
    }

    /// The place of the normal equations, which are summed if no family has needed them before.
    fn gram(
        &mut self,
        scaling: Scaling,
        one_hot: OneHot,
        y: &[f64],
        report: &mut Reporter<'_>,
    ) -> Result<usize, TrainError> {
        if let Some(at) = self.grams.iter().position(|g| (g.scaling, g.one_hot) == (scaling, one_hot)) {
            return Ok(at);
        }
        let preparation = self.plan.preparation(scaling, one_hot, self.checked.settings.max_levels);
        let design = Design::build(self.table, self.train, self.plan, &preparation);
        let gram = Gram::build(&design, y, self.weights.as_deref(), &mut || report.working())?;
        let means = design.means();
        self.grams.push(SharedGram { scaling, one_hot, preparation, design, means, gram });
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
        Ok(Candidate { fitted, preparation, means: design.means(), target_scale: TargetScale::None })
    }

    fn without_columns(&self, model: Model) -> Candidate {
        let fitted =
            Fitted { model, loss_curve: Vec::new(), parameters: Default::default(), notes: Vec::new() };
        let settings = &self.checked.settings;
        let preparation = self.plan.preparation(settings.scaling, OneHot::DropBase, settings.max_levels);
        Candidate { fitted, preparation, means: Vec::new(), target_scale: TargetScale::None }
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
