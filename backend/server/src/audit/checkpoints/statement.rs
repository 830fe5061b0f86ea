//! What is signed: texts of JSON in a fixed order of fields, kept and handed on as they were signed.

use crate::{
    audit::{chain, entity::ORIGIN},
    error::Result,
    infra::signature::{PublicKey, SigningKey},
};
use contract::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

/// The kind of a statement on a chain.
pub const CHECKPOINT: &str = "amaas.audit.checkpoint/1";
/// The kind of a batch of them.
pub const BATCH: &str = "amaas.audit.batch/1";
/// The kind of an export's head.
pub const EXPORT: &str = "amaas.audit.export/1";

/// How far a tenant's chain had come at a moment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Checkpoint {
    pub kind: String,
    /// The signing key's id.
    pub key: String,
    pub tenant_id: String,
    /// Counts from 1 within the tenant, without a gap.
    pub number: u64,
    /// The hash of the statement before, or 64 zeros.
    pub previous: String,
    pub made_at: Timestamp,
    /// The last sequence of the chain, with the hash of its event.
    pub sequence: u64,
    pub hash: String,
    /// The root of the hash tree over the events after the statement before and up to `sequence`: `count` of them.
    pub count: u64,
    pub root: String,
}

/// A batch of statements, the object that is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Batch {
    pub kind: String,
    pub key: String,
    /// Counts from 1 within the installation, without a gap.
    pub number: u64,
    /// The hash of the batch before, or 64 zeros.
    pub previous: String,
    pub made_at: Timestamp,
    /// Whether every chain has its statement in it.
    pub whole: bool,
    pub statements: u64,
    /// The SHA-256 of the lines that follow.
    pub digest: String,
}

/// What an export says of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExportHead {
    pub kind: String,
    pub key: String,
    pub tenant_id: String,
    pub made_at: Timestamp,
    /// The last event in it, with its hash.
    pub sequence: u64,
    pub hash: String,
    /// How many checkpoints are in it.
    pub checkpoints: u64,
}

/// A signed text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Signed {
    /// JSON, to the byte as it was signed.
    pub body: Box<RawValue>,
    /// Ed25519 over the bytes of the body, in base 64.
    pub signature: String,
}

impl Signed {
    /// Signs.
    pub fn of(key: &SigningKey, body: &impl Serialize) -> Result<Self> {
        let body = serde_json::value::to_raw_value(body)?;
        Ok(Self { signature: key.sign(body.get()), body })
    }

    /// What a row keeps.
    pub fn kept(body: String, signature: String) -> Result<Self> {
        Ok(Self { body: RawValue::from_string(body)?, signature })
    }

    /// The hash by which what comes after names this.
    pub fn hash(&self) -> String {
        chain::hash_of(self.body.get())
    }

    /// What it says, if the key signed it.
    pub fn open<T: DeserializeOwned>(&self, key: &PublicKey) -> Option<T> {
        let holds = key.holds(self.body.get(), &self.signature);
        holds.then(|| serde_json::from_str(self.body.get()).ok()).flatten()
    }

    /// One line of JSON.
    pub fn line(&self) -> Result<String> {
        Ok(serde_json::to_string(self)?)
    }
}

/// Follows the statements on one chain from the first on.
#[derive(Debug)]
pub struct Follower {
    key: PublicKey,
    tenant: String,
    number: u64,
    hash: String,
    sequence: u64,
}

impl Follower {
    /// Before the first statement on a tenant's chain.
    pub fn new(key: PublicKey, tenant: &str) -> Self {
        Self { key, tenant: tenant.to_owned(), number: 0, hash: ORIGIN.to_owned(), sequence: 0 }
    }

    /// The next statement; none when the key didn't sign it, or it does not follow on the one before.
    pub fn follow(&mut self, signed: &Signed) -> Option<Checkpoint> {
        let said: Checkpoint = signed.open(&self.key)?;
        let follows = said.kind == CHECKPOINT
            && said.tenant_id == self.tenant
            && said.number == self.number + 1
            && said.previous == self.hash
            && said.sequence.checked_sub(said.count) == Some(self.sequence);
        if !follows {
            return None;
        }
        (self.number, self.sequence, self.hash) = (said.number, said.sequence, signed.hash());
        Some(said)
    }

    /// The sequence that the last statement signs.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// How many statements were followed.
    pub fn number(&self) -> u64 {
        self.number
    }
}
