//! How a person proves who they are: a second factor, a forgotten password, and a proof that has grown old.

use super::{PASSWORD, assert_clean, sign_up};
use crate::screens::{faults_shown, snap};
use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use e2e::{Browser, Program, Setup, wait_for};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// What an authenticator shows so many steps from now (RFC 6238).
#[allow(clippy::disallowed_methods, reason = "an authenticator has the clock of the phone")]
fn code(secret: &str, steps: u64) -> String {
    let letter = |letter: u8| if letter.is_ascii_digit() { letter - b'2' + 26 } else { letter - b'A' };
    let bits: String = secret.trim().bytes().map(|one| format!("{:05b}", letter(one))).collect();
    let bytes: Vec<u8> =
        (0..bits.len() / 8).map(|at| u8::from_str_radix(&bits[at * 8..at * 8 + 8], 2).unwrap()).collect();
    let step = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() / 30 + steps;
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes), &step.to_be_bytes());
    let at = usize::from(tag.as_ref()[19] & 15);
    let word = u32::from_be_bytes(tag.as_ref()[at..at + 4].try_into().unwrap());
    format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
}

/// The text of the message in the folder that holds these words.
fn letter(folder: &Path, words: &str) -> String {
    let read = |path: &Path| -> Option<String> {
        let raw = std::fs::read_to_string(path).ok()?;
        let (head, body) = raw.split_once("\r\n\r\n")?;
        let text = if head.contains("Content-Transfer-Encoding: base64") {
            String::from_utf8(STANDARD.decode(body.split_whitespace().collect::<String>()).ok()?).ok()?
        } else {
            // Quoted-printable: a link has no other sign to be quoted than its `=`.
            body.replace("=\r\n", "").replace("=3D", "=")
        };
        text.contains(words).then_some(text)
    };
    wait_for("the message", || {
        let Ok(files) = std::fs::read_dir(folder.join("mail")) else { return Ok(None) };
        Ok(files.flatten().find_map(|file| read(&file.path())))
    })
    .unwrap()
}

fn sign_out(browser: &Browser, program: &Program) {
    // From a page of words alone: one of the dashboard may be reading, and be refused half-way.
    browser.visit(&format!("{}/docs", program.address())).unwrap();
    // By the API as the page calls it: the menu is walked in the journey.
    let script = "return fetch('/v1/auth/sign-out', { method: 'POST', headers: { 'Content-Type': 'application/json' } })
        .then((answer) => answer.status)";
    assert_eq!(browser.run(script, &[]).unwrap(), serde_json::json!(204));
    browser.visit(&format!("{}/sign-in", program.address())).unwrap();
}

fn give_password(browser: &Browser, password: &str) {
    browser.fill_labelled("Email", "ada@example.com").unwrap();
    browser.fill_labelled("Password", password).unwrap();
    browser.press("Sign in").unwrap();
}

/// Turns the second factor on; its secret and the recovery codes.
fn turn_on(browser: &Browser) -> (String, Vec<String>) {
    browser.press("Turn on").unwrap();
    browser.find("dialog[open] img").unwrap();
    let secret = browser.run("return document.querySelector('dialog[open] code').textContent", &[]).unwrap();
    let secret = secret.as_str().unwrap().to_owned();
    browser.fill_labelled("Code", &code(&secret, 0)).unwrap();
    browser.press("Confirm").unwrap();
    browser.find_text("I have stored them").unwrap();
    let codes = browser.run("return document.querySelector('dialog[open] code').textContent", &[]).unwrap();
    let codes: Vec<String> = codes.as_str().unwrap().lines().map(str::to_owned).collect();
    assert_eq!(codes.len(), 10);
    browser.press("I have stored them").unwrap();
    (secret, codes)
}

/// Waits until the proof of the sign-in has grown old.
fn wait_for_an_old_proof(browser: &Browser) {
    // What can't be an address is refused with 422 while the proof is fresh, and with 403 when it is old.
    let script = "return fetch('/v1/auth/email', { method: 'POST', body: '{\"email\":\"x\"}',
        headers: { 'Content-Type': 'application/json' } }).then((answer) => answer.status)";
    let old = || Ok((browser.run(script, &[])? == serde_json::json!(403)).then_some(()));
    wait_for("the proof to grow old", old).unwrap();
}

#[test]
fn a_second_factor_is_turned_on_and_asked_for_at_the_next_sign_in() {
    let program = Program::start().unwrap();
    let browser = Browser::open().unwrap();
    sign_up(&browser, &program, "ada@example.com", "Ice Shelf");
    let home = browser.path().unwrap();
    browser.visit(&format!("{}{home}/settings?tab=security", program.address())).unwrap();
    let (secret, codes) = turn_on(&browser);
    browser.find_text("Recovery codes left").unwrap();
    assert_clean(&browser, &program);

    // The code of the next step is good already; the one of now was used up by turning it on.
    sign_out(&browser, &program);
    give_password(&browser, PASSWORD);
    browser.fill_labelled("Code", &code(&secret, 1)).unwrap();
    browser.press("Sign in").unwrap();
    browser.find_text("Ice Shelf").unwrap();

    sign_out(&browser, &program);
    give_password(&browser, PASSWORD);
    browser.fill_labelled("Code", &codes[0]).unwrap();
    browser.press("Sign in").unwrap();
    browser.find_text("Ice Shelf").unwrap();
}

