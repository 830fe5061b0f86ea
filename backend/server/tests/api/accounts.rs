use crate::support::{Caller, PASSWORD, Refused, TestApp, read};
use contract::{
    Call, Code, NoQuery,
    accounts::{
        ChangePassword, ChangePasswordBody, EndSession, GetMe, ListSessions, Me, Refresh, SignIn, SignInBody,
        SignOut, SignUp, SignUpBody, UpdateMe, UpdateMeBody,
    },
    audit::{AuditEvent, AuditQuery, ListAuditEvents},
    members::Role,
    tenants::GetTenant,
};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{RequestBuilder, Response, header::SET_COOKIE};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

fn sign_up_body(name: &str) -> SignUpBody {
    SignUpBody {
        email: format!("{name}@example.com"),
        password: PASSWORD.to_owned(),
        name: name.to_owned(),
        tenant_name: Some(format!("{name} Ltd")),
        invite_token: None,
    }
}

fn sign_in_body(name: &str, password: &str) -> SignInBody {
    SignInBody { email: format!("{name}@example.com"), password: password.to_owned() }
}

/// The cookies of an answer as `(name, value, attributes)`.
fn cookies(response: &Response) -> Vec<(String, String, String)> {
    let read = |header: &reqwest::header::HeaderValue| {
        let text = header.to_str().unwrap();
        let (pair, attributes) = text.split_once("; ").unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), value.to_owned(), attributes.to_owned())
    };
    response.headers().get_all(SET_COOKIE).iter().map(read).collect()
}

fn value_of(response: &Response, name: &str) -> String {
    cookies(response).into_iter().find(|(known, ..)| known == name).unwrap().1
}

/// Signs in and returns the access and the refresh token, as a thief would copy them.
async fn tokens(app: &TestApp, name: &str) -> (String, String) {
    let body = sign_in_body(name, PASSWORD);
    let response = app.nobody().send::<SignIn>(&[], &NoQuery {}, &body).await;
    assert_eq!(response.status(), 200);
    (value_of(&response, "amaas"), value_of(&response, "amaas-refresh"))
}

/// A call with these cookies and no others.
fn with_cookies<C: Call>(app: &TestApp, cookies: &str) -> RequestBuilder {
    app.nobody().request(C::METHOD.as_str(), C::PATH).header("cookie", cookies)
}

async fn me_with(app: &TestApp, access: &str) -> Result<Me, Refused> {
    read::<GetMe>(with_cookies::<GetMe>(app, &format!("amaas={access}")).send().await.unwrap()).await
}

async fn refresh_with(app: &TestApp, refresh: &str) -> Result<(Me, Option<String>), Refused> {
    let request = with_cookies::<Refresh>(app, &format!("amaas-refresh={refresh}"));
    let response = request.send().await.unwrap();
    let renewed = cookies(&response).into_iter().find(|(name, ..)| name == "amaas-refresh");
    Ok((read::<Refresh>(response).await?, renewed.map(|(_, value, _)| value)))
}

async fn events(owner: &Caller, action: &str) -> Vec<AuditEvent> {
    let query = AuditQuery { action: Some(action.to_owned()), limit: Some(100), ..AuditQuery::default() };
    owner.list::<ListAuditEvents>(&query).await.unwrap().data
}

fn code<T>(outcome: Result<T, Refused>) -> Code {
    outcome.err().expect("a refusal").problem.code
}

fn pointers<T>(outcome: Result<T, Refused>) -> Vec<String> {
    outcome.err().expect("a refusal").problem.errors.into_iter().map(|fault| fault.pointer).collect()
}

#[actix_web::test]
async fn a_sign_up_makes_a_person_a_tenant_and_a_session() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let me = ada.get::<GetMe>(&[]).await.unwrap();
    assert_eq!(Some(&me), ada.me.as_ref());
    assert_eq!((me.user.email.as_str(), me.tenants[0].slug.as_str()), ("ada@example.com", "ada-ltd"));
    assert_eq!(me.tenants[0].role, contract::members::Role::Owner);
    let recorded = events(&ada, "user.signed_up").await;
    assert_eq!(recorded.len(), 1);
    let kinds: Vec<_> = recorded[0].targets.iter().map(|target| target.kind.as_str()).collect();
    assert_eq!(kinds, ["user", "tenant"]);
    assert_eq!(recorded[0].sequence, 1, "the sign-up opens the tenant's log");
}

