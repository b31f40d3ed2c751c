//! Where the data is: the operator's PostgreSQL, or the private one under the data folder. Migrated once opened.

use std::time::Duration;

use secrecy::ExposeSecret;
use sqlx::postgres::PgConnectOptions;

use crate::config::Config;
use crate::db::{self, Db, DbError};
use crate::embedded::{APP_ROLE, EmbeddedError, OWNER_ROLE, PrivateCluster};

/// The name of the database in the private PostgreSQL.
const DATABASE: &str = "dis";
/// How often a server looks whether its private PostgreSQL is still there.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Why there is no database to work with.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// The private PostgreSQL did not start.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// The database refused, or was refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// A migrated database, and the private server that keeps it, if it is ours.
pub struct Database {
    app: PgConnectOptions,
    cluster: Option<PrivateCluster>,
}

impl Database {
    /// Opens the database the configuration names, or the private one, and migrates it.
    pub async fn open(config: &Config) -> Result<Self, HomeError> {
        if let Some(url) = &config.database_url {
            let app = db::options_from_url(url.expose_secret())?;
            let owner = match &config.owner_database_url {
                Some(owner) => db::options_from_url(owner.expose_secret())?,
                None => app.clone(),
            };
            db::migrate(&owner).await?;
            return Ok(Database { app, cluster: None });
        }
        let cluster = PrivateCluster::open(&config.data_dir, config.pg_bin.as_deref()).await?;
        match Self::prepare(&cluster).await {
            Ok(app) => Ok(Database { app, cluster: Some(cluster) }),
            Err(error) => {
                cluster.close().await?;
                Err(error)
            }
        }
    }

    async fn prepare(cluster: &PrivateCluster) -> Result<PgConnectOptions, HomeError> {
        cluster.ensure_database(DATABASE).await?;
        db::migrate(&cluster.options(OWNER_ROLE, DATABASE)).await?;
        Ok(cluster.options(APP_ROLE, DATABASE))
    }

    /// Opens the pools the program works with.
    pub async fn serve(&self, connections: u32, for_pages: bool) -> Result<Db, DbError> {
        Db::open(&self.app, connections, for_pages).await
    }

    /// Starts the private PostgreSQL again whenever it has gone from under a server; never ends. A PostgreSQL of the
    /// operator's is theirs to start: the pools find it again by themselves.
    pub async fn keep_up(&self, db: &Db) {
        let Some(cluster) = &self.cluster else { return std::future::pending().await };
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            if sqlx::query("select 1").execute(&db.exports).await.is_ok() {
                continue;
            }
            // It may only be busy: reviving asks it first.
            if let Err(error) = cluster.revive().await {
                tracing::error!(%error, "the private PostgreSQL could not be started again");
            }
        }
    }

    /// Gives the private PostgreSQL back, if there is one; its last user stops it.
    pub async fn close(self) -> Result<(), EmbeddedError> {
        if let Some(cluster) = self.cluster {
            cluster.close().await?;
        }
        Ok(())
    }
}
