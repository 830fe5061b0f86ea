//! What every feature stands on and no feature owns: database, storage, clock, processor time, background tasks.

pub mod background;
pub mod body;
pub mod cache;
pub mod changes;
pub mod clock;
pub mod connection;
pub mod cpu;
pub mod csv;
pub mod db;
pub mod digest;
pub mod files;
pub mod idempotency;
pub mod nul;
pub mod overload;
pub mod signature;
pub mod storage;
pub mod store;
pub mod stored;
pub mod telemetry;
pub mod tenancy;
pub mod text;
pub mod vault;
pub mod wall;
