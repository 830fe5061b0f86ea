//! What stands beside an answer: an interval or a set of the level that was asked for, what the columns add, and which
//! of them were missing and filled in. Most calls want none of it and most rows miss nothing; then there is nothing here.

use super::{
    served::{Scratch, Served, float},
    table::write_cell,
    wishes::Wishes,
};
use crate::error::{Error, Result};
use engine::{Batch, Contributions, Scores};
use std::io::Write;

/// What stands beside the answers of a call.
pub(super) struct Beside<'a> {
    served: &'a Served,
    scores: &'a Scores,
    level: Option<f64>,
    /// How many contributions of each row are wanted at most.
    explain: Option<usize>,
    /// Whether a CSV names the columns that were filled in.
    imputed: bool,
    batch: &'a Batch,
    /// Whether a cell may be missing that the model reads.
    gaps: bool,
}

/// The part of an answer that is said of one row.
enum Sure {
    Interval(f64, f64),
    Set(Vec<usize>),
}

impl<'a> Beside<'a> {
    /// What was asked for of these answers; none when that is nothing, and nothing is missing.
    pub fn of(served: &'a Served, scratch: &'a Scratch, wishes: Wishes) -> Option<Self> {
        let (batch, scores) = (&scratch.batch, &scratch.scores);
        let gap = |row: usize| served.reads.iter().any(|place| batch.is_missing(row, *place));
        let gaps = scratch.notes.may_have_gaps() && (0..batch.rows()).any(gap);
        if wishes == Wishes::default() && !gaps {
            return None;
        }
        let Wishes { level, explain, imputed } = wishes;
        Some(Self { served, scores, level, explain, imputed, batch, gaps })
    }

    /// Writes what stands beside the answer of a row, after what is written of it.
    pub fn write(&self, row: usize, out: &mut Vec<u8>) -> Result<()> {
        match (self.level, self.sure(row)) {
            (Some(level), Some(Sure::Interval(low, high))) => {
                out.extend_from_slice(b",\"interval\":{\"level\":");
                float(out, level)?;
                out.extend_from_slice(b",\"low\":");
                float(out, low)?;
                out.extend_from_slice(b",\"high\":");
                float(out, high)?;
                out.push(b'}');
            }
            (Some(level), Some(Sure::Set(classes))) => {
                out.extend_from_slice(b",\"set\":{\"level\":");
                float(out, level)?;
                out.extend_from_slice(b",\"labels\":[");
                names(&self.served.classes, &classes, out);
                out.extend_from_slice(b"]}");
            }
            _ => {}
        }
        if let Some(most) = self.explain {
            let Contributions { base, features } = self.explained(row);
            out.extend_from_slice(b",\"base\":");
            float(out, base)?;
            out.extend_from_slice(b",\"contributions\":[");
            for (at, (feature, value)) in largest(&features, most).iter().enumerate() {
                let comma = if at == 0 { "" } else { "," };
                let name = self.served.features.get(*feature).map_or("\"\"", String::as_str);
                write!(out, "{comma}{{\"feature\":{name},\"value\":").map_err(Error::internal)?;
                float(out, *value)?;
                out.push(b'}');
            }
            out.push(b']');
        }
        let filled = self.filled(row);
        if !filled.is_empty() {
            out.extend_from_slice(b",\"imputed\":[");
            names(&self.served.features, &filled, out);
            out.push(b']');
        }
        Ok(())
    }

    /// Adds the names of the columns that stand beside the answers of a CSV.
    pub fn csv_header(&self, out: &mut Vec<u8>) {
        if self.level.is_some() {
            let added: &[u8] = if self.served.classes.is_empty() { b",low,high" } else { b",set" };
            out.extend_from_slice(added);
        }
        if self.explain.is_some() {
            out.extend_from_slice(b",base");
            for name in &self.served.columns.names {
                out.push(b',');
                write_cell(out, &format!("contribution_{name}"));
            }
        }
        if self.imputed {
            out.extend_from_slice(b",imputed");
        }
    }

    /// Adds the cells of a row. A CSV has a column for every contribution, however many were asked for.
    pub fn csv_cells(&self, row: usize, out: &mut Vec<u8>) {
        if self.level.is_some() {
            match self.sure(row) {
                Some(Sure::Interval(low, high)) => {
                    out.extend_from_slice(format!(",{low},{high}").as_bytes());
                }
                Some(Sure::Set(set)) => {
                    let classes = &self.served.scorer.schema().classes;
                    let labels: Vec<_> =
                        set.iter().filter_map(|class| classes.get(*class).map(String::as_str)).collect();
                    out.push(b',');
                    write_cell(out, &labels.join("|"));
                }
                None if self.served.classes.is_empty() => out.extend_from_slice(b",,"),
                None => out.push(b','),
            }
        }
        if self.explain.is_some() {
            let Contributions { base, features } = self.explained(row);
            for value in std::iter::once(base).chain(features) {
                out.extend_from_slice(format!(",{value}").as_bytes());
            }
        }
        if self.imputed {
            let names = &self.served.columns.names;
            let filled: Vec<_> = self
                .filled(row)
                .into_iter()
                .filter_map(|place| names.get(place).map(String::as_str))
                .collect();
            out.push(b',');
            write_cell(out, &filled.join("|"));
        }
    }

    /// The places of the columns of a row that the model reads, and that were missing and filled in.
    fn filled(&self, row: usize) -> Vec<usize> {
        let missing = |place: &usize| self.gaps && self.batch.is_missing(row, *place);
        self.served.reads.iter().copied().filter(missing).collect()
    }

    /// The interval or the set of a row.
    fn sure(&self, row: usize) -> Option<Sure> {
        let (level, conformal) = (self.level?, self.served.conformal.as_ref()?);
        let values = self.scores.row(row);
        if self.served.classes.is_empty() {
            let (low, high) = conformal.interval(*values.first()?, level)?;
            return Some(Sure::Interval(low, high));
        }
        Some(Sure::Set(conformal.set(values, level)))
    }

    /// What the columns add to the answer of a row: to the number, or to the probability of the answered class.
    fn explained(&self, row: usize) -> Contributions {
        let scorer = &self.served.scorer;
        let class = if self.served.classes.is_empty() { 0 } else { scorer.label(self.scores.row(row)) };
        scorer.explain(self.batch, row, class)
    }
}

/// The places and values of the largest contributions, by their size.
fn largest(features: &[f64], most: usize) -> Vec<(usize, f64)> {
    let mut parts: Vec<(usize, f64)> = features.iter().copied().enumerate().collect();
    parts.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
    parts.truncate(most);
    parts
}

/// Names that are JSON already, between commas.
fn names(quoted: &[String], places: &[usize], out: &mut Vec<u8>) {
    for (at, name) in places.iter().filter_map(|place| quoted.get(*place)).enumerate() {
        if at > 0 {
            out.push(b',');
        }
        out.extend_from_slice(name.as_bytes());
    }
}
