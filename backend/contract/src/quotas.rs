//! Quotas and usage.

use crate::Timestamp;

wire! {
    /// The quotas of the tenant.
    pub struct Quotas {
        /// The plan that sets them.
        pub plan: String,
        /// Each quota with its use.
        pub data: Vec<Quota>,
    }

    /// A quota and its use.
    pub struct Quota {
        /// `predictions_per_month`, `storage_bytes`, `datasets`, `endpoints`, `running_runs`, `queued_runs`, `requests_per_second`, …
        pub name: String,
        /// How much is allowed.
        pub limit: u64,
        /// How much is used; for rates, what was used in the last second.
        pub used: u64,
        /// What is counted: `rows`, `bytes`, `count`, `requests`.
        pub unit: String,
        /// When the use starts again at zero; null where it does not.
        pub resets_at: Option<Timestamp>,
    }

    /// What usage is grouped by.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum UsageBy {
        /// A row a day.
        Day,
        /// A row a key.
        Key,
        /// A row an endpoint.
        Endpoint,
    }

    /// Which usage to show.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct UsageQuery {
        /// From this day on (UTC), such as `2026-11-01`; the month's first unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub from: Option<String>,
        /// Up to and with this day; today unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub to: Option<String>,
        /// What to group by; the day unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub by: Option<UsageBy>,
    }

    /// Usage by group.
    pub struct Usage {
        /// The first day.
        pub from: String,
        /// The last day.
        pub to: String,
        /// What it is grouped by.
        pub by: UsageBy,
        /// The groups: days oldest first, others busiest first.
        pub data: Vec<UsageRow>,
    }

    /// The usage of one group.
    pub struct UsageRow {
        /// The day, the key's id (`session` for the playground) or the endpoint's name.
        pub group: String,
        /// Predict calls.
        pub requests: u64,
        /// Rows predicted.
        pub predictions: u64,
        /// Calls that ended in an error.
        pub errors: u64,
    }
}

calls! {
    /// Shows the tenant's quotas and their use.
    GetQuotas: Get "/v1/tenant/quotas" => 200 Quotas;
    /// Shows usage by day, key or endpoint.
    GetUsage: Get "/v1/tenant/usage", query UsageQuery => 200 Usage;
}
