//! API keys: what programs call with.

use crate::{
    context::Context,
    error::{Error, Result},
    policy::KeyGrant,
};
use contract::Code;
use std::sync::Arc;

/// Keys that were seen.
#[derive(Debug, Default)]
pub struct Cache {}

impl Cache {
    /// Forgets what a topic names, or everything.
    pub fn forget(&self, _topic: Option<&str>) {}
}

/// The key behind a secret.
pub async fn identify(_context: &Context, _secret: &str) -> Result<Arc<KeyGrant>> {
    Err(Error::new(Code::Unauthenticated, "This API key is not known."))
}
