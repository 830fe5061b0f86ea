//! Tenants: businesses that are kept apart.

use crate::{TenantId, Timestamp};

wire! {
    /// A tenant.
    pub struct Tenant {
        /// The id.
        pub id: TenantId,
        /// The short name for URLs.
        pub slug: String,
        /// The name.
        pub name: String,
        /// The plan, which sets the quotas.
        pub plan: String,
        /// When the tenant was created.
        pub created_at: Timestamp,
    }

    /// Changes to a tenant.
    #[serde(deny_unknown_fields)]
    pub struct UpdateTenantBody {
        /// A new name, 1 to 100 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
    }

    /// The confirmation that a tenant is to be deleted.
    #[serde(deny_unknown_fields)]
    pub struct DeleteTenantBody {
        /// The tenant's name as it is written, to show that this tenant is meant.
        pub name: String,
    }
}

calls! {
    /// Shows the tenant.
    GetTenant: Get "/v1/tenant" => 200 Tenant;
    /// Changes the tenant.
    UpdateTenant: Patch "/v1/tenant", body UpdateTenantBody => 200 Tenant;
    /// Deletes the tenant with everything that it has, and shreds its key: no backup brings back what it stored.
    DeleteTenant: Delete "/v1/tenant", body DeleteTenantBody => 204 crate::Nothing;
}
