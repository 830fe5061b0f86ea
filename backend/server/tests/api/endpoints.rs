//! Endpoints: a stable name on a model, changed and rolled back in one call, remembered and audited.

use crate::support::{Caller, Refused, STONES, TestApp};
use contract::{
    Code, ListQuery, ModelId, NoQuery, Nothing,
    api_keys::{CreateApiKey, CreateApiKeyBody, KeyScope},
    audit::{AuditEvent, ListAuditEvents},
    endpoints::{
        CreateEndpoint, CreateEndpointBody, DeleteEndpoint, Endpoint, GetEndpoint, GetEndpointSchema,
        ListEndpoints, RollBackEndpoint, UpdateEndpoint, UpdateEndpointBody,
    },
    models::DeleteModel,
};

const FLOWERS: &str = "petal,kind\n1,a\n2,a\n3,a\n4,a\n5,a\n6,b\n7,b\n8,b\n9,b\n10,b\n1.5,a\n9.5,b\n";

async fn create(caller: &Caller, name: &str, model_id: ModelId) -> Result<Endpoint, Refused> {
    caller.post::<CreateEndpoint>(&[], &CreateEndpointBody { name: name.to_owned(), model_id }).await
}

async fn change(caller: &Caller, name: &str, model_id: ModelId) -> Result<Endpoint, Refused> {
    caller.post::<UpdateEndpoint>(&[name], &UpdateEndpointBody { model_id }).await
}

async fn events(caller: &Caller, prefix: &str) -> Vec<AuditEvent> {
    let all = caller.list::<ListAuditEvents>(&Default::default()).await.unwrap().data;
    all.into_iter().filter(|event| event.action.starts_with(prefix)).collect()
}

fn causes(endpoint: &Endpoint) -> Vec<(u64, u32, &str)> {
    endpoint.history.iter().map(|one| (one.sequence, one.model_version, one.cause.as_str())).collect()
}

#[actix_web::test]
async fn a_model_is_put_changed_and_rolled_back() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let first = app.learned(&ada, "stones", STONES, "price").await;
    let second = app.learned(&ada, "stones", STONES, "price").await;
    let made = create(&ada, "shop", first).await.unwrap();
    assert_eq!((made.model_id, made.model_version, causes(&made)), (first, 1, vec![(1, 1, "created")]));
    let changed = change(&ada, "shop", second).await.unwrap();
    assert_eq!((changed.model_id, changed.model_version), (second, 2));
    assert_eq!(changed.model_name, "stones");
    let back = ada.get::<RollBackEndpoint>(&["shop"]).await.unwrap();
    assert_eq!(back.model_id, first);
    assert_eq!(causes(&back), [(3, 1, "rolled_back"), (2, 2, "changed"), (1, 1, "created")]);
    assert_eq!(ada.get::<GetEndpoint>(&["shop"]).await.unwrap(), back);
    let same = change(&ada, "shop", first).await.unwrap();
    assert_eq!(same.history.len(), 3, "a change to the same model is none");
    let listed = ada.list::<ListEndpoints>(&ListQuery::default()).await.unwrap();
    assert_eq!(listed.data, [same]);

    let log = events(&ada, "endpoint.").await;
    let actions: Vec<_> = log.iter().map(|event| event.action.as_str()).collect();
    assert_eq!(
        actions,
        ["endpoint.model_changed", "endpoint.rolled_back", "endpoint.model_changed", "endpoint.created"]
    );
    let change = &log[2].changes[0];
    assert_eq!(
        (change.path.as_str(), &change.before["version"], &change.after["version"]),
        ("/model", &1.into(), &2.into())
    );
    assert_eq!(log[2].targets[0].name.as_deref(), Some("shop"));
}

#[actix_web::test]
async fn an_endpoint_with_one_model_has_none_to_go_back_to() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let first = app.endpoint(&ada, "shop", STONES, "price").await;
    let refused = ada.get::<RollBackEndpoint>(&["shop"]).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (409, Code::Conflict));
    let second = app.learned(&ada, "shop", STONES, "price").await;
    change(&ada, "shop", second).await.unwrap();
    let refused = ada.get::<DeleteModel>(&[&second.to_string()]).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (409, Code::InUse));
    ada.get::<DeleteModel>(&[&first.to_string()]).await.unwrap();
    let refused = ada.get::<RollBackEndpoint>(&["shop"]).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (409, Code::Conflict), "the one before was deleted");
}

