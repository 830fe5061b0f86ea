//! A tenant that has one of everything, and a valid request for every route of the URL table. A route that is not
//! named here fails the sweep and the test of audit events: that is the point.

use super::{Caller, PASSWORD, TestApp, read};
use amaas::{jobs, routes::Row};
use contract::{
    Call, DatasetId,
    accounts::{ListSessions, SignUp, SignUpBody},
    api_keys::KeyScope,
    audit::{AuditQuery, ListAuditEvents},
    datasets::{Dataset, GetDataset, UploadDataset},
    endpoints::{CreateEndpoint, CreateEndpointBody},
    members::{CreateInvite, CreateInviteBody, CreatedInvite, Role},
    models::ReproduceModel,
    training::{GetRun, RunStatus, StartRun},
};
use reqwest::Response;
use serde_json::{Value, json};

/// What fills the slots and bodies of requests.
#[derive(Clone, Debug)]
pub struct Ids {
    pub tenant: String,
    pub user: String,
    pub session: String,
    pub invite: String,
    pub invite_token: String,
    pub key: String,
    pub dataset: String,
    pub run: String,
    pub model: String,
    pub endpoint: String,
    pub event: String,
    pub reproduction: String,
    /// A code of a second factor.
    pub code: String,
    /// Makes names and addresses differ from call to call.
    pub nonce: String,
}

impl Ids {
    /// Well-formed ids that nobody has.
    pub fn absent() -> Self {
        let id = |prefix: &str| {
            DatasetId::from_bits(rand::random::<u128>() >> 1).to_string().replace("dataset", prefix)
        };
        Self {
            tenant: id("tenant"),
            user: id("user"),
            session: id("session"),
            invite: id("invite"),
            invite_token: "no-such-token".to_owned(),
            key: id("key"),
            dataset: id("dataset"),
            run: id("run"),
            model: id("model"),
            endpoint: format!("absent-{:08x}", rand::random::<u32>()),
            event: id("event"),
            reproduction: id("reproduction"),
            code: "000000".to_owned(),
            nonce: format!("{:016x}", rand::random::<u64>()),
        }
    }
}

