//! Use cases of data sets after they came in.

use super::{
    describe::REJECTS_HEADER,
    entity::Model,
    form::Upload,
    intake, jobs, reading,
    repository::{self, Usage},
};
use crate::{
    audit::{self, Act, Entry},
    context::Context,
    error::{Error, Result},
    infra::{
        digest,
        storage::Pieces,
        stored::{self, unword},
        tenancy, text,
    },
    policy::Scope,
};
use actix_web::web::Bytes;
use contract::{
    Code, DatasetId, Page, Problem, Timestamp,
    datasets::{Dataset, DatasetStatus, Profile, Reading, Rows, UploadQuery},
};
use sea_orm::ConnectionTrait;

/// Rows that are shown unless told.
const ROWS_SHOWN: u32 = 50;
/// Bytes of a file that are read to show its first rows, and those that are read when they don't suffice: more than the
/// longest line takes. What is shown costs the same however large the file is.
const HEAD_BYTES: u64 = 1 << 20;
const MOST_HEAD_BYTES: u64 = 16 << 20;

/// A data set that can be learned from.
#[derive(Clone, Debug)]
pub struct ReadyDataset {
    /// The id.
    pub id: DatasetId,
    /// What people call it.
    pub name: String,
    /// The SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// Where the file is stored.
    pub object_key: String,
    /// The size of the file.
    pub size_bytes: u64,
    /// What is in it.
    pub profile: Profile,
    /// How somebody said that the file is to be read.
    pub reading: Reading,
}

/// A file as it was sent, for a download.
pub struct Download {
    /// The name, which becomes the file's.
    pub name: String,
    /// The size.
    pub size_bytes: u64,
    /// The bytes.
    pub pieces: Pieces,
}

/// Where the file of a data set is stored.
pub(super) fn data_key(scope: &Scope, id: &DatasetId) -> String {
    format!("tenants/{}/datasets/{id}/data.csv", tenancy::key(scope.tenant_id()))
}

/// Where the report of its rejected rows is stored.
pub(super) fn rejects_key(scope: &Scope, id: &DatasetId) -> String {
    format!("tenants/{}/datasets/{id}/rejects.csv", tenancy::key(scope.tenant_id()))
}

/// Receives a file. Its name is the one asked for, or the file's, or the moment.
pub async fn upload(ctx: &Context, scope: &Scope, query: UploadQuery, upload: Upload) -> Result<Dataset> {
    let name = match (query.name, upload.file_name.as_deref().and_then(shown_name)) {
        (Some(asked), _) => checked_name("name", &asked)?,
        (None, Some(file)) => file,
        (None, None) => {
            format!(
                "Data set of {}",
                ctx.clock.now().to_string().get(..16).unwrap_or_default().replace('T', " ")
            )
        }
    };
    intake::receive(ctx, scope, &name, upload).await
}

/// A page of the tenant's data sets.
pub async fn list(ctx: &Context, scope: &Scope, cursor: Option<&str>, limit: u64) -> Result<Page<Dataset>> {
    let rows = repository::list(ctx.db.reader(), scope, cursor, limit + 1).await?;
    let datasets = rows.into_iter().map(to_contract).collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(datasets, usize::try_from(limit).unwrap_or(usize::MAX), |dataset| dataset.id.to_string()))
}

/// One data set.
pub async fn get(ctx: &Context, scope: &Scope, id: &DatasetId) -> Result<Dataset> {
    to_contract(load(ctx.db.reader(), scope, id).await?)
}

/// Gives a data set another name.
pub async fn rename(ctx: &Context, scope: &Scope, id: &DatasetId, name: &str) -> Result<Dataset> {
    let tx = ctx.db.begin().await?;
    let before = load(&*tx, scope, id).await?;
    let name = checked_name("#/name", name)?;
    if !repository::rename(&*tx, scope, id, &name, ctx.clock.now()).await? {
        return Err(Error::not_found());
    }
    let entry = Entry::success(Act::DatasetUpdated).target("dataset", id, Some(&name)).change(
        "/name",
        &before.name,
        &name,
    );
    audit::record(ctx, &tx, scope, entry).await?;
    let after = load(&*tx, scope, id).await?;
    tx.commit().await?;
    to_contract(after)
}

