//! Use cases of endpoints: each change is one transaction of row, history, audit event and news for caches.

use super::{EndpointName, repository, topic};
use crate::{
    audit::{self, Act, Entry},
    context::Context,
    error::{Error, Result},
    http,
    infra::{
        db::{self, Tx},
        idempotency,
    },
    models::{self, ServableModel},
    policy::Scope,
    quotas::{self, Resource},
};
use contract::{
    Code, EndpointId, ListQuery, ModelId, Page,
    endpoints::{CreateEndpoint, CreateEndpointBody, Endpoint, EndpointSchema, UpdateEndpointBody},
};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

/// What answers on an endpoint.
#[derive(Clone, Debug)]
pub struct Target {
    /// The endpoint's name.
    pub name: String,
    /// The model on it.
    pub model_id: ModelId,
}

/// Refuses an endpoint that the caller's key is not limited to; the refusal stands in the audit log.
pub async fn allow(ctx: &Context, scope: &Scope, name: &str) -> Result<()> {
    let Err(denied) = scope.allow_endpoint(name) else { return Ok(()) };
    let entry = Entry::denied(Act::AccessDenied, denied.code()).target("endpoint", name, Some(name));
    let actor = (scope.actor(), Some(scope.origin().request_id.clone()));
    audit::record_refusal(ctx, scope.tenant_id(), actor, entry).await?;
    Err(denied)
}

/// What answers on the endpoint of this name, or not found.
pub async fn target(ctx: &Context, scope: &Scope, name: &str) -> Result<Target> {
    let found = repository::find(ctx.db.reader(), scope, name).await?.ok_or_else(Error::not_found)?;
    Ok(Target { name: found.name, model_id: found.model_id })
}

/// A page of endpoints; a key that is limited sees only those that it may use.
pub async fn list(ctx: &Context, scope: &Scope, query: ListQuery) -> Result<Page<Endpoint>> {
    let limit = http::page_limit(query.limit)?;
    let only = scope.key().and_then(|key| key.endpoints.as_deref());
    let reader = ctx.db.reader();
    let found = repository::list(reader, scope, only, query.cursor.as_deref(), limit).await?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut page = Page::cut(found, size, |endpoint| endpoint.id.to_string());
    repository::fill_histories(reader, scope, &mut page.data).await?;
    Ok(page)
}

/// An endpoint with its history.
pub async fn get(ctx: &Context, scope: &Scope, name: &str) -> Result<Endpoint> {
    allow(ctx, scope, name).await?;
    whole(ctx.db.reader(), scope, name).await
}

async fn whole(db: &impl ConnectionTrait, scope: &Scope, name: &str) -> Result<Endpoint> {
    let mut one = [repository::find(db, scope, name).await?.ok_or_else(Error::not_found)?];
    repository::fill_histories(db, scope, &mut one).await?;
    let [endpoint] = one;
    Ok(endpoint)
}

/// Creates an endpoint.
pub async fn create(ctx: &Context, scope: &Scope, body: CreateEndpointBody) -> Result<Endpoint> {
    let name: EndpointName = body.name.parse().map_err(|_| {
        Error::invalid_field(
            "#/name",
            "expected 1 to 63 lower-case letters, digits and hyphens, beginning and ending with a letter or digit",
            "choose a name such as churn-2026",
        )
    })?;
    let name = name.as_str();
    allow(ctx, scope, name).await?;
    let mut tx = ctx.db.begin().await?;
    quotas::stand_in_line(&tx, scope).await?;
    let model = models::require_in(&*tx, scope, body.model_id).await?;
    let used = repository::count(&*tx, scope).await?;
    quotas::check(ctx, scope, Resource::Endpoints, used, 1).await?;
    let (id, now) = (EndpointId::from_bits(ctx.clock.new_id_bits()), ctx.clock.now());
    repository::insert(&*tx, scope, name, id, model.id, now)
        .await
        .map_err(|error| if db::is_unique_violation(&error) { taken(name) } else { Error::from(error) })?;
    repository::add_deployment(&*tx, scope, id, model.id, "created", now).await?;
    let entry = Entry::success(Act::EndpointCreated).target("endpoint", id, Some(name)).change(
        "/model",
        Value::Null,
        shown(&model),
    );
    audit::record(ctx, &tx, scope, entry).await?;
    tx.changed(topic(scope.tenant_id(), name)).await?;
    let endpoint = whole(&*tx, scope, name).await?;
    idempotency::keep::<CreateEndpoint>(ctx, &tx, scope, &endpoint).await?;
    tx.commit().await?;
    Ok(endpoint)
}

fn taken(name: &str) -> Error {
    Error::new(
        Code::NameTaken,
        format!("There is an endpoint called {name}. Choose another name, or put the model on that one."),
    )
}

