//! The body of an upload, raw or as a form, as one stream of the file's bytes.

use crate::{
    config::Limits,
    error::{Error, Result},
    infra::body::{self, Pieces},
};
use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::{HttpRequest, dev::Payload, error::PayloadError, http::header::HeaderMap, web::Bytes};
use base64::{Engine, engine::general_purpose::STANDARD};
use contract::Code;
use futures_util::{StreamExt, stream};
use sha2::{Digest, Sha256};
use std::{io, rc::Rc};
use tokio::sync::Mutex;

/// What a form may weigh beside its file.
const FORM_BYTES: u64 = 64 * 1024;
/// Media types of a raw body. What is in it is found by looking, not by its name.
const RAW: [&str; 4] = ["text/csv", "application/csv", "text/tab-separated-values", "text/plain"];

/// A file on its way in.
pub struct Upload {
    /// The file's name in the form.
    pub file_name: Option<String>,
    /// How long the body says that it is.
    pub announced_bytes: Option<u64>,
    source: Source,
    left: u64,
    limit: u64,
}

enum Source {
    Raw(Body),
    /// The form with its file, until the file was read; and the body that the form reads from.
    Form(Option<Box<(Field, Multipart)>>, Rc<Mutex<Body>>),
    /// All of the file, until it was read.
    Whole(Option<Bytes>),
}

/// Looks at the head of the request, and in a form for its file; reads no byte of the file.
pub async fn open(request: &HttpRequest, payload: Payload, limits: &Limits) -> Result<Upload> {
    refuse_encoded(request.headers())?;
    let media = body::media_type(request);
    let limit = limits.upload_bytes;
    let announced_bytes = announced(request.headers());
    let digest = content_digest(request.headers())?;
    if RAW.contains(&media.as_str()) {
        let pieces = Pieces::new(request, payload, limit, limits)?;
        let source = Source::Raw(Body::new(pieces, digest));
        return Ok(Upload { file_name: None, announced_bytes, source, left: limit, limit });
    }
    if media != "multipart/form-data" {
        let detail = format!(
            "Send the file as text/csv, or in a form as multipart/form-data; the content type was {media:?}."
        );
        return Err(Error::new(Code::UnsupportedMediaType, detail));
    }
    let pieces =
        Pieces::new(request, payload, limit + FORM_BYTES, limits).map_err(|_| body::too_large(limit))?;
    let body = Rc::new(Mutex::new(Body::new(pieces, digest)));
    let mut form = Multipart::new(request.headers(), as_payload(Rc::clone(&body)));
    let (file, file_name) = first_file(&mut form).await?;
    let source = Source::Form(Some(Box::new((file, form))), body);
    Ok(Upload { file_name, announced_bytes, source, left: limit, limit })
}

impl Upload {
    /// A file that is here already.
    pub fn whole(file: Bytes, limits: &Limits) -> Result<Self> {
        let (size, limit) = (file.len() as u64, limits.upload_bytes);
        if size > limit {
            return Err(body::too_large(limit));
        }
        let source = Source::Whole(Some(file));
        Ok(Self { file_name: None, announced_bytes: Some(size), source, left: limit, limit })
    }

    /// The next bytes of the file; none once all of the body was read and its digest is right.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        let piece = match &mut self.source {
            Source::Raw(body) => body.next().await?,
            Source::Form(form, body) => next_of_form(form, body).await?,
            Source::Whole(file) => file.take(),
        };
        let Some(piece) = piece else { return Ok(None) };
        self.left = self.left.checked_sub(piece.len() as u64).ok_or_else(|| body::too_large(self.limit))?;
        Ok(Some(piece))
    }
}

/// The first part that is a file; parts before it are passed over.
async fn first_file(form: &mut Multipart) -> Result<(Field, Option<String>)> {
    while let Some(field) = form.next().await {
        let field = field.map_err(broken)?;
        if let Some(name) = file_name(&field) {
            return Ok((field, Some(name).filter(|name| !name.is_empty())));
        }
    }
    Err(Error::invalid_field(
        "#/file",
        "the form holds no file",
        "add a part with a file name, such as -F file=@data.csv",
    ))
}

fn file_name(field: &Field) -> Option<String> {
    field.content_disposition()?.get_filename().map(str::to_owned)
}

/// The next bytes of the form's file; after it, all of the body is read.
async fn next_of_form(
    form: &mut Option<Box<(Field, Multipart)>>,
    body: &Mutex<Body>,
) -> Result<Option<Bytes>> {
    if let Some(open) = form
        && let Some(piece) = open.0.next().await
    {
        return piece.map(Some).map_err(broken);
    }
    // Neither goes on while the other holds the body: first the file is let go, then the form.
    if let Some((file, mut rest)) = form.take().map(|open| *open) {
        drop(file);
        refuse_more(&mut rest).await?;
    }
    let mut body = body.lock().await;
    while body.next().await?.is_some() {}
    Ok(None)
}

