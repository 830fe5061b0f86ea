//! Passwords: what they must be, and how they are kept.

use super::{entity::user, repository::Kept};
use crate::{
    context::Context,
    error::{Error, Result, fault},
};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier},
};
use contract::{Code, Fault};
use std::sync::OnceLock;

/// OWASP's smallest: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// What guessers try first, as [`plain`] writes it, a line each: the 10,000 commonest passwords of four letters and
/// more, of the next 20,000 those of eight characters and more, and longer ones of ours. The counted ones come from
/// the frequency list of zxcvbn, whose licence is in `common_passwords.LICENSE`.
const COMMON: &str = include_str!("common_passwords.txt");

/// Checks a new password by length, which may be less beside a second factor, and against what guessers try first;
/// every fault is added.
pub fn check(
    ctx: &Context,
    pointer: &str,
    password: &str,
    has_factor: bool,
    about: &[&str],
    faults: &mut Vec<Fault>,
) {
    let auth = &ctx.config.auth;
    let min = if has_factor { auth.password_min_with_factor } else { auth.password_min };
    let max = auth.password_max;
    let length = password.chars().count();
    if !(min..=max).contains(&length) {
        let message = format!("expected {min} to {max} characters, got {length}");
        faults.push(fault(
            pointer,
            "invalid_length",
            message,
            "a sentence of a few words is easy to remember",
        ));
    }
    if is_guessable(password, about) {
        let message = "this password is among the first that guessers try";
        faults.push(fault(
            pointer,
            "too_common",
            message,
            "choose words that nobody else would put together",
        ));
    }
}

/// Fewer characters than this are no password beside something that everybody knows.
const LEAST: usize = 8;

fn is_guessable(password: &str, about: &[&str]) -> bool {
    let plain_password = plain(password);
    let unit = unit(&plain_password);
    let bare = plain_password.trim_matches(|character: char| character.is_numeric());
    // A word or two over and over is as good as the word, and so is one with a number before or behind.
    let tried = [plain_password.as_str(), unit.as_str(), bare];
    unit.chars().count() < LEAST
        || tried.into_iter().any(|guess| !guess.is_empty() && is_common(guess))
        || is_personal(&plain_password, about)
}

fn is_common(plain: &str) -> bool {
    COMMON.lines().any(|common| common == plain)
}

/// Whether little is left of a password without the person's names, their address and ours.
fn is_personal(plain_password: &str, about: &[&str]) -> bool {
    let pieces = about.iter().flat_map(|text| {
        let words = text.split(|character: char| !character.is_alphanumeric());
        [*text, text.split('@').next().unwrap_or_default()].into_iter().chain(words)
    });
    let mut known: Vec<String> = pieces.chain(["amaas"]).map(plain).collect();
    // The longest first: a name is not left over of a full name.
    known.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut rest = plain_password.to_owned();
    for word in known.iter().filter(|word| word.chars().count() > 2) {
        rest = rest.replace(word.as_str(), "");
    }
    rest.len() < plain_password.len() && rest.chars().count() < LEAST
}

/// Letters and digits only, in lower case: `P.a.s.s` and `pass` are one guess.
fn plain(text: &str) -> String {
    let plain: String = text.chars().filter(|character| character.is_alphanumeric()).collect();
    // A password of signs alone is compared as it is.
    if plain.is_empty() { text.to_owned() } else { plain.to_lowercase() }
}

/// The shortest piece that the text repeats.
fn unit(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let repeats =
        |length: &usize| characters.iter().zip(characters.iter().skip(*length)).all(|(a, b)| a == b);
    let length = (1..characters.len()).find(repeats).unwrap_or(characters.len());
    characters.into_iter().take(length).collect()
}

fn hasher(pepper: &[u8]) -> Result<Argon2<'_>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(Error::internal)?;
    Argon2::new_with_secret(pepper, Algorithm::Argon2id, Version::V0x13, params).map_err(Error::internal)
}

