//! Whether a tenant's chain of events holds: every event there, unchanged, in its place, up to the head, and at each
//! signed end the one that was signed.
//!
//! What is found: a changed body or column, a removed, swapped or inserted row, a cut tail; where it was signed before,
//! a log that was rewritten whole with all its hashes; and events that went on while nobody signed them.

use super::{
    body::Body,
    checkpoints::{Checkpoint, Pace, Vouched},
    entity::{ORIGIN, event, head},
    packed::Packed,
};
use crate::infra::digest;
use contract::{Timestamp, audit::ChainReport};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What is wrong at a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The event is not what was written.
    Changed,
    /// There is no event of this sequence.
    Missing,
    /// The event belongs elsewhere in the chain.
    Misplaced,
    /// The chain ends before its head, or before what was signed.
    Cut,
    /// The events up to this one are not those that were signed.
    Rewritten,
    /// The checkpoint that should vouch for the event is missing, changed, or signed by somebody else.
    Checkpoint,
    /// The checkpoint that was due before the event was not made, though events went on.
    Unsigned,
}

impl Reason {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Changed => "changed",
            Reason::Missing => "missing",
            Reason::Misplaced => "misplaced",
            Reason::Cut => "cut",
            Reason::Rewritten => "rewritten",
            Reason::Checkpoint => "checkpoint",
            Reason::Unsigned => "unsigned",
        }
    }
}

/// A signed end of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The sequence of the last event then.
    pub sequence: i64,
    /// Its hash.
    pub hash: String,
    /// When it was last signed.
    pub signed_at: Timestamp,
}

impl Mark {
    /// Adds what a statement says to the marks before it. In an idle hour the same end is signed once more.
    pub fn add(marks: &mut Vec<Mark>, said: &Checkpoint) {
        let sequence = i64::try_from(said.sequence).unwrap_or(i64::MAX);
        match marks.last_mut() {
            Some(last) if last.sequence >= sequence => last.signed_at = said.made_at,
            _ if sequence < 1 => {}
            _ => marks.push(Mark { sequence, hash: said.hash.clone(), signed_at: said.made_at }),
        }
    }
}

/// An event as it stands in a log.
#[derive(Clone, Copy, Debug)]
pub struct Link<'a> {
    /// Its place.
    pub sequence: i64,
    /// What its hash is taken over.
    pub body: &'a str,
    /// The hash.
    pub hash: &'a str,
}

/// A chain that is followed from its start, event by event.
#[derive(Debug)]
pub struct Chain {
    tenant: String,
    last: i64,
    last_hash: String,
    pace: Pace,
    marks: VecDeque<Mark>,
}

impl Chain {
    /// Before the first event; `marks` are in order.
    pub fn new(tenant: &str, marks: Vec<Mark>) -> Self {
        Self {
            tenant: tenant.to_owned(),
            last: 0,
            last_hash: ORIGIN.to_owned(),
            pace: Pace::new(!marks.is_empty()),
            marks: marks.into(),
        }
    }

    /// What the next event says, or what is wrong with it.
    pub fn check(&self, link: &Link<'_>) -> Result<Body, Reason> {
        self.is_next(link.sequence)?;
        let body = read(link)?;
        self.is_placed(link, &body)?;
        Ok(body)
    }

    /// Whether no event is missing before this one.
    pub fn is_next(&self, sequence: i64) -> Result<(), Reason> {
        if sequence == self.last + 1 { Ok(()) } else { Err(Reason::Missing) }
    }

    /// Whether the next event belongs where it stands, and is the one that was signed.
    pub fn is_placed(&self, link: &Link<'_>, body: &Body) -> Result<(), Reason> {
        let in_place = i64::try_from(body.sequence) == Ok(link.sequence)
            && body.tenant_id == self.tenant
            && body.previous_hash == self.last_hash;
        if !in_place {
            return Err(Reason::Misplaced);
        }
        let signed = self.marks.front().filter(|mark| mark.sequence == link.sequence);
        if signed.is_some_and(|mark| mark.hash != link.hash) {
            return Err(Reason::Rewritten);
        }
        if self.pace.is_missed(body.occurred_at) { Err(Reason::Unsigned) } else { Ok(()) }
    }

    /// Goes on past an event that was checked.
    pub fn pass(&mut self, link: &Link<'_>, at: Timestamp) {
        self.last = link.sequence;
        self.last_hash.clear();
        self.last_hash.push_str(link.hash);
        self.pace.pass(at);
        if let Some(mark) = self.marks.pop_front_if(|mark| mark.sequence <= link.sequence) {
            self.pace.signed(mark.signed_at);
        }
    }

