//! Messages to people: promised in the transaction of the change that they tell of, handed over soon after.
//!
//! Invariants: a message is in the outbox or was taken over by the mail server (or the folder), whatever fails in
//! between; while it waits it is sealed, since some hold a token; neither its text nor its reader is ever logged. It
//! may arrive twice, under one Message-ID, when the process dies between the two.

mod entity;
mod repository;
mod service;
mod transport;

pub use service::{deliver_due, post, start, waiting};

use lettre::{AsyncSmtpTransport, Tokio1Executor};
use std::sync::OnceLock;
use tokio::sync::Notify;

/// What is told when a message was promised.
const TOPIC: &str = "mail";

/// The kind of messages to people who may have never heard of us, of which anybody can cause many: they wait behind all
/// others, so that no flood of them holds up a link for a new password.
pub const INVITATION: &str = "invitation";

/// A message before it is addressed: in English and in 中文, since nobody told us which its reader prefers.
#[derive(Clone, Debug)]
pub struct Letter {
    /// What kind it is, for the log.
    pub kind: &'static str,
    /// The address of its reader.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text, in paragraphs.
    pub text: String,
}

/// The way to the mail server, and the bell that wakes who walks it.
#[derive(Default)]
pub struct Post {
    smtp: OnceLock<AsyncSmtpTransport<Tokio1Executor>>,
    bell: Notify,
}

impl std::fmt::Debug for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Post")
    }
}

impl Post {
    /// Wakes the delivery when a topic says that there is something to deliver.
    pub fn forget(&self, topic: Option<&str>) {
        if topic.is_none_or(|topic| topic == TOPIC) {
            self.bell.notify_one();
        }
    }
}
