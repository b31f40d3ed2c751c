//! The database: pools that serve as a role owning no table, migrations, and the two kinds of transaction.
//!
//! Reading happens in one repeatable-read transaction a request; writing only through [`crate::facts::WriteTx`].

pub mod copy;

use std::ops::{Deref, DerefMut};
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnectionMetadata;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{Connection, Postgres, Transaction};

/// All migrations, forward only.
pub static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

/// The role the program works as. It owns no table; the operator or the private cluster makes it.
pub const APP_ROLE: &str = "dis_app";

/// A transaction that reads one snapshot and cannot write.
///
/// It ends where it is dropped, and nothing waits for that: there is nothing to commit, so the end goes out with what the
/// pool asks of a connection that comes back, which saves every page a round trip.
pub struct ReadTx(Transaction<'static, Postgres>);

impl ReadTx {
    /// Ends it here, before what comes next asks for a connection of its own.
    pub fn end(self) {}
}

impl Deref for ReadTx {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.0
    }
}

impl DerefMut for ReadTx {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.0
    }
}

/// Why the database cannot be used. Each is a sentence the operator can act on.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// It does not answer, or answers with an error.
    #[error("the database does not answer: {0}")]
    Away(#[from] sqlx::Error),
    /// The migrations did not run.
    #[error("the database could not be migrated: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The address is no address.
    #[error("DATABASE_URL is not the address of a PostgreSQL database: {0}")]
    Url(String),
    /// The account is a superuser's.
    #[error(
        "refusing to serve as the superuser \"{0}\": give an ordinary account in DATABASE_URL (docs/operations.md, \"Roles\")"
    )]
    Superuser(String),
    /// The role that serves is missing.
    #[error(
        "the role dis_app is missing: run CREATE ROLE dis_app; GRANT dis_app TO the account of DATABASE_URL (docs/operations.md, \"Roles\")"
    )]
    NoAppRole,
    /// The account may not act as the role that serves.
    #[error("the account \"{0}\" may not act as dis_app: run GRANT dis_app TO \"{0}\" (docs/operations.md, \"Roles\")")]
    NotAMember(String),
    /// The role that serves owns tables.
    #[error("the role dis_app owns tables: reassign them to the owner's account (docs/operations.md, \"Roles\")")]
    AppRoleOwnsTables,
    /// The server would lose what it has answered.
    #[error("refusing to run on a database with {0} switched off: what was answered could be lost")]
    NotDurable(String),
    /// The server is too old.
    #[error("PostgreSQL {0} is too old: version 15 or later is needed")]
    TooOld(String),
}

/// The pools of one process.
#[derive(Clone)]
pub struct Db {
    /// For pages and writes.
    pub pages: PgPool,
    /// For what a page records: a few, because each waits for the one before; the others wait here, in the order they
    /// came, without a connection that a page could read by.
    pub records: PgPool,
    /// For exports: four, with deadlines of their own.
    pub exports: PgPool,
    /// For imports that are checked and landed behind a page: two, the next waits.
    pub imports: PgPool,
}

/// How long a page's statement may run, and how long a page waits for a connection.
const PAGE_DEADLINE: Duration = Duration::from_millis(1800);
/// How long an export's or import's statement may run.
const LONG_DEADLINE: Duration = Duration::from_secs(600);
/// How long a connection rests before it is asked whether it is still there.
const RESTED: Duration = Duration::from_millis(500);
/// How many record at once: one writes, the next have read and wait for it.
const RECORDS_AT_ONCE: u32 = 3;
/// How many exports run at once; the next is told 429.
pub const EXPORTS_AT_ONCE: u32 = 4;
/// How many imports are checked or landed at once.
const IMPORTS_AT_ONCE: u32 = 2;

/// Reads the address of a database.
pub fn options_from_url(url: &str) -> Result<PgConnectOptions, DbError> {
    PgConnectOptions::from_str(url).map_err(|error| DbError::Url(error.to_string()))
}

