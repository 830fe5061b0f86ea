//! The titles of problems: each code of the contract in each language. A new code does not compile without one.

use super::Key;
use contract::Code;

/// The title of a code.
pub const fn title(code: Code) -> Key {
    match code {
        Code::InvalidJson => Key::problem_invalid_json,
        Code::InvalidRequest => Key::problem_invalid_request,
        Code::TypeMismatch => Key::problem_type_mismatch,
        Code::Unauthenticated => Key::problem_unauthenticated,
        Code::InvalidCredentials => Key::problem_invalid_credentials,
        Code::SessionExpired => Key::problem_session_expired,
        Code::TooManyAttempts => Key::problem_too_many_attempts,
        Code::KeyExpired => Key::problem_key_expired,
        Code::KeyRevoked => Key::problem_key_revoked,
        Code::Forbidden => Key::problem_forbidden,
        Code::ScopeMissing => Key::problem_scope_missing,
        Code::EndpointNotAllowed => Key::problem_endpoint_not_allowed,
        Code::WrongCredential => Key::problem_wrong_credential,
        Code::CrossSiteRequest => Key::problem_cross_site_request,
        Code::TenantRequired => Key::problem_tenant_required,
        Code::NotFound => Key::problem_not_found,
        Code::MethodNotAllowed => Key::problem_method_not_allowed,
        Code::Conflict => Key::problem_conflict,
        Code::NameTaken => Key::problem_name_taken,
        Code::EmailTaken => Key::problem_email_taken,
        Code::LastOwner => Key::problem_last_owner,
        Code::InUse => Key::problem_in_use,
        Code::DatasetNotReady => Key::problem_dataset_not_ready,
        Code::DatasetGone => Key::problem_dataset_gone,
        Code::DatasetUnreadable => Key::problem_dataset_unreadable,
        Code::NotExportable => Key::problem_not_exportable,
        Code::TrainingFailed => Key::problem_training_failed,
        Code::TrainingLimit => Key::problem_training_limit,
        Code::SignUpClosed => Key::problem_sign_up_closed,
        Code::InviteInvalid => Key::problem_invite_invalid,
        Code::UnsupportedMediaType => Key::problem_unsupported_media_type,
        Code::NotAcceptable => Key::problem_not_acceptable,
        Code::BodyTooLarge => Key::problem_body_too_large,
        Code::BodyTimeout => Key::problem_body_timeout,
        Code::DigestMismatch => Key::problem_digest_mismatch,
        Code::IdempotencyKeyReused => Key::problem_idempotency_key_reused,
        Code::IdempotencyInProgress => Key::problem_idempotency_in_progress,
        Code::RateLimited => Key::problem_rate_limited,
        Code::QuotaExceeded => Key::problem_quota_exceeded,
        Code::Overloaded => Key::problem_overloaded,
        Code::Unavailable => Key::problem_unavailable,
        Code::TenantSuspended => Key::problem_tenant_suspended,
        Code::Internal => Key::problem_internal,
    }
}
