//! L4: the audit chain of every tenant.

use super::{Report, repository};
use crate::{
    audit,
    context::Context,
    error::{Error, Result},
};
use contract::{Code, audit::ChainReport};

/// Walks every chain.
pub async fn check(context: &Context, report: &mut Report) -> Result<()> {
    let chains = audit::chains_without_scope(context).await?;
    let mut events = 0;
    for tenant in &chains {
        let chain = audit::verify_without_scope(context, tenant).await?;
        events += chain.checked;
        if let (Some(at), Some(reason)) = (chain.broken_at, &chain.reason) {
            report.breach("L4", tenant, &format!("audit event {at}"), reason.clone());
        }
    }
    let (batches, findings) = audit::audit_batches(context).await?;
    for (object, detail) in findings {
        report.breach("L4", "-", &object, detail);
    }
    report.looked_at("L4", format!("audit: {batches} batches of signed checkpoints"));
    report.looked_at("L4", format!("audit: {events} events in {} chains", chains.len()));
    Ok(())
}

/// Verifies the log of one tenant (by id or slug), or of all, for `amaas audit verify`.
pub async fn verify_logs(context: &Context, tenant: Option<&str>) -> Result<Vec<(String, ChainReport)>> {
    let tenants = match tenant {
        None => audit::chains_without_scope(context).await?,
        Some(named) => {
            let id = repository::tenant_named(context.db.reader(), named).await?;
            vec![id.ok_or_else(|| Error::new(Code::NotFound, format!("there is no tenant {named:?}")))?]
        }
    };
    let mut reports = Vec::with_capacity(tenants.len());
    for tenant in tenants {
        let report = audit::verify_without_scope(context, &tenant).await?;
        reports.push((tenant, report));
    }
    Ok(reports)
}
