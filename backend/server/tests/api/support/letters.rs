//! What people find in their mail, and the authenticator on their phone.

use super::{Caller, PASSWORD, TestApp};
use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use contract::accounts::{CodeBody, ConfirmTotp, EnrolTotp, StepUp, StepUpBody};

/// A message as its reader sees it.
#[derive(Clone, Debug)]
pub struct Letter {
    pub to: String,
    pub raw: String,
    pub text: String,
}

impl Letter {
    /// Reads a message of RFC 5322 with one part of text.
    pub fn read(raw: &str) -> Self {
        let (head, body) = raw.split_once("\r\n\r\n").expect("head and body");
        let header = |name: &str| {
            head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).unwrap_or_default()
        };
        let bytes = match header("Content-Transfer-Encoding") {
            "base64" => STANDARD.decode(body.split_whitespace().collect::<String>()).unwrap(),
            "quoted-printable" => quoted_printable(body),
            _ => body.as_bytes().to_vec(),
        };
        let text = String::from_utf8(bytes).unwrap();
        Self { to: header("To").to_owned(), raw: raw.to_owned(), text }
    }

    /// The token of the link to a page, if the message has one.
    pub fn token(&self, page: &str) -> Option<String> {
        let rest = self.text.split_once(&format!("{page}#token="))?.1;
        Some(rest.split_whitespace().next()?.to_owned())
    }
}

fn quoted_printable(body: &str) -> Vec<u8> {
    let body = body.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = body.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        match after.get(..2) {
            Some(digits) if *first == b'=' => {
                let digits = std::str::from_utf8(digits).unwrap();
                bytes.push(u8::from_str_radix(digits, 16).unwrap());
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    bytes
}

/// What an authenticator shows at a step (RFC 6238), written apart from the server's own.
pub fn code_at(secret: &str, step: i64) -> String {
    let mut bits = String::new();
    for letter in secret.bytes() {
        let value = if letter.is_ascii_digit() { letter - b'2' + 26 } else { letter - b'A' };
        bits.push_str(&format!("{value:05b}"));
    }
    let bytes: Vec<u8> = bits
        .as_bytes()
        .chunks_exact(8)
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let at = usize::from(tag.as_ref()[19] & 15);
    let word = u32::from_be_bytes(tag.as_ref()[at..at + 4].try_into().unwrap());
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

impl TestApp {
    /// Delivers what is due and takes it out of the folder, oldest first.
    pub async fn letters(&self) -> Vec<Letter> {
        amaas::mail::deliver_due(&self.context).await.unwrap();
        let folder = self.context.config.server.data_dir.join("mail");
        let Ok(files) = std::fs::read_dir(&folder) else { return Vec::new() };
        let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        paths.sort();
        let read = |path: std::path::PathBuf| {
            let raw = std::fs::read_to_string(&path).unwrap();
            std::fs::remove_file(path).unwrap();
            Letter::read(&raw)
        };
        paths.into_iter().map(read).collect()
    }

    /// The token that an address was just sent for a page.
    pub async fn token_of(&self, email: &str, page: &str) -> String {
        let letters = self.letters().await;
        let found = letters.iter().filter(|letter| letter.to == email).find_map(|letter| letter.token(page));
        found.unwrap_or_else(|| panic!("{email} got no link to {page}: {letters:?}"))
    }

    /// What the authenticator shows so many steps from now.
    pub fn code(&self, secret: &str, steps: i64) -> String {
        code_at(secret, self.context.clock.now().millis().div_euclid(30_000) + steps)
    }

    /// Proves by the password that the person sits there.
    pub async fn step_up(&self, person: &Caller) {
        let body = StepUpBody { password: Some(PASSWORD.to_owned()), code: None };
        person.post::<StepUp>(&[], &body).await.expect("a step-up");
    }

    /// Turns a person's second factor on: the secret and the recovery codes. The code of now is used up by it.
    pub async fn second_factor(&self, person: &Caller) -> (String, Vec<String>) {
        let secret = person.get::<EnrolTotp>(&[]).await.expect("an enrolment").secret;
        let body = CodeBody { code: self.code(&secret, 0) };
        let codes = person.post::<ConfirmTotp>(&[], &body).await.expect("a confirmation").codes;
        (secret, codes)
    }
}
