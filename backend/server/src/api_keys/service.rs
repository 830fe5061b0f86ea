//! Use cases of API keys.

use super::{
    cache::topic,
    entity::{ActiveModel, Model},
    repository::{self, wire},
    secret::Secret,
};
use crate::{
    audit::{self, Act, Entry},
    context::Context,
    error::{Error, Result, fault},
    http::{page_cursor, page_limit},
    infra::{db::Tx, digest, idempotency, text},
    policy::{Action, Scope},
};
use contract::{
    ApiKeyId, Code, Fault, ListQuery, Page, Timestamp,
    api_keys::{
        ApiKey, CreateApiKey, CreateApiKeyBody, CreatedApiKey, KeyScope, RotateApiKey, RotateApiKeyBody,
        UpdateApiKeyBody,
    },
};
use sea_orm::{IntoActiveModel, Set};

const RATE_MAX: u32 = 100_000;
const OVERLAP_MAX_SECONDS: u32 = 604_800;
const ENDPOINTS_MAX: usize = 100;

/// Fields of a key that were given; each is checked, whether the key is new or not.
#[derive(Default)]
struct Given {
    name: Option<String>,
    scopes: Option<Vec<KeyScope>>,
    /// Given as none, what limits the key is lifted; the same for the two below.
    endpoints: Option<Option<Vec<String>>>,
    rate_per_second: Option<Option<u32>>,
    expires_at: Option<Option<Timestamp>>,
}

impl Given {
    fn checked(mut self, ctx: &Context) -> Result<Self> {
        let mut faults = Vec::new();
        self.name = self.name.map(|name| text::name("#/name", &name, &mut faults));
        if let Some(scopes) = &mut self.scopes {
            scopes.sort_unstable();
            scopes.dedup();
            if scopes.is_empty() {
                let message = "expected at least one scope";
                faults.push(fault(
                    "#/scopes",
                    "missing",
                    message,
                    "send [\"predict\"] for a key that predicts",
                ));
            }
        }
        self.endpoints = self.endpoints.map(|given| given.map(|names| check_endpoints(names, &mut faults)));
        if let Some(rate) = self.rate_per_second.flatten().filter(|rate| !(1..=RATE_MAX).contains(rate)) {
            let message = format!("expected 1 to {RATE_MAX} calls a second, got {rate}");
            faults.push(fault("#/rate_per_second", "out_of_range", message, "send a number of that range"));
        }
        if let Some(end) = self.expires_at.flatten().filter(|end| *end <= ctx.clock.now()) {
            let message = format!("expected a moment to come, got {end}");
            faults.push(fault("#/expires_at", "out_of_range", message, "send a later moment"));
        }
        if faults.is_empty() { Ok(self) } else { Err(Error::invalid(faults)) }
    }

    fn write(self, row: &mut ActiveModel) -> Result<()> {
        if let Some(name) = self.name {
            row.name = Set(name);
        }
        if let Some(scopes) = self.scopes {
            row.scopes = Set(serde_json::to_string(&scopes)?);
        }
        if let Some(endpoints) = self.endpoints {
            row.endpoints = Set(endpoints.as_ref().map(serde_json::to_string).transpose()?);
        }
        if let Some(rate) = self.rate_per_second {
            row.rate_per_second = Set(rate.map(i64::from));
        }
        if let Some(end) = self.expires_at {
            row.expires_at = Set(end.map(Timestamp::millis));
        }
        Ok(())
    }
}

