//! Every query on the log.

use super::{
    body::Body,
    chain::{self, TargetWords},
    entity::{ORIGIN, event, head, target},
    entry::Entry,
    filter::{Actor as ActorIs, Filter},
    packed::{self, Packed},
};
use crate::{context::Context, error::Result, infra::tenancy, policy::Scope};
use contract::{EventId, audit::Actor};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Set, Statement,
    sea_query::{Alias, Expr, LikeExpr, Order, Query, SelectStatement, UnionType},
};

/// What the clocks of an installation's servers differ at most.
const SKEW_MILLIS: i64 = 60_000;
/// Events of one actor that are held against the next one.
const LIKE_EVENTS: u64 = 500;

/// Locks the end of a tenant's chain until the transaction ends; makes it when there is none.
pub async fn lock(tx: &impl ConnectionTrait, tenant: &str) -> Result<head::Model> {
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
    found.ok_or_else(|| crate::error::Error::internal("a chain lost its head"))
}

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
    let last = lock(tx, tenant).await?;
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
        let of = |filter: &Filter| {
            let found = event::Entity::find()
                .select_only()
                .column(Column::Sequence)
                .filter(matching(tenant, filter))
                .filter(bounds.clone())
                .order_by(Column::Sequence, order.clone())
                .limit(limit);
            found.into_query()
        };
        return match filter.actions.as_deref() {
            Some(actions) if actions.len() > 1 && !filter.must_look() => {
                let each = actions
                    .iter()
                    .map(|action| of(&Filter { actions: Some(vec![action]), ..filter.clone() }));
                first_of_each(each.collect(), order, limit)
            }
            _ => of(filter),
        };
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

/// The first sequences of several lists that are each in order: an index knows the order within one action only.
fn first_of_each(lists: Vec<SelectStatement>, order: Order, limit: u64) -> SelectStatement {
    let (list, sequence) = (Alias::new("list"), event::Column::Sequence);
    let mut all: Option<SelectStatement> = None;
    for each in lists {
        let mut each = Query::select().column(sequence).from_subquery(each, list.clone()).take();
        all = Some(match all {
            None => each.take(),
            Some(mut all) => all.union(UnionType::All, each).take(),
        });
    }
    let mut first = Query::select();
    first.column(sequence).from_subquery(all.unwrap_or_default(), list);
    first.order_by(sequence, order).limit(limit).take()
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
        .add(since_then(filter.from))
        .add_option(filter.to.map(|to| Expr::col((event::Entity, Column::OccurredAt)).add(0).lt(to)))
        .add_option(
            filter.pattern.as_ref().map(|pattern| Column::Search.like(LikeExpr::new(pattern).escape('\\'))),
        )
}

/// The sequences between which the events of a time are: after the first and up to the second. Sequences follow
/// time but for what the clocks of several servers differ.
pub async fn bounds(
    conn: &impl ConnectionTrait,
    tenant: &str,
    (from, to): (Option<i64>, Option<i64>),
) -> Result<(i64, i64)> {
    use event::Column;
    let events = || event::Entity::find().select_only().filter(tenancy::is(Column::TenantId, tenant));
    let (mut after, mut upto) = (0, i64::MAX);
    if let Some(from) = from {
        let first = events().column(Column::OccurredAt).filter(Column::OccurredAt.gte(from));
        let first: Option<i64> =
            first.order_by_asc(Column::OccurredAt).limit(1).into_tuple().one(conn).await?;
        let Some(first) = first else { return Ok((0, 0)) };
        let near = Column::OccurredAt.between(from, first.saturating_add(SKEW_MILLIS));
        let least = events().column_as(Column::Sequence.min(), "least").filter(near);
        let least: Option<Option<i64>> = least.into_tuple().one(conn).await?;
        after = least.flatten().map_or(0, |least| least - 1);
    }
    if let Some(to) = to {
        let last = events().column(Column::OccurredAt).filter(Column::OccurredAt.lt(to));
        let last: Option<i64> =
            last.order_by_desc(Column::OccurredAt).limit(1).into_tuple().one(conn).await?;
        let Some(last) = last else { return Ok((0, 0)) };
        let near = Column::OccurredAt.between(last.saturating_sub(SKEW_MILLIS), to.saturating_sub(1));
        let greatest = events().column_as(Column::Sequence.max(), "greatest").filter(near);
        let greatest: Option<Option<i64>> = greatest.into_tuple().one(conn).await?;
        upto = greatest.flatten().unwrap_or(i64::MAX);
    }
    Ok((after, upto))
}

