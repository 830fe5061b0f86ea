//! Errors: problem documents by RFC 9457 with a closed set of codes.

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $wire:literal;)*) => {
        /// What went wrong; each code has a page under `/docs/errors/`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum Code {$(
            $(#[$doc])*
            #[serde(rename = $wire)]
            $name,
        )*}

        impl Code {
            /// Every code.
            pub const ALL: &'static [Code] = &[$(Code::$name),*];

            /// The code on the wire, such as `type_mismatch`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Code::$name => $wire),* }
            }
        }
    };
}

codes! {
    /// The body is not JSON.
    InvalidJson = "invalid_json";
    /// Fields are missing, unknown or out of range; each is listed.
    InvalidRequest = "invalid_request";
    /// Values do not have the type that their column needs; each cell is listed.
    TypeMismatch = "type_mismatch";
    /// No credential, or one that can't be read.
    Unauthenticated = "unauthenticated";
    /// E-mail and password don't match.
    InvalidCredentials = "invalid_credentials";
    /// The session is over: sign in again.
    SessionExpired = "session_expired";
    /// The password was right; a code of the second factor is needed too.
    SecondFactorRequired = "second_factor_required";
    /// The code is not right, was used already, or is too old.
    InvalidCode = "invalid_code";
    /// The act needs a proof of who sits there that is fresh.
    StepUpRequired = "step_up_required";
    /// The link of a message is unknown, used or too old.
    LinkInvalid = "link_invalid";
    /// Too many failed sign-ins; wait.
    TooManyAttempts = "too_many_attempts";
    /// The API key is past its expiry.
    KeyExpired = "key_expired";
    /// The API key was revoked.
    KeyRevoked = "key_revoked";
    /// The role does not allow this.
    Forbidden = "forbidden";
    /// The API key lacks the scope.
    ScopeMissing = "scope_missing";
    /// The API key may not use this endpoint.
    EndpointNotAllowed = "endpoint_not_allowed";
    /// The kind of credential can't be used here.
    WrongCredential = "wrong_credential";
    /// The call did not come from our own pages.
    CrossSiteRequest = "cross_site_request";
    /// The operator of the installation has suspended the tenant.
    TenantSuspended = "tenant_suspended";
    /// The call needs to say which tenant it acts in.
    TenantRequired = "tenant_required";
    /// There is no such thing here.
    NotFound = "not_found";
    /// The path exists, the method does not.
    MethodNotAllowed = "method_not_allowed";
    /// The state of the object does not allow this.
    Conflict = "conflict";
    /// The name is taken.
    NameTaken = "name_taken";
    /// The e-mail address has an account already.
    EmailTaken = "email_taken";
    /// A tenant needs at least one owner.
    LastOwner = "last_owner";
    /// The object is in use by others, which are named.
    InUse = "in_use";
    /// The data set is not ready.
    DatasetNotReady = "dataset_not_ready";
    /// The data set that this needs was deleted.
    DatasetGone = "dataset_gone";
    /// The file can't be read as a table; the faults are listed.
    DatasetUnreadable = "dataset_unreadable";
    /// The training failed for a reason of data or settings.
    TrainingFailed = "training_failed";
    /// The training went past its limits of time or memory.
    TrainingLimit = "training_limit";
    /// The model can't be written in the form that was asked for.
    NotExportable = "not_exportable";
    /// Sign-up is by invitation here.
    SignUpClosed = "sign_up_closed";
    /// The invitation is unknown, used, revoked or too old.
    InviteInvalid = "invite_invalid";
    /// The media type of the body is not one that the call takes.
    UnsupportedMediaType = "unsupported_media_type";
    /// None of the accepted media types can be produced.
    NotAcceptable = "not_acceptable";
    /// The body is larger than the limit.
    BodyTooLarge = "body_too_large";
    /// The body came too slowly or not at all.
    BodyTimeout = "body_timeout";
    /// The body's digest is not the one that was sent.
    DigestMismatch = "digest_mismatch";
    /// The idempotency key was used with another body.
    IdempotencyKeyReused = "idempotency_key_reused";
    /// The first call with the idempotency key is still running.
    IdempotencyInProgress = "idempotency_in_progress";
    /// Too many calls a second.
    RateLimited = "rate_limited";
    /// A quota of the tenant is used up.
    QuotaExceeded = "quota_exceeded";
    /// The server sheds load.
    Overloaded = "overloaded";
    /// A database or storage can't be reached.
    Unavailable = "unavailable";
    /// A fault of ours.
    Internal = "internal";
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Code {
    /// The page that explains the code.
    pub fn page(self) -> String {
        format!("/docs/errors/{}", self.as_str().replace('_', "-"))
    }
}

wire! {
    /// One fault of a request.
    pub struct Fault {
        /// Where: a JSON pointer into the body, such as `#/rows/1/age`, or a parameter's name.
        pub pointer: String,
        /// What kind of fault, in snake case.
        pub code: String,
        /// What is wrong.
        pub message: String,
        /// How to mend it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub fix: Option<String>,
    }

    /// A problem document (RFC 9457), sent as `application/problem+json`.
    pub struct Problem {
        /// The page that explains the code.
        #[serde(rename = "type")]
        pub kind: String,
        /// The code in words, the same for every occurrence.
        pub title: String,
        /// The HTTP status.
        pub status: u16,
        /// What went wrong.
        pub code: Code,
        /// What happened this time and how to mend it.
        pub detail: String,
        /// Name this when asking for help.
        pub request_id: String,
        /// Every fault of the request.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub errors: Vec<Fault>,
    }
}
