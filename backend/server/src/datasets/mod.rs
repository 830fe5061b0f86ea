//! Data sets: CSV files with what was learned about them at intake.
