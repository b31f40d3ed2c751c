//! HTTP for all rooms: the server itself, errors, who is signed in, the frame of a page, how figures are written.

pub mod address;
pub mod assets;
pub mod chart;
pub mod detail;
pub mod errors;
pub mod format;
pub mod frame;
pub mod list;
pub mod params;
pub mod server;
pub mod session;
pub mod state;

pub use errors::{PageError, Refused};
pub use session::SignedIn;
pub use state::AppState;
