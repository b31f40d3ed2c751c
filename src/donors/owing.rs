//! What donors owe in US dollars, as it was read for a page of their list: some thousand instalments, each rounded, at rates
//! that are those of the day asked for, so that it cannot be summed beforehand. It is kept under the last instant at which
//! giving moved, and the next page adds up what is owed by those nobody has looked at since.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rust_decimal::Decimal;
use sqlx::postgres::PgConnection;

use crate::giving::settled;
use crate::kernel::{AsOf, KnownAt};
use crate::lists::{Kept, Memory, Scope};

/// What each of some donors owes.
#[derive(Debug, Default)]
pub(super) struct Owing(Mutex<HashMap<i64, Decimal>>);

/// How many donors are kept for a day: a few pages. Where there are too many, all go, as in [`Kept`].
const MOST: usize = 200;

impl Owing {
    /// Donors and what they owe, as JSON.
    pub(super) fn written(&self) -> String {
        let owed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pairs: Vec<(i64, String)> = owed.iter().map(|(donor, usd)| (*donor, usd.to_string())).collect();
        serde_json::json!(pairs).to_string()
    }

    /// Keeps what was read.
    pub(super) fn keep(&self, read: impl ExactSizeIterator<Item = (i64, Decimal)>) {
        let mut owed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if owed.len() + read.len() > MOST {
            owed.clear();
        }
        if read.len() <= MOST {
            owed.extend(read);
        }
    }
}

/// What is known so, by the day and the last instant at which giving moved.
#[derive(Default)]
struct KnownOwing(Kept<(AsOf, KnownAt), Arc<Owing>, 16>);

/// What is known so in a scope.
///
/// # Errors
/// Where the database fails.
pub(super) async fn known(
    memory: &Memory,
    connection: &mut PgConnection,
    scope: &Scope,
) -> Result<Arc<Owing>, sqlx::Error> {
    let settled = settled(memory, connection, scope.known_at).await?;
    Ok(memory.of::<KnownOwing>().0.get_or_default((scope.as_of, settled)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_kept_than_may_be() {
        let (owing, most) = (Owing::default(), i64::try_from(MOST).unwrap());
        let page = |from: i64, to: i64| (from..to).map(|donor| (donor, Decimal::from(donor))).collect::<Vec<_>>();
        owing.keep(page(0, most - 1).into_iter());
        owing.keep(page(most - 1, most).into_iter());
        assert_eq!(owing.0.lock().unwrap().len(), MOST);
        owing.keep(page(most, most + 2).into_iter());
        assert_eq!(owing.0.lock().unwrap().len(), 2);
        owing.keep(page(0, most + 1).into_iter());
        assert_eq!(owing.written(), "[]");
    }
}
