//! Lists: newest first, a page at a time.

use crate::call::Schema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(bound(deserialize = "T: DeserializeOwned"))]
pub struct Page<T> {
    /// The items, newest first.
    pub data: Vec<T>,
    /// Give this as `cursor` to read on; null at the end.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A page of the first `limit` items; `items` holds one more when there is a next page.
    pub fn cut(mut items: Vec<T>, limit: usize, cursor: impl Fn(&T) -> String) -> Self {
        let next_cursor = (items.len() > limit).then(|| cursor(&items[limit - 1]));
        items.truncate(limit);
        Self { data: items, next_cursor }
    }
}

#[cfg(feature = "schema")]
impl<T: Schema + schemars::JsonSchema> Schema for Page<T> {
    fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        generator.subschema_for::<Self>()
    }
}
#[cfg(not(feature = "schema"))]
impl<T: Schema> Schema for Page<T> {}

wire! {
    /// Which page of a list.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct ListQuery {
        /// Items a page, 1 to 100; 20 unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub limit: Option<u32>,
        /// Where to read on: `next_cursor` of the page before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub cursor: Option<String>,
    }
}
