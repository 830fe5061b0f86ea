//! The Amaas server.