#[actix_web::test]
async fn cookies_are_out_of_reach_of_scripts_and_other_sites() {
    let app = TestApp::start().await;
    let response = app.nobody().send::<SignUp>(&[], &NoQuery {}, &sign_up_body("ada")).await;
    let given = cookies(&response);
    assert_eq!(given.iter().map(|(name, ..)| name.as_str()).collect::<Vec<_>>(), ["amaas", "amaas-refresh"]);
    for (name, _, attributes) in &given {
        for needed in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=86400"] {
            assert!(attributes.contains(needed), "{name}: {attributes}");
        }
        assert!(!attributes.contains("Secure"), "loopback without TLS");
    }

    let app = TestApp::start_with(&[("server.public_url", "https://amaas.example.com")]).await;
    let response = app.nobody().send::<SignUp>(&[], &NoQuery {}, &sign_up_body("ada")).await;
    for (name, _, attributes) in cookies(&response) {
        assert!(name.starts_with("__Host-amaas") && attributes.contains("Secure"), "{name}: {attributes}");
        assert!(!attributes.contains("Domain"), "{name}: {attributes}");
    }
}

#[actix_web::test]
async fn every_fault_of_a_sign_up_is_told_at_once() {
    let app = TestApp::start().await;
    let body = SignUpBody {
        email: "not an address".to_owned(),
        password: "short".to_owned(),
        name: " ".to_owned(),
        tenant_name: None,
        invite_token: None,
    };
    let outcome = app.nobody().post::<SignUp>(&[], &body).await;
    let told = pointers(outcome);
    for pointer in ["#/email", "#/name", "#/password", "#/tenant_name"] {
        assert!(told.iter().any(|known| known == pointer), "{pointer} in {told:?}");
    }
}

#[actix_web::test]
async fn a_password_is_long_and_not_among_the_first_guesses() {
    let app = TestApp::start().await;
    let long = format!("é{}", "seven green kettles sing and nine purple windows hum ".repeat(3))
        .chars()
        .take(129)
        .collect::<String>();
    let refused = [
        "fourteen chars",
        long.as_str(),
        "passwordpassword",
        "Correct-Horse-Battery-Staple",
        "ada@example.com",
    ];
    for password in refused {
        let body = SignUpBody { password: password.to_owned(), ..sign_up_body("ada") };
        assert_eq!(pointers(app.nobody().post::<SignUp>(&[], &body).await), ["#/password"], "{password}");
    }
    for (name, password) in [("bob", "fifteen letters"), ("eve", "我有一只猫和两条狗还有三只鸟和鱼")]
    {
        let body = SignUpBody { password: password.to_owned(), ..sign_up_body(name) };
        assert!(app.nobody().post::<SignUp>(&[], &body).await.is_ok(), "{password}");
    }
}

#[actix_web::test]
async fn an_address_has_one_account_whatever_its_case() {
    let app = TestApp::start().await;
    app.owner("ada").await;
    let body = SignUpBody { email: " ADA@Example.com ".to_owned(), ..sign_up_body("other") };
    assert_eq!(code(app.nobody().post::<SignUp>(&[], &body).await), Code::EmailTaken);
    let body = SignInBody { email: "Ada@EXAMPLE.com".to_owned(), password: PASSWORD.to_owned() };
    assert!(app.nobody().post::<SignIn>(&[], &body).await.is_ok());
}

#[actix_web::test]
async fn torture_fields_that_the_server_owns_can_not_be_set() {
    let torture = crate::support::torture("T53", "role, tenant and quota in a body");
    let app = TestApp::start().await;
    for field in ["role", "tenant_id", "id", "plan", "failed_sign_ins"] {
        let mut body = serde_json::to_value(sign_up_body("ada")).unwrap();
        body[field] = json!("owner");
        let request = app.nobody().request("POST", SignUp::PATH).json(&body);
        let refused = read::<SignUp>(request.send().await.unwrap()).await.unwrap_err();
        assert_eq!((refused.status, refused.problem.code), (422, Code::InvalidRequest), "{field}");
    }
    for (body, status) in [("{", 400), ("[]", 422), ("{}", 422), ("{\"email\":1}", 422), ("", 400)] {
        let request = app.nobody().request("POST", SignIn::PATH).header("content-type", "application/json");
        let response = request.body(body).send().await.unwrap();
        assert_eq!(read::<SignIn>(response).await.unwrap_err().status, status, "{body}");
    }
    torture.end(1, 0, "refused");
}

