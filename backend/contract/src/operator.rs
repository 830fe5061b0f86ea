//! What the people see and do who run an installation for many tenants.

use crate::{Page, TenantId, Timestamp};

wire! {
    /// A tenant as the operator sees it: what it has, never what is in it.
    pub struct OperatorTenant {
        /// The id.
        pub id: TenantId,
        /// The short name for URLs.
        pub slug: String,
        /// The name.
        pub name: String,
        /// The plan, which sets the quotas.
        pub plan: String,
        /// People in it.
        pub members: u64,
        /// Data sets in it.
        pub datasets: u64,
        /// Bytes of the data sets.
        pub storage_bytes: u64,
        /// Models in it.
        pub models: u64,
        /// Endpoints in it.
        pub endpoints: u64,
        /// Rows predicted since the month's first (UTC).
        pub predictions_this_month: u64,
        /// When it was created.
        pub created_at: Timestamp,
        /// Since when it is suspended; null means that it is not.
        pub suspended_at: Option<Timestamp>,
    }

    /// Which tenants to list.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct ListTenantsQuery {
        /// Only tenants whose name or slug holds this text, whatever its case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub q: Option<String>,
        /// Items a page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub limit: Option<u32>,
        /// Where to read on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub cursor: Option<String>,
    }

    /// Changes to a tenant by the operator; each is in the tenant's own audit log.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct UpdateOperatorTenantBody {
        /// A plan of the configuration.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub plan: Option<String>,
        /// Whether members and keys are kept out; nothing is deleted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub suspended: Option<bool>,
    }

    /// The plans of the configuration.
    pub struct Plans {
        /// By name.
        pub data: Vec<PlanLimits>,
    }

    /// What a plan allows.
    pub struct PlanLimits {
        /// The name.
        pub name: String,
        /// The limits by quota.
        pub limits: std::collections::BTreeMap<String, u64>,
    }

    /// A job of the queue.
    pub struct OperatorJob {
        /// The id of what it works on, unique within its kind.
        pub id: String,
        /// `profile_dataset` or `train`.
        pub kind: String,
        /// The tenant.
        pub tenant_id: TenantId,
        /// `queued`, `running`, `succeeded`, `failed`, `cancelled` or `dead`.
        pub state: String,
        /// Which try this is, from 1.
        pub attempt: u32,
        /// The worker that has it.
        pub worker: Option<String>,
        /// When it was asked for.
        pub queued_at: Timestamp,
        /// Until when the worker's lease lasts.
        pub leased_until: Option<Timestamp>,
        /// Why the last try failed.
        pub error: Option<String>,
    }

    /// Which jobs to list.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct ListJobsQuery {
        /// Only jobs in this state.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub state: Option<String>,
        /// Items a page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub limit: Option<u32>,
        /// Where to read on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub cursor: Option<String>,
    }

    /// How the installation stands.
    pub struct Platform {
        /// The version of the program.
        pub version: String,
        /// `sqlite` or `postgres`.
        pub database: String,
        /// `folder` or `s3`.
        pub storage: String,
        /// Since when this process runs.
        pub started_at: Timestamp,
        /// Tenants.
        pub tenants: u64,
        /// People.
        pub users: u64,
        /// Jobs by kind and state.
        pub jobs: Vec<JobCount>,
        /// How messages leave: `smtp`, or `folder` where no mail server is set.
        #[serde(default)]
        pub mail: String,
        /// Messages that were not handed over yet.
        #[serde(default)]
        pub messages_waiting: u64,
    }

    /// How many jobs of a kind are in a state.
    pub struct JobCount {
        /// The kind.
        pub kind: String,
        /// The state.
        pub state: String,
        /// How many.
        pub count: u64,
    }
}

calls! {
    /// Shows how the installation stands.
    GetPlatform: Get "/v1/operator/platform" => 200 Platform;
    /// Lists the tenants.
    ListTenants: Get "/v1/operator/tenants", query ListTenantsQuery => 200 Page<OperatorTenant>;
    /// Shows a tenant.
    GetOperatorTenant: Get "/v1/operator/tenants/{id}" => 200 OperatorTenant;
    /// Gives a tenant another plan, suspends it or lets it in again.
    UpdateOperatorTenant: Patch "/v1/operator/tenants/{id}", body UpdateOperatorTenantBody => 200 OperatorTenant;
    /// Lists the plans.
    ListPlans: Get "/v1/operator/plans" => 200 Plans;
    /// Lists the jobs of the queue, newest first.
    ListJobs: Get "/v1/operator/jobs", query ListJobsQuery => 200 Page<OperatorJob>;
}