/// Deletes a data set that nothing is working on.
pub async fn delete(ctx: &Context, scope: &Scope, id: &DatasetId) -> Result<()> {
    let tx = ctx.db.begin().await?;
    let row = load(&*tx, scope, id).await?;
    match unword(&row.status)? {
        DatasetStatus::Receiving => {
            let detail = "The file is still coming in. Break the upload off, or wait for its end.";
            return Err(Error::new(Code::Conflict, detail));
        }
        DatasetStatus::Profiling => {
            ctx.jobs.intake.cancel(&*tx, scope.tenant(), &jobs::job_id(&row)).await?;
        }
        DatasetStatus::Ready | DatasetStatus::Failed => {}
    }
    // Marked before the runs are looked up: a run that starts meanwhile holds the row, or finds it marked.
    if !repository::set_deleted(&*tx, scope, id, ctx.clock.now()).await? {
        return Err(Error::not_found());
    }
    let runs = repository::working_runs(&*tx, scope, id).await?;
    if !runs.is_empty() {
        let detail = format!("Training runs are working on it: {}. Cancel them first.", runs.join(", "));
        return Err(Error::new(Code::InUse, detail));
    }
    let entry = Entry::success(Act::DatasetDeleted).target("dataset", id, Some(&row.name));
    audit::record(ctx, &tx, scope, entry).await?;
    tx.commit().await?;
    ctx.jobs.intake.announce_cancel(&jobs::job_id(&row));
    if let Err(error) = purge(ctx, scope, id).await {
        tracing::warn!(dataset = %id, %error, "a deleted data set's file was left for the janitor");
    }
    Ok(())
}

/// Deletes the files of a deleted data set.
pub(super) async fn purge(ctx: &Context, scope: &Scope, id: &DatasetId) -> Result<()> {
    ctx.storage.delete(&data_key(scope, id)).await?;
    ctx.storage.delete(&rejects_key(scope, id)).await?;
    repository::forget_object(ctx.db.writer(), scope, id).await
}

/// What is in a data set, column by column.
pub async fn profile(ctx: &Context, scope: &Scope, id: &DatasetId) -> Result<Profile> {
    let row = load_ready(ctx.db.reader(), scope, id).await?;
    parse(row.profile.as_deref())
}

/// The first rows of a data set as they are written.
pub async fn rows(ctx: &Context, scope: &Scope, id: &DatasetId, limit: Option<u32>) -> Result<Rows> {
    let limit = match limit.unwrap_or(ROWS_SHOWN) {
        limit @ 1..=1000 => limit as usize,
        other => {
            let message = format!("expected 1 to 1000, got {other}");
            return Err(Error::invalid_field("limit", message, "send a number from 1 to 1000"));
        }
    };
    let row = load_ready(ctx.db.reader(), scope, id).await?;
    let dialect: engine::Dialect = parse(row.dialect.as_deref())?;
    let size = u64::try_from(row.size_bytes).unwrap_or_default();
    let mut head = HEAD_BYTES;
    loop {
        let bytes = ctx.storage.head(&row.object_key, head.min(size)).await?;
        let dialect = dialect.clone();
        let shown = ctx.cpu.run(move || engine::preview(&bytes, &dialect, limit + 1)).await?;
        let mut shown = shown.map_err(Error::internal)?;
        if head < size && shown.rows.len() <= limit {
            if head < MOST_HEAD_BYTES {
                head = MOST_HEAD_BYTES;
                continue;
            }
            // The last row may be cut off: it is not shown.
            shown.rows.pop();
        }
        shown.rows.truncate(limit);
        return Ok(Rows { columns: shown.header, rows: shown.rows });
    }
}

/// The report of rejected rows as a CSV that is safe in a spreadsheet.
pub async fn rejects(ctx: &Context, scope: &Scope, id: &DatasetId) -> Result<(String, Bytes)> {
    let row = load_ready(ctx.db.reader(), scope, id).await?;
    let report = match row.rejected_rows {
        Some(0) | None => Bytes::from_static(REJECTS_HEADER.as_bytes()),
        Some(_) => ctx.storage.get(&rejects_key(scope, id)).await?,
    };
    Ok((format!("rejects of {}", row.name), report))
}

/// The file as it was sent; that it was taken out is recorded.
pub async fn download(ctx: &Context, scope: &Scope, id: &DatasetId) -> Result<Download> {
    let tx = ctx.db.begin().await?;
    let row = load(&*tx, scope, id).await?;
    if unword::<DatasetStatus>(&row.status)? == DatasetStatus::Receiving {
        return Err(not_ready(&row));
    }
    let entry = Entry::success(Act::DatasetDownloaded).target("dataset", id, Some(&row.name));
    audit::record(ctx, &tx, scope, entry).await?;
    tx.commit().await?;
    let size_bytes = u64::try_from(row.size_bytes).unwrap_or_default();
    Ok(Download { name: row.name, size_bytes, pieces: ctx.storage.stream(&row.object_key).await? })
}

/// How many data sets the tenant has, and how many bytes.
pub async fn usage(ctx: &Context, scope: &Scope) -> Result<Usage> {
    repository::usage(ctx.db.reader(), scope).await
}

/// The data set if it can be learned from; else why not.
pub async fn require_ready(ctx: &Context, scope: &Scope, id: &DatasetId) -> Result<ReadyDataset> {
    to_ready(load_ready(ctx.db.reader(), scope, id).await?)
}

/// As [`require_ready`], within a transaction: the data set can't be deleted before that ends.
pub async fn hold(tx: &impl ConnectionTrait, scope: &Scope, id: &DatasetId) -> Result<ReadyDataset> {
    let row = repository::find_and_hold(tx, scope, id).await?.ok_or_else(Error::not_found)?;
    to_ready(ready(row)?)
}

