//! Ids and words of enums as the database holds them: text.

use crate::error::{Error, Result};
use serde::{Serialize, de::DeserializeOwned};

/// The word for a value of an enum: the one of the API.
pub fn word(value: &impl Serialize) -> Result<String> {
    match serde_json::to_value(value)? {
        serde_json::Value::String(word) => Ok(word),
        other => Err(Error::internal(format!("not a word: {other}"))),
    }
}

/// The value of an enum that a word of the database stands for.
pub fn unword<T: DeserializeOwned>(word: &str) -> Result<T> {
    Ok(serde_json::from_value(serde_json::Value::String(word.to_owned()))?)
}

/// An id of the database.
pub fn id<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T> {
    text.parse().map_err(|error| Error::internal(format!("a stored id is broken: {error}")))
}
