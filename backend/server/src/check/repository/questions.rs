//! The questions that find breaches: each is one query, so that what it compares is of one moment, and answers
//! `tenant` and `object` of what is wrong.

/// A question.
#[derive(Clone, Debug)]
pub struct Question {
    /// The law that an answer breaks.
    pub law: &'static str,
    /// What is wrong with an answer.
    pub detail: String,
    /// Selects `tenant` and `object`, the same on both databases.
    pub sql: String,
}

/// Law, what is wrong, and how it is found.
const WRITTEN: &[(&str, &str, &str)] = &[
    (
        "L1",
        "run: it is in no known state",
        "SELECT tenant_id AS tenant, id AS object FROM training_runs \
         WHERE status NOT IN ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'dead')",
    ),
    (
        "L1",
        "run: its time of finishing and its state disagree",
        "SELECT tenant_id AS tenant, id AS object FROM training_runs \
         WHERE (finished_at IS NOT NULL) <> (status IN ('succeeded', 'failed', 'cancelled', 'dead'))",
    ),
    (
        "L1",
        "run: it waits or runs, and no job of it does",
        "SELECT r.tenant_id AS tenant, r.id AS object FROM training_runs r \
         LEFT JOIN jobs j ON j.id = r.id AND j.tenant_id = r.tenant_id \
         WHERE r.status IN ('queued', 'running') AND (j.id IS NULL OR j.state NOT IN ('queued', 'running'))",
    ),
    (
        "L1",
        "run: it is over, and its job is not",
        "SELECT r.tenant_id AS tenant, r.id AS object FROM training_runs r \
         JOIN jobs j ON j.id = r.id AND j.tenant_id = r.tenant_id \
         WHERE r.status NOT IN ('queued', 'running') AND j.state IN ('queued', 'running')",
    ),
    (
        "L1",
        "run: it and its job ended differently",
        "SELECT r.tenant_id AS tenant, r.id AS object FROM training_runs r \
         JOIN jobs j ON j.id = r.id AND j.tenant_id = r.tenant_id \
         WHERE r.status IN ('succeeded', 'failed', 'cancelled', 'dead') \
         AND j.state NOT IN ('queued', 'running') AND r.status <> j.state",
    ),
    (
        "L1",
        "reproduction: its time of finishing and its state disagree",
        "SELECT tenant_id AS tenant, id AS object FROM reproductions \
         WHERE (finished_at IS NOT NULL) <> (status IN ('succeeded', 'failed', 'cancelled', 'dead')) \
         OR status NOT IN ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'dead')",
    ),
    (
        "L1",
        "reproduction: it and its job stand differently",
        "SELECT r.tenant_id AS tenant, r.id AS object FROM reproductions r \
         LEFT JOIN jobs j ON j.id = r.id AND j.tenant_id = r.tenant_id \
         WHERE (j.id IS NULL AND r.finished_at IS NULL) OR (j.id IS NOT NULL AND j.state <> r.status)",
    ),
    (
        "L2",
        "reproduction: it succeeded and found nothing, or found something and did not succeed",
        "SELECT tenant_id AS tenant, id AS object FROM reproductions \
         WHERE (status = 'succeeded') <> (found_sha256 IS NOT NULL)",
    ),
    (
        "L2",
        "run: it has more than one model",
        "SELECT tenant_id AS tenant, run_id AS object FROM models GROUP BY tenant_id, run_id HAVING COUNT(*) > 1",
    ),
    (
        "L2",
        "run: it succeeded without a model of its own",
        "SELECT r.tenant_id AS tenant, r.id AS object FROM training_runs r \
         LEFT JOIN models m ON m.tenant_id = r.tenant_id AND m.id = r.model_id AND m.run_id = r.id \
         WHERE r.status = 'succeeded' AND m.id IS NULL",
    ),
    (
        "L2",
        "model: its run did not succeed with it",
        "SELECT m.tenant_id AS tenant, m.id AS object FROM models m \
         LEFT JOIN training_runs r ON r.tenant_id = m.tenant_id AND r.id = m.run_id \
         AND r.status = 'succeeded' AND r.model_id = m.id WHERE r.id IS NULL",
    ),
    (
        "L2",
        "object: more than one row names it",
        "SELECT MIN(tenant_id) AS tenant, object_key AS object FROM \
         (SELECT tenant_id, object_key FROM datasets UNION ALL SELECT tenant_id, object_key FROM models) AS named \
         WHERE object_key <> '' GROUP BY object_key HAVING COUNT(*) > 1",
    ),
    (
        "L5",
        "model: the versions of its name have a gap",
        "SELECT tenant_id AS tenant, name AS object FROM models GROUP BY tenant_id, name \
         HAVING COUNT(*) <> MAX(version) OR MIN(version) <> 1",
    ),
    (
        "L5",
        "run: its steps have a gap",
        "SELECT tenant_id AS tenant, run_id AS object FROM run_events GROUP BY tenant_id, run_id \
         HAVING COUNT(*) <> MAX(sequence) OR MIN(sequence) <> 1",
    ),
    (
        "L5",
        "endpoint: its newest deployment is of another model",
        "SELECT e.tenant_id AS tenant, e.name AS object FROM endpoints e \
         LEFT JOIN deployments d ON d.tenant_id = e.tenant_id AND d.endpoint_id = e.id AND d.sequence = \
         (SELECT MAX(n.sequence) FROM deployments n WHERE n.tenant_id = e.tenant_id AND n.endpoint_id = e.id) \
         WHERE d.model_id IS NULL OR d.model_id <> e.model_id",
    ),
    (
        "L5",
        "usage: a counter can't be right",
        "SELECT tenant_id AS tenant, day || ' ' || endpoint || ' ' || api_key_id AS object FROM usage_days \
         WHERE requests < 0 OR predictions < 0 OR errors < 0 OR errors > requests",
    ),
    (
        "L5",
        "endpoint: it serves a model that was deleted",
        "SELECT e.tenant_id AS tenant, e.name AS object FROM endpoints e \
         JOIN models m ON m.tenant_id = e.tenant_id AND m.id = e.model_id WHERE m.deleted_at IS NOT NULL",
    ),
    (
        "L4",
        "tenant: the log does not tell that it is suspended, or that it is no longer",
        "SELECT t.id AS tenant, t.slug AS object FROM tenants t \
         WHERE (t.suspended_at IS NOT NULL) <> (COALESCE((SELECT e.action FROM audit_events e \
         WHERE e.tenant_id = t.id AND e.action IN ('tenant.suspended', 'tenant.resumed') \
         ORDER BY e.sequence DESC LIMIT 1), '') = 'tenant.suspended')",
    ),
    (
        "L4",
        "tenant: it is deleted and its log does not tell so, or the other way round",
        "SELECT t.id AS tenant, t.slug AS object FROM tenants t WHERE (t.deleted_at IS NOT NULL) <> \
         EXISTS (SELECT 1 FROM audit_events e WHERE e.tenant_id = t.id AND e.action = 'tenant.deleted')",
    ),
    (
        "L2",
        "tenant: it is deleted and its key is not shredded, or the other way round",
        "SELECT t.id AS tenant, t.slug AS object FROM tenants t JOIN tenant_keys k ON k.tenant_id = t.id \
         WHERE (t.deleted_at IS NOT NULL) <> (k.shredded_at IS NOT NULL) \
         OR (k.shredded_at IS NOT NULL) <> (k.wrapped_key = '')",
    ),
    (
        "L9",
        "idempotency key: its answer is not whole",
        "SELECT tenant_id AS tenant, key AS object FROM idempotency_keys \
         WHERE (status IS NULL) <> (body IS NULL) OR status NOT BETWEEN 200 AND 499",
    ),
    (
        "L6",
        "usage: no key of the tenant made it",
        "SELECT u.tenant_id AS tenant, u.api_key_id AS object FROM usage_days u \
         JOIN tenants t ON t.id = u.tenant_id AND t.deleted_at IS NULL \
         LEFT JOIN api_keys k ON k.tenant_id = u.tenant_id AND k.id = u.api_key_id \
         WHERE u.api_key_id <> 'session' AND k.id IS NULL",
    ),
    (
        "L6",
        "job: it is of no tenant",
        "SELECT j.tenant_id AS tenant, j.id AS object FROM jobs j \
         LEFT JOIN tenants t ON t.id = j.tenant_id WHERE t.id IS NULL",
    ),
];