/// The bodies of an actor's events of an action since a moment, newest first: what others did meanwhile, however much
/// that is, is not looked at.
pub async fn bodies_since(
    conn: &impl ConnectionTrait,
    tenant: &str,
    (action, actor_id): (&str, Option<&str>),
    since: i64,
) -> Result<Vec<String>> {
    use event::Column;
    let (after, upto) = bounds(conn, tenant, (Some(since), None)).await?;
    if after >= upto {
        return Ok(Vec::new());
    }
    let by_actor = actor_id.map_or_else(|| Column::ActorId.is_null(), |id| Column::ActorId.eq(id));
    let found = event::Entity::find()
        .select_only()
        .column(Column::Body)
        .filter(tenancy::is(Column::TenantId, tenant))
        .filter(by_actor)
        .filter(Column::Sequence.gt(after))
        .filter(Column::Action.eq(action))
        .filter(since_then(Some(since)))
        .order_by_desc(Column::Sequence)
        .limit(LIKE_EVENTS);
    Ok(found.into_tuple().all(conn).await?)
}

/// Events from a moment on. The sequences are bounded by time already, and an index of times would only lead away from
/// their order: so none can be used.
fn since_then(from: Option<i64>) -> Condition {
    let occurred_at = || Expr::col((event::Entity, event::Column::OccurredAt)).add(0);
    Condition::all().add_option(from.map(|from| occurred_at().gte(from)))
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

/// The events of a chain after a sequence and up to another with the words of their targets, packed.
pub async fn packed_page(
    conn: &impl ConnectionTrait,
    tenant: &str,
    (after, upto): (i64, i64),
) -> Result<Packed> {
    let backend = conn.get_database_backend();
    let packed = |columns: &[&str]| {
        let value = |name: &&str| format!("COALESCE(octet_length(CAST({name} AS TEXT)), -1), ':', {name}");
        columns.iter().map(value).collect::<Vec<_>>().join(", ")
    };
    let joined = |columns: &[&str], table: &str, order: &[&str], of_tenant: &str| {
        // In the order of bytes, whatever language the database speaks.
        let order = order.iter().map(|column| match (backend, *column) {
            (DbBackend::Postgres, "target") => "target COLLATE \"C\"",
            (_, column) => column,
        });
        let (columns, order) = (packed(columns), order.collect::<Vec<_>>().join(", "));
        // Where the order gets lost on the way, the page is not right and is read row by row.
        format!(
            "(SELECT string_agg(concat({columns}), '') FROM (SELECT * FROM {table} \
            WHERE {of_tenant} AND sequence > $2 AND sequence <= $3 ORDER BY {order}) AS page)"
        )
    };
    let events = joined(&packed::COLUMNS, "audit_events", &["sequence"], &tenancy::sql("tenant_id", "$1"));
    let order = ["sequence", "target"];
    let targets = joined(&order, "audit_targets", &order, &tenancy::sql("tenant_id", "$1"));
    let sql = format!("SELECT {events} AS events, {targets} AS targets");
    let sql = Statement::from_sql_and_values(backend, sql, [tenant.into(), after.into(), upto.into()]);
    let Some(row) = conn.query_one_raw(sql).await? else { return Ok(Packed::default()) };
    let text = |name: &str| row.try_get_by::<Option<String>, _>(name).map(Option::unwrap_or_default);
    Ok(Packed { events: text("events")?, targets: text("targets")? })
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
