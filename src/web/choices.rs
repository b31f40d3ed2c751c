//! What the filters of a list can be chosen from.
//!
//! Units, funds and people change seldom and stand in the filter of every page: they are read once a change.

use std::sync::Arc;

use sqlx::postgres::PgConnection;

use super::beside;
use super::errors::PageError;
use super::list::{NOBODY, bad};
use crate::finding::{Kind, store::resolve};
use crate::kernel::{AsOf, KnownAt};
use crate::lists::{Kept, List, Memory, Scope};

/// A code, its name, and how deep it stands in its tree.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Named {
    /// The code.
    pub code: String,
    /// The name today.
    pub name: String,
    /// 0 at the top.
    pub depth: i32,
}

impl Named {
    /// The name, set in by its depth, for a list of choices.
    pub fn set_in(&self) -> String {
        format!("{}{}", "\u{2003}".repeat(usize::try_from(self.depth).unwrap_or_default()), self.name)
    }
}

/// What can be chosen from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Of {
    /// The units as they stand on a day, known at an instant.
    Units(AsOf, KnownAt),
    Funds,
    People,
    /// The kinds of acts that were done.
    Acts,
}

impl Of {
    async fn read(self, connection: &mut PgConnection) -> Result<Vec<Named>, sqlx::Error> {
        match self {
            Of::Units(as_of, known_at) => {
                sqlx::query_as(
                    "select u.code, u.name, t.depth from unit_tree($1, $2) t join units u on u.id = t.unit_id
                     order by t.path",
                )
                .bind(as_of.0)
                .bind(known_at.0)
                .fetch_all(connection)
                .await
            }
            Of::Funds => {
                sqlx::query_as("select code, name, 0 as depth from funds order by name, code")
                    .fetch_all(connection)
                    .await
            }
            Of::People => {
                sqlx::query_as("select email as code, name, 0 as depth from accounts order by name, email")
                    .fetch_all(connection)
                    .await
            }
            Of::Acts => beside::acts(connection).await,
        }
    }
}

/// All there are of a kind: each with its name, and as the filter offers them.
#[derive(Clone, Default)]
pub(super) struct Offered {
    all: Arc<[Named]>,
    /// Code and name, set in by its depth.
    pub(super) options: Arc<[(String, String)]>,
}

impl Offered {
    fn new(all: Vec<Named>) -> Self {
        let options = all.iter().map(|one| (one.code.clone(), one.set_in())).collect();
        Offered { all: all.into(), options }
    }

    /// The one of that code.
    pub(super) fn named(&self, code: &str) -> Option<&Named> {
        self.all.iter().find(|one| one.code == code)
    }
}

/// What was read already, some kilobytes each, and as of which last change: with the next, names may be others.
#[derive(Default)]
struct Known(Kept<(Of, KnownAt), Offered, 32>);

impl Known {
    async fn get(&self, of: Of, connection: &mut PgConnection, scope: &Scope) -> Result<Offered, sqlx::Error> {
        let Some(latest) = scope.latest else { return Ok(Offered::new(of.read(connection).await?)) };
        match self.0.get(&(of, latest)) {
            Some(known) => Ok(known),
            None => Ok(self.0.put((of, latest), Offered::new(of.read(connection).await?))),
        }
    }
}

/// What filters can be chosen from, and the names of those that are on; refuses what names nothing.
#[derive(Default)]
pub(super) struct Choices {
    pub(super) units: Offered,
    pub(super) funds: Offered,
    pub(super) people: Offered,
    pub(super) acts: Offered,
    pub(super) donor: Option<Named>,
}

impl Choices {
    pub(super) async fn read<L: List>(
        connection: &mut PgConnection,
        scope: &Scope,
        memory: &Memory,
    ) -> Result<Self, PageError> {
        let filters = &scope.filters;
        let takes = |name: &str| L::FILTERS.contains(&name);
        let (known, mut choices) = (memory.of::<Known>(), Choices::default());
        if takes("unit") {
            choices.units = known.get(Of::Units(scope.as_of, scope.known_at), &mut *connection, scope).await?;
        }
        if takes("fund") {
            choices.funds = known.get(Of::Funds, &mut *connection, scope).await?;
        }
        if takes("who") || takes("responsible") {
            choices.people = known.get(Of::People, &mut *connection, scope).await?;
        }
        if takes("act") {
            choices.acts = known.get(Of::Acts, &mut *connection, scope).await?;
        }
        if let Some(code) = &filters.donor {
            choices.donor = sqlx::query_as("select code, name, 0 as depth from donors where code = $1")
                .bind(code)
                .fetch_optional(&mut *connection)
                .await?;
            if choices.donor.is_none() {
                // Without script people type a name.
                let named = resolve(&mut *connection, Kind::Donor, code).await?;
                let (code, name) = named.ok_or_else(|| bad("donor", code))?;
                choices.donor = Some(Named { code, name, depth: 0 });
            }
        }
        let missing =
            |wanted: &Option<String>, all: &Offered| wanted.as_ref().filter(|code| all.named(code).is_none()).cloned();
        if let Some(code) = missing(&filters.unit, &choices.units) {
            return Err(bad("unit", &code));
        }
        if let Some(code) = missing(&filters.fund, &choices.funds) {
            return Err(bad("fund", &code));
        }
        if let Some(code) = missing(&filters.who, &choices.people) {
            return Err(bad("who", &code));
        }
        if let Some(code) = missing(&filters.responsible, &choices.people).filter(|code| code != NOBODY) {
            return Err(bad("responsible", &code));
        }
        Ok(choices)
    }
}
