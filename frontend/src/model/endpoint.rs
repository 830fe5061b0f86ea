//! Endpoints: what they may be called, and what a change of model changes.

use contract::{
    endpoints::{Deployment, Endpoint},
    models::Model,
};

/// The longest name.
pub const LONGEST_NAME: usize = 63;

/// A rule that a name keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameRule {
    /// 1 to 63 characters.
    Length,
    /// Lower-case letters, digits and hyphens only.
    Characters,
    /// A letter or digit at both ends.
    Ends,
}

impl NameRule {
    /// Every rule.
    pub const ALL: [NameRule; 3] = [NameRule::Length, NameRule::Characters, NameRule::Ends];

    /// Whether a name keeps the rule.
    pub fn kept(self, name: &str) -> bool {
        match self {
            NameRule::Length => (1..=LONGEST_NAME).contains(&name.len()),
            NameRule::Characters => name.bytes().all(|byte| plain(byte) || byte == b'-'),
            NameRule::Ends => {
                let ends = [name.bytes().next(), name.bytes().next_back()];
                ends.iter().all(|end| end.is_some_and(plain))
            }
        }
    }
}

fn plain(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// Whether an endpoint may have this name.
pub fn may_be_called(name: &str) -> bool {
    NameRule::ALL.iter().all(|rule| rule.kept(name))
}

/// A name made from a model's name: `Customer churn (2026)` becomes `customer-churn-2026`.
pub fn suggest(model: &str) -> String {
    let mut name = String::new();
    for character in model.to_lowercase().chars() {
        if character.is_ascii_lowercase() || character.is_ascii_digit() {
            name.push(character);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    name.truncate(LONGEST_NAME);
    let name = name.trim_end_matches('-');
    if name.is_empty() { "model".to_owned() } else { name.to_owned() }
}

/// The model that a roll-back would put back: the server goes one deployment back.
pub fn before(endpoint: &Endpoint) -> Option<&Deployment> {
    endpoint.history.get(1)
}

/// What callers would notice of another model.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Columns that would be read and are not read now.
    pub added: Vec<String>,
    /// Columns that would be read no more.
    pub dropped: Vec<String>,
    /// The column it predicts, now and then, when they differ.
    pub target: Option<(String, String)>,
    /// The name of the metric, with the scores now and then, when both have one.
    pub score: Option<(String, f64, f64)>,
}

/// What callers would notice when `next` took the place of `now`.
pub fn difference(now: &Model, next: &Model) -> Difference {
    let names = |of: &Model, without: &Model| {
        let known = |name: &String| without.features.iter().any(|feature| feature.name == *name);
        of.features.iter().map(|feature| feature.name.clone()).filter(|name| !known(name)).collect()
    };
    let scores = now.metrics.get(&next.metric).zip(next.metrics.get(&next.metric));
    Difference {
        added: names(next, now),
        dropped: names(now, next),
        target: (now.target != next.target).then(|| (now.target.clone(), next.target.clone())),
        score: scores.map(|(now, then)| (next.metric.clone(), *now, *then)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn model(version: u32, columns: &[&str], score: f64) -> Model {
        let id = |prefix: &str| format!("{prefix}_{}", "0".repeat(26));
        let features: Vec<Value> =
            columns.iter().map(|name| json!({"name": name, "kind": "number"})).collect();
        let model = json!({
            "id": id("model"), "name": "churn", "version": version, "task": "classification",
            "target": "churn", "algorithm": "logistic", "metric": "accuracy",
            "metrics": {"accuracy": score}, "baseline": {}, "features": features,
            "run_id": id("run"), "dataset_id": id("dataset"), "artefact_sha256": "",
            "artefact_size_bytes": 1, "created_at": "2026-11-23T00:00:00.000Z",
        });
        serde_json::from_value(model).unwrap()
    }

    #[test]
    fn a_suggested_name_keeps_every_rule() {
        assert_eq!(suggest("Customer churn (2026)"), "customer-churn-2026");
        assert_eq!(suggest("--Ünder_score--"), "nder-score");
        assert_eq!(suggest("客户流失"), "model");
        let long = suggest(&format!("{} b", "a".repeat(62)));
        for name in [suggest("Price"), suggest("7 seas!"), long, suggest("")] {
            assert!(may_be_called(&name), "{name}");
        }
    }

    #[test]
    fn each_rule_is_told_apart() {
        let broken =
            |name: &str| NameRule::ALL.into_iter().filter(|rule| !rule.kept(name)).collect::<Vec<_>>();
        assert_eq!(broken("churn-2026"), []);
        assert_eq!(broken("Churn"), [NameRule::Characters, NameRule::Ends]);
        assert_eq!(broken("a_b"), [NameRule::Characters]);
        assert_eq!(broken("a-"), [NameRule::Ends]);
        assert_eq!(broken(&"a".repeat(64)), [NameRule::Length]);
        assert_eq!(broken(""), [NameRule::Length, NameRule::Ends]);
    }

    #[test]
    fn a_change_of_model_names_columns_and_scores() {
        let change = difference(&model(3, &["age", "plan"], 0.8), &model(4, &["age", "city"], 0.84));
        assert_eq!(change.added, ["city"]);
        assert_eq!(change.dropped, ["plan"]);
        assert_eq!(change.target, None);
        assert_eq!(change.score, Some(("accuracy".to_owned(), 0.8, 0.84)));
    }
}