#[actix_web::test]
async fn names_are_checked_and_used_once() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let model = app.learned(&ada, "stones", STONES, "price").await;
    for name in ["", "Shop", "shop-", "my shop", &"x".repeat(64)] {
        let refused = create(&ada, name, model).await.unwrap_err();
        assert_eq!((refused.status, refused.problem.errors[0].pointer.as_str()), (422, "#/name"), "{name}");
    }
    create(&ada, "shop", model).await.unwrap();
    let refused = create(&ada, "shop", model).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (409, Code::NameTaken));
    let eve = app.owner("eve").await;
    let theirs = app.learned(&eve, "stones", STONES, "price").await;
    create(&eve, "shop", theirs).await.expect("names are a tenant's own");
}

#[actix_web::test]
async fn a_model_of_another_kind_or_tenant_can_not_take_over() {
    let app = TestApp::start().await;
    let (ada, eve) = (app.owner("ada").await, app.owner("eve").await);
    app.endpoint(&ada, "shop", STONES, "price").await;
    let classes = app.learned(&ada, "flowers", FLOWERS, "kind").await;
    let refused = change(&ada, "shop", classes).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.errors[0].pointer.as_str()), (422, "#/model_id"));
    let foreign = app.learned(&eve, "stones", STONES, "price").await;
    let absent = ModelId::from_bits(app.context.clock.new_id_bits());
    for id in [foreign, absent] {
        assert_eq!(change(&ada, "shop", id).await.unwrap_err().status, 404);
        assert_eq!(create(&ada, "other", id).await.unwrap_err().status, 404);
    }
    for name in ["shop", "absent", "%20"] {
        assert_eq!(eve.get::<GetEndpoint>(&[name]).await.unwrap_err().status, 404);
        assert_eq!(eve.get::<DeleteEndpoint>(&[name]).await.unwrap_err().status, 404);
        assert_eq!(eve.get::<RollBackEndpoint>(&[name]).await.unwrap_err().status, 404);
        assert_eq!(eve.get::<GetEndpointSchema>(&[name]).await.unwrap_err().status, 404);
    }
}

#[actix_web::test]
async fn a_deleted_endpoint_is_gone_and_its_name_free() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    let model = app.endpoint(&ada, "shop", STONES, "price").await;
    ada.get::<DeleteEndpoint>(&["shop"]).await.unwrap();
    assert_eq!(ada.get::<GetEndpoint>(&["shop"]).await.unwrap_err().status, 404);
    assert_eq!(events(&ada, "endpoint.deleted").await.len(), 1);
    let made = create(&ada, "shop", model).await.unwrap();
    assert_eq!(causes(&made), [(1, 1, "created")]);
}

#[actix_web::test]
async fn a_limited_key_sees_its_endpoints_alone_and_the_refusal_is_recorded() {
    let app = TestApp::start().await;
    let ada = app.owner("ada").await;
    app.endpoint(&ada, "shop", STONES, "price").await;
    app.endpoint(&ada, "secret", STONES, "price").await;
    let body = CreateApiKeyBody {
        name: "limited".to_owned(),
        scopes: vec![KeyScope::EndpointsRead, KeyScope::EndpointsWrite],
        endpoints: Some(vec!["shop".to_owned()]),
        rate_per_second: None,
        expires_at: None,
    };
    let mut limited = app.nobody();
    limited.key = Some(ada.post::<CreateApiKey>(&[], &body).await.unwrap().secret);
    let seen = limited.list::<ListEndpoints>(&ListQuery::default()).await.unwrap().data;
    assert_eq!(seen.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["shop"]);
    assert!(limited.get::<GetEndpoint>(&["shop"]).await.is_ok());
    let refused = limited.call::<DeleteEndpoint>(&["secret"], &NoQuery {}, &Nothing {}).await.unwrap_err();
    assert_eq!((refused.status, refused.problem.code), (403, Code::EndpointNotAllowed));
    let denied = events(&ada, "access.denied").await;
    assert_eq!(denied.len(), 1);
    assert_eq!(denied[0].targets[0].name.as_deref(), Some("secret"));
}
