//! Training runs: a data set and settings go in, a model comes out.
