//! Verifies signed exports and proofs with nothing but the file and the public key: no database, no configuration.

use super::{
    body::Body,
    chain::{self, Chain, Link, Mark, Reason},
    checkpoints::{self, CHECKPOINT, Checkpoint, EXPORT, ExportHead, Follower, Signed},
    signed::{Line, PROOF, Proof, Recorded},
};
use crate::infra::signature::PublicKey;
use contract::Timestamp;
use std::{
    fmt,
    io::{self, BufRead, Read},
};

/// A line of an export is never longer: an event holds a request's worth of text.
const LONGEST_LINE: u64 = 16 << 20;

/// What was verified.
#[derive(Clone, Debug)]
pub struct Sound {
    /// Whose log it is.
    pub tenant: String,
    /// The events of an export; the one event of a proof.
    pub events: u64,
    /// The last sequence of an export; that of the event.
    pub sequence: u64,
    /// The checkpoints that were held against it.
    pub checkpoints: u64,
    /// When the whole was signed.
    pub signed_at: Timestamp,
}

/// Why a file does not hold.
#[derive(Debug)]
pub enum Unsound {
    /// The log is not what was written.
    Broken {
        /// The first bad sequence.
        at: i64,
        /// What is wrong there.
        reason: Reason,
    },
    /// The file is not one of ours, or not of this key.
    Refused(String),
    /// The file can't be read.
    Unreadable(io::Error),
}

impl fmt::Display for Unsound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unsound::Broken { at, reason } => write!(f, "broken at sequence {at}: {}", reason.as_str()),
            Unsound::Refused(why) => f.write_str(why),
            Unsound::Unreadable(error) => write!(f, "the file can't be read: {error}"),
        }
    }
}

impl From<io::Error> for Unsound {
    fn from(error: io::Error) -> Self {
        Unsound::Unreadable(error)
    }
}

fn refused<T>(why: impl Into<String>) -> Result<T, Unsound> {
    Err(Unsound::Refused(why.into()))
}

fn number(sequence: u64) -> i64 {
    i64::try_from(sequence).unwrap_or(i64::MAX)
}

/// Reads a public key: PEM, or the answer of the API that holds it.
pub fn public_key(text: &str) -> Result<PublicKey, Unsound> {
    let answer: Option<contract::audit::AuditPublicKey> = serde_json::from_str(text).ok();
    let key = PublicKey::from_pem(answer.as_ref().map_or(text, |answer| answer.pem.as_str()));
    key.map_or_else(|| refused("the file of --public-key holds no Ed25519 public key in PEM"), Ok)
}

/// Verifies a signed export to its first breach.
pub fn verify_export(key: PublicKey, mut file: impl BufRead) -> Result<Sound, Unsound> {
    let mut text = String::new();
    let Some(Line::Export(head)) = line(&mut file, &mut text, 1)? else {
        return refused("this is no signed export: get one by GET /v1/audit-events/export?format=signed");
    };
    let Some(said) = head.open::<ExportHead>(&key).filter(|said| said.kind == EXPORT) else {
        return refused(not_of_this_key("the head of the export", &key, &head));
    };
    let mut export = Export::new(key, said);
    for at in 2_u64.. {
        match line(&mut file, &mut text, at) {
            Ok(None) => break,
            Ok(Some(Line::Checkpoint(signed))) if export.chain.is_none() => export.checkpoint(Some(&signed)),
            Ok(Some(Line::Event(event))) => export.event(&event)?,
            // A line that is none was one before somebody changed it: of a checkpoint, or of an event.
            Ok(Some(_)) | Err(Unsound::Refused(_)) if at <= export.said.checkpoints + 1 => {
                export.checkpoint(None);
            }
            Ok(Some(_)) | Err(Unsound::Refused(_)) => {
                let at = export.chain.as_ref().map_or(0, Chain::last) + 1;
                return Err(Unsound::Broken { at, reason: Reason::Changed });
            }
            Err(unreadable) => return Err(unreadable),
        }
    }
    export.finish()
}

/// An export as far as it was read.
struct Export {
    said: ExportHead,
    follower: Follower,
    marks: Vec<Mark>,
    chain: Option<Chain>,
    /// The first sequence that no checkpoint vouches for. It is told when the chain itself shows nothing before.
    lost: Option<i64>,
}

impl Export {
    fn new(key: PublicKey, said: ExportHead) -> Self {
        let follower = Follower::new(key, &said.tenant_id);
        Self { said, follower, marks: Vec::new(), chain: None, lost: None }
    }

    fn checkpoint(&mut self, signed: Option<&Signed>) {
        let unvouched = number(self.follower.sequence()) + 1;
        match signed.and_then(|signed| self.follower.follow(signed)) {
            Some(said) => Mark::add(&mut self.marks, &said),
            None => self.lost = self.lost.or(Some(unvouched)),
        }
    }

