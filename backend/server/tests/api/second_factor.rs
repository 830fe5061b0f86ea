//! The second factor: a code beside the password, each once, and what helps when the phone is gone.

use crate::support::{Caller, PASSWORD, Refused, TestApp, code_at};
use contract::{
    Code,
    accounts::{
        ChangePassword, ChangePasswordBody, CodeBody, ConfirmTotp, EnrolTotp, ForgotPassword,
        ForgotPasswordBody, GetMe, GetSecondFactor, Me, RemoveTotp, RenewRecoveryCodes, ResetPassword,
        ResetPasswordBody, SignIn, SignInBody, StepUp, StepUpBody, VerifySignIn,
    },
    audit::{AuditEvent, AuditQuery, ListAuditEvents},
};

fn code<T: std::fmt::Debug>(outcome: Result<T, Refused>) -> Code {
    outcome.expect_err("a refusal").problem.code
}

/// Gives the right password; the caller then holds what waits for the code.
async fn password(app: &TestApp, name: &str) -> Caller {
    let caller = app.nobody();
    let body = SignInBody { email: format!("{name}@example.com"), password: PASSWORD.to_owned() };
    assert_eq!(code(caller.post::<SignIn>(&[], &body).await), Code::SecondFactorRequired);
    caller
}

async fn complete(caller: &Caller, code: &str) -> Result<Me, Refused> {
    caller.post::<VerifySignIn>(&[], &CodeBody { code: code.to_owned() }).await
}

async fn events(owner: &Caller, action: &str) -> Vec<AuditEvent> {
    let query = AuditQuery { action: Some(action.to_owned()), limit: Some(100), ..AuditQuery::default() };
    owner.list::<ListAuditEvents>(&query).await.unwrap().data
}

#[actix_web::test]
async fn with_a_second_factor_a_password_alone_opens_nothing() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let (secret, codes) = app.second_factor(&ada).await;
    assert_eq!((secret.len(), codes.len()), (32, 10));
    let factor = ada.get::<GetSecondFactor>(&[]).await.unwrap();
    assert!(factor.enabled && factor.since.is_some() && factor.recovery_codes_left == 10);
    assert_eq!(code(complete(&app.nobody(), "000000").await), Code::Unauthenticated, "no password before");
    let pending = password(&app, "ada").await;
    assert_eq!(code(pending.get::<GetMe>(&[]).await), Code::Unauthenticated, "what waits is no session");
    let me = complete(&pending, &app.code(&secret, 1)).await.unwrap();
    assert_eq!(me.user.email, "ada@example.com");
    pending.get::<GetMe>(&[]).await.unwrap();
    let asked = events(&ada, "user.code_asked").await;
    assert_eq!((asked.len(), asked[0].actor.id.as_deref()), (1, None), "who it was is not known yet");
    let means = &events(&ada, "user.signed_in").await[0].changes[0];
    assert_eq!((means.path.as_str(), &means.after), ("/second_factor", &"totp".into()));
}

#[actix_web::test]
async fn a_code_counts_once_and_only_around_its_time() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let (secret, _) = app.second_factor(&ada).await;
    let now = app.context.clock.now().millis().div_euclid(30_000);
    // The start of a step, so that the clock does not run into the next one meanwhile.
    let into = app.context.clock.now().millis().rem_euclid(30_000) / 1000;
    app.context.clock.advance_seconds(30 - into + 270);
    let current = app.context.clock.now().millis().div_euclid(30_000);
    assert!(current > now + 5);
    let pending = password(&app, "ada").await;
    for step in [now, current - 2, current + 3] {
        assert_eq!(code(complete(&pending, &code_at(&secret, step)).await), Code::InvalidCode, "step {step}");
    }
    complete(&pending, &code_at(&secret, current)).await.unwrap();
    let again = password(&app, "ada").await;
    for step in [current, current - 1] {
        assert_eq!(code(complete(&again, &code_at(&secret, step)).await), Code::InvalidCode, "used: {step}");
    }
    complete(&again, &code_at(&secret, current + 1)).await.expect("a clock that runs half a minute ahead");
}

#[actix_web::test]
async fn of_two_that_send_one_code_at_once_one_is_let_in() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let (secret, codes) = app.second_factor(&ada).await;
    for given in [app.code(&secret, 1), codes[0].clone()] {
        let (one, other) = (password(&app, "ada").await, password(&app, "ada").await);
        let (one, other) = futures_util::join!(complete(&one, &given), complete(&other, &given));
        assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|fine| **fine).count(), 1, "{given}");
    }
}

