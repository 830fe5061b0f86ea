//! Signed checkpoints, signed exports and proofs: that they are made, and that nothing done to the log, to the
//! checkpoints or to a file that was handed out goes unnoticed.
//!
//! Draws are repeatable: `AMAAS_SEED=n` replays those of an earlier run, which prints its seed.

use crate::{
    audit::append,
    support::{Caller, TestApp},
};
use amaas::{audit, check};
use bytes::Bytes;
use contract::{
    Call, Code, TenantId,
    audit::{
        AuditPublicKey, AuditQuery, ChainReport, ExportAuditEvents, GetAuditPublicKey, ListAuditEvents,
        ProveAuditEvent, VerifyAuditEvents,
    },
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use sea_orm::{ConnectionTrait, Statement};
use std::{io::Cursor, process::Command};

fn dice() -> StdRng {
    let seed = std::env::var("AMAAS_SEED").ok().map_or_else(rand::random, |seed| seed.parse().unwrap());
    println!("AMAAS_SEED={seed}");
    StdRng::seed_from_u64(seed)
}

async fn run(app: &TestApp, sql: &str) {
    app.database().await.execute_unprepared(sql).await.unwrap();
}

async fn number(app: &TestApp, sql: &str) -> i64 {
    let sql = Statement::from_string(app.context.db.backend(), sql);
    app.context.db.reader().query_one_raw(sql).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

async fn verified(app: &TestApp, tenant: TenantId) -> ChainReport {
    audit::verify_without_scope(&app.context, &tenant.to_string()).await.unwrap()
}

async fn found(app: &TestApp, tenant: TenantId) -> (Option<u64>, String) {
    let report = verified(app, tenant).await;
    (report.broken_at, report.reason.unwrap_or_default())
}

fn new_tenant(app: &TestApp) -> TenantId {
    TenantId::from_bits(app.context.clock.new_id_bits())
}

/// A chain of ten that was signed at 4 and at 8.
async fn signed_chain(app: &TestApp) -> TenantId {
    let tenant = new_tenant(app);
    for events in [4, 4] {
        append(&app.context, tenant, events).await;
        app.context.clock.advance_seconds(3600);
        assert!(audit::make_due(&app.context).await.unwrap());
    }
    append(&app.context, tenant, 2).await;
    tenant
}

#[actix_web::test]
async fn an_hour_or_a_thousand_events_make_a_batch_and_an_idle_hour_makes_one_too() {
    let app = TestApp::start().await;
    let (busy, idle) = (new_tenant(&app), new_tenant(&app));
    append(&app.context, busy, 3).await;
    append(&app.context, idle, 2).await;
    assert!(audit::make_due(&app.context).await.unwrap(), "nothing was ever signed");
    assert!(!audit::make_due(&app.context).await.unwrap(), "the hour is not over");
    append(&app.context, busy, 999).await;
    assert!(!audit::make_due(&app.context).await.unwrap(), "999 events in less than an hour");
    append(&app.context, busy, 1).await;
    assert!(audit::make_due(&app.context).await.unwrap(), "1000 events");
    for _ in 0..2 {
        app.context.clock.advance_seconds(3600);
        assert!(audit::make_due(&app.context).await.unwrap(), "an hour, whether or not anything happened");
    }
    let busy = verified(&app, busy).await;
    assert_eq!((busy.valid, busy.checkpoints, busy.signed_up_to), (true, 4, 1003), "{busy:?}");
    let idle = verified(&app, idle).await;
    assert_eq!((idle.valid, idle.checkpoints, idle.signed_up_to), (true, 3, 2), "{idle:?}");
    assert_eq!(idle.signed_at, busy.signed_at);
    assert_eq!(app.context.storage.list(audit::CHECKPOINTS).await.unwrap().len(), 4);
    app.context.clock.advance_seconds(25 * 3600);
    let report = check::everything(&app.context).await.unwrap();
    // The chains are of no tenant's, which is another law's business.
    let own =
        report.breaches.iter().filter(|breach| breach.law == "L7" || breach.object.contains("checkpoint"));
    assert_eq!(own.count(), 0, "{report}");
}

#[actix_web::test]
async fn many_processes_at_once_make_one_batch() {
    let app = TestApp::start().await;
    append(&app.context, new_tenant(&app), 5).await;
    let made = futures_util::future::join_all((0..8).map(|_| audit::make_due(&app.context))).await;
    let made = made.into_iter().filter(|made| *made.as_ref().unwrap()).count();
    assert_eq!(made, 1);
    assert_eq!(number(&app, "SELECT COUNT(*) FROM audit_batches").await, 1);
}

#[actix_web::test]
async fn a_batch_whose_process_died_before_it_was_stored_is_stored_by_the_next() {
    let app = TestApp::start().await;
    let tenant = signed_chain(&app).await;
    let key = format!("{}/000000000002.ndjson", audit::CHECKPOINTS);
    let before = app.context.storage.get(&key).await.unwrap();
    app.context.storage.delete(&key).await.unwrap();
    run(&app, "UPDATE audit_batches SET stored_at = NULL WHERE number = 2").await;
    assert!(verified(&app, tenant).await.valid, "a batch on its way into the storage is no breach");
    audit::make_due(&app.context).await.unwrap();
    assert_eq!(app.context.storage.get(&key).await.unwrap(), before);
    // Died after it was stored, before that was noted.
    run(&app, "UPDATE audit_batches SET stored_at = NULL").await;
    audit::make_due(&app.context).await.unwrap();
    assert_eq!(number(&app, "SELECT COUNT(*) FROM audit_batches WHERE stored_at IS NULL").await, 0);
    assert_eq!(number(&app, "SELECT COUNT(*) FROM audit_batches").await, 2);
}

/// Rewrites a chain from a sequence on as its owner could: other words, and every hash right.
async fn rewrite(app: &TestApp, tenant: TenantId, from: i64) {
    let (db, backend) = (app.database().await, app.context.db.backend());
    let rows = format!(
        "SELECT sequence, body, search, hash FROM audit_events WHERE tenant_id = '{tenant}' AND sequence >= {from} \
         ORDER BY sequence"
    );
    let rows = db.query_all_raw(Statement::from_string(backend, rows)).await.unwrap();
    let (mut old, mut new) = (String::new(), String::new());
    for (index, row) in rows.iter().enumerate() {
        let text = |name: &str| -> String { row.try_get_by(name).unwrap() };
        let forge = |text: String| if index == 0 { text.replace("after ", "before ") } else { text };
        let (body, search) = (forge(text("body")), forge(text("search")));
        let body = if index == 0 { body } else { body.replace(&old, &new) };
        old = text("hash");
        let previous = serde_json::from_str::<serde_json::Value>(&body).unwrap()["previous_hash"].clone();
        new = format!("sha256:{}", amaas::infra::digest::sha256_hex(body.as_bytes()));
        let sequence: i64 = row.try_get_by("sequence").unwrap();
        let values = [
            body.into(),
            search.into(),
            previous.as_str().unwrap().into(),
            new.clone().into(),
            tenant.to_string().into(),
            sequence.into(),
        ];
        let sql = "UPDATE audit_events SET body = $1, search = $2, previous_hash = $3, hash = $4 \
                   WHERE tenant_id = $5 AND sequence = $6";
        db.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.unwrap();
    }
    run(app, &format!("UPDATE audit_heads SET hash = '{new}' WHERE tenant_id = '{tenant}'")).await;
}

#[actix_web::test]
async fn torture_a_log_rewritten_with_all_its_hashes_is_found_at_the_first_end_that_was_signed() {
    let torture = crate::support::torture("T18", "an audit log rewritten with right hashes");
    let app = TestApp::start().await;
    for (from, at) in [(1, Some(4)), (4, Some(4)), (5, Some(8)), (8, Some(8)), (9, None)] {
        let tenant = signed_chain(&app).await;
        rewrite(&app, tenant, from).await;
        let report = verified(&app, tenant).await;
        // What came after the last checkpoint is vouched for by the next one only.
        assert_eq!((report.broken_at, report.valid), (at, at.is_none()), "from {from}: {report:?}");
        assert_eq!(report.reason.as_deref(), at.map(|_| "rewritten"));
    }
    torture.end(1, 0, "found at the first signed end");
}

#[actix_web::test]
async fn torture_a_tail_cut_with_its_head_put_back_is_found() {
    let torture = crate::support::torture("T19", "the tail of an audit log cut, its head put back");
    let app = TestApp::start().await;
    for (keep, at) in [(3, 4), (7, 8)] {
        let tenant = signed_chain(&app).await;
        cut(&app, tenant, keep).await;
        assert_eq!(found(&app, tenant).await, (Some(at), "cut".to_owned()), "{keep} kept");
    }
    torture.end(1, 0, "found");
}

/// Cuts a chain, its targets too, and puts the head back.
async fn cut(app: &TestApp, tenant: TenantId, keep: u64) {
    let mine = format!("tenant_id = '{tenant}'");
    let last = format!("(SELECT hash FROM audit_events WHERE {mine} AND sequence = {keep})");
    run(app, &format!("UPDATE audit_heads SET sequence = {keep}, hash = {last} WHERE {mine}")).await;
    for table in ["audit_events", "audit_targets"] {
        run(app, &format!("DELETE FROM {table} WHERE {mine} AND sequence > {keep}")).await;
    }
}

#[actix_web::test]
async fn torture_columns_that_say_that_nothing_is_due_stop_no_signing_and_are_found() {
    let torture = crate::support::torture("T19", "columns of checkpoints that say that nothing is due");
    for (tampering, object) in [
        ("UPDATE audit_batches SET made_at = made_at + 1000000000000", Some("checkpoint batch 1")),
        ("UPDATE audit_batches SET whole = 1, made_at = made_at + 3000000", Some("checkpoint batch 1")),
        ("UPDATE audit_checkpoints SET sequence = 1000000", None),
        ("UPDATE audit_checkpoints SET hash = 'sha256:00'", None),
        ("UPDATE audit_checkpoints SET number = 900 WHERE number = 2", None),
        (JUNK_BATCH, Some("checkpoint batch 3")),
        (JUNK_FAR_BATCH, Some("checkpoint batch 9223372036854775807")),
    ] {
        let app = TestApp::start().await;
        let (tenant, other) = (signed_chain(&app).await, new_tenant(&app));
        run(&app, tampering).await;
        append(&app.context, other, 3).await;
        app.context.clock.advance_seconds(3600);
        assert!(audit::make_due(&app.context).await.unwrap(), "signed all the same: {tampering}");
        assert!(!audit::make_due(&app.context).await.unwrap(), "{tampering}");
        assert_eq!(verified(&app, other).await.signed_up_to, 3, "another chain is signed: {tampering}");
        let (report, laws) = (verified(&app, tenant).await, check::everything(&app.context).await.unwrap());
        match object {
            None => assert_eq!(report.reason.as_deref(), Some("checkpoint"), "{tampering}"),
            Some(object) => {
                let found = laws.breaches.iter().any(|breach| breach.object == object);
                assert!(found, "{tampering}: {laws}");
                assert_eq!(report.signed_up_to, 10, "{tampering}");
            }
        }
    }
    torture.end(1, 0, "signed, and found");
}

/// A batch that nobody signed, under the next number.
const JUNK_BATCH: &str = "INSERT INTO audit_batches (number, body, signature, hash, made_at, whole) \
    VALUES (3, 'junk', '', '', 9000000000000, 1)";
/// One under the last number that there is.
const JUNK_FAR_BATCH: &str = "INSERT INTO audit_batches (number, body, signature, hash, made_at, whole) \
    VALUES (9223372036854775807, 'junk', '', '', 9000000000000, 1)";

#[actix_web::test]
async fn torture_a_chain_that_goes_on_unsigned_is_found_whenever_that_was() {
    let torture = crate::support::torture("T20", "an audit log whose signing was stopped");
    let app = TestApp::start().await;
    let tenant = signed_chain(&app).await;
    // The hour is over, and events go on for eleven minutes.
    app.context.clock.advance_seconds(3601);
    append(&app.context, tenant, 1).await;
    app.context.clock.advance_seconds(300);
    append(&app.context, tenant, 1).await;
    assert!(verified(&app, tenant).await.valid, "there is time to sign");
    app.context.clock.advance_seconds(360);
    append(&app.context, tenant, 2).await;
    assert_eq!(found(&app, tenant).await, (Some(13), "unsigned".to_owned()));
    let laws = check::everything(&app.context).await.unwrap();
    assert!(laws.breaches.iter().any(|breach| breach.object == "audit event 13"), "{laws}");
    // To sign it at last hides nothing.
    assert!(audit::make_due(&app.context).await.unwrap());
    assert_eq!(found(&app, tenant).await, (Some(13), "unsigned".to_owned()));

    // A machine that was off for a day is none that stopped signing.
    let tenant = signed_chain(&app).await;
    app.context.clock.advance_seconds(86_400);
    append(&app.context, tenant, 3).await;
    audit::make_due(&app.context).await.unwrap();
    assert!(verified(&app, tenant).await.valid);

    // A thousand in less than an hour are due at once.
    append(&app.context, tenant, 1001).await;
    app.context.clock.advance_seconds(601);
    append(&app.context, tenant, 1).await;
    let report = verified(&app, tenant).await;
    assert_eq!((report.broken_at, report.reason.as_deref()), (Some(1015), Some("unsigned")), "{report:?}");
    torture.end(1, 0, "found at the first event that nobody signed in time");
}

#[actix_web::test]
async fn torture_a_chain_kept_out_of_a_batch_to_be_rewritten_is_found() {
    let torture =
        crate::support::torture("T20", "an audit log kept from being signed for an hour, and rewritten");
    let app = TestApp::start().await;
    let tenant = signed_chain(&app).await;
    let mine = format!("tenant_id = '{tenant}'");
    run(&app, &format!("UPDATE audit_heads SET tenant_id = 'away' WHERE {mine}")).await;
    app.context.clock.advance_seconds(3600);
    assert!(audit::make_due(&app.context).await.unwrap());
    run(&app, &format!("UPDATE audit_heads SET tenant_id = '{tenant}' WHERE tenant_id = 'away'")).await;
    assert_eq!(found(&app, tenant).await, (Some(9), "checkpoint".to_owned()), "it was left out");
    rewrite(&app, tenant, 1).await;
    run(&app, &format!("DELETE FROM audit_checkpoints WHERE {mine}")).await;
    assert_eq!(found(&app, tenant).await, (Some(8), "rewritten".to_owned()));
    // Nothing left of it but what the storage knows.
    for table in ["audit_events", "audit_targets", "audit_heads", "audit_checkpoints"] {
        run(&app, &format!("DELETE FROM {table}")).await;
    }
    app.context.clock.advance_seconds(-3600);
    let chains = check::verify_logs(&app.context, None).await.unwrap();
    assert!(chains.iter().all(|(_, report)| !report.valid), "{chains:?}");
    torture.end(1, 0, "found");
}

#[actix_web::test]
async fn a_storage_that_is_away_keeps_nobody_from_signing() {
    let app = TestApp::start().await;
    let tenant = new_tenant(&app);
    append(&app.context, tenant, 3).await;
    // A row of another hand is in the way of none behind it.
    run(&app, &JUNK_BATCH.replace("(3,", "(1,")).await;
    audit::start(&app.context).await;
    assert_eq!(number(&app, "SELECT COUNT(*) FROM audit_checkpoints").await, 1, "signed at once");
    audit::make_due(&app.context).await.unwrap();
    assert_eq!(app.context.storage.list(audit::CHECKPOINTS).await.unwrap().len(), 1, "and stored");
    assert_eq!(verified(&app, tenant).await.signed_up_to, 3);
}

#[actix_web::test]
async fn an_idle_log_that_was_signed_each_hour_verifies_as_an_export() {
    let app = TestApp::start().await;
    let owner = exporting(&app).await;
    for _ in 0..3 {
        app.context.clock.advance_seconds(3600);
        assert!(audit::make_due(&app.context).await.unwrap());
    }
    let owner = app.sign_in(&owner.me.unwrap().user.name.to_lowercase()).await.unwrap();
    let (export, key) = (signed_export(&owner).await, public_key(&app).await);
    assert_eq!(wrong_with(&key.pem, &export), "");
    assert!(verified(&app, owner.tenant_id()).await.valid);
}

#[actix_web::test]
async fn checkpoints_taken_out_of_the_database_are_found_by_the_storage() {
    let app = TestApp::start().await;
    // Rewritten or cut, and the rows that would show it deleted: one tenant's, or every trace.
    for traces in
        ["DELETE FROM audit_checkpoints WHERE T AND number > 1", "DELETE FROM audit_checkpoints WHERE T"]
    {
        let tenant = signed_chain(&app).await;
        let mine = format!("tenant_id = '{tenant}'");
        cut(&app, tenant, 5).await;
        run(&app, &traces.replace("WHERE T", &format!("WHERE {mine}"))).await;
        assert_eq!(found(&app, tenant).await, (Some(6), "cut".to_owned()), "{traces}");
        let tenant = signed_chain(&app).await;
        rewrite(&app, tenant, 5).await;
        run(&app, &traces.replace("WHERE T", &format!("WHERE tenant_id = '{tenant}'"))).await;
        assert_eq!(found(&app, tenant).await, (Some(8), "rewritten".to_owned()), "{traces}");
    }
    let tenant = signed_chain(&app).await;
    rewrite(&app, tenant, 1).await;
    run(&app, "DELETE FROM audit_checkpoints").await;
    run(&app, "DELETE FROM audit_batches").await;
    assert_eq!(found(&app, tenant).await, (Some(8), "rewritten".to_owned()));
}

#[actix_web::test]
async fn a_checkpoint_that_was_changed_or_is_not_ours_is_found() {
    let app = TestApp::start().await;
    let tamperings = [
        ("DELETE FROM audit_checkpoints WHERE T AND number = 1", 1),
        ("UPDATE audit_checkpoints SET body = replace(body, '\"sequence\":8', '\"sequence\":7') WHERE T", 5),
        (
            "UPDATE audit_checkpoints SET signature = (SELECT signature FROM audit_checkpoints WHERE T AND number = 1) WHERE T AND number = 2",
            5,
        ),
        ("UPDATE audit_checkpoints SET body = 'junk' WHERE T AND number = 1", 1),
        ("DELETE FROM audit_checkpoints WHERE T AND number = 2", 5),
    ];
    for (tampering, at) in tamperings {
        let tenant = signed_chain(&app).await;
        run(&app, &tampering.replace("WHERE T", &format!("WHERE tenant_id = '{tenant}'"))).await;
        assert_eq!(found(&app, tenant).await, (Some(at), "checkpoint".to_owned()), "{tampering}");
    }
}

#[actix_web::test]
async fn a_batch_taken_out_of_the_storage_or_changed_there_is_found() {
    let app = TestApp::start().await;
    let tenant = signed_chain(&app).await;
    let storage = &app.context.storage;
    let key = |number: u64| format!("{}/{number:012}.ndjson", audit::CHECKPOINTS);
    let (first, second) = (storage.get(&key(1)).await.unwrap(), storage.get(&key(2)).await.unwrap());
    let breaches = async || {
        let report = check::everything(&app.context).await.unwrap();
        let of_batches =
            report.breaches.iter().filter(|breach| breach.object.starts_with("checkpoint batch"));
        of_batches.map(|breach| format!("{}: {}", breach.object, breach.detail)).collect::<Vec<_>>()
    };
    assert!(breaches().await.is_empty());
    storage.delete(&key(1)).await.unwrap();
    assert_eq!(breaches().await, ["checkpoint batch 1: it was taken out of the storage"]);
    assert!(verified(&app, tenant).await.valid, "the newest checkpoint binds those before it");
    storage.put(&key(1), second.clone()).await.unwrap();
    assert_eq!(breaches().await, ["checkpoint batch 1: it is not what was signed"]);
    storage.put(&key(1), first).await.unwrap();
    storage.delete(&key(2)).await.unwrap();
    assert_eq!(breaches().await, ["checkpoint batch 2: it was taken out of the storage"]);
    assert_eq!(found(&app, tenant).await, (Some(9), "checkpoint".to_owned()));
    let mut dice = dice();
    for _ in 0..20 {
        let mut changed = second.to_vec();
        let at = dice.random_range(0..changed.len());
        changed[at] ^= 1 << dice.random_range(0..7);
        storage.put(&key(2), Bytes::from(changed)).await.unwrap();
        assert_eq!(breaches().await.len(), 1, "byte {at}");
    }
    storage.put(&key(2), second).await.unwrap();
    assert!(breaches().await.is_empty());
}

async fn signed_export(owner: &Caller) -> String {
    let path = format!("{}?format=signed", ExportAuditEvents::PATH);
    let response = owner.request("GET", &path).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.headers()["content-disposition"].to_str().unwrap().contains("audit-log-signed.ndjson"));
    response.text().await.unwrap()
}

async fn public_key(app: &TestApp) -> AuditPublicKey {
    app.nobody().get::<GetAuditPublicKey>(&[]).await.unwrap()
}

/// An owner whose log of eleven was signed at 5 and at 9.
async fn exporting(app: &TestApp) -> Caller {
    let owner = app.owner("owner").await;
    for events in [4, 4] {
        append(&app.context, owner.tenant_id(), events).await;
        app.context.clock.advance_seconds(3600);
        assert!(audit::make_due(&app.context).await.unwrap());
    }
    append(&app.context, owner.tenant_id(), 2).await;
    app.sign_in("owner").await.unwrap()
}

/// What is wrong with an export; empty when nothing is.
fn wrong_with(pem: &str, export: &str) -> String {
    let key = audit::public_key(pem).unwrap();
    audit::verify_export(key, Cursor::new(export)).map_or_else(|wrong| wrong.to_string(), |_| String::new())
}

#[actix_web::test]
async fn a_signed_export_verifies_without_the_server_and_nothing_done_to_it_goes_unnoticed() {
    let app = TestApp::start().await;
    let owner = exporting(&app).await;
    let (export, key) = (signed_export(&owner).await, public_key(&app).await);
    let lines: Vec<&str> = export.lines().collect();
    let kinds: Vec<&str> = lines.iter().map(|line| &line[9..12]).collect();
    // The sign-in of the owner is the last event.
    assert_eq!(kinds, [vec!["exp", "che", "che"], vec!["eve"; 12]].concat());
    let sound = audit::verify_export(audit::public_key(&key.pem).unwrap(), Cursor::new(&export)).unwrap();
    assert_eq!((sound.events, sound.checkpoints, sound.tenant), (12, 2, owner.tenant_id().to_string()));

    let joined = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let events = 3; // the first event's line
    for (index, _) in lines.iter().enumerate().skip(events) {
        let sequence = index - events + 1;
        let without: Vec<_> = [&lines[..index], &lines[index + 1..]].concat();
        let expected = if index + 1 == lines.len() { "cut" } else { "missing" };
        assert_eq!(
            wrong_with(&key.pem, &joined(&without)),
            format!("broken at sequence {sequence}: {expected}")
        );
        let twice = [&lines[..=index], &lines[index..]].concat();
        let wrong = wrong_with(&key.pem, &joined(&twice));
        assert!(wrong.starts_with(&format!("broken at sequence {}: ", sequence + 1)), "{wrong}");
        let ends = wrong_with(&key.pem, &joined(&lines[..index]));
        assert_eq!(ends, format!("broken at sequence {sequence}: cut"));
        if index + 1 < lines.len() {
            let mut swapped = lines.clone();
            swapped.swap(index, index + 1);
            assert_eq!(
                wrong_with(&key.pem, &joined(&swapped)),
                format!("broken at sequence {sequence}: missing")
            );
        }
    }
    // Either checkpoint taken out, or both swapped.
    let without = |index: usize| joined(&[&lines[..index], &lines[index + 1..]].concat());
    assert_eq!(wrong_with(&key.pem, &without(1)), "broken at sequence 1: checkpoint");
    assert_eq!(wrong_with(&key.pem, &without(2)), "broken at sequence 6: checkpoint");
    let mut swapped = lines.clone();
    swapped.swap(1, 2);
    assert_eq!(wrong_with(&key.pem, &joined(&swapped)), "broken at sequence 1: checkpoint");
    assert_ne!(wrong_with(&key.pem, &without(0)), "");
}

#[actix_web::test]
async fn torture_a_flipped_bit_anywhere_in_a_signed_export_is_found_in_its_line() {
    let torture = crate::support::torture("T20", "bits of a signed export flipped");
    let app = TestApp::start().await;
    let owner = exporting(&app).await;
    let (export, key) = (signed_export(&owner).await, public_key(&app).await);
    let mut dice = dice();
    for _ in 0..3000 {
        let mut bytes = export.clone().into_bytes();
        let at = dice.random_range(0..bytes.len() - 1);
        bytes[at] ^= 1 << dice.random_range(0..7);
        let Ok(changed) = String::from_utf8(bytes) else { continue };
        let line = export[..at].matches('\n').count();
        let wrong = wrong_with(&key.pem, &changed);
        assert!(
            !wrong.is_empty(),
            "byte {at} of line {line} was flipped: {}",
            changed.lines().nth(line).unwrap()
        );
        if line >= 3 && export.as_bytes()[at] != b'\n' {
            let sequence = line - 2;
            assert!(wrong.starts_with(&format!("broken at sequence {sequence}: ")), "line {line}: {wrong}");
        }
    }
    torture.end(3000, 0, "each found in its line");
}

#[actix_web::test]
async fn an_export_of_a_rewritten_or_cut_log_does_not_verify() {
    let app = TestApp::start().await;
    let owner = exporting(&app).await;
    let key = public_key(&app).await;
    rewrite(&app, owner.tenant_id(), 7).await;
    assert_eq!(wrong_with(&key.pem, &signed_export(&owner).await), "broken at sequence 9: rewritten");
    // The rows that show it taken out as well: the storage still has the newest.
    run(&app, "DELETE FROM audit_checkpoints WHERE number > 1").await;
    assert_eq!(wrong_with(&key.pem, &signed_export(&owner).await), "broken at sequence 9: rewritten");
    let other = app.owner("other").await;
    append(&app.context, other.tenant_id(), 5).await;
    app.context.clock.advance_seconds(3600);
    audit::make_due(&app.context).await.unwrap();
    cut(&app, other.tenant_id(), 3).await;
    let other = app.sign_in("other").await.unwrap();
    let wrong = wrong_with(&key.pem, &signed_export(&other).await);
    assert_eq!(wrong, "broken at sequence 5: cut", "the sign-in took the place of the first that was cut");
}

#[actix_web::test]
async fn a_proof_shows_one_entry_to_a_stranger_and_no_changed_one() {
    let app = TestApp::start().await;
    let owner = exporting(&app).await;
    let key = public_key(&app).await;
    let query = AuditQuery { limit: Some(100), ..AuditQuery::default() };
    let events = owner.list::<ListAuditEvents>(&query).await.unwrap().data;
    let prove = async |id: &str| {
        let response = owner.request("GET", &ProveAuditEvent::url(&[id])).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let public = audit::public_key(&key.pem).unwrap();
    let mut proofs = Vec::new();
    for event in &events {
        // The newest were never signed: they are at once.
        let (status, proof) = prove(&event.id.to_string()).await;
        assert_eq!(status, 200, "{proof}");
        let sound =
            audit::verify_proof(public, &proof).unwrap_or_else(|wrong| panic!("{}: {wrong}", event.sequence));
        assert_eq!(sound.sequence, event.sequence);
        for other in events.iter().filter(|other| other.id != event.id) {
            assert!(!proof.contains(&other.id.to_string()), "a proof shows another entry");
        }
        proofs.push(proof);
    }
    let mut dice = dice();
    for _ in 0..3000 {
        let proof = &proofs[dice.random_range(0..proofs.len())];
        let mut bytes = proof.clone().into_bytes();
        let at = dice.random_range(0..bytes.len());
        bytes[at] ^= 1 << dice.random_range(0..7);
        let Ok(changed) = String::from_utf8(bytes) else { continue };
        assert!(audit::verify_proof(public, &changed).is_err(), "byte {at} was flipped: {changed}");
    }
    let stranger = app.owner("stranger").await;
    let id = events[0].id.to_string();
    let response = stranger.request("GET", &ProveAuditEvent::url(&[&id])).send().await.unwrap();
    assert_eq!(response.status(), 404);
    rewrite(&app, owner.tenant_id(), 2).await;
    let (status, problem) = prove(&events.last().unwrap().id.to_string()).await;
    assert_eq!(status, 409, "{problem}");
    assert!(problem.contains(Code::Conflict.as_str()) && problem.contains("Verify the log"), "{problem}");
}

#[actix_web::test]
async fn the_command_needs_nothing_but_the_file_and_the_key() {
    let app = TestApp::start().await;
    let owner = exporting(&app).await;
    let folder = tempfile::TempDir::new().unwrap();
    let file = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    };
    let printed = app.command(&["audit", "public-key"]);
    assert!(printed.status.success());
    let pem = String::from_utf8(printed.stdout).unwrap();
    assert_eq!(pem, public_key(&app).await.pem);
    let key = file("key.pem", &pem);
    let export = signed_export(&owner).await;
    let event = owner.list::<ListAuditEvents>(&AuditQuery::default()).await.unwrap().data.remove(0);
    let proof = owner.request("GET", &ProveAuditEvent::url(&[&event.id.to_string()])).send().await.unwrap();
    let proof = proof.text().await.unwrap();
    let verify = |kind: &str, path: &str, key: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_amaas"));
        // A folder to work in where nothing may appear, and a configuration that can't be used.
        let empty = folder.path().join("empty");
        std::fs::create_dir_all(&empty).unwrap();
        command.current_dir(&empty).env("AMAAS__SERVER__LISTEN", "nowhere");
        let output = command.args(["audit", "verify", kind, path, "--public-key", key]).output().unwrap();
        assert_eq!(std::fs::read_dir(empty).unwrap().count(), 0);
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, told) = verify("--export", &file("log", &export), &key);
    assert!(code == 0 && told.contains("12 events, 2 checkpoints, valid"), "{told}");
    let (code, told) = verify("--proof", &file("proof", &proof), &key);
    assert!(code == 0 && told.contains(&format!("event {} valid", event.sequence)), "{told}");
    let changed = export.replacen("after 2", "after 9", 1);
    let (code, told) = verify("--export", &file("changed", &changed), &key);
    assert!(code == 1 && told.contains("broken at sequence 4: changed"), "{told}");
    let other = file("other.pem", &TestApp::start_with(&[("audit.signing_key", OTHER)]).await.pem());
    let (code, told) = verify("--export", &file("log", &export), &other);
    assert!(code == 1 && told.contains("names the key"), "{told}");
    assert_eq!(verify("--proof", &file("proof", &export), &key).0, 1);
    assert_eq!(verify("--export", &file("junk", "junk\n"), &key).0, 1);
    assert_eq!(verify("--export", &file("log", &export), &file("junk", "junk\n")).0, 1);
    assert_eq!(verify("--export", "nowhere", &key).0, 1);
}

/// 32 bytes that are somebody else's.
const OTHER: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

impl TestApp {
    fn pem(&self) -> String {
        self.context.secrets.audit().public().pem()
    }
}

#[actix_web::test]
async fn a_signed_export_takes_no_filter_and_verification_tells_how_far_the_log_is_signed() {
    let app = TestApp::start().await;
    let owner = exporting(&app).await;
    let path = format!("{}?format=signed&action=user.", ExportAuditEvents::PATH);
    assert_eq!(owner.request("GET", &path).send().await.unwrap().status(), 422);
    let report: ChainReport = owner.get::<VerifyAuditEvents>(&[]).await.unwrap();
    assert_eq!((report.valid, report.checkpoints, report.signed_up_to), (true, 2, 9), "{report:?}");
    assert!(report.signed_at.is_some_and(|at| at <= app.context.clock.now()));
}
