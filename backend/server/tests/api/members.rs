use crate::support::{Caller, PASSWORD, Refused, TestApp, read};
use contract::{
    Call, Code, ListQuery, UserId,
    accounts::{GetMe, SignUp, SignUpBody},
    audit::{AuditEvent, AuditQuery, ListAuditEvents},
    members::{
        AcceptInvite, AcceptInviteBody, CreateInvite, CreateInviteBody, CreatedInvite, GetMember,
        ListInvites, ListMembers, RemoveMember, RevokeInvite, Role, UpdateMember, UpdateMemberBody,
    },
    tenants::{GetTenant, UpdateTenant, UpdateTenantBody},
};
use sea_orm::ConnectionTrait;
use serde_json::json;

fn id(caller: &Caller) -> String {
    caller.me.as_ref().unwrap().user.id.to_string()
}

async fn set_role(by: &Caller, of: &Caller, role: Role) -> Result<contract::members::Member, Refused> {
    by.post::<UpdateMember>(&[&id(of)], &UpdateMemberBody { role }).await
}

async fn invite(by: &Caller, name: &str, role: Role) -> Result<CreatedInvite, Refused> {
    by.post::<CreateInvite>(&[], &CreateInviteBody { email: format!("{name}@example.com"), role }).await
}

async fn accept(by: &Caller, token: &str) -> Result<contract::accounts::Me, Refused> {
    by.post::<AcceptInvite>(&[], &AcceptInviteBody { token: token.to_owned() }).await
}

fn code<T>(outcome: Result<T, Refused>) -> Code {
    outcome.err().expect("a refusal").problem.code
}

async fn events(owner: &Caller, action: &str) -> Vec<AuditEvent> {
    let query = AuditQuery { action: Some(action.to_owned()), limit: Some(100), ..AuditQuery::default() };
    owner.list::<ListAuditEvents>(&query).await.unwrap().data
}

fn results(events: &[AuditEvent]) -> Vec<&str> {
    events.iter().map(|event| event.outcome.result.as_str()).collect()
}

#[actix_web::test]
async fn members_are_listed_page_by_page_newest_first() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let bob = app.member(&ada, "bob", Role::Developer).await;
    let eve = app.member(&ada, "eve", Role::Analyst).await;
    let page = |cursor| ListQuery { limit: Some(2), cursor };
    let first = ada.list::<ListMembers>(&page(None)).await.unwrap();
    let second = ada.list::<ListMembers>(&page(first.next_cursor.clone())).await.unwrap();
    let all: Vec<_> =
        first.data.iter().chain(&second.data).map(|member| member.user_id.to_string()).collect();
    assert_eq!(all, [id(&eve), id(&bob), id(&ada)]);
    assert_eq!(second.next_cursor, None);
    assert_eq!(ada.get::<GetMember>(&[&id(&bob)]).await.unwrap().role, Role::Developer);
    for cursor in ["junk", "\0", "session_01h2xcejqtf2nbrexx3vqjhp41"] {
        let refused = ada.list::<ListMembers>(&page(Some(cursor.to_owned()))).await.unwrap_err();
        assert_eq!((refused.status, refused.problem.errors[0].pointer.as_str()), (422, "cursor"));
    }
    for limit in [0, 101] {
        let query = ListQuery { limit: Some(limit), cursor: None };
        assert_eq!(code(ada.list::<ListMembers>(&query).await), Code::InvalidRequest);
    }
}

#[actix_web::test]
async fn a_foreign_member_looks_absent() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let bob = app.owner("bob").await;
    let absent = UserId::from_bits(7).to_string();
    for slot in [id(&bob), absent, "junk".to_owned(), "tenant_01h2xcejqtf2nbrexx3vqjhp41".to_owned()] {
        assert_eq!(code(ada.get::<GetMember>(&[&slot]).await), Code::NotFound, "{slot}");
        assert_eq!(code(ada.get::<RemoveMember>(&[&slot]).await), Code::NotFound, "{slot}");
        let change = UpdateMemberBody { role: Role::Analyst };
        assert_eq!(code(ada.post::<UpdateMember>(&[&slot], &change).await), Code::NotFound, "{slot}");
    }
    assert!(bob.get::<GetTenant>(&[]).await.is_ok());
}

