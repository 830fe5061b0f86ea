//! Plain logic of the dashboard: numbers, moments, passwords, transfers, pictures. No browser, so that it is tested natively.

pub mod api_key;
pub mod checklist;
pub mod delimited;
pub mod draft;
pub mod endpoint;
pub mod failure;
pub mod faults;
pub mod figure;
pub mod histogram;
pub mod moment;
pub mod password;
pub mod path;
pub mod query;
pub mod rights;
pub mod snippet;
pub mod transfer;