/// Table, the column that names the row, the column that refers, the table that it refers to.
const REFERENCES: &[(&str, &str, &str, &str)] = &[
    ("training_runs", "id", "dataset_id", "datasets"),
    ("training_runs", "id", "model_id", "models"),
    ("run_events", "run_id", "run_id", "training_runs"),
    ("models", "id", "run_id", "training_runs"),
    ("models", "id", "dataset_id", "datasets"),
    ("reproductions", "id", "model_id", "models"),
    ("reproductions", "id", "dataset_id", "datasets"),
    ("endpoints", "id", "model_id", "models"),
    ("deployments", "endpoint_id", "endpoint_id", "endpoints"),
    ("deployments", "endpoint_id", "model_id", "models"),
];

/// Tables whose rows are people's memberships and the like: the column that must name a row of another table.
const BELONGINGS: &[(&str, &str, &str, &str)] = &[
    ("members", "user_id", "user_id", "users"),
    ("members", "user_id", "tenant_id", "tenants"),
    ("invites", "id", "tenant_id", "tenants"),
    ("api_keys", "id", "tenant_id", "tenants"),
    ("datasets", "id", "tenant_id", "tenants"),
    ("usage_days", "day", "tenant_id", "tenants"),
    ("idempotency_keys", "key", "tenant_id", "tenants"),
    ("audit_heads", "tenant_id", "tenant_id", "tenants"),
];