#[actix_web::test]
async fn torture_a_change_of_role_holds_on_the_next_request() {
    let torture = crate::support::torture("T35", "another role in mid-session");
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let bob = app.member(&ada, "bob", Role::Developer).await;
    let rename = UpdateTenantBody { name: Some("Other".to_owned()) };
    assert_eq!(code(bob.post::<UpdateTenant>(&[], &rename).await), Code::Forbidden);
    set_role(&ada, &bob, Role::Admin).await.unwrap();
    bob.post::<UpdateTenant>(&[], &rename).await.unwrap();
    set_role(&ada, &bob, Role::Analyst).await.unwrap();
    assert_eq!(code(bob.post::<UpdateTenant>(&[], &rename).await), Code::Forbidden);
    ada.get::<RemoveMember>(&[&id(&bob)]).await.unwrap();
    assert_eq!(
        code(bob.get::<GetTenant>(&[]).await),
        Code::NotFound,
        "to a stranger the tenant looks absent"
    );
    assert!(bob.get::<GetMe>(&[]).await.unwrap().tenants.is_empty());
    let changed = events(&ada, "member.role_changed").await;
    assert_eq!((changed.len(), &changed[0].changes[0].after), (2, &json!("analyst")));
    assert_eq!(events(&ada, "member.removed").await.len(), 1);
    torture.end(1, 0, "holds on the next request");
}

#[actix_web::test]
async fn a_tenant_keeps_an_owner() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    assert_eq!(code(set_role(&ada, &ada, Role::Admin).await), Code::LastOwner);
    assert_eq!(code(ada.get::<RemoveMember>(&[&id(&ada)]).await), Code::LastOwner);
    set_role(&ada, &ada, Role::Owner).await.unwrap();
    let bob = app.member(&ada, "bob", Role::Owner).await;
    set_role(&bob, &ada, Role::Developer).await.unwrap();
    assert_eq!(code(bob.get::<RemoveMember>(&[&id(&bob)]).await), Code::LastOwner);
}

#[actix_web::test]
async fn two_owners_can_not_remove_each_other_at_once() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let bob = app.member(&ada, "bob", Role::Owner).await;
    let (ada_id, bob_id) = (id(&ada), id(&bob));
    let (left, right) =
        futures_util::future::join(ada.get::<RemoveMember>(&[&bob_id]), bob.get::<RemoveMember>(&[&ada_id]))
            .await;
    assert!(left.is_ok() != right.is_ok(), "{left:?} {right:?}");
}

#[actix_web::test]
async fn only_owners_touch_owners_and_refusals_are_recorded() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let admin = app.member(&ada, "adm", Role::Admin).await;
    let bob = app.member(&ada, "bob", Role::Developer).await;
    assert_eq!(code(set_role(&admin, &ada, Role::Analyst).await), Code::Forbidden);
    assert_eq!(code(set_role(&admin, &admin, Role::Owner).await), Code::Forbidden);
    assert_eq!(code(set_role(&admin, &bob, Role::Owner).await), Code::Forbidden);
    assert_eq!(code(admin.get::<RemoveMember>(&[&id(&ada)]).await), Code::Forbidden);
    assert_eq!(code(invite(&admin, "new", Role::Owner).await), Code::Forbidden);
    assert_eq!(results(&events(&ada, "member.role_changed").await), ["denied"; 3]);
    assert_eq!(results(&events(&ada, "member.removed").await), ["denied"]);
    assert_eq!(results(&events(&ada, "invite.created").await), ["denied", "success", "success"]);
    set_role(&admin, &bob, Role::Admin).await.unwrap();
    for caller in [&bob, &admin] {
        assert!(caller.list::<ListInvites>(&ListQuery::default()).await.is_ok());
    }
}

#[actix_web::test]
async fn a_body_sets_the_role_and_nothing_else() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let bob = app.member(&ada, "bob", Role::Developer).await;
    for body in [
        json!({"role": "admin", "tenant_id": "x"}),
        json!({"role": "admin", "user_id": "x"}),
        json!({"role": "emperor"}),
        json!({"role": null}),
        json!({}),
    ] {
        let request = ada.request("PATCH", &UpdateMember::url(&[&id(&bob)])).json(&body);
        let refused = read::<UpdateMember>(request.send().await.unwrap()).await.unwrap_err();
        assert_eq!(refused.status, 422, "{body}");
    }
    assert_eq!(ada.get::<GetMember>(&[&id(&bob)]).await.unwrap().role, Role::Developer);
}

