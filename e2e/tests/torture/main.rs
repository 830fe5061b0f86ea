//! Torture tests of the whole program; `cargo xtask torture` runs them and prints what they found.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, missing_docs)]

mod load;