/// Table, which of its rows, and the action that the log must hold on them.
const EVENTS: &[(&str, &str, &str)] = &[
    ("invites", "1 = 1", "invite.created"),
    ("api_keys", "1 = 1", "api_key.created"),
    ("api_keys", "t.revoked_at IS NOT NULL", "api_key.revoked"),
    ("datasets", "t.status <> 'receiving'", "dataset.uploaded"),
    ("datasets", "t.status = 'ready'", "dataset.profiled"),
    ("datasets", "t.status = 'failed'", "dataset.failed"),
    ("datasets", "t.readings > 0", "dataset.read_again"),
    ("datasets", "t.deleted_at IS NOT NULL", "dataset.deleted"),
    ("training_runs", "1 = 1", "training.started"),
    ("training_runs", "t.status = 'succeeded'", "training.succeeded"),
    ("training_runs", "t.status IN ('failed', 'dead')", "training.failed"),
    ("training_runs", "t.status = 'cancelled'", "training.cancelled"),
    ("models", "t.deleted_at IS NOT NULL", "model.deleted"),
    ("training_runs", "t.stop_requested_at IS NOT NULL", "training.stopped"),
    ("reproductions", "1 = 1", "model.reproduction_started"),
    ("reproductions", "t.status = 'succeeded'", "model.reproduced"),
    ("reproductions", "t.status IN ('failed', 'dead')", "model.reproduction_failed"),
    ("endpoints", "1 = 1", "endpoint.created"),
];

/// Every question.
pub fn questions() -> Vec<Question> {
    let written = WRITTEN.iter().map(|(law, detail, sql)| Question {
        law,
        detail: (*detail).to_owned(),
        sql: (*sql).to_owned(),
    });
    written
        .chain(REFERENCES.iter().map(reference))
        .chain(BELONGINGS.iter().map(belonging))
        .chain(EVENTS.iter().map(event))
        .chain([tenant_event()])
        .collect()
}

fn reference((table, name, column, parent): &(&str, &str, &str, &str)) -> Question {
    Question {
        law: "L6",
        detail: format!("{table}.{column} refers to no row of the tenant's {parent}"),
        sql: format!(
            "SELECT DISTINCT c.tenant_id AS tenant, c.{name} AS object FROM {table} c \
             LEFT JOIN {parent} p ON p.tenant_id = c.tenant_id AND p.id = c.{column} \
             WHERE c.{column} IS NOT NULL AND p.id IS NULL"
        ),
    }
}

fn belonging((table, name, column, parent): &(&str, &str, &str, &str)) -> Question {
    Question {
        law: "L6",
        detail: format!("{table}.{column} refers to no row of {parent}"),
        sql: format!(
            "SELECT DISTINCT c.tenant_id AS tenant, c.{name} AS object FROM {table} c \
             LEFT JOIN {parent} p ON p.id = c.{column} WHERE p.id IS NULL"
        ),
    }
}

fn event((table, which, action): &(&str, &str, &str)) -> Question {
    Question {
        law: "L4",
        detail: format!("{table}: the log has no {action} of it"),
        sql: format!(
            "SELECT t.tenant_id AS tenant, t.id AS object FROM {table} t WHERE {which} AND NOT EXISTS \
             (SELECT 1 FROM audit_targets a JOIN audit_events e ON e.tenant_id = a.tenant_id AND e.sequence = a.sequence \
             WHERE a.tenant_id = t.tenant_id AND a.target = t.id AND e.action = '{action}')"
        ),
    }
}

fn tenant_event() -> Question {
    Question {
        law: "L4",
        detail: "tenant: its log does not begin with how it came to be".to_owned(),
        sql: "SELECT t.id AS tenant, t.id AS object FROM tenants t WHERE NOT EXISTS \
              (SELECT 1 FROM audit_targets a WHERE a.tenant_id = t.id AND a.target = t.id AND a.sequence = 1)"
            .to_owned(),
    }
}
