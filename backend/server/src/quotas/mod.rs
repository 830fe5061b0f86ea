//! Quotas and usage: how much a tenant and a key may do, and how much they did.

use crate::{context::Context, error::Result, policy::Scope};
use actix_web::http::header::HeaderMap;

/// Token buckets and counters of this process.
#[derive(Debug, Default)]
pub struct Meter {}

impl Meter {
    /// Forgets what a topic names, or everything.
    pub fn forget(&self, _topic: Option<&str>) {}
}

/// A call that was let in, with what is left for the next.
#[derive(Debug)]
pub struct Admission {}

impl Admission {
    /// Writes the RateLimit headers.
    pub fn write(&self, _headers: &mut HeaderMap) {}
}

/// Lets a call in if the rates of its key and tenant allow.
pub async fn admit(_context: &Context, _scope: &Scope) -> Result<Admission> {
    Ok(Admission {})
}
