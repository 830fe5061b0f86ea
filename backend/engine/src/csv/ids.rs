//! Columns that only name their rows.

/// Fewer rows than this never make an id of a column of numbers.
const ROWS_FOR_ID: usize = 50;
/// Whole numbers within these may be years, each once in a series of them.
const YEARS: std::ops::RangeInclusive<f64> = 1500.0..=2500.0;

/// Why whole numbers only name their rows: all different, and either without a gap or called an id.
pub fn reason_of_numbers(name: &str, values: &[f64]) -> Option<String> {
    if values.len() < ROWS_FOR_ID || values.iter().any(|v| v.is_nan()) {
        return None;
    }
    let called_id = is_called_id(name);
    let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(*v), h.max(*v)));
    let without_gap = high - low + 1.0 == values.len() as f64;
    let years = YEARS.contains(&low) && YEARS.contains(&high);
    let is_id = match (called_id, without_gap) {
        (_, true) => (called_id || !years) && are_each_once(values, low),
        (true, false) => are_different(values),
        (false, false) => false,
    };
    if !is_id {
        return None;
    }
    Some(if without_gap {
        "whole numbers, each once and without a gap: the number of the row".to_owned()
    } else {
        "whole numbers, each once, in a column called an id".to_owned()
    })
}

/// Whether whole numbers, as many as lie between the least and the greatest, are all of those.
fn are_each_once(values: &[f64], low: f64) -> bool {
    let mut seen = vec![false; values.len()];
    values.iter().all(|value| {
        let place = (value - low) as usize;
        seen.get_mut(place).is_some_and(|seen| !std::mem::replace(seen, true))
    })
}

fn are_different(values: &[f64]) -> bool {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.windows(2).all(|pair| pair[0] != pair[1])
}

/// Whether the name says that the column holds ids: `id`, `customer_id`, `PassengerId`, `customerID`, `uuid`, …
pub fn is_called_id(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let joined = name.strip_suffix("Id").or_else(|| name.strip_suffix("ID"));
    let camel = joined.is_some_and(|before| before.ends_with(|c: char| c.is_ascii_lowercase()));
    camel
        || ["id", "index", "uuid", "guid"].contains(&lower.as_str())
        || ["_id", " id", "-id", ".id", "uuid", "guid"].iter().any(|end| lower.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_of_years_is_no_id() {
        let from = |start: u32| (start..start + 60).map(f64::from).collect::<Vec<_>>();
        assert!(reason_of_numbers("row", &from(1)).is_some());
        assert!(reason_of_numbers("order", &from(5001)).is_some());
        assert_eq!(reason_of_numbers("year", &from(1950)), None);
        let mut twice = from(1);
        twice[5] = 7.0;
        assert_eq!(reason_of_numbers("id", &twice), None);
    }

    #[test]
    fn ids_are_told_by_their_names() {
        for name in ["id", "ID", "PassengerId", "customerID", "user_id", "Order ID", "uuid"] {
            assert!(is_called_id(name), "{name}");
        }
        for name in ["paid", "humid", "Grid", "valid", "ideas", "MID"] {
            assert!(!is_called_id(name), "{name}");
        }
    }
}
