//! From the engine's findings to what is stored and shown. Pure: no database, no storage.

use contract::{
    Code, Fault, Problem,
    datasets::{ColumnKind, ColumnProfile, Correlations, Disagreeing, Histogram, Profile, ValueCount},
};
use engine::{Intake, IntakeError, IntakeOptions, Reject};

/// What is kept of a file that was read.
#[derive(Clone, Debug)]
pub struct Description {
    /// Data rows.
    pub rows: i64,
    /// Columns.
    pub columns: i64,
    /// Rows left out.
    pub rejected: i64,
    /// The engine's dialect as JSON, which is also the contract's.
    pub dialect: String,
    /// The contract's profile as JSON.
    pub profile: String,
    /// The rows left out as a spreadsheet-safe CSV; none when every row was taken.
    pub rejects: Option<String>,
}

/// Why a file did not become a table.
#[derive(Debug)]
pub enum Unreadable {
    /// The engine says why.
    Refused(IntakeError),
    /// The engine broke on it, which is our fault.
    Broken,
}

/// Reads and describes a whole file. Takes a core for a while.
pub fn describe(bytes: &[u8], options: &IntakeOptions) -> Result<Description, Unreadable> {
    // The engine's contract is not to panic; should it, the file is at fault and not the worker.
    let read = std::panic::catch_unwind(|| {
        let intake = engine::read(bytes, options).map_err(Unreadable::Refused)?;
        let profile = engine::profile(&intake.table);
        Ok((intake, profile))
    });
    let (intake, profile) = read.unwrap_or(Err(Unreadable::Broken))?;
    let json = |text: serde_json::Result<String>| text.map_err(|_| Unreadable::Broken);
    Ok(Description {
        rows: count(intake.table.rows),
        columns: count(intake.table.columns.len()),
        rejected: i64::try_from(intake.rejected).unwrap_or(i64::MAX),
        dialect: json(dialect_json(&intake))?,
        profile: json(serde_json::to_string(&to_contract(profile)))?,
        rejects: (intake.rejected > 0).then(|| rejects_csv(&intake.rejects)),
    })
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The dialect with the notes of the intake as further evidence.
fn dialect_json(intake: &Intake) -> serde_json::Result<String> {
    let mut dialect = intake.dialect.clone();
    dialect.evidence.extend(intake.notes.iter().cloned());
    serde_json::to_string(&dialect)
}

fn to_contract(profile: engine::Profile) -> Profile {
    let columns = profile.columns.into_iter().map(column).collect();
    Profile { rows: profile.rows as u64, columns, correlations: profile.correlations.map(correlations) }
}

/// To six decimals: more say nothing, and the profile is loaded for every training.
fn correlations(found: engine::Correlations) -> Correlations {
    let round = |r: f64| (r * 1e6).round() / 1e6;
    let line = |line: Vec<Option<f64>>| line.into_iter().map(|r| r.map(round)).collect();
    Correlations { columns: found.columns, values: found.values.into_iter().map(line).collect() }
}

fn column(column: engine::ColumnProfile) -> ColumnProfile {
    let histogram = |found: engine::Histogram| Histogram {
        edges: found.edges,
        counts: found.counts.into_iter().map(|count| count as u64).collect(),
    };
    ColumnProfile {
        name: column.name,
        kind: kind(column.kind),
        reason: column.reason,
        missing: column.missing as u64,
        distinct: column.distinct as u64,
        min: column.min,
        max: column.max,
        mean: column.mean,
        std: column.std,
        quantiles: column.quantiles.into_iter().map(|at| (at.q.to_string(), at.value)).collect(),
        histogram: column.histogram.map(histogram),
        common: column
            .common
            .into_iter()
            .map(|common| ValueCount { value: common.value, count: common.count as u64 })
            .collect(),
        suspects: column.suspects.into_iter().map(suspect).collect(),
        duplicate_of: column.duplicate_of,
        disagreeing: column
            .disagreeing
            .into_iter()
            .map(|cell| Disagreeing { line: cell.line, value: cell.value })
            .collect(),
    }
}

/// A kind as callers name it.
pub fn kind(kind: engine::ColumnKind) -> ColumnKind {
    match kind {
        engine::ColumnKind::Number => ColumnKind::Number,
        engine::ColumnKind::Integer => ColumnKind::Integer,
        engine::ColumnKind::Boolean => ColumnKind::Boolean,
        engine::ColumnKind::Category => ColumnKind::Category,
        engine::ColumnKind::Text => ColumnKind::Text,
        engine::ColumnKind::DateTime => ColumnKind::DateTime,
        engine::ColumnKind::Id => ColumnKind::Id,
    }
}

fn suspect(suspect: engine::Suspect) -> String {
    let word = match suspect {
        engine::Suspect::Constant => "constant",
        engine::Suspect::Empty => "empty",
        engine::Suspect::IdLike => "id_like",
        engine::Suspect::MostlyMissing => "mostly_missing",
        engine::Suspect::NearDuplicate => "near_duplicate",
    };
    word.to_owned()
}

/// The columns of the report of rejected rows.
pub const REJECTS_HEADER: &str = "line,column,reason,raw\r\n";

fn rejects_csv(rejects: &[Reject]) -> String {
    let mut csv = REJECTS_HEADER.to_owned();
    for reject in rejects {
        let column = reject.column.map(|column| column.to_string()).unwrap_or_default();
        csv.push_str(&format!(
            "{},{column},{},{}\r\n",
            reject.line,
            spreadsheet_cell(&reject.reason),
            spreadsheet_cell(&reject.raw)
        ));
    }
    csv
}

/// A cell of a CSV that a spreadsheet will not run as a formula: what begins with = + - @ TAB CR or LF gets an
/// apostrophe before it.
fn spreadsheet_cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// Why a file failed, as a problem document. `request_id` is the upload's.
pub fn problem(cause: &Unreadable, request_id: &str) -> Problem {
    refusal(cause).problem(request_id)
}

/// Why a file can't be read, for who asked.
pub fn refusal(cause: &Unreadable) -> crate::error::Error {
    match cause {
        Unreadable::Broken => crate::error::Error::new(
            Code::DatasetUnreadable,
            "The file brought our reader to its limits, which is a fault of ours. The file is kept: tell us the \
             request id, or save the table anew as a plain CSV in UTF-8 and send that.",
        ),
        Unreadable::Refused(refused) => {
            let text = refused.to_string();
            let (message, fix) = text.split_once("; ").unwrap_or((&text, ""));
            let fault = Fault {
                pointer: place(refused),
                code: refused.code().to_owned(),
                message: sentence(message),
                fix: Some(fix.to_owned()).filter(|fix| !fix.is_empty()),
            };
            crate::error::Error::new(Code::DatasetUnreadable, sentence(&text)).with_faults(vec![fault])
        }
    }
}

/// A problem for a job that ended without having read the file.
pub fn gave_up(reason: &str, request_id: &str) -> Problem {
    let detail = format!("The file could not be read: {reason}. Send it again, or smaller.");
    crate::error::Error::new(Code::DatasetUnreadable, detail).problem(request_id)
}

fn place(error: &IntakeError) -> String {
    match error {
        IntakeError::FieldTooLong { line, column, .. } => format!("line {line}, column {column}"),
        IntakeError::BadHeader { line, .. }
        | IntakeError::LineTooLong { line, .. }
        | IntakeError::UnclosedQuote { line }
        | IntakeError::BadRow { line, .. }
        | IntakeError::AllRowsRejected { line, .. } => format!("line {line}"),
        IntakeError::TooManyColumns { .. } => "line 1".to_owned(),
        IntakeError::Empty
        | IntakeError::HeaderOnly
        | IntakeError::Archive { .. }
        | IntakeError::Binary
        | IntakeError::EastAsian
        | IntakeError::NotCsv { .. }
        | IntakeError::TooManyRows { .. }
        | IntakeError::BadDialect { .. } => "file".to_owned(),
    }
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::datasets::Dialect;

    #[test]
    fn what_is_stored_reads_back_as_the_contract_has_it() {
        let csv = b"carat,cut,sold\n0.3,Ideal,2024-01-01\n0.4,Fair,2024-01-02\n,Fair,2024-01-03\n";
        let found = describe(csv, &IntakeOptions::default()).unwrap();
        let dialect: Dialect = serde_json::from_str(&found.dialect).unwrap();
        assert_eq!((dialect.encoding.as_str(), dialect.delimiter, dialect.header), ("utf8", ',', true));
        let profile: Profile = serde_json::from_str(&found.profile).unwrap();
        assert_eq!((profile.rows, profile.columns.len()), (3, 3));
        assert_eq!(profile.columns[0].missing, 1);
        assert_eq!(profile.columns[0].quantiles["0.5"], 0.35);
        assert_eq!(profile.columns[2].kind, ColumnKind::DateTime);
        assert_eq!(profile.correlations, None, "there is one column of numbers");
        assert!(serde_json::from_str::<engine::Dialect>(&found.dialect).is_ok());
    }

    #[test]
    fn correlations_are_kept_to_six_decimals_and_gaps_as_null() {
        let csv = b"a,b,same\n1,2,7\n2,3,7\n3,5,7\n4,4.5,7\n";
        let found = describe(csv, &IntakeOptions::default()).unwrap();
        let profile: Profile = serde_json::from_str(&found.profile).unwrap();
        let correlations = profile.correlations.unwrap();
        assert_eq!(correlations.columns, ["a", "b", "same"]);
        let (one, r) = (Some(1.0), Some(0.890_734));
        assert_eq!(correlations.values, [[one, r, None], [r, one, None], [None, None, None]]);
    }

    #[test]
    fn a_rejected_formula_is_text_in_a_spreadsheet() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"] {
            assert_eq!(spreadsheet_cell(text), format!("\"'{text}\""));
        }
        assert_eq!(spreadsheet_cell("say \"hi\", =1"), "\"say \"\"hi\"\", =1\"");
    }

    #[test]
    fn a_refused_file_says_where_what_and_how_to_mend_it() {
        let refused = describe(b"a,b\n1,\"open\n", &IntakeOptions::default()).unwrap_err();
        let problem = problem(&refused, "req_12345678");
        assert_eq!(problem.code, Code::DatasetUnreadable);
        assert_eq!(problem.errors[0].code, "all_rows_rejected");
        assert_eq!(problem.errors[0].pointer, "line 2");
        assert!(problem.errors[0].fix.is_some());
    }

    #[test]
    fn the_description_is_the_same_on_any_number_of_threads() {
        let line = |at: usize| {
            format!("{at},{}.5,word{} and more,2024-01-{:02}\n", at * 7 % 1_000, at % 90, 1 + at % 28)
        };
        let mut csv = "id,size,words,day\n".to_owned();
        csv.extend((0..60_000).map(line));
        csv.push_str("1,2\n");
        let of = |threads: usize| {
            let found =
                describe(csv.as_bytes(), &IntakeOptions { threads, ..IntakeOptions::default() }).unwrap();
            (found.rows, found.columns, found.rejected, found.dialect, found.profile, found.rejects)
        };
        let alone = of(1);
        assert_eq!((alone.0, alone.2), (60_000, 1));
        assert!(of(4) == alone, "four threads tell something else");
    }
}
