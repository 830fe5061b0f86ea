//! The screens: what is asked of the server and which primitives show it. No class, no colour, no words.

mod choices;
mod datasets;
mod endpoints;
mod guard;
mod home;
mod invite;
mod keys;
mod landing;
mod paging;
mod playground;
mod shell;
mod sign_in;
mod sign_up;
mod words;

pub use datasets::{Dataset, Datasets};
pub use endpoints::{Endpoint, Endpoints};
pub use home::Home;
pub use invite::Invite;
pub use keys::{ApiKey, ApiKeys};
pub use landing::{Landing, NothingHere};
pub use shell::Shell;
pub use sign_in::SignIn;
pub use sign_up::SignUp;
