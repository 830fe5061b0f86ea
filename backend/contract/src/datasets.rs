//! Data sets: CSV files with what was learned about them at intake.

use crate::{Csv, DatasetId, ListQuery, Multiple, Page, Problem, Timestamp, UserId};
use std::collections::BTreeMap;

wire! {
    /// Where a data set stands.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum DatasetStatus {
        /// Bytes are coming in.
        Receiving,
        /// The file is being read and described.
        Profiling,
        /// Fit for training.
        Ready,
        /// The file can't be used; `error` says why.
        Failed,
    }

    /// A data set.
    pub struct Dataset {
        /// The id.
        pub id: DatasetId,
        /// What people call it.
        pub name: String,
        /// Where it stands.
        pub status: DatasetStatus,
        /// The size of the file.
        pub size_bytes: u64,
        /// The SHA-256 of the file, in hexadecimal; null while receiving.
        pub sha256: Option<String>,
        /// Data rows that were read; null until ready.
        pub rows: Option<u64>,
        /// Columns; null until ready.
        pub columns: Option<u32>,
        /// Rows that could not be read; null until ready.
        pub rejected_rows: Option<u64>,
        /// How the file was read; null until ready.
        pub dialect: Option<Dialect>,
        /// What somebody said about reading it, where the guesses were not right.
        #[serde(default)]
        pub reading: Reading,
        /// Why it failed.
        pub error: Option<Problem>,
        /// Who sent it: a person, or none when a key did.
        pub created_by: Option<UserId>,
        /// When it was sent.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
    }

    /// How a file was read, with the evidence for each guess.
    pub struct Dialect {
        /// `utf8`, `utf8_bom`, `utf16_le`, `utf16_be` or `windows_1252`.
        pub encoding: String,
        /// What separates the fields.
        pub delimiter: char,
        /// What encloses fields that hold delimiters.
        pub quote: char,
        /// Whether numbers are written 1,5.
        pub decimal_comma: bool,
        /// What stands between thousands, where the head of the file shows it.
        #[serde(default)]
        pub thousands: Option<char>,
        /// Which comes first in dates such as 03/04/2024, where somebody said so; else each column tells, or the other
        /// columns do.
        #[serde(default)]
        pub date_order: Option<DateOrder>,
        /// Whether the first row names the columns.
        pub header: bool,
        /// Texts that mean "missing".
        pub missing: Vec<String>,
        /// Why each was guessed.
        #[serde(default)]
        pub evidence: Vec<String>,
    }

    /// How to read a file: whatever is absent is found out from the file.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct Reading {
        /// `utf8`, `utf8_bom`, `utf16_le`, `utf16_be` or `windows_1252`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub encoding: Option<String>,
        /// What separates the fields: one ASCII character.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub delimiter: Option<char>,
        /// What encloses fields that hold delimiters: one ASCII character.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub quote: Option<char>,
        /// Whether numbers are written 1,5.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub decimal_comma: Option<bool>,
        /// What stands between thousands: a comma or point (the one that is not the decimal sign), an apostrophe or a
        /// space.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub thousands: Option<char>,
        /// Which comes first in dates such as 03/04/2024.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub date_order: Option<DateOrder>,
        /// Whether the first row names the columns.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub header: Option<bool>,
        /// Texts that mean "missing", at most 100; an empty field always does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub missing: Option<Vec<String>>,
        /// What columns hold, by their names, at most 2,000: a value that can't be of the kind counts as missing and is
        /// among the column's `disagreeing`.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        pub kinds: BTreeMap<String, ColumnKind>,
        /// What becomes of rows that can't be read; they are left out and told unless this says otherwise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub bad_rows: Option<BadRows>,
    }

    /// Which of day and month comes first.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum DateOrder {
        /// 31/01/2024.
        DayFirst,
        /// 01/31/2024.
        MonthFirst,
    }

    /// What becomes of rows that can't be read.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum BadRows {
        /// The file is read without them, and each is told.
        LeaveOut,
        /// The file is refused at the first of them.
        Refuse,
    }

    /// How the beginning of a file would be read.
    pub struct ReadingPreview {
        /// The dialect.
        pub dialect: Dialect,
        /// The columns with what they would hold, as far as the beginning tells.
        pub columns: Vec<PreviewColumn>,
        /// The first rows; null is a missing value.
        pub rows: Vec<Vec<Option<String>>>,
        /// Rows of the beginning that could not be read.
        pub rejected_rows: u64,
    }

    /// A column of a preview.
    pub struct PreviewColumn {
        /// The name in the header.
        pub name: String,
        /// What it would hold.
        pub kind: ColumnKind,
    }

    /// What a column holds.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum ColumnKind {
        /// Numbers with fractions.
        Number,
        /// Whole numbers.
        Integer,
        /// Two values.
        Boolean,
        /// A limited set of texts.
        Category,
        /// Free text.
        Text,
        /// Moments.
        DateTime,
        /// Names of rows.
        Id,
    }

    /// The description of a data set, column by column.
    pub struct Profile {
        /// Data rows.
        pub rows: u64,
        /// The columns in the order of the file.
        pub columns: Vec<ColumnProfile>,
        /// How the columns of numbers move together; null when there are fewer than two.
        #[serde(default)]
        pub correlations: Option<Correlations>,
    }

    /// Pearson's correlation of each pair of columns, over the rows where both have a value.
    pub struct Correlations {
        /// The columns, at most 40: the first columns of numbers in the order of the file.
        pub columns: Vec<String>,
        /// A row a column, −1 to 1; null where a column does not vary or too few rows have both.
        pub values: Vec<Vec<Option<f64>>>,
    }

    /// The description of a column.
    pub struct ColumnProfile {
        /// The name in the header.
        pub name: String,
        /// What it holds.
        pub kind: ColumnKind,
        /// Why that was concluded.
        pub reason: String,
        /// Rows without a value.
        pub missing: u64,
        /// Different values.
        pub distinct: u64,
        /// The smallest number.
        #[serde(default)]
        pub min: Option<f64>,
        /// The largest number.
        #[serde(default)]
        pub max: Option<f64>,
        /// The mean.
        #[serde(default)]
        pub mean: Option<f64>,
        /// The standard deviation of the population (divided by n).
        #[serde(default)]
        pub std: Option<f64>,
        /// Quantiles by their level, such as `"0.25"`.
        #[serde(default)]
        pub quantiles: BTreeMap<String, f64>,
        /// How the numbers are spread.
        #[serde(default)]
        pub histogram: Option<Histogram>,
        /// The commonest values, commonest first.
        #[serde(default)]
        pub common: Vec<ValueCount>,
        /// What looks odd: `constant`, `id_like`, `mostly_missing`, `near_duplicate`, …
        #[serde(default)]
        pub suspects: Vec<String>,
        /// The column before it that says the same, of a `near_duplicate`.
        #[serde(default)]
        pub duplicate_of: Option<String>,
        /// Values that disagree with the kind, the first few.
        #[serde(default)]
        pub disagreeing: Vec<Disagreeing>,
    }

    /// Counts between edges: `counts[i]` numbers lie in `[edges[i], edges[i + 1])`, the last edge included.
    pub struct Histogram {
        /// The edges, one more than counts.
        pub edges: Vec<f64>,
        /// Numbers in each bin.
        pub counts: Vec<u64>,
    }

    /// A value and how often it stands in the column.
    pub struct ValueCount {
        /// The value as text.
        pub value: String,
        /// Rows that hold it.
        pub count: u64,
    }

    /// A value that disagrees with its column's kind.
    pub struct Disagreeing {
        /// The line of the file, from 1.
        pub line: u64,
        /// The value.
        pub value: String,
    }

    /// The first rows of a data set as texts.
    pub struct Rows {
        /// The names of the columns.
        pub columns: Vec<String>,
        /// The rows; null is a missing value.
        pub rows: Vec<Vec<Option<String>>>,
    }

    /// How many rows to show.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct RowsQuery {
        /// 1 to 1,000; 50 unless told. Fewer come where rows are so long that they are not in the first 16 MiB.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub limit: Option<u32>,
    }

    /// What to call the upload.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct UploadQuery {
        /// The name, 1 to 200 characters; the form's file name, or a date, unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
    }

    /// Changes to a data set.
    #[serde(deny_unknown_fields)]
    pub struct UpdateDatasetBody {
        /// A new name, 1 to 200 characters.
        pub name: String,
    }
}