#[actix_web::test]
async fn control_characters_are_a_fault_and_not_a_crash() {
    let app = TestApp::start().await;
    let body = SignUpBody {
        email: "a\0@example.com".to_owned(),
        name: "a\0".to_owned(),
        tenant_name: Some("\0".to_owned()),
        ..sign_up_body("ada")
    };
    assert_eq!(pointers(app.nobody().post::<SignUp>(&[], &body).await), ["#/email"]);
    let body = SignUpBody {
        email: "a\n@example.com".to_owned(),
        name: "a\u{7f}".to_owned(),
        tenant_name: Some("a\tb".to_owned()),
        ..sign_up_body("ada")
    };
    assert_eq!(
        pointers(app.nobody().post::<SignUp>(&[], &body).await),
        ["#/email", "#/name", "#/tenant_name"]
    );
    let body = SignInBody { email: "a\0@example.com".to_owned(), password: "\0".to_owned() };
    assert_eq!(code(app.nobody().post::<SignIn>(&[], &body).await), Code::InvalidRequest);
    let body = SignInBody { email: "a\n@example.com".to_owned(), password: "\n".to_owned() };
    assert_eq!(code(app.nobody().post::<SignIn>(&[], &body).await), Code::InvalidCredentials);
}

#[actix_web::test]
async fn where_sign_up_is_by_invitation_nobody_comes_without_one() {
    let app = TestApp::start_with(&[("auth.sign_up", "invite")]).await;
    assert_eq!(code(app.nobody().post::<SignUp>(&[], &sign_up_body("ada")).await), Code::SignUpClosed);
    let token = Some("made up".to_owned());
    let body = SignUpBody { tenant_name: None, invite_token: token, ..sign_up_body("ada") };
    assert_eq!(code(app.nobody().post::<SignUp>(&[], &body).await), Code::InviteInvalid);
}

#[actix_web::test]
async fn torture_an_unknown_address_is_answered_like_a_wrong_password() {
    let torture = crate::support::torture("T29", "an unknown address beside a wrong password");
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let wrong = app.nobody().post::<SignIn>(&[], &sign_in_body("ada", "not the password at all")).await;
    let unknown = app.nobody().post::<SignIn>(&[], &sign_in_body("nobody", "not the password at all")).await;
    let (mut wrong, mut unknown) = (wrong.unwrap_err().problem, unknown.unwrap_err().problem);
    assert_eq!(wrong.code, Code::InvalidCredentials);
    (wrong.request_id, unknown.request_id) = (String::new(), String::new());
    assert_eq!(wrong, unknown);
    let recorded = events(&ada, "user.sign_in_failed").await;
    assert_eq!(recorded.len(), 1, "the unknown address is nobody's event");
    assert_eq!(recorded[0].outcome.result, "failure");
    assert_eq!(recorded[0].actor.id, None, "who it was is not known");
    torture.end(2, 0, "equal answers");
}

#[actix_web::test]
async fn torture_guessing_locks_known_and_unknown_addresses_alike() {
    let torture = crate::support::torture("T28", "guesses at known and unknown addresses");
    let app = TestApp::start().await;
    app.owner("ada").await;
    for name in ["ada", "nobody"] {
        for _ in 0..5 {
            let outcome = app.nobody().post::<SignIn>(&[], &sign_in_body(name, "a wrong password")).await;
            assert_eq!(code(outcome), Code::InvalidCredentials);
        }
        // The right password does not help while the account is locked.
        let response = app.nobody().send::<SignIn>(&[], &NoQuery {}, &sign_in_body(name, PASSWORD)).await;
        assert_eq!(response.status(), 429, "{name}");
        assert!(response.headers().contains_key("retry-after"));
    }
    app.context.clock.advance_seconds(2);
    assert!(app.sign_in("ada").await.is_ok());
    for _ in 0..4 {
        let outcome = app.nobody().post::<SignIn>(&[], &sign_in_body("ada", "a wrong password")).await;
        assert_eq!(code(outcome), Code::InvalidCredentials, "a good sign-in resets the count");
    }
    torture.end(2, 0, "locked alike");
}