#[actix_web::test]
async fn an_invitation_shows_its_token_once_and_lets_its_address_in() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let bob = app.owner("bob").await;
    let created = invite(&ada, "BOB", Role::Developer).await.unwrap();
    assert_eq!(created.invite.email, "bob@example.com");
    assert_eq!(created.token.len(), 43);
    assert_eq!(created.path, format!("/invite#token={}", created.token));
    let listed = ada.request("GET", ListInvites::PATH).send().await.unwrap().text().await.unwrap();
    assert!(listed.contains("bob@example.com") && !listed.contains(&created.token));

    let eve = app.owner("eve").await;
    assert_eq!(code(accept(&eve, &created.token).await), Code::InviteInvalid, "it is for another address");
    let me = accept(&bob, &created.token).await.unwrap();
    assert_eq!(
        me.tenants.iter().map(|tenant| tenant.role).collect::<Vec<_>>(),
        [Role::Owner, Role::Developer]
    );
    assert_eq!(code(accept(&bob, &created.token).await), Code::InviteInvalid, "it is used up");
    let accepted = events(&ada, "invite.accepted").await;
    assert_eq!((accepted.len(), accepted[0].actor.id.as_deref()), (1, Some(id(&bob).as_str())));
    let invites = ada.list::<ListInvites>(&ListQuery::default()).await.unwrap().data;
    assert!(invites[0].accepted_at.is_some());
    assert_eq!(code(invite(&ada, "bob", Role::Admin).await), Code::Conflict, "he is a member");

    // From now on what he does with his session stands in both tenants' logs, once each.
    app.sign_in("bob").await.unwrap();
    assert_eq!(events(&ada, "user.signed_in").await.len(), 1);
    assert_eq!(events(&bob, "user.signed_in").await.len(), 1);
}

#[actix_web::test]
async fn an_invitation_ends_with_the_right_of_its_maker() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let (bob, eve) = (app.owner("bob").await, app.owner("eve").await);
    let leaver = app.member(&ada, "leaver", Role::Admin).await;
    let lowered = app.member(&ada, "lowered", Role::Admin).await;
    let former = app.member(&ada, "former", Role::Owner).await;
    let by_leaver = invite(&leaver, "bob", Role::Admin).await.unwrap();
    let by_lowered = invite(&lowered, "eve", Role::Analyst).await.unwrap();
    let as_owner = invite(&former, "eve2", Role::Owner).await.unwrap();
    let as_admin = invite(&former, "eve3", Role::Admin).await.unwrap();
    ada.get::<RemoveMember>(&[&id(&leaver)]).await.unwrap();
    set_role(&ada, &lowered, Role::Developer).await.unwrap();
    set_role(&ada, &former, Role::Admin).await.unwrap();
    assert_eq!(code(accept(&bob, &by_leaver.token).await), Code::InviteInvalid, "its maker was removed");
    assert_eq!(code(accept(&eve, &by_lowered.token).await), Code::InviteInvalid, "its maker may not invite");
    let listed = ada.list::<ListInvites>(&ListQuery { limit: Some(100), cursor: None }).await.unwrap().data;
    let is_open = |created: &CreatedInvite| {
        let invite = listed.iter().find(|listed| listed.id == created.invite.id).unwrap();
        invite.revoked_at.is_none()
    };
    assert!(!is_open(&as_owner), "only owners make owners");
    assert!(is_open(&as_admin), "an admin may invite an admin");
    let removed = &events(&ada, "member.removed").await[0];
    let ended: Vec<_> = removed.targets.iter().map(|target| target.id.as_str()).collect();
    assert!(
        ended.contains(&by_leaver.invite.id.to_string().as_str()),
        "the log tells which ended: {ended:?}"
    );
}

#[actix_web::test]
async fn an_invitation_that_outlived_the_leaving_of_its_maker_lets_nobody_in() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let bob = app.owner("bob").await;
    let leaver = app.member(&ada, "leaver", Role::Admin).await;
    let created = invite(&leaver, "bob", Role::Admin).await.unwrap();
    ada.get::<RemoveMember>(&[&id(&leaver)]).await.unwrap();
    // As if it had been made in the very moment.
    app.database().await.execute_unprepared("UPDATE invites SET revoked_at = NULL").await.unwrap();
    assert_eq!(code(accept(&bob, &created.token).await), Code::InviteInvalid);
    app.database().await.execute_unprepared("DELETE FROM invites").await.unwrap();
}

