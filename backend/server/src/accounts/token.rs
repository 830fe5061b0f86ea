//! Tokens of a session: the access token, a JWT that says who for ten minutes, and the refresh token, which only we
//! can read.

use super::session_expired;
use crate::{
    error::{Error, Result},
    infra::digest,
};
use contract::{Code, SessionId, Timestamp, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, crypto, decode, encode};
use serde::{Deserialize, Serialize};

const ISSUER: &str = "amaas";
const AUDIENCE: &str = "amaas-api";
/// RFC 9068.
const TYPE: &str = "at+jwt";
const LEEWAY_SECONDS: i64 = 5;
/// A token of ours is far shorter; longer ones aren't looked at.
const MAX_BYTES: usize = 2048;

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    sid: SessionId,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// What an access token says.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    /// Who.
    pub user_id: UserId,
    /// By which session.
    pub session_id: SessionId,
}

/// The key's name, so that a change of keys can be told from a forgery.
fn key_id(key: &[u8]) -> String {
    digest::sha256_hex(&[b"amaas/kid/", key].concat()).chars().take(16).collect()
}

/// Signs an access token.
pub fn sign_access(key: &[u8], access: Access, now: Timestamp, until: Timestamp) -> Result<String> {
    let seconds = now.millis() / 1000;
    let claims = Claims {
        iss: ISSUER.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: access.user_id,
        sid: access.session_id,
        iat: seconds,
        nbf: seconds,
        exp: until.millis() / 1000,
    };
    let mut header = Header::new(Algorithm::HS256);
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(key_id(key));
    encode(&header, &claims, &EncodingKey::from_secret(key)).map_err(Error::internal)
}

/// Reads an access token of ours; past its time it is a session that is over, anything else is no credential.
pub fn read_access(key: &[u8], token: &str, now: Timestamp) -> Result<Access> {
    let unreadable =
        || Error::new(Code::Unauthenticated, "The session's token can't be read. Sign in again.");
    if token.len() > MAX_BYTES {
        return Err(unreadable());
    }
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_issuer(&[ISSUER]);
    rules.set_audience(&[AUDIENCE]);
    rules.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
    // The library reads the system's clock by itself; ours is asked below, so that tests can move it.
    rules.validate_exp = false;
    rules.validate_nbf = false;
    let read = decode::<Claims>(token, &DecodingKey::from_secret(key), &rules).map_err(|_| unreadable())?;
    if read.header.typ.as_deref() != Some(TYPE) || read.header.kid.as_deref() != Some(key_id(key).as_str()) {
        return Err(unreadable());
    }
    let seconds = now.millis() / 1000;
    if read.claims.nbf > seconds.saturating_add(LEEWAY_SECONDS) {
        return Err(unreadable());
    }
    if read.claims.exp.saturating_add(LEEWAY_SECONDS) <= seconds {
        return Err(session_expired());
    }
    Ok(Access { user_id: read.claims.sub, session_id: read.claims.sid })
}

/// A new refresh token of a session: its id, 256 random bits, and our mark. The mark tells an old token of ours,
/// whose use means theft, from one that somebody made up, which means nothing.
pub fn new_refresh(key: &[u8], session: SessionId) -> Result<String> {
    let body = format!("{session}.{}", digest::random_base62());
    let mark = mark(key, &body)?;
    Ok(format!("{body}.{mark}"))
}

/// The session that a refresh token of ours belongs to; none when it is not ours.
pub fn read_refresh(key: &[u8], token: &str) -> Option<SessionId> {
    if token.len() > MAX_BYTES {
        return None;
    }
    let (body, mark) = token.rsplit_once('.')?;
    let key = DecodingKey::from_secret(key);
    if !crypto::verify(mark, marked(body).as_bytes(), &key, Algorithm::HS256).ok()? {
        return None;
    }
    body.split_once('.')?.0.parse().ok()
}

/// The digest of a refresh token, as the database keeps it.
pub fn refresh_hash(token: &str) -> String {
    digest::sha256_hex(token.as_bytes())
}

fn mark(key: &[u8], body: &str) -> Result<String> {
    let key = EncodingKey::from_secret(key);
    crypto::sign(marked(body).as_bytes(), &key, Algorithm::HS256).map_err(Error::internal)
}

