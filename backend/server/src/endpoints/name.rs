//! What an endpoint may be called: it stands in URLs and host names.

use std::str::FromStr;

/// The longest name.
const LONGEST: usize = 63;

/// A name that an endpoint can have: 1 to 63 lower-case letters, digits and hyphens, beginning and ending with a
/// letter or digit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointName(String);

/// A text that no endpoint can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoName;

impl EndpointName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EndpointName {
    type Err = NoName;

    fn from_str(text: &str) -> Result<Self, NoName> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let bytes = text.as_bytes();
        let ends = [bytes.first(), bytes.last()];
        let fits = bytes.len() <= LONGEST
            && bytes.iter().all(|byte| plain(*byte) || *byte == b'-')
            && ends.iter().all(|end| end.is_some_and(|byte| plain(*byte)));
        if fits { Ok(Self(text.to_owned())) } else { Err(NoName) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_the_rules_of_host_names() {
        let longest = "a".repeat(LONGEST);
        for good in ["a", "7", "churn-2026", longest.as_str()] {
            assert!(good.parse::<EndpointName>().is_ok(), "{good}");
        }
        let too_long = "a".repeat(LONGEST + 1);
        for bad in ["", "-", "a-", "-a", "Churn", "a_b", "a.b", "a b", "ä", "a/b", too_long.as_str()] {
            assert!(bad.parse::<EndpointName>().is_err(), "{bad}");
        }
    }
}
