//! Errors and the only place that knows status codes.

use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError, http::StatusCode, http::header};
use contract::{Code, Fault, Problem};
use std::fmt;

/// What every fallible function of the server returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A problem: what the caller reads, and beside it what only the log does.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    code: Code,
    detail: String,
    faults: Vec<Fault>,
    retry_after_seconds: Option<u64>,
    private: Option<String>,
}

/// The status and title of each code.
pub const fn status_of(code: Code) -> (u16, &'static str) {
    match code {
        Code::InvalidJson => (400, "The body is not valid JSON"),
        Code::InvalidRequest => (422, "The request is not valid"),
        Code::TypeMismatch => (422, "Values do not have the expected type"),
        Code::Unauthenticated => (401, "Sign-in or an API key is needed"),
        Code::InvalidCredentials => (401, "E-mail and password don't match"),
        Code::SessionExpired => (401, "The session is over"),
        Code::SecondFactorRequired => (401, "A code is needed beside the password"),
        Code::InvalidCode => (401, "The code is not right"),
        Code::StepUpRequired => (403, "A fresh proof is needed"),
        Code::LinkInvalid => (404, "The link can't be used"),
        Code::TooManyAttempts => (429, "Too many failed attempts"),
        Code::KeyExpired => (401, "The API key has expired"),
        Code::KeyRevoked => (401, "The API key was revoked"),
        Code::Forbidden => (403, "The role does not allow this"),
        Code::ScopeMissing => (403, "The API key lacks a scope"),
        Code::EndpointNotAllowed => (403, "The API key may not use this endpoint"),
        Code::WrongCredential => (403, "This kind of credential can't be used here"),
        Code::CrossSiteRequest => (403, "The call came from another site"),
        Code::TenantSuspended => (403, "The tenant is suspended"),
        Code::TenantRequired => (400, "The tenant is not named"),
        Code::NotFound => (404, "Not found"),
        Code::MethodNotAllowed => (405, "The method is not allowed here"),
        Code::Conflict => (409, "The state does not allow this"),
        Code::NameTaken => (409, "The name is taken"),
        Code::EmailTaken => (409, "The address has an account"),
        Code::LastOwner => (409, "A tenant needs an owner"),
        Code::InUse => (409, "The object is in use"),
        Code::DatasetNotReady => (409, "The data set is not ready"),
        Code::DatasetGone => (409, "The data set was deleted"),
        Code::DatasetUnreadable => (422, "The file can't be read as a table"),
        Code::TrainingFailed => (422, "The training failed"),
        Code::TrainingLimit => (422, "The training went past its limits"),
        Code::NotExportable => (409, "The model has no such form"),
        Code::SignUpClosed => (403, "Sign-up is by invitation"),
        Code::InviteInvalid => (404, "The invitation can't be used"),
        Code::UnsupportedMediaType => (415, "The media type is not supported"),
        Code::NotAcceptable => (406, "No acceptable media type"),
        Code::BodyTooLarge => (413, "The body is too large"),
        Code::BodyTimeout => (408, "The body came too slowly"),
        Code::DigestMismatch => (400, "The digest does not match"),
        Code::IdempotencyKeyReused => (422, "The idempotency key was used with another body"),
        Code::IdempotencyInProgress => (409, "The first call is still running"),
        Code::RateLimited => (429, "Too many calls"),
        Code::QuotaExceeded => (429, "A quota is used up"),
        Code::Overloaded => (503, "The server is overloaded"),
        Code::Unavailable => (503, "A part of the service can't be reached"),
        Code::Internal => (500, "Something went wrong on our side"),
    }
}

