//! Cash received by topmost donor, year, fund and earmarking; who the donors are; the settings. Read once for what was
//! true on a day and known at an instant, and kept: none of it can change afterwards. It is kept under the last instant
//! at which anything of it moved, so that a meeting logged or a report sent costs the next reader nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, OnceLock};

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde::Deserialize;
use sqlx::postgres::PgConnection;
use tokio::sync::OnceCell;

use super::cash::{Cash, OF_A_DONOR, OF_A_PLEDGE, OF_ALL, cash};
use crate::db::{Db, Select};
use crate::facts::FactTable;
use crate::facts::tables::{DONOR_FACTS, SETTING_FACTS};
use crate::kernel::calendar::EARLIEST_YEAR;
use crate::kernel::{AsOf, KnownAt};
use crate::lists::settled::{self, RestsOn};
use crate::lists::{Kept, Memory, Scope};
use crate::settings::{MEMBER_STATES, NO_DATA_YEARS, years};

/// The reserved donor of receipts nobody has placed yet: its money counts, it is nobody.
const UNIDENTIFIED: &str = "UNIDENTIFIED";

/// Cash of one topmost donor in one year, for one fund, with one category of earmarking.
#[derive(Debug, Clone)]
pub struct Received {
    /// The topmost donor.
    pub top_id: i64,
    /// The calendar year of the receipts.
    pub year: i32,
    /// The fund.
    pub fund_id: i64,
    /// The category, one of [`EARMARKINGS`].
    pub earmarking: &'static str,
    /// The sum of the receipts' rounded US dollars, reversals and refunds with their sign.
    pub usd: Decimal,
    /// How many receipts have no exchange rate and are in no sum.
    pub without_rate: i64,
}

/// A donor, with what is in force of the topmost of its parents.
#[derive(Debug, Clone, Deserialize)]
pub struct Donor {
    pub id: i64,
    /// The topmost of its parents; itself where it has none.
    pub top: i64,
    pub code: String,
    pub kind: String,
    pub country: Option<String>,
    pub member_state: bool,
}

impl Donor {
    /// Whether this is somebody, not the donor that holds what nobody has placed yet.
    pub fn is_somebody(&self) -> bool {
        is_somebody(&self.code)
    }
}

/// Whether a donor's code is that of somebody, not of the donor that holds what nobody has placed yet.
pub fn is_somebody(code: &str) -> bool {
    code != UNIDENTIFIED
}

/// A fund.
#[derive(Debug, Clone, Deserialize)]
pub struct Fund {
    pub id: i64,
    pub code: String,
    /// `core` or `earmarked`, on the day.
    pub kind: Option<String>,
}

/// A setting in force.
#[derive(Debug, Clone, Deserialize)]
struct Setting {
    setting: String,
    fund: Option<i64>,
    value: serde_json::Value,
}

/// Everything there is to know of giving on a day, known at an instant.
#[derive(Debug, Clone)]
pub struct Known {
    /// The receipts.
    pub received: Vec<Received>,
    /// Donors without a parent, by id.
    pub donors: BTreeMap<i64, Donor>,
    /// Whose money counts with whose, by id.
    topmost: HashMap<i64, i64>,
    /// Funds, by code.
    pub funds: Vec<Fund>,
    /// How many Member States there are.
    pub member_states: u32,
    /// Years without data: of a fund, or of every fund.
    no_data: Vec<(Option<i64>, BTreeSet<i32>)>,
    /// What came in by year and fund, once somebody asked.
    by_fund: OnceLock<BTreeMap<(i32, i64), (Decimal, i64)>>,
}

impl Known {
    /// What came in by calendar year and fund, in US dollars, and how many receipts have no rate.
    pub fn by_year_and_fund(&self) -> &BTreeMap<(i32, i64), (Decimal, i64)> {
        self.by_fund.get_or_init(|| {
            let mut sums: BTreeMap<(i32, i64), (Decimal, i64)> = BTreeMap::new();
            for receipt in &self.received {
                let sum = sums.entry((receipt.year, receipt.fund_id)).or_default();
                *sum = (sum.0 + receipt.usd, sum.1 + receipt.without_rate);
            }
            sums
        })
    }

