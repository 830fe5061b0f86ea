//! Passes over the rows of a text: columns are built, and built once more where their cells contradict the first guess.
//!
//! The text is cut into parts that threads read at the same time, each beginning at the first line end behind a cut. A
//! part whose beginning turns out to lie within a record (a quoted line end) is read once more from the record's end:
//! parts are put together in the order of the file and only where one begins exactly where the one before ended. So
//! the result is that of one thread, whatever their number.

use super::builder::{Builder, Want};
use super::cells::CellRules;
use super::error::IntakeError;
use super::lines::RowLines;
use super::record::line_end;
use super::rejects::{BadRows, Reject};
use super::rows::{Frame, Halt, Rows};
use crate::table::{ColumnKind, DateOrder};

/// How much is read at a time.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Bytes of a part that a thread reads.
    pub part: usize,
    /// Bytes that are read beforehand, to learn what the columns are.
    pub head: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { part: 4 << 20, head: 1 << 20 }
    }
}

/// Rows of a batch: their fields stay in the processor's cache.
const BATCH_ROWS: usize = 128;

/// What a pass found besides the columns.
#[derive(Default)]
pub struct Passed {
    pub lines: RowLines,
    pub rejects: Vec<Reject>,
    pub rejected: u64,
    pub blank_lines: u64,
    /// The line where a head ended within a quote.
    pub cut_at: Option<u64>,
}

/// Reads the rows of a text into columns.
pub struct Reader<'a> {
    pub frame: Frame<'a>,
    /// Where the first row is looked for.
    pub rows_at: usize,
    /// Line ends before that place.
    pub lines_before: u64,
    pub rules: &'a CellRules,
    /// The order of dates, where the caller said so.
    pub order: Option<DateOrder>,
    pub threads: usize,
    pub bad_rows: BadRows,
    pub sizes: Sizes,
}

/// A part of the text that was read.
struct Piece<'a> {
    rows: Rows<'a>,
    builders: Vec<Builder>,
    start: usize,
    halt: Option<Halt>,
}

impl<'a> Reader<'a> {
    /// The columns, each of one kind, and what else was found.
    pub fn read(&self, told: &[Option<ColumnKind>]) -> Result<(Vec<Builder>, Passed), IntakeError> {
        let mut wants: Vec<Want> = told.iter().map(|kind| Want::told(*kind)).collect();
        let length = self.frame.text.len().saturating_sub(self.rows_at);
        let mut room = 0;
        if length > 2 * self.sizes.head {
            let head = self.piece((self.rows_at, self.rows_at + self.sizes.head), &wants, 0);
            let (end, _, _) = head.rows.place();
            let rows = head.rows.lines.len() as f64;
            room = (rows * length as f64 / (end - self.rows_at).max(1) as f64 * 1.02) as usize;
            // A head of shorter rows than the rest must not reserve more than twice the file.
            room = room.min(length / 4 / self.frame.width.max(1));
            for ((builder, want), told) in head.builders.iter().zip(&mut wants).zip(told) {
                // An order that only the whole file can tell is left open.
                let again = builder.again(None).filter(|_| builder.is_lost() || builder.order().is_some());
                *want = again.or_else(|| builder.suit(*told)).unwrap_or(*want);
            }
        }
        let (mut builders, passed) = self.pass(&wants, room)?;
        self.settle(&mut builders, told, room)?;
        Ok((builders, passed))
    }

    /// Reads the columns that must be read once more, until none must: words never must.
    fn settle(
        &self,
        builders: &mut [Builder],
        told: &[Option<ColumnKind>],
        room: usize,
    ) -> Result<(), IntakeError> {
        let common = common_order(builders);
        loop {
            let again = |(builder, told): (&Builder, &Option<ColumnKind>)| {
                builder.again(common).or_else(|| builder.suit(*told)).unwrap_or(Want::Nothing)
            };
            let wants: Vec<Want> = builders.iter().zip(told).map(again).collect();
            if wants.iter().all(|want| *want == Want::Nothing) {
                return Ok(());
            }
            let (found, _) = self.pass(&wants, room)?;
            for ((builder, found), want) in builders.iter_mut().zip(found).zip(wants) {
                if want != Want::Nothing {
                    *builder = found;
                }
            }
        }
    }

