//! How columns of numbers move together: the picture's geometry, and what moves most with one of them.

use contract::datasets::Correlations;

/// The side of a cell in the picture.
pub const CELL: f64 = 26.0;
/// The room for the names, at the left and on top.
pub const NAMES: f64 = 132.0;
/// Latin characters of a name that the room takes.
const LONGEST: usize = 18;

/// The side of the picture of so many columns.
pub fn side(columns: usize) -> f64 {
    NAMES + CELL * columns as f64
}

/// Where a column's cells begin, from the left or from the top.
pub fn start(place: usize) -> f64 {
    NAMES + CELL * place as f64
}

/// How strong the colour of a coefficient is, 0 to 1.
pub fn strength(coefficient: f64) -> f64 {
    // Two decimals are all that an eye tells apart.
    (coefficient.abs().min(1.0) * 100.0).round() / 100.0
}

/// A coefficient as people read it: `0.92`, `−0.31`.
pub fn figure(coefficient: f64) -> String {
    let text = format!("{:.2}", coefficient.abs());
    let sign = if coefficient < 0.0 && text != "0.00" { "−" } else { "" };
    format!("{sign}{text}")
}

/// A name as far as the picture has room for it.
pub fn short(name: &str) -> String {
    // Chinese and its neighbours are written twice as wide.
    let width = |character: char| if character >= '\u{2e80}' { 2 } else { 1 };
    if name.chars().map(width).sum::<usize>() <= LONGEST {
        return name.to_owned();
    }
    let mut room = LONGEST - 1;
    let fits = |character: &char| {
        let left = room.checked_sub(width(*character));
        room = left.unwrap_or_default();
        left.is_some()
    };
    let mut short: String = name.chars().take_while(fits).collect();
    short.push('…');
    short
}

/// The coefficient of a pair; none where it can't be told.
pub fn between(correlations: &Correlations, row: usize, column: usize) -> Option<f64> {
    correlations.values.get(row)?.get(column).copied().flatten()
}

/// What moves with a column, strongest first.
pub fn strongest(correlations: &Correlations, place: usize) -> Vec<(String, f64)> {
    let others = correlations.columns.iter().enumerate().filter(|(other, _)| *other != place);
    let mut pairs: Vec<(String, f64)> = others
        .filter_map(|(other, name)| Some((name.clone(), between(correlations, place, other)?)))
        .collect();
    pairs.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    pairs
}

/// The place of the column of a name; else the one that has the strongest companion.
pub fn place(correlations: &Correlations, name: &str) -> usize {
    let named = correlations.columns.iter().position(|column| column == name);
    named.unwrap_or_else(|| {
        let best = |place: usize| strongest(correlations, place).first().map_or(0.0, |pair| pair.1.abs());
        let places = 0..correlations.columns.len();
        // The first of equals: both columns of the strongest pair are as good.
        places.rev().max_by(|a, b| best(*a).total_cmp(&best(*b))).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diamonds() -> Correlations {
        let columns = ["depth", "carat", "price"].map(str::to_owned).to_vec();
        let values = vec![
            vec![Some(1.0), Some(0.03), None],
            vec![Some(0.03), Some(1.0), Some(0.92)],
            vec![None, Some(0.92), Some(1.0)],
        ];
        Correlations { columns, values }
    }

    #[test]
    fn the_strongest_come_first_and_what_cannot_be_told_is_left_out() {
        assert_eq!(strongest(&diamonds(), 1), vec![("price".to_owned(), 0.92), ("depth".to_owned(), 0.03)]);
        assert_eq!(strongest(&diamonds(), 2), vec![("carat".to_owned(), 0.92)]);
    }

    #[test]
    fn without_a_name_the_column_of_the_strongest_pair_is_shown() {
        assert_eq!(place(&diamonds(), "price"), 2);
        assert_eq!(place(&diamonds(), "gone"), 1);
        assert_eq!(place(&Correlations { columns: Vec::new(), values: Vec::new() }, ""), 0);
    }

    #[test]
    fn a_coefficient_has_two_decimals_and_no_minus_nothing() {
        assert_eq!(figure(0.921), "0.92");
        assert_eq!(figure(-0.306), "−0.31");
        assert_eq!(figure(-0.001), "0.00");
        assert_eq!((strength(-1.2), strength(0.256)), (1.0, 0.26));
    }

    #[test]
    fn long_names_are_cut_by_characters() {
        assert_eq!(short("carat"), "carat");
        assert_eq!(short(&"é".repeat(30)).chars().count(), LONGEST);
        assert_eq!(short(&"价".repeat(9)), "价".repeat(9));
        assert_eq!(short(&"价".repeat(10)), format!("{}…", "价".repeat(8)));
    }

    #[test]
    fn a_missing_pair_is_none_and_never_a_panic() {
        assert_eq!(between(&diamonds(), 0, 2), None);
        assert_eq!(between(&diamonds(), 9, 9), None);
        assert_eq!((side(3), start(0)), (NAMES + 3.0 * CELL, NAMES));
    }
}
