//! Facts, changes and balances on a real database: recorded, corrected, known at an instant, and found out when altered.

use chrono::{DateTime, Utc};
use dis::access::Role;
use dis::balances;
use dis::db::{self, Db};
use dis::embedded::{APP_ROLE, OWNER_ROLE, PrivateCluster};
use dis::facts::tables::{
    CONTRIBUTION_FACTS, DONOR_FACTS, EXCHANGE_RATES, FUND_FACTS, INSTALMENTS, PLEDGE_EVENTS, PLEDGE_TERMS, UNIT_FACTS,
};
use dis::facts::{Actor, Recorded, WriteTx, history};
use dis::kernel::ids::{PledgeId, SYSTEM_ACCOUNT};
use dis::verify::{Head, verify};
use rust_decimal::Decimal;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

use crate::prepared;

/// A migrated database of its own on a private server of its own.
pub struct Ground {
    _folder: TempDir,
    pub cluster: PrivateCluster,
    pub db: Db,
}

/// The account `system`.
pub fn actor() -> Actor {
    Actor { account: SYSTEM_ACCOUNT, role: Role::System, os_user: None }
}

impl Ground {
    /// A private server of its own, empty.
    pub async fn server() -> (TempDir, PrivateCluster) {
        let folder = prepared::folder();
        let cluster = PrivateCluster::open(&folder.path().join("data"), None).await.unwrap();
        (folder, cluster)
    }

    pub async fn new() -> Self {
        let folder = prepared::folder();
        prepared::migrated(folder.path()).await;
        Ground::found(folder).await
    }

    /// One that holds the demonstration.
    pub async fn filled() -> Self {
        let folder = prepared::folder();
        prepared::filled(folder.path()).await;
        Ground::found(folder).await
    }

    async fn found(folder: TempDir) -> Self {
        let cluster = PrivateCluster::open(&folder.path().join("data"), None).await.unwrap();
        let db = Db::open(&cluster.options(APP_ROLE, "dis"), 4, false).await.unwrap();
        Ground { _folder: folder, cluster, db }
    }

    /// Closes it, and leaves what is on disk.
    pub async fn left(self) -> TempDir {
        let Ground { _folder: folder, cluster, db } = self;
        db.close().await;
        cluster.close().await.unwrap();
        folder
    }

    /// One made from nothing; others are copies of it.
    pub async fn made() -> Self {
        let (folder, cluster) = Ground::server().await;
        cluster.ensure_database("dis").await.unwrap();
        let owner = cluster.options(OWNER_ROLE, "dis");
        let (one, two) = tokio::join!(db::migrate(&owner), db::migrate(&owner));
        one.unwrap();
        two.unwrap();
        let db = Db::open(&cluster.options(APP_ROLE, "dis"), 4, false).await.unwrap();
        Ground { _folder: folder, cluster, db }
    }

    pub fn folder(&self) -> &std::path::Path {
        self._folder.path()
    }

    pub fn actor(&self) -> Actor {
        actor()
    }

    async fn write(&self) -> WriteTx {
        WriteTx::begin(&self.db, self.actor(), "import", Some("a test".into())).await.unwrap()
    }

    pub async fn owner(&self) -> PgConnection {
        PgConnection::connect_with(&self.cluster.options(OWNER_ROLE, "dis")).await.unwrap()
    }

    pub async fn broken(&self, noted: Option<&Head>) -> Vec<String> {
        let mut tx = self.db.read().await.unwrap();
        verify(&mut tx, noted).await.unwrap().broken
    }

    async fn overdue(&self, day: &str, known_at: DateTime<Utc>) -> Option<Decimal> {
        sqlx::query_scalar(
            "select sum(outstanding) from instalment_balances where overdue_during @> $1::text::date and known @> $2",
        )
        .bind(day)
        .bind(known_at)
        .fetch_one(&self.db.pages)
        .await
        .unwrap()
    }

    pub async fn close(self) {
        self.db.close().await;
        self.cluster.close().await.unwrap();
    }
}

