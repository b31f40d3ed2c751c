//! HTTP for all rooms: the server itself, errors, who is signed in, the frame of a page, how figures are written.

pub mod address;
pub mod assets;
pub mod beside;
pub mod chart;
mod choices;
pub mod course;
pub mod detail;
pub mod drawn;
pub mod entry;
pub mod entry_from;
pub mod entry_room;
pub mod errors;
pub mod form;
pub mod format;
pub mod frame;
pub mod frozen;
pub mod list;
pub mod list_files;
pub mod metrics;
pub mod packing;
pub mod params;
pub mod posting;
pub mod reader;
pub mod server;
pub mod session;
pub mod state;
pub mod thing;
pub mod typed;

pub use errors::{PageError, Refused};
pub use posting::{Posting, Sent};
pub use session::SignedIn;
pub use state::AppState;
pub use typed::Typed;