#[actix_web::test]
async fn another_site_can_neither_sign_anyone_in_nor_act_for_them() {
    let app = TestApp::start().await;
    let (access, _) = {
        app.owner("ada").await;
        tokens(&app, "ada").await
    };
    let cross = |path: &str, header: &str, value: &str| {
        app.nobody().http.post(app.url(path)).header(header, value).json(&sign_in_body("ada", PASSWORD))
    };
    for (header, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
    ] {
        let response = cross(SignIn::PATH, header, value).send().await.unwrap();
        assert_eq!(code(read::<SignIn>(response).await), Code::CrossSiteRequest, "{header}: {value}");
        let request = cross(SignOut::PATH, header, value).header("cookie", format!("amaas={access}"));
        let response = request.send().await.unwrap();
        assert_eq!(code(read::<SignOut>(response).await), Code::CrossSiteRequest, "{header}: {value}");
    }
    let origin = format!("http://{}", app.address());
    let same = cross(SignIn::PATH, "origin", &origin).send().await.unwrap();
    assert!(read::<SignIn>(same).await.is_ok());
    let silent = app.nobody().http.post(app.url(SignOut::PATH)).header("cookie", format!("amaas={access}"));
    assert_eq!(code(read::<SignOut>(silent.send().await.unwrap()).await), Code::CrossSiteRequest);
    assert!(me_with(&app, &access).await.is_ok(), "nobody was signed out");
}

#[actix_web::test]
async fn torture_after_sign_out_no_copy_of_the_tokens_works() {
    let torture = crate::support::torture("T33", "replay after sign-out");
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let (access, refresh) = tokens(&app, "ada").await;
    assert!(me_with(&app, &access).await.is_ok());
    let request = with_cookies::<SignOut>(&app, &format!("amaas={access}; amaas-refresh={refresh}"));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 204);
    for (name, value, attributes) in cookies(&response) {
        assert!(value.is_empty() && attributes.contains("Max-Age=0"), "{name}: {attributes}");
    }
    assert_eq!(code(me_with(&app, &access).await), Code::SessionExpired);
    assert_eq!(code(refresh_with(&app, &refresh).await), Code::SessionExpired);
    assert_eq!(events(&ada, "user.signed_out").await.len(), 1);
    assert!(ada.get::<GetMe>(&[]).await.is_ok(), "the other device stays signed in");
    torture.end(1, 0, "refused");
}

#[actix_web::test]
async fn signing_out_without_a_session_is_no_error() {
    let app = TestApp::start().await;
    for given in ["", "amaas=junk; amaas-refresh=junk", "amaas=; amaas-refresh="] {
        let response = with_cookies::<SignOut>(&app, given).send().await.unwrap();
        assert_eq!((response.status().as_u16(), cookies(&response).len()), (204, 2), "{given}");
    }
}

#[actix_web::test]
async fn torture_a_refresh_token_is_good_once_and_its_reuse_ends_the_session() {
    let torture = crate::support::torture("T34", "a refresh token used twice");
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let (access, first) = tokens(&app, "ada").await;
    let (_, second) = refresh_with(&app, &first).await.unwrap();
    let second = second.expect("a new refresh token");
    assert_ne!(first, second);

    // Two tabs: for ten seconds the token before the last renews the access alone.
    let (_, none) = refresh_with(&app, &first).await.unwrap();
    assert_eq!(none, None);
    assert_eq!(events(&ada, "session.refreshed").await.len(), 2);

    app.context.clock.advance_seconds(11);
    assert_eq!(code(refresh_with(&app, &first).await), Code::SessionExpired);
    assert_eq!(code(refresh_with(&app, &second).await), Code::SessionExpired, "for the thief and the robbed");
    assert_eq!(code(me_with(&app, &access).await), Code::SessionExpired);
    assert_eq!(events(&ada, "session.reused").await.len(), 1);
    assert!(ada.get::<GetMe>(&[]).await.is_ok(), "other sessions stand");
    torture.end(1, 0, "the session ends");
}

