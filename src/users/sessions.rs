//! The sessions of an account, as people recognise them: where, when, with what.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgConnection;

use crate::kernel::ids::AccountId;

/// A session.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Session {
    /// Its number.
    pub id: i64,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to five minutes.
    pub last_seen_at: DateTime<Utc>,
    /// The address it began from.
    pub address: Option<String>,
    /// What the browser says of itself.
    pub user_agent: Option<String>,
    /// Whether it is the one that asks.
    pub here: bool,
}

impl Session {
    /// The browser and the system, as far as what it says is understood.
    pub fn agent(&self) -> String {
        in_short(self.user_agent.as_deref().unwrap_or_default())
    }
}

/// The sessions of an account that are not over, the latest used first; `here` is the one that asks.
pub async fn of(
    connection: &mut PgConnection,
    account: AccountId,
    here: Option<i64>,
    alive_since: (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<Session>, sqlx::Error> {
    sqlx::query_as(
        "select id, created_at, last_seen_at, host(address) as address, user_agent, id is not distinct from $2 as here
         from sessions where account_id = $1 and created_at > $3 and last_seen_at > $4
         order by last_seen_at desc, id desc limit 100",
    )
    .bind(account)
    .bind(here)
    .bind(alive_since.0)
    .bind(alive_since.1)
    .fetch_all(connection)
    .await
}

/// `Firefox · Windows`: names by which people know them, the more telling first. What is not known is shown as it is.
fn in_short(agent: &str) -> String {
    let browsers =
        [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let find =
        |known: &[(&str, &'static str)]| known.iter().find(|(part, _)| agent.contains(part)).map(|(_, name)| *name);
    match (find(&browsers), find(&systems)) {
        (Some(browser), Some(system)) => format!("{browser} · {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => agent.chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::in_short;

    #[test]
    fn a_browser_is_called_what_people_call_it() {
        for (agent, name) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox · Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0",
                "Edge · Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Safari/604.1",
                "Safari · iPhone",
            ),
            ("curl/8.5.0", "curl/8.5.0"),
            ("", ""),
        ] {
            assert_eq!(in_short(agent), name);
        }
    }
}
