//! What the values of the API are called on the screen. A value that this dashboard doesn't know yet shows its own name.

use crate::{
    i18n::{Key, say},
    model::figure,
    ui::Tone,
};
use contract::{
    datasets::{ColumnKind, DatasetStatus, DateOrder},
    members::Role,
    quotas::Quota,
};

/// A role.
pub fn role(role: Role) -> Key {
    match role {
        Role::Owner => Key::role_owner,
        Role::Admin => Key::role_admin,
        Role::Developer => Key::role_developer,
        Role::Analyst => Key::role_analyst,
        Role::Auditor => Key::role_auditor,
    }
}

/// Where a data set stands: the word, its colour, and whether something is going on.
pub fn status(status: DatasetStatus) -> (Key, Tone, bool) {
    match status {
        DatasetStatus::Receiving => (Key::status_receiving, Tone::Accent, true),
        DatasetStatus::Profiling => (Key::status_profiling, Tone::Accent, true),
        DatasetStatus::Ready => (Key::status_ready, Tone::Good, false),
        DatasetStatus::Failed => (Key::status_failed, Tone::Bad, false),
    }
}

/// What a column holds.
pub fn kind(kind: ColumnKind) -> Key {
    match kind {
        ColumnKind::Number => Key::kind_number,
        ColumnKind::Integer => Key::kind_integer,
        ColumnKind::Boolean => Key::kind_boolean,
        ColumnKind::Category => Key::kind_category,
        ColumnKind::Text => Key::kind_text,
        ColumnKind::DateTime => Key::kind_datetime,
        ColumnKind::Id => Key::kind_id,
    }
}

/// What looks odd about a column.
pub fn suspect(name: &str) -> String {
    let key = match name {
        "constant" => Key::suspect_constant,
        "empty" => Key::suspect_empty,
        "id_like" => Key::suspect_id_like,
        "mostly_missing" => Key::suspect_mostly_missing,
        "near_duplicate" => Key::suspect_near_duplicate,
        "leak" => Key::suspect_leak,
        _ => return name.replace('_', " "),
    };
    say(key).to_owned()
}

/// How the characters of a file are written.
pub fn encoding(name: &str) -> String {
    let key = match name {
        "utf8" => Key::encoding_utf8,
        "utf8_bom" => Key::encoding_utf8_bom,
        "utf16_le" => Key::encoding_utf16_le,
        "utf16_be" => Key::encoding_utf16_be,
        "windows_1252" => Key::encoding_windows_1252,
        _ => return name.to_owned(),
    };
    say(key).to_owned()
}

/// What separates the fields of a file.
pub fn delimiter(character: char) -> String {
    let key = match character {
        ',' => Key::delimiter_comma,
        ';' => Key::delimiter_semicolon,
        '\t' => Key::delimiter_tab,
        '|' => Key::delimiter_pipe,
        ' ' => Key::delimiter_space,
        _ => return character.to_string(),
    };
    say(key).to_owned()
}

/// What stands between thousands.
pub fn thousands(character: char) -> String {
    let key = match character {
        ',' => Key::thousands_comma,
        '.' => Key::thousands_point,
        '\'' => Key::thousands_apostrophe,
        ' ' => Key::thousands_space,
        _ => return character.to_string(),
    };
    say(key).to_owned()
}

/// Which of day and month comes first.
pub fn date_order(order: DateOrder) -> Key {
    match order {
        DateOrder::DayFirst => Key::reading_day_first,
        DateOrder::MonthFirst => Key::reading_month_first,
    }
}

/// What a quota is called.
pub fn quota(name: &str) -> String {
    let key = match name {
        "predictions_per_month" => Key::quota_predictions,
        "storage_bytes" => Key::quota_storage,
        "datasets" => Key::quota_datasets,
        "endpoints" => Key::quota_endpoints,
        "running_runs" => Key::quota_running,
        "queued_runs" => Key::quota_queued,
        "requests_per_second" => Key::quota_requests,
        _ => return name.replace('_', " "),
    };
    say(key).to_owned()
}

/// A number of a quota with its unit.
pub fn quota_amount(quota: &Quota, amount: u64) -> String {
    if quota.unit == "bytes" { figure::bytes(amount) } else { figure::grouped(amount) }
}
