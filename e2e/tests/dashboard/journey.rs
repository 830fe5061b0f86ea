//! The whole first journey, from sign-up to the audit log: with the mouse, and by keyboard alone.

use super::{assert_clean, sample, sign_up, wait_for_the_model};
use e2e::page::{ENTER, SPACE};
use e2e::{Browser, Program, root};
use std::time::Instant;

#[test]
fn the_first_journey_works_with_the_mouse() {
    let program = Program::start().unwrap();
    let browser = Browser::open().unwrap();
    sign_up(&browser, &program, "ada@example.com", "Ada Jewels");

    let dropped = Instant::now();
    browser.drop_file("body", "diamonds.csv", "text/csv", &sample("diamonds.csv")).unwrap();
    browser.find_text("53,940").unwrap();
    browser.press("Train a model").unwrap();
    browser.choose("Target", "price").unwrap();
    browser.press("Start training").unwrap();
    wait_for_the_model(&browser);
    browser.press("See the model").unwrap();
    browser.find_text("Explains 9").unwrap();
    browser.press("Put on an endpoint").unwrap();
    browser.find_text("It stands in the address").unwrap();
    browser.press("Create the endpoint").unwrap();
    browser.press("Random row from the test part").unwrap();
    browser.press("Predict").unwrap();
    browser.find_text("Served by").unwrap();
    // Printed, not checked: a busy machine is no fault of the dashboard.
    println!("diamonds, from the drop to the first prediction: {:.1} s", dropped.elapsed().as_secs_f64());

    browser.press("Code").unwrap();
    browser.find_text("curl").unwrap();
    browser.press("API keys").unwrap();
    browser.press("New API key").unwrap();
    browser.fill_labelled("Name", "shop").unwrap();
    browser.press("Create the key").unwrap();
    browser.find_text("Store this secret now").unwrap();
    browser.press("Test it").unwrap();
    browser.find_text("It works: the answer is").unwrap();
    browser.press("I have stored it").unwrap();
    browser.find_text("amk_live_").unwrap();

    browser.press("Audit").unwrap();
    for done in ["Made an API key", "Created an endpoint", "Made a model by training", "Uploaded a dataset"] {
        browser.find_text(done).unwrap();
    }
    browser.press("Verify").unwrap();
    browser.find_text("Verified up to #").unwrap();
    assert_clean(&browser, &program);
}

/// Walks to what is called like this and presses a key on it.
fn walk_and(browser: &Browser, name: &str, key: &str) {
    browser.walk_to(name).unwrap();
    browser.keys("", key).unwrap();
}

fn walk_and_type(browser: &Browser, name: &str, text: &str) {
    browser.walk_to(name).unwrap();
    browser.keys("", text).unwrap();
}

#[test]
fn the_first_journey_works_by_keyboard_alone() {
    let program = Program::start().unwrap();
    let browser = Browser::open().unwrap();
    browser.visit(&format!("{}/sign-up", program.address())).unwrap();
    browser.find_text("Create your account").unwrap();
    walk_and_type(&browser, "Your name", "Grace Hopper");
    walk_and_type(&browser, "Organisation", "Harbour");
    walk_and_type(&browser, "Email", "grace@example.com");
    walk_and_type(&browser, "Password", super::PASSWORD);
    browser.keys("", ENTER).unwrap();
    browser.find_text("From a CSV to a prediction API").unwrap();

    // Two keys lead to the datasets; the choice of a file is the system's own dialog, which is not part of the page.
    browser.keys("", "gd").unwrap();
    browser.find_text("Drop CSV files").unwrap();
    browser.walk_to("Choose a file").unwrap();
    browser.give_file("input[type=file]", &root().join("docs/samples/penguins.csv")).unwrap();
    browser.find_text("bill_length_mm").unwrap();
    walk_and(&browser, "Train a model", ENTER);
    browser.find_text("A good guess stands in every field").unwrap();
    // A selection takes what is typed.
    walk_and_type(&browser, "Target", "species");
    walk_and(&browser, "Start training", ENTER);
    browser.find_text("The model is ready.").unwrap();
    wait_for_the_model(&browser);
    walk_and(&browser, "See the model", ENTER);
    browser.find_text("of the time on").unwrap();
    walk_and(&browser, "Put on an endpoint", ENTER);
    browser.find_text("It stands in the address").unwrap();
    walk_and(&browser, "Create the endpoint", ENTER);
    browser.find_text("Random row from the test part").unwrap();
    walk_and(&browser, "Random row from the test part", ENTER);
    walk_and(&browser, "Predict", ENTER);
    browser.find_text("Served by").unwrap();

    browser.keys("", "gk").unwrap();
    browser.find_text("No API keys yet").unwrap();
    walk_and(&browser, "New API key", ENTER);
    browser.find_text("One key a program").unwrap();
    walk_and_type(&browser, "Name", "nightly report");
    walk_and(&browser, "Create the key", ENTER);
    browser.find_text("Store this secret now").unwrap();
    walk_and(&browser, "I have stored it", SPACE);
    browser.find_text("nightly report").unwrap();
    browser.keys("", "ga").unwrap();
    browser.find_text("Made an API key").unwrap();
    walk_and(&browser, "Verify", ENTER);
    browser.find_text("Verified up to #").unwrap();
    assert_clean(&browser, &program);
}

#[test]
fn the_palette_finds_pages_and_things_and_escape_closes_it() {
    let program = Program::start().unwrap();
    let browser = Browser::open().unwrap();
    sign_up(&browser, &program, "ada@example.com", "Ice Shelf");
    browser.drop_file("body", "penguins.csv", "text/csv", &sample("penguins.csv")).unwrap();
    browser.find_text("bill_length_mm").unwrap();
    browser.keys(e2e::page::CONTROL, "k").unwrap();
    browser.find("dialog[open] input").unwrap();
    browser.keys("", "usage").unwrap();
    browser.find("[role=option]").unwrap();
    browser.keys("", ENTER).unwrap();
    browser.find_text("Storage").unwrap();
    assert!(browser.path().unwrap().ends_with("/usage"), "{}", browser.path().unwrap());
    browser.keys(e2e::page::CONTROL, "k").unwrap();
    browser.find("dialog[open] input").unwrap();
    browser.keys("", "penguins").unwrap();
    browser.find_text("penguins").unwrap();
    browser.keys("", e2e::page::ESCAPE).unwrap();
    e2e::wait_for("the palette to close", || {
        let open = browser.run("return document.querySelector('dialog[open]') !== null", &[])?;
        Ok((open == serde_json::json!(false)).then_some(()))
    })
    .unwrap();
    assert_clean(&browser, &program);
}
