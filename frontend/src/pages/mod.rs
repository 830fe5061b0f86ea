//! The screens: what is asked of the server and which primitives show it. No class, no colour, no words.

mod choices;
mod datasets;
mod home;
mod invite;
mod landing;
mod shell;
mod sign_in;
mod sign_up;
pub mod wings;
mod words;

pub use datasets::{Dataset, Datasets};
pub use home::Home;
pub use invite::Invite;
pub use landing::{Landing, NothingHere};
pub use shell::Shell;
pub use sign_in::SignIn;
pub use sign_up::SignUp;
