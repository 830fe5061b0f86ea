//! Query strings from the query types of the contract.

use serde_json::Value;

/// `?limit=5&cursor=…` from the fields of a query type that are there.
pub fn query_string(query: &impl serde::Serialize) -> String {
    let Ok(Value::Object(fields)) = serde_json::to_value(query) else { return String::new() };
    let mut text = String::new();
    for (name, value) in fields {
        let value = match value {
            Value::Null => continue,
            Value::String(value) => value,
            other => other.to_string(),
        };
        text.push(if text.is_empty() { '?' } else { '&' });
        text.push_str(&format!("{name}={}", super::path::escape(&value)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::{ListQuery, datasets::UploadQuery};

    #[test]
    fn a_query_leaves_out_what_is_absent_and_escapes_the_rest() {
        assert_eq!(query_string(&ListQuery::default()), "");
        let query = ListQuery { limit: Some(5), cursor: Some("a=b".into()) };
        assert_eq!(query_string(&query), "?cursor=a%3Db&limit=5");
        assert_eq!(query_string(&UploadQuery { name: Some("a & b".into()) }), "?name=a%20%26%20b");
    }
}
