//! What a request may cost, how many there may be at a time, and how long each may take.

use serde::Deserialize;

/// What a request may cost.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Limits {
    pub json_bytes: usize,
    pub predict_bytes: usize,
    pub predict_rows: usize,
    pub explain_rows: usize,
    pub upload_bytes: u64,
    pub head_seconds: u64,
    pub body_idle_seconds: u64,
    pub handler_seconds: u64,
    pub predict_seconds: u64,
    pub body_seconds: u64,
    pub shutdown_seconds: u64,
    pub connections: usize,
    pub concurrent_requests: usize,
    pub tenant_concurrent_requests: usize,
    pub waiting_requests: usize,
    pub tenant_waiting_requests: usize,
    pub wait_milliseconds: u64,
    pub anonymous_requests: usize,
    pub uploads: usize,
    pub tenant_uploads: usize,
    pub streams: usize,
    pub tenant_streams: usize,
}

impl Limits {
    /// Tells `need` what must hold of the limits.
    pub(super) fn validate(&self, need: &mut impl FnMut(bool, &str)) {
        need(
            self.body_seconds < self.handler_seconds,
            "limits.body_seconds: expected less than limits.handler_seconds",
        );
        // Who waits for a place of the tenant has one among all.
        need(
            self.tenant_concurrent_requests + self.tenant_waiting_requests < self.concurrent_requests,
            "limits: tenant_concurrent_requests and tenant_waiting_requests together must be less than concurrent_requests",
        );
        let places = [
            self.connections,
            self.tenant_concurrent_requests,
            self.anonymous_requests,
            self.uploads,
            self.tenant_uploads,
            self.streams,
            self.tenant_streams,
        ];
        need(
            places.iter().all(|places| *places > 0),
            "limits: numbers of connections and requests must be 1 at least",
        );
    }
}
