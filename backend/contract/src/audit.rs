//! The audit log: who did what, when, from where, before and after; hash-chained per tenant.

use crate::{EventId, Multiple, Page, Timestamp};

wire! {
    /// An entry of the audit log.
    pub struct AuditEvent {
        /// The id.
        pub id: EventId,
        /// Counts from 1 within the tenant, without a gap.
        pub sequence: u64,
        /// When.
        pub occurred_at: Timestamp,
        /// What was done: dotted, past tense, from `/v1/audit-actions`.
        pub action: String,
        /// Who did it.
        pub actor: Actor,
        /// To what.
        pub targets: Vec<Target>,
        /// How it ended.
        pub outcome: Outcome,
        /// What changed, before and after.
        pub changes: Vec<Change>,
        /// The request that did it.
        pub request_id: Option<String>,
        /// The hash of the entry before, or 64 zeros at the start.
        pub previous_hash: String,
        /// `sha256:` over the entry without this field (see docs/adr).
        pub hash: String,
    }

    /// Who did it.
    pub struct Actor {
        /// `user`, `api_key`, `system` or `operator`.
        pub kind: String,
        /// The id of the person or key; absent for the system.
        pub id: Option<String>,
        /// The address of the person, or the key's name.
        pub name: Option<String>,
        /// `session`, `api_key`, `job` or `command_line`.
        pub via: String,
        /// The address that the call came from.
        pub ip: Option<String>,
        /// The program that called.
        pub user_agent: Option<String>,
    }

    /// What it was done to.
    pub struct Target {
        /// The kind of object.
        pub kind: String,
        /// Its id.
        pub id: String,
        /// Its name at that time.
        pub name: Option<String>,
    }

    /// How it ended.
    pub struct Outcome {
        /// `success`, `denied` or `failure`.
        pub result: String,
        /// The error code when it did not succeed.
        pub code: Option<String>,
    }

    /// A field before and after.
    pub struct Change {
        /// A JSON pointer into the object.
        pub path: String,
        /// The value before.
        pub before: serde_json::Value,
        /// The value after.
        pub after: serde_json::Value,
    }

    /// Which entries to list or export.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct AuditQuery {
        /// Only by this actor: an id or a name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub actor: Option<String>,
        /// Only this action, or all that begin with it when it ends in a dot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub action: Option<String>,
        /// Only on this object: an id or a name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub target: Option<String>,
        /// Only `success`, `denied` or `failure`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub outcome: Option<String>,
        /// Only from this moment on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub from: Option<Timestamp>,
        /// Only before this moment.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub to: Option<Timestamp>,
        /// Only entries that hold this text anywhere, whatever its case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub q: Option<String>,
        /// Items a page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub limit: Option<u32>,
        /// Where to read on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub cursor: Option<String>,
        /// For exports: `csv` (the default), `ndjson`, or `signed`: the whole log with its checkpoints, to be verified
        /// without the server; it takes no filter.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub format: Option<String>,
    }

    /// Whether the chain holds.
    pub struct ChainReport {
        /// Whether every entry is there and unchanged.
        pub valid: bool,
        /// Entries that were checked.
        pub checked: u64,
        /// The last sequence, 0 when the log is empty.
        pub last_sequence: u64,
        /// The first sequence at which the chain breaks.
        pub broken_at: Option<u64>,
        /// What is wrong there: `changed`, `missing`, `misplaced`, `cut`, `rewritten` (the entries up to it are not
        /// those that were signed), `checkpoint` (its checkpoint is missing, changed, or signed by another key) or
        /// `unsigned` (events went on for minutes while a checkpoint was due and not made).
        pub reason: Option<String>,
        /// Checkpoints that hold.
        pub checkpoints: u64,
        /// The last sequence that a checkpoint vouches for, 0 when nothing was signed yet.
        pub signed_up_to: u64,
        /// When it was signed.
        pub signed_at: Option<Timestamp>,
    }

    /// The key that verifies what the server signs of the log.
    pub struct AuditPublicKey {
        /// `ed25519`.
        pub algorithm: String,
        /// By which signed texts name the key: the start of the SHA-256 of its bytes, in hexadecimal.
        pub id: String,
        /// The key as PEM.
        pub pem: String,
    }

    /// The actions that may stand in the log.
    pub struct AuditActions {
        /// Every action with what it means.
        pub data: Vec<AuditAction>,
    }

    /// An action.
    pub struct AuditAction {
        /// The dotted name.
        pub action: String,
        /// What it means.
        pub summary: String,
    }
}

calls! {
    /// Lists the audit log, newest first.
    ListAuditEvents: Get "/v1/audit-events", query AuditQuery => 200 Page<AuditEvent>;
    /// Exports the audit log, oldest first, by the same filter: format=csv, ndjson, or signed without a filter.
    ExportAuditEvents: Get "/v1/audit-events/export", query AuditQuery => 200 Multiple;
    /// Verifies the tenant's chain of entries.
    VerifyAuditEvents: Get "/v1/audit-events/verify" => 200 ChainReport;
    /// Shows an entry.
    GetAuditEvent: Get "/v1/audit-events/{id}" => 200 AuditEvent;
    /// Proves an entry to anybody who has the public key, without showing them another one.
    ProveAuditEvent: Get "/v1/audit-events/{id}/proof" => 200 Multiple;
    /// Shows the key that verifies signed exports and proofs.
    GetAuditPublicKey: Get "/v1/audit-public-key" => 200 AuditPublicKey;
    /// Lists the actions that may stand in the log.
    ListAuditActions: Get "/v1/audit-actions" => 200 AuditActions;
}
