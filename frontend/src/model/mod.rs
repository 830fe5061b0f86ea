//! Plain logic of the dashboard: numbers, moments, passwords, transfers, pictures. No browser, so that it is tested natively.

pub mod agent;
pub mod api_key;
pub mod auditlog;
pub mod checklist;
pub mod daily;
pub mod delimited;
pub mod draft;
pub mod endpoint;
pub mod failure;
pub mod faults;
pub mod figure;
pub mod fuzzy;
pub mod histogram;
pub mod invitation;
pub mod moment;
pub mod password;
pub mod path;
pub mod permission;
pub mod query;
pub mod rights;
pub mod shortcuts;
pub mod snippet;
pub mod transfer;
pub mod window;