/// A signed pledge of EUR 100 due on 1 March 2021, of which 40 were paid on 1 April.
async fn one_pledge(ground: &Ground) -> Recorded {
    let mut tx = ground.write().await;
    for label in [
        "insert into units (code, name, kind) values ('GSD', 'Global Solutions', 'division')",
        "insert into funds (code, name) values ('FEM', 'Foundation earmarked')",
        "insert into donors (code, name) values ('SWE', 'Sweden')",
        "insert into pledges (ref, title) values ('P-1', 'A pledge')",
        "insert into contributions (ref) values ('C-1')",
    ] {
        sqlx::query(label).execute(tx.connection()).await.unwrap();
    }
    UNIT_FACTS
        .record(&mut tx, "select code as key, null::bigint as replaces, id as unit_id, null::date as in_force_from, null::bigint as parent_id from units")
        .await
        .unwrap();
    FUND_FACTS
        .record(&mut tx, "select code as key, null::bigint as replaces, id as fund_id, null::date as in_force_from, 'earmarked' as earmarking from funds")
        .await
        .unwrap();
    DONOR_FACTS
        .record(&mut tx, "select code as key, null::bigint as replaces, id as donor_id, null::date as in_force_from, 'C01' as kind, 'SWE' as country, true as member_state, null::bigint as parent_id from donors")
        .await
        .unwrap();
    EXCHANGE_RATES
        .record(&mut tx, "select 'EUR 2021-01-01' as key, null::bigint as replaces, 'EUR' as currency, date '2021-01-01' as valid_from, 0.8 as units_per_usd")
        .await
        .unwrap();
    PLEDGE_TERMS
        .record(&mut tx, "select 'P-1' as key, null::bigint as replaces, 1::bigint as pledge_id, null::date as agreed_on, 1::bigint as donor_id, 1::bigint as unit_id, 1::bigint as fund_id, 'earmarked' as earmarking, 'EUR' as currency, 100 as amount, date '2021-01-01' as pledged_on, null::text as project, null::date as starts_on, null::date as ends_on, null::numeric as psc_percent")
        .await
        .unwrap();
    PLEDGE_EVENTS
        .record(&mut tx, "select 'P-1 signed' as key, null::bigint as replaces, 1::bigint as pledge_id, 'signed' as event, date '2021-01-15' as happened_on, null::integer as instalment_number, null::numeric as amount")
        .await
        .unwrap();
    INSTALMENTS
        .record(&mut tx, "select 'P-1 1' as key, null::bigint as replaces, 1::bigint as pledge_id, null::date as agreed_on, 1 as number, date '2021-03-01' as due_on, 100 as amount, null::text as condition")
        .await
        .unwrap();
    CONTRIBUTION_FACTS
        .record(&mut tx, "select 'C-1' as key, null::bigint as replaces, 1::bigint as contribution_id, 1::bigint as donor_id, 'EUR' as currency, 40 as amount, date '2021-04-01' as received_on, 1::bigint as fund_id, 'cash' as kind, 1::bigint as pledge_id, null::integer as instalment_number, null::bigint as reverses_id, null::text as paid_by, null::bigint as unit_id")
        .await
        .unwrap();
    tx.audit(
        "pledges",
        "select 1::bigint as entity_id, null::jsonb as before, '{\"title\": \"A pledge\"}'::jsonb as after",
    )
    .await
    .unwrap();
    balances::recompute(&mut tx, &[PledgeId(1)]).await.unwrap();
    tx.commit().await.unwrap().unwrap()
}

/// The receipt was 60, not 40.
async fn corrected(ground: &Ground) -> Recorded {
    let mut tx = ground.write().await;
    let voided = CONTRIBUTION_FACTS.void(&mut tx, "select id from contribution_facts where contribution_id = 1").await;
    assert_eq!(voided.unwrap(), 1);
    CONTRIBUTION_FACTS
        .record(&mut tx, "select key, id as replaces, contribution_id, donor_id, currency, 60 as amount, received_on, fund_id, kind, pledge_id, instalment_number, reverses_id, paid_by, unit_id from contribution_facts where contribution_id = 1")
        .await
        .unwrap();
    balances::recompute(&mut tx, &[PledgeId(1)]).await.unwrap();
    tx.commit().await.unwrap().unwrap()
}

#[tokio::test]
async fn a_correction_leaves_the_earlier_figure_as_it_was_known() {
    let ground = Ground::new().await;
    let first = one_pledge(&ground).await;
    assert_eq!(ground.overdue("2021-03-01", first.at).await, None, "due on the day is not overdue");
    assert_eq!(ground.overdue("2021-03-02", first.at).await, Some(Decimal::from(100)));
    assert_eq!(ground.overdue("2021-04-01", first.at).await, Some(Decimal::from(60)));
    let second = corrected(&ground).await;
    assert!(second.at > first.at);
    assert_eq!(ground.overdue("2021-04-01", first.at).await, Some(Decimal::from(60)));
    assert_eq!(ground.overdue("2021-04-01", second.at).await, Some(Decimal::from(40)));
    assert_eq!(ground.overdue("2021-03-31", second.at).await, Some(Decimal::from(100)));
    let before = first.at - chrono::TimeDelta::microseconds(1);
    assert_eq!(ground.overdue("2021-04-01", before).await, None);

    let mut tx = ground.db.read().await.unwrap();
    let told = history(&mut tx, &[&CONTRIBUTION_FACTS], "contributions", 1, second.at).await.unwrap();
    assert_eq!(told.len(), 2);
    assert_eq!(told[0].content["amount"].as_f64(), Some(60.0));
    assert!(told[0].replaces.is_some() && told[1].voided_at == Some(second.at));
    tx.end();
    assert_eq!(ground.broken(None).await, Vec::<String>::new());
    ground.close().await;
}