    fn pass(&self, wants: &[Want], room: usize) -> Result<(Vec<Builder>, Passed), IntakeError> {
        let end = self.frame.text.len();
        let mut passed = Passed::default();
        if self.threads == 1 || end - self.rows_at.min(end) <= 2 * self.sizes.head {
            let piece = self.piece((self.rows_at, end), wants, room);
            self.take(&piece, self.lines_before, &mut passed)?;
            return Ok((piece.builders, passed));
        }
        let mut builders: Vec<Builder> =
            wants.iter().map(|want| Builder::new(*want, self.order, room)).collect();
        let (mut at, mut lines) = (self.rows_at, self.lines_before);
        while at < end {
            for (range, piece) in self.wave(at, wants) {
                let piece = if piece.start == at {
                    piece
                } else if at < range.1 {
                    self.piece((at, range.1), wants, 0)
                } else {
                    continue;
                };
                self.take(&piece, lines, &mut passed)?;
                let (next, line_ends, _) = piece.rows.place();
                (at, lines) = (next, lines + line_ends);
                builders.iter_mut().zip(piece.builders).for_each(|(whole, part)| whole.append(part));
                if passed.cut_at.is_some() {
                    return Ok((builders, passed));
                }
            }
        }
        Ok((builders, passed))
    }

    /// Reads as many parts from `at` on as there are threads, at the same time.
    fn wave(&self, at: usize, wants: &[Want]) -> Vec<((usize, usize), Piece<'a>)> {
        let text = self.frame.text;
        let cut = |n: usize| at.saturating_add(n.saturating_mul(self.sizes.part));
        let ranges = (0..self.threads).take_while(|n| cut(*n) < text.len()).map(|n| {
            let start = if n == 0 { at } else { line_end(text, cut(n) - 1) };
            (start, cut(n + 1).min(text.len()))
        });
        let ranges: Vec<(usize, usize)> = ranges.collect();
        std::thread::scope(|scope| {
            let (first, others) =
                ranges.split_first().map_or((None, ranges.as_slice()), |(f, o)| (Some(f), o));
            let start = |range: &(usize, usize)| {
                let range = *range;
                let thread = std::thread::Builder::new();
                (range, thread.spawn_scoped(scope, move || self.piece(range, wants, 0)).ok())
            };
            let running: Vec<_> = others.iter().map(start).collect();
            let first = first.map(|range| (*range, self.piece(*range, wants, 0)));
            // The part of a thread that could not start or finish is read here, so that nothing is ever left out.
            let finish = |(range, thread): (_, Option<std::thread::ScopedJoinHandle<'_, Piece<'a>>>)| {
                let piece = thread.and_then(|thread| thread.join().ok());
                (range, piece.unwrap_or_else(|| self.piece(range, wants, 0)))
            };
            first.into_iter().chain(running.into_iter().map(finish)).collect()
        })
    }

    /// Reads the rows that start within `range`.
    fn piece(&self, range: (usize, usize), wants: &[Want], room: usize) -> Piece<'a> {
        let room = if room == 0 { range.1.saturating_sub(range.0) / 8 / wants.len().max(1) } else { room };
        let mut rows = Rows::new(self.frame, range);
        let mut builders: Vec<Builder> =
            wants.iter().map(|want| Builder::new(*want, self.order, room)).collect();
        let mut halt = None;
        loop {
            match rows.next_batch(BATCH_ROWS) {
                Ok(0) => break,
                Ok(_) if rows.lines.len() > self.frame.limits.max_rows => break,
                Ok(_) => {
                    for (column, builder) in builders.iter_mut().enumerate() {
                        builder.take(&rows, column, self.rules);
                    }
                }
                Err(found) => {
                    halt = Some(found);
                    break;
                }
            }
        }
        Piece { rows, builders, start: range.0, halt }
    }

    /// Adds what the next part found besides columns.
    fn take(&self, piece: &Piece<'_>, lines_before: u64, passed: &mut Passed) -> Result<(), IntakeError> {
        let limits = self.frame.limits;
        let rows = &piece.rows;
        passed.lines.append(&rows.lines, lines_before);
        passed.rejected += rows.rejected;
        passed.blank_lines += rows.place().2;
        passed.cut_at = rows.cut_at.map(|line| line + lines_before);
        let room = limits.max_rejects.saturating_sub(passed.rejects.len());
        passed.rejects.extend(rows.bad.iter().take(room).map(|row| row.told(lines_before)));
        if let (BadRows::Refuse, Some(first)) = (self.bad_rows, rows.bad.first()) {
            let Reject { line, reason, .. } = first.told(lines_before);
            return Err(IntakeError::BadRow { line, reason });
        }
        if passed.lines.len() > limits.max_rows {
            return Err(IntakeError::TooManyRows { limit: limits.max_rows });
        }
        piece.halt.map_or(Ok(()), |halt| Err(halt.error(lines_before, limits)))
    }
}

/// The order that the dates of a file prove, where no column contradicts another.
fn common_order(builders: &[Builder]) -> Option<DateOrder> {
    let mut orders = builders.iter().filter_map(Builder::order);
    let first = orders.next()?;
    orders.all(|order| order == first).then_some(first)
}
