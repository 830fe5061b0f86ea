//! What proves a person beside the password: links that are sent, and proofs that are fresh.

use crate::support::{Caller, PASSWORD, Refused, TestApp};
use contract::{
    Code, NoQuery,
    accounts::{
        ChangeEmail, ChangeEmailBody, ConfirmEmail, ConfirmEmailBody, EndOtherSessions, ForgotPassword,
        ForgotPasswordBody, GetMe, ListSessions, ResetPassword, ResetPasswordBody, SignIn, SignInBody,
        StepUp, StepUpBody,
    },
    api_keys::{CreateApiKey, CreateApiKeyBody, KeyScope},
    audit::{AuditQuery, ListAuditEvents},
};

const NEW: &str = "another long sentence of words";

fn code<T: std::fmt::Debug>(outcome: Result<T, Refused>) -> Code {
    outcome.expect_err("a refusal").problem.code
}

async fn forget(app: &TestApp, email: &str) -> Result<(), Refused> {
    let body = ForgotPasswordBody { email: email.to_owned() };
    app.nobody().post::<ForgotPassword>(&[], &body).await.map(|_| ())
}

async fn reset(app: &TestApp, token: &str, password: &str) -> Result<(), Refused> {
    let body = ResetPasswordBody { token: token.to_owned(), new_password: password.to_owned() };
    app.nobody().post::<ResetPassword>(&[], &body).await.map(|_| ())
}

async fn sign_in(app: &TestApp, email: &str, password: &str) -> Result<(), Refused> {
    let body = SignInBody { email: email.to_owned(), password: password.to_owned() };
    app.nobody().post::<SignIn>(&[], &body).await.map(|_| ())
}

async fn events(owner: &Caller, action: &str) -> usize {
    let query = AuditQuery { action: Some(action.to_owned()), limit: Some(100), ..AuditQuery::default() };
    owner.list::<ListAuditEvents>(&query).await.unwrap().data.len()
}

fn key(name: &str) -> CreateApiKeyBody {
    CreateApiKeyBody {
        name: name.to_owned(),
        scopes: vec![KeyScope::Predict],
        endpoints: None,
        rate_per_second: None,
        expires_at: None,
    }
}

#[actix_web::test]
async fn a_link_sets_a_new_password_once_and_ends_every_session() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    // Locked by somebody who guesses: the link opens it.
    for _ in 0..5 {
        sign_in(&app, "ada@example.com", "a wrong password").await.unwrap_err();
    }
    assert_eq!(code(sign_in(&app, "ada@example.com", PASSWORD).await), Code::TooManyAttempts);
    forget(&app, "Ada@Example.com ").await.unwrap();
    let token = app.token_of("ada@example.com", "/reset").await;
    assert_eq!(app.columns_with(&token).await, Vec::<String>::new(), "only its digest is kept");
    reset(&app, &token, NEW).await.unwrap();
    assert_eq!(code(ada.get::<GetMe>(&[]).await), Code::SessionExpired);
    assert_eq!(code(reset(&app, &token, "one more sentence of words").await), Code::LinkInvalid);
    assert_eq!(code(sign_in(&app, "ada@example.com", PASSWORD).await), Code::InvalidCredentials);
    sign_in(&app, "ada@example.com", NEW).await.unwrap();
    let told = app.letters().await;
    assert_eq!(told.len(), 1, "the person is told");
    assert!(
        told[0].text.contains("The password of your account was changed")
            && told[0].token("/reset").is_none()
    );
}

#[actix_web::test]
async fn a_link_that_is_old_bent_or_for_something_else_sets_nothing() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    forget(&app, "ada@example.com").await.unwrap();
    let token = app.token_of("ada@example.com", "/reset").await;
    let mut bent = token.clone().into_bytes();
    bent[20] = if bent[20] == b'A' { b'B' } else { b'A' };
    let body = ChangeEmailBody { email: "new@example.com".to_owned() };
    ada.post::<ChangeEmail>(&[], &body).await.unwrap();
    let other = app.token_of("new@example.com", "/confirm-email").await;
    for wrong in ["", "x", &token[1..], &String::from_utf8(bent).unwrap(), &other] {
        assert_eq!(code(reset(&app, wrong, NEW).await), Code::LinkInvalid, "{wrong}");
    }
    assert_eq!(code(reset(&app, &token, "short").await), Code::InvalidRequest, "a fault does not use it up");
    app.context.clock.advance_seconds(30 * 60);
    assert_eq!(code(reset(&app, &token, NEW).await), Code::LinkInvalid);
    sign_in(&app, "ada@example.com", PASSWORD).await.unwrap();
}

#[actix_web::test]
async fn of_two_that_use_a_link_at_once_one_succeeds_and_other_links_die_with_it() {
    let app = TestApp::start().await;
    app.owner("ada").await;
    forget(&app, "ada@example.com").await.unwrap();
    let first = app.token_of("ada@example.com", "/reset").await;
    forget(&app, "ada@example.com").await.unwrap();
    let second = app.token_of("ada@example.com", "/reset").await;
    let (one, other) = futures_util::join!(reset(&app, &first, NEW), reset(&app, &first, NEW));
    assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|fine| **fine).count(), 1);
    assert_eq!(code(reset(&app, &second, NEW).await), Code::LinkInvalid);
}

