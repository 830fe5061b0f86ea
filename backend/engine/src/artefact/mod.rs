//! One file that is a model: magic `AMAASMDL`, version, length, a MessagePack body with named fields, SHA-256.
//!
//! ```text
//! offset 0   8 bytes  "AMAASMDL"
//!        8   2 bytes  version, little endian
//!       10   8 bytes  length n of the body, little endian
//!       18   n bytes  body: MessagePack of [`Content`], structs as maps by field name
//!   18 + n  32 bytes  SHA-256 of all bytes before
//! ```
//! Versions, of which all are read and the least that holds the model is written:
//!
//! 1. Constants, shares, linear and logistic models.
//! 2. Also trees and blends, calibration, conformal errors, the means of columns. A program that knows version 1 alone
//!    would take such a file for a damaged one, or leave out the calibration without a word; the number tells it.
//!
//! 3. Also texts. A model without any is still written as version 2, which it is.
//!
//! A field that may be absent needs no new version as long as answers do not depend on it.
//!
//! Reading checks the hash before anything else, then every length, index and number, so that a scorer compiled from
//! an artefact never meets one out of place. Nothing in it depends on time or place.

mod check;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::certainty::{Calibration, Conformal};
use crate::families::Model;
use crate::metrics::ScoreMap;
use crate::prepare::Preparation;
use crate::scorer::{Feature, Schema};
use crate::settings::{Algorithm, Settings};

/// The latest version; older ones are read, and written where they hold all that the model is.
pub const FORMAT_VERSION: u16 = 3;
/// The version of a model without texts.
const WITHOUT_TEXTS: u16 = 2;

const MAGIC: &[u8; 8] = b"AMAASMDL";
const HEAD: usize = 18;
const HASH: usize = 32;

/// Why bytes are not a model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArtefactError {
    /// The magic is missing.
    #[error("this is not a model file")]
    NotAnArtefact,
    /// The hash does not fit the bytes.
    #[error("the model file is damaged: its checksum does not match; restore it from a copy or train again")]
    Damaged,
    /// Written by a later engine.
    #[error(
        "the model file has format version {found}, this program reads up to {known}; upgrade the program"
    )]
    UnknownVersion {
        /// Its version.
        found: u16,
        /// The latest version known.
        known: u16,
    },
    /// The hash fits, the content does not.
    #[error("the model file is not valid: {what}")]
    Invalid {
        /// What is wrong.
        what: String,
    },
}

impl ArtefactError {
    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAnArtefact => "not_an_artefact",
            Self::Damaged => "artefact_damaged",
            Self::UnknownVersion { .. } => "artefact_version",
            Self::Invalid { .. } => "artefact_invalid",
        }
    }
}

/// Where a model comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lineage {
    /// SHA-256 of the file that was learned from, hexadecimal; empty when the caller gave none.
    pub dataset_sha256: String,
    /// The version of the engine that learned.
    pub engine_version: String,
    /// The seed.
    pub seed: u64,
    /// Rows learned from.
    pub train_rows: u64,
    /// Rows scored on.
    pub test_rows: u64,
    /// Trials that the search came to, the baseline not counted: what ended it after so many does not matter to the
    /// model.
    #[serde(default)]
    pub trials: u32,
}

/// How the target was scaled, with what undoes it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TargetScale {
    /// Not at all.
    None,
    /// `(y − min) / (max − min)`.
    MinMax {
        /// The least value of the train part.
        min: f64,
        /// The greatest, above `min`.
        max: f64,
    },
    /// `ln(1 + y)`.
    Log,
}

/// What a model is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Content {
    pub schema: Schema,
    pub algorithm: Algorithm,
    pub preparation: Preparation,
    /// The mean of each column of the matrix over the train part, for explanations; empty for trees and blends.
    #[serde(default)]
    pub means: Vec<f64>,
    pub target_scale: TargetScale,
    pub model: Model,
    /// What makes the probabilities as frequent as they say; none where that would not help.
    #[serde(default)]
    pub calibration: Option<Calibration>,
    /// How far answers were off on rows that were not learned from.
    #[serde(default)]
    pub conformal: Option<Conformal>,
    pub settings: Settings,
    pub scores: ScoreMap,
    pub baseline: ScoreMap,
    pub lineage: Lineage,
}

