//! The weights of a linear model, by the names of what they belong to.

use super::SHOWN_CHARACTERS;
use crate::artefact::{Content, TargetScale};
use crate::families::Model;
use crate::metrics::Coefficient;
use crate::prepare::{Cycle, DatePart, Prepared};

/// Weights that are shown.
const MAX_COEFFICIENTS: usize = 200;
/// Intercepts that are shown however small they are.
const MAX_INTERCEPTS: usize = 50;

/// The name of the constant.
const INTERCEPT: &str = "(intercept)";

/// The weights of a model, largest first; none for a baseline.
pub(super) fn coefficients(content: &Content) -> Vec<Coefficient> {
    let of = |weights: &[f64], intercept: f64, class: Option<&String>| {
        let named = names(content).into_iter().zip(weights).map(|(name, weight)| (name, *weight));
        let named = named.filter(|(name, _)| !name.is_empty());
        let with = [(INTERCEPT.to_owned(), intercept)].into_iter().chain(named);
        let one = |(feature, weight)| Coefficient { feature, class: class.cloned(), weight };
        with.map(one).collect::<Vec<_>>()
    };
    let all: Vec<Coefficient> = match &content.model {
        Model::Constant { .. } | Model::Shares { .. } | Model::Trees(_) | Model::Blend { .. } => {
            return Vec::new();
        }
        Model::Linear { intercept, weights } => {
            let (range, least) = match content.target_scale {
                TargetScale::MinMax { min, max } => (max - min, min),
                TargetScale::None | TargetScale::Log => (1.0, 0.0),
            };
            let weights: Vec<f64> = weights.iter().map(|weight| weight * range).collect();
            of(&weights, intercept * range + least, None)
        }
        Model::Logistic { intercepts, weights } => {
            let classes = &content.schema.classes;
            let one = |(at, (intercept, weights)): (usize, (&f64, &Vec<f64>))| {
                let class = classes.get(at).filter(|_| intercepts.len() > 1);
                of(weights, *intercept, class)
            };
            intercepts.iter().zip(weights).enumerate().flat_map(one).collect()
        }
    };
    largest(all)
}

/// The largest weights; intercepts are kept before them unless there are very many.
fn largest(mut all: Vec<Coefficient>) -> Vec<Coefficient> {
    let size = |one: &Coefficient| one.weight.abs();
    all.retain(|one| one.weight.is_finite());
    // Stable: equal weights stay in the order of the columns.
    all.sort_by(|a, b| size(b).total_cmp(&size(a)));
    let is_intercept = |one: &Coefficient| one.feature == INTERCEPT;
    let intercepts = all.iter().filter(|one| is_intercept(one)).count();
    let keep_all = intercepts <= MAX_INTERCEPTS;
    let mut room = if keep_all { MAX_COEFFICIENTS - intercepts } else { MAX_COEFFICIENTS };
    all.retain(|one| {
        let spared = keep_all && is_intercept(one);
        let kept = spared || room > 0;
        room -= usize::from(kept && !spared);
        kept
    });
    all
}

/// What each column of the matrix stands for; nothing for the terms of texts.
fn names(content: &Content) -> Vec<String> {
    let mut names = vec![String::new(); content.preparation.width as usize];
    let mut levels_of = vec![0_usize; names.len()];
    for (feature, prepared) in content.schema.features.iter().zip(&content.preparation.features) {
        match prepared {
            Prepared::Number { column, .. } | Prepared::Date { column, .. } => {
                if let Some(name) = names.get_mut(*column as usize) {
                    name.clone_from(&feature.name);
                }
                if let Prepared::Date { cycles, .. } = prepared {
                    name_waves(&mut names, &feature.name, cycles);
                }
            }
            // A term is known by its hash alone, so there is no name to show.
            Prepared::Text { .. } => {}
            Prepared::Category { columns, .. } => {
                for (column, level) in columns.iter().zip(feature.levels.iter().flatten()) {
                    let Some(at) = column.map(|column| column as usize) else { continue };
                    let (Some(name), Some(count)) = (names.get_mut(at), levels_of.get_mut(at)) else {
                        continue;
                    };
                    *count += 1;
                    let level: String = level.chars().take(SHOWN_CHARACTERS).collect();
                    *name = match *count {
                        1 => format!("{} = {level}", feature.name),
                        more => format!("{} = ({more} rare values)", feature.name),
                    };
                }
            }
        }
    }
    names
}

/// What the columns of a date's cycles stand for: `day (month, sine 1)`.
fn name_waves(names: &mut [String], feature: &str, cycles: &[Cycle]) {
    for cycle in cycles {
        let part = match cycle.part {
            DatePart::Month => "month",
            DatePart::Weekday => "weekday",
            _ => "hour",
        };
        let columns = names.iter_mut().skip(cycle.column as usize).take(cycle.width());
        for (at, name) in columns.enumerate() {
            let wave = if at % 2 == 0 { "sine" } else { "cosine" };
            *name = format!("{feature} ({part}, {wave} {})", at / 2 + 1);
        }
    }
}
