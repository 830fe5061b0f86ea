//! How a file is read where the guesses are not right: what somebody says is checked, tried on the beginning of the
//! file, and then holds for the profile and for every training to come.

use super::{
    describe::{self, Unreadable},
    entity::Model,
    jobs,
    repository::{self, word},
    service::{load, not_ready, parse, to_contract},
};
use crate::{
    audit::{self, Act, Entry},
    context::Context,
    error::{Error, Result, fault},
    infra::stored::unword,
    policy::Scope,
};
use actix_web::web::Bytes;
use contract::{
    Code, DatasetId, Fault,
    datasets::{
        BadRows, ColumnKind, Dataset, DatasetStatus, DateOrder, PreviewColumn, Reading, ReadingPreview,
    },
};
use engine::{DialectOverrides, Encoding, Intake, IntakeError, IntakeOptions, Preview};

/// Bytes of a file that a preview reads.
const HEAD_BYTES: u64 = 1 << 20;
/// Rows that a preview shows.
const ROWS_SHOWN: usize = 50;
/// Kinds that can be told: as many as a file may have columns.
const MOST_KINDS: usize = 2_000;
/// Texts for "missing", and the characters of one.
const MOST_MISSING: usize = 100;

/// What somebody said of a data set; nothing for most.
pub fn stored(row: &Model) -> Result<Reading> {
    row.reading.as_deref().map_or_else(|| Ok(Reading::default()), |json| parse(Some(json)))
}

