//! Logs and metrics.

use crate::config::Telemetry;
use metrics::{Counter, Histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::{sync::OnceLock, time::Duration};
use tracing_subscriber::EnvFilter;

/// The upper bounds of the buckets of durations.
const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Starts logging to the standard error stream; a second call changes nothing.
pub fn start_logs(settings: &Telemetry) {
    let filter = EnvFilter::try_new(&settings.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if settings.format == "json" { logs.json().try_init() } else { logs.try_init() };
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
}

/// The process's metrics in Prometheus' text form.
pub fn metrics() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let builder =
            PrometheusBuilder::new().set_buckets(SECONDS).unwrap_or_else(|_| PrometheusBuilder::new());
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::debug!("metrics were started before");
        }
        handle
    })
}

/// The memory that the process holds; none where the system does not tell.
pub fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// Counts an answered request.
pub fn count_request(route: &str, method: &str, status: u16, took: Duration) {
    requests(route, method, status).increment(1);
    durations(route).record(took.as_secs_f64());
}

/// The counter of a route's requests with a status: to be kept where one is counted often.
pub fn requests(route: &str, method: &str, status: u16) -> Counter {
    metrics::counter!("amaas_http_requests_total", "route" => route.to_owned(), "method" => method.to_owned(), "status" => status.to_string())
}

/// The durations of a route's requests, in seconds: to be kept where one is recorded often.
pub fn durations(route: &str) -> Histogram {
    metrics::histogram!("amaas_http_request_duration_seconds", "route" => route.to_owned())
}
