//! What somebody says about reading a file, between the fields of a form and the contract.

use super::plan;
use contract::datasets::{ColumnKind, Dialect, Reading};
use std::collections::BTreeMap;

/// Texts that mean "missing", and characters of each, that the server takes.
const MOST: usize = 100;

/// What the fields hold; an empty text leaves it to the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The encoding by its name on the wire.
    pub encoding: String,
    /// The delimiter.
    pub delimiter: String,
    /// The quote.
    pub quote: String,
    /// Whether numbers are written 1,5: `true` or `false`.
    pub decimal_comma: String,
    /// What stands between thousands.
    pub thousands: String,
    /// Which of day and month comes first, by its name on the wire.
    pub date_order: String,
    /// Whether the first row names the columns: `true` or `false`.
    pub header: String,
    /// What becomes of rows that can't be read, by its name on the wire; empty leaves them out.
    pub bad_rows: String,
    /// Whether the texts below hold; `true`, else they are found out.
    pub missing_said: String,
    /// The texts that mean "missing".
    pub missing: String,
    /// The kinds of columns by their names.
    pub kinds: BTreeMap<String, ColumnKind>,
}

impl Said {
    /// The fields of a reading. What was found out stands ready where texts may be said.
    pub fn of(reading: &Reading, dialect: Option<&Dialect>) -> Self {
        let found = || dialect.map(|dialect| dialect.missing.clone()).unwrap_or_default();
        let flag = |flag: Option<bool>| flag.map(|flag| flag.to_string()).unwrap_or_default();
        let symbol = |symbol: Option<char>| symbol.map(String::from).unwrap_or_default();
        Self {
            encoding: reading.encoding.clone().unwrap_or_default(),
            delimiter: symbol(reading.delimiter),
            quote: symbol(reading.quote),
            decimal_comma: flag(reading.decimal_comma),
            thousands: symbol(reading.thousands),
            date_order: reading.date_order.as_ref().map(plan::name_of).unwrap_or_default(),
            header: flag(reading.header),
            bad_rows: reading.bad_rows.as_ref().map(plan::name_of).unwrap_or_default(),
            missing_said: flag(reading.missing.as_ref().map(|_| true)),
            missing: field(&reading.missing.clone().unwrap_or_else(found)),
            kinds: reading.kinds.clone(),
        }
    }

    /// The reading that the fields say.
    pub fn reading(&self) -> Reading {
        Reading {
            encoding: Some(self.encoding.clone()).filter(|name| !name.is_empty()),
            delimiter: self.delimiter.chars().next(),
            quote: self.quote.chars().next(),
            decimal_comma: self.decimal_comma.parse().ok(),
            thousands: self.thousands.chars().next(),
            date_order: plan::word(&self.date_order),
            header: self.header.parse().ok(),
            bad_rows: plan::word(&self.bad_rows),
            missing: (self.missing_said == "true").then(|| texts(&self.missing)),
            kinds: self.kinds.clone(),
        }
    }
}

/// The texts of a field: one a line, or between commas where there is one line.
pub fn texts(field: &str) -> Vec<String> {
    let between = if field.contains('\n') { '\n' } else { ',' };
    let mut texts: Vec<String> = Vec::new();
    for text in field.split(between).map(str::trim).filter(|text| !text.is_empty()) {
        if !texts.iter().any(|known| known == text) {
            texts.push(text.to_owned());
        }
    }
    texts
}

/// The field of texts. An empty cell is missing whatever is said.
fn field(texts: &[String]) -> String {
    let texts: Vec<&str> = texts.iter().map(String::as_str).filter(|text| !text.trim().is_empty()).collect();
    let field = texts.join("\n");
    // A line end says that the comma belongs to the text.
    if texts.len() == 1 && field.contains(',') { field + "\n" } else { field }
}

/// Whether the server takes the texts.
pub fn fits(texts: &[String]) -> bool {
    texts.len() <= MOST && texts.iter().all(|text| text.chars().count() <= MOST)
}

/// The names of the columns that a filter leaves, the wanted one first: those of the file and those of which something
/// was said, since a column of another heading must be within reach to take it back.
pub fn columns(
    file: &[String],
    kinds: &BTreeMap<String, ColumnKind>,
    wanted: &str,
    filter: &str,
) -> Vec<String> {
    let filter = filter.trim().to_lowercase();
    let lost = kinds.keys().filter(|name| !file.contains(name));
    let mut names: Vec<String> =
        lost.chain(file).filter(|name| name.to_lowercase().contains(&filter)).cloned().collect();
    names.sort_by_key(|name| name != wanted);
    names
}

/// The kind by its name on the wire; none leaves it to the file.
pub fn kind(name: &str) -> Option<ColumnKind> {
    plan::word(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::datasets::{BadRows, DateOrder};

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_reading_survives_the_fields() {
        let reading = Reading {
            encoding: Some("windows_1252".to_owned()),
            delimiter: Some('\t'),
            quote: Some('\''),
            decimal_comma: Some(false),
            thousands: Some(' '),
            date_order: Some(DateOrder::MonthFirst),
            header: Some(true),
            missing: Some(names(&["NA", "-"])),
            kinds: BTreeMap::from([("zip".to_owned(), ColumnKind::Text)]),
            bad_rows: Some(BadRows::Refuse),
        };
        assert_eq!(Said::of(&reading, None).reading(), reading);
        assert_eq!(Said::of(&Reading::default(), None).reading(), Reading::default());
    }

    #[test]
    fn what_was_found_out_is_shown_and_not_said() {
        let dialect = Dialect {
            encoding: "utf8".to_owned(),
            delimiter: ',',
            quote: '"',
            decimal_comma: false,
            thousands: None,
            date_order: None,
            header: true,
            missing: names(&["", "NA", "?"]),
            evidence: Vec::new(),
        };
        let said = Said::of(&Reading::default(), Some(&dialect));
        assert_eq!(said.missing, "NA\n?");
        assert_eq!(said.reading().missing, None);
        let none = Reading { missing: Some(Vec::new()), ..Reading::default() };
        assert_eq!(Said::of(&none, Some(&dialect)).reading().missing, Some(Vec::new()));
    }

    #[test]
    fn texts_stand_one_a_line_or_between_commas() {
        assert_eq!(texts("NA, - ,NA,"), names(&["NA", "-"]));
        assert_eq!(texts("NA\n n, a \n\n"), names(&["NA", "n, a"]));
        assert_eq!(texts(" "), Vec::<String>::new());
        assert_eq!(texts(&field(&names(&["n, a"]))), names(&["n, a"]));
    }

    #[test]
    fn too_many_or_too_long_texts_are_found_before_they_are_sent() {
        assert!(fits(&vec![String::new(); MOST]));
        assert!(!fits(&vec![String::new(); MOST + 1]));
        assert!(!fits(&["x".repeat(MOST + 1)]));
    }

    #[test]
    fn the_wanted_column_comes_first_and_a_lost_one_stays_in_reach() {
        let kinds = BTreeMap::from([("gone".to_owned(), ColumnKind::Text)]);
        let file = names(&["price", "carat", "cut"]);
        assert_eq!(columns(&file, &kinds, "cut", ""), names(&["cut", "gone", "price", "carat"]));
        assert_eq!(columns(&file, &kinds, "", " CA"), names(&["carat"]));
    }
}
