//! TypeID 0.3 identifiers: a prefix, an underscore and a UUIDv7 in Crockford base32 (<https://github.com/jetify-com/typeid>).

use crate::Timestamp;
use serde::{Deserialize, Serialize, de::Error as _};
use std::{fmt, str::FromStr};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters after the underscore: 128 bits in groups of five, so the first is at most `7`.
const SUFFIX: usize = 26;

/// A text is not an id of the kind that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidId {
    /// The prefix that was expected.
    pub prefix: &'static str,
}

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected an id such as {}_01jd…", self.prefix)
    }
}

impl std::error::Error for InvalidId {}

fn encode(value: u128, out: &mut String) {
    for place in (0..SUFFIX).rev() {
        let digit = (value >> (place * 5)) & 31;
        out.push(char::from(ALPHABET[digit as usize]));
    }
}

fn decode(suffix: &str) -> Option<u128> {
    let bytes = suffix.as_bytes();
    if bytes.len() != SUFFIX || bytes[0] > b'7' {
        return None;
    }
    bytes.iter().try_fold(0u128, |value, byte| {
        let digit = ALPHABET.iter().position(|known| known == byte)?;
        Some((value << 5) | digit as u128)
    })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            /// The prefix of this kind of id.
            pub const PREFIX: &'static str = $prefix;

            /// An id from the 128 bits of a UUIDv7.
            pub const fn from_bits(bits: u128) -> Self {
                Self(bits)
            }

            /// The moment at which the id was made.
            pub fn made_at(self) -> Timestamp {
                Timestamp::from_millis(i64::try_from(self.0 >> 80).unwrap_or(i64::MAX))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut text = String::with_capacity(Self::PREFIX.len() + 1 + SUFFIX);
                text.push_str(Self::PREFIX);
                text.push('_');
                encode(self.0, &mut text);
                f.write_str(&text)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix(Self::PREFIX)
                    .and_then(|rest| rest.strip_prefix('_'))
                    .and_then(decode)
                    .map(Self)
                    .ok_or(InvalidId { prefix: Self::PREFIX })
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(D::Error::custom)
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "pattern": concat!("^", $prefix, "_[0-7][0-9a-hjkmnp-tv-z]{25}$"),
                })
            }
        }
    )*};
}

ids! {
    /// A business that keeps its data apart from all others.
    TenantId = "tenant";
    /// A person.
    UserId = "user";
    /// A sign-in of a person on a device.
    SessionId = "session";
    /// An invitation into a tenant.
    InviteId = "invite";
    /// An API key.
    ApiKeyId = "key";
    /// A data set.
    DatasetId = "dataset";
    /// A training run.
    RunId = "run";
    /// A version of a model.
    ModelId = "model";
    /// A training of a model anew.
    ReproductionId = "reproduction";
    /// An endpoint.
    EndpointId = "endpoint";
    /// One answered predict call.
    PredictionId = "prediction";
    /// An entry of the audit log.
    EventId = "event";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_prints() {
        for bits in [0, 1, u128::MAX, 0x0190_2f3c_5a2b_7000_8000_0000_0000_0001] {
            let id = DatasetId::from_bits(bits);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
    }

    #[test]
    fn the_examples_of_the_specification_hold() {
        let id = TenantId::from_bits(0x0188_bac7_4afa_78aa_bc3b_bd1e_ef28_d881);
        assert_eq!(id.to_string(), "tenant_01h2xcejqtf2nbrexx3vqjhp41");
    }

    #[test]
    fn another_kind_a_wrong_length_and_an_overflow_are_refused() {
        let id = DatasetId::from_bits(7).to_string();
        assert!(id.parse::<RunId>().is_err());
        assert!(id[..id.len() - 1].parse::<DatasetId>().is_err());
        assert!("dataset_80000000000000000000000000".parse::<DatasetId>().is_err());
        assert!("dataset_0000000000000000000000000u".parse::<DatasetId>().is_err());
    }
}
