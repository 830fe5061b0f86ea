//! Messages: promised with their change, kept while nobody takes them, handed over once.

use crate::support::{Letter, SmtpServer, TestApp};
use amaas::mail::{deliver_due, waiting};
use contract::{
    NoQuery,
    accounts::{ForgotPassword, ForgotPasswordBody},
    members::{CreateInvite, CreateInviteBody, Role},
    operator::GetPlatform,
};
use std::os::unix::fs::PermissionsExt as _;

async fn forget(app: &TestApp, name: &str) {
    let body = ForgotPasswordBody { email: format!("{name}@example.com") };
    app.nobody().post::<ForgotPassword>(&[], &body).await.unwrap();
}

#[actix_web::test]
async fn a_mail_server_that_is_down_loses_nothing() {
    let server = SmtpServer::start().await;
    let app =
        TestApp::start_with(&[("mail.smtp_url", &server.url()), ("mail.from", "Bank <bank@example.com>")])
            .await;
    app.owner("ada").await;
    forget(&app, "ada").await;
    server.refuse(Some("451 try again later"));
    assert_eq!(deliver_due(&app.context).await.unwrap(), 0);
    assert_eq!(waiting(&app.context).await.unwrap(), 1);
    server.refuse(None);
    assert_eq!(deliver_due(&app.context).await.unwrap(), 0, "it is not due again yet");
    app.context.clock.advance_seconds(15);
    assert_eq!(deliver_due(&app.context).await.unwrap(), 1);
    assert_eq!((waiting(&app.context).await.unwrap(), deliver_due(&app.context).await.unwrap()), (0, 0));
    let messages = server.messages();
    assert_eq!(messages.len(), 1);
    let letter = Letter::read(&messages[0]);
    assert_eq!(letter.to, "ada@example.com");
    assert!(letter.raw.contains("From: Bank <bank@example.com>"), "{}", letter.raw);
    assert!(letter.raw.contains("Message-ID: <") && letter.raw.contains("@example.com>"), "{}", letter.raw);
    assert_eq!(letter.token("/reset").unwrap().len(), 43);
    let recipients: Vec<_> = server.commands().into_iter().filter(|line| line.starts_with("RCPT")).collect();
    assert_eq!(recipients, ["RCPT TO:<ada@example.com>"; 2]);
}

#[actix_web::test]
async fn where_tls_is_required_nothing_is_said_without_it() {
    let server = SmtpServer::start().await;
    let url = format!("{}?tls=required", server.url().replace("smtp://", "smtp://me:password@"));
    let app = TestApp::start_with(&[("mail.smtp_url", &url)]).await;
    app.owner("ada").await;
    forget(&app, "ada").await;
    assert_eq!(deliver_due(&app.context).await.unwrap(), 0);
    assert_eq!(waiting(&app.context).await.unwrap(), 1);
    let said = server.commands();
    assert!(said.iter().all(|line| line.starts_with("EHLO") || line.starts_with("QUIT")), "{said:?}");
}

#[actix_web::test]
async fn a_message_that_is_of_no_use_any_more_is_not_sent() {
    let app = TestApp::start().await;
    app.owner("ada").await;
    forget(&app, "ada").await;
    app.context.clock.advance_seconds(1800);
    assert!(app.letters().await.is_empty());
    assert_eq!(waiting(&app.context).await.unwrap(), 0);
}

#[actix_web::test]
async fn without_a_mail_server_messages_are_files_that_only_we_read_and_the_operator_knows() {
    let app = TestApp::start().await;
    app.owner("ada").await;
    let operator = app.operator().await;
    forget(&app, "ada").await;
    let platform = operator.get::<GetPlatform>(&[]).await.unwrap();
    assert_eq!((platform.mail.as_str(), platform.messages_waiting), ("folder", 1));
    deliver_due(&app.context).await.unwrap();
    let folder = app.context.config.server.data_dir.join("mail");
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap()).collect();
    assert_eq!(files.len(), 1);
    assert!(files[0].file_name().to_str().unwrap().ends_with(".eml"));
    assert_eq!(files[0].metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(app.letters().await[0].text.contains("重设密码"), "in both languages");
}

#[actix_web::test]
async fn a_message_waits_sealed() {
    let app = TestApp::start().await;
    app.owner("ada").await;
    forget(&app, "ada").await;
    assert_eq!(
        app.columns_with("ada@example.com")
            .await
            .iter()
            .filter(|column| column.starts_with("outbox"))
            .count(),
        0
    );
    let token = app.token_of("ada@example.com", "/reset").await;
    assert_eq!(app.columns_with(&token).await, Vec::<String>::new());
}

#[actix_web::test]
async fn an_invitation_is_mailed_with_its_link() {
    let app = TestApp::start().await;
    let ada = app.owner_of("ada", "Acme & Söhne").await;
    let body = CreateInviteBody { email: "bob@example.com".to_owned(), role: Role::Analyst };
    let created = ada.call::<CreateInvite>(&[], &NoQuery {}, &body).await.unwrap();
    let letters = app.letters().await;
    assert_eq!((letters.len(), letters[0].to.as_str()), (1, "bob@example.com"));
    assert!(letters[0].text.contains(&created.path) && letters[0].text.contains("Acme & Söhne"));
    assert_eq!(letters[0].token("/invite").unwrap(), created.token, "behind #, which is sent to no server");
    let subject = letters[0].raw.lines().find(|line| line.starts_with("Subject:")).unwrap();
    assert!(!subject.contains("Acme"), "the tenant's words are not ours: {subject}");
}

#[actix_web::test]
async fn links_lead_to_where_the_server_listens_or_to_where_it_is_told_that_people_come() {
    for (set, expected) in
        [(None, None), (Some("https://amaas.example.com/"), Some("https://amaas.example.com"))]
    {
        let settings: Vec<_> = set.into_iter().map(|url| ("server.public_url", url)).collect();
        let app = TestApp::start_with(&settings).await;
        let expected = expected.map_or_else(|| app.url(""), str::to_owned);
        assert_eq!(app.context.public_url(), expected);
    }
    let app = TestApp::start().await;
    app.owner("ada").await;
    forget(&app, "ada").await;
    let letters = app.letters().await;
    assert!(letters[0].text.contains(&app.url("/reset#token=")), "{}", letters[0].text);
}

#[actix_web::test]
async fn invitations_wait_behind_every_other_message() {
    let server = SmtpServer::start().await;
    let app = TestApp::start_with(&[("mail.smtp_url", &server.url())]).await;
    let ada = app.owner("ada").await;
    for name in ["bob", "eve"] {
        let body = CreateInviteBody { email: format!("{name}@example.com"), role: Role::Analyst };
        ada.call::<CreateInvite>(&[], &NoQuery {}, &body).await.unwrap();
    }
    app.context.clock.advance_seconds(1);
    forget(&app, "ada").await;
    assert_eq!(deliver_due(&app.context).await.unwrap(), 3);
    let to: Vec<_> = server.messages().iter().map(|raw| Letter::read(raw).to).collect();
    assert_eq!(to, ["ada@example.com", "bob@example.com", "eve@example.com"]);
}