/// A model with its bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Artefact {
    content: Content,
    bytes: Vec<u8>,
}

impl Artefact {
    /// Writes a model that training made.
    pub(crate) fn seal(content: Content) -> Result<Self, ArtefactError> {
        check::check(&content)?;
        let body = rmp_serde::to_vec_named(&content).map_err(|error| invalid(&error.to_string()))?;
        let mut bytes = Vec::with_capacity(HEAD + body.len() + HASH);
        bytes.extend_from_slice(MAGIC);
        let has_text = content.schema.features.iter().any(Feature::is_text);
        let version = if has_text { FORMAT_VERSION } else { WITHOUT_TEXTS };
        bytes.extend_from_slice(&version.to_le_bytes());
        bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&body);
        let hash = Sha256::digest(&bytes);
        bytes.extend_from_slice(&hash);
        Ok(Self { content, bytes })
    }

    /// The bytes to store.
    pub fn to_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bytes to store, without a copy.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Reads a model. The hash first, then the content: see [`ArtefactError`].
    ///
    /// # Errors
    /// Bytes that are no model, are damaged, are of a later version, or whose content is not sound.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ArtefactError> {
        if !bytes.starts_with(MAGIC) {
            return Err(ArtefactError::NotAnArtefact);
        }
        let Some((signed, hash)) = bytes.len().checked_sub(HASH).and_then(|at| bytes.split_at_checked(at))
        else {
            return Err(ArtefactError::Damaged);
        };
        if Sha256::digest(signed).as_slice() != hash {
            return Err(ArtefactError::Damaged);
        }
        let Some((head, body)) = signed.split_at_checked(HEAD) else { return Err(ArtefactError::Damaged) };
        let version = u16::from_le_bytes([head[8], head[9]]);
        if version == 0 || version > FORMAT_VERSION {
            return Err(ArtefactError::UnknownVersion { found: version, known: FORMAT_VERSION });
        }
        let length = head[10..HEAD].iter().rev().fold(0_u64, |n, byte| (n << 8) | u64::from(*byte));
        if length != body.len() as u64 {
            return Err(invalid("the length does not fit"));
        }
        let content: Content = rmp_serde::from_slice(body).map_err(|error| invalid(&error.to_string()))?;
        check::check(&content)?;
        Ok(Self { content, bytes: bytes.to_vec() })
    }

    /// SHA-256 of the whole file, hexadecimal: what `sha256sum` prints for it.
    pub fn sha256_hex(&self) -> String {
        hex(&Sha256::digest(&self.bytes))
    }

    /// What the model needs and what it answers.
    pub fn schema(&self) -> &Schema {
        &self.content.schema
    }

    /// The family of the model.
    pub fn algorithm(&self) -> Algorithm {
        self.content.algorithm
    }

    /// The settings it was learned with.
    pub fn settings(&self) -> &Settings {
        &self.content.settings
    }

    /// Its scores on the test part.
    pub fn scores(&self) -> &ScoreMap {
        &self.content.scores
    }

    /// What was done to its probabilities; none for a number, or where it did not help.
    pub fn calibration(&self) -> Option<&Calibration> {
        self.content.calibration.as_ref()
    }

    /// What its intervals or sets are made of; none where too few rows were left to measure them.
    pub fn conformal(&self) -> Option<&Conformal> {
        self.content.conformal.as_ref()
    }

    /// The baseline's scores on the test part.
    pub fn baseline(&self) -> &ScoreMap {
        &self.content.baseline
    }

    /// Where it comes from.
    pub fn lineage(&self) -> &Lineage {
        &self.content.lineage
    }

    pub(crate) fn content(&self) -> &Content {
        &self.content
    }
}

fn invalid(what: &str) -> ArtefactError {
    ArtefactError::Invalid { what: what.to_owned() }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
