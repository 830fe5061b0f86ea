//! Proves the laws from the data, not from logs: `amaas check`. Reads only; every breach is named.
//!
//! | law | what holds |
//! |---|---|
//! | L1 | every accepted run is in exactly one state, and its job agrees |
//! | L2 | a run has at most one model; every artefact and data set is in the storage as its row says |
//! | L3 | no lease is older than twice its length |
//! | L4 | every audit chain is whole, and what was done has its event |
//! | L5 | counters and sequences agree with what they count |
//! | L6 | rows that refer to each other share their tenant |
//! | L7 | the storage holds nothing without a row for longer than a day |
//! | L8 | the database's own check is clean |
//! | L9 | an idempotency key maps to one whole answer |

mod chains;
mod integrity;
mod objects;
mod queue;
mod repository;
mod rows;
mod strays;

pub use chains::verify_logs;
pub use strays::{Named, named};

use crate::{context::Context, error::Result};
use std::fmt;

/// Something that breaks a law.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// `L1` to `L9`.
    pub law: &'static str,
    /// The tenant whose thing it is; `-` where there is none.
    pub tenant: String,
    /// The thing: an id, a key, a name.
    pub object: String,
    /// What is wrong with it.
    pub detail: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tenant={} object={}: {}", self.law, self.tenant, self.object, self.detail)
    }
}

/// What was looked at, and what was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Every breach, by law.
    pub breaches: Vec<Breach>,
    /// What each law was held against.
    pub looked_at: Vec<(&'static str, String)>,
}

impl Report {
    fn looked_at(&mut self, law: &'static str, what: impl Into<String>) {
        self.looked_at.push((law, what.into()));
    }

    fn breach(&mut self, law: &'static str, tenant: &str, object: &str, detail: impl Into<String>) {
        let (tenant, object, detail) = (tenant.to_owned(), object.to_owned(), detail.into());
        self.breaches.push(Breach { law, tenant, object, detail });
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (law, what) in &self.looked_at {
            let found = self.breaches.iter().filter(|breach| breach.law == *law).count();
            let verdict = if found == 0 { "ok".to_owned() } else { format!("{found} broken") };
            writeln!(f, "{law}  {verdict:<10}  {what}")?;
        }
        self.breaches.iter().try_for_each(|breach| writeln!(f, "{breach}"))
    }
}

/// Holds the data against every law.
pub async fn everything(context: &Context) -> Result<Report> {
    let mut report = Report::default();
    queue::check(context, &mut report).await?;
    rows::check(context, &mut report).await?;
    objects::check(context, &mut report).await?;
    strays::check(context, &mut report).await?;
    chains::check(context, &mut report).await?;
    integrity::check(context, &mut report).await?;
    report.breaches.sort_by_key(|breach| breach.law);
    report.looked_at.sort_by_key(|(law, _)| *law);
    Ok(report)
}
