//! How the words of a whole column may be read: numbers with marks and units, dates whose order all of them prove.

use super::builder::{Builder, State};
use super::dialect::Dialect;
use super::writing::Writing;
use crate::table::{
    DateOrder, NumberStyle, Slashed, grouped_number, number_with_unit, parse_date_time, parse_number,
    parse_slashed, thousands_marks,
};

/// Whether a file that was read with decimal points has commas instead: a column of which every value is a number with
/// one, and no number with a point anywhere.
pub fn have_commas(builders: &[Builder], dialect: &Dialect) -> bool {
    if dialect.decimal_comma {
        return false;
    }
    let is_grouped = |text: &[u8]| grouped_number(text, NumberStyle::Point, ',').is_some();
    let with_commas = |builder: &Builder| {
        let State::Words(words) = &builder.state else { return false };
        let number =
            |text: &[u8]| text.trim_ascii().is_empty() || parse_number(text, NumberStyle::Comma).is_some();
        words.texts().all(number) && words.texts().any(|text| text.contains(&b',') && !is_grouped(text))
    };
    let with_points = |builder: &Builder| match &builder.state {
        State::Numbers(values) => values.iter().any(|value| value.fract().abs() > 0.0),
        _ => false,
    };
    builders.iter().any(with_commas) && !builders.iter().any(with_points)
}

/// The sign of a share.
pub const SHARE: &str = "%";

/// The number of each text where all are numbers, of which some have a mark between thousands or a unit, the same mark
/// and the same unit throughout (percent signs beside all of them or none); how they are read, in words, and how they are written. Empty texts have none.
pub fn numbers_with_marks(levels: &[String], dialect: &Dialect) -> Option<(Vec<f64>, String, Writing)> {
    let marks: Vec<Option<char>> = match dialect.thousands {
        Some(mark) => vec![Some(mark)],
        None => std::iter::once(None).chain(thousands_marks(dialect.style()).map(Some)).collect(),
    };
    marks.into_iter().find_map(|mark| all_numbers(levels, mark, dialect))
}

fn all_numbers(
    levels: &[String],
    mark: Option<char>,
    dialect: &Dialect,
) -> Option<(Vec<f64>, String, Writing)> {
    let (mut unit, mut grouped, mut bare) = (None, false, false);
    let mut values = Vec::new();
    for level in levels {
        if level.trim().is_empty() {
            values.push(f64::NAN);
            continue;
        }
        let plain = |text: &str| parse_number(text.as_bytes(), dialect.style());
        let with_mark =
            |text: &str| mark.and_then(|mark| grouped_number(text.as_bytes(), dialect.style(), mark));
        let number = |text: &str| plain(text).or_else(|| with_mark(text));
        let value = match number(level) {
            Some(value) => {
                bare |= value != 0.0;
                value
            }
            None => {
                let (value, found) = number_with_unit(level, number)?;
                if *unit.get_or_insert(found) != found {
                    return None;
                }
                value
            }
        };
        grouped |= mark.is_some_and(|mark| level.contains(mark));
        values.push(value);
    }
    // 12 % and 12 may be the same or a hundredfold of one another.
    if unit == Some(SHARE) && bare {
        return None;
    }
    let mut how = Vec::new();
    if let Some(mark) = mark.filter(|_| grouped) {
        how.push(format!("read without the \"{mark}\" between thousands"));
    }
    if let Some(unit) = unit {
        how.push(format!("read without \"{unit}\""));
    }
    let thousands = mark.filter(|_| grouped);
    let writing = Writing { thousands, unit: unit.map(str::to_owned), ..Writing::default() };
    (!how.is_empty()).then(|| (values, how.join(" and "), writing))
}

/// Whether each of the texts has a percent sign, where all are numbers and only some of them do.
pub fn mixed_shares(levels: &[String], dialect: &Dialect) -> Option<Vec<bool>> {
    let has_sign = |level: &String| level.contains(SHARE);
    if !levels.iter().any(has_sign) || levels.iter().all(has_sign) {
        return None;
    }
    let is_number = |level: &String| {
        parse_number(level.as_bytes(), dialect.style()).or_else(|| marked_number(level, dialect))
    };
    let filled = || levels.iter().filter(|level| !level.trim().is_empty());
    filled().all(|level| is_number(level).is_some()).then(|| levels.iter().map(has_sign).collect())
}

/// The number that a text is with any mark between thousands, or with a unit.
pub fn marked_number(level: &str, dialect: &Dialect) -> Option<f64> {
    let style = dialect.style();
    let marks = dialect.thousands.map_or_else(|| thousands_marks(style).to_vec(), |mark| vec![mark]);
    let grouped = |text: &str| marks.iter().find_map(|mark| grouped_number(text.as_bytes(), style, *mark));
    let number = |text: &str| parse_number(text.as_bytes(), style).or_else(|| grouped(text));
    grouped(level).or_else(|| number_with_unit(level, number).map(|(value, _)| value))
}

/// How the marks between thousands and the units of some texts are written: those of the first that has any.
pub fn marks_of(levels: &[String], dialect: &Dialect) -> Writing {
    let style = dialect.style();
    let marks = dialect.thousands.map_or_else(|| thousands_marks(style).to_vec(), |mark| vec![mark]);
    let mark_of = |text: &str| {
        marks.iter().copied().find(|mark| grouped_number(text.as_bytes(), style, *mark).is_some())
    };
    let grouped = |text: &str| mark_of(text).and_then(|mark| grouped_number(text.as_bytes(), style, mark));
    let number = |text: &str| parse_number(text.as_bytes(), style).or_else(|| grouped(text));
    let with_unit = levels.iter().find_map(|level| number_with_unit(level, number));
    // A mark may stand in a number with a unit alone.
    let bare = |level: &String| {
        let unit = with_unit.map_or("", |(_, unit)| unit);
        mark_of(level)
            .or_else(|| mark_of(level.trim().trim_start_matches(unit).trim_end_matches(unit).trim()))
    };
    Writing {
        thousands: levels.iter().find_map(bare),
        unit: with_unit.map(|(_, unit)| unit.to_owned()),
        ..Writing::default()
    }
}

/// The order that dates such as 31/01/2024 prove together.
pub fn order_of(levels: &[String]) -> Option<DateOrder> {
    let mut seen = Slashed::default();
    levels.iter().filter_map(|level| parse_slashed(level)).for_each(|date| seen.see(&date));
    seen.order()
}

/// Whether the text is a date such as 03/04/2024.
pub fn is_slashed(level: &str) -> bool {
    parse_slashed(level).is_some()
}

/// Whether all texts are dates such as 03/04/2024.
pub fn are_open_dates(levels: &[String]) -> bool {
    !levels.is_empty() && levels.iter().all(|level| is_slashed(level))
}

/// Seconds of a date in any form.
pub fn date(level: &str, order: Option<DateOrder>) -> Option<f64> {
    parse_date_time(level).or_else(|| parse_slashed(level)?.seconds(order?))
}
