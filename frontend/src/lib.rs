//! The Amaas dashboard: client-side rendered, served by the program itself, on the public API alone.
//!
//! Invariants: pages hold no class, no colour and no words (`i18n` tests it); addresses of the API come from the contract;
//! `model` needs no browser; no inline style or script, so the strict content security policy holds.

pub mod app;
pub mod client;
pub mod i18n;
pub mod model;
pub mod pages;
pub mod session;
pub mod theme;
pub mod ui;
