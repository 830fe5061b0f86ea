//! Models: what training runs produce, in versions.
