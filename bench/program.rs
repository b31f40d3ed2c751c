//! The program under measurement, as a process: its commands, its server, and what the kernel says of them.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::Failure;

/// The program and the data folder it works on.
pub struct Program {
    pub binary: PathBuf,
    pub data: PathBuf,
}

/// What a command did.
pub struct Done {
    pub succeeded: bool,
    pub said: String,
    pub took: Duration,
    /// The most memory it held, in bytes.
    pub memory: u64,
}

impl Program {
    fn command(&self, data: &Path) -> Command {
        let mut command = Command::new(&self.binary);
        command.env_remove("DATABASE_URL").env_remove("DIS_OWNER_DATABASE_URL").env_remove("DIS_PUBLIC_URL");
        command.env("DIS_DATA_DIR", data).stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    /// Runs a command to its end.
    pub async fn run(&self, arguments: &[&str]) -> Result<Done, Failure> {
        let begun = Instant::now();
        let mut command = self.command(&self.data);
        command.args(arguments).env("DIS_PASSWORD", crate::PASSWORD);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let pid = child.id().ok_or("the program ended at once")?;
        let watch = tokio::spawn(async move {
            let mut most = 0;
            loop {
                match memory(pid, "VmHWM") {
                    Some(held) => most = most.max(held),
                    None => return most,
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        let output = child.wait_with_output().await?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        let took = begun.elapsed();
        Ok(Done { succeeded: output.status.success(), said, took, memory: watch.await? })
    }

    /// Starts the server and waits until it answers on a page.
    pub async fn serve(&self, data: &Path, page: &str, cookie: &str) -> Result<(Server, Duration), Failure> {
        let begun = Instant::now();
        let mut command = self.command(data);
        let mut child =
            command.args(["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let mut said = BufReader::new(child.stderr.take().ok_or("no output")?).lines();
        tokio::spawn(async move {
            while let Ok(Some(line)) = said.next_line().await {
                // What a page does too slowly the table says, not a warning a request.
                if !line.contains("sqlx::query") {
                    eprintln!("{line}");
                }
            }
        });
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let line = lines.next_line().await?.ok_or("the server did not start")?;
        let host = line.strip_prefix("http://").ok_or("the server said something else than its address")?.to_owned();
        let answer = crate::http::once(&host, &crate::http::get(&host, page, cookie, true)).await?;
        if answer.status != 200 {
            return Err(format!("the first page answered {}", answer.status).into());
        }
        let took = begun.elapsed();
        let pid = child.id().ok_or("the server ended")?;
        Ok((Server { child, pid, host }, took))
    }
}

/// The server, running.
pub struct Server {
    child: Child,
    pid: u32,
    pub host: String,
}

impl Server {
    /// Processor time used so far.
    pub fn used(&self) -> Result<Duration, Failure> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid))?;
        // After the name in brackets: state, then 10 more, then user and system time in ticks.
        let after = stat.rsplit_once(')').ok_or("no times")?.1;
        let fields: Vec<&str> = after.split_whitespace().collect();
        let ticks: u64 = fields[11].parse::<u64>()? + fields[12].parse::<u64>()?;
        Ok(Duration::from_millis(ticks * 10))
    }

    /// Memory held now, in bytes.
    pub fn memory(&self) -> u64 {
        memory(self.pid, "VmRSS").unwrap_or_default()
    }

    /// The most memory held since the start or the last time it was forgotten.
    pub fn most_memory(&self) -> u64 {
        memory(self.pid, "VmHWM").unwrap_or_default()
    }

    pub fn forget_most_memory(&self) -> std::io::Result<()> {
        std::fs::write(format!("/proc/{}/clear_refs", self.pid), "5")
    }

    /// Asks it to stop and waits for it.
    pub async fn stop(mut self) -> Result<(), Failure> {
        let pid = nix::unistd::Pid::from_raw(self.pid.cast_signed());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM)?;
        self.child.wait().await?;
        Ok(())
    }
}

fn memory(pid: u32, what: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(':'))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}
