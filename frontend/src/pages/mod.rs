//! The screens: what is asked of the server and which primitives show it. No class, no colour, no words.

mod audit;
mod choices;
mod confirm;
mod datasets;
mod desk;
mod home;
mod invite;
mod landing;
mod members;
mod operator;
mod pager;
mod palette;
mod person;
mod places;
mod settings;
mod shell;
mod sign_in;
mod sign_up;
mod usage;
mod words;

pub use audit::Audit;
pub use datasets::{Dataset, Datasets};
pub use home::Home;
pub use invite::Invite;
pub use landing::{Landing, NothingHere};
pub use members::Members;
pub use operator::Operator;
pub use settings::Settings;
pub use shell::Shell;
pub use sign_in::SignIn;
pub use sign_up::SignUp;
pub use usage::Usage;