#[actix_web::test]
async fn guessing_codes_is_as_slow_as_guessing_passwords_and_a_right_password_does_not_reset_it() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    app.second_factor(&ada).await;
    for _ in 0..5 {
        let pending = password(&app, "ada").await;
        assert_eq!(code(complete(&pending, "000000").await), Code::InvalidCode);
    }
    let locked = app.nobody();
    let body = SignInBody { email: "ada@example.com".to_owned(), password: PASSWORD.to_owned() };
    assert_eq!(code(locked.post::<SignIn>(&[], &body).await), Code::TooManyAttempts);
    assert_eq!(events(&ada, "user.sign_in_failed").await.len(), 5);
    app.context.clock.advance_seconds(2);
    let pending = password(&app, "ada").await;
    assert_eq!(code(complete(&pending, "000000").await), Code::InvalidCode);
    assert_eq!(code(complete(&pending, "000000").await), Code::TooManyAttempts, "the wait doubles");
}

#[actix_web::test]
async fn a_right_password_is_worth_five_codes_and_five_minutes() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let (secret, _) = app.second_factor(&ada).await;
    let pending = password(&app, "ada").await;
    for _ in 0..5 {
        assert_eq!(code(complete(&pending, "000000").await), Code::InvalidCode);
    }
    app.context.clock.advance_seconds(2);
    assert_eq!(
        code(complete(&pending, &app.code(&secret, 1)).await),
        Code::SessionExpired,
        "five were tried"
    );
    app.context.clock.advance_seconds(10);
    let pending = password(&app, "ada").await;
    app.context.clock.advance_seconds(300);
    assert_eq!(code(complete(&pending, &app.code(&secret, 0)).await), Code::SessionExpired, "too late");
}

#[actix_web::test]
async fn a_recovery_code_works_once_however_it_is_typed_and_the_person_is_told() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let (_, codes) = app.second_factor(&ada).await;
    app.letters().await;
    complete(&password(&app, "ada").await, &codes[3].to_lowercase().replace('-', " ")).await.unwrap();
    assert!(app.letters().await[0].text.contains("A recovery code was used"));
    let again = password(&app, "ada").await;
    assert_eq!(code(complete(&again, &codes[3]).await), Code::InvalidCode);
    assert_eq!(ada.get::<GetSecondFactor>(&[]).await.unwrap().recovery_codes_left, 9);
    let renewed = ada.get::<RenewRecoveryCodes>(&[]).await.unwrap().codes;
    assert_eq!(code(complete(&again, &codes[4]).await), Code::InvalidCode, "those of before are void");
    complete(&again, &renewed[0]).await.unwrap();
    let proof = StepUpBody { password: None, code: Some(renewed[1].clone()) };
    assert_eq!(code(ada.post::<StepUp>(&[], &proof).await), Code::InvalidRequest, "not for a fresh proof");
}

#[actix_web::test]
async fn an_authenticator_counts_when_it_is_confirmed_and_ends_sessions_without_it() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let other = app.sign_in("ada").await.unwrap();
    assert_eq!(code(ada.get::<RemoveTotp>(&[]).await), Code::Conflict);
    let first = ada.get::<EnrolTotp>(&[]).await.unwrap();
    assert!(
        first.uri.starts_with("otpauth://totp/Amaas:ada%40example.com?secret=")
            && first.uri.contains(&first.secret)
    );
    assert!(first.qr_svg.starts_with("<svg ") && first.qr_svg.ends_with("</svg>"));
    let secret = ada.get::<EnrolTotp>(&[]).await.unwrap().secret;
    let confirm = async |code: String| ada.post::<ConfirmTotp>(&[], &CodeBody { code }).await;
    assert_eq!(code(confirm(app.code(&first.secret, 0)).await), Code::InvalidRequest, "it was replaced");
    app.sign_in("ada").await.expect("nothing counts yet");
    confirm(app.code(&secret, 0)).await.unwrap();
    assert_eq!(code(other.get::<GetMe>(&[]).await), Code::SessionExpired);
    assert_eq!(code(confirm(app.code(&secret, 1)).await), Code::Conflict);
    assert_eq!(code(ada.get::<EnrolTotp>(&[]).await), Code::Conflict);
    let proof = StepUpBody { password: None, code: Some(app.code(&secret, 1)) };
    ada.post::<StepUp>(&[], &proof).await.unwrap();
    assert_eq!(code(ada.post::<StepUp>(&[], &proof).await), Code::InvalidRequest, "a code counts once");
    ada.get::<RemoveTotp>(&[]).await.unwrap();
    app.sign_in("ada").await.expect("a password alone again");
    assert!(!ada.get::<GetSecondFactor>(&[]).await.unwrap().enabled);
}