fn check_endpoints(endpoints: Vec<String>, faults: &mut Vec<Fault>) -> Vec<String> {
    if endpoints.is_empty() || endpoints.len() > ENDPOINTS_MAX {
        let message = format!("expected 1 to {ENDPOINTS_MAX} names, got {}", endpoints.len());
        faults.push(fault(
            "#/endpoints",
            "out_of_range",
            message,
            "leave the field out to allow all endpoints",
        ));
    }
    let check = |(index, name): (usize, &String)| text::name(&format!("#/endpoints/{index}"), name, faults);
    let mut names: Vec<_> = endpoints.iter().enumerate().map(check).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Refuses a person who would get more through the key than they may do themselves.
fn require_within(scope: &Scope, scopes: &[KeyScope]) -> Result<()> {
    let may = |key_scope: &KeyScope| {
        let mut actions = Action::ALL.iter().filter(|action| action.key_scope() == Some(*key_scope));
        actions.all(|action| scope.role().is_some_and(|role| action.roles().contains(&role)))
    };
    let beyond: Vec<_> = scopes.iter().filter(|scope| !may(scope)).collect();
    if beyond.is_empty() {
        return Ok(());
    }
    let names = serde_json::to_string(&beyond)?;
    let detail = format!("Your role may not do {names} itself, so it can't have such a key. Ask an admin.");
    Err(Error::new(Code::Forbidden, detail))
}

async fn deny(ctx: &Context, scope: &Scope, act: Act, key: Option<&Model>, denied: Error) -> Error {
    let entry = Entry::denied(act, denied.code());
    let entry = match key {
        Some(key) => entry.target("api_key", &key.id, Some(&key.name)),
        None => entry,
    };
    audit::deny(ctx, scope, entry, denied).await
}

/// A field of a key as the audit log tells its changes.
type Field = fn(&ApiKey) -> serde_json::Value;

fn described(act: Act, before: Option<&ApiKey>, after: &ApiKey) -> Entry {
    let then = |field: Field| before.map(field);
    let fields: [(&str, Field); 5] = [
        ("/name", |key| key.name.clone().into()),
        ("/scopes", |key| serde_json::to_value(&key.scopes).unwrap_or_default()),
        ("/endpoints", |key| serde_json::to_value(&key.endpoints).unwrap_or_default()),
        ("/rate_per_second", |key| serde_json::to_value(key.rate_per_second).unwrap_or_default()),
        ("/expires_at", |key| serde_json::to_value(key.expires_at).unwrap_or_default()),
    ];
    let entry = Entry::success(act).target("api_key", after.id, Some(&after.name));
    fields.into_iter().fold(entry, |entry, (path, field)| entry.change(path, then(field), field(after)))
}

/// Lists the keys.
pub async fn list(ctx: &Context, scope: &Scope, query: ListQuery) -> Result<Page<ApiKey>> {
    let limit = page_limit(query.limit)?;
    let before = page_cursor(query.cursor.as_deref())?;
    let rows = repository::list(ctx.db.reader(), scope, before, limit).await?;
    let keys = rows.into_iter().map(wire).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(keys, limit as usize, |key| key.id.to_string()))
}

/// Shows a key.
pub async fn get(ctx: &Context, scope: &Scope, id: ApiKeyId) -> Result<ApiKey> {
    wire(repository::get(ctx.db.reader(), scope, id).await?)
}

/// Makes a key and shows its secret this once.
pub async fn create(ctx: &Context, scope: &Scope, body: CreateApiKeyBody) -> Result<CreatedApiKey> {
    let CreateApiKeyBody { name, scopes, endpoints, rate_per_second, expires_at } = body;
    let given = Given {
        name: Some(name),
        scopes: Some(scopes),
        endpoints: endpoints.map(Some),
        rate_per_second: rate_per_second.map(Some),
        expires_at: expires_at.map(Some),
    };
    let given = given.checked(ctx)?;
    if let Err(denied) = require_within(scope, given.scopes.as_deref().unwrap_or_default()) {
        return Err(deny(ctx, scope, Act::ApiKeyCreated, None, denied).await);
    }
    let Some(creator) = scope.user_id() else { return Err(Error::internal("a key without a creator")) };
    let id = ApiKeyId::from_bits(ctx.clock.new_id_bits());
    let secret = Secret::new(id);
    let mut row = ActiveModel {
        tenant_id: Set(scope.tenant().to_owned()),
        id: Set(id.to_string()),
        secret_hash: Set(digest::hex(&secret.digest())),
        prefix: Set(secret.prefix()),
        last_four: Set(secret.last_four()),
        created_by: Set(creator.to_string()),
        created_at: Set(ctx.clock.now().millis()),
        ..Default::default()
    };
    given.write(&mut row)?;
    let tx = ctx.db.begin().await?;
    let key = wire(repository::insert(&*tx, row).await?)?;
    audit::record(ctx, &tx, scope, described(Act::ApiKeyCreated, None, &key)).await?;
    let created = CreatedApiKey { key, secret: secret.expose() };
    idempotency::keep::<CreateApiKey>(ctx, &tx, scope, &created).await?;
    tx.commit().await?;
    Ok(created)
}

