//! A model of trees, looked at from every side: each picture of its page, and an answer that says how sure it is and why.

use super::{assert_clean, sign_in};
use crate::world::{churn, serve, train, upload};
use e2e::{Browser, Client, Program, root, wait_for, wait_within};
use serde_json::json;
use std::time::Duration;

/// Opens every table behind a picture and waits until each has rows; how many there are.
fn tables_behind(browser: &Browser) -> u64 {
    const OPEN: &str = "const all = [...document.querySelectorAll('main figure details')];
        for (const one of all) one.open = true;
        return all.every((one) => one.querySelector('tbody tr')) ? all.length : -1;";
    wait_for("rows in every table behind a picture", || {
        let count = browser.run(OPEN, &[])?.as_i64().unwrap_or(-1);
        Ok(u64::try_from(count).ok())
    })
    .unwrap()
}

/// Turns to a view of a model and waits for its headings; how many tables stand behind its pictures.
fn view(browser: &Browser, page: &str, tab: &str, headings: &[&str]) -> u64 {
    browser.visit(&format!("{page}?tab={tab}")).unwrap();
    for heading in headings {
        browser.find_text(heading).unwrap_or_else(|error| panic!("{tab}: {error}"));
    }
    tables_behind(browser)
}

fn home(browser: &Browser, program: &Program) -> String {
    sign_in(browser, program, "ada@example.com");
    format!("{}{}", program.address(), browser.path().unwrap())
}

#[test]
fn every_picture_of_a_model_of_classes_has_its_heading_and_its_table() {
    let program = Program::start().unwrap();
    let client = Client::sign_up(program.address(), "ada@example.com", "Harbour Phone").unwrap();
    let model = churn(&client);
    let browser = Browser::open().unwrap();
    let page = format!("{}/models/{model}", home(&browser, &program));

    view(&browser, &page, "", &["Scores on the test rows", "Leaderboard", "Gradient boosting", "Fit time"]);
    let shown = browser.find_text("of the time on").unwrap();
    assert!(shown.contains(" ± "), "the sentence says how far it may be off:\n{shown}");
    let pictures = [
        "What was taken for what",
        "ROC",
        "Precision and recall",
        "Gain of Yes",
        "What every threshold costs",
        "Cost a row at this threshold",
    ];
    assert_eq!(view(&browser, &page, "pictures", &pictures), 4);
    let certainty = ["Whether probabilities mean what they say", "Whether intervals hold what they promise"];
    assert_eq!(view(&browser, &page, "certainty", &certainty), 2);
    let importance = ["What the answers depend on", "How the answer moves with a column", "tenure"];
    assert!(view(&browser, &page, "importance", &importance) > 0);
    view(
        &browser,
        &page,
        "segments",
        &["Where it is surely worse than on the whole", "Mean probability of Yes"],
    );
    browser.choose("Column", "contract").unwrap();
    browser.find_text("by contract").unwrap();
    browser.find_text("Month-to-month").unwrap();
    view(&browser, &page, "lineage", &["Reproductions", "Not reproduced yet", "Engine version"]);
    assert_clean(&browser, &program);
}

#[test]
fn every_picture_of_a_model_of_numbers_has_its_heading_and_its_table() {
    let program = Program::start().unwrap();
    let client = Client::sign_up(program.address(), "ada@example.com", "Ice Shelf").unwrap();
    let file = std::fs::read(root().join("docs/samples/penguins.csv")).unwrap();
    let data = upload(&client, "penguins", &file).id;
    let settings = json!({"algorithms": ["boosting"], "split": {"kind": "folds", "folds": 5}});
    let model = train(&client, data, "body_mass_g", settings).model_id.unwrap();
    let browser = Browser::open().unwrap();
    let page = format!("{}/models/{model}", home(&browser, &program));

    let pictures = [
        "Predicted against actual",
        "How the residuals are spread",
        "Residuals by the size of the prediction",
        "Residuals against predicted",
    ];
    assert_eq!(view(&browser, &page, "pictures", &pictures), 4);
    assert_eq!(view(&browser, &page, "certainty", &["Whether intervals hold what they promise"]), 1);
    view(&browser, &page, "importance", &["What the answers depend on", "flipper_length_mm"]);
    view(
        &browser,
        &page,
        "segments",
        &["Where it is surely worse than on the whole", "Mean actual body_mass_g"],
    );
    assert!(!browser.offers("Coefficients").unwrap(), "trees have no coefficients to show");
    assert_clean(&browser, &program);
}

#[test]
fn a_model_is_trained_again_and_is_equal_to_the_bit() {
    let program = Program::start().unwrap();
    let client = Client::sign_up(program.address(), "ada@example.com", "Harbour Phone").unwrap();
    let model = churn(&client);
    let browser = Browser::open().unwrap();
    let page = format!("{}/models/{model}", home(&browser, &program));
    browser.visit(&format!("{page}?tab=lineage")).unwrap();
    browser.press("Reproduce").unwrap();
    wait_within(Duration::from_secs(180), "the outcome", || {
        Ok(browser.shown()?.contains("equal to the bit").then_some(()))
    })
    .unwrap();
    browser.find_text("Ada Lovelace").unwrap();
    assert_clean(&browser, &program);
}

#[test]
fn an_answer_says_how_sure_it_is_and_what_each_column_adds() {
    let program = Program::start().unwrap();
    let client = Client::sign_up(program.address(), "ada@example.com", "Harbour Phone").unwrap();
    serve(&client, "churn", churn(&client));
    let browser = Browser::open().unwrap();
    let home = home(&browser, &program);
    browser.visit(&format!("{home}/endpoints/churn?tab=playground")).unwrap();
    browser.press("Random row from the test part").unwrap();
    browser.press("With the set of classes that holds the truth as often as its level says").unwrap();
    browser.find_text("90 %").unwrap();
    browser.press("With what each column adds").unwrap();
    browser.press("Predict").unwrap();
    browser.find_text("One of these classes, as often as 90").unwrap();
    browser.find_text("What each column adds").unwrap();
    let shown = browser.find_text("Sum: the answer").unwrap();
    assert!(shown.contains("Without any column"), "{shown}");
    browser.press("Code").unwrap();
    let code = browser.find_text("\"interval\":0.9").unwrap();
    assert!(code.contains("\"explain\":true"), "{code}");
    assert_clean(&browser, &program);
}
