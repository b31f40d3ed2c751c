//! Receipts and meeting notes posted through their forms, one by one, each with its audit row and synced to disk before it
//! is answered.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::Failure;
use crate::generate::AS_OF;
use crate::http::{Client, get, once, post};
use crate::report::{Report, ms};

/// Connections of the second case.
const MANY: usize = 16;

/// What is posted.
#[derive(Clone, Copy)]
pub enum Posted {
    /// Receipts, on pledges of which there are so many.
    Receipts(usize),
    /// Meeting notes, of donors of whom there are so many.
    Meetings(usize),
}

impl Posted {
    fn path(self) -> &'static str {
        match self {
            Posted::Receipts(_) => "/contributions/new",
            Posted::Meetings(_) => "/meetings/new",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Posted::Receipts(_) => "receipt",
            Posted::Meetings(_) => "meeting note",
        }
    }
}

/// Everything a form needs besides what is typed.
pub struct Counter {
    host: String,
    cookie: String,
    csrf: String,
    /// Makes references that no earlier run has used.
    run: String,
    next: AtomicUsize,
    posted: Posted,
}

impl Counter {
    /// Opens the form as those do who fill it in.
    pub async fn open(host: &str, cookie: &str, posted: Posted) -> Result<Arc<Self>, Failure> {
        let form = once(host, &get(host, posted.path(), cookie, false)).await?;
        let page = form.text()?;
        let csrf = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let csrf = csrf.ok_or("the form has no token")?.to_owned();
        let run = uuid::Uuid::new_v4();
        // Elsewhere than the run before: a pledge that every run pays has more to work out each time.
        let next = AtomicUsize::new(run.as_u128() as usize % 1_000_000);
        let (host, cookie, run) = (host.to_owned(), cookie.to_owned(), run.simple().to_string());
        Ok(Arc::new(Counter { host, cookie, csrf, run, next, posted }))
    }

    /// The next one: a receipt on a pledge of the donor it comes from or on another's, said so in `paid_by`; a note of a
    /// meeting with one donor.
    fn request(&self) -> Vec<u8> {
        let nth = self.next.fetch_add(1, Ordering::Relaxed);
        let (form, one) = (uuid::Uuid::now_v7().to_string(), format!("B-{}-{nth}", self.run));
        let ours = [("csrf", self.csrf.as_str()), ("form_id", &form)];
        let (pledge, donor);
        let typed = match self.posted {
            Posted::Receipts(pledges) => {
                pledge = format!("P{:06}", nth * 7919 % pledges);
                vec![
                    ("ref", one.as_str()),
                    ("received_on", AS_OF),
                    ("donor", "D00001"),
                    ("amount", "100"),
                    ("currency", "USD"),
                    ("fund", "FEM"),
                    ("pledge", &pledge),
                    ("paid_by", "A bank"),
                    ("note", "A receipt of the benchmark"),
                ]
            }
            Posted::Meetings(donors) => {
                donor = format!("D{:05}", nth * 7919 % donors);
                vec![
                    ("title", one.as_str()),
                    ("held_on", AS_OF),
                    ("donors", &donor),
                    (
                        "outcomes",
                        "They will decide about the next round in spring, once the figures of the year are there",
                    ),
                    ("classification", "unclassified"),
                ]
            }
        };
        post(&self.host, self.posted.path(), &self.cookie, &[&ours[..], &typed].concat())
    }

    fn queue(&self, until: Instant) -> Result<Vec<Duration>, Failure> {
        let mut client = Client::connect(&self.host)?;
        let mut took = Vec::new();
        while Instant::now() < until {
            let request = self.request();
            let begun = Instant::now();
            let answer = client.ask(&request, true)?;
            if answer.status != 303 {
                let name = self.posted.name();
                return Err(format!("a {name} was answered {}: {}", answer.status, answer.text()?).into());
            }
            took.push(begun.elapsed());
        }
        Ok(took)
    }

    async fn crowd(self: &Arc<Self>, connections: usize, time: Duration) -> Result<Vec<Duration>, Failure> {
        let until = Instant::now() + time;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..connections {
            let counter = Arc::clone(self);
            tasks.spawn_blocking(move || counter.queue(until));
        }
        let mut all = Vec::new();
        while let Some(done) = tasks.join_next().await {
            all.extend(done??);
        }
        all.sort_unstable();
        Ok(all)
    }

    /// One connection, then many.
    pub async fn measure(self: Arc<Self>, folder: &Path, time: Duration, report: &mut Report) -> Result<(), Failure> {
        let name = self.posted.name();
        self.crowd(4, Duration::from_millis(700)).await?;
        let sync = sync_of(folder)?;
        let quick = sync < Duration::from_millis(1);
        let one = self.crowd(1, time).await?;
        let (p50, p99) = (one[one.len() / 2], one[one.len() * 99 / 100]);
        let broken = [("time", quick && p50 > Duration::from_millis(4))];
        let told = format!("p50 {}, p99 {}", ms(p50), ms(p99));
        report.add(&format!("one {name} posted, durably"), told, format!("sync {}", ms(sync)), "< 4 ms", &broken);
        let many = self.crowd(MANY, time).await?;
        let rate = many.len() as f64 / time.as_secs_f64();
        let told = format!("{rate:.0}/s, p50 {}, p99 {}", ms(many[many.len() / 2]), ms(many[many.len() * 99 / 100]));
        let broken = [("rate", quick && rate < 300.0)];
        report.add(&format!("{name}s posted over {MANY} connections"), told, String::new(), "300/s", &broken);
        Ok(())
    }
}

/// How long the disk takes to keep 8 KB, the middle of a hundred tries.
fn sync_of(folder: &Path) -> std::io::Result<Duration> {
    let mut file = std::fs::File::create(folder.join("sync"))?;
    let mut took = Vec::new();
    for _ in 0..100 {
        file.write_all(&[7; 8192])?;
        let begun = Instant::now();
        file.sync_data()?;
        took.push(begun.elapsed());
    }
    took.sort_unstable();
    Ok(took[50])
}