#[actix_web::test]
async fn an_address_and_a_tenant_have_so_many_invitations_and_no_more() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.owner("ada").await, app.owner("bob").await);
    for at in 0..5 {
        invite(if at % 2 == 0 { &ada } else { &bob }, "much-invited", Role::Analyst).await.unwrap();
    }
    let refused = invite(&bob, "much-invited", Role::Analyst).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (429, Code::RateLimited));
    for at in 0..49 {
        invite(&ada, &format!("other-{at}"), Role::Analyst).await.unwrap();
    }
    let refused = invite(&ada, "one-more", Role::Analyst).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (429, Code::QuotaExceeded));
    invite(&ada, "other-0", Role::Developer).await.expect("it takes the place of another");
    invite(&bob, "one-more", Role::Analyst).await.expect("another tenant has its own");
    app.context.clock.advance_seconds(3600);
    let bob = app.sign_in("bob").await.unwrap();
    invite(&bob, "much-invited", Role::Analyst).await.expect("an hour later");
}

#[actix_web::test]
async fn an_invited_person_signs_up_into_the_tenant() {
    let app = TestApp::start_with(&[("auth.sign_up", "open")]).await;
    let ada = app.owner("ada").await;
    let token = invite(&ada, "bob", Role::Auditor).await.unwrap().token;
    let body = SignUpBody {
        email: "bob@example.com".to_owned(),
        password: PASSWORD.to_owned(),
        name: "Bob".to_owned(),
        tenant_name: None,
        invite_token: Some(token),
    };
    let other = SignUpBody { email: "eve@example.com".to_owned(), ..body.clone() };
    assert_eq!(code(app.nobody().post::<SignUp>(&[], &other).await), Code::InviteInvalid);
    let both = SignUpBody { tenant_name: Some("Own".to_owned()), ..body.clone() };
    assert_eq!(code(app.nobody().post::<SignUp>(&[], &both).await), Code::InvalidRequest);
    let me = app.nobody().post::<SignUp>(&[], &body).await.unwrap();
    assert_eq!((me.tenants.len(), me.tenants[0].id, me.tenants[0].role), (1, ada.tenant_id(), Role::Auditor));
    assert_eq!(code(app.nobody().post::<SignUp>(&[], &body).await), Code::InviteInvalid);
    assert_eq!(events(&ada, "user.signed_up").await.len(), 2);
}

#[actix_web::test]
async fn an_invitation_ends_when_revoked_replaced_or_a_week_old() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let bob = app.owner("bob").await;
    let first = invite(&ada, "bob", Role::Analyst).await.unwrap();
    let second = invite(&ada, "bob", Role::Developer).await.unwrap();
    assert_eq!(code(accept(&bob, &first.token).await), Code::InviteInvalid, "replaced");
    let (first, second) = (first.invite.id.to_string(), (second.invite.id.to_string(), second.token));
    ada.get::<RevokeInvite>(&[&second.0]).await.unwrap();
    assert_eq!(code(accept(&bob, &second.1).await), Code::InviteInvalid, "revoked");
    assert_eq!(code(ada.get::<RevokeInvite>(&[&first]).await), Code::Conflict);
    assert_eq!(code(bob.get::<RevokeInvite>(&[&second.0]).await), Code::NotFound, "a foreign invitation");
    let third = invite(&ada, "bob", Role::Developer).await.unwrap();
    app.context.clock.advance_seconds(7 * 86_400 + 1);
    let bob = app.sign_in("bob").await.unwrap();
    assert_eq!(code(accept(&bob, &third.token).await), Code::InviteInvalid, "too old");
    assert_eq!(code(accept(&bob, "made up").await), Code::InviteInvalid);
    assert_eq!(code(accept(&app.nobody(), &third.token).await), Code::Unauthenticated);
    let ada = app.sign_in("ada").await.unwrap();
    assert_eq!(results(&events(&ada, "invite.revoked").await), ["success"]);
}

#[actix_web::test]
async fn a_bad_address_can_not_be_invited() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    for email in ["", "ada", "a b@example.com", "a\0@example.com"] {
        let body = CreateInviteBody { email: email.to_owned(), role: Role::Analyst };
        let refused = ada.post::<CreateInvite>(&[], &body).await.unwrap_err();
        assert_eq!(refused.problem.errors[0].pointer, "#/email", "{email}");
    }
}