/// The file of a data set; bytes that are not those that were received are refused.
pub async fn open_bytes(ctx: &Context, dataset: &ReadyDataset) -> Result<Bytes> {
    let bytes = ctx.storage.get(&dataset.object_key).await?;
    let expected = dataset.sha256.clone();
    ctx.cpu
        .run(move || {
            if digest::sha256_hex(&bytes) == expected {
                Ok(bytes)
            } else {
                Err(Error::internal("the stored file is not the one that was received"))
            }
        })
        .await?
}

pub(super) async fn load(db: &impl ConnectionTrait, scope: &Scope, id: &DatasetId) -> Result<Model> {
    repository::find(db, scope, id).await?.ok_or_else(Error::not_found)
}

async fn load_ready(db: &impl ConnectionTrait, scope: &Scope, id: &DatasetId) -> Result<Model> {
    ready(load(db, scope, id).await?)
}

fn ready(row: Model) -> Result<Model> {
    match unword(&row.status)? {
        DatasetStatus::Ready => Ok(row),
        DatasetStatus::Receiving | DatasetStatus::Profiling | DatasetStatus::Failed => Err(not_ready(&row)),
    }
}

pub(super) fn not_ready(row: &Model) -> Error {
    let detail = match row.error.as_deref().and_then(|text| serde_json::from_str::<Problem>(text).ok()) {
        Some(problem) => format!("The file could not be read: {}", problem.detail),
        None => format!("The data set is {}. Ask again when it is ready.", row.status),
    };
    Error::new(Code::DatasetNotReady, detail)
}

fn to_ready(row: Model) -> Result<ReadyDataset> {
    Ok(ReadyDataset {
        reading: reading::stored(&row)?,
        id: stored::id(&row.id)?,
        name: row.name,
        sha256: row.sha256.unwrap_or_default(),
        object_key: row.object_key,
        size_bytes: u64::try_from(row.size_bytes).unwrap_or_default(),
        profile: parse(row.profile.as_deref())?,
    })
}

pub(super) fn parse<T: serde::de::DeserializeOwned>(json: Option<&str>) -> Result<T> {
    Ok(serde_json::from_str(json.unwrap_or("null"))?)
}

/// The row as callers see it.
pub(super) fn to_contract(row: Model) -> Result<Dataset> {
    let positive = |number: i64| u64::try_from(number).unwrap_or_default();
    Ok(Dataset {
        status: unword(&row.status)?,
        reading: reading::stored(&row)?,
        id: stored::id(&row.id)?,
        name: row.name,
        size_bytes: positive(row.size_bytes),
        sha256: row.sha256,
        rows: row.row_count.map(positive),
        columns: row.column_count.map(|columns| u32::try_from(columns).unwrap_or(u32::MAX)),
        rejected_rows: row.rejected_rows.map(positive),
        dialect: row.dialect.as_deref().map(|json| parse(Some(json))).transpose()?,
        error: row.error.as_deref().map(|json| parse(Some(json))).transpose()?,
        created_by: row.created_by.and_then(|id| id.parse().ok()),
        created_at: Timestamp::from_millis(row.created_at),
        updated_at: Timestamp::from_millis(row.updated_at),
    })
}

/// A name that somebody chose, without space around it.
fn checked_name(pointer: &str, name: &str) -> Result<String> {
    let name = name.trim();
    if (1..=200).contains(&name.chars().count()) && !name.chars().any(text::is_unshowable) {
        return Ok(name.to_owned());
    }
    let message = "expected 1 to 200 characters without control characters";
    Err(Error::invalid_field(pointer, message, "choose a shorter or plainer name"))
}

/// A client's file name as something to show: the last part of a path, without what can't be shown.
fn shown_name(file: &str) -> Option<String> {
    let last = file.rsplit(['/', '\\']).next().unwrap_or_default();
    Some(text::showable(last, 200)).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_only_ever_shown() {
        for (sent, shown) in [
            ("diamonds.csv", Some("diamonds.csv")),
            ("../../etc/passwd", Some("passwd")),
            ("C:\\data\\a.csv", Some("a.csv")),
            ("a\u{202e}vsc.exe\r\n", Some("avsc.exe")),
            ("folder/", None),
            ("", None),
        ] {
            assert_eq!(shown_name(sent).as_deref(), shown, "{sent:?}");
        }
        assert_eq!(shown_name(&"ä".repeat(500)).unwrap().chars().count(), 200);
    }

    #[test]
    fn a_chosen_name_is_taken_whole_or_refused() {
        assert_eq!(checked_name("name", "  Wein 2024 ").unwrap(), "Wein 2024");
        for bad in ["", "   ", "a\nb", &"x".repeat(201)] {
            assert!(checked_name("name", bad).is_err(), "{bad:?}");
        }
    }
}