#[test]
fn a_forgotten_password_is_set_anew_by_the_link_of_a_message() {
    let folder = tempfile::tempdir().unwrap();
    let setup = Setup { data_dir: Some(folder.path().to_owned()), ..Setup::default() };
    let program = Program::start_with(&setup).unwrap();
    let browser = Browser::open().unwrap();
    sign_up(&browser, &program, "ada@example.com", "Ice Shelf");
    sign_out(&browser, &program);
    browser.press("Set a new one").unwrap();
    browser.find_text("We send a link to your address").unwrap();
    browser.fill_labelled("Email", "ada@example.com").unwrap();
    browser.press("Send the link").unwrap();
    browser.find_text("Look into your mail").unwrap();
    let text = letter(folder.path(), "/reset#token=");
    let (_, rest) = text.split_once("/reset").unwrap();
    let link = rest.split_whitespace().next().unwrap();
    browser.visit(&format!("{}/reset{link}", program.address())).unwrap();
    browser.fill_labelled("New password", "seals under the blue ice").unwrap();
    browser.press("Set the password").unwrap();
    browser.find_text("The password is set").unwrap();
    give_password(&browser, "seals under the blue ice");
    browser.find_text("Ice Shelf").unwrap();
    assert_clean(&browser, &program);
}

#[test]
fn an_act_that_needs_a_fresh_proof_asks_for_it_and_goes_on() {
    let environment = vec![("AMAAS__AUTH__STEP_UP_SECONDS", "5".to_owned())];
    let program = Program::start_with(&Setup { environment, ..Setup::default() }).unwrap();
    let browser = Browser::open().unwrap();
    sign_up(&browser, &program, "ada@example.com", "Ice Shelf");
    let home = browser.path().unwrap();
    browser.visit(&format!("{}{home}/settings?tab=profile", program.address())).unwrap();
    wait_for_an_old_proof(&browser);
    browser.fill_labelled("New email", "new@example.com").unwrap();
    browser.press("Send the message").unwrap();
    browser.find_text("Is it you?").unwrap();
    // Without a second factor there is no code to give.
    assert!(!browser.offers("Use a code of the authenticator").unwrap());
    browser.press("Cancel").unwrap();
    browser.find_text("A fresh proof is needed").unwrap();
    browser.press("Send the message").unwrap();
    browser.find_text("Is it you?").unwrap();
    browser.fill_labelled("Password", PASSWORD).unwrap();
    browser.press("Continue").unwrap();
    browser.find_text("Look into the mail of the new address.").unwrap();
}

#[test]
fn a_code_at_sign_in_and_a_proof_have_no_serious_finding() {
    let folder = tempfile::tempdir().unwrap();
    let setup = Setup { data_dir: Some(folder.path().to_owned()), ..Setup::default() };
    let program = Program::start_with(&setup).unwrap();
    let browser = Browser::open().unwrap();
    browser.resize(1280, 900).unwrap();
    sign_up(&browser, &program, "ada@example.com", "Ice Shelf");
    let home = browser.path().unwrap();
    browser.visit(&format!("{}{home}/settings?tab=security", program.address())).unwrap();
    let (_, codes) = turn_on(&browser);
    sign_out(&browser, &program);
    drop(program);

    // From here on a proof grows old at once.
    let environment = vec![("AMAAS__AUTH__STEP_UP_SECONDS", "1".to_owned())];
    let program = Program::start_with(&Setup { environment, ..setup }).unwrap();
    let mut found = Vec::new();
    let mut look_at = |name: &'static str| {
        found.extend(faults_shown(&browser, name));
        snap(&browser, name);
    };
    browser.visit(&format!("{}/sign-in", program.address())).unwrap();
    give_password(&browser, PASSWORD);
    browser.find_text("Code").unwrap();
    look_at("sign-in-code");
    browser.fill_labelled("Code", &codes[0]).unwrap();
    browser.press("Sign in").unwrap();
    browser.find_text("Ice Shelf").unwrap();
    browser.visit(&format!("{}{home}/settings?tab=security", program.address())).unwrap();
    wait_for_an_old_proof(&browser);
    browser.press("New recovery codes").unwrap();
    browser.find_text("Is it you?").unwrap();
    look_at("dialog-proof");
    // Somebody with a second factor may give a code instead.
    browser.press("Use a code of the authenticator").unwrap();
    look_at("dialog-proof-code");
    assert!(found.is_empty(), "{found:#?}");
}