calls! {
    /// Uploads a CSV file: the body as text/csv, or the first file of a multipart form.
    UploadDataset: Post "/v1/datasets", query UploadQuery, body Multiple => 202 Dataset;
    /// Lists the data sets.
    ListDatasets: Get "/v1/datasets", query ListQuery => 200 Page<Dataset>;
    /// Shows a data set.
    GetDataset: Get "/v1/datasets/{id}" => 200 Dataset;
    /// Renames a data set.
    UpdateDataset: Patch "/v1/datasets/{id}", body UpdateDatasetBody => 200 Dataset;
    /// Deletes a data set that no training run is working on.
    DeleteDataset: Delete "/v1/datasets/{id}" => 204 crate::Nothing;
    /// Describes a data set column by column.
    GetProfile: Get "/v1/datasets/{id}/profile" => 200 Profile;
    /// Shows the first rows.
    GetRows: Get "/v1/datasets/{id}/rows", query RowsQuery => 200 Rows;
    /// Lists the rows that could not be read: line, column, reason, text.
    GetRejects: Get "/v1/datasets/{id}/rejects" => 200 Csv;
    /// Shows how the beginning of the file would be read.
    PreviewReading: Post "/v1/datasets/{id}/reading/preview", body Reading => 200 ReadingPreview;
    /// Reads the file anew, as told; the data set is profiled again.
    ReadAgain: Put "/v1/datasets/{id}/reading", body Reading => 202 Dataset;
    /// Returns the file as it was sent.
    DownloadDataset: Get "/v1/datasets/{id}/download" => 200 Csv;
}
