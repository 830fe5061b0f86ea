//! The names of columns.

use std::collections::{BTreeMap, HashSet};

use crate::table::ColumnKind;

/// A name without surrounding space, control characters or broken bytes.
pub fn clean(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}

/// Gives empty names a number and repeated names a suffix.
pub fn unique(names: Vec<String>, notes: &mut Vec<String>) -> Vec<String> {
    let given: HashSet<String> = names.iter().cloned().collect();
    let mut used = HashSet::new();
    let mut unique = Vec::with_capacity(names.len());
    for (at, name) in names.into_iter().enumerate() {
        let base = if name.is_empty() { format!("column_{}", at + 1) } else { name.clone() };
        let mut chosen = base.clone();
        let mut suffix = 2;
        while used.contains(&chosen) || (chosen != name && given.contains(&chosen)) {
            chosen = format!("{base}_{suffix}");
            suffix += 1;
        }
        if chosen != name {
            let why = if name.is_empty() { "has no name" } else { "repeats a name" };
            notes.push(format!("column {} {why} and is called \"{chosen}\"", at + 1));
        }
        used.insert(chosen.clone());
        unique.push(chosen);
    }
    unique
}

/// The names that reading a file with this header gives its columns.
pub fn column_names<'a>(header: impl Iterator<Item = &'a [u8]>) -> Vec<String> {
    unique(header.map(clean).collect(), &mut Vec::new())
}

/// What was said of columns that are not there, a sentence each.
pub fn unknown(kinds: &BTreeMap<String, ColumnKind>, header: &[String]) -> Vec<String> {
    let known: HashSet<&String> = header.iter().collect();
    let unknown = kinds.iter().filter(|(name, _)| !known.contains(name)).take(20);
    unknown
        .map(|(name, kind)| format!("no column is called \"{name}\": {} was said of it", kind.as_str()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_unique_without_colliding_with_given_ones() {
        let mut notes = Vec::new();
        let names = ["a", "a", "a_2", "", "column_4"].map(str::to_owned).to_vec();
        assert_eq!(unique(names, &mut notes), ["a", "a_3", "a_2", "column_4_2", "column_4"]);
        assert_eq!(notes.len(), 2);
    }
}
