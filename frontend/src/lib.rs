//! The Amaas dashboard: client-side rendered, served by the program itself, on the public API alone.
//!
//! Invariants: pages hold no class, no colour and no words (`i18n` tests it); addresses of the API come from the contract;
//! no inline style or script, so the strict content security policy holds. `model` and the messages of `i18n` need no
//! browser and are all that is built natively, for tests.

pub mod i18n;
pub mod model;

#[cfg(target_arch = "wasm32")]
pub mod app;
#[cfg(target_arch = "wasm32")]
pub mod client;
#[cfg(target_arch = "wasm32")]
pub mod pages;
#[cfg(target_arch = "wasm32")]
pub mod session;
#[cfg(target_arch = "wasm32")]
pub mod theme;
#[cfg(target_arch = "wasm32")]
pub mod ui;