    /// The first sequence that no checkpoint vouches for, once all checkpoints were read.
    fn unvouched(&self) -> Option<i64> {
        let is_short = self.follower.number() != self.said.checkpoints;
        self.lost.or_else(|| is_short.then(|| number(self.follower.sequence()) + 1))
    }

    fn event(&mut self, event: &Recorded) -> Result<(), Unsound> {
        let is_vouched = self.unvouched().is_none();
        let marks = std::mem::take(&mut self.marks);
        let chain = self.chain.get_or_insert_with(|| Chain::new(&self.said.tenant_id, marks));
        let expected = chain.last() + 1;
        let broken = |reason| Unsound::Broken { at: expected, reason };
        let mut link = Link { sequence: expected, body: event.body.get(), hash: &event.hash };
        // The hash first: a sequence that somebody wrote into the body is a change, not a gap.
        let body = chain::read(&link).map_err(broken)?;
        link.sequence = number(body.sequence);
        match chain.is_next(link.sequence).and_then(|()| chain.is_placed(&link, &body)) {
            // That nobody signed shows no more than the checkpoint that is lost.
            Err(Reason::Unsigned) if !is_vouched => {}
            placed => placed.map_err(broken)?,
        }
        chain.pass(&link, body.occurred_at);
        Ok(())
    }

    fn finish(self) -> Result<Sound, Unsound> {
        let unvouched = self.unvouched();
        let Self { said, marks, chain, .. } = self;
        let chain = chain.unwrap_or_else(|| Chain::new(&said.tenant_id, marks));
        let (last, end) = (chain.last(), number(said.sequence));
        let breach = if last < end || chain.is_short() {
            Some((last + 1, Reason::Cut))
        } else if last > end {
            Some((end + 1, Reason::Misplaced))
        } else if end > 0 && chain.last_hash() != said.hash {
            Some((end, Reason::Rewritten))
        } else {
            unvouched.map(|at| (at, Reason::Checkpoint))
        };
        match breach {
            Some((at, reason)) => Err(Unsound::Broken { at, reason }),
            None => Ok(Sound {
                tenant: said.tenant_id,
                events: said.sequence,
                sequence: said.sequence,
                checkpoints: said.checkpoints,
                signed_at: said.made_at,
            }),
        }
    }
}

/// The next line; none at the end of the file.
fn line(file: &mut impl BufRead, text: &mut String, at: u64) -> Result<Option<Line>, Unsound> {
    text.clear();
    if file.by_ref().take(LONGEST_LINE).read_line(text)? == 0 {
        return Ok(None);
    }
    let line = serde_json::from_str(text.trim_end_matches(['\r', '\n']));
    line.map(Some).or_else(|error| refused(format!("line {at} is none of a signed export: {error}")))
}

fn not_of_this_key(what: &str, key: &PublicKey, signed: &Signed) -> String {
    let named: Option<serde_json::Value> = serde_json::from_str(signed.body.get()).ok();
    let named = named.and_then(|body| body.get("key")?.as_str().map(str::to_owned));
    match named {
        Some(named) if named != key.id() => {
            format!("{what} names the key {named}, the public key given is {}", key.id())
        }
        _ => format!("{what} was changed: its signature does not hold"),
    }
}

/// Verifies the proof of one event.
pub fn verify_proof(key: PublicKey, text: &str) -> Result<Sound, Unsound> {
    let proof: Proof = match serde_json::from_str(text) {
        Ok(proof) => proof,
        Err(error) => return refused(format!("this is no proof of an entry: {error}")),
    };
    if proof.kind != PROOF {
        return refused(format!("this is no proof of an entry, but {:?}", proof.kind));
    }
    let said = proof.checkpoint.open::<Checkpoint>(&key).filter(|said| said.kind == CHECKPOINT);
    let Some(said) = said else { return refused(not_of_this_key("the checkpoint", &key, &proof.checkpoint)) };
    let body: Result<Body, _> = serde_json::from_str(proof.event.body.get());
    let first = said.sequence.saturating_sub(said.count) + 1;
    let expected = number(first.saturating_add(proof.index));
    let broken = |reason| Err(Unsound::Broken { at: expected, reason });
    if proof.event.hash != chain::hash_of(proof.event.body.get()) {
        return broken(Reason::Changed);
    }
    let Ok(body) = body else { return broken(Reason::Changed) };
    let place = (proof.index, proof.count);
    let in_place = body.tenant_id == said.tenant_id
        && number(body.sequence) == expected
        && proof.count == said.count
        && checkpoints::in_tree(&proof.event.hash, place, &proof.path, &said.root);
    if !in_place {
        return broken(Reason::Misplaced);
    }
    Ok(Sound {
        tenant: said.tenant_id,
        events: 1,
        sequence: body.sequence,
        checkpoints: 1,
        signed_at: said.made_at,
    })
}
