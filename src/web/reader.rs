//! The language of whoever asks, for what is said before or without a page of theirs: an error, the sign-in.
//!
//! First what the browser asks for; once the session is loaded, what the person chose.

use std::cell::Cell;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

use crate::l10n::L10n;

tokio::task_local! {
    static READER: Cell<L10n>;
}

/// Answers a request in a language of its own.
pub async fn spoken_to(request: Request, next: Next) -> Response {
    READER.scope(Cell::new(L10n::asked(request.headers())), next.run(request)).await
}

/// From here on, in the language the person chose.
pub fn is(l10n: L10n) {
    // Outside of a request there is nobody to speak to.
    let _ = READER.try_with(|reader| reader.set(l10n));
}

/// Goes on with a request in a task of its own, in the language it has now; gives the language it ended in.
pub fn speaking<R>(work: impl Future<Output = R>) -> impl Future<Output = (R, L10n)> {
    READER.scope(Cell::new(l10n()), async {
        let done = work.await;
        (done, l10n())
    })
}

/// The language to speak now.
pub fn l10n() -> L10n {
    READER.try_with(Cell::get).unwrap_or(L10n::ENGLISH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_reader_is_known_within_their_request_alone() {
        is(L10n::ENGLISH);
        assert_eq!(l10n().code(), "en");
        let last = L10n::all().last().unwrap();
        let within = READER.scope(Cell::new(L10n::ENGLISH), async {
            is(last);
            tokio::task::yield_now().await;
            l10n().code()
        });
        assert_eq!(within.await, last.code());
        assert_eq!(l10n().code(), "en");
    }
}
