//! U+0000: JSON and queries can write it, PostgreSQL can't keep it, and nothing is called so. It is refused at the door,
//! for every route alike: in queries by the guard, in JSON bodies where they are read, in paths as what is not there.

use crate::error::{Error, Result};
use actix_web::web;
use serde_json::Value;

const NUL: char = '\0';
/// How JSON writes it; unescaped it is no JSON.
const ESCAPED: &[u8] = b"\\u0000";

/// Refuses a query with it in a name or a value, and names the parameter.
pub fn refuse_in_query(query: &str) -> Result<()> {
    if !query.contains("%00") && !query.contains(NUL) {
        return Ok(());
    }
    let Ok(pairs) = web::Query::<Vec<(String, String)>>::from_query(query) else { return Ok(()) };
    let bad = pairs.iter().find(|(name, value)| name.contains(NUL) || value.contains(NUL));
    bad.map_or(Ok(()), |(name, _)| Err(refusal(&name.replace(NUL, ""))))
}

/// Refuses a JSON body with it in a name or a text, and names the place.
pub fn refuse_in_json(body: &[u8]) -> Result<()> {
    if memchr::memmem::find(body, ESCAPED).is_none() {
        return Ok(());
    }
    // What is no JSON is refused by who reads it.
    let Ok(value) = serde_json::from_slice::<Value>(body) else { return Ok(()) };
    place_in(&value, "#").map_or(Ok(()), |place| Err(refusal(&place)))
}

/// Whether a part of a path holds it, written plainly or not.
pub fn stands_in_path(part: &str) -> bool {
    part.contains(NUL) || part.contains("%00")
}

fn refusal(place: &str) -> Error {
    Error::invalid_field(place, "expected text without the character U+0000", "leave it out")
}

/// The pointer to the first text with it; serde_json bounds the depth.
fn place_in(value: &Value, at: &str) -> Option<String> {
    match value {
        Value::String(text) => text.contains(NUL).then(|| at.to_owned()),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| place_in(item, &format!("{at}/{index}")))
        }
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            if name.contains(NUL) {
                return Some(at.to_owned());
            }
            let name = name.replace('~', "~0").replace('/', "~1");
            place_in(value, &format!("{at}/{name}"))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointer(refused: Result<()>) -> String {
        refused.unwrap_err().problem("").errors[0].pointer.clone()
    }

    #[test]
    fn a_nul_is_found_wherever_it_stands_in_json() {
        assert_eq!(pointer(refuse_in_json(br#"{"a":[1,{"b/c":"x\u0000"}]}"#)), "#/a/1/b~1c");
        assert_eq!(pointer(refuse_in_json(br#"{"a":{"x\u0000":1}}"#)), "#/a");
        // A backslash before the letters is a text about it.
        refuse_in_json(br#"{"a":"\\u0000"}"#).unwrap();
        refuse_in_json(br#"{"a":"\u0000"#).unwrap();
    }

    #[test]
    fn a_nul_in_a_query_is_refused_by_its_parameter() {
        assert_eq!(pointer(refuse_in_query("limit=1&q=a%00b")), "q");
        assert_eq!(pointer(refuse_in_query("a%00=1")), "a");
        refuse_in_query("q=%2500&limit=1").unwrap();
    }
}
