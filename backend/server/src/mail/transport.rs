//! Hands a message over: to the mail server, or as a file into the folder.

use super::Letter;
use crate::{
    context::Context,
    error::{Error, Result},
};
use contract::Timestamp;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
};
use std::{
    io::Write as _,
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
    time::{Duration, UNIX_EPOCH},
};

/// How long a mail server may take for each of its answers.
const PATIENCE: Duration = Duration::from_secs(20);

/// Hands a message over under a name of its own, which stays the same when it is handed over again.
pub async fn hand_over(ctx: &Context, id: &str, letter: &Letter, written: Timestamp) -> Result<()> {
    let message = compose(ctx, id, letter, written)?;
    if ctx.config.mail.smtp_url.is_empty() {
        return write(&ctx.config.server.data_dir.join("mail"), id, &message.formatted());
    }
    smtp(ctx)?.send(message).await.map_err(Error::unavailable)?;
    Ok(())
}

fn compose(ctx: &Context, id: &str, letter: &Letter, written: Timestamp) -> Result<Message> {
    let from: Mailbox = ctx.config.mail.from.parse().map_err(Error::internal)?;
    // The address stands in the error of a parser, and errors are logged.
    let to = letter.to.parse().map_err(|_| Error::internal("the address can't be written to"))?;
    let written = Duration::from_millis(u64::try_from(written.millis()).unwrap_or_default());
    Message::builder()
        .message_id(Some(format!("<{id}@{}>", from.email.domain())))
        .date(UNIX_EPOCH + written)
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(letter.subject.clone())
        .header(ContentType::TEXT_PLAIN)
        .body(letter.text.clone())
        .map_err(Error::internal)
}

fn smtp(ctx: &Context) -> Result<&AsyncSmtpTransport<Tokio1Executor>> {
    let known = &ctx.state.mail.smtp;
    if let Some(smtp) = known.get() {
        return Ok(smtp);
    }
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(ctx.config.mail.smtp_url.expose());
    let smtp = builder.map_err(Error::internal)?.timeout(Some(PATIENCE)).build();
    Ok(known.get_or_init(|| smtp))
}

/// A file that only we can read, whole or not at all.
fn write(folder: &Path, id: &str, bytes: &[u8]) -> Result<()> {
    let attempt = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let (unfinished, finished) = (folder.join(format!("{id}.part")), folder.join(format!("{id}.eml")));
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(unfinished, finished)
    };
    attempt().map_err(Error::internal)
}