/// The engine's options for a reading; every fault of it that can be seen without the file.
pub fn options(reading: &Reading) -> Result<IntakeOptions, Vec<Fault>> {
    let mut faults = Vec::new();
    let encoding = reading.encoding.as_deref().and_then(|name| encoding(name, &mut faults));
    symbol("#/delimiter", reading.delimiter, &mut faults);
    symbol("#/quote", reading.quote, &mut faults);
    if reading.delimiter.is_some_and(|delimiter| delimiter == reading.quote.unwrap_or('"')) {
        let pointer = if reading.quote.is_some() { "#/quote" } else { "#/delimiter" };
        let message = "delimiter and quote are the same character";
        faults.push(fault(pointer, "bad_dialect", message, "send two different ones"));
    }
    missing(reading.missing.as_deref().unwrap_or_default(), &mut faults);
    if reading.kinds.len() > MOST_KINDS {
        let message = format!("expected at most {MOST_KINDS} kinds, got {}", reading.kinds.len());
        faults.push(fault("#/kinds", "out_of_range", message, "name only columns that are read wrongly"));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let dialect = DialectOverrides {
        encoding,
        delimiter: reading.delimiter,
        quote: reading.quote,
        decimal_comma: reading.decimal_comma,
        thousands: reading.thousands,
        date_order: reading.date_order.map(date_order),
        header: reading.header,
        missing: reading.missing.clone(),
    };
    let kinds = reading.kinds.iter().map(|(name, kind)| (name.clone(), engine_kind(*kind))).collect();
    let bad_rows = match reading.bad_rows {
        Some(BadRows::Refuse) => engine::BadRows::Refuse,
        Some(BadRows::LeaveOut) | None => engine::BadRows::LeaveOut,
    };
    Ok(IntakeOptions { dialect: Some(dialect), kinds, bad_rows, ..IntakeOptions::default() })
}

fn date_order(order: DateOrder) -> engine::DateOrder {
    match order {
        DateOrder::DayFirst => engine::DateOrder::DayFirst,
        DateOrder::MonthFirst => engine::DateOrder::MonthFirst,
    }
}

fn encoding(name: &str, faults: &mut Vec<Fault>) -> Option<Encoding> {
    let found = unword(name).ok();
    if found.is_none() {
        let message = format!("the encoding {:?} is not known", name.chars().take(40).collect::<String>());
        let fix = "send one of utf8, utf8_bom, utf16_le, utf16_be, windows_1252";
        faults.push(fault("#/encoding", "unknown_encoding", message, fix));
    }
    found
}

fn symbol(pointer: &str, given: Option<char>, faults: &mut Vec<Fault>) {
    if given.is_some_and(|symbol| !symbol.is_ascii() || (symbol.is_ascii_control() && symbol != '\t')) {
        let message = "expected one ASCII character that is no line end";
        faults.push(fault(pointer, "bad_dialect", message, "send a character such as , ; | or a tab"));
    }
}

fn missing(words: &[String], faults: &mut Vec<Fault>) {
    if words.len() > MOST_MISSING {
        let message = format!("expected at most {MOST_MISSING} texts, got {}", words.len());
        faults.push(fault("#/missing", "out_of_range", message, "name the commonest"));
    }
    for (at, _) in words.iter().enumerate().filter(|(_, word)| word.chars().count() > MOST_MISSING) {
        let message = format!("expected at most {MOST_MISSING} characters");
        faults.push(fault(&format!("#/missing/{at}"), "out_of_range", message, "send a shorter text"));
    }
}

fn engine_kind(kind: ColumnKind) -> engine::ColumnKind {
    match kind {
        ColumnKind::Number => engine::ColumnKind::Number,
        ColumnKind::Integer => engine::ColumnKind::Integer,
        ColumnKind::Boolean => engine::ColumnKind::Boolean,
        ColumnKind::Category => engine::ColumnKind::Category,
        ColumnKind::Text => engine::ColumnKind::Text,
        ColumnKind::DateTime => engine::ColumnKind::DateTime,
        ColumnKind::Id => engine::ColumnKind::Id,
    }
}

/// Shows how the beginning of the file would be read. Changes nothing.
pub async fn preview(
    ctx: &Context,
    scope: &Scope,
    id: &DatasetId,
    reading: Reading,
) -> Result<ReadingPreview> {
    let row = load(ctx.db.reader(), scope, id).await?;
    if unword::<DatasetStatus>(&row.status)? == DatasetStatus::Receiving {
        return Err(not_ready(&row));
    }
    // Rows that can't be read are counted here, not refused: that is what somebody looks for.
    let reading = Reading { bad_rows: None, ..reading };
    let (intake, shown) = attempt(ctx, &row, &reading).await?;
    let mut dialect = intake.dialect;
    dialect.evidence.extend(intake.notes);
    let column =
        |column: engine::Column| PreviewColumn { kind: describe::kind(column.kind), name: column.name };
    Ok(ReadingPreview {
        dialect: serde_json::from_value(serde_json::to_value(dialect)?)?,
        columns: intake.table.columns.into_iter().map(column).collect(),
        rows: shown.rows,
        rejected_rows: intake.rejected,
    })
}

/// Reads the file anew, as told: the data set goes back to profiling, and the reading holds from now on.
pub async fn read_again(ctx: &Context, scope: &Scope, id: &DatasetId, reading: Reading) -> Result<Dataset> {
    let row = load(ctx.db.reader(), scope, id).await?;
    refuse_unsettled(&row)?;
    attempt(ctx, &row, &reading).await?;
    let tx = ctx.db.begin().await?;
    let before = load(&*tx, scope, id).await?;
    // Moved before the runs are looked up: a run that starts meanwhile holds the row, or finds it profiling.
    if !repository::set_unread(&*tx, scope, id, &reading, ctx.clock.now()).await? {
        refuse_unsettled(&before)?;
        return Err(Error::not_found());
    }
    let runs = repository::working_runs(&*tx, scope, id).await?;
    if !runs.is_empty() {
        let detail = format!("Training runs are working on it: {}. Cancel them first.", runs.join(", "));
        return Err(Error::new(Code::InUse, detail));
    }
    let after = load(&*tx, scope, id).await?;
    jobs::enqueue(ctx, &tx, scope, id, jobs::job_id(&after)).await?;
    let entry = Entry::success(Act::DatasetReadAgain).target("dataset", id, Some(&row.name)).change(
        "/reading",
        stored(&before)?,
        &reading,
    );
    audit::record(ctx, &tx, scope, entry).await?;
    tx.commit().await?;
    ctx.jobs.intake.announce();
    to_contract(after)
}

fn refuse_unsettled(row: &Model) -> Result<()> {
    match unword(&row.status)? {
        DatasetStatus::Ready | DatasetStatus::Failed => Ok(()),
        status @ (DatasetStatus::Receiving | DatasetStatus::Profiling) => {
            let detail = format!("The data set is {}. Say how to read it when that is over.", word(status));
            Err(Error::new(Code::Conflict, detail))
        }
    }
}

/// Reads the beginning of the file as told; what is wrong with the reading is found here or never.
async fn attempt(ctx: &Context, row: &Model, reading: &Reading) -> Result<(Intake, Preview)> {
    let options = options(reading).map_err(Error::invalid)?;
    let size = u64::try_from(row.size_bytes).unwrap_or_default();
    let bytes = ctx.storage.head(&row.object_key, HEAD_BYTES.min(size)).await?;
    let whole = size <= HEAD_BYTES;
    let told = options.clone();
    let read = move || {
        let bytes = if whole { bytes } else { to_last_line(&bytes) };
        let intake =
            if whole { engine::read(&bytes, &options) } else { engine::read_head(&bytes, &options) }?;
        let shown = engine::preview(&bytes, &intake.dialect, ROWS_SHOWN)?;
        Ok::<_, IntakeError>((intake, shown))
    };
    let (intake, shown) = ctx.cpu.run(read).await?.map_err(unusable)?;
    let known = |name: &String| intake.table.column(name).is_some();
    let unknown: Vec<Fault> =
        told.kinds.keys().filter(|name| !known(name)).map(|n| unknown_column(n)).collect();
    if unknown.is_empty() { Ok((intake, shown)) } else { Err(Error::invalid(unknown)) }
}

/// What ends with the last whole line; all of it where there is none.
fn to_last_line(bytes: &Bytes) -> Bytes {
    let end = bytes.iter().rposition(|byte| *byte == b'\n');
    end.map_or_else(|| bytes.clone(), |end| bytes.slice(..=end))
}

/// What can't be seen without the file: a found delimiter that what was told does not go with.
fn unusable(error: IntakeError) -> Error {
    let IntakeError::BadDialect { part, reason } = &error else {
        return describe::refusal(&Unreadable::Refused(error));
    };
    let fix = "name the delimiter too, or leave this out";
    Error::invalid(vec![fault(&format!("#/{part}"), "bad_dialect", reason.clone(), fix)])
}

fn unknown_column(name: &str) -> Fault {
    let pointer = format!("#/kinds/{}", name.replace('~', "~0").replace('/', "~1"));
    let message = format!("the file has no column {:?}", name.chars().take(60).collect::<String>());
    fault(&pointer, "unknown_column", message, "name a column of the preview")
}
