//! What the operator says: one struct from the environment, read once at the start. Secrets are wrapped.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use ipnet::IpNet;
use secrecy::SecretString;

/// Settings of every command, from the environment or flags of the same name.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// PostgreSQL to serve from; without it a private one is kept under DIS_DATA_DIR
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    pub database_url: Option<SecretString>,

    /// PostgreSQL account that owns the tables and migrates; DATABASE_URL where not given
    #[arg(long, env = "DIS_OWNER_DATABASE_URL", hide_env_values = true, global = true)]
    pub owner_database_url: Option<SecretString>,

    /// Folder for the private PostgreSQL and for files
    #[arg(long, env = "DIS_DATA_DIR", default_value = "./data", global = true)]
    pub data_dir: PathBuf,

    /// Folder with PostgreSQL's server programs, where they are in no usual place
    #[arg(long, env = "DIS_PG_BIN", global = true)]
    pub pg_bin: Option<PathBuf>,

    /// The agency's time zone: decides what day "today" is
    #[arg(long, env = "DIS_TIME_ZONE", default_value = "Africa/Nairobi", global = true)]
    pub time_zone: chrono_tz::Tz,
}

/// Settings of the server.
#[derive(Debug, Clone, Args)]
pub struct ServeConfig {
    /// Address to listen on
    #[arg(long, env = "DIS_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// Address people use, where that is not the one listened on: https there makes cookies Secure
    #[arg(long, env = "DIS_PUBLIC_URL")]
    pub public_url: Option<String>,

    /// Proxies whose X-Forwarded-For is believed, as networks separated by commas
    #[arg(long, env = "DIS_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpNet>,

    /// Token that opens /metrics to others than this machine
    #[arg(long, env = "DIS_METRICS_TOKEN", hide_env_values = true)]
    pub metrics_token: Option<SecretString>,

    /// Database connections for pages
    #[arg(long, env = "DIS_POOL", default_value_t = 16)]
    pub pool: u32,
}
