//! The statements the server really sends for a page, taken from PostgreSQL's own log, and what PostgreSQL does with
//! nothing but them: that is the limit a page is held against.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use dis::embedded::{APP_ROLE, PrivateCluster};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::process::Command;

use crate::Failure;

/// A statement with the values it was sent with.
pub struct Statement {
    pub text: String,
    pub values: Vec<Option<String>>,
}

/// PostgreSQL, reached beside the program.
pub struct Postgres<'c> {
    cluster: &'c PrivateCluster,
    log: PathBuf,
}

impl<'c> Postgres<'c> {
    pub fn new(cluster: &'c PrivateCluster, data: &Path) -> Self {
        Postgres { cluster, log: data.join("postgres/cluster/log") }
    }

    async fn settle(&self, statements: &[&'static str]) -> Result<(), Failure> {
        let mut connection = PgConnection::connect_with(&self.cluster.options("postgres", "dis")).await?;
        for statement in statements {
            sqlx::raw_sql(AssertSqlSafe(*statement)).execute(&mut connection).await?;
        }
        connection.close().await?;
        tokio::time::sleep(Duration::from_millis(300)).await;
        Ok(())
    }

    /// Files documents, each with the words of some meetings as the text of its file; a tenth of them classified. They
    /// come to the database as rows: there is no import of files, and no page here reads the files themselves.
    pub async fn file_documents(&self, many: usize) -> Result<(), Failure> {
        let statements = format!(
            "insert into documents (title, kind, language, file_name, classification, author_id, filed_at)
             select m.title, (array['development_strategy', 'agreement', 'letter', 'report', 'minutes'])[1 + m.id % 5], 'en',
                    'file-' || m.id || '.pdf', m.classification, m.author_id, c.recorded_at
             from meetings m cross join (select recorded_at from changes order by id desc limit 1) c
             order by m.id limit {many};
             insert into document_donors (document_id, donor_id, nth)
             select d.id, md.donor_id, md.nth from documents d join meetings m on d.file_name = 'file-' || m.id || '.pdf'
             join meeting_donors md on md.meeting_id = m.id;
             insert into document_versions (document_id, number, file_id, name, media_type, bytes, sha256, classification,
                change_id, recorded_at, account_id)
             select d.id, 1, gen_random_uuid(), d.file_name, 'application/pdf', 100000, sha256(d.file_name::bytea),
                    d.classification, (select max(id) from changes), d.filed_at, d.author_id from documents d;
             insert into document_texts (version_id, state, text)
             select v.id, 'taken', t.text from document_versions v cross join lateral (
                select string_agg(concat_ws(E'\\n', m.purpose, m.summary, m.outcomes), E'\\n') as text
                from meetings m where m.id between v.document_id * 3 and v.document_id * 3 + 5) t;"
        );
        let mut connection = PgConnection::connect_with(&self.cluster.options("postgres", "dis")).await?;
        sqlx::raw_sql(AssertSqlSafe(statements)).execute(&mut connection).await?;
        connection.close().await?;
        Ok(())
    }

    /// What autovacuum would have done by the time people use what was loaded.
    pub async fn tidy(&self) -> Result<String, Failure> {
        self.settle(&["vacuum analyze", "checkpoint"]).await?;
        let mut connection = PgConnection::connect_with(&self.cluster.options(APP_ROLE, "dis")).await?;
        let version: String = sqlx::query_scalar("show server_version").fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok(version)
    }

    /// Whatever the program sends while `act` goes on.
    pub async fn sent_during(&self, act: impl Future<Output = Result<(), Failure>>) -> Result<Vec<Statement>, Failure> {
        self.settle(&[
            "alter system set log_destination = 'jsonlog'",
            "alter system set log_error_verbosity = 'default'",
            "alter system set log_statement = 'all'",
            "select pg_reload_conf()",
        ])
        .await?;
        let before = self.logged()?.len();
        act.await?;
        self.settle(&["alter system reset all", "select pg_reload_conf()"]).await?;
        let logged = self.logged()?;
        // By connection, in the order they began: one that ends as another begins is not in the midst of it.
        let mut sent: Vec<(String, Vec<Statement>)> = Vec::new();
        for line in logged[before..].lines() {
            let entry: serde_json::Value = serde_json::from_str(line)?;
            if entry["application_name"] != "dis" {
                continue;
            }
            let message = entry["message"].as_str().unwrap_or_default();
            let text = match (message.strip_prefix("statement: "), message.strip_prefix("execute ")) {
                (Some(text), _) => text,
                (_, Some(rest)) => rest.split_once(": ").ok_or("a statement without a name")?.1,
                _ => continue,
            };
            let values = entry["detail"].as_str().and_then(|detail| detail.split_once(": ")).map(|(_, list)| list);
            let statement = Statement { text: text.trim().to_owned(), values: read_values(values.unwrap_or_default()) };
            let connection = entry["session_id"].as_str().unwrap_or_default();
            match sent.iter_mut().find(|(one, _)| one == connection) {
                Some((_, statements)) => statements.push(statement),
                None => sent.push((connection.to_owned(), vec![statement])),
            }
        }
        // A page reads on one; what another did meanwhile is not of this page.
        Ok(sent.into_iter().map(|(_, statements)| statements).max_by_key(Vec::len).unwrap_or_default())
    }

    fn logged(&self) -> std::io::Result<String> {
        let mut all = String::new();
        let mut files: Vec<PathBuf> = std::fs::read_dir(&self.log)?.flatten().map(|entry| entry.path()).collect();
        files.retain(|file| file.extension().is_some_and(|end| end == "json"));
        files.sort();
        for file in files {
            all.push_str(&std::fs::read_to_string(file)?);
        }
        Ok(all)
    }

    fn tool(&self, name: &str) -> Command {
        let beside = self.cluster.bin_dir().join(name);
        let mut command = Command::new(if beside.exists() { beside } else { name.into() });
        command.arg("-h").arg(self.cluster.socket_dir()).args(["-U", APP_ROLE]);
        command
            .env(
                "PGOPTIONS",
                "-c jit=off -c timezone=UTC -c max_parallel_workers_per_gather=0 -c plan_cache_mode=force_generic_plan",
            )
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// Transactions a second that pgbench gets with these statements, values and all.
    pub async fn limit(&self, folder: &Path, statements: &[Statement], time: Duration) -> Result<f64, Failure> {
        let (mut script, mut values) = (String::new(), Vec::new());
        for (at, statement) in statements.iter().enumerate() {
            let text = statement.with(|number, value| {
                if value.is_none() {
                    return "null".into();
                }
                let name = format!("v{at}x{number}");
                let value = value.unwrap_or_default();
                values.push(format!("{name}={value}"));
                format!(":{name}")
            });
            script.push_str(&text);
            script.push_str(";\n");
        }
        let file = folder.join("page.sql");
        std::fs::write(&file, script)?;
        let mut command = self.tool("pgbench");
        command.args(["-n", "-M", "prepared", "-c", "8", "-j", "2", "-T", &time.as_secs().to_string(), "-f"]).arg(file);
        values.sort();
        values.dedup();
        for value in values {
            command.arg("-D").arg(value);
        }
        let output = command.arg("dis").output().await?;
        let said = String::from_utf8_lossy(&output.stdout);
        let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split_whitespace().next()?.parse().ok());
        let complaint = String::from_utf8_lossy(&output.stderr);
        rate.filter(|_| output.status.success()).ok_or_else(|| format!("pgbench: {complaint}").into())
    }

    /// How long psql takes to copy out what a statement gives, and how many rows that is.
    pub async fn copy_out(&self, statement: &Statement) -> Result<(usize, Duration), Failure> {
        let text = statement.with(|_, value| match value {
            Some(value) => format!("'{}'", value.replace('\'', "''")),
            None => "null".into(),
        });
        // On one line: psql's \copy ends with it. A comment of ours would swallow the rest.
        let lines: Vec<&str> = text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
        let command = format!("\\copy ({}) to stdout csv header", lines.join(" "));
        let begun = Instant::now();
        let output = self.tool("psql").args(["-X", "-d", "dis", "-c", &command]).output().await?;
        let took = begun.elapsed();
        if !output.status.success() {
            return Err(format!("psql: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        Ok((output.stdout.iter().filter(|byte| **byte == b'\n').count() - 1, took))
    }
}

impl Statement {
    /// Its text with something in place of every value.
    fn with(&self, mut place: impl FnMut(usize, Option<&str>) -> String) -> String {
        let mut text = String::with_capacity(self.text.len());
        let mut rest = self.text.as_str();
        while let Some(at) = rest.find('$') {
            text.push_str(&rest[..at]);
            let digits = rest[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
            let number: usize = rest[at + 1..at + 1 + digits].parse().unwrap_or(0);
            rest = &rest[at + 1 + digits..];
            match number.checked_sub(1).and_then(|index| self.values.get(index)) {
                Some(value) => text.push_str(&place(number, value.as_deref())),
                None => text.push('$'),
            }
        }
        text.push_str(rest);
        text
    }

    /// Whether it frames the transaction rather than reads.
    pub fn frames(&self) -> bool {
        let text = self.text.to_lowercase();
        ["begin", "commit", "rollback"].iter().any(|word| text.starts_with(word))
    }

    /// Whether it is the one that says who reads.
    pub fn loads_the_session(&self) -> bool {
        self.text.contains("from sessions")
    }
}

/// `$1 = 'a', $2 = NULL`, as the log writes it.
fn read_values(list: &str) -> Vec<Option<String>> {
    let mut values = Vec::new();
    let mut rest = list;
    while let Some((_, after)) = rest.split_once(" = ") {
        if let Some(quoted) = after.strip_prefix('\'') {
            let (mut value, mut chars) = (String::new(), quoted.char_indices().peekable());
            let mut end = quoted.len();
            while let Some((at, letter)) = chars.next() {
                if letter == '\'' {
                    if chars.peek().is_some_and(|(_, next)| *next == '\'') {
                        chars.next();
                    } else {
                        end = at + 1;
                        break;
                    }
                }
                value.push(letter);
            }
            values.push(Some(value));
            rest = &quoted[end..];
        } else {
            values.push(None);
            rest = after;
        }
    }
    values
}
