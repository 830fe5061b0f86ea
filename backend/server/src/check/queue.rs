//! L1 and L3 of the queue's own rows.

use super::{Report, repository};
use crate::{context::Context, error::Result};

/// Asks the queue.
pub async fn check(context: &Context, report: &mut Report) -> Result<()> {
    let reader = context.db.reader();
    let stats = context.jobs.training.stats(reader).await?;
    let waiting = format!("jobs: {} waiting, {} running, {} dead", stats.queued, stats.running, stats.dead);
    report.looked_at("L1", format!("{waiting}; each in one state, leased exactly while it runs"));
    report.looked_at("L3", "leases of the jobs that run: none older than twice its length");
    for breach in context.jobs.training.check(reader).await? {
        let tenant = repository::tenant_of_job(reader, &breach.job_id).await?;
        report.breach(breach.law, &tenant, &breach.job_id, format!("job: {}", breach.detail));
    }
    Ok(())
}
