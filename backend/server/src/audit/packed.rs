//! Rows of a chain that the database packed into one text a page: to decode them one by one takes longer than to hash
//! them.
//!
//! Each value stands behind its length in bytes, so that no value can pass for another's end; -1 is none. From the body
//! of an event follows what else its row must hold, to the byte, so the rest is one comparison. A page that is not
//! right in every byte is read again row by row, which tells what is wrong with it.

use super::{body::Body, chain::Link};
use std::fmt::Write as _;

/// The columns of an event in the order in which they are packed: first what the hash is taken over.
pub const COLUMNS: [&str; 11] = [
    "body",
    "hash",
    "sequence",
    "id",
    "occurred_at",
    "action",
    "actor_id",
    "actor_name",
    "outcome",
    "search",
    "previous_hash",
];

/// A page.
#[derive(Clone, Debug, Default)]
pub struct Packed {
    /// The events, each its [`COLUMNS`].
    pub events: String,
    /// The words of their targets: sequence and word, in this order.
    pub targets: String,
}

impl Packed {
    /// The page from its start.
    pub fn parts(&self) -> Parts<'_> {
        Parts { events: &self.events, targets: &self.targets, expected: String::new() }
    }
}

/// What is left of a page.
#[derive(Debug)]
pub struct Parts<'a> {
    events: &'a str,
    targets: &'a str,
    expected: String,
}

impl<'a> Parts<'a> {
    /// Body and hash of the next event; none at the end, or where there is no such thing.
    pub fn next_body(&mut self) -> Option<(&'a str, &'a str)> {
        Some((value(&mut self.events)?, value(&mut self.events)?))
    }

    /// Goes on past the event if its columns and targets say what its body says.
    pub fn agrees(&mut self, link: &Link<'_>, body: &Body) -> bool {
        self.expected.clear();
        let words = columns(&mut self.expected, link.sequence, body).and_then(|()| {
            let words = self.expected.len();
            targets(&mut self.expected, link.sequence, body).map(|()| words)
        });
        let Ok((columns, targets)) = words.map(|at| self.expected.split_at(at)) else { return false };
        let (Some(events), Some(rest)) =
            (self.events.strip_prefix(columns), self.targets.strip_prefix(targets))
        else {
            return false;
        };
        // One word more of this event would stand next.
        let mut after = rest;
        if value(&mut after).is_some_and(|sequence| sequence.parse() == Ok(link.sequence)) {
            return false;
        }
        (self.events, self.targets) = (events, rest);
        true
    }
}

/// Takes the next value.
fn value<'a>(text: &mut &'a str) -> Option<&'a str> {
    let (length, rest) = text.split_once(':')?;
    let (value, rest) = rest.split_at_checked(length.parse().ok()?)?;
    *text = rest;
    Some(value)
}

/// What stands behind the hash in the row of an event that says this.
fn columns(text: &mut String, sequence: i64, body: &Body) -> std::fmt::Result {
    let actor = &body.actor;
    let name = actor.name.as_ref().map(|name| name.to_lowercase());
    push(text, Some(&sequence.to_string()))?;
    push(text, Some(&body.id.to_string()))?;
    push(text, Some(&body.occurred_at.millis().to_string()))?;
    push(text, Some(&body.action))?;
    push(text, actor.id.as_deref())?;
    push(text, name.as_deref())?;
    push(text, Some(&body.outcome.result))?;
    push(text, Some(&body.search()))?;
    push(text, Some(&body.previous_hash))
}

fn targets(text: &mut String, sequence: i64, body: &Body) -> std::fmt::Result {
    let sequence = sequence.to_string();
    body.target_words().iter().try_for_each(|word| {
        push(text, Some(&sequence))?;
        push(text, Some(word))
    })
}

fn push(text: &mut String, value: Option<&str>) -> std::fmt::Result {
    match value {
        Some(value) => write!(text, "{}:{value}", value.len()),
        None => text.write_str("-1:"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_as_long_as_it_says() {
        let mut text = "3:a:b0:-1:x";
        assert_eq!(value(&mut text), Some("a:b"));
        assert_eq!(value(&mut text), Some(""));
        assert_eq!(value(&mut text), None, "none is no value");
        for junk in ["", "4:abc", "junk", "1:ü", "x:a"] {
            assert_eq!(value(&mut { junk }), None, "{junk}");
        }
    }
}