#[actix_web::test]
async fn a_refresh_token_older_than_the_last_two_ends_the_session_too() {
    let app = TestApp::start().await;
    app.owner("ada").await;
    let (access, first) = tokens(&app, "ada").await;
    let second = refresh_with(&app, &first).await.unwrap().1.unwrap();
    let third = refresh_with(&app, &second).await.unwrap().1.unwrap();
    assert_eq!(code(refresh_with(&app, &first).await), Code::SessionExpired);
    assert_eq!(code(refresh_with(&app, &third).await), Code::SessionExpired);
    assert_eq!(code(me_with(&app, &access).await), Code::SessionExpired);
}

#[actix_web::test]
async fn a_made_up_refresh_token_harms_nobody() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let (_, refresh) = tokens(&app, "ada").await;
    let (session, _) = refresh.split_once('.').unwrap();
    for junk in
        ["junk".to_owned(), String::new(), format!("{session}.x.y"), refresh[..refresh.len() - 1].to_owned()]
    {
        assert_eq!(code(refresh_with(&app, &junk).await), Code::Unauthenticated, "{junk}");
    }
    assert!(events(&ada, "session.reused").await.is_empty());
    assert!(refresh_with(&app, &refresh).await.is_ok());
}

#[actix_web::test]
async fn an_access_token_lasts_ten_minutes_and_is_renewed() {
    let app = TestApp::start().await;
    app.owner("ada").await;
    let (access, refresh) = tokens(&app, "ada").await;
    app.context.clock.advance_seconds(599);
    assert!(me_with(&app, &access).await.is_ok());
    app.context.clock.advance_seconds(10);
    assert_eq!(code(me_with(&app, &access).await), Code::SessionExpired);
    assert!(refresh_with(&app, &refresh).await.is_ok());
}

#[actix_web::test]
async fn a_session_ends_when_idle_for_an_hour_and_after_a_day_at_the_latest() {
    let app = TestApp::start().await;
    app.owner("ada").await;
    let (_, idle) = tokens(&app, "ada").await;
    let (_, mut busy) = tokens(&app, "ada").await;
    for _ in 0..23 {
        app.context.clock.advance_seconds(3590);
        busy = refresh_with(&app, &busy).await.unwrap().1.unwrap();
    }
    assert_eq!(code(refresh_with(&app, &idle).await), Code::SessionExpired, "idle for an hour");
    app.context.clock.advance_seconds(3590);
    let (_, last) = refresh_with(&app, &busy).await.unwrap();
    app.context.clock.advance_seconds(300);
    assert_eq!(code(refresh_with(&app, &last.unwrap()).await), Code::SessionExpired, "a day is over");
}

#[actix_web::test]
async fn a_new_name_holds_at_once_in_every_session_and_tenant() {
    let app = TestApp::start().await;
    let (ada, eve) = (app.owner("ada").await, app.owner("eve").await);
    let member = app.member(&ada, "bob", Role::Analyst).await;
    let phone = app.sign_in("bob").await.unwrap();
    assert_eq!(phone.get::<GetMe>(&[]).await.unwrap().user.name, "bob");
    let named = UpdateMeBody { name: Some("  Bob 鲍勃 ".to_owned()) };
    let me = member.post::<UpdateMe>(&[], &named).await.unwrap();
    assert_eq!((me.user.name.as_str(), me.user.operator), ("Bob 鲍勃", false));
    for session in [&member, &phone] {
        assert_eq!(session.get::<GetMe>(&[]).await.unwrap(), me);
    }
    let recorded = events(&ada, "user.updated").await;
    assert_eq!(recorded.len(), 1);
    let change = &recorded[0].changes[0];
    assert_eq!((&change.before, &change.after), (&json!("bob"), &json!("Bob 鲍勃")));
    assert!(events(&eve, "user.updated").await.is_empty(), "a tenant without the person hears nothing");
    let same = member.post::<UpdateMe>(&[], &UpdateMeBody { name: None }).await.unwrap();
    assert_eq!(same, me, "what is absent stays");
}

