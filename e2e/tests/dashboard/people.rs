//! Several people, several tenants: each sees their own, and what their role may.

use super::{PASSWORD, assert_clean, sample, sign_in, sign_up};
use crate::world::furnish;
use contract::accounts::{SignUp, SignUpBody};
use contract::members::{CreateInvite, CreateInviteBody, Role};
use contract::tenants::GetTenant;
use contract::{Code, NoQuery};
use e2e::{Browser, Client, Program};
use serde_json::json;

#[test]
fn two_tenants_in_two_tabs_do_not_mix() {
    let program = Program::start().unwrap();
    let browser = Browser::open().unwrap();
    // The person of the first tenant is invited into a second one, and joins it.
    sign_up(&browser, &program, "ada@example.com", "First House");
    let first = browser.path().unwrap();
    let (other, _) = furnish(&program, "bob@example.com", "Second House");
    let body = CreateInviteBody { email: "ada@example.com".to_owned(), role: Role::Developer };
    let invite = other.call::<CreateInvite>(&[], &body).unwrap();
    browser.visit(&format!("{}{}", program.address(), invite.path)).unwrap();
    browser.press("Accept").unwrap();
    browser.find_text("Second House").unwrap();

    let second = browser.path().unwrap();
    assert_ne!(first, second);
    browser.visit(&format!("{}{first}/datasets", program.address())).unwrap();
    browser.find_text("No datasets yet").unwrap();
    let (one, two) = browser.open_tab().unwrap();
    browser.visit(&format!("{}{second}/datasets", program.address())).unwrap();
    browser.find_text("penguins").unwrap();

    // What is dropped in the one tab arrives in its tenant, whatever the other shows.
    browser.turn_to(&one).unwrap();
    browser.drop_file("body", "iris.csv", "text/csv", &sample("iris.csv")).unwrap();
    browser.find_text("petal").unwrap();
    assert!(browser.path().unwrap().starts_with(&first));
    browser.turn_to(&two).unwrap();
    browser.visit(&format!("{}{second}/datasets", program.address())).unwrap();
    let shown = browser.find_text("penguins").unwrap();
    assert!(!shown.contains("iris"), "the other tenant's dataset is shown:\n{shown}");
    assert_clean(&browser, &program);
}

#[test]
fn each_role_is_offered_what_it_may_do_and_nothing_else() {
    let program = Program::start().unwrap();
    let (owner, world) = furnish(&program, "owner@example.com", "Ice Shelf");
    let roles = [
        (
            Role::Admin,
            &["Datasets", "Training", "Models", "Endpoints", "API keys", "Members", "Usage", "Audit"][..],
        ),
        (Role::Developer, &["Datasets", "Training", "Models", "Endpoints", "API keys", "Members", "Usage"]),
        (Role::Analyst, &["Datasets", "Training", "Models", "Endpoints", "Members", "Usage"]),
        (Role::Auditor, &["Usage", "Audit"]),
    ];
    let all = roles[0].1;
    for (role, places) in roles {
        let email = format!("{}@example.com", role.as_str());
        let invite =
            owner.call::<CreateInvite>(&[], &CreateInviteBody { email: email.clone(), role }).unwrap();
        let body = SignUpBody {
            email: email.clone(),
            password: PASSWORD.to_owned(),
            name: role.as_str().to_owned(),
            tenant_name: None,
            invite_token: Some(invite.token),
        };
        owner.call::<SignUp>(&[], &body).unwrap();

        let browser = Browser::open().unwrap();
        sign_in(&browser, &program, &email);
        let home = browser.path().unwrap();
        for place in all {
            let offered = || browser.offers(place);
            let expected = places.contains(place);
            e2e::wait_for(&format!("{place} for {role:?}"), || Ok((offered()? == expected).then_some(())))
                .unwrap();
        }
        let dataset = format!("{}{home}/datasets/{}", program.address(), world.diamonds);
        if places.contains(&"Datasets") {
            browser.visit(&dataset).unwrap();
            browser.find_text("carat").unwrap();
            assert_eq!(browser.offers("Train a model").unwrap(), role != Role::Analyst, "{role:?}");
        }
        // A page that is not for the role explains itself instead of breaking.
        if !places.contains(&"Audit") {
            browser.visit(&format!("{}{home}/audit", program.address())).unwrap();
            browser.find_text("The audit log is not for your role").unwrap();
            assert_eq!(browser.seen().unwrap().errors, Vec::<String>::new(), "{role:?}");
        }
    }
}

