//! Models: the list, and one with its sentence, scores, pictures, certainty, importance, segments, columns and lineage.

mod acts;
mod certainty;
mod coefficients;
mod columns;
mod costs;
mod curves;
mod dependence;
mod detail;
mod export;
mod gains;
mod importance;
mod leaderboard;
mod lineage;
mod list;
mod pictures;
mod reproductions;
mod residuals;
mod scores;
mod segments;

pub use detail::Model;
pub use list::Models;