/// What a request carries.
pub enum Body {
    None,
    Json(Value),
    Csv(&'static str),
}

/// A request: the slots of its path, its query, its body.
pub struct Shape {
    pub slots: Vec<String>,
    pub query: String,
    pub body: Body,
}

/// A small table that trains in a moment.
pub const CSV: &str = "size,colour,price\n1,red,10.5\n2,blue,19.8\n3,red,31.2\n4,blue,39.9\n5,red,50.1\n6,blue,60.3\n7,red,69.7\n8,blue,80.2\n9,red,90.4\n10,blue,99.6\n11,red,110.2\n12,blue,120.1\n13,red,130.3\n14,blue,139.7\n15,red,150.2\n16,blue,160.4\n";

/// The body of a route by which a person proves who they are.
fn proof(name: &str, ids: &Ids, email: &str) -> Option<Value> {
    Some(match name {
        "VerifySignIn" | "ConfirmTotp" => json!({"code": ids.code}),
        "ForgotPassword" => json!({"email": email}),
        "ResetPassword" => {
            json!({"token": ids.invite_token, "new_password": "another long sentence of words"})
        }
        "SignIn" => json!({"email": email, "password": PASSWORD}),
        "ChangePassword" => {
            json!({"current_password": PASSWORD, "new_password": "another long sentence of words"})
        }
        "StepUp" => json!({"password": PASSWORD}),
        "ChangeEmail" => json!({"email": format!("new-{email}")}),
        "ConfirmEmail" => json!({"token": ids.invite_token}),
        _ => return None,
    })
}

/// A valid request for a route.
pub fn shape(name: &str, ids: &Ids) -> Shape {
    let bare = || Shape { slots: vec![], query: String::new(), body: Body::None };
    let at = |id: &str| Shape { slots: vec![id.to_owned()], ..bare() };
    let with = |body: Value| Shape { body: Body::Json(body), ..bare() };
    let at_with = |id: &str, body: Value| Shape { body: Body::Json(body), ..at(id) };
    let asking = |query: String| Shape { query, ..bare() };
    let email = format!("{}@example.com", ids.nonce);
    if let Some(body) = proof(name, ids, &email) {
        return with(body);
    }
    match name {
        "GetLive" | "GetReady" | "GetMe" | "ListSessions" | "SignOut" | "Refresh" | "ListAuditActions"
        | "GetAuditPublicKey" => bare(),
        "SignUp" => {
            with(json!({"email": email, "password": PASSWORD, "name": "New", "tenant_name": "New Ltd"}))
        }
        "UpdateMe" => with(json!({"name": format!("Named {}", ids.nonce)})),
        "EndSession" => at(&ids.session),
        "EndOtherSessions" | "GetSecondFactor" | "EnrolTotp" | "RemoveTotp" | "RenewRecoveryCodes" => bare(),
        "GetTenant" | "ListMembers" | "ListInvites" | "ListApiKeys" | "GetQuotas" | "GetUsage" => bare(),
        "DeleteTenant" => with(json!({"name": format!("{} Ltd", ids.nonce)})),
        "UpdateTenant" => with(json!({"name": format!("Renamed {}", ids.nonce)})),
        "GetMember" | "RemoveMember" => at(&ids.user),
        "UpdateMember" => at_with(&ids.user, json!({"role": "auditor"})),
        "CreateInvite" => with(json!({"email": email, "role": "analyst"})),
        "RevokeInvite" => at(&ids.invite),
        "AcceptInvite" => with(json!({"token": ids.invite_token})),
        "CreateApiKey" => with(json!({"name": "a key", "scopes": ["predict"]})),
        "GetApiKey" | "RevokeApiKey" => at(&ids.key),
        "UpdateApiKey" => at_with(&ids.key, json!({"name": format!("key {}", ids.nonce)})),
        "RotateApiKey" => at_with(&ids.key, json!({"overlap_seconds": 60})),
        "UploadDataset" => Shape { body: Body::Csv(CSV), ..bare() },
        "ListDatasets" | "ListModels" | "ListEndpoints" | "ListSamples" => bare(),
        "GetDataset" | "DeleteDataset" | "GetProfile" | "GetRows" | "GetRejects" | "DownloadDataset" => {
            at(&ids.dataset)
        }
        "LoadSample" => at("iris"),
        "PreviewReading" | "ReadAgain" => at_with(&ids.dataset, json!({"kinds": {"colour": "text"}})),
        "UpdateDataset" => at_with(&ids.dataset, json!({"name": format!("set {}", ids.nonce)})),
        "StartRun" => with(json!({"dataset_id": ids.dataset, "target": "price", "algorithms": ["linear"]})),
        "ListRuns" => asking(format!("?dataset_id={}", ids.dataset)),
        "GetRun" | "CancelRun" | "StopRun" | "GetRunEvents" => at(&ids.run),
        "GetModel" | "GetLeaderboard" | "GetEvaluation" | "GetLineage" | "DeleteModel" | "GetExplanation"
        | "GetModelCard" | "ReproduceModel" | "ListReproductions" => at(&ids.model),
        "ExportModel" => Shape { query: "?format=json".to_owned(), ..at(&ids.model) },
        "GetReproduction" => at(&ids.reproduction),
        "CreateEndpoint" => with(json!({"name": format!("e-{}", ids.nonce), "model_id": ids.model})),
        "GetEndpoint" | "DeleteEndpoint" | "RollBackEndpoint" | "GetEndpointSchema" => at(&ids.endpoint),
        "UpdateEndpoint" => at_with(&ids.endpoint, json!({"model_id": ids.model})),
        "Predict" => at_with(&ids.endpoint, json!({"rows": [{"size": 3, "colour": "red"}]})),
        "GetPlatform" | "ListTenants" | "ListPlans" | "ListJobs" => bare(),
        "GetOperatorTenant" => at(&ids.tenant),
        "UpdateOperatorTenant" => at_with(&ids.tenant, json!({"plan": "standard"})),
        "ListAuditEvents" => asking(format!("?target={}", ids.dataset)),
        "ExportAuditEvents" => asking(format!("?target={}&format=ndjson", ids.dataset)),
        "VerifyAuditEvents" => bare(),
        "ProveAuditEvent" => at(&ids.event),
        "GetAuditEvent" => at(&ids.event),
        other => outside(other),
    }
}

fn outside(route: &str) -> ! {
    panic!("the route {route} is outside the sweep: add a valid request for it to tests/api/support/world.rs")
}

/// Sends the valid request of a route.
pub async fn send(caller: &Caller, row: &Row, ids: &Ids) -> Response {
    let shape = shape(row.name, ids);
    let slots: Vec<&str> = shape.slots.iter().map(String::as_str).collect();
    let path = format!("{}{}", contract::fill(row.path, &slots), shape.query);
    let request = caller.request(row.method.as_str(), &path);
    let request = match shape.body {
        Body::None => request,
        Body::Json(body) => request.json(&body),
        Body::Csv(text) => request.header("content-type", "text/csv").body(text),
    };
    request.send().await.unwrap()
}

/// An owner's tenant with one of everything.
pub struct World {
    pub owner: Caller,
    pub ids: Ids,
}

/// Uploads the small table and waits until it is ready.
pub async fn dataset(app: &TestApp, owner: &Caller) -> String {
    let request =
        owner.request("POST", "/v1/datasets?name=small").header("content-type", "text/csv").body(CSV);
    let sent: Dataset = read::<UploadDataset>(request.send().await.unwrap()).await.unwrap();
    jobs::drain(&app.context).await.unwrap();
    let id = sent.id.to_string();
    owner.get::<GetDataset>(&[&id]).await.unwrap();
    id
}

/// Trains on a data set: the run and its model.
pub async fn model(app: &TestApp, owner: &Caller, dataset: &str) -> (String, String) {
    let body = json!({"dataset_id": dataset, "target": "price", "algorithms": ["linear"]});
    let run = owner.request("POST", StartRun::PATH).json(&body).send().await.unwrap();
    let run = read::<StartRun>(run).await.unwrap().id.to_string();
    jobs::drain(&app.context).await.unwrap();
    let run = owner.get::<GetRun>(&[&run]).await.unwrap();
    assert_eq!(run.status, RunStatus::Succeeded, "{:?}", run.error);
    (run.id.to_string(), run.model_id.unwrap().to_string())
}

/// An invitation from the owner.
pub async fn invite(owner: &Caller, email: &str, role: Role) -> CreatedInvite {
    let body = CreateInviteBody { email: email.to_owned(), role };
    owner.post::<CreateInvite>(&[], &body).await.unwrap()
}

impl TestApp {
    /// A person who was invited by the owner and signed up.
    pub async fn member(&self, owner: &Caller, name: &str, role: Role) -> Caller {
        let email = format!("{name}@example.com");
        let token = invite(owner, &email, role).await.token;
        let mut caller = self.nobody();
        let body = SignUpBody {
            email,
            password: PASSWORD.to_owned(),
            name: name.to_owned(),
            tenant_name: None,
            invite_token: Some(token),
        };
        caller.me = Some(caller.post::<SignUp>(&[], &body).await.unwrap());
        caller.tenant.clone_from(&owner.tenant);
        caller
    }

