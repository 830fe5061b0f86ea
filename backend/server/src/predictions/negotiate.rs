//! Which form a body has and which form the answer takes (RFC 9110, section 12).

use crate::{
    error::{Error, Result},
    infra::body,
};
use actix_web::{HttpRequest, http::header};
use contract::Code;

/// A form of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    Csv,
}

impl Form {
    /// The media type of an answer.
    pub fn media_type(self) -> &'static str {
        match self {
            Form::Json => "application/json",
            Form::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// The form of the body, and of the answer.
pub(super) fn forms(request: &HttpRequest) -> Result<(Form, Form)> {
    let sent = match body::media_type(request).as_str() {
        "application/json" => Form::Json,
        "text/csv" => Form::Csv,
        other => {
            let detail = format!("Send the rows as application/json or text/csv, not as {other:?}.");
            return Err(Error::new(Code::UnsupportedMediaType, detail));
        }
    };
    let accepted = request.headers().get(header::ACCEPT).map(|value| value.to_str().unwrap_or_default());
    let answer = accepted.map_or(Some(Form::Json), wanted).ok_or_else(|| {
        Error::new(Code::NotAcceptable, "The answer can be application/json or text/csv; accept one of them.")
    })?;
    Ok((sent, answer))
}

/// The form that `Accept` likes best; JSON when it likes both alike, none when neither.
fn wanted(accept: &str) -> Option<Form> {
    let json = weight(accept, ["application/json", "application/*"]);
    let csv = weight(accept, ["text/csv", "text/*"]);
    match (json > 0.0, csv > 0.0) {
        (true, _) if json >= csv => Some(Form::Json),
        (_, true) => Some(Form::Csv),
        _ => None,
    }
}

/// The weight of a media type: by its own name, else its family's, else everything's.
fn weight(accept: &str, names: [&str; 2]) -> f32 {
    let [exact, family] = names;
    for name in [exact, family, "*/*"] {
        for part in accept.split(',') {
            let mut fields = part.split(';').map(str::trim);
            if !fields.next().is_some_and(|media| media.eq_ignore_ascii_case(name)) {
                continue;
            }
            let quality =
                fields.find_map(|field| field.strip_prefix("q=").or_else(|| field.strip_prefix("Q=")));
            return quality.map_or(1.0, |text| text.trim().parse().unwrap_or(0.0));
        }
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_chooses_and_json_is_the_default() {
        for (accept, form) in [
            ("*/*", Some(Form::Json)),
            ("application/json", Some(Form::Json)),
            ("text/csv", Some(Form::Csv)),
            ("text/csv, application/json;q=0.5", Some(Form::Csv)),
            ("text/csv;q=0.5, */*;q=0.9", Some(Form::Json)),
            ("text/csv, */*;q=0.1", Some(Form::Csv)),
            ("application/json;q=0, text/*", Some(Form::Csv)),
            ("image/png", None),
            ("", None),
        ] {
            assert_eq!(wanted(accept), form, "{accept}");
        }
    }
}
