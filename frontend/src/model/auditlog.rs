//! The filter of the audit log as the address holds it, and how entries are written out.

use super::query::query_string;
use contract::{
    Timestamp,
    audit::{AuditAction, AuditQuery},
};
use serde_json::Value;

const DAY_SECONDS: i64 = 86_400;

/// What is asked of the log, as texts of fields and of the address; an empty one asks nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Filter {
    /// Only this action, or all that begin with it when it ends in a dot.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub action: String,
    /// Only by this actor.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub actor: String,
    /// From this day on (UTC).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// Only what ended so.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub outcome: String,
    /// Only what holds this text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub q: String,
    /// Only on this object.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub target: String,
    /// Up to and with this day (UTC).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub to: String,
}

impl Filter {
    /// The filter from the parameters of an address.
    pub fn of(parameter: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| parameter(name).unwrap_or_default().trim().to_owned();
        let day = |name: &str| Some(text(name)).filter(|day| is_day(day)).unwrap_or_default();
        Self {
            action: text("action"),
            actor: text("actor"),
            from: day("from"),
            outcome: text("outcome"),
            q: text("q"),
            target: text("target"),
            to: day("to"),
        }
    }

    /// The page with this filter in its address.
    pub fn address(&self, page: &str) -> String {
        format!("{page}{}", query_string(self))
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The filter as the API takes it; the last day is meant whole.
    pub fn query(&self) -> AuditQuery {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        AuditQuery {
            actor: some(&self.actor),
            action: some(&self.action),
            target: some(&self.target),
            outcome: some(&self.outcome),
            from: Timestamp::parse(&self.from),
            to: Timestamp::parse(&self.to).map(|day| day.plus_seconds(DAY_SECONDS)),
            q: some(&self.q),
            ..AuditQuery::default()
        }
    }
}

fn is_day(text: &str) -> bool {
    text.len() == 10 && Timestamp::parse(text).is_some()
}

/// The actions by what stands before their dot, in the order of the log.
pub fn grouped(actions: &[AuditAction]) -> Vec<(String, Vec<String>)> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for action in actions {
        let prefix = action.action.split('.').next().unwrap_or_default();
        match groups.iter_mut().find(|(known, _)| known == prefix) {
            Some((_, names)) => names.push(action.action.clone()),
            None => groups.push((prefix.to_owned(), vec![action.action.clone()])),
        }
    }
    groups
}

/// A value as it stands in a table: text as it is, nothing as a dash, the rest as JSON.
pub fn value(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(pairs: &[(&str, &str)]) -> Filter {
        Filter::of(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_address_holds_what_is_asked_and_nothing_else() {
        let filter = of(&[("q", " a & b "), ("from", "2026-11-01"), ("outcome", "")]);
        assert_eq!(filter.address("/t/x/audit"), "/t/x/audit?from=2026-11-01&q=a%20%26%20b");
        assert_eq!(Filter::default().address("/t/x/audit"), "/t/x/audit");
        assert!(of(&[("q", "  "), ("from", "yesterday")]).is_empty());
    }

    #[test]
    fn the_last_day_is_meant_whole() {
        let query = of(&[("from", "2026-11-01"), ("to", "2026-11-01")]).query();
        assert_eq!(query.from.map(|from| from.to_string()).as_deref(), Some("2026-11-01T00:00:00.000Z"));
        assert_eq!(query.to.map(|to| to.to_string()).as_deref(), Some("2026-11-02T00:00:00.000Z"));
        assert_eq!(query.q, None);
    }

    #[test]
    fn actions_stand_in_groups() {
        let action = |name: &str| AuditAction { action: name.to_owned(), summary: String::new() };
        let groups = grouped(&[action("user.a"), action("invite.b"), action("user.c")]);
        assert_eq!(groups[0], ("user".to_owned(), vec!["user.a".to_owned(), "user.c".to_owned()]));
        assert_eq!(groups.len(), 2);
    }

    #[test]
    fn values_are_written_plainly() {
        assert_eq!(value(&Value::Null), "–");
        assert_eq!(value(&json!("owner")), "owner");
        assert_eq!(value(&json!({"a": [1, true]})), r#"{"a":[1,true]}"#);
    }
}
