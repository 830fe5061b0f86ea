//! Every query on the log.

use super::{
    Act,
    body::Body,
    chain::{self, TargetWords},
    entity::{ORIGIN, event, head, target},
    entry::Entry,
    filter::{Actor as ActorIs, Filter},
};
use crate::{context::Context, error::Result, infra::tenancy, policy::Scope};
use contract::{EventId, audit::Actor};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Set,
    sea_query::{Expr, LikeExpr, Order, SelectStatement},
};

/// Appends an event to a tenant's chain; the head's row is locked until the transaction ends, so that two events
/// can't take one place.
pub async fn append(
    context: &Context,
    tx: &impl ConnectionTrait,
    tenant: &str,
    actor: Actor,
    request_id: Option<String>,
    entry: Entry,
) -> Result<()> {
    let start = head::ActiveModel {
        tenant_id: Set(tenant.to_owned()),
        sequence: Set(0),
        hash: Set(ORIGIN.to_owned()),
    };
    head::Entity::insert(start)
        .on_conflict_do_nothing_on([head::Column::TenantId])
        .exec_without_returning(tx)
        .await?;
    let found = head::Entity::find().filter(tenancy::is(head::Column::TenantId, tenant));
    let found = found.lock_exclusive().one(tx).await?;
    let last = found.ok_or_else(|| crate::error::Error::internal("a chain lost its head"))?;
    let body = Body {
        id: EventId::from_bits(context.clock.new_id_bits()),
        tenant_id: tenant.to_owned(),
        sequence: u64::try_from(last.sequence).unwrap_or_default() + 1,
        occurred_at: context.clock.now(),
        action: entry.action.as_str().to_owned(),
        actor,
        targets: entry.targets,
        outcome: entry.outcome,
        changes: entry.changes,
        request_id,
        previous_hash: last.hash.clone(),
    };
    let text = serde_json::to_string(&body)?;
    let hash = chain::hash_of(&text);
    head::Entity::update_many()
        .col_expr(head::Column::Sequence, Expr::value(last.sequence + 1))
        .col_expr(head::Column::Hash, Expr::value(hash.as_str()))
        .filter(tenancy::is(head::Column::TenantId, tenant))
        .exec(tx)
        .await?;
    insert(tx, body, text, hash).await
}

