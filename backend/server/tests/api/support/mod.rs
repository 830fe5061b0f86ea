//! The harness: a server of its own for each test, and callers that speak in typed calls.

mod app;
mod caller;
mod letters;
mod made;
mod model;
mod s3;
mod smtp;
pub mod world;

pub use app::TestApp;
pub use caller::{Caller, PASSWORD, Refused, read};
pub use letters::{Letter, code_at};
pub use made::{houses, run_body};
pub use model::STONES;
pub use s3::S3Server;
pub use smtp::SmtpServer;
