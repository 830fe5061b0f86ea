//! Which events are asked for, checked.

use super::Act;
use crate::{
    error::{Error, Result, fault},
    infra::text,
};
use contract::{ApiKeyId, Fault, UserId, audit::AuditQuery};

/// A checked filter, the same for lists and exports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Whose events.
    pub actor: Option<Actor>,
    /// Events of these actions.
    pub actions: Option<Vec<&'static str>>,
    /// Events on the object of this id or name, in lower case.
    pub target: Option<String>,
    /// Events that ended so.
    pub outcome: Option<String>,
    /// Events from this moment (Unix milliseconds) on.
    pub from: Option<i64>,
    /// Events before this moment.
    pub to: Option<i64>,
    /// Events that hold this text, as a LIKE pattern in lower case with `\` as its escape.
    pub pattern: Option<String>,
}

/// An actor by id, or by name in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The id of a person or key.
    Id(String),
    /// An address or a key's name.
    Name(String),
}

impl Filter {
    /// Whether no index answers it alone, so that events must be looked at one by one: free text, or several questions.
    /// Times are none: they bound the sequences that are looked at.
    pub fn must_look(&self) -> bool {
        let indexed =
            [self.actor.is_some(), self.actions.is_some(), self.outcome.is_some(), self.target.is_some()];
        self.pattern.is_some() || indexed.iter().filter(|asked| **asked).count() > 1
    }

    /// Checks what is asked for; every fault is listed.
    pub fn of(query: &AuditQuery) -> Result<Self> {
        let mut faults = Vec::new();
        let filter = Self {
            actor: query.actor.as_deref().map(actor),
            actions: query.action.as_deref().and_then(|action| actions(action, &mut faults)),
            target: query.target.as_deref().map(str::to_lowercase),
            outcome: query.outcome.clone(),
            from: query.from.map(contract::Timestamp::millis),
            to: query.to.map(contract::Timestamp::millis),
            pattern: query.q.as_deref().filter(|text| !text.trim().is_empty()).map(text::pattern),
        };
        let known = ["success", "denied", "failure"];
        if let Some(other) = filter.outcome.as_deref().filter(|outcome| !known.contains(outcome)) {
            let message = format!("there is no outcome {other:?}");
            faults.push(fault("outcome", "invalid_value", message, "send success, denied or failure"));
        }
        if faults.is_empty() { Ok(filter) } else { Err(Error::invalid(faults)) }
    }
}

fn actor(text: &str) -> Actor {
    if text.parse::<UserId>().is_ok() || text.parse::<ApiKeyId>().is_ok() {
        Actor::Id(text.to_owned())
    } else {
        Actor::Name(text.to_lowercase())
    }
}

/// The actions of this name, or those that begin with it when it ends in a dot.
fn actions(asked: &str, faults: &mut Vec<Fault>) -> Option<Vec<&'static str>> {
    let asked = asked.to_lowercase();
    let is_meant =
        |name: &&'static str| if asked.ends_with('.') { name.starts_with(&asked) } else { **name == asked };
    let meant: Vec<_> = Act::ALL.iter().map(|act| act.as_str()).filter(is_meant).collect();
    if meant.is_empty() {
        let fix = "send one of GET /v1/audit-actions, or how several begin, such as dataset.";
        faults.push(fault("action", "invalid_value", format!("there is no action {asked:?}"), fix));
        return None;
    }
    Some(meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(set: impl FnOnce(&mut AuditQuery)) -> Result<Filter> {
        let mut query = AuditQuery::default();
        set(&mut query);
        Filter::of(&query)
    }

    #[test]
    fn wildcards_in_free_text_mean_themselves() {
        let filter = asked(|query| query.q = Some(" 100%_\\Ü ".to_owned())).unwrap();
        assert_eq!(filter.pattern.as_deref(), Some("%100\\%\\_\\\\ü%"));
        assert_eq!(asked(|query| query.q = Some("  ".to_owned())).unwrap(), Filter::default());
    }

    #[test]
    fn an_action_that_ends_in_a_dot_means_all_that_begin_with_it() {
        let filter = asked(|query| query.action = Some("Invite.".to_owned())).unwrap();
        assert_eq!(filter.actions.unwrap(), ["invite.created", "invite.revoked", "invite.accepted"]);
    }

    #[test]
    fn every_fault_of_a_filter_is_listed() {
        let error = asked(|query| {
            query.action = Some("tenant.exploded".to_owned());
            query.outcome = Some("maybe".to_owned());
        });
        assert_eq!(error.unwrap_err().problem("").errors.len(), 2);
    }
}
