//! The dashboard as a person uses it, in a real browser on the real program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod journey;
mod models;
mod people;
mod screens;
mod search;
mod sign_in;
mod weather;
mod world;

use e2e::{Browser, PASSWORD, Program, root, wait_within};
use std::time::Duration;

/// How long a fit or a search on a busy machine may take.
const LONG: Duration = Duration::from_secs(240);

/// Nothing went wrong in the browser, and it asked nobody but the program.
fn assert_clean(browser: &Browser, program: &Program) {
    let seen = browser.seen().unwrap();
    assert_eq!(seen.errors, Vec::<String>::new(), "errors on the console");
    let own = program.address().trim_start_matches("http://");
    assert!(seen.hosts.iter().all(|host| host == own), "asked {:?}, not only {own}", seen.hosts);
    assert!(!seen.hosts.is_empty(), "the performance log is empty: hosts can't be told");
}

fn sign_up(browser: &Browser, program: &Program, email: &str, tenant: &str) {
    browser.visit(&format!("{}/sign-up", program.address())).unwrap();
    browser.fill_labelled("Your name", "Ada Lovelace").unwrap();
    browser.fill_labelled("Organisation", tenant).unwrap();
    browser.fill_labelled("Email", email).unwrap();
    browser.fill_labelled("Password", PASSWORD).unwrap();
    browser.press("Sign up").unwrap();
    browser.find_text(tenant).unwrap();
}

fn sign_in(browser: &Browser, program: &Program, email: &str) {
    browser.visit(&format!("{}/sign-in", program.address())).unwrap();
    browser.fill_labelled("Email", email).unwrap();
    browser.fill_labelled("Password", PASSWORD).unwrap();
    browser.press("Sign in").unwrap();
    browser.find("nav").unwrap();
}

fn wait_for_the_model(browser: &Browser) {
    wait_within(LONG, "the end of the run", || {
        Ok(browser.shown()?.contains("The model is ready.").then_some(()))
    })
    .unwrap();
}

fn sample(name: &str) -> String {
    std::fs::read_to_string(root().join("docs/samples").join(name)).unwrap()
}

#[test]
fn a_dropped_csv_is_described_column_by_column() {
    let program = Program::start().unwrap();
    let browser = Browser::open().unwrap();
    sign_up(&browser, &program, "ada@example.com", "Ice Shelf");
    assert!(browser.path().unwrap().starts_with("/t/"), "{}", browser.path().unwrap());

    let csv = sample("penguins.csv");
    browser.drop_file("body", "penguins.csv", "text/csv", &csv).unwrap();
    browser.find_text("bill_length_mm").unwrap();
    // Every row is there, and no column of the file is missing.
    let shown = browser.find_text("344").unwrap();
    for column in csv.lines().next().unwrap().split(',') {
        assert!(shown.contains(column), "{column} is not shown:\n{shown}");
    }
    assert_clean(&browser, &program);
}

#[test]
fn a_reload_keeps_the_person_and_the_page() {
    let program = Program::start().unwrap();
    let browser = Browser::open().unwrap();
    sign_up(&browser, &program, "grace@example.com", "Harbour");
    let home = browser.path().unwrap();
    browser.visit(&format!("{}{home}/datasets", program.address())).unwrap();
    browser.find("input[type=file], .drop").unwrap();
    assert_eq!(browser.path().unwrap(), format!("{home}/datasets"));
    browser.find_text("Harbour").unwrap();
    assert_clean(&browser, &program);
}