async fn insert(tx: &impl ConnectionTrait, body: Body, text: String, hash: String) -> Result<()> {
    let sequence = i64::try_from(body.sequence).unwrap_or(i64::MAX);
    let targets: Vec<_> = body
        .target_words()
        .into_iter()
        .map(|word| target::ActiveModel {
            tenant_id: Set(body.tenant_id.clone()),
            target: Set(word),
            sequence: Set(sequence),
        })
        .collect();
    let event = event::ActiveModel {
        search: Set(body.search()),
        tenant_id: Set(body.tenant_id),
        sequence: Set(sequence),
        id: Set(body.id.to_string()),
        occurred_at: Set(body.occurred_at.millis()),
        action: Set(body.action),
        actor_id: Set(body.actor.id),
        actor_name: Set(body.actor.name.map(|name| name.to_lowercase())),
        outcome: Set(body.outcome.result),
        body: Set(text),
        previous_hash: Set(body.previous_hash),
        hash: Set(hash),
    };
    event::Entity::insert(event).exec_without_returning(tx).await?;
    if !targets.is_empty() {
        target::Entity::insert_many(targets).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// An event of the tenant by its id.
pub async fn find(conn: &impl ConnectionTrait, scope: &Scope, id: EventId) -> Result<Option<event::Model>> {
    let found = event::Entity::find()
        .filter(tenancy::is(event::Column::TenantId, scope.tenant()))
        .filter(event::Column::Id.eq(id.to_string()));
    Ok(found.one(conn).await?)
}

/// Matching events after a sequence and up to another, newest first.
pub async fn newest(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    filter: &Filter,
    range: (i64, i64),
    limit: u64,
) -> Result<Vec<event::Model>> {
    let sequences = sequences(scope.tenant(), filter, range, Order::Desc, limit);
    page(conn, scope.tenant(), sequences, Order::Desc).await
}

/// Matching events after a sequence and up to another, oldest first.
pub async fn oldest(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    filter: &Filter,
    range: (i64, i64),
    limit: u64,
) -> Result<Vec<event::Model>> {
    page(conn, scope.tenant(), sequences(scope.tenant(), filter, range, Order::Asc, limit), Order::Asc).await
}

/// Sequences are chosen first, so that an index alone can answer which; the wide rows are read for one page only.
async fn page(
    conn: &impl ConnectionTrait,
    tenant: &str,
    sequences: SelectStatement,
    order: Order,
) -> Result<Vec<event::Model>> {
    let rows = event::Entity::find()
        .filter(tenancy::is(event::Column::TenantId, tenant))
        .filter(event::Column::Sequence.in_subquery(sequences))
        .order_by(event::Column::Sequence, order);
    Ok(rows.all(conn).await?)
}

/// The sequences after the first and up to the second of `range` that match, at most `limit`.
fn sequences(
    tenant: &str,
    filter: &Filter,
    (after, upto): (i64, i64),
    order: Order,
    limit: u64,
) -> SelectStatement {
    use event::Column;
    // A bound that bounds nothing would only lure SQLite away from the index of what is asked.
    let bounds = Condition::all()
        .add_option((after > 0).then(|| Column::Sequence.gt(after)))
        .add_option((upto < i64::MAX).then(|| Column::Sequence.lte(upto)));
    let Some(word) = &filter.target else {
        return event::Entity::find()
            .select_only()
            .column(Column::Sequence)
            .filter(matching(tenant, filter))
            .filter(bounds)
            .order_by(Column::Sequence, order)
            .limit(limit)
            .into_query();
    };
    // The index of targets leads in its order, and what else is asked is looked up event by event until the page is full.
    let of_target = target::Entity::find()
        .select_only()
        .column(target::Column::Sequence)
        .filter(tenancy::is(target::Column::TenantId, tenant))
        .filter(target::Column::Target.eq(word))
        .filter(target::Column::Sequence.gt(after))
        .filter(target::Column::Sequence.lte(upto))
        .order_by(target::Column::Sequence, order)
        .limit(limit);
    if *filter == (Filter { target: filter.target.clone(), ..Filter::default() }) {
        return of_target.into_query();
    }
    let sequence = Expr::col((event::Entity, Column::Sequence));
    let this = ExprTrait::equals(sequence, (target::Entity, target::Column::Sequence));
    let event = event::Entity::find()
        .select_only()
        .column(Column::Sequence)
        .filter(matching(tenant, filter))
        .filter(this)
        .into_query();
    of_target.filter(Expr::exists(event)).into_query()
}

/// What the rows of events say; targets are [`sequences`]' business.
fn matching(tenant: &str, filter: &Filter) -> Condition {
    use event::Column;
    let by_actor = |actor: &ActorIs| match actor {
        ActorIs::Id(id) => Column::ActorId.eq(id),
        ActorIs::Name(name) => Column::ActorName.eq(name),
    };
    Condition::all()
        .add(tenancy::is(Column::TenantId, tenant))
        .add_option(filter.actor.as_ref().map(by_actor))
        .add_option(filter.actions.as_ref().map(|actions| Column::Action.is_in(actions.iter().copied())))
        .add_option(filter.outcome.as_ref().map(|outcome| Column::Outcome.eq(outcome)))
        .add_option(filter.from.map(|from| Column::OccurredAt.gte(from)))
        .add_option(filter.to.map(|to| Column::OccurredAt.lt(to)))
        .add_option(
            filter.pattern.as_ref().map(|pattern| Column::Search.like(LikeExpr::new(pattern).escape('\\'))),
        )
}

/// When an actor last did something, in Unix milliseconds.
pub async fn last_time(
    conn: &impl ConnectionTrait,
    scope: &Scope,
    action: Act,
    actor_id: &str,
) -> Result<Option<i64>> {
    let last = event::Entity::find()
        .select_only()
        .column(event::Column::OccurredAt)
        .filter(tenancy::is(event::Column::TenantId, scope.tenant()))
        .filter(event::Column::Action.eq(action.as_str()))
        .filter(event::Column::ActorId.eq(actor_id))
        .order_by_desc(event::Column::Sequence)
        .limit(1);
    Ok(last.into_tuple().one(conn).await?)
}

/// The end of a tenant's chain; none when nothing was ever recorded.
pub async fn head(conn: &impl ConnectionTrait, tenant: &str) -> Result<Option<head::Model>> {
    Ok(head::Entity::find().filter(tenancy::is(head::Column::TenantId, tenant)).one(conn).await?)
}

/// The greatest sequence of a tenant's rows, 0 without any.
pub async fn greatest(conn: &impl ConnectionTrait, tenant: &str) -> Result<i64> {
    let greatest = event::Entity::find()
        .select_only()
        .column(event::Column::Sequence)
        .filter(tenancy::is(event::Column::TenantId, tenant))
        .order_by_desc(event::Column::Sequence)
        .limit(1);
    Ok(greatest.into_tuple().one(conn).await?.unwrap_or_default())
}

/// The next rows of a chain with the words of their targets, in order.
pub async fn links(
    conn: &impl ConnectionTrait,
    tenant: &str,
    (after, upto): (i64, i64),
    limit: u64,
) -> Result<(Vec<event::Model>, TargetWords)> {
    let rows = event::Entity::find()
        .filter(tenancy::is(event::Column::TenantId, tenant))
        .filter(event::Column::Sequence.gt(after))
        .filter(event::Column::Sequence.lte(upto))
        .order_by_asc(event::Column::Sequence)
        .limit(limit)
        .all(conn)
        .await?;
    let last = rows.last().map_or(after, |row| row.sequence);
    let words = target::Entity::find()
        .filter(tenancy::is(target::Column::TenantId, tenant))
        .filter(target::Column::Sequence.gt(after))
        .filter(target::Column::Sequence.lte(last))
        .all(conn)
        .await?;
    let mut targets = TargetWords::new();
    for word in words {
        targets.entry(word.sequence).or_default().insert(word.target);
    }
    Ok((rows, targets))
}

/// The tenants that have a chain, or rows of one.
pub async fn chains(conn: &impl ConnectionTrait) -> Result<Vec<String>> {
    let heads = head::Entity::find().select_only().column(head::Column::TenantId);
    let rows = event::Entity::find().select_only().column(event::Column::TenantId).distinct();
    let mut tenants: Vec<String> = heads.into_tuple().all(conn).await?;
    tenants.extend(rows.into_tuple::<String>().all(conn).await?);
    tenants.sort();
    tenants.dedup();
    Ok(tenants)
}
