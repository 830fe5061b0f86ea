//! The harness: a server of its own for each test, and callers that speak in typed calls.

mod app;
mod caller;
mod s3;

pub use app::TestApp;
#[allow(unused_imports)]
pub use caller::{Caller, PASSWORD, Refused, read};
pub use s3::S3Server;
