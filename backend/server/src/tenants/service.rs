//! Use cases of tenants.

use super::{
    entity::{ActiveModel, Model},
    repository,
};
use crate::{
    audit::{self, Act, Entry},
    context::Context,
    error::{Error, Result},
    infra::{db::Tx, stored, text},
    policy::Scope,
    quotas,
};
use contract::{
    Code, TenantId, Timestamp,
    tenants::{Tenant, UpdateTenantBody},
};
use sea_orm::Set;

/// The longest slug that is made from a name; a suffix may follow.
const SLUG_MAX: usize = 40;
/// How many suffixes are tried before giving up: each is one of 36⁶.
const SLUG_TRIES: usize = 8;

fn wire(tenant: Model) -> Result<Tenant> {
    Ok(Tenant {
        id: stored::id(&tenant.id)?,
        slug: tenant.slug,
        name: tenant.name,
        plan: tenant.plan,
        created_at: Timestamp::from_millis(tenant.created_at),
    })
}

/// Shows the tenant.
pub async fn get(ctx: &Context, scope: &Scope) -> Result<Tenant> {
    wire(repository::get(ctx.db.reader(), scope).await?)
}

/// Changes the tenant; the slug stays, since others may have written it down.
pub async fn update(ctx: &Context, scope: &Scope, body: UpdateTenantBody) -> Result<Tenant> {
    let mut faults = Vec::new();
    let name = body.name.map(|name| text::name("#/name", &name, &mut faults));
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let tx = ctx.db.begin().await?;
    let before = repository::get(&*tx, scope).await?;
    let after = match name {
        Some(name) => {
            let search = Set(search_of(&name, &before.slug));
            let change = ActiveModel { name: Set(name), search, ..changed(ctx) };
            repository::update(&*tx, scope, change).await?;
            repository::get(&*tx, scope).await?
        }
        None => before.clone(),
    };
    let entry = Entry::success(Act::TenantUpdated).target("tenant", &after.id, Some(&after.name)).change(
        "/name",
        &before.name,
        &after.name,
    );
    audit::record(ctx, &tx, scope, entry).await?;
    tx.commit().await?;
    wire(after)
}

fn changed(ctx: &Context) -> ActiveModel {
    ActiveModel { updated_at: Set(ctx.clock.now().millis()), ..Default::default() }
}

/// Holds the tenant's row until the transaction ends; not found when there is no such tenant.
pub async fn lock(tx: &Tx, scope: &Scope) -> Result<()> {
    repository::lock(&**tx, scope).await.map(|_| ())
}

/// Gives the tenant a plan of the configuration, which holds from the next request on; the caller records it.
pub async fn set_plan(ctx: &Context, tx: &mut Tx, scope: &Scope, plan: &str) -> Result<()> {
    repository::update(&**tx, scope, ActiveModel { plan: Set(plan.to_owned()), ..changed(ctx) }).await?;
    tx.changed(quotas::topic(scope.tenant_id())).await
}

/// Keeps the tenant's members and keys out, or lets them in, from the next request on; the caller records it.
pub async fn set_suspended(
    ctx: &Context,
    tx: &mut Tx,
    scope: &Scope,
    since: Option<Timestamp>,
) -> Result<()> {
    let suspended_at = Set(since.map(Timestamp::millis));
    repository::update(&**tx, scope, ActiveModel { suspended_at, ..changed(ctx) }).await?;
    tx.changed(quotas::topic(scope.tenant_id())).await
}

/// What operators look for.
fn search_of(name: &str, slug: &str) -> String {
    format!("{}\n{slug}", name.to_lowercase())
}

/// Makes a tenant of a checked name, without members yet: who calls this adds the first owner and the audit event.
pub async fn create(ctx: &Context, tx: &Tx, name: &str) -> Result<Tenant> {
    let now = ctx.clock.now().millis();
    let base = slug_of(name);
    for turn in 0..SLUG_TRIES {
        let slug = match &base {
            Some(base) if turn == 0 => base.clone(),
            Some(base) => format!("{base}-{}", suffix()),
            None => format!("tenant-{}", suffix()),
        };
        let tenant = Model {
            id: TenantId::from_bits(ctx.clock.new_id_bits()).to_string(),
            suspended_at: None,
            search: search_of(name, &slug),
            slug,
            name: name.to_owned(),
            plan: "standard".to_owned(),
            quota_overrides: None,
            created_at: now,
            updated_at: now,
            deleted_at: None,
            objects_removed_at: None,
        };
        if repository::insert(&**tx, &tenant).await? {
            let tenant = wire(tenant)?;
            ctx.vault.create(tx, tenant.id).await?;
            return Ok(tenant);
        }
    }
    Err(Error::new(Code::NameTaken, "No short name could be found for this tenant. Choose another name."))
}

/// Lower-case ASCII letters and digits in words joined by hyphens; none when nothing is left of the name.
fn slug_of(name: &str) -> Option<String> {
    let mut slug = String::new();
    for character in name.chars().flat_map(char::to_lowercase) {
        if slug.len() >= SLUG_MAX {
            break;
        }
        if character.is_ascii_alphanumeric() {
            slug.push(character);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    (slug.len() >= 2).then(|| slug.to_owned())
}

fn suffix() -> String {
    const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    (0..6).map(|_| char::from(LETTERS[rand::random_range(0..LETTERS.len())])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_lower_case_ascii() {
        assert_eq!(slug_of("Acme & Söhne GmbH"), Some("acme-s-hne-gmbh".to_owned()));
        assert_eq!(slug_of("  --A1--  "), Some("a1".to_owned()));
        assert_eq!(slug_of(&"x".repeat(99)).map(|slug| slug.len()), Some(SLUG_MAX));
    }

    #[test]
    fn a_name_without_latin_letters_gets_another_slug() {
        assert_eq!(slug_of("株式会社"), None);
        assert!(suffix().bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
}
