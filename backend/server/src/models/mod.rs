//! Models: what training runs produce, in versions of one name.
//!
//! Invariants: a run makes at most one model (unique in the database); a version of a name is given once; a model that
//! an endpoint serves is not deleted; an artefact is read only when its bytes have the digest of its row.

mod card;
mod entity;
pub mod http;
mod markdown;
mod repository;
mod reproductions;
mod service;

pub use card::Card;
pub use repository::NewModel;
pub use reproductions::{
    Proof, Turn as ReproductionTurn, create as create_reproduction, get as get_reproduction,
    moved as move_reproduction, progressed as progress_reproduction,
};
pub use service::{Origin, ServableModel, create, get, load_artefact, origin, require, require_in};