#[actix_web::test]
async fn nobody_learns_by_asking_for_a_link_whether_an_address_has_an_account() {
    let app = TestApp::start().await;
    app.owner("ada").await;
    let mut answers = Vec::new();
    for email in ["ada@example.com", "nobody@example.com"] {
        let body = ForgotPasswordBody { email: email.to_owned() };
        for asked in 0..6 {
            let response = app.nobody().send::<ForgotPassword>(&[], &NoQuery {}, &body).await;
            let status = response.status().as_u16();
            assert_eq!(status, if asked < 5 { 204 } else { 429 }, "{email} asked {asked} times before");
            let mut names: Vec<_> = response.headers().keys().map(|name| name.as_str().to_owned()).collect();
            names.sort();
            answers.push((asked, status, names, response.text().await.unwrap().is_empty()));
        }
    }
    let unknown = answers.split_off(6);
    assert_eq!(answers, unknown);
    let letters = app.letters().await;
    assert_eq!(letters.len(), 5);
    assert!(letters.iter().all(|letter| letter.to == "ada@example.com"));
}

#[actix_web::test]
async fn an_address_changes_when_the_new_one_says_so_and_the_old_one_is_told() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    app.owner("bob").await;
    let ask =
        async |email: &str| ada.post::<ChangeEmail>(&[], &ChangeEmailBody { email: email.to_owned() }).await;
    let confirm = async |token: &str| {
        app.nobody().post::<ConfirmEmail>(&[], &ConfirmEmailBody { token: token.to_owned() }).await
    };
    assert_eq!(code(ask("ada@example.com").await), Code::InvalidRequest);
    ask("bob@example.com").await.expect("whether an address is taken is not told here");
    let taken = app.token_of("bob@example.com", "/confirm-email").await;
    assert_eq!(code(confirm(&taken).await), Code::EmailTaken);
    ask("new@example.com").await.unwrap();
    let letters = app.letters().await;
    assert_eq!(letters.len(), 2);
    let told = |to: &str| letters.iter().find(|letter| letter.to == to).unwrap();
    assert!(told("ada@example.com").text.contains("asked to change the address"));
    assert!(told("ada@example.com").token("/confirm-email").is_none(), "only the new address can confirm");
    let token = told("new@example.com").token("/confirm-email").unwrap();
    assert_eq!(ada.get::<GetMe>(&[]).await.unwrap().user.email, "ada@example.com", "nothing changed yet");
    assert_eq!(code(confirm(&taken).await), Code::LinkInvalid, "an earlier link is dead");
    confirm(&token).await.unwrap();
    assert_eq!(ada.get::<GetMe>(&[]).await.unwrap().user.email, "new@example.com");
    assert_eq!(code(confirm(&token).await), Code::LinkInvalid);
    assert_eq!(code(sign_in(&app, "ada@example.com", PASSWORD).await), Code::InvalidCredentials);
    sign_in(&app, "new@example.com", PASSWORD).await.unwrap();
    let told = app.letters().await;
    assert_eq!((told.len(), told[0].to.as_str()), (1, "ada@example.com"));
    assert_eq!(events(&ada, "user.email_changed").await, 1);
}

#[actix_web::test]
async fn a_fresh_proof_lets_the_act_through_and_a_wrong_one_counts_as_a_failed_sign_in() {
    let app = TestApp::start_with(&[("auth.step_up_seconds", "60")]).await;
    let ada = app.owner("ada").await;
    ada.post::<CreateApiKey>(&[], &key("first")).await.expect("a sign-up is a proof");
    app.context.clock.advance_seconds(61);
    let refused = ada.post::<CreateApiKey>(&[], &key("second")).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (403, Code::StepUpRequired));
    let proof = |password: &str| StepUpBody { password: Some(password.to_owned()), code: None };
    let prove = async |body: &StepUpBody| ada.post::<StepUp>(&[], body).await;
    for body in
        [StepUpBody { password: None, code: None }, StepUpBody { code: Some("1".into()), ..proof("x") }]
    {
        assert_eq!(code(prove(&body).await), Code::InvalidRequest);
    }
    let wrong = prove(&proof("a wrong password")).await.unwrap_err();
    assert_eq!(wrong.problem.errors[0].code, "wrong_password");
    assert_eq!(code(ada.post::<CreateApiKey>(&[], &key("second")).await), Code::StepUpRequired);
    prove(&proof(PASSWORD)).await.unwrap();
    ada.post::<CreateApiKey>(&[], &key("second")).await.expect("it was proved");
    assert_eq!(events(&ada, "session.proved").await, 2, "the wrong one and the right one");
    for _ in 0..5 {
        prove(&proof("a wrong password")).await.unwrap_err();
    }
    assert_eq!(code(prove(&proof(PASSWORD)).await), Code::TooManyAttempts);
    assert_eq!(code(sign_in(&app, "ada@example.com", PASSWORD).await), Code::TooManyAttempts);
}

#[actix_web::test]
async fn a_proof_is_of_one_session_and_not_of_a_person() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let thief = app.sign_in("ada").await.unwrap();
    app.context.clock.advance_seconds(301);
    app.step_up(&ada).await;
    ada.post::<CreateApiKey>(&[], &key("mine")).await.unwrap();
    assert_eq!(code(thief.post::<CreateApiKey>(&[], &key("theirs")).await), Code::StepUpRequired);
    ada.get::<EndOtherSessions>(&[]).await.unwrap();
    assert_eq!(code(thief.get::<GetMe>(&[]).await), Code::SessionExpired);
    assert_eq!(ada.get::<ListSessions>(&[]).await.unwrap().data.len(), 1);
}
