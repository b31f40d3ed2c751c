//! What every handler is given.

use std::sync::Arc;

use ipnet::IpNet;
use secrecy::SecretString;
use tokio::sync::Semaphore;

use crate::db::Db;
use crate::kernel::Clock;

/// Shared by all requests; cheap to clone.
#[derive(Clone)]
pub struct AppState(pub Arc<Inner>);

/// What is shared.
pub struct Inner {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// The address people use: `https` makes cookies Secure, and its origin is the only one forms may come from.
    pub public_url: Option<String>,
    /// Proxies whose X-Forwarded-For is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// What opens /metrics to others than this machine.
    pub metrics_token: Option<SecretString>,
    /// Places for exports: the next is told to come back.
    pub exports: Arc<Semaphore>,
    /// Sums of arrears that were worked out already.
    pub arrears_totals: crate::arrears::KnownTotals,
    /// What secrets in the database are sealed with.
    pub seal: crate::users::Seal,
    /// The files of documents.
    pub files: crate::documents::Files,
    /// What else was worked out already.
    pub memory: crate::lists::Memory,
    /// Whether this is the demonstration: every page says so.
    pub demonstration: bool,
}

impl AppState {
    /// Whether people reach us over https.
    pub fn secure(&self) -> bool {
        self.0.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    /// The name of the session's cookie: `__Host-` where that can hold.
    pub fn cookie_name(&self) -> &'static str {
        if self.secure() { "__Host-dis_session" } else { "dis_session" }
    }
}