#[actix_web::test]
async fn a_code_where_there_is_none_to_guess_is_no_failed_attempt() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    for _ in 0..10 {
        let confirmed = ada.post::<ConfirmTotp>(&[], &CodeBody { code: "000000".to_owned() }).await;
        assert_eq!(code(confirmed), Code::Conflict);
        let proof = StepUpBody { password: None, code: Some("000000".to_owned()) };
        assert_eq!(code(ada.post::<StepUp>(&[], &proof).await), Code::Conflict);
    }
    app.sign_in("ada").await.expect("the account is not locked");
}

#[actix_web::test]
async fn a_short_password_stands_only_beside_a_second_factor() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let change = async |from: &str, to: &str| {
        let body = ChangePasswordBody { current_password: from.to_owned(), new_password: to.to_owned() };
        ada.post::<ChangePassword>(&[], &body).await
    };
    let short = "k4ntelope";
    assert_eq!(code(change(PASSWORD, short).await), Code::InvalidRequest);
    let (secret, _) = app.second_factor(&ada).await;
    for refused in ["seven77", "sunshine1", "ada-2026"] {
        assert_eq!(code(change(PASSWORD, refused).await), Code::InvalidRequest, "{refused}");
    }
    change(PASSWORD, short).await.unwrap();
    assert_eq!(code(ada.get::<RemoveTotp>(&[]).await), Code::Conflict, "the short one can't stand alone");
    change(short, PASSWORD).await.unwrap();
    ada.get::<RemoveTotp>(&[]).await.unwrap();
    assert!(!secret.is_empty());
}

#[actix_web::test]
async fn a_new_password_by_a_link_leaves_the_second_factor_on_and_what_waited_for_a_code_is_void() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let (secret, _) = app.second_factor(&ada).await;
    let waiting = password(&app, "ada").await;
    let body = ForgotPasswordBody { email: "ada@example.com".to_owned() };
    app.nobody().post::<ForgotPassword>(&[], &body).await.unwrap();
    let token = app.token_of("ada@example.com", "/reset").await;
    let body = ResetPasswordBody { token, new_password: PASSWORD.to_owned() };
    app.nobody().post::<ResetPassword>(&[], &body).await.unwrap();
    assert_eq!(code(complete(&waiting, &app.code(&secret, 1)).await), Code::SessionExpired);
    complete(&password(&app, "ada").await, &app.code(&secret, 1)).await.unwrap();
}

#[actix_web::test]
async fn secrets_stand_neither_in_the_database_nor_in_the_log() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let (secret, codes) = app.second_factor(&ada).await;
    let given = app.code(&secret, 1);
    complete(&password(&app, "ada").await, &given).await.unwrap();
    complete(&password(&app, "ada").await, &codes[0]).await.unwrap();
    let plain = codes[1].replace('-', "");
    for text in [secret.as_str(), &codes[0], &codes[1], &plain, PASSWORD] {
        assert_eq!(app.columns_with(text).await, Vec::<String>::new(), "{text}");
    }
    let log =
        serde_json::to_string(&ada.list::<ListAuditEvents>(&AuditQuery::default()).await.unwrap()).unwrap();
    for text in [secret.as_str(), &codes[0], &plain] {
        assert!(!log.contains(text), "{text}");
    }
}

#[actix_web::test]
async fn whoever_runs_the_installation_helps_a_person_who_lost_phone_and_codes() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    app.second_factor(&ada).await;
    let ended = app.command(&["unlock", "ada@example.com"]);
    assert!(ended.status.success());
    password(&app, "ada").await;
    let ended = app.command(&["unlock", "Ada@example.com", "--second-factor"]);
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let ada = app.sign_in("ada").await.expect("the password alone");
    assert_eq!(events(&ada, "second_factor.disabled").await[0].actor.via, "command_line");
}
