//! The laws that one query each can prove: L1, L2, L4, L5, L6 and L9 on the rows.

use super::{Report, repository};
use crate::{context::Context, error::Result};

/// Asks every question.
pub async fn check(context: &Context, report: &mut Report) -> Result<()> {
    let questions = repository::questions();
    for question in &questions {
        for (tenant, object) in repository::answers(context.db.reader(), &question.sql).await? {
            report.breach(question.law, &tenant, &object, question.detail.clone());
        }
    }
    for (law, what) in [
        ("L1", "runs: each in one state, as its job says"),
        ("L2", "models: one a run"),
        ("L4", "rows: what was done has its event"),
        ("L5", "counters and sequences: no gap, none negative"),
        ("L6", "rows that refer to each other share their tenant"),
        ("L9", "idempotency keys: one whole answer each"),
    ] {
        let asked = questions.iter().filter(|question| question.law == law).count();
        report.looked_at(law, format!("{what} ({asked} questions)"));
    }
    Ok(())
}