/// A page's statements are short: a second process costs more than it helps, and takes a core from somebody else. And
/// they are asked over and over: to plan one anew for its values takes longer than most of them run.
fn for_a_page(options: PgConnectOptions) -> PgConnectOptions {
    options.options([("max_parallel_workers_per_gather", "0"), ("plan_cache_mode", "force_generic_plan")])
}

fn as_app(options: &PgConnectOptions, deadline: Duration) -> PgConnectOptions {
    let deadline = deadline.as_millis().to_string();
    options.clone().application_name("dis").options([
        ("role", APP_ROLE),
        ("timezone", "UTC"),
        ("statement_timeout", deadline.as_str()),
        ("idle_in_transaction_session_timeout", "60000"),
        ("jit", "off"),
        // How like a mistyped name must be to be offered: a letter wrong or missing in six.
        ("pg_trgm.word_similarity_threshold", "0.4"),
    ])
}

/// Asks a connection that has rested whether it is still there: one that PostgreSQL dropped is replaced, not handed to a
/// page. One in constant use is not asked, which saves its pages a round trip.
fn still_there(
    connection: &mut PgConnection,
    about: PoolConnectionMetadata,
) -> futures_util::future::BoxFuture<'_, Result<bool, sqlx::Error>> {
    Box::pin(async move {
        if about.idle_for > RESTED {
            connection.ping().await?;
        }
        Ok(true)
    })
}

impl Db {
    /// Checks that the database may be used and opens the pools. `deadline_pages` is false for commands, whose
    /// statements may take their time.
    pub async fn open(options: &PgConnectOptions, connections: u32, for_pages: bool) -> Result<Db, DbError> {
        check_server(options).await?;
        let deadline = if for_pages { PAGE_DEADLINE } else { LONG_DEADLINE };
        let short = |most: u32| {
            PgPoolOptions::new()
                .max_connections(most)
                .acquire_timeout(if for_pages { Duration::from_millis(1500) } else { Duration::from_secs(30) })
                .test_before_acquire(false)
                .before_acquire(still_there)
                .connect_lazy_with(if for_pages {
                    for_a_page(as_app(options, deadline))
                } else {
                    as_app(options, deadline)
                })
        };
        let (pages, records) = (short(connections), short(RECORDS_AT_ONCE));
        let exports = PgPoolOptions::new()
            .max_connections(EXPORTS_AT_ONCE)
            .acquire_timeout(Duration::from_millis(1500))
            .test_before_acquire(false)
            .before_acquire(still_there)
            .connect_lazy_with(as_app(options, LONG_DEADLINE));
        let imports = PgPoolOptions::new()
            .max_connections(IMPORTS_AT_ONCE)
            .acquire_timeout(LONG_DEADLINE)
            .connect_lazy_with(as_app(options, LONG_DEADLINE));
        Ok(Db { pages, records, exports, imports })
    }

    /// A snapshot for a page.
    pub async fn read(&self) -> Result<ReadTx, sqlx::Error> {
        begin(&self.pages, SNAPSHOT).await.map(ReadTx)
    }

    /// A snapshot for an export, from the exports' own pool.
    pub async fn read_for_export(&self) -> Result<ReadTx, sqlx::Error> {
        begin(&self.exports, SNAPSHOT).await.map(ReadTx)
    }

    /// A transaction that records, for [`crate::facts::WriteTx`] alone.
    pub(crate) async fn record(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        begin(&self.records, "begin").await
    }

    /// A transaction that may write what is no part of a change, for a page.
    pub async fn write(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        begin(&self.pages, "begin").await
    }

    /// A transaction that may write and takes longer than a page may.
    pub async fn write_long(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        begin(&self.imports, "begin").await
    }

    /// Closes the pools, waiting for what is under way.
    pub async fn close(&self) {
        tokio::join!(self.pages.close(), self.records.close(), self.exports.close(), self.imports.close());
    }
}

