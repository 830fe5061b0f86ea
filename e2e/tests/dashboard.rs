//! The dashboard as a person uses it, in a real browser on the real program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use e2e::{Browser, Look, Program, root};

/// Nothing went wrong in the browser, and it asked nobody but the program.
fn assert_clean(browser: &Browser, program: &Program) {
    let seen = browser.seen().unwrap();
    assert_eq!(seen.errors, Vec::<String>::new(), "errors on the console");
    let own = program.address().trim_start_matches("http://");
    assert!(seen.hosts.iter().all(|host| host == own), "asked {:?}, not only {own}", seen.hosts);
    assert!(!seen.hosts.is_empty(), "the performance log is empty: hosts can't be told");
}

/// Pictures of the page in both colour schemes.
fn pictures(browser: &Browser, name: &str) {
    for (look, ending) in [(Look::Dark, "dark"), (Look::Light, "light")] {
        browser.look(look).unwrap();
        browser.screenshot(&format!("{name}-{ending}")).unwrap();
    }
}

fn sign_up(browser: &Browser, program: &Program, email: &str, tenant: &str) {
    browser.visit(&format!("{}/sign-up", program.address())).unwrap();
    browser.fill("input[autocomplete=name]", "Ada Lovelace").unwrap();
    browser.fill("input[autocomplete=organization]", tenant).unwrap();
    browser.fill("input[autocomplete=username]", email).unwrap();
    browser.fill("input[autocomplete=new-password]", "penguins on thin ice").unwrap();
    pictures(browser, "sign-up");
    browser.click("form button[type=submit]").unwrap();
    browser.find_text(tenant).unwrap();
}

#[test]
fn a_person_signs_up_drops_a_csv_and_sees_its_profile() {
    let program = Program::start().unwrap();
    let browser = Browser::open().unwrap();
    sign_up(&browser, &program, "ada@example.com", "Ice Shelf");
    assert!(browser.path().unwrap().starts_with("/t/"), "{}", browser.path().unwrap());
    pictures(&browser, "home");

    let csv = std::fs::read_to_string(root().join("docs/samples/penguins.csv")).unwrap();
    browser.drop_file("body", "penguins.csv", "text/csv", &csv).unwrap();
    browser.click("a[href*='/datasets/dataset_']").unwrap();
    for column in ["species", "bill_length_mm", "body_mass_g"] {
        browser.find_text(column).unwrap();
    }
    // Every row is there, and no column of the file is missing.
    let shown = browser.find_text("344").unwrap();
    for column in csv.lines().next().unwrap().split(',') {
        assert!(shown.contains(column), "{column} is not shown:\n{shown}");
    }
    pictures(&browser, "dataset");
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