fn hash_now(pepper: &[u8], password: &str) -> Result<String> {
    let hash = hasher(pepper)?.hash_password(password.as_bytes()).map_err(Error::internal)?;
    Ok(hash.to_string())
}

/// The hash of a password, computed when a core is free.
pub async fn hash(ctx: &Context, password: String) -> Result<String> {
    let secrets = ctx.secrets.clone();
    ctx.cpu.run(move || hash_now(secrets.pepper(), &password)).await?
}

/// A new password as it is kept.
pub async fn keep(ctx: &Context, password: String) -> Result<Kept> {
    let is_short = password.chars().count() < ctx.config.auth.password_min;
    Ok(Kept { hash: hash(ctx, password).await?, is_short })
}

/// Refuses a short password for a person who has no second factor (any more).
pub fn require_factor(kept: &Kept, user: &user::Model) -> Result<()> {
    if user.totp_since.is_some() || !kept.is_short {
        return Ok(());
    }
    Err(Error::new(Code::Conflict, "The second factor was turned off meanwhile. Choose a longer password."))
}

/// Whether the password has this hash. Without a hash (an unknown address) it does the same work and says no.
pub async fn verify(ctx: &Context, password: String, hash: Option<String>) -> Result<bool> {
    static NOBODY: OnceLock<String> = OnceLock::new();
    let secrets = ctx.secrets.clone();
    ctx.cpu
        .run(move || {
            let argon2 = hasher(secrets.pepper())?;
            let known = hash.is_some();
            let hash = match hash {
                Some(hash) => hash,
                None => match NOBODY.get() {
                    Some(hash) => hash.clone(),
                    None => {
                        let hash = hash_now(secrets.pepper(), "nobody has this password")?;
                        NOBODY.get_or_init(|| hash).clone()
                    }
                },
            };
            Ok(argon2.verify_password(password.as_bytes(), hash.as_str()).is_ok() && known)
        })
        .await?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_argon2id_with_its_cost_and_is_salted() {
        let hash = hash_now(b"pepper", "correct horse battery").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, hash_now(b"pepper", "correct horse battery").unwrap());
    }

    #[test]
    fn without_the_pepper_the_right_password_does_not_verify() {
        let hash = hash_now(b"pepper", "correct horse battery").unwrap();
        let verifies = |pepper: &[u8], password: &str| {
            hasher(pepper).unwrap().verify_password(password.as_bytes(), hash.as_str()).is_ok()
        };
        assert!(verifies(b"pepper", "correct horse battery"));
        assert!(!verifies(b"pepper", "correct horse batterz"));
        assert!(!verifies(b"salt", "correct horse battery"));
    }

    #[test]
    fn what_guessers_try_first_is_refused() {
        let about = ["ada@example.com", "Ada Lovelace Countess"];
        for guessable in [
            "aaaaaaaaaaaaaaaa",
            "abc123abc123abc123",
            "123456789012345",
            "passwordpassword",
            "Password-Password!",
            "qwertyuiopasdfgh",
            "correct horse battery staple",
            "ada@example.com",
            "ada lovelace countess",
            "!!!!!!!!!!!!!!!!",
            "Sunshine 1",
            "2026Monkey2026",
            "adalove1",
            "Lovelace-2026",
            "amaas-ada-example",
        ] {
            assert!(is_guessable(guessable, &about), "{guessable}");
        }
        for good in [
            "k4ntelope",
            "quiet-ada-trombone",
            "seven green kettles sing",
            "ada likes 19 quiet trains",
            "我有一只猫和两条狗还有三只鸟和鱼",
        ] {
            assert!(!is_guessable(good, &about), "{good}");
        }
    }

    #[test]
    fn the_blocklist_is_written_as_it_is_compared() {
        assert!(COMMON.lines().all(|line| !line.is_empty() && plain(line) == line));
        assert!(COMMON.lines().count() >= 15_000);
        assert!(COMMON.lines().filter(|line| line.chars().count() >= LEAST).count() >= 10_000);
    }
}