    /// An owner whose tenant has one of everything.
    pub async fn world(&self, name: &str) -> World {
        let owner = self.owner(name).await;
        let member = self.member(&owner, &format!("{name}-member"), Role::Analyst).await;
        let invited = invite(&owner, &format!("{name}-invited@example.com"), Role::Analyst).await;
        let (_, key) = self.program(&owner, &[KeyScope::Predict]).await;
        let dataset = dataset(self, &owner).await;
        let (run, model) = model(self, &owner, &dataset).await;
        let again = owner.get::<ReproduceModel>(&[&model]).await.unwrap();
        jobs::drain(&self.context).await.unwrap();
        let endpoint = format!("{name}-endpoint");
        let body = CreateEndpointBody { name: endpoint.clone(), model_id: model.parse().unwrap() };
        owner.post::<CreateEndpoint>(&[], &body).await.unwrap();
        let sessions = owner.get::<ListSessions>(&[]).await.unwrap();
        let events = owner.list::<ListAuditEvents>(&AuditQuery::default()).await.unwrap();
        let ids = Ids {
            tenant: owner.tenant_id().to_string(),
            user: member.me.unwrap().user.id.to_string(),
            session: sessions.data[0].id.to_string(),
            invite: invited.invite.id.to_string(),
            invite_token: invited.token,
            key: key.key.id.to_string(),
            dataset,
            run,
            model,
            endpoint,
            event: events.data[0].id.to_string(),
            reproduction: again.id.to_string(),
            code: "000000".to_owned(),
            nonce: name.to_owned(),
        };
        World { owner, ids }
    }
}

/// Status and bytes of an answer, without what names the request and the moment.
pub async fn answer(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    match serde_json::from_str::<Value>(&text) {
        Ok(Value::Object(mut body)) => {
            body.remove("request_id");
            (status, Value::Object(body).to_string())
        }
        _ => (status, text),
    }
}

/// Whether the request of a route names nothing of a tenant: no slot, no id in its body or filter.
pub fn names_no_object(name: &str) -> bool {
    let (some, other) = (Ids::absent(), Ids::absent());
    let text = |ids: &Ids| {
        let shape = shape(name, &Ids { nonce: String::new(), ..ids.clone() });
        let body = match shape.body {
            Body::Json(body) => body.to_string(),
            Body::Csv(_) | Body::None => String::new(),
        };
        format!("{:?}{}{body}", shape.slots, shape.query)
    };
    let token = |ids: &Ids| Ids { invite_token: format!("token of {}", ids.key), ..ids.clone() };
    text(&token(&some)) == text(&token(&other))
}