    /// Years without data in at least one of these funds: not having given in them is not certain, so no gap.
    pub fn no_data(&self, funds: &[i64]) -> BTreeSet<i32> {
        let of = |(fund, _): &&(Option<i64>, BTreeSet<i32>)| fund.is_none_or(|fund| funds.contains(&fund));
        self.no_data.iter().filter(of).flat_map(|(_, years)| years.iter().copied()).collect()
    }
}

/// Cash by topmost donor; the smallest parts there are sums of.
fn by_topmost(cash: &Cash, topmost: &HashMap<i64, i64>) -> Vec<Received> {
    let mut found: HashMap<(i64, i32, i64, &'static str), (Decimal, i64)> = HashMap::with_capacity(cash.len() * 16);
    for (donor, parts) in cash {
        let top_id = topmost.get(donor).copied().unwrap_or(*donor);
        for part in parts.iter() {
            let sum = found.entry((top_id, part.year, part.fund_id, part.earmarking)).or_default();
            *sum = (sum.0 + part.usd, sum.1 + part.without_rate);
        }
    }
    let row = |((top_id, year, fund_id, earmarking), (usd, without_rate))| Received {
        top_id,
        year,
        fund_id,
        earmarking,
        usd,
        without_rate,
    };
    found.into_iter().map(row).collect()
}

async fn ground(connection: &mut PgConnection, scope: &Scope) -> Result<serde_json::Value, sqlx::Error> {
    let mut select = Select::new(
        "select json_build_object(
            'donors', (select json_agg(json_build_object('id', d.id, 'top', t.top_id, 'code', d.code, 'kind', t.kind,
                    'country', t.country, 'member_state', t.member_state))
                from topmost_donors(",
    );
    scope.day_and_known(&mut select).sql(
        ") t join donors d on d.id = t.donor_id),
            'funds', (select json_agg(json_build_object('id', f.id, 'code', f.code, 'kind', ff.earmarking) order by f.code)
                from funds f left join funds_in_force(",
    );
    scope.day_and_known(&mut select).sql(
        ") ff on ff.fund_id = f.id),
            'settings', (select json_agg(json_build_object('setting', s.setting, 'fund', s.fund_id, 'value', s.value))
                from (select distinct on (s.setting, s.fund_id) s.setting, s.fund_id, s.value from setting_facts s
                    where s.setting in (",
    );
    select.bind(NO_DATA_YEARS.name).sql(", ").bind(MEMBER_STATES.name);
    select.sql(") and (s.in_force_from is null or s.in_force_from <= ");
    select.bind(scope.as_of.0).sql(") and was_known(s.recorded_at, s.voided_at, ").bind(scope.known_at.0);
    select.sql(") order by s.setting, s.fund_id, s.in_force_from desc nulls last) s))");
    select.done().build_query_scalar().fetch_one(connection).await
}

#[derive(Deserialize)]
struct GroundRow {
    donors: Option<Vec<Donor>>,
    funds: Option<Vec<Fund>>,
    settings: Option<Vec<Setting>>,
}

async fn read(memory: &Memory, connection: &mut PgConnection, scope: &Scope) -> Result<Known, sqlx::Error> {
    let ground = ground(&mut *connection, scope).await?;
    let ground: GroundRow = serde_json::from_value(ground).map_err(|error| sqlx::Error::Decode(error.into()))?;
    let donors = ground.donors.unwrap_or_default();
    let topmost: HashMap<i64, i64> = donors.iter().map(|donor| (donor.id, donor.top)).collect();
    let days = (NaiveDate::from_ymd_opt(EARLIEST_YEAR, 1, 1).unwrap_or_default(), scope.as_of.0);
    let received = by_topmost(&*cash(memory, connection, scope, days).await?, &topmost);
    let settings = ground.settings.unwrap_or_default();
    let member_states = settings.iter().find(|setting| setting.setting == MEMBER_STATES.name);
    let member_states = member_states.map_or_else(|| MEMBER_STATES.default_value(), |setting| setting.value.clone());
    let no_data = settings.iter().filter(|setting| setting.setting == NO_DATA_YEARS.name);
    Ok(Known {
        received,
        donors: donors.into_iter().filter(|donor| donor.id == donor.top).map(|donor| (donor.id, donor)).collect(),
        topmost,
        funds: ground.funds.unwrap_or_default(),
        member_states: member_states.as_u64().and_then(|many| many.try_into().ok()).unwrap_or_default(),
        no_data: no_data.map(|setting| (setting.fund, years(&setting.value))).collect(),
        by_fund: OnceLock::new(),
    })
}

/// One reading: whoever asks for it while it goes on waits for it, and nobody makes it twice.
type Reading<T> = Arc<OnceCell<Arc<T>>>;

/// How many days and instants are kept: a few megabytes each with a hundred thousand receipts.
const KEPT: usize = 4;

/// What was read already: all there is to know, and what came in a year before a day.
#[derive(Default)]
pub struct KnownGiving {
    known: Kept<(AsOf, KnownAt), Reading<Known>, KEPT>,
    earlier: Kept<(AsOf, KnownAt, NaiveDate), Reading<Vec<Received>>, KEPT>,
}

async fn read_beside(memory: Memory, db: Db, scope: Scope) -> Result<Arc<Known>, sqlx::Error> {
    let mut tx = db.read_for_export().await?;
    let known = read(&memory, &mut tx, &scope).await?;
    tx.end();
    Ok(Arc::new(known))
}

/// What giving rests on: what moves cash, and who donors are and the settings.
static GROUND: LazyLock<Vec<&'static FactTable>> = LazyLock::new(|| {
    let own: [&'static FactTable; 2] = [&DONOR_FACTS, &SETTING_FACTS];
    [&OF_ALL[..], &OF_A_PLEDGE, &OF_A_DONOR, &own].concat()
});

struct Rests;

impl RestsOn for Rests {
    fn tables() -> &'static [&'static FactTable] {
        &GROUND
    }
}

/// The last instant by then at which anything moved that giving rests on: what was known at the one was at the other.
///
/// # Errors
/// Where the database fails.
pub async fn settled(
    memory: &Memory,
    connection: &mut PgConnection,
    known_at: KnownAt,
) -> Result<KnownAt, sqlx::Error> {
    settled::settled::<Rests>(memory, connection, known_at).await
}

/// What there is to know in a scope, whatever its filters; read if nobody has asked for it yet.
///
/// It is a pass over all receipts. On the site it goes on beside the page, to its end even where the page gives up, so
/// that the next one finds it. What was known at an instant is the same in every later snapshot.
///
/// # Errors
/// Where the database fails.
pub async fn known(memory: &Memory, connection: &mut PgConnection, scope: &Scope) -> Result<Arc<Known>, sqlx::Error> {
    let giving = memory.of::<KnownGiving>();
    let settled = settled(memory, &mut *connection, scope.known_at).await?;
    let reading = giving.known.get_or_default((scope.as_of, settled));
    if let Some(known) = reading.get() {
        return Ok(known.clone());
    }
    let plain = Scope { today: scope.today, ..Scope::new(scope.as_of, settled) };
    let Some(db) = memory.db().cloned() else {
        return reading
            .get_or_try_init(|| async { Ok(Arc::new(read(memory, connection, &plain).await?)) })
            .await
            .cloned();
    };
    let memory = memory.clone();
    let going_on =
        tokio::spawn(async move { reading.get_or_try_init(|| read_beside(memory, db, plain)).await.cloned() });
    going_on.await.map_err(|error| sqlx::Error::Io(std::io::Error::other(error)))?
}

/// What came in the year of `day` before it: nothing where the year begins with it.
///
/// # Errors
/// Where the database fails.
pub async fn before(
    memory: &Memory,
    connection: &mut PgConnection,
    scope: &Scope,
    day: NaiveDate,
) -> Result<Arc<Vec<Received>>, sqlx::Error> {
    let (Some(first), Some(last)) = (day.with_ordinal(1), day.pred_opt()) else { return Ok(Arc::default()) };
    if day == first || first > scope.as_of.0 {
        return Ok(Arc::default());
    }
    let topmost = known(memory, &mut *connection, scope).await?;
    let giving = memory.of::<KnownGiving>();
    let settled = settled(memory, &mut *connection, scope.known_at).await?;
    let reading = giving.earlier.get_or_default((scope.as_of, settled, day));
    let days = (first, last.min(scope.as_of.0));
    let plain = Scope { today: scope.today, ..Scope::new(scope.as_of, settled) };
    reading
        .get_or_try_init(|| async {
            let cash = cash(memory, connection, &plain, days).await?;
            Ok(Arc::new(by_topmost(&cash, &topmost.topmost)))
        })
        .await
        .cloned()
}
