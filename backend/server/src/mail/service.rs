//! Use cases of the outbox.

use super::{INVITATION, Letter, TOPIC, entity, repository, transport};
use crate::{
    context::Context,
    error::Result,
    infra::{db::Tx, digest},
};
use contract::Timestamp;
use sea_orm::Set;
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, time::Duration};

/// How often the outbox is looked into when nobody rings.
const ROUND: Duration = Duration::from_secs(15);
/// For how long a message is taken: longer than a mail server may take to answer.
const TAKEN_SECONDS: i64 = 300;
/// The longest wait between two tries, after 15 s, 30 s, a minute …
const LONGEST_SECONDS: i64 = 1800;

/// What is sealed of a letter.
#[derive(Serialize, Deserialize)]
struct Sealed<'a> {
    to: Cow<'a, str>,
    subject: Cow<'a, str>,
    text: Cow<'a, str>,
}

fn place(id: &str) -> String {
    format!("mail/{id}")
}

/// Promises a letter in the caller's transaction; after `expires_at` it is of no use and no longer tried.
pub async fn post(ctx: &Context, tx: &mut Tx, letter: &Letter, expires_at: Timestamp) -> Result<()> {
    let id = digest::hex(&ctx.clock.new_id_bits().to_be_bytes());
    let Letter { to, subject, text, .. } = letter;
    let sealed = Sealed { to: to.into(), subject: subject.into(), text: text.into() };
    let now = ctx.clock.now().millis();
    let row = entity::ActiveModel {
        letter: Set(ctx.secrets.seal(&place(&id), &serde_json::to_string(&sealed)?)?),
        id: Set(id),
        kind: Set(letter.kind.to_owned()),
        tries: Set(0),
        created_at: Set(now),
        due_at: Set(now),
        expires_at: Set(expires_at.millis()),
    };
    repository::insert(&**tx, row).await?;
    tx.changed(TOPIC.to_owned()).await
}

/// How many messages wait to be handed over.
pub async fn waiting(ctx: &Context) -> Result<u64> {
    repository::count(ctx.db.reader()).await
}

/// Hands over whatever is due, one message after the other; how many were.
pub async fn deliver_due(ctx: &Context) -> Result<usize> {
    let mut handed_over = 0;
    loop {
        let now = ctx.clock.now();
        let tx = ctx.db.begin().await?;
        let until = now.plus_seconds(TAKEN_SECONDS).millis();
        let taken = repository::take(&*tx, INVITATION, now.millis(), until).await?;
        tx.commit().await?;
        let Some(row) = taken else { return Ok(handed_over) };
        if settle(ctx, row).await? {
            handed_over += 1;
        }
    }
}

/// Hands one message over, without a transaction meanwhile; whether it was taken.
async fn settle(ctx: &Context, row: entity::Model) -> Result<bool> {
    let now = ctx.clock.now();
    let kind = row.kind.as_str();
    let outcome = if row.expires_at <= now.millis() {
        tracing::warn!(kind, tries = row.tries, "a message was given up: it is of no use any more");
        Ok(false)
    } else {
        send(ctx, &row).await.map(|()| true)
    };
    let tx = ctx.db.begin().await?;
    let sent = match outcome {
        Ok(sent) => {
            repository::delete(&*tx, &row.id).await?;
            sent
        }
        Err(error) => {
            tracing::warn!(kind, tries = row.tries, %error, "a message could not be handed over; it is kept");
            let wait = (15i64 << (row.tries - 1).clamp(0, 10)).min(LONGEST_SECONDS);
            repository::put_off(&*tx, &row.id, row.tries, now.plus_seconds(wait).millis()).await?;
            false
        }
    };
    tx.commit().await?;
    Ok(sent)
}

async fn send(ctx: &Context, row: &entity::Model) -> Result<()> {
    let opened = ctx.secrets.open(&place(&row.id), &row.letter)?;
    let Sealed { to, subject, text } = serde_json::from_str(&opened)?;
    let letter =
        Letter { kind: "", to: to.into_owned(), subject: subject.into_owned(), text: text.into_owned() };
    transport::hand_over(ctx, &row.id, &letter, Timestamp::from_millis(row.created_at)).await
}

/// Starts the delivery beside requests, and tells the operator when there is no mail server.
pub async fn start(ctx: &Context) {
    if ctx.config.mail.smtp_url.is_empty() {
        let folder = ctx.config.server.data_dir.join("mail");
        tracing::warn!(folder = %folder.display(), "no mail server is set (mail.smtp_url): messages are written to a folder");
    }
    let ctx = ctx.clone();
    let background = ctx.background.clone();
    background
        .start(move |mut stopping| async move {
            while !stopping.is_set() {
                if let Err(error) = deliver_due(&ctx).await {
                    tracing::warn!(%error, "the outbox could not be read; the next round tries again");
                }
                tokio::select! {
                    () = stopping.wait() => {}
                    () = ctx.state.mail.bell.notified() => {}
                    () = tokio::time::sleep(ROUND) => {}
                }
            }
        })
        .await;
}