#[test]
fn an_operator_suspends_a_tenant_and_lets_it_in_again() {
    let setup = e2e::Setup { arguments: vec!["--operator", "root@example.com"], ..e2e::Setup::default() };
    let program = Program::start_with(&setup).unwrap();
    let (tenant, _) = furnish(&program, "ada@example.com", "Ice Shelf");
    let browser = Browser::open().unwrap();
    sign_up(&browser, &program, "root@example.com", "Hosting");
    browser.visit(&format!("{}/operator", program.address())).unwrap();
    browser.find_text("Ice Shelf").unwrap();
    let until = |offered: bool| {
        let offers = || Ok((browser.offers("Let in again")? == offered).then_some(()));
        e2e::wait_for("the state of the tenant", offers).unwrap();
    };
    let code = || {
        let asked = tenant.get::<GetTenant>(&[], &NoQuery {});
        e2e::refusal(&asked).map(|problem| problem.code)
    };
    // The newest tenant comes first, so the last button is the other one's.
    browser.press("Suspend").unwrap();
    browser.fill("dialog[open] input", "ice-shelf").unwrap();
    browser.run("document.querySelector('dialog[open] form').requestSubmit()", &[]).unwrap();
    until(true);
    assert_eq!(code(), Some(Code::TenantSuspended));
    browser.press("Let in again").unwrap();
    browser.find("dialog[open]").unwrap();
    browser.press("Let in again").unwrap();
    until(false);
    assert_eq!(code(), None);
    assert_eq!(json!(browser.seen().unwrap().errors), json!([]));
}

#[test]
fn an_invited_person_signs_up_by_a_link_whose_token_no_server_is_told_by_an_address() {
    let program = Program::start().unwrap();
    let owner = Client::sign_up(program.address(), "owner@example.com", "Ice Shelf").unwrap();
    let body = CreateInviteBody { email: "grace@example.com".to_owned(), role: Role::Analyst };
    let token = owner.call::<CreateInvite>(&[], &body).unwrap().token;
    let browser = Browser::open().unwrap();
    browser.visit(&format!("{}/invite#token={token}", program.address())).unwrap();
    let sent = || browser.run("return location.pathname + location.search", &[]).unwrap();
    // To the page of those who have an account, and back to that of those who have none.
    browser.press("Sign in").unwrap();
    browser.find("form").unwrap();
    assert_eq!(sent(), json!("/sign-in?then=%2Finvite"));
    browser.visit(&format!("{}/invite#token={token}", program.address())).unwrap();
    browser.press("Sign up").unwrap();
    browser.fill_labelled("Your name", "Grace Hopper").unwrap();
    assert_eq!(sent(), json!("/sign-up"));
    browser.fill_labelled("Email", "grace@example.com").unwrap();
    browser.fill_labelled("Password", PASSWORD).unwrap();
    browser.press("Sign up").unwrap();
    browser.find_text("Ice Shelf").unwrap();
    assert_clean(&browser, &program);
}

#[test]
fn an_owner_deletes_the_organisation_by_writing_its_name() {
    let program = Program::start().unwrap();
    let browser = Browser::open().unwrap();
    sign_up(&browser, &program, "ada@example.com", "Ice Shelf");
    let home = browser.path().unwrap();
    browser.visit(&format!("{}{home}/settings?tab=organisation", program.address())).unwrap();
    browser.press("Delete the organisation").unwrap();
    browser.fill("dialog[open] input", "Ice Floe").unwrap();
    browser.press("Delete the organisation").unwrap();
    browser.find("dialog[open] [aria-invalid=true]").unwrap();
    browser.fill("dialog[open] input", "Ice Shelf").unwrap();
    browser.press("Delete the organisation").unwrap();
    browser.find_text("You belong to no organisation").unwrap();
    assert_clean(&browser, &program);
}
