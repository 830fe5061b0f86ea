//! What actions and objects of the log are called. One that this dashboard doesn't know yet shows its own name.

use crate::i18n::{Key, say};

/// What was done.
pub fn action(name: &str) -> String {
    let key = match name {
        "access.denied" => Key::auditlog_did_access_denied,
        "api_key.created" => Key::auditlog_did_api_key_created,
        "api_key.revoked" => Key::auditlog_did_api_key_revoked,
        "api_key.rotated" => Key::auditlog_did_api_key_rotated,
        "api_key.updated" => Key::auditlog_did_api_key_updated,
        "audit.exported" => Key::auditlog_did_audit_exported,
        "audit.proved" => Key::auditlog_did_audit_proved,
        "audit.read" => Key::auditlog_did_audit_read,
        "audit.verified" => Key::auditlog_did_audit_verified,
        "dataset.deleted" => Key::auditlog_did_dataset_deleted,
        "dataset.downloaded" => Key::auditlog_did_dataset_downloaded,
        "dataset.failed" => Key::auditlog_did_dataset_failed,
        "dataset.profiled" => Key::auditlog_did_dataset_profiled,
        "dataset.read_again" => Key::auditlog_did_dataset_read_again,
        "dataset.updated" => Key::auditlog_did_dataset_updated,
        "dataset.uploaded" => Key::auditlog_did_dataset_uploaded,
        "endpoint.created" => Key::auditlog_did_endpoint_created,
        "endpoint.deleted" => Key::auditlog_did_endpoint_deleted,
        "endpoint.model_changed" => Key::auditlog_did_endpoint_model_changed,
        "endpoint.rolled_back" => Key::auditlog_did_endpoint_rolled_back,
        "invite.accepted" => Key::auditlog_did_invite_accepted,
        "invite.created" => Key::auditlog_did_invite_created,
        "invite.revoked" => Key::auditlog_did_invite_revoked,
        "member.added" => Key::auditlog_did_member_added,
        "member.removed" => Key::auditlog_did_member_removed,
        "member.role_changed" => Key::auditlog_did_member_role_changed,
        "operator.tenant_viewed" => Key::auditlog_did_operator_tenant_viewed,
        "tenant.created" => Key::auditlog_did_tenant_created,
        "tenant.deleted" => Key::auditlog_did_tenant_deleted,
        "tenant.key_rewrapped" => Key::auditlog_did_tenant_key_rewrapped,
        "tenant.plan_changed" => Key::auditlog_did_tenant_plan_changed,
        "tenant.resumed" => Key::auditlog_did_tenant_resumed,
        "tenant.suspended" => Key::auditlog_did_tenant_suspended,
        "tenant.updated" => Key::auditlog_did_tenant_updated,
        _ => match of_people(name).or_else(|| of_models(name)) {
            Some(key) => key,
            None => return name.to_owned(),
        },
    };
    say(key).to_owned()
}

/// What became of models and of their training.
fn of_models(name: &str) -> Option<Key> {
    Some(match name {
        "model.deleted" => Key::auditlog_did_model_deleted,
        "model.exported" => Key::auditlog_did_model_exported,
        "model.reproduction_started" => Key::auditlog_did_model_reproduction_started,
        "model.reproduced" => Key::auditlog_did_model_reproduced,
        "model.reproduction_failed" => Key::auditlog_did_model_reproduction_failed,
        "training.cancelled" => Key::auditlog_did_training_cancelled,
        "training.failed" => Key::auditlog_did_training_failed,
        "training.started" => Key::auditlog_did_training_started,
        "training.stopped" => Key::auditlog_did_training_stopped,
        "training.succeeded" => Key::auditlog_did_training_succeeded,
        _ => return None,
    })
}

/// What people did about their own way in.
fn of_people(name: &str) -> Option<Key> {
    Some(match name {
        "session.ended" => Key::auditlog_did_session_ended,
        "session.refreshed" => Key::auditlog_did_session_refreshed,
        "session.reused" => Key::auditlog_did_session_reused,
        "second_factor.enrolled" => Key::auditlog_did_second_factor_enrolled,
        "second_factor.enabled" => Key::auditlog_did_second_factor_enabled,
        "second_factor.disabled" => Key::auditlog_did_second_factor_disabled,
        "second_factor.recovery_codes_renewed" => Key::auditlog_did_second_factor_recovery_codes_renewed,
        "session.others_ended" => Key::auditlog_did_session_others_ended,
        "session.proved" => Key::auditlog_did_session_proved,
        "user.code_asked" => Key::auditlog_did_user_code_asked,
        "user.email_change_asked" => Key::auditlog_did_user_email_change_asked,
        "user.email_changed" => Key::auditlog_did_user_email_changed,
        "user.password_reset" => Key::auditlog_did_user_password_reset,
        "user.password_reset_asked" => Key::auditlog_did_user_password_reset_asked,
        "user.password_changed" => Key::auditlog_did_user_password_changed,
        "user.sign_in_failed" => Key::auditlog_did_user_sign_in_failed,
        "user.signed_in" => Key::auditlog_did_user_signed_in,
        "user.signed_out" => Key::auditlog_did_user_signed_out,
        "user.signed_up" => Key::auditlog_did_user_signed_up,
        "user.unlocked" => Key::auditlog_did_user_unlocked,
        "user.updated" => Key::auditlog_did_user_updated,
        _ => return None,
    })
}

/// To what kind of thing.
pub fn object(kind: &str) -> String {
    let key = match kind {
        "api_key" => Key::auditlog_object_api_key,
        "dataset" => Key::auditlog_object_dataset,
        "email" => Key::auditlog_object_email,
        "endpoint" => Key::auditlog_object_endpoint,
        "invite" => Key::auditlog_object_invite,
        "model" => Key::auditlog_object_model,
        "run" => Key::auditlog_object_run,
        "session" => Key::auditlog_object_session,
        "tenant" => Key::auditlog_object_tenant,
        "user" => Key::auditlog_object_user,
        _ => return kind.replace('_', "\u{a0}"),
    };
    say(key).to_owned()
}
