//! Every condition on a tenant and every key that begins with one goes through here; `backend/tenancy` says why.

pub use tenancy::{IS_MUTABLE, column_is, is, sql};

use contract::TenantId;

/// The tenant's part of a key of a cache or of a stored object.
#[inline]
#[cfg_attr(feature = "mutants", track_caller)]
pub fn key(tenant: TenantId) -> TenantId {
    tenancy::key(tenant, TenantId::from_bits(0))
}