/// Fields after the file are passed over; a second file is refused rather than lost.
async fn refuse_more(form: &mut Multipart) -> Result<()> {
    while let Some(field) = form.next().await {
        if file_name(&field.map_err(broken)?).is_some() {
            return Err(Error::invalid_field(
                "#/file",
                "the form holds more than one file",
                "send one file a call",
            ));
        }
    }
    Ok(())
}

/// A body whose digest is checked at its end, when one was sent.
struct Body {
    pieces: Pieces,
    digest: Option<(Sha256, Vec<u8>)>,
}

impl Body {
    fn new(pieces: Pieces, expected: Option<Vec<u8>>) -> Self {
        Self { pieces, digest: expected.map(|expected| (Sha256::new(), expected)) }
    }

    async fn next(&mut self) -> Result<Option<Bytes>> {
        let piece = self.pieces.next().await?;
        match (&piece, &mut self.digest) {
            (Some(piece), Some((hash, _))) => hash.update(piece),
            (None, Some((hash, expected))) if hash.clone().finalize()[..] != expected[..] => {
                return Err(Error::new(
                    Code::DigestMismatch,
                    "The body is not what its Content-Digest says: it was changed on the way. Send it again.",
                ));
            }
            _ => {}
        }
        Ok(piece)
    }
}

/// Our errors travel through the form's parser inside an I/O error.
fn as_payload(body: Rc<Mutex<Body>>) -> impl stream::Stream<Item = Result<Bytes, PayloadError>> + 'static {
    stream::unfold(body, |body| async move {
        let piece = body.lock().await.next().await;
        let piece = piece.map_err(|error| PayloadError::Io(io::Error::other(error))).transpose()?;
        Some((piece, body))
    })
    .fuse()
}

fn broken(error: MultipartError) -> Error {
    match error {
        MultipartError::Payload(PayloadError::Io(io)) => match io.downcast::<Error>() {
            Ok(ours) => ours,
            Err(io) => broken_off(&io),
        },
        MultipartError::Payload(other) => broken_off(&other),
        MultipartError::Incomplete => broken_off(&error),
        other => Error::new(Code::InvalidRequest, format!("The form can't be read: {other}.")),
    }
}

fn broken_off(private: &dyn std::fmt::Display) -> Error {
    Error::new(Code::InvalidRequest, "The body broke off before its end. Send it again.")
        .with_private(private)
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get("content-length")?.to_str().ok()?.parse().ok()
}

fn refuse_encoded(headers: &HeaderMap) -> Result<()> {
    match headers.get("content-encoding").map(|value| value.as_bytes()) {
        None | Some(b"identity" | b"") => Ok(()),
        Some(_) => Err(Error::new(
            Code::UnsupportedMediaType,
            "Compressed bodies are not taken. Unpack the file and send it without Content-Encoding.",
        )),
    }
}

/// The SHA-256 of `Content-Digest` (RFC 9530, a structured dictionary); other algorithms are passed over.
fn content_digest(headers: &HeaderMap) -> Result<Option<Vec<u8>>> {
    let Some(value) = headers.get("content-digest") else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    for member in text.split(',') {
        let Some(encoded) = member.trim().strip_prefix("sha-256=") else { continue };
        let encoded = encoded.split(';').next().unwrap_or_default().trim();
        let inner = encoded.strip_prefix(':').and_then(|rest| rest.strip_suffix(':'));
        let digest = inner.and_then(|inner| STANDARD.decode(inner).ok()).filter(|digest| digest.len() == 32);
        return digest.map(Some).ok_or_else(|| {
            Error::invalid_field(
                "Content-Digest",
                "the SHA-256 can't be read",
                "send sha-256=:<base64 of the 32 bytes>:",
            )
        });
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn headers(value: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static("content-digest"), HeaderValue::from_static(value));
        headers
    }

    #[test]
    fn a_digest_is_found_among_others() {
        let empty = "sha-512=:AAAA:, sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";
        assert_eq!(content_digest(&headers(empty)).unwrap().unwrap(), Sha256::digest(b"").to_vec());
        assert!(content_digest(&headers("sha-512=:AAAA:")).unwrap().is_none());
    }

    #[test]
    fn a_digest_that_can_not_be_read_is_refused_and_not_passed_over() {
        for value in ["sha-256=:AAAA:", "sha-256=abc", "sha-256=::"] {
            assert!(content_digest(&headers(value)).is_err(), "{value}");
        }
    }
}