// No JWT begins like this, so neither can stand in for the other.
fn marked(body: &str) -> String {
    format!("refresh token: {body}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
    use serde_json::{Value, json};

    const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";
    const NOW: Timestamp = Timestamp::from_millis(1_795_431_600_000);

    fn claims() -> Value {
        let now = NOW.millis() / 1000;
        json!({"iss": ISSUER, "aud": AUDIENCE, "sub": UserId::from_bits(1), "sid": SessionId::from_bits(2),
               "iat": now, "nbf": now, "exp": now + 600})
    }

    fn header() -> Value {
        json!({"alg": "HS256", "typ": TYPE, "kid": key_id(KEY)})
    }

    fn forge(header: &Value, claims: &Value, key: &[u8]) -> String {
        let part = |value: &Value| BASE64.encode(value.to_string());
        let body = format!("{}.{}", part(header), part(claims));
        let mark = crypto::sign(body.as_bytes(), &EncodingKey::from_secret(key), Algorithm::HS256).unwrap();
        format!("{body}.{mark}")
    }

    fn with(mut base: Value, field: &str, value: Value) -> Value {
        base[field] = value;
        base
    }

    fn without(mut base: Value, field: &str) -> Value {
        base.as_object_mut().unwrap().remove(field);
        base
    }

    fn code(token: &str) -> Option<Code> {
        read_access(KEY, token, NOW).err().map(|error| error.code())
    }

    #[test]
    fn a_token_of_ours_is_read() {
        let access = Access { user_id: UserId::from_bits(1), session_id: SessionId::from_bits(2) };
        let token = sign_access(KEY, access, NOW, NOW.plus_seconds(600)).unwrap();
        let read = read_access(KEY, &token, NOW.plus_seconds(600)).unwrap();
        assert_eq!((read.user_id, read.session_id), (access.user_id, access.session_id));
        assert_eq!(code(&forge(&header(), &claims(), KEY)), None, "the forge makes what it should");
    }

    #[test]
    fn forged_tokens_are_no_credential() {
        let none = |alg: &str| {
            let part = |value: &Value| BASE64.encode(value.to_string());
            format!("{}.{}.", part(&with(header(), "alg", json!(alg))), part(&claims()))
        };
        let mut corpus = vec![
            String::new(),
            "a.b.c".to_owned(),
            "x".repeat(5000),
            none("none"),
            none("None"),
            none("HS256"),
            forge(&header(), &claims(), b"another key, which is just as long as it"),
            forge(&header(), &claims(), b""),
        ];
        for alg in ["HS384", "HS512", "RS256", "ES256", "EdDSA", "none"] {
            corpus.push(forge(&with(header(), "alg", json!(alg)), &claims(), KEY));
        }
        for typ in ["JWT", "at+JWT ", "", "refresh"] {
            corpus.push(forge(&with(header(), "typ", json!(typ)), &claims(), KEY));
        }
        corpus.push(forge(&without(header(), "typ"), &claims(), KEY));
        corpus.push(forge(&with(header(), "kid", json!("../../etc/passwd")), &claims(), KEY));
        corpus.push(forge(&without(header(), "kid"), &claims(), KEY));
        for field in ["exp", "nbf", "iss", "aud", "sub", "sid"] {
            corpus.push(forge(&header(), &without(claims(), field), KEY));
            corpus.push(forge(&header(), &with(claims(), field, json!("other")), KEY));
            corpus.push(forge(&header(), &with(claims(), field, json!(null)), KEY));
        }
        corpus.push(forge(&header(), &with(claims(), "nbf", json!(NOW.millis() / 1000 + 6)), KEY));
        for token in corpus {
            assert_eq!(code(&token), Some(Code::Unauthenticated), "{token}");
        }
    }

    #[test]
    fn a_token_past_its_time_is_a_session_that_is_over() {
        let past = |seconds: i64| with(claims(), "exp", json!(NOW.millis() / 1000 - seconds));
        assert_eq!(code(&forge(&header(), &past(4), KEY)), None);
        assert_eq!(code(&forge(&header(), &past(5), KEY)), Some(Code::SessionExpired));
    }

    #[test]
    fn a_changed_byte_anywhere_is_noticed() {
        let token = forge(&header(), &claims(), KEY);
        for place in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(code(&changed), Some(Code::Unauthenticated), "byte {place}");
        }
    }

    #[test]
    fn only_refresh_tokens_of_ours_name_a_session() {
        let session = SessionId::from_bits(9);
        let token = new_refresh(KEY, session).unwrap();
        assert_eq!(read_refresh(KEY, &token), Some(session));
        let other = SessionId::from_bits(8).to_string();
        assert_eq!(read_refresh(KEY, &token.replace(&session.to_string(), &other)), None);
        assert_eq!(read_refresh(b"another key", &token), None);
        assert_eq!(read_refresh(KEY, &forge(&header(), &claims(), KEY)), None);
        assert_eq!(read_refresh(KEY, ""), None);
    }
}
