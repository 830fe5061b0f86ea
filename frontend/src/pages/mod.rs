//! The screens: what is asked of the server and which primitives show it. No class, no colour, no words.

mod choices;
mod datasets;
mod home;
mod invite;
mod landing;
mod models;
mod runs;
mod shell;
mod sign_in;
mod sign_up;
mod train;
mod words;

pub use datasets::{Dataset, Datasets};
pub use home::Home;
pub use invite::Invite;
pub use landing::{Landing, NothingHere};
pub use models::{Model, Models};
pub use runs::{Run, Runs};
pub use shell::Shell;
pub use sign_in::SignIn;
pub use sign_up::SignUp;
pub use train::Train;