#[actix_web::test]
async fn a_bad_name_and_what_is_not_the_persons_to_change_are_refused() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let long = "x".repeat(101);
    for (body, pointer) in [
        (json!({"name": " "}), "#/name"),
        (json!({"name": long}), "#/name"),
        (json!({"name": "a\u{0}"}), "#/name"),
        (json!({"name": 7}), "#/name"),
        (json!({"email": "other@example.com"}), "#/email"),
        (json!({"operator": true}), "#/operator"),
    ] {
        let response = ada.request("PATCH", UpdateMe::PATH).json(&body).send().await.unwrap();
        assert_eq!(pointers(read::<UpdateMe>(response).await), [pointer], "{body}");
    }
    assert_eq!(ada.get::<GetMe>(&[]).await.unwrap(), ada.me.unwrap());
}

#[actix_web::test]
async fn torture_forged_tokens_are_no_credential() {
    let torture = crate::support::torture("T30–T31", "a corpus of forged tokens");
    let app = TestApp::start().await;
    app.owner("ada").await;
    let (access, _) = tokens(&app, "ada").await;
    let part = |index: usize| access.split('.').nth(index).unwrap();
    let (header, claims, mark) = (part(0), part(1), part(2));
    let decoded = |text: &str| -> Value {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
        serde_json::from_slice(&BASE64.decode(text).unwrap()).unwrap()
    };
    assert_eq!(decoded(header)["typ"], "at+jwt");
    let kid = decoded(header)["kid"].as_str().unwrap().to_owned();
    let sign = |claims: &Value, typ: &str, key: &[u8]| {
        let mut header = Header::new(Algorithm::HS256);
        (header.typ, header.kid) = (Some(typ.to_owned()), Some(kid.clone()));
        jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(key)).unwrap()
    };
    let key = app.context.secrets.session();
    let with = |field: &str, value: Value| {
        let mut claims = decoded(claims);
        claims[field] = value;
        claims
    };
    assert!(me_with(&app, &sign(&decoded(claims), "at+jwt", key)).await.is_ok(), "the forge works");
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0";
    let corpus = [
        "junk".to_owned(),
        "..".to_owned(),
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{mark}"),
        format!("{header}.{claims}."),
        sign(&decoded(claims), "at+jwt", b"another key of the same length!!"),
        sign(&decoded(claims), "JWT", key),
        sign(&with("aud", json!("other")), "at+jwt", key),
        sign(&with("iss", json!("other")), "at+jwt", key),
        sign(&with("sub", json!("other")), "at+jwt", key),
        sign(&with("nbf", json!(4_000_000_000i64)), "at+jwt", key),
        sign(&with("exp", json!("never")), "at+jwt", key),
    ];
    for token in corpus {
        let refused = me_with(&app, &token).await.unwrap_err();
        assert_eq!((refused.status, refused.problem.code), (401, Code::Unauthenticated), "{token}");
    }
    let expired = sign(&with("exp", json!(1)), "at+jwt", key);
    assert_eq!(code(me_with(&app, &expired).await), Code::SessionExpired);
    let stranger = app.owner("bob").await.me.unwrap().user.id;
    let stolen = sign(&with("sub", json!(stranger)), "at+jwt", key);
    assert_eq!(code(me_with(&app, &stolen).await), Code::SessionExpired, "the session is another person's");
    torture.end(1, 0, "none is a credential");
}

#[actix_web::test]
async fn a_person_sees_and_ends_their_own_sessions_only() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let bob = app.owner("bob").await;
    let (access, refresh) = tokens(&app, "ada").await;
    let sessions = ada.get::<ListSessions>(&[]).await.unwrap().data;
    assert_eq!(sessions.len(), 2);
    assert_eq!(sessions.iter().map(|session| session.current).collect::<Vec<_>>(), [false, true]);
    assert_eq!(sessions[0].ip.as_deref(), Some("127.0.0.1"));

    let other = sessions[0].id.to_string();
    let foreign = bob.get::<EndSession>(&[&other]).await.unwrap_err();
    let absent = bob.get::<EndSession>(&["session_01h2xcejqtf2nbrexx3vqjhp41"]).await.unwrap_err();
    assert_eq!((foreign.status, foreign.problem.detail), (404, absent.problem.detail));
    assert!(me_with(&app, &access).await.is_ok());

    ada.get::<EndSession>(&[&other]).await.unwrap();
    assert_eq!(code(me_with(&app, &access).await), Code::SessionExpired, "on the very next call");
    assert_eq!(code(refresh_with(&app, &refresh).await), Code::SessionExpired);
    assert_eq!(code(ada.get::<EndSession>(&[&other]).await), Code::NotFound);
    assert_eq!(events(&ada, "session.ended").await.len(), 1);
}

