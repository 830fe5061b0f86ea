//! Members of a tenant, their roles, and invitations.

use crate::{context::Context, error::Result};
use contract::{TenantId, UserId, members::Role};

/// The tenant of this id or slug and the person's role there; none when they do not belong to it.
pub async fn membership(
    _context: &Context,
    _user: UserId,
    _tenant: &str,
) -> Result<Option<(TenantId, Role)>> {
    Ok(None)
}
