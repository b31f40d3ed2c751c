//! The private PostgreSQL: a cluster of our own under the data folder, for whoever has no `DATABASE_URL`.
//!
//! It listens on a Unix socket in a folder only its account can enter, and on nothing else; that is why it needs no passwords.
//! Every process that uses it holds a share of `postgres-users.lock`; the last one to give its share back stops the server.
//! The kernel lets go of the locks of a process that is killed, so a server left running is simply adopted by the next one.
//!
//! On disk: `postgres` in the data folder (a folder, or a link to one where the server's account cannot reach the data
//! folder), and in it `cluster`, `socket` and `start.log`; the server's own log is in `cluster/log`.

mod account;
mod binaries;
mod cluster;
mod error;
mod home;
mod lock;
mod server;

use std::path::{Path, PathBuf};

use sqlx::AssertSqlSafe;
use sqlx::postgres::{PgConnectOptions, PgConnection};

pub use error::EmbeddedError;

use account::Account;
use lock::Lock;
use server::Server;

/// Owns the databases; migrations run as it.
pub const OWNER_ROLE: &str = "dis_owner";
/// Serves the site; owns nothing.
pub const APP_ROLE: &str = "dis_app";

/// A share in the private PostgreSQL of a data folder. Give it back with [`PrivateCluster::close`]:
/// one that is only dropped leaves the server running for the next to adopt.
#[must_use = "the server stays up until its last user calls close()"]
pub struct PrivateCluster {
    server: Server,
    locks: Locks,
    share: Lock,
}

/// What giving a share back did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Ours was the last share: the server is stopped.
    Yes,
    /// Others still use the server: it goes on running.
    OthersRemain,
}

struct Locks {
    /// Held alone by whoever starts or stops the server.
    startup: PathBuf,
    /// Held together by all who use it.
    users: PathBuf,
    account: Account,
}

impl Locks {
    async fn startup(&self) -> Result<Lock, EmbeddedError> {
        Lock::exclusive(&self.startup, &self.account).await
    }

    async fn share(&self) -> Result<Lock, EmbeddedError> {
        Lock::shared(&self.users, &self.account).await
    }

    /// The users' lock for ourselves, where nobody has a share.
    fn last(&self) -> Result<Option<Lock>, EmbeddedError> {
        Lock::try_exclusive(&self.users, &self.account)
    }
}

impl PrivateCluster {
    /// Opens the private cluster under `data_dir`: makes it if it is absent, starts it or adopts a running one, and takes a share of it.
    /// `pg_bin` (`DIS_PG_BIN`) says where PostgreSQL's server programs are; without it they are looked for.
    pub async fn open(data_dir: &Path, pg_bin: Option<&Path>) -> Result<Self, EmbeddedError> {
        let data_dir = home::data_folder(data_dir)?;
        let account = account::choose(&data_dir)?;
        let locks = Locks {
            startup: data_dir.join("postgres-startup.lock"),
            users: data_dir.join("postgres-users.lock"),
            account: account.clone(),
        };

        let _starting = locks.startup().await?;
        let alone = locks.last()?.is_some();
        let share = locks.share().await?;

        let made_by = cluster::made_by(&data_dir.join(home::NAME))?;
        let programs = binaries::find(pg_bin, &account, made_by).await?;
        let home = home::find_or_make(&data_dir, &account, &programs).await?;
        cluster::make_if_absent(&home, &account, &programs).await?;
        let socket_dir = home::socket_folder(&home, &account)?;
        let server = Server { programs, account, home, socket_dir };
        let up = async {
            let mut connection = server.up(alone).await?;
            cluster::ensure_roles(&mut connection).await
        };
        if let Err(error) = up.await {
            if alone {
                // The first error is the one to tell; a server that cannot be stopped either is adopted by the next who opens.
                let _ = server.stop().await;
            }
            return Err(error);
        }
        Ok(Self { server, locks, share })
    }

    /// Options for connecting as `role` to `database` over the private socket.
    pub fn options(&self, role: &str, database: &str) -> PgConnectOptions {
        self.server.options(role, database)
    }

    /// Starts the server again if it was killed while we were using it.
    pub async fn revive(&self) -> Result<(), EmbeddedError> {
        let _starting = self.locks.startup().await?;
        // Never alone: our own share stands, and a share is all that can be seen of it.
        self.server.up(false).await.map(drop)
    }

    /// Creates the database, owned by [`OWNER_ROLE`], if it is not there; several may do so at once.
    pub async fn ensure_database(&self, name: &str) -> Result<(), EmbeddedError> {
        let quoted = quoted_database(name)?;
        let mut connection =
            self.server.connect("postgres").await.map_err(EmbeddedError::sql("reach the private PostgreSQL"))?;
        let there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
            .bind(name)
            .fetch_one(&mut connection)
            .await
            .map_err(EmbeddedError::sql("list the databases"))?;
        if !there {
            let create = format!("CREATE DATABASE {quoted} OWNER {OWNER_ROLE}");
            unless_there_already(run(&mut connection, create).await)
                .map_err(EmbeddedError::sql("create the database"))?;
        }
        Ok(())
    }

    /// Drops the database with everything in it, ending the connections to it.
    pub async fn drop_database(&self, name: &str) -> Result<(), EmbeddedError> {
        let quoted = quoted_database(name)?;
        let mut connection =
            self.server.connect("postgres").await.map_err(EmbeddedError::sql("reach the private PostgreSQL"))?;
        run(&mut connection, format!("DROP DATABASE IF EXISTS {quoted} WITH (FORCE)"))
            .await
            .map_err(EmbeddedError::sql("drop the database"))
    }

    /// Gives the share back; the last one to do so stops the server. Close the pools first: connections still open are cut.
    pub async fn close(self) -> Result<Stopped, EmbeddedError> {
        let _stopping = self.locks.startup().await?;
        drop(self.share);
        let Some(_last) = self.locks.last()? else {
            return Ok(Stopped::OthersRemain);
        };
        self.server.stop().await?;
        self.server.leave_socket_folder();
        Ok(Stopped::Yes)
    }

    pub fn socket_dir(&self) -> &Path {
        &self.server.socket_dir
    }

    /// Where `pg_dump`, `pg_restore` and their like of the cluster's own version are.
    pub fn bin_dir(&self) -> &Path {
        &self.server.programs.dir
    }
}

/// Our names are constants and what stands here is quoted: no text of a visitor's gets this far.
async fn run(connection: &mut PgConnection, statement: String) -> sqlx::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(connection).await.map(drop)
}

/// Takes "exists already" for success: somebody else was quicker (duplicate_database, duplicate_object, unique_violation).
fn unless_there_already(result: sqlx::Result<()>) -> sqlx::Result<()> {
    match result {
        Err(sqlx::Error::Database(error)) if matches!(error.code().as_deref(), Some("42P04" | "42710" | "23505")) => {
            Ok(())
        }
        other => other,
    }
}

fn quoted_database(name: &str) -> Result<String, EmbeddedError> {
    let reserved = name == "postgres" || name.starts_with("template") || name.starts_with("pg_");
    if reserved || name.is_empty() || name.len() > 63 || name.contains('\0') {
        return Err(EmbeddedError::DatabaseName(name.to_owned()));
    }
    Ok(format!("\"{}\"", name.replace('"', "\"\"")))
}