#[actix_web::test]
async fn an_end_that_was_not_told_is_noticed_within_five_seconds() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    ada.get::<GetMe>(&[]).await.unwrap();
    let tx = app.context.db.begin().await.unwrap();
    tx.execute_unprepared("UPDATE sessions SET revoked_at = 1").await.unwrap();
    tx.commit().await.unwrap();
    app.context.clock.advance_seconds(5);
    assert_eq!(code(ada.get::<GetMe>(&[]).await), Code::SessionExpired);
}

#[actix_web::test]
async fn a_seen_session_is_believed_without_a_query() {
    let app = TestApp::start().await;
    let (access, _) = {
        app.owner("ada").await;
        tokens(&app, "ada").await
    };
    amaas::accounts::identify(&app.context, &access).await.unwrap();
    let before = app.context.db.queries();
    amaas::accounts::identify(&app.context, &access).await.unwrap();
    assert_eq!(app.context.db.queries(), before);
}

#[actix_web::test]
async fn a_new_password_ends_all_other_sessions() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let (access, refresh) = tokens(&app, "ada").await;
    me_with(&app, &access).await.unwrap();
    let new = "nine purple windows hum";
    let body = |current: &str, new: &str| ChangePasswordBody {
        current_password: current.to_owned(),
        new_password: new.to_owned(),
    };
    assert_eq!(
        pointers(ada.post::<ChangePassword>(&[], &body("a wrong password", new)).await),
        ["#/current_password"]
    );
    assert_eq!(
        pointers(ada.post::<ChangePassword>(&[], &body(PASSWORD, "short")).await),
        ["#/new_password", "#/new_password"]
    );
    assert_eq!(
        pointers(ada.post::<ChangePassword>(&[], &body(PASSWORD, PASSWORD)).await),
        ["#/new_password"]
    );
    ada.post::<ChangePassword>(&[], &body(PASSWORD, new)).await.unwrap();
    assert_eq!(code(me_with(&app, &access).await), Code::SessionExpired);
    assert_eq!(code(refresh_with(&app, &refresh).await), Code::SessionExpired);
    assert!(ada.get::<GetMe>(&[]).await.is_ok(), "the session that changed it stands");
    assert_eq!(code(app.sign_in("ada").await), Code::InvalidCredentials);
    assert!(app.nobody().post::<SignIn>(&[], &sign_in_body("ada", new)).await.is_ok());
    let changed = events(&ada, "user.password_changed").await;
    let results: Vec<_> = changed.iter().map(|event| event.outcome.result.as_str()).collect();
    assert_eq!(results, ["success", "failure"]);
}

#[actix_web::test]
async fn a_session_needs_a_tenant_for_what_is_a_tenants() {
    let app = TestApp::start().await;
    let mut ada = app.owner("ada").await;
    let bob = app.owner("bob").await;
    ada.tenant = None;
    assert_eq!(code(ada.get::<GetTenant>(&[]).await), Code::TenantRequired);
    ada.tenant = Some("ada-ltd".to_owned());
    assert_eq!(ada.get::<GetTenant>(&[]).await.unwrap().slug, "ada-ltd");
    ada.tenant = bob.tenant.clone();
    let foreign = ada.get::<GetTenant>(&[]).await.unwrap_err();
    ada.tenant = Some("nowhere".to_owned());
    let absent = ada.get::<GetTenant>(&[]).await.unwrap_err();
    assert_eq!((foreign.status, foreign.problem.detail), (404, absent.problem.detail));
    assert_eq!(code(app.nobody().get::<GetMe>(&[]).await), Code::Unauthenticated);
}

#[actix_web::test]
async fn no_password_or_token_stands_in_the_database() {
    let app = TestApp::start().await;
    app.owner("ada").await;
    let (access, refresh) = tokens(&app, "ada").await;
    for secret in [PASSWORD, access.as_str(), refresh.as_str()] {
        assert_eq!(app.columns_with(secret).await, [""; 0]);
    }
}
