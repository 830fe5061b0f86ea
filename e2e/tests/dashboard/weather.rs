//! What happens when something is cut off: a page in mid-run, a server, an upload.

use super::{assert_clean, sample, sign_up};
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
    let shown = wait_for_the_end(&browser);
    assert!(shown.contains("made version 1"), "{shown}");
    // The console may name the connection that broke, and nothing else.
    let errors = browser.seen().unwrap().errors;
    assert!(errors.iter().all(|error| error.contains("net::ERR_")), "{errors:?}");
}

/// A worker that was killed holds its lease for half a minute.
fn wait_for_the_end(browser: &Browser) -> String {
    e2e::wait_within(std::time::Duration::from_secs(90), "the end of the run", || {
        let shown = browser.shown()?;
        Ok(shown.contains("The model is ready.").then_some(shown))
    })
    .unwrap()
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
