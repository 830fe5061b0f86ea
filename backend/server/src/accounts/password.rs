//! Passwords: what they must be, and how they are kept.

use crate::{
    context::Context,
    error::{Error, Result, fault},
};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier},
};
use contract::Fault;
use std::sync::OnceLock;

/// OWASP's smallest: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The commonest passwords of 15 characters and more, as [`plain`] writes them, a line each.
const COMMON: &str = include_str!("common_passwords.txt");

/// Checks a new password by length and against what guessers try first; every fault is added.
pub fn check(ctx: &Context, pointer: &str, password: &str, about: &[&str], faults: &mut Vec<Fault>) {
    let (min, max) = (ctx.config.auth.password_min, ctx.config.auth.password_max);
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

fn is_guessable(password: &str, about: &[&str]) -> bool {
    let plain_password = plain(password);
    let unit = unit(&plain_password);
    let personal = about.iter().flat_map(|text| [Some(*text), text.split('@').next()]).flatten().map(plain);
    // A word or two over and over is as good as the word.
    unit.chars().count() < 8
        || COMMON.lines().any(|common| common == plain_password || common == unit)
        || personal
            .into_iter()
            .any(|text| text.chars().count() > 2 && (text == plain_password || text == unit))
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
        ] {
            assert!(is_guessable(guessable, &about), "{guessable}");
        }
        for good in
            ["seven green kettles sing", "ada likes 19 quiet trains", "我有一只猫和两条狗还有三只鸟和鱼"]
        {
            assert!(!is_guessable(good, &about), "{good}");
        }
    }

    #[test]
    fn the_blocklist_is_written_as_it_is_compared() {
        assert!(COMMON.lines().all(|line| !line.is_empty() && plain(line) == line));
        assert!(COMMON.lines().count() >= 100);
    }
}
