//! People: sign-up, sign-in, sessions.

use crate::{
    context::Context,
    error::{Error, Result},
    policy::Identity,
};
use contract::Code;
use std::sync::Arc;

/// Sessions that were seen.
#[derive(Debug, Default)]
pub struct Cache {}

impl Cache {
    /// Forgets what a topic names, or everything.
    pub fn forget(&self, _topic: Option<&str>) {}
}

/// The name of the cookie that holds the access token.
pub fn access_cookie(context: &Context) -> &'static str {
    if context.config.is_https() { "__Host-amaas" } else { "amaas" }
}

/// The person behind an access token whose session stands.
pub async fn identify(_context: &Context, _token: &str) -> Result<Arc<Identity>> {
    Err(Error::new(Code::Unauthenticated, "Sign in."))
}