async fn standing(tx: &Tx, scope: &Scope, id: ApiKeyId) -> Result<Model> {
    let row = repository::lock(&**tx, scope, id).await?;
    if row.revoked_at.is_some() {
        return Err(Error::new(Code::Conflict, "This key was revoked, which is for good. Make a new one."));
    }
    Ok(row)
}

/// Changes a key.
pub async fn update(ctx: &Context, scope: &Scope, id: ApiKeyId, body: UpdateApiKeyBody) -> Result<ApiKey> {
    let UpdateApiKeyBody { name, scopes, endpoints, rate_per_second, expires_at } = body;
    let given = Given { name, scopes, endpoints, rate_per_second, expires_at }.checked(ctx)?;
    let mut tx = ctx.db.begin().await?;
    let held = standing(&tx, scope, id).await?;
    let before = wire(held.clone())?;
    let asked = given.scopes.iter().flatten();
    let both: Vec<_> = before.scopes.iter().chain(asked).copied().collect();
    if let Err(denied) = require_within(scope, &both) {
        drop(tx);
        return Err(deny(ctx, scope, Act::ApiKeyUpdated, Some(&held), denied).await);
    }
    let mut row = held.into_active_model();
    given.write(&mut row)?;
    let after = wire(repository::update(&*tx, row).await?)?;
    audit::record(ctx, &tx, scope, described(Act::ApiKeyUpdated, Some(&before), &after)).await?;
    tx.changed(topic(id)).await?;
    tx.commit().await?;
    Ok(after)
}

/// Revokes a key; its next call is refused.
pub async fn revoke(ctx: &Context, scope: &Scope, id: ApiKeyId) -> Result<()> {
    let now = ctx.clock.now();
    let mut tx = ctx.db.begin().await?;
    let mut row = standing(&tx, scope, id).await?.into_active_model();
    row.revoked_at = Set(Some(now.millis()));
    let key = repository::update(&*tx, row).await?;
    let entry = Entry::success(Act::ApiKeyRevoked).target("api_key", id, Some(&key.name)).change(
        "/revoked_at",
        None::<Timestamp>,
        now,
    );
    audit::record(ctx, &tx, scope, entry).await?;
    tx.changed(topic(id)).await?;
    tx.commit().await
}

/// Gives a key a new secret; the old one works on for the overlap.
pub async fn rotate(
    ctx: &Context,
    scope: &Scope,
    id: ApiKeyId,
    body: RotateApiKeyBody,
) -> Result<CreatedApiKey> {
    if body.overlap_seconds > OVERLAP_MAX_SECONDS {
        let message = format!("expected 0 to {OVERLAP_MAX_SECONDS} seconds, got {}", body.overlap_seconds);
        return Err(Error::invalid_field("#/overlap_seconds", message, "a week is the longest"));
    }
    let secret = Secret::new(id);
    let until = ctx.clock.now().plus_seconds(i64::from(body.overlap_seconds));
    let mut tx = ctx.db.begin().await?;
    let before = standing(&tx, scope, id).await?;
    // Who gets the new secret may do what the key may.
    if let Err(denied) = require_within(scope, &wire(before.clone())?.scopes) {
        drop(tx);
        return Err(deny(ctx, scope, Act::ApiKeyRotated, Some(&before), denied).await);
    }
    let mut row = before.clone().into_active_model();
    row.previous_secret_hash = Set(Some(before.secret_hash));
    row.previous_valid_until = Set(Some(until.millis()));
    row.secret_hash = Set(digest::hex(&secret.digest()));
    row.last_four = Set(secret.last_four());
    let key = wire(repository::update(&*tx, row).await?)?;
    let entry = Entry::success(Act::ApiKeyRotated)
        .target("api_key", id, Some(&key.name))
        .change("/last_four", &before.last_four, &key.last_four)
        .change("/previous_valid_until", before.previous_valid_until.map(Timestamp::from_millis), until);
    audit::record(ctx, &tx, scope, entry).await?;
    tx.changed(topic(id)).await?;
    let rotated = CreatedApiKey { key, secret: secret.expose() };
    idempotency::keep::<RotateApiKey>(ctx, &tx, scope, &rotated).await?;
    tx.commit().await?;
    Ok(rotated)
}
