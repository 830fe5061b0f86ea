//! Models: the list, and one with its sentence, scores, pictures, coefficients, columns and lineage.

mod acts;
mod coefficients;
mod columns;
mod curves;
mod detail;
mod lineage;
mod list;
mod pictures;
mod scores;

pub use detail::Model;
pub use list::Models;
