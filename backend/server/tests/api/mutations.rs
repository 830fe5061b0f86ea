//! Every route that changes something leaves exactly one event, of the act that its row in the URL table names.

use crate::support::{
    Caller, PASSWORD, TestApp,
    world::{self, Ids, World, send},
};
use amaas::routes::{Row, TABLE};
use contract::{
    Call,
    accounts::{
        ChangeEmail, ChangeEmailBody, EnrolTotp, ForgotPassword, ForgotPasswordBody, ListSessions, Me,
        SignIn, SignInBody,
    },
    api_keys::KeyScope,
    endpoints::UpdateEndpoint,
    members::Role,
    training::StartRun,
};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;

/// Routes that change something and leave no event, each with its reason. The list may only shrink.
const SILENT: &[(&str, &str)] = &[
    ("PreviewReading", "changes nothing: it is a POST because what is tried stands in a body"),
    ("Predict", "thousands a second: it counts in usage by day, key and endpoint instead"),
];

#[test]
fn every_route_that_changes_something_names_its_event() {
    let silent: Vec<_> = TABLE
        .iter()
        .filter(|row| row.method.changes_state() && row.event.is_none())
        .map(|row| row.name)
        .collect();
    let listed: Vec<_> = SILENT
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| TABLE.iter().any(|row| row.name == *name))
        .collect();
    assert_eq!(silent, listed);
}

/// The actions in a tenant's log after a sequence, and its last sequence.
async fn events_after(app: &TestApp, tenant: &str, sequence: i64) -> (Vec<String>, i64) {
    let sql =
        "SELECT sequence, action FROM audit_events WHERE tenant_id = $1 AND sequence > $2 ORDER BY sequence";
    let db = app.context.db.reader();
    let values = [tenant.into(), sequence.into()];
    let rows = db
        .query_all_raw(Statement::from_sql_and_values(app.context.db.backend(), sql, values))
        .await
        .unwrap();
    let last = rows.last().map_or(sequence, |row| row.try_get_by("sequence").unwrap());
    (rows.iter().map(|row| row.try_get_by("action").unwrap()).collect(), last)
}

/// The same for routes by which a person proves who they are: somebody new, with the message or code that it needs.
async fn prepare_proof(app: &TestApp, owner: &Caller, row: &Row, ids: &mut Ids) -> Option<Caller> {
    const PROOFS: [&str; 11] = [
        "StepUp",
        "ChangeEmail",
        "EnrolTotp",
        "EndOtherSessions",
        "ForgotPassword",
        "ResetPassword",
        "ConfirmEmail",
        "ConfirmTotp",
        "VerifySignIn",
        "RemoveTotp",
        "RenewRecoveryCodes",
    ];
    if !PROOFS.contains(&row.name) {
        return None;
    }
    let email = format!("{}@example.com", ids.nonce);
    let member = app.member(owner, &ids.nonce, Role::Analyst).await;
    let nobody = app.nobody();
    match row.name {
        "ForgotPassword" => return Some(nobody),
        "ResetPassword" => {
            let body = ForgotPasswordBody { email: email.clone() };
            nobody.post::<ForgotPassword>(&[], &body).await.unwrap();
            ids.invite_token = app.token_of(&email, "/reset").await;
            return Some(nobody);
        }
        "ConfirmEmail" => {
            let new = format!("new-{email}");
            member.post::<ChangeEmail>(&[], &ChangeEmailBody { email: new.clone() }).await.unwrap();
            ids.invite_token = app.token_of(&new, "/confirm-email").await;
            return Some(nobody);
        }
        "ConfirmTotp" => {
            let secret = member.get::<EnrolTotp>(&[]).await.unwrap().secret;
            ids.code = app.code(&secret, 0);
        }
        "VerifySignIn" => {
            ids.code = app.second_factor(&member).await.1[0].clone();
            let body = SignInBody { email, password: PASSWORD.to_owned() };
            let refused = nobody.post::<SignIn>(&[], &body).await.unwrap_err();
            assert_eq!(refused.problem.code, contract::Code::SecondFactorRequired);
            return Some(nobody);
        }
        "RemoveTotp" | "RenewRecoveryCodes" => drop(app.second_factor(&member).await),
        _ => {}
    }
    Some(member)
}

