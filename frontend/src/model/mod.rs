//! Plain logic of the dashboard: numbers, moments, passwords, transfers, pictures. No browser, so that it is tested natively.

pub mod checklist;
pub mod delimited;
pub mod failure;
pub mod faults;
pub mod figure;
pub mod histogram;
pub mod moment;
pub mod password;
pub mod path;
pub mod query;
pub mod rights;
pub mod transfer;
