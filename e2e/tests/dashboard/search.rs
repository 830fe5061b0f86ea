//! A search from the form to the model: what is asked for, the leaderboard as it grows, and the end that somebody sets.

use super::{LONG, assert_clean, sample, sign_up, wait_for_the_model};
use e2e::{Browser, Program, wait_for, wait_within};
use serde_json::json;

/// Uploads the customers and opens the form with the target that tells who left.
fn begin(browser: &Browser) {
    browser.drop_file("body", "telco_churn.csv", "text/csv", &sample("telco_churn.csv")).unwrap();
    browser.find_text("7,043").unwrap();
    browser.press("Train a model").unwrap();
    browser.choose("Target", "churn").unwrap();
    browser.find_text("a class to choose").unwrap();
}

/// Trials of the leaderboard that have a score.
fn scored(browser: &Browser) -> e2e::Result<u64> {
    const COUNT: &str = "const table = [...document.querySelectorAll('main table')]
            .find((one) => one.caption?.textContent === 'Leaderboard');
        return [...(table?.querySelectorAll('tbody tr') || [])]
            .filter((row) => /[0-9]/.test(row.cells[2].textContent)).length;";
    Ok(browser.run(COUNT, &[])?.as_u64().unwrap_or_default())
}

fn wait_for_trials(browser: &Browser, least: u64) -> u64 {
    wait_within(LONG, "trials on the leaderboard", || {
        let count = scored(browser)?;
        Ok((count >= least).then_some(count))
    })
    .unwrap()
}

/// The order of the leaderboard, as a reader sees it.
fn ranking(browser: &Browser) -> Vec<String> {
    const FAMILIES: &str = "return [...document.querySelectorAll('main table')]
        .filter((one) => one.caption?.textContent === 'Leaderboard')
        .flatMap((one) => [...one.querySelectorAll('tbody tr')])
        .map((row) => row.cells[1].innerText.replace(/\\s+/g, ' ') + ' ' + row.cells[2].innerText);";
    let told = browser.run(FAMILIES, &[]).unwrap();
    let rows = told.as_array().cloned().unwrap_or_default();
    rows.iter().filter_map(|row| row.as_str().map(str::to_owned)).collect()
}

#[test]
fn a_search_of_a_few_trials_grows_its_leaderboard_and_a_reload_shows_the_same() {
    let program = Program::start().unwrap();
    let browser = Browser::open().unwrap();
    sign_up(&browser, &program, "ada@example.com", "Harbour Phone");
    begin(&browser);
    browser.press("A number of trials").unwrap();
    browser.find_text("the same outcome on every machine").unwrap();
    browser.fill_labelled("Trials", "6").unwrap();
    browser.press("Start training").unwrap();
    browser.find_text("Trials done").unwrap();
    wait_for_trials(&browser, 2);
    wait_for_the_model(&browser);
    let shown = browser.find_text("6 of 6").unwrap();
    for part in ["Gradient boosting", "Log loss, validation", "best", "made version 1"] {
        assert!(shown.contains(part), "{part} is not shown:\n{shown}");
    }
    // The line of the best score has a table behind it.
    browser.find("main figure svg").unwrap();
    wait_for_trials(&browser, 6);
    let before = ranking(&browser);
    let page = browser.path().unwrap();
    browser.visit(&format!("{}{page}", program.address())).unwrap();
    wait_for("the same leaderboard after a reload", || {
        Ok((scored(&browser)? == before.len() as u64).then_some(()))
    })
    .unwrap();
    assert_eq!(ranking(&browser), before);
    browser.press("See the model").unwrap();
    browser.find_text("of the time on").unwrap();
    assert_clean(&browser, &program);
}

#[test]
fn a_search_for_a_time_is_stopped_and_keeps_the_best() {
    let program = Program::start().unwrap();
    let browser = Browser::open().unwrap();
    sign_up(&browser, &program, "ada@example.com", "Harbour Phone");
    begin(&browser);
    browser.press("For a time").unwrap();
    browser.fill_labelled("Time", "10").unwrap();
    browser.choose("Unit", "minutes").unwrap();
    browser.press("Start training").unwrap();
    wait_for_trials(&browser, 2);
    let page = browser.path().unwrap();
    browser.visit(&format!("{}{page}", program.address())).unwrap();
    // What was scored before is there again while the search goes on.
    wait_for_trials(&browser, 2);
    assert!(!browser.shown().unwrap().contains("The model is ready."));
    browser.press("Stop and keep the best").unwrap();
    wait_for_the_model(&browser);
    assert!(!browser.offers("Stop and keep the best").unwrap());
    browser.press("See the model").unwrap();
    browser.find_text("of the time on").unwrap();
    assert!(browser.path().unwrap().contains("/models/"), "{}", browser.path().unwrap());
    assert_clean(&browser, &program);
}

#[test]
fn a_fault_in_a_folded_part_of_the_form_opens_it_and_a_refusal_stands_at_its_field() {
    let program = Program::start().unwrap();
    let browser = Browser::open().unwrap();
    sign_up(&browser, &program, "ada@example.com", "Harbour Phone");
    begin(&browser);
    browser.press("Boosting").unwrap();
    browser.fill_labelled("Leaves of a tree at most", "1").unwrap();
    browser.press("Boosting").unwrap();
    browser.press("Start training").unwrap();
    browser.find_text("Write a whole number from 2 to 4,096.").unwrap();
    browser.fill_labelled("Leaves of a tree at most", "15").unwrap();
    // Longer than a run may take on this server, which alone can tell.
    browser.press("For a time").unwrap();
    browser.fill_labelled("Time", "24").unwrap();
    browser.choose("Unit", "hours").unwrap();
    browser.press("Start training").unwrap();
    browser.find_text("seconds are out of range").unwrap();
    wait_for("the keyboard at what has to be mended", || {
        let held = browser.run("return document.activeElement.name", &[])?;
        Ok((held == json!("budget_seconds")).then_some(()))
    })
    .unwrap();
    let errors = browser.seen().unwrap().errors;
    // The console names the refused call, and nothing else.
    assert!(errors.iter().all(|error| error.contains("422")), "{errors:?}");
}