fn shown(model: &ServableModel) -> Value {
    json!({ "id": model.id, "name": model.name, "version": model.version })
}

/// Puts another model on an endpoint.
pub async fn update(ctx: &Context, scope: &Scope, name: &str, body: UpdateEndpointBody) -> Result<Endpoint> {
    allow(ctx, scope, name).await?;
    let (mut tx, before) = begin(ctx, scope, name).await?;
    let model = models::require_in(&*tx, scope, body.model_id).await?;
    let old = models::require_in(&*tx, scope, before.model_id).await?;
    if model.task != old.task {
        return Err(Error::invalid_field(
            "#/model_id",
            "expected a model that gives the same kind of answer (a number or a class) as the one in use",
            "choose a model of the same kind, or create another endpoint",
        ));
    }
    let change = Change { act: Act::EndpointModelChanged, cause: "changed" };
    put(ctx, &mut tx, scope, &before, (&old, &model), change).await?;
    tx.commit().await?;
    get(ctx, scope, name).await
}

/// Puts the model before the current one back.
pub async fn roll_back(ctx: &Context, scope: &Scope, name: &str) -> Result<Endpoint> {
    allow(ctx, scope, name).await?;
    let (mut tx, endpoint) = begin(ctx, scope, name).await?;
    let before = repository::model_before(&*tx, scope, endpoint.id).await?.ok_or_else(|| {
        Error::new(Code::Conflict, "The endpoint has had one model only: there is none to go back to.")
    })?;
    let model = models::require_in(&*tx, scope, before).await.map_err(|error| match error.code() {
        Code::NotFound => Error::new(
            Code::Conflict,
            format!("The model before this one, {before}, was deleted. Put another model on the endpoint."),
        ),
        _ => error,
    })?;
    let old = models::require_in(&*tx, scope, endpoint.model_id).await?;
    let change = Change { act: Act::EndpointRolledBack, cause: "rolled_back" };
    put(ctx, &mut tx, scope, &endpoint, (&old, &model), change).await?;
    tx.commit().await?;
    get(ctx, scope, name).await
}

struct Change {
    act: Act,
    cause: &'static str,
}

/// Begins a change: others who change this tenant's endpoints or models wait.
async fn begin(ctx: &Context, scope: &Scope, name: &str) -> Result<(Tx, Endpoint)> {
    let tx = ctx.db.begin().await?;
    quotas::stand_in_line(&tx, scope).await?;
    let endpoint = repository::find(&*tx, scope, name).await?.ok_or_else(Error::not_found)?;
    Ok((tx, endpoint))
}

/// Writes a change of model; one to the same model leaves its event and nothing else.
async fn put(
    ctx: &Context,
    tx: &mut Tx,
    scope: &Scope,
    endpoint: &Endpoint,
    (old, new): (&ServableModel, &ServableModel),
    change: Change,
) -> Result<()> {
    if old.id != new.id {
        let now = ctx.clock.now();
        repository::set_model(&**tx, scope, endpoint.id, new.id, now).await?;
        repository::add_deployment(&**tx, scope, endpoint.id, new.id, change.cause, now).await?;
    }
    let entry = Entry::success(change.act).target("endpoint", endpoint.id, Some(&endpoint.name)).change(
        "/model",
        shown(old),
        shown(new),
    );
    audit::record(ctx, tx, scope, entry).await?;
    tx.changed(topic(scope.tenant_id(), &endpoint.name)).await
}

/// Deletes an endpoint.
pub async fn delete(ctx: &Context, scope: &Scope, name: &str) -> Result<()> {
    allow(ctx, scope, name).await?;
    let (mut tx, endpoint) = begin(ctx, scope, name).await?;
    repository::delete(&*tx, scope, endpoint.id).await?;
    let model =
        json!({ "id": endpoint.model_id, "name": endpoint.model_name, "version": endpoint.model_version });
    let entry = Entry::success(Act::EndpointDeleted).target("endpoint", endpoint.id, Some(name)).change(
        "/model",
        model,
        Value::Null,
    );
    audit::record(ctx, &tx, scope, entry).await?;
    tx.changed(topic(scope.tenant_id(), name)).await?;
    tx.commit().await
}

/// What an endpoint reads and answers.
pub async fn schema(ctx: &Context, scope: &Scope, name: &str) -> Result<EndpointSchema> {
    allow(ctx, scope, name).await?;
    let target = target(ctx, scope, name).await?;
    let model = models::get(ctx, scope, target.model_id).await?;
    Ok(EndpointSchema {
        endpoint: target.name,
        model_id: model.id,
        model_version: model.version,
        task: model.task,
        target: model.target,
        features: model.features,
        classes: model.classes,
    })
}
