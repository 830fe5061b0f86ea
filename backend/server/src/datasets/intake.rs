//! Takes a file in: row, bytes, then row and job at once.
//!
//! The bytes are written by a background task that is fed by the request. When the request breaks off, is refused
//! half-way or its handler is dropped, the task hears nothing more and takes back what it began.

use super::{
    entity::Model,
    form::Upload,
    jobs,
    repository::{self, word},
    service::{self, data_key},
};
use crate::{
    audit::{self, Act, Entry},
    context::Context,
    error::{Error, Result},
    infra::{
        digest, idempotency,
        storage::{MOMENT, Writer},
        wall,
    },
    policy::Scope,
    quotas::{self, Resource},
};
use actix_web::web::Bytes;
use contract::{
    Code, DatasetId,
    datasets::{Dataset, DatasetStatus, UploadDataset},
};
use sha2::{Digest, Sha256};
use tokio::sync::{mpsc, oneshot};

/// How often a slow upload says that it is alive; the janitor waits much longer, and so do idempotency keys.
const TOUCH_SECONDS: i64 = 60;

enum Piece {
    Bytes(Bytes),
    End,
}

/// Receives a file under a name and queues it for reading.
pub async fn receive(ctx: &Context, scope: &Scope, name: &str, mut upload: Upload) -> Result<Dataset> {
    let id = begin(ctx, scope, name, upload.announced_bytes).await?;
    let (feed, pieces) = mpsc::channel(4);
    let (answer, kept) = oneshot::channel();
    let task = Keeper { ctx: ctx.clone(), scope: scope.clone(), id, name: name.to_owned() };
    ctx.background
        .start(|_| async move {
            // Nobody listens any more when the request is gone; the task has cleared up by then.
            let tenant = task.scope.tenant().to_owned();
            let _ = answer.send(wall::as_tenant(&tenant, Box::pin(task.keep(pieces))).await);
        })
        .await;
    let poured = pour(&mut upload, &feed).await;
    drop(feed);
    let kept = kept.await.map_err(Error::internal)?;
    // The task's own failure comes before the silence that it causes.
    match (poured, kept) {
        (Err(refused), Err(_)) => Err(refused),
        (_, kept) => kept,
    }
}

/// Feeds the task to the end of the file. A task that hears no more has failed and says why itself.
async fn pour(upload: &mut Upload, feed: &mpsc::Sender<Piece>) -> Result<()> {
    while let Some(bytes) = upload.next().await? {
        if feed.send(Piece::Bytes(bytes)).await.is_err() {
            return Ok(());
        }
    }
    let _ = feed.send(Piece::End).await;
    Ok(())
}

/// Writes the row, before a byte of the file is read.
async fn begin(ctx: &Context, scope: &Scope, name: &str, announced: Option<u64>) -> Result<DatasetId> {
    let id = DatasetId::from_bits(ctx.clock.new_id_bits());
    let now = ctx.clock.now().millis();
    let tx = ctx.db.begin().await?;
    quotas::stand_in_line(&tx, scope).await?;
    let used = repository::usage(&*tx, scope).await?;
    quotas::check(ctx, scope, Resource::Datasets, used.count, 1).await?;
    quotas::check(ctx, scope, Resource::StorageBytes, used.bytes, announced.unwrap_or(1)).await?;
    let row = Model {
        tenant_id: scope.tenant().to_owned(),
        id: id.to_string(),
        name: name.to_owned(),
        status: word(DatasetStatus::Receiving).to_owned(),
        size_bytes: i64::try_from(announced.unwrap_or_default()).unwrap_or(i64::MAX),
        sha256: None,
        object_key: data_key(scope, &id),
        row_count: None,
        column_count: None,
        rejected_rows: None,
        dialect: None,
        profile: None,
        reading: None,
        readings: 0,
        error: None,
        created_by: scope.user_id().map(|user| user.to_string()),
        created_at: now,
        updated_at: now,
        deleted_at: None,
    };
    repository::insert(&*tx, scope, row).await?;
    tx.commit().await?;
    Ok(id)
}

/// The task that keeps a file, or takes back what it began.
struct Keeper {
    ctx: Context,
    scope: Scope,
    id: DatasetId,
    name: String,
}

