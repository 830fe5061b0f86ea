//! What a feature says of an event; the log adds who, when, the sequence and the hash.

use super::Act;
use contract::{
    Code,
    audit::{Change, Outcome, Target},
};
use serde::Serialize;

/// An event as the feature knows it.
#[derive(Clone, Debug)]
pub struct Entry {
    pub(super) action: Act,
    pub(super) targets: Vec<Target>,
    pub(super) outcome: Outcome,
    pub(super) changes: Vec<Change>,
}

impl Entry {
    /// Something was done.
    pub fn success(action: Act) -> Self {
        Self::with(action, "success", None)
    }

    /// Something was refused.
    pub fn denied(action: Act, code: Code) -> Self {
        Self::with(action, "denied", Some(code.as_str().to_owned()))
    }

    /// Something was tried and did not work.
    pub fn failure(action: Act, code: &str) -> Self {
        Self::with(action, "failure", Some(code.to_owned()))
    }

    fn with(action: Act, result: &str, code: Option<String>) -> Self {
        let outcome = Outcome { result: result.to_owned(), code };
        Self { action, targets: Vec::new(), outcome, changes: Vec::new() }
    }

    /// Adds what it was done to.
    pub fn target(mut self, kind: &str, id: impl ToString, name: Option<&str>) -> Self {
        let name = name.map(str::to_owned);
        self.targets.push(Target { kind: kind.to_owned(), id: id.to_string(), name });
        self
    }

    /// Adds a field before and after, unless it stayed the same.
    pub fn change(mut self, path: &str, before: impl Serialize, after: impl Serialize) -> Self {
        let value = |result: serde_json::Result<_>| result.unwrap_or(serde_json::Value::Null);
        let (before, after) = (value(serde_json::to_value(before)), value(serde_json::to_value(after)));
        if before != after {
            self.changes.push(Change { path: path.to_owned(), before, after });
        }
        self
    }
}
