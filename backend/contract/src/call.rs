//! A call is a type: method, path, query, body and answer in one place.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// An HTTP method that the API uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// The name on the wire, such as `GET`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }

    /// Whether a call by this method changes state.
    pub const fn changes_state(self) -> bool {
        !matches!(self, Method::Get)
    }
}

/// What a body or an answer is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Media {
    Nothing,
    Json,
    Csv,
    Ndjson,
    EventStream,
    /// Several forms, told apart by `Content-Type` and `Accept`.
    Multiple,
}

/// A type that can stand as query, body or answer of a call.
pub trait Schema: Serialize + DeserializeOwned + 'static {
    /// How the type travels; JSON unless it is one of the markers of this module.
    const MEDIA: Media = Media::Json;
    /// The JSON Schema (draft 2020-12) of the type, collected into the generator's components.
    #[cfg(feature = "schema")]
    fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema;
}

/// One HTTP call of the API.
pub trait Call: 'static {
    /// The method.
    const METHOD: Method;
    /// The path with its slots in braces, such as `/v1/datasets/{id}`.
    const PATH: &'static str;
    /// The status of a success.
    const STATUS: u16;
    /// The type's own name, which is also the operation id of the OpenAPI document.
    const NAME: &'static str;
    /// What the call does, in a sentence.
    const SUMMARY: &'static str;
    /// The query parameters.
    type Query: Schema;
    /// The body of the request.
    type Body: Schema;
    /// The body of a success.
    type Answer: Schema;

    /// The path with its slots filled in order, percent-encoded.
    fn url(arguments: &[&str]) -> String {
        fill(Self::PATH, arguments)
    }
}

/// Tells a null that was sent from a field that was not: `#[serde(default, deserialize_with = "given")]`.
pub(crate) fn given<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Fills the slots of a path in order, percent-encoding each argument; a slot without an argument stays empty.
pub fn fill(path: &str, arguments: &[&str]) -> String {
    let mut filled = String::with_capacity(path.len() + 32);
    let mut arguments = arguments.iter();
    let mut rest = path;
    while let Some(start) = rest.find('{') {
        filled.push_str(&rest[..start]);
        for byte in arguments.next().copied().unwrap_or_default().bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                filled.push(char::from(byte));
            } else {
                filled.push_str(&format!("%{byte:02X}"));
            }
        }
        rest = rest[start..].find('}').map_or("", |end| &rest[start + end + 1..]);
    }
    filled.push_str(rest);
    filled
}

macro_rules! markers {
    ($($(#[$doc:meta])* $name:ident => $media:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct $name {}

        impl Schema for $name {
            const MEDIA: Media = Media::$media;
            #[cfg(feature = "schema")]
            fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                generator.subschema_for::<$name>()
            }
        }
    )*};
}

markers! {
    /// No body.
    Nothing => Nothing;
    /// No query parameters.
    NoQuery => Nothing;
    /// A body of comma-separated values (RFC 4180), streamed.
    Csv => Csv;
    /// A body of one JSON document a line.
    Ndjson => Ndjson;
    /// A stream of server-sent events; `Last-Event-ID` replays.
    EventStream => EventStream;
    /// A body whose form `Content-Type` or `Accept` chooses.
    Multiple => Multiple;
}

/// Gives wire types their common derives and, as JSON types, [`Schema`].
macro_rules! wire {
    ($($(#[$meta:meta])* pub $kind:ident $name:ident $body:tt)*) => {$(
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        $(#[$meta])*
        pub $kind $name $body

        impl $crate::call::Schema for $name {
            #[cfg(feature = "schema")]
            fn schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                generator.subschema_for::<$name>()
            }
        }
    )*};
}

/// Declares calls: `/// Summary. Name: Method "/path", query Q, body B => status Answer;`
macro_rules! calls {
    ($(#[doc = $summary:literal] $name:ident: $method:ident $path:literal
       $(, query $query:ty)? $(, body $body:ty)? => $status:literal $answer:ty;)*) => {$(
        #[doc = $summary]
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl $crate::call::Call for $name {
            const METHOD: $crate::call::Method = $crate::call::Method::$method;
            const PATH: &'static str = $path;
            const STATUS: u16 = $status;
            const NAME: &'static str = stringify!($name);
            const SUMMARY: &'static str = $summary;
            type Query = calls!(@or $($query)?, $crate::call::NoQuery);
            type Body = calls!(@or $($body)?, $crate::call::Nothing);
            type Answer = $answer;
        }
    )*};
    (@or $given:ty, $default:ty) => { $given };
    (@or , $default:ty) => { $default };
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn slots_are_filled_in_order_and_encoded() {
        assert_eq!(fill("/v1/a/{id}/b/{name}", &["x", "ä/?"]), "/v1/a/x/b/%C3%A4%2F%3F");
        assert_eq!(fill("/v1/a", &[]), "/v1/a");
        assert_eq!(fill("/v1/a/{id}", &[]), "/v1/a/");
    }
}