impl Error {
    /// A problem with this code; `detail` says what happened and how to mend it.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            detail: detail.into(),
            faults: Vec::new(),
            retry_after_seconds: None,
            private: None,
        }))
    }

    /// The one answer for what is absent and for what belongs to another tenant.
    pub fn not_found() -> Self {
        Self::new(Code::NotFound, "There is nothing here by that name or id, or it is not yours.")
    }

    /// Fields that can't be used; each is listed.
    pub fn invalid(faults: Vec<Fault>) -> Self {
        let detail = match faults.as_slice() {
            [one] => one.message.clone(),
            many => format!("{} things need mending; each is listed.", many.len()),
        };
        Self::new(Code::InvalidRequest, detail).with_faults(faults)
    }

    /// One field that can't be used.
    pub fn invalid_field(pointer: &str, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::invalid(vec![fault(pointer, "invalid_value", message, fix)])
    }

    /// A fault of ours: the caller reads that it is one, the log reads why.
    pub fn internal(private: impl fmt::Display) -> Self {
        let detail = "The request could not be answered. Try again; if it stays, tell us the request id.";
        Self::new(Code::Internal, detail).with_private(private)
    }

    /// A database or storage that can't be reached.
    pub fn unavailable(private: impl fmt::Display) -> Self {
        let detail =
            "The database or storage can't be reached just now. Nothing was changed; try again in a moment.";
        Self::new(Code::Unavailable, detail).with_private(private).retry_after(1)
    }

    /// Adds faults.
    pub fn with_faults(mut self, faults: Vec<Fault>) -> Self {
        self.0.faults = faults;
        self
    }

    /// Adds what only the log may read.
    pub fn with_private(mut self, private: impl fmt::Display) -> Self {
        self.0.private = Some(private.to_string());
        self
    }

    /// Says when to try again.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after_seconds = Some(seconds);
        self
    }

    /// The code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The text for the caller.
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// What only the log may read.
    pub fn private(&self) -> Option<&str> {
        self.0.private.as_deref()
    }

    /// Whether the fault is ours and not the caller's.
    pub fn is_ours(&self) -> bool {
        self.status_code().is_server_error()
    }

    /// The problem document.
    pub fn problem(&self, request_id: &str) -> Problem {
        let (status, title) = status_of(self.0.code);
        Problem {
            kind: self.0.code.page(),
            title: title.to_owned(),
            status,
            code: self.0.code,
            detail: self.0.detail.clone(),
            request_id: request_id.to_owned(),
            errors: self.0.faults.clone(),
        }
    }

    /// The answer, with the request's id in it.
    pub fn respond(&self, request_id: &str) -> HttpResponse {
        let mut response = self.builder();
        response.json_problem(&self.problem(request_id))
    }

    fn builder(&self) -> HttpResponseBuilder {
        let mut response = HttpResponse::build(self.status_code());
        if let Some(seconds) = self.0.retry_after_seconds {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        if self.status_code() == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"amaas\""));
        }
        response
    }
}

trait JsonProblem {
    fn json_problem(&mut self, problem: &Problem) -> HttpResponse;
}

impl JsonProblem for HttpResponseBuilder {
    fn json_problem(&mut self, problem: &Problem) -> HttpResponse {
        let body = serde_json::to_vec(problem).unwrap_or_default();
        self.content_type("application/problem+json").body(body)
    }
}

/// Any error of a handler as a problem: ours as it is, actix's own by its status.
pub fn as_problem(error: &actix_web::Error) -> Error {
    if let Some(known) = error.as_error::<Error>() {
        return Error(Box::new(known.0.as_ref().clone()));
    }
    let status = error.as_response_error().status_code();
    let code = match status.as_u16() {
        400 | 422 => Code::InvalidRequest,
        404 => Code::NotFound,
        405 => Code::MethodNotAllowed,
        408 => Code::BodyTimeout,
        413 => Code::BodyTooLarge,
        415 => Code::UnsupportedMediaType,
        _ => return Error::internal(error),
    };
    Error::new(code, status_of(code).1)
}

/// A fault at a JSON pointer (`#/rows/1/age`) or a parameter's name.
pub fn fault(pointer: &str, code: &str, message: impl Into<String>, fix: impl Into<String>) -> Fault {
    Fault {
        pointer: pointer.to_owned(),
        code: code.to_owned(),
        message: message.into(),
        fix: Some(fix.into()),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code, self.0.detail)?;
        self.0.private.as_ref().map_or(Ok(()), |private| write!(f, " ({private})"))
    }
}

impl std::error::Error for Error {}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(status_of(self.0.code).0).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    // The outermost middleware renders the body anew with the request's id.
    fn error_response(&self) -> HttpResponse {
        self.respond("")
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        match error {
            sea_orm::DbErr::Conn(_) | sea_orm::DbErr::ConnectionAcquire(_) => Self::unavailable(error),
            other if is_of_the_moment(&other) => Self::unavailable(other),
            other => Self::internal(other),
        }
    }
}

/// Whether the database refused for now: it takes no writes, is busy, is being stopped or is out of something, or its
/// statement took too long, or the line to it broke.
fn is_of_the_moment(error: &sea_orm::DbErr) -> bool {
    use sea_orm::{
        DbErr, RuntimeErr,
        sqlx::{self, sqlite::SqliteError},
    };
    let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) = error
    else {
        return false;
    };
    match &**cause {
        sqlx::Error::Database(told) => {
            let code = told.code().unwrap_or_default();
            match told.try_downcast_ref::<SqliteError>() {
                // SQLite's result codes, whose last byte is the kind: busy, locked, read-only, an error of the disk,
                // full, a file that can't be opened.
                Some(_) => {
                    code.parse::<u32>().is_ok_and(|code| [5, 6, 8, 10, 13, 14].contains(&(code & 0xff)))
                }
                // PostgreSQL's SQLSTATE: read-only, out of resources, the operator's hand.
                None => code == "25006" || code.starts_with("53") || code.starts_with("57"),
            }
        }
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::BeginFailed
        | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}

impl From<object_store::Error> for Error {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::internal(error),
            other => Self::unavailable(other),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}

impl From<jobs::JobsError> for Error {
    fn from(error: jobs::JobsError) -> Self {
        match error {
            jobs::JobsError::Database(error) => error.into(),
            other => Self::internal(other),
        }
    }
}
