//! Curves of a class against the rest: the point at a threshold, and what it means in rows.

use contract::models::{ClassCurves, CurvePoint, Evaluation};

/// The point that a threshold chooses: the last one that does not ask for less; points go from the highest threshold.
pub fn at(points: &[CurvePoint], threshold: f64) -> Option<&CurvePoint> {
    let asked = points.iter().rposition(|point| point.threshold >= threshold);
    points.get(asked.unwrap_or_default())
}

/// Rows by what they are and what they are called at a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Called {
    /// Members that are called so.
    pub found: u64,
    /// Members that are not.
    pub missed: u64,
    /// Others that are called members.
    pub wrong: u64,
    /// Others that are not.
    pub spared: u64,
}

impl Called {
    /// The share of all rows that are called members.
    pub fn share(self) -> f64 {
        let all = self.found + self.missed + self.wrong + self.spared;
        if all == 0 { 0.0 } else { (self.found + self.wrong) as f64 / all as f64 }
    }
}

/// The rows at a point, from the confusion matrix's sums; none when the class is not in it.
pub fn called(evaluation: &Evaluation, class: &str, point: &CurvePoint) -> Option<Called> {
    let place = evaluation.classes.iter().position(|name| name == class)?;
    let members: u64 = evaluation.confusion.get(place)?.iter().sum();
    let all: u64 = evaluation.confusion.iter().flatten().sum();
    let others = all - members;
    let part = |share: f64, of: u64| ((share * of as f64).round() as u64).min(of);
    let found = part(point.true_positive_rate, members);
    let wrong = part(point.false_positive_rate, others);
    Some(Called { found, missed: members - found, wrong, spared: others - wrong })
}

/// The curve to begin with: the asked class, else the second of two (the usual "yes"), else the first.
pub fn chosen<'c>(curves: &'c [ClassCurves], class: Option<&str>) -> Option<&'c ClassCurves> {
    let asked = class.and_then(|class| curves.iter().find(|curve| curve.class == class));
    asked.or_else(|| if curves.len() == 2 { curves.get(1) } else { curves.first() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(threshold: f64, true_positive_rate: f64, false_positive_rate: f64) -> CurvePoint {
        CurvePoint { threshold, false_positive_rate, true_positive_rate, precision: 0.5 }
    }

    #[test]
    fn a_threshold_chooses_the_rows_that_reach_it() {
        let points = [point(0.9, 0.1, 0.0), point(0.5, 0.6, 0.1), point(0.2, 1.0, 0.8)];
        assert_eq!(at(&points, 0.5).unwrap().threshold, 0.5);
        assert_eq!(at(&points, 0.3).unwrap().threshold, 0.5);
        assert_eq!(at(&points, 0.95).unwrap().threshold, 0.9);
        assert_eq!(at(&points, 0.0).unwrap().threshold, 0.2);
        assert_eq!(at(&[], 0.5), None);
    }

    #[test]
    fn rates_become_rows() {
        let evaluation: Evaluation = serde_json::from_value(serde_json::json!({
            "train_rows": 1, "test_rows": 100, "confusion": [[70, 10], [5, 15]], "classes": ["no", "yes"],
        }))
        .unwrap();
        let called = called(&evaluation, "yes", &point(0.5, 0.75, 0.125)).unwrap();
        assert_eq!(called, Called { found: 15, missed: 5, wrong: 10, spared: 70 });
        assert_eq!(called.share(), 0.25);
        assert_eq!(super::called(&evaluation, "maybe", &point(0.5, 0.75, 0.125)), None);
    }

    #[test]
    fn of_two_classes_the_second_is_shown_first() {
        let curve = |class: &str| ClassCurves {
            class: class.to_owned(),
            roc_auc: 0.5,
            average_precision: 0.5,
            points: Vec::new(),
        };
        let two = [curve("no"), curve("yes")];
        assert_eq!(chosen(&two, None).unwrap().class, "yes");
        assert_eq!(chosen(&two, Some("no")).unwrap().class, "no");
        assert_eq!(chosen(&two, Some("else")).unwrap().class, "yes");
        assert!(chosen(&[], None).is_none());
    }
}