#[tokio::test]
async fn the_programs_role_cannot_change_a_fact_and_verify_finds_who_could() {
    let ground = Ground::new().await;
    one_pledge(&ground).await;
    corrected(&ground).await;
    for forbidden in [
        "update contribution_facts set amount = 1",
        "delete from contribution_facts",
        "update changes set reason = 'none'",
        "delete from audit_entries",
        "drop table pledges",
        "update contribution_facts set voided_at = null, voided_change_id = null",
    ] {
        let refused = sqlx::query(forbidden).execute(&ground.db.pages).await;
        assert!(refused.is_err(), "{forbidden}");
    }
    let mut tx = ground.db.read().await.unwrap();
    let head = verify(&mut tx, None).await.unwrap().head;
    tx.end();
    assert_eq!(ground.broken(Some(&head)).await, Vec::<String>::new());

    let mut owner = ground.owner().await;
    let off = "alter table contribution_facts disable trigger user; alter table changes disable trigger user;";
    sqlx::raw_sql(off).execute(&mut owner).await.unwrap();
    for (alter, mend) in [
        (
            "update contribution_facts set amount = 61 where voided_at is null",
            "update contribution_facts set amount = 60 where voided_at is null",
        ),
        ("update changes set reason = 'another' where id = 1", "update changes set reason = 'a test' where id = 1"),
        (
            "update instalment_balances set outstanding = outstanding + 1",
            "update instalment_balances set outstanding = outstanding - 1",
        ),
    ] {
        sqlx::query(AssertSqlSafe(alter)).execute(&mut owner).await.unwrap();
        assert!(!ground.broken(None).await.is_empty(), "{alter} went unnoticed");
        sqlx::query(AssertSqlSafe(mend)).execute(&mut owner).await.unwrap();
        assert_eq!(ground.broken(None).await, Vec::<String>::new());
    }
    // The tail cut off, and the head set back to hide it: only the head noted outside shows that.
    let cut = "update contribution_facts set voided_at = null, voided_change_id = null where voided_change_id = 2 and change_id = 1;";
    sqlx::raw_sql("delete from allocations where lower(known) = (select recorded_at from changes where id = 2);
        delete from contribution_facts where change_id = 2;
        delete from pledge_balances where lower(known) = (select recorded_at from changes where id = 2);
        delete from instalment_balances where lower(known) = (select recorded_at from changes where id = 2);
        update allocations set known = tstzrange(lower(known), null);
        update pledge_balances set known = tstzrange(lower(known), null);
        update instalment_balances set known = tstzrange(lower(known), null);
        delete from changes where id = 2;
        update change_head set (change_id, recorded_at, hash) = (select id, recorded_at, hash from changes where id = 1)")
        .execute(&mut owner)
        .await
        .unwrap();
    sqlx::raw_sql(cut).execute(&mut owner).await.unwrap();
    sqlx::query("select keep_cash_of(array(select id from donors))").execute(&mut owner).await.unwrap();
    assert_eq!(ground.broken(None).await, Vec::<String>::new());
    assert_eq!(ground.broken(Some(&head)).await.len(), 1);
    owner.close().await.unwrap();
    ground.close().await;
}

#[tokio::test]
async fn who_goes_away_while_a_transaction_begins_leaves_none_open() {
    let ground = Ground::new().await;
    for wait in 0..300 {
        // Cut off at every point of its beginning.
        let cut_off = std::time::Duration::from_micros(wait * 5);
        drop(tokio::time::timeout(cut_off, ground.db.read()).await);
    }
    let mut held = Vec::new();
    for _ in 0..ground.db.pages.options().get_max_connections() {
        let mut connection = ground.db.pages.acquire().await.unwrap();
        let read_only: String = sqlx::query_scalar("select current_setting('transaction_read_only')")
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        assert_eq!(read_only, "off", "a snapshot was left open on a connection that counts as free");
        held.push(connection);
    }
    drop(held);
    ground.close().await;
}