/// Who sends the request, and what it names: something that is there for this route alone.
async fn prepare(app: &TestApp, world: &World, row: &Row) -> (Caller, Ids) {
    let (owner, mut ids) = (&world.owner, world.ids.clone());
    ids.nonce = row.name.to_lowercase();
    let email = format!("{}@example.com", ids.nonce);
    if let Some(caller) = prepare_proof(app, owner, row, &mut ids).await {
        return (caller, ids);
    }
    let mut caller = owner.clone();
    match row.name {
        "SignUp" => caller = app.nobody(),
        "SignIn" | "SignOut" | "Refresh" | "ChangePassword" => {
            caller = app.member(owner, &ids.nonce, Role::Analyst).await;
        }
        "EndSession" => {
            app.sign_in("world").await.unwrap();
            let sessions = owner.get::<ListSessions>(&[]).await.unwrap().data;
            ids.session = sessions.iter().find(|session| !session.current).unwrap().id.to_string();
        }
        "GetOperatorTenant" | "UpdateOperatorTenant" => caller = app.operator().await,
        "UpdateMember" | "RemoveMember" => {
            let member = app.member(owner, &ids.nonce, Role::Analyst).await;
            ids.user = member.me.unwrap().user.id.to_string();
        }
        "RevokeInvite" => {
            ids.invite = world::invite(owner, &email, Role::Analyst).await.invite.id.to_string();
        }
        "AcceptInvite" => {
            caller = app.owner(&ids.nonce).await;
            ids.invite_token = world::invite(owner, &email, Role::Analyst).await.token;
        }
        "UpdateApiKey" | "RevokeApiKey" | "RotateApiKey" => {
            ids.key = app.program(owner, &[KeyScope::Predict]).await.1.key.id.to_string();
        }
        "DeleteDataset" | "ReadAgain" => ids.dataset = world::dataset(app, owner).await,
        "CancelRun" | "StopRun" => {
            let body = json!({"dataset_id": ids.dataset, "target": "price"});
            let run = owner.request("POST", StartRun::PATH).json(&body).send().await.unwrap();
            ids.run = crate::support::read::<StartRun>(run).await.unwrap().id.to_string();
        }
        "DeleteModel" | "UpdateEndpoint" => ids.model = world::model(app, owner, &ids.dataset).await.1,
        "RollBackEndpoint" => {
            let model = world::model(app, owner, &ids.dataset).await.1;
            let body = json!({"model_id": model});
            let path = UpdateEndpoint::url(&[&ids.endpoint]);
            assert!(owner.request("PATCH", &path).json(&body).send().await.unwrap().status().is_success());
        }
        // The owner's earlier looks would count as the same; their access token is too old by then.
        "GetAuditEvent" => {
            app.context.clock.advance_seconds(301);
            caller = app.sign_in("world").await.unwrap();
        }
        _ => {}
    }
    (caller, ids)
}

#[actix_web::test]
async fn every_route_with_an_event_leaves_exactly_that_one() {
    let app = TestApp::start().await;
    let world = app.world("world").await;
    app.context.clock.advance_seconds(301);
    app.step_up(&world.owner).await;
    let tenant = world.owner.tenant_id().to_string();
    // What deletes the endpoint and what moves the clock come last: others need them.
    let (last, rows): (Vec<_>, Vec<_>) = TABLE
        .iter()
        .filter(|row| row.event.is_some())
        .partition(|row| matches!(row.name, "DeleteEndpoint" | "GetAuditEvent"));
    for row in rows.into_iter().chain(last) {
        let (caller, ids) = prepare(&app, &world, row).await;
        let (_, before) = events_after(&app, &tenant, 0).await;
        let response = send(&caller, row, &ids).await;
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        assert_eq!(status, row.status, "{row:?}: {text}");
        let (tenant, before) = match row.name {
            "SignUp" => (serde_json::from_str::<Me>(&text).unwrap().tenants[0].id.to_string(), 0),
            _ => (tenant.clone(), before),
        };
        let (left, _) = events_after(&app, &tenant, before).await;
        assert_eq!(left, [row.event.unwrap().as_str()], "{row:?}");
    }
}
