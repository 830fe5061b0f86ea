//! The client of the public API: every call is a type of the contract, every refusal a problem document.
//!
//! A 401 is answered by one attempt to renew the session; when that fails too, [`signed_out`] turns true and the shell leads to the sign-in page.
//! A refusal for want of a fresh proof is answered by one dialog that asks for it, and the call is repeated.

mod download;
mod fetch;
mod proof;
mod remote;
mod stream;
mod upload;
mod version;

pub use crate::model::failure::Failure;
pub use download::save;
pub use fetch::{Ask, signed_out, signed_out_reset};
pub use proof::{proof_asked, proof_settled};
pub use remote::{Remote, State};
pub use stream::{Line, Then, follow, pause};
pub use upload::{Phase, Upload, Uploads};
pub use version::superseded;