impl Keeper {
    async fn keep(self, pieces: mpsc::Receiver<Piece>) -> Result<Dataset> {
        match self.store_and_commit(pieces).await {
            Ok(dataset) => Ok(dataset),
            Err(error) => {
                // Who is refused hears of it also when the storage is silent.
                let discarded = tokio::time::timeout(MOMENT, discard(&self.ctx, &self.scope, &self.id)).await;
                let left = discarded
                    .map_or_else(|late| Some(late.to_string()), |done| Some(done.err()?.to_string()));
                if let Some(left) = left {
                    tracing::warn!(dataset = %self.id, error = left, "a broken upload was left for the janitor");
                }
                Err(error)
            }
        }
    }

    async fn store_and_commit(&self, mut pieces: mpsc::Receiver<Piece>) -> Result<Dataset> {
        let mut writer = self.ctx.storage.write(&data_key(&self.scope, &self.id)).await?;
        match self.write(&mut writer, &mut pieces).await {
            Ok((size, sha256)) => match writer.finish().await {
                Ok(()) => self.commit(size, &sha256).await,
                Err(_) if !self.is_expected().await? => Err(given_up()),
                Err(error) => Err(error),
            },
            Err(error) => {
                writer.abort().await;
                Err(error)
            }
        }
    }

    /// Whether the row still waits for its file; the janitor takes it away when nobody continues.
    async fn is_expected(&self) -> Result<bool> {
        Ok(repository::find(self.ctx.db.writer(), &self.scope, &self.id).await?.is_some())
    }

    async fn write(&self, writer: &mut Writer, pieces: &mut mpsc::Receiver<Piece>) -> Result<(u64, String)> {
        let (mut hash, mut size, mut touched) = (Sha256::new(), 0, self.ctx.clock.now());
        loop {
            match pieces.recv().await {
                Some(Piece::Bytes(bytes)) => {
                    hash.update(&bytes);
                    size += bytes.len() as u64;
                    writer.write(bytes).await?;
                }
                Some(Piece::End) if size == 0 => {
                    let detail = "The file is empty. Send a CSV with a header and at least one row.";
                    return Err(Error::new(Code::DatasetUnreadable, detail));
                }
                Some(Piece::End) => return Ok((size, digest::hex(&hash.finalize()))),
                None => return Err(Error::new(Code::InvalidRequest, "The body broke off before its end.")),
            }
            let now = self.ctx.clock.now();
            if touched.plus_seconds(TOUCH_SECONDS) < now {
                touched = now;
                repository::touch(self.ctx.db.writer(), &self.scope, &self.id, now).await?;
                idempotency::renew(&self.ctx, &self.scope).await?;
            }
        }
    }

    /// Row, job and event at once; from here on the file is the tenant's.
    async fn commit(&self, size: u64, sha256: &str) -> Result<Dataset> {
        let Self { ctx, scope, id, name } = self;
        let tx = ctx.db.begin().await?;
        quotas::stand_in_line(&tx, scope).await?;
        jobs::enqueue(ctx, &tx, scope, id, id.to_string()).await?;
        if !repository::set_received(&*tx, scope, id, (size, sha256), ctx.clock.now()).await? {
            return Err(given_up());
        }
        // The size is known for certain only now.
        let used = repository::usage(&*tx, scope).await?;
        quotas::check(ctx, scope, Resource::StorageBytes, used.bytes.saturating_sub(size), size).await?;
        let entry = Entry::success(Act::DatasetUploaded)
            .target("dataset", id, Some(name))
            .change("/size_bytes", None::<u64>, size)
            .change("/sha256", None::<&str>, sha256);
        audit::record(ctx, &tx, scope, entry).await?;
        let row = repository::find(&*tx, scope, id).await?.ok_or_else(Error::not_found)?;
        let dataset = service::to_contract(row)?;
        idempotency::keep::<UploadDataset>(ctx, &tx, scope, &dataset).await?;
        tx.commit().await?;
        ctx.jobs.intake.announce();
        Ok(dataset)
    }
}

fn given_up() -> Error {
    Error::new(Code::BodyTimeout, "The upload was given up because it took too long. Send it again.")
}

/// Takes back an upload that did not become whole: the file first, then its row.
pub async fn discard(ctx: &Context, scope: &Scope, id: &DatasetId) -> Result<()> {
    let found = repository::find(ctx.db.writer(), scope, id).await?;
    if found.is_some_and(|row| row.status == word(DatasetStatus::Receiving)) {
        ctx.storage.delete(&data_key(scope, id)).await?;
        repository::remove_unreceived(ctx.db.writer(), scope, id).await?;
    }
    Ok(())
}
