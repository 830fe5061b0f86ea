//! The second wall between tenants: what PostgreSQL refuses when a query forgets its filter. SQLite has none, so there
//! these tests have nothing to hold.

use crate::support::TestApp;
use amaas::{
    config::Config,
    infra::{changes::Changes, db::Db, wall},
};
use contract::TenantId;
use sea_orm::{ConnectionTrait, Database, DbBackend, DbErr, Statement};

async fn texts(db: &impl ConnectionTrait, sql: &str) -> Result<Vec<String>, DbErr> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// The database as a server's requests have it; none on SQLite.
async fn strict(config: &Config) -> Option<Db> {
    if config.is_postgres() { Some(Db::connect(config, Changes::default()).await.unwrap()) } else { None }
}

#[actix_web::test]
async fn every_table_with_a_tenant_is_protected_even_from_its_owner() {
    let app = TestApp::start().await;
    let Some(_) = strict(&app.context.config).await else { return };
    let owner = app.database().await;
    let of_tenants = "SELECT DISTINCT table_name::text FROM information_schema.columns \
        WHERE table_schema = 'public' AND column_name = 'tenant_id' ORDER BY 1";
    let protected = "SELECT c.relname::text FROM pg_class c JOIN pg_policies p ON p.tablename = c.relname \
        WHERE p.schemaname = 'public' AND p.policyname = 'of_tenant' AND p.cmd = 'ALL' AND p.permissive = 'PERMISSIVE' \
        AND p.qual LIKE '%amaas_tenant()%' AND c.relnamespace = 'public'::regnamespace \
        AND c.relrowsecurity AND c.relforcerowsecurity ORDER BY 1";
    let tables = texts(&owner, of_tenants).await.unwrap();
    assert!(tables.len() > 15, "{tables:?}");
    assert_eq!(texts(&owner, protected).await.unwrap(), tables);
    // No other policy opens what this one closes.
    let others = "SELECT policyname::text FROM pg_policies WHERE policyname <> 'of_tenant'";
    assert!(texts(&owner, others).await.unwrap().is_empty());
}

#[actix_web::test]
async fn a_table_that_a_migration_forgot_is_protected_at_the_end_of_all() {
    let app = TestApp::start().await;
    let Some(db) = strict(&app.context.config).await else { return };
    let owner = app.database().await;
    owner.execute_unprepared("CREATE TABLE forgotten (tenant_id TEXT NOT NULL, word TEXT)").await.unwrap();
    owner.execute_unprepared("INSERT INTO forgotten VALUES ('a', 'of a'), ('b', 'of b')").await.unwrap();
    db.migrate().await.unwrap();
    let seen = wall::as_tenant("a", texts(db.reader(), "SELECT word FROM forgotten")).await.unwrap();
    assert_eq!(seen, ["of a"]);
}

/// A query that forgot its filter, by whom it is asked.
async fn holds(db: &Db, ours: &str, theirs: &str) {
    let forgot = "SELECT DISTINCT tenant_id FROM audit_events ORDER BY 1";
    // The same connections are lent to one and the other in turns.
    for _ in 0..10 {
        for tenant in [ours, theirs] {
            let seen = wall::as_tenant(tenant, texts(db.reader(), forgot)).await.unwrap();
            assert_eq!(seen, [tenant]);
        }
        let refused = texts(db.reader(), forgot).await.unwrap_err().to_string();
        assert!(refused.contains("no tenant is named"), "{refused}");
    }
    let all = wall::across_every_tenant("a test", texts(db.reader(), forgot)).await.unwrap();
    assert!(all.iter().any(|id| id == ours) && all.iter().any(|id| id == theirs), "{all:?}");
    wall::as_tenant(ours, async {
        let tx = db.begin().await.unwrap();
        assert_eq!(texts(&*tx, forgot).await.unwrap(), [ours]);
        for written in [
            "UPDATE audit_events SET outcome = 'denied'".to_owned(),
            format!("DELETE FROM audit_events WHERE tenant_id = '{theirs}'"),
        ] {
            tx.execute_unprepared(&written).await.unwrap();
        }
        let sneaked =
            format!("INSERT INTO audit_heads (tenant_id, sequence, hash) VALUES ('{theirs}2', 1, '')");
        let refused = tx.execute_unprepared(&sneaked).await.unwrap_err().to_string();
        assert!(refused.contains("row-level security"), "{refused}");
    })
    .await;
}

#[actix_web::test]
async fn a_query_without_a_filter_sees_the_rows_of_the_named_tenant_only() {
    let app = TestApp::start().await;
    let (ours, theirs) = (app.owner("ours").await, app.owner("theirs").await);
    let Some(db) = strict(&app.context.config).await else { return };
    let who = "SELECT current_user::text FROM pg_roles WHERE rolname = current_user AND NOT rolsuper \
        AND NOT rolbypassrls AND NOT EXISTS (SELECT 1 FROM pg_class WHERE relowner = pg_roles.oid)";
    assert_eq!(texts(db.reader(), who).await.unwrap(), ["amaas_app"], "it works as nobody's superior");
    holds(&db, &ours.tenant_id().to_string(), &theirs.tenant_id().to_string()).await;
}

#[actix_web::test]
async fn a_login_that_owns_the_tables_and_may_make_no_role_is_held_as_well() {
    let app = TestApp::start().await;
    let Some(_) = strict(&app.context.config).await else { return };
    let owner = app.database().await;
    let name = format!("amaas_plain_{:016x}", rand::random::<u64>());
    owner.execute_unprepared(&format!("CREATE ROLE {name} LOGIN PASSWORD 'plain'")).await.unwrap();
    owner.execute_unprepared(&format!("CREATE DATABASE {name} OWNER {name}")).await.unwrap();
    let url = app.context.config.database.url.expose();
    let (_, place) = url.split_once('@').unwrap();
    let (host, _) = place.split_once('/').unwrap();
    let url = format!("postgres://{name}:plain@{host}/{name}");
    let secret = app.context.config.auth.secret.expose().to_owned();
    let root = app.context.config.vault.root_key.expose().to_owned();
    let settings = [("database.url", url.clone()), ("auth.secret", secret), ("vault.root_key", root)];
    let config = Config::load(None, &settings).unwrap();
    let db = strict(&config).await.unwrap();
    db.migrate().await.unwrap();
    assert!(db.is_migrated().await.unwrap());
    assert_eq!(texts(db.reader(), "SELECT current_user::text").await.unwrap(), [name.as_str()]);
    let [ours, theirs] = [1, 2].map(|bits| TenantId::from_bits(bits).to_string());
    let plain = Database::connect(&url).await.unwrap();
    assert_eq!(plain.get_database_backend(), DbBackend::Postgres);
    for tenant in [&ours, &theirs] {
        let event = format!(
            "INSERT INTO audit_events (tenant_id, sequence, id, occurred_at, action, outcome, body, search, previous_hash, hash) \
             VALUES ('{tenant}', 1, '{tenant}', 0, '', '', '', '', '', '')"
        );
        wall::as_tenant(tenant, db.writer().execute_unprepared(&event)).await.unwrap();
    }
    holds(&db, &ours, &theirs).await;
    db.close().await;
    plain.close().await.unwrap();
    owner.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
    owner.execute_unprepared(&format!("DROP ROLE {name}")).await.unwrap();
}
