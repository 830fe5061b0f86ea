//! Endpoints: stable names that programs call, each served by a version of a model.
//!
//! Invariants: a name is used once in a tenant; the model on an endpoint exists (a foreign key holds it) and gives
//! the same kind of answer as the one before; every model that was put on an endpoint stands in its history; whoever
//! caches an endpoint hears of each change by [`topic`].

mod entity;
pub mod http;
mod name;
mod repository;
mod service;

pub use name::EndpointName;
pub use service::{Target, allow, target};

use contract::TenantId;

/// The topic of every change to an endpoint.
pub fn topic(tenant: TenantId, name: &str) -> String {
    format!("endpoint:{tenant}/{name}")
}

/// The tenant and the name in a topic of [`topic`]; none for other topics.
pub fn of_topic(topic: &str) -> Option<(TenantId, &str)> {
    let (tenant, name) = topic.strip_prefix("endpoint:")?.split_once('/')?;
    Some((tenant.parse().ok()?, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_reads_back_what_it_names() {
        let tenant = TenantId::from_bits(7);
        assert_eq!(of_topic(&topic(tenant, "churn")), Some((tenant, "churn")));
        assert_eq!(of_topic("tenant:x"), None);
    }
}
