//! A few searches run at once, and the next begin in the order they came. A search asks for a processor and nothing else: as
//! many as there are take as long together one after another as all at once, but nobody's is the one that comes last again
//! and again, and pages that ask for little find a processor between them.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::web::{AppState, PageError, Refused};

/// The places there are.
struct Places(Arc<Semaphore>);

impl Default for Places {
    /// One more than there are processors, so that none waits while a page is drawn.
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Places(Arc::new(Semaphore::new(processors + 1)))
    }
}

/// A place among those who search, till it is dropped.
pub struct Turn {
    _place: OwnedSemaphorePermit,
}

impl Turn {
    /// Waits for a place. To be asked for before a connection is: who waits holds none.
    ///
    /// # Errors
    /// Never, while the server runs.
    pub async fn come(state: &AppState) -> Result<Self, PageError> {
        let places = state.0.memory.of::<Places>().0.clone();
        let place = places.acquire_owned().await.map_err(|_| Refused::Fault)?;
        Ok(Turn { _place: place })
    }
}

impl FromRequestParts<AppState> for Turn {
    type Rejection = PageError;

    async fn from_request_parts(_: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        Turn::come(state).await
    }
}
