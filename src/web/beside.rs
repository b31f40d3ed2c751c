//! What stands beside the rows of a list: the lists that belong together, and what filters of changes choose from.

use sqlx::postgres::PgConnection;

use super::list::{Named, Params};
use crate::l10n::L10n;
use crate::lists::List;
use crate::rooms;

/// A list beside this one.
pub struct Tab {
    /// Its name.
    pub label: String,
    /// Its address.
    pub href: String,
    /// Whether it is this one.
    pub here: bool,
}

/// Lists that belong together, with the filters they share.
pub fn tabs<L: List>(params: &Params, l10n: L10n) -> Vec<Tab> {
    let together = rooms::TOGETHER.iter().find(|names| names.contains(&L::NAME));
    let tab = |name: &&'static str| Tab {
        label: l10n.word(name, "kicker"),
        href: params.without(&["sort", "state", "q"]).address(&format!("/{name}")),
        here: *name == L::NAME,
    };
    together.into_iter().flat_map(|names| names.iter()).map(tab).collect()
}

/// Everybody with an account, by name.
pub async fn people(connection: &mut PgConnection) -> Result<Vec<Named>, sqlx::Error> {
    sqlx::query_as("select email as code, name, 0 as depth from accounts order by name, email")
        .fetch_all(connection)
        .await
}

/// Every kind of act there has been: from each to the next in the index, not through all changes.
pub async fn acts(connection: &mut PgConnection) -> Result<Vec<Named>, sqlx::Error> {
    sqlx::query_as(
        "with recursive seen as (
            (select c.act from changes c order by c.act limit 1)
            union all
            select (select c.act from changes c where c.act > seen.act order by c.act limit 1) from seen
            where seen.act is not null
         ) select act as code, act as name, 0 as depth from seen where act is not null",
    )
    .fetch_all(connection)
    .await
}