/// How a snapshot begins.
const SNAPSHOT: &str = "begin isolation level repeatable read read only";

/// Begins in a task of its own, to its end even where whoever asked has gone: cut off half-way, the transaction would be
/// open on a connection that counts as free, and the next to use it would be in it, with what it may do and who reads.
async fn begin(pool: &PgPool, statement: &'static str) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let pool = pool.clone();
    let begun = tokio::spawn(async move { pool.begin_with(statement).await });
    begun.await.map_err(|error| sqlx::Error::Io(std::io::Error::other(error)))?
}

/// Refuses a server that is too old, would lose what was answered, or would have us serve as somebody with more power
/// than we need.
async fn check_server(options: &PgConnectOptions) -> Result<(), DbError> {
    let mut plain = PgConnection::connect_with(options).await?;
    let (version, version_name, user, superuser, role_exists, member): (i32, String, String, bool, bool, bool) =
        sqlx::query_as(
            "select current_setting('server_version_num')::int, current_setting('server_version'), current_user::text,
                    (select rolsuper from pg_roles where rolname = current_user),
                    exists (select from pg_roles where rolname = 'dis_app'),
                    coalesce((select pg_has_role(current_user, oid, 'member') from pg_roles where rolname = 'dis_app'), false)",
        )
        .fetch_one(&mut plain)
        .await?;
    let durability: Vec<String> = sqlx::query_scalar(
        "select name from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit')
         and setting in ('off', 'false', '0') order by name",
    )
    .fetch_all(&mut plain)
    .await?;
    let owns: bool = sqlx::query_scalar(
        "select exists (select from pg_class c join pg_roles r on r.oid = c.relowner
         where r.rolname = 'dis_app' and c.relkind in ('r', 'p', 'v', 'm') and c.relpersistence <> 't')",
    )
    .fetch_one(&mut plain)
    .await?;
    plain.close().await?;
    if version < 150_000 {
        return Err(DbError::TooOld(version_name));
    }
    if let Some(setting) = durability.into_iter().next() {
        return Err(DbError::NotDurable(setting));
    }
    if superuser {
        return Err(DbError::Superuser(user));
    }
    if !role_exists {
        return Err(DbError::NoAppRole);
    }
    if !member {
        return Err(DbError::NotAMember(user));
    }
    if owns {
        return Err(DbError::AppRoleOwnsTables);
    }
    Ok(())
}

/// Runs the migrations as the owner. Safe with several instances starting at once: sqlx takes an advisory lock.
pub async fn migrate(owner: &PgConnectOptions) -> Result<(), DbError> {
    let mut connection = PgConnection::connect_with(&owner.clone().application_name("dis migrate")).await?;
    let role_exists: bool = sqlx::query_scalar("select exists (select from pg_roles where rolname = 'dis_app')")
        .fetch_one(&mut connection)
        .await?;
    if !role_exists {
        return Err(DbError::NoAppRole);
    }
    MIGRATOR.run(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// A statement put together from parts of the program's own text and bound values; nothing else can get in.
pub struct Select(sqlx::QueryBuilder<Postgres>);

impl Select {
    /// Begins with a part.
    pub fn new(sql: &'static str) -> Self {
        Select(sqlx::QueryBuilder::new(sql))
    }

    /// Appends a part of the program's own text.
    pub fn sql(&mut self, sql: &'static str) -> &mut Self {
        self.0.push(sql);
        self
    }

    /// Appends a bound value.
    pub fn bind<T>(&mut self, value: T) -> &mut Self
    where
        T: 'static + Send + sqlx::Encode<'static, Postgres> + sqlx::Type<Postgres>,
    {
        self.0.push_bind(value);
        self
    }

    /// Its text, with places for the values bound.
    pub fn text(self) -> String {
        self.0.into_string()
    }

    /// The builder, to run it.
    pub fn done(&mut self) -> &mut sqlx::QueryBuilder<Postgres> {
        &mut self.0
    }
}
