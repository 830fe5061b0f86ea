//! What PostgreSQL is told so that a query which forgot its tenant sees nothing of another's.
//!
//! The server works under the role `amaas_app`, which owns nothing and bypasses nothing, and names the tenant that it
//! acts for in the setting `amaas.tenant` of its connection; `*` there means every tenant, and nothing at all is an
//! error, so that work whose tenant was forgotten fails instead of finding nothing.

use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr};

/// The role that the server works under.
pub const ROLE: &str = "amaas_app";

/// Makes the role where the login may; without it the login itself is held by the policies, unless it is a superuser.
const MAKE_ROLE: &str = "
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'amaas_app') THEN
    CREATE ROLE amaas_app NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
  END IF;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN NULL;
  WHEN insufficient_privilege THEN
    RAISE NOTICE 'the role amaas_app could not be made; an administrator can: see docs/adr/0016-row-level-security.md';
END $$;
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'amaas_app')
     AND NOT pg_has_role(current_user, 'amaas_app', 'MEMBER') THEN
    EXECUTE format('GRANT amaas_app TO %I', current_user);
  END IF;
EXCEPTION
  WHEN duplicate_object OR unique_violation THEN NULL;
  WHEN insufficient_privilege THEN NULL;
END $$;
CREATE OR REPLACE FUNCTION amaas_tenant() RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE named text := current_setting('amaas.tenant', true);
BEGIN
  IF named IS NULL OR named = '' THEN
    RAISE EXCEPTION 'no tenant is named for this query' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN named;
END $$;
";

/// Grants the role what the server does, and gives every table with a `tenant_id` its policy. What is right already is
/// not touched: to alter a table waits for everybody who reads it.
const PROTECT: &str = "
DO $$ DECLARE found record;
BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'amaas_app') THEN
    IF NOT has_schema_privilege('amaas_app', current_schema(), 'USAGE') THEN
      EXECUTE format('GRANT USAGE ON SCHEMA %I TO amaas_app', current_schema());
    END IF;
    FOR found IN
      SELECT c.oid::regclass AS name FROM pg_class c
      WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT (has_table_privilege('amaas_app', c.oid, 'SELECT') AND has_table_privilege('amaas_app', c.oid, 'DELETE'))
    LOOP
      EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO amaas_app', found.name);
    END LOOP;
    FOR found IN
      SELECT c.oid::regclass AS name FROM pg_class c
      WHERE c.relnamespace = current_schema()::regnamespace
        AND CASE WHEN c.relkind = 'S' THEN NOT has_sequence_privilege('amaas_app', c.oid, 'USAGE') ELSE false END
    LOOP
      EXECUTE format('GRANT USAGE ON SEQUENCE %s TO amaas_app', found.name);
    END LOOP;
  END IF;
  FOR found IN
    SELECT c.oid::regclass AS name, c.relrowsecurity AND c.relforcerowsecurity AS is_forced,
      EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'of_tenant') AS has_policy
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
  LOOP
    IF NOT found.has_policy THEN
      EXECUTE format('CREATE POLICY of_tenant ON %s USING (tenant_id = (SELECT amaas_tenant()) '
        'OR (SELECT amaas_tenant()) = ''*'')', found.name);
    END IF;
    IF NOT found.is_forced THEN
      EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', found.name);
    END IF;
  END LOOP;
END $$;
";

/// Takes the policies away.
pub(crate) const RELEASE: &str = "
DO $$ DECLARE found record;
BEGIN
  FOR found IN SELECT c.oid::regclass AS name FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
    WHERE p.polname = 'of_tenant' AND c.relnamespace = current_schema()::regnamespace
  LOOP
    EXECUTE format('DROP POLICY of_tenant ON %s', found.name);
    EXECUTE format('ALTER TABLE %s NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY', found.name);
  END LOOP;
  DROP FUNCTION IF EXISTS amaas_tenant();
END $$;
";

/// Makes role and function, and protects every table that has a `tenant_id` now; nothing on SQLite. It may be run
/// again and again, and is, after all migrations: a table that one of them forgets to protect is protected then.
///
/// # Errors
/// When the database refuses, or can't be reached.
pub async fn enforce(conn: &impl ConnectionTrait) -> Result<(), DbErr> {
    if conn.get_database_backend() == DbBackend::Postgres {
        for sql in [MAKE_ROLE, PROTECT] {
            conn.execute_unprepared(sql).await?;
        }
    }
    Ok(())
}
