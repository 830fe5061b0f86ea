//! Whether a tenant's chain of events holds: every event there, unchanged, in its place, up to the head.
//!
//! What is found: a changed body or column, a removed, swapped or inserted row, a cut tail. What is not: a log that
//! was rewritten whole with its head by somebody who holds the database; that takes a copy kept elsewhere.

use super::{
    body::Body,
    entity::{event, head},
    repository::ORIGIN,
};
use crate::infra::digest;
use contract::audit::ChainReport;
use std::collections::{BTreeMap, BTreeSet};

/// What is wrong at a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The event is not what was written.
    Changed,
    /// There is no event of this sequence.
    Missing,
    /// The event belongs elsewhere in the chain.
    Misplaced,
    /// The chain ends before its head.
    Cut,
}

impl Reason {
    fn as_str(self) -> &'static str {
        match self {
            Reason::Changed => "changed",
            Reason::Missing => "missing",
            Reason::Misplaced => "misplaced",
            Reason::Cut => "cut",
        }
    }
}

/// The words of the targets of each event of a page.
pub type TargetWords = BTreeMap<i64, BTreeSet<String>>;

/// Walks a chain from its start, a page at a time, to the first breach.
#[derive(Debug)]
pub struct Walker {
    last: i64,
    last_hash: String,
    checked: u64,
    breach: Option<(i64, Reason)>,
}

impl Default for Walker {
    fn default() -> Self {
        Self { last: 0, last_hash: ORIGIN.to_owned(), checked: 0, breach: None }
    }
}

impl Walker {
    /// The sequence that was walked to.
    pub fn last(&self) -> i64 {
        self.last
    }

    /// Whether a breach was found: there is no use in walking on.
    pub fn is_over(&self) -> bool {
        self.breach.is_some()
    }

    /// Walks over the next rows, in the order of their sequence.
    pub fn walk(&mut self, rows: &[event::Model], targets: &TargetWords) {
        for row in rows {
            if let Some(breach) = self.breach_at(row, targets) {
                self.breach = Some(breach);
                return;
            }
            self.checked += 1;
            self.last = row.sequence;
            self.last_hash.clone_from(&row.hash);
        }
    }

    fn breach_at(&self, row: &event::Model, targets: &TargetWords) -> Option<(i64, Reason)> {
        let expected = self.last + 1;
        if row.sequence != expected {
            return Some((expected, Reason::Missing));
        }
        if row.hash != hash_of(&row.body) {
            return Some((expected, Reason::Changed));
        }
        let Ok(body) = serde_json::from_str::<Body>(&row.body) else {
            return Some((expected, Reason::Changed));
        };
        let in_place = i64::try_from(body.sequence) == Ok(row.sequence)
            && body.tenant_id == row.tenant_id
            && body.previous_hash == self.last_hash;
        if !in_place {
            return Some((expected, Reason::Misplaced));
        }
        let words = targets.get(&row.sequence);
        let words_agree = words.map_or(body.targets.is_empty(), |words| *words == body.target_words());
        (!words_agree || !columns_agree(row, &body)).then_some((expected, Reason::Changed))
    }

    /// The report, given the head that the walk went up to and the greatest sequence of all rows.
    pub fn report(self, head: Option<head::Model>, greatest: i64) -> ChainReport {
        let (end, end_hash) = head.as_ref().map_or((0, ORIGIN), |head| (head.sequence, head.hash.as_str()));
        let breach = self.breach.or_else(|| {
            if head.is_none() && greatest > 0 {
                Some((greatest + 1, Reason::Cut))
            } else if self.last < end {
                Some((self.last + 1, Reason::Cut))
            } else if greatest > end {
                Some((end + 1, Reason::Misplaced))
            } else {
                (self.last_hash != end_hash).then_some((end, Reason::Changed))
            }
        });
        let sequence = |number: i64| u64::try_from(number).unwrap_or_default();
        ChainReport {
            valid: breach.is_none(),
            checked: self.checked,
            last_sequence: sequence(end),
            broken_at: breach.map(|(at, _)| sequence(at)),
            reason: breach.map(|(_, reason)| reason.as_str().to_owned()),
        }
    }
}

/// The hash of a body as it stands in the log.
pub fn hash_of(body: &str) -> String {
    format!("sha256:{}", digest::sha256_hex(body.as_bytes()))
}

/// Whether the columns say what the body says: lists and filters read the columns, the hash covers the body.
fn columns_agree(row: &event::Model, body: &Body) -> bool {
    row.id == body.id.to_string()
        && row.occurred_at == body.occurred_at.millis()
        && row.action == body.action
        && row.actor_id == body.actor.id
        && row.actor_name == body.actor.name.as_ref().map(|name| name.to_lowercase())
        && row.outcome == body.outcome.result
        && row.search == body.search()
        && row.previous_hash == body.previous_hash
}