    /// The sequence that was walked to.
    pub fn last(&self) -> i64 {
        self.last
    }

    /// The hash of the last event.
    pub fn last_hash(&self) -> &str {
        &self.last_hash
    }

    /// Whether something was signed beyond the last event.
    pub fn is_short(&self) -> bool {
        !self.marks.is_empty()
    }
}

/// The words of the targets of each event of a page.
pub type TargetWords = BTreeMap<i64, BTreeSet<String>>;

/// Walks the rows of a chain from its start, a page at a time, to the first breach.
#[derive(Debug)]
pub struct Walker {
    chain: Chain,
    checked: u64,
    breach: Option<(i64, Reason)>,
    vouched: Vouched,
}

impl Walker {
    /// Before the first row of a tenant's chain of which this was signed.
    pub fn new(tenant: &str, mut vouched: Vouched) -> Self {
        let chain = Chain::new(tenant, std::mem::take(&mut vouched.marks));
        Self { chain, checked: 0, breach: None, vouched }
    }

    /// The sequence that was walked to.
    pub fn last(&self) -> i64 {
        self.chain.last()
    }

    /// Whether a breach was found: there is no use in walking on.
    pub fn is_over(&self) -> bool {
        self.breach.is_some()
    }

    /// Walks over the next rows, in the order of their sequence.
    pub fn walk(&mut self, rows: &[event::Model], targets: &TargetWords) {
        for row in rows {
            let link = Link { sequence: row.sequence, body: &row.body, hash: &row.hash };
            let expected = self.chain.last() + 1;
            let checked = self.chain.check(&link).and_then(|body| {
                let words = targets.get(&row.sequence);
                let words_agree =
                    words.map_or(body.targets.is_empty(), |words| *words == body.target_words());
                let agree = words_agree && columns_agree(row, &body);
                if agree { Ok(body.occurred_at) } else { Err(Reason::Changed) }
            });
            let at = match checked {
                Ok(at) => at,
                Err(reason) => {
                    self.breach = Some((expected, reason));
                    return;
                }
            };
            self.pass(&link, at);
        }
    }

    /// Walks over a packed page, as far as it is right; what is wrong after that is told by the rows themselves.
    pub fn walk_packed(&mut self, page: &Packed) {
        let mut rest = page.parts();
        while let Some((body, hash)) = rest.next_body() {
            let link = Link { sequence: self.chain.last() + 1, body, hash };
            let Ok(said) = self.chain.check(&link) else { return };
            if !rest.agrees(&link, &said) {
                return;
            }
            self.pass(&link, said.occurred_at);
        }
    }

    fn pass(&mut self, link: &Link<'_>, at: Timestamp) {
        self.checked += 1;
        self.chain.pass(link, at);
    }

    /// The report, given the head that the walk went up to and the greatest sequence of all rows.
    pub fn report(self, head: Option<head::Model>, greatest: i64) -> ChainReport {
        let (end, end_hash) = head.as_ref().map_or((0, ORIGIN), |head| (head.sequence, head.hash.as_str()));
        let last = self.chain.last();
        let breach = self.breach.or_else(|| {
            if head.is_none() && greatest > 0 {
                Some((greatest + 1, Reason::Cut))
            } else if last < end || self.chain.is_short() {
                Some((last + 1, Reason::Cut))
            } else if greatest > end {
                Some((end + 1, Reason::Misplaced))
            } else if self.chain.last_hash() != end_hash {
                Some((end, Reason::Changed))
            } else {
                self.vouched.broken_at.map(|at| (at, Reason::Checkpoint))
            }
        });
        let sequence = |number: i64| u64::try_from(number).unwrap_or_default();
        ChainReport {
            valid: breach.is_none(),
            checked: self.checked,
            last_sequence: sequence(end),
            broken_at: breach.map(|(at, _)| sequence(at)),
            reason: breach.map(|(_, reason)| reason.as_str().to_owned()),
            checkpoints: self.vouched.checkpoints,
            signed_up_to: sequence(self.vouched.upto),
            signed_at: self.vouched.signed_at,
        }
    }
}

/// What an event says whose hash is right.
pub fn read(link: &Link<'_>) -> Result<Body, Reason> {
    if link.hash != hash_of(link.body) {
        return Err(Reason::Changed);
    }
    serde_json::from_str(link.body).map_err(|_| Reason::Changed)
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
