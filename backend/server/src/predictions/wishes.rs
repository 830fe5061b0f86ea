//! What a caller wants beside the answers: contributions, and intervals or sets of a level. By the body, or by the query
//! where the body does not say.

use crate::error::{Error, Result, fault};
use actix_web::web;
use contract::Fault;
use serde::Deserialize;

/// The levels that can be promised.
const LEVELS: std::ops::RangeInclusive<f64> = 0.5..=0.99;

/// What is wanted beside the answers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Wishes {
    /// Contributions of so many columns at most, the largest; none are wanted otherwise.
    pub explain: Option<usize>,
    /// The level of intervals or sets.
    pub level: Option<f64>,
    /// Whether a CSV has a column that names what was filled in; JSON names it in any case.
    pub imputed: bool,
}

/// What a body or a query says of one wish.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Told {
    /// Nothing said; else contributions of so many columns, or none.
    pub explain: Option<Option<usize>>,
    /// Nothing said; else a level, or none.
    pub level: Option<Option<f64>>,
    /// Whether a CSV is to name what was filled in.
    pub imputed: bool,
}

impl Told {
    /// What this says, and the other where this says nothing.
    pub fn or(self, other: Self) -> Wishes {
        let explain = self.explain.or(other.explain).flatten();
        let level = self.level.or(other.level).flatten();
        Wishes { explain, level, imputed: self.imputed || other.imputed }
    }

    /// What a query says.
    pub fn by_query(query: &str) -> Result<Self> {
        #[derive(Default, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Query {
            explain: Option<String>,
            interval: Option<String>,
            imputed: Option<bool>,
        }
        if query.is_empty() {
            return Ok(Self::default());
        }
        let found = web::Query::<Query>::from_query(query).map_err(|error| {
            let fix = "send explain, interval and imputed, or nothing";
            Error::invalid_field("query", error.to_string(), fix)
        })?;
        let found = found.into_inner();
        let mut faults = Vec::new();
        let told = Self {
            explain: found.explain.and_then(|text| explain("explain", &text, &mut faults)),
            level: found.interval.and_then(|text| level("interval", &text, &mut faults)),
            imputed: found.imputed.unwrap_or_default(),
        };
        if faults.is_empty() { Ok(told) } else { Err(Error::invalid(faults)) }
    }
}

/// Reads `true`, `false`, null or a number of columns; JSON and query write them alike.
pub(super) fn explain(pointer: &str, raw: &str, faults: &mut Vec<Fault>) -> Option<Option<usize>> {
    match raw {
        "true" => Some(Some(usize::MAX)),
        "false" => Some(None),
        "null" => None,
        number => match number.parse() {
            Ok(most) if most > 0 => Some(Some(most)),
            _ => {
                let message = format!("expected true, false or a number of columns, got {}", shown(raw));
                faults.push(fault(pointer, "invalid_value", message, "send true, or a whole number from 1"));
                None
            }
        },
    }
}

/// Reads a level, or null.
pub(super) fn level(pointer: &str, raw: &str, faults: &mut Vec<Fault>) -> Option<Option<f64>> {
    if raw == "null" {
        return None;
    }
    match fast_float2::parse::<f64, _>(raw) {
        Ok(level) if LEVELS.contains(&level) => Some(Some(level)),
        _ => {
            let message = format!("expected a level from 0.5 to 0.99, got {}", shown(raw));
            faults.push(fault(pointer, "out_of_range", message, "send a number such as 0.9"));
            None
        }
    }
}

fn shown(raw: &str) -> String {
    super::columns::shown(raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_says_what_a_body_says() {
        let told = Told::by_query("explain=3&interval=0.9").unwrap();
        assert_eq!(told, Told { explain: Some(Some(3)), level: Some(Some(0.9)), imputed: false });
        assert!(Told::by_query("imputed=true").unwrap().imputed);
        assert_eq!(Told::by_query("").unwrap(), Told::default());
        assert_eq!(Told::by_query("explain=false").unwrap().explain, Some(None));
        let body = Told { explain: Some(None), ..Told::default() };
        assert_eq!(body.or(told), Wishes { explain: None, level: Some(0.9), imputed: false });
    }

    #[test]
    fn a_wish_that_makes_no_sense_is_refused_with_its_place() {
        for (query, pointers) in [
            ("explain=0", &["explain"][..]),
            ("explain=-1&interval=1", &["explain", "interval"]),
            ("explain=yes", &["explain"]),
            ("interval=0.499", &["interval"]),
            ("interval=nan", &["interval"]),
            ("interval=", &["interval"]),
            ("level=0.9", &["query"]),
            ("imputed=perhaps", &["query"]),
        ] {
            let problem = Told::by_query(query).unwrap_err().problem("");
            let told: Vec<_> = problem.errors.iter().map(|fault| fault.pointer.as_str()).collect();
            assert_eq!(told, pointers, "{query}");
        }
    }
}
