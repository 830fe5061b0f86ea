//! What happens when something is cut off: a page in mid-run, a server, an upload.

use super::{assert_clean, sample, sign_up, wait_for_the_model};
use crate::screens::{faults_shown, snap};
use e2e::{Browser, Program};

/// Opens the page of a run on fifty thousand rows while it works.
fn start_a_long_run(browser: &Browser) {
    browser.drop_file("body", "diamonds.csv", "text/csv", &sample("diamonds.csv")).unwrap();
    browser.find_text("53,940").unwrap();
    browser.press("Train a model").unwrap();
    browser.choose("Target", "price").unwrap();
    browser.press("Start training").unwrap();
    browser.find_text("Steps").unwrap();
}

#[test]
fn a_reload_in_mid_run_shows_every_step_and_the_end() {
    let program = Program::start().unwrap();
    let browser = Browser::open().unwrap();
    sign_up(&browser, &program, "ada@example.com", "Ice Shelf");
    start_a_long_run(&browser);
    let page = browser.path().unwrap();
    browser.visit(&format!("{}{page}", program.address())).unwrap();
    browser.find_text("The model is ready.").unwrap();
    // The end may be known before the steps are told again.
    for step in ["43152 rows to learn from", "linear is fitted and scored", "made version 1"] {
        browser.find_text(step).unwrap();
    }
    assert_clean(&browser, &program);
}

#[test]
fn a_run_page_lives_through_a_restart_of_the_server() {
    let mut program = Program::start().unwrap();
    let browser = Browser::open().unwrap();
    sign_up(&browser, &program, "ada@example.com", "Ice Shelf");
    start_a_long_run(&browser);
    program.start_again_here().unwrap();
    // A worker that was killed holds its lease for half a minute.
    wait_for_the_model(&browser);
    browser.find_text("made version 1").unwrap();
    assert_only_the_line_broke(&browser);
}

/// The console names connections that broke and what was on them, and nothing else.
fn assert_only_the_line_broke(browser: &Browser) {
    let broke = |error: &String| error.contains("net::ERR_") || error.contains("TypeError: Failed to fetch");
    let errors = browser.seen().unwrap().errors;
    assert!(errors.iter().all(broke), "{errors:?}");
}

#[test]
fn a_page_that_cannot_be_fetched_says_so_and_comes_once_the_server_is_back() {
    let mut program = Program::start().unwrap();
    let browser = Browser::open().unwrap();
    // Before sign-in no wing is fetched ahead: that of this link is still to come.
    browser.visit(&format!("{}/sign-in", program.address())).unwrap();
    browser.find("form").unwrap();
    program.kill();
    browser.press("Set a new one").unwrap();
    browser.find_text("This page could not be fetched").unwrap();
    assert!(browser.offers("Reload the page").unwrap());
    assert_eq!(faults_shown(&browser, "page-away"), []);
    snap(&browser, "page-away");
    program.start_again_here().unwrap();
    browser.find_text("We send a link to your address").unwrap();
    browser.fill_labelled("Email", "ada@example.com").unwrap();
    assert_only_the_line_broke(&browser);
}

#[test]
fn a_tab_that_is_older_than_the_server_is_offered_a_reload() {
    let program = Program::start().unwrap();
    let browser = Browser::open().unwrap();
    browser.visit(&format!("{}/sign-in", program.address())).unwrap();
    browser.find("form").unwrap();
    // As after an upgrade: the page names another script than the one that runs, and the wings of old are gone.
    const AGE: &str = "document.querySelector('script[src]').setAttribute('src', '/assets/boot-of-old.js')";
    browser.run(AGE, &[]).unwrap();
    browser.refuse(&["*split*"]).unwrap();
    browser.press("Set a new one").unwrap();
    browser.find_text("There is a newer version").unwrap();
    assert_eq!(faults_shown(&browser, "page-older"), []);
    snap(&browser, "page-older");
    browser.refuse(&[]).unwrap();
    browser.press("Reload the page").unwrap();
    browser.find_text("We send a link to your address").unwrap();
    assert_only_the_line_broke(&browser);
}

#[test]
fn an_upload_that_is_cancelled_leaves_nothing() {
    let program = Program::start().unwrap();
    let browser = Browser::open().unwrap();
    sign_up(&browser, &program, "ada@example.com", "Ice Shelf");
    // Slow enough to be stopped on the way: 20 MB at 200 KB a second.
    browser.limit_uploads(Some(200_000)).unwrap();
    browser.drop_large_file("large.csv", "a,b,c,d,e\n", "1,2,3,4,5\n", 2_000_000).unwrap();
    browser.find_text("20.0 MB").unwrap();
    browser.press("Cancel").unwrap();
    browser.find_text("Stopped. Nothing was kept.").unwrap();
    browser.limit_uploads(None).unwrap();
    browser.press("Home").unwrap();
    browser.press("Datasets").unwrap();
    browser.find_text("No datasets yet").unwrap();
    assert_clean(&browser, &program);
}
