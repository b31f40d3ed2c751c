//! The work behind the page: a draft is checked, or landed, on a connection of its own and a thread of its own, under a
//! lease that is renewed while the work goes on. A server that dies leaves a lease that runs out.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::runtime::Handle;
use uuid::Uuid;

use super::store::{self, KeptFile, Told};
use crate::access::Role;
use crate::facts::{Actor, FormStamp};
use crate::imports::cells;
use crate::imports::draft::{self, Draft, Fixes, Progress, Seen, shown};
use crate::imports::file::REASONS;
use crate::imports::{self, Import, ImportError, Kind, Outcome};
use crate::kernel::ids::AccountId;
use crate::kernel::text::{guard_cell, unguard_cell};
use crate::l10n::L10n;
use crate::web::{AppState, PageError, Refused};

/// How often a task says that it is alive.
const BEAT: Duration = Duration::from_secs(1);
/// How often a look is tried again that stood in somebody's way.
const TRIES: u32 = 5;
/// How many bad rows are shown.
const SHOWN: usize = 200;
/// A cell longer than this is no cell to put right on a page.
const LONGEST_SHOWN: usize = 2_000;

/// What is to be done with a draft.
struct Job {
    state: AppState,
    id: Uuid,
    task: Uuid,
    account: AccountId,
    role: Role,
    progress: Arc<Progress>,
}

/// Why a job came to nothing: a key of `locales/` and what it needs.
struct Failure(&'static str, String);

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        let waited = matches!(&error, sqlx::Error::Database(error) if error.code().as_deref() == Some("55P03"));
        if !waited {
            tracing::error!(%error, "an import failed");
        }
        Failure(if waited { "page-busy" } else { "page-database" }, String::new())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        tracing::error!(%error, "a draft could not be written out");
        Failure("page-database", String::new())
    }
}

/// Looks at a draft, behind the page. False where somebody else has it in hand, or it is not what was seen.
pub async fn check(
    state: &AppState,
    id: Uuid,
    account: AccountId,
    role: Role,
    seen: Option<i32>,
    fixes: Option<&Fixes>,
) -> Result<bool, sqlx::Error> {
    let job = Job::new(state, id, account, role);
    if !store::take(&state.0.db.pages, id, job.task, "checking", seen, fixes).await? {
        return Ok(false);
    }
    job.start(None);
    Ok(true)
}

/// Lands a draft, behind the page, if it is still the one that was seen.
pub async fn land(
    state: &AppState,
    id: Uuid,
    account: AccountId,
    role: Role,
    seen: i32,
    reason: Option<String>,
) -> Result<bool, sqlx::Error> {
    let job = Job::new(state, id, account, role);
    if !store::take(&state.0.db.pages, id, job.task, "landing", Some(seen), None).await? {
        return Ok(false);
    }
    job.start(Some(reason));
    Ok(true)
}

impl Job {
    fn new(state: &AppState, id: Uuid, account: AccountId, role: Role) -> Self {
        Job { state: state.clone(), id, task: Uuid::now_v7(), account, role, progress: Arc::default() }
    }

    /// Goes on without whoever asked. Reading a file is work for a thread, not for one that serves pages.
    fn start(self, landing: Option<Option<String>>) {
        let (db, id, task) = (self.state.0.db.pages.clone(), self.id, self.task);
        let progress = self.progress.clone();
        let work = tokio::task::spawn_blocking(move || Handle::current().block_on(self.run(landing)));
        tokio::spawn(async move {
            let mut work = work;
            loop {
                match tokio::time::timeout(BEAT, &mut work).await {
                    Ok(Ok(())) => break,
                    Ok(Err(error)) => {
                        tracing::error!(%error, "an import's task died");
                        let _ = store::leave(&db, id, task, "failed", Some(("page-database", "")), None).await;
                        break;
                    }
                    Err(_) => {
                        if let Err(error) = store::beat(&db, id, task, &progress).await {
                            tracing::warn!(%error, "an import's lease could not be renewed");
                        }
                    }
                }
            }
        });
    }

    async fn run(self, landing: Option<Option<String>>) {
        let left = match &landing {
            None => self.look().await,
            Some(reason) => self.land(reason.clone()).await,
        };
        let db = &self.state.0.db.pages;
        let kept = match &left {
            Ok((state, failure, told)) => {
                store::leave(db, self.id, self.task, state, failure.map(|key| (key, "")), told.as_ref()).await
            }
            Err(Failure(key, arg)) => {
                store::leave(db, self.id, self.task, "failed", Some((key, arg.as_str())), None).await
            }
        };
        if let Err(error) = kept {
            tracing::error!(%error, "what came of an import could not be kept");
        }
    }

    /// Writes the files out and finds their kinds. None where a kind has to be chosen.
    async fn files(&self) -> Result<Option<(TempDir, Vec<KeptFile>, Vec<(Kind, PathBuf)>)>, Failure> {
        let folder = tempfile::tempdir()?;
        let mut connection = self.state.0.db.imports.acquire().await?;
        let mut files = store::files(&mut connection, self.id).await?;
        let mut found = Vec::new();
        for file in &mut files {
            let path = folder.path().join(file.number.to_string());
            if !store::write_out(&mut connection, self.id, file, &path).await? {
                return Err(Failure("page-gone", String::new()));
            }
            if file.kind().is_none() {
                let kind = imports::guess(&path).map_err(|why| Failure(why.key, why.arg))?;
                if let Some(kind) = kind {
                    store::set_kind(&self.state.0.db.pages, self.id, file.number, kind).await?;
                    file.kind = Some(kind.as_str().to_owned());
                }
            }
            found.extend(file.kind().map(|kind| (kind, path)));
        }
        Ok((found.len() == files.len()).then_some((folder, files, found)))
    }

    async fn fixes(&self) -> Result<(Fixes, Option<Seen>), Failure> {
        let kept = store::kept(&mut *self.state.0.db.pages.acquire().await?, &self.id.to_string()).await?;
        let kept = kept.ok_or_else(|| Failure("page-gone", String::new()))?;
        let seen = kept.outcome.map(|told| Seen {
            added: told.0.added,
            changed: told.0.changed,
            corrected: told.0.preview.corrected,
        });
        Ok((kept.fixes.0, seen))
    }

    async fn try_out(&self, import: &Import) -> Result<Outcome, Failure> {
        let actor = || Actor { account: self.account, role: self.role, os_user: None };
        let mut tries = 0;
        loop {
            match imports::run(&self.state.0.db, actor(), &self.state.0.clock, import).await {
                Ok(outcome) => return Ok(outcome),
                Err(ImportError::Forbidden { kind, .. }) => return Err(Failure("page-forbidden", kind.to_string())),
                Err(ImportError::Database(error)) => {
                    // Somebody records the same rows just now, or did while this looked.
                    let passing = matches!(&error, sqlx::Error::Database(error)
                        if error.code().is_some_and(|code| ["55P03", "40P01", "23505", "23P01"].contains(&&*code)));
                    tries += 1;
                    if !passing || tries == TRIES {
                        return Err(error.into());
                    }
                    tokio::time::sleep(Duration::from_millis(300) * tries).await;
                }
                Err(ImportError::EnteredBefore(_)) => return Err(Failure("page-landed-before", String::new())),
                Err(ImportError::EnteredOtherwise | ImportError::Stale(_)) => {
                    return Err(Failure("page-database", String::new()));
                }
            }
        }
    }

    fn import(&self, files: Vec<(Kind, PathBuf)>, names: &[KeptFile], fixes: Fixes) -> Import {
        let draft = Draft {
            names: names.iter().map(|file| file.name.clone()).collect(),
            fixes,
            form: FormStamp { id: self.id, digest: self.id.to_string() },
            seen: None,
            progress: self.progress.clone(),
        };
        Import { files, dry_run: true, draft: Some(draft), ..Import::default() }
    }

    async fn look(&self) -> Result<(&'static str, Option<&'static str>, Option<Told>), Failure> {
        let Some((_folder, names, files)) = self.files().await? else { return Ok(("kinds", None, None)) };
        let (fixes, _) = self.fixes().await?;
        let import = self.import(files.clone(), &names, fixes.clone());
        let outcome = self.try_out(&import).await?;
        let state = if outcome.accepted() { "checked" } else { "refused" };
        Ok((state, None, Some(told(outcome, &files, &fixes))))
    }

    async fn land(
        &self,
        reason: Option<String>,
    ) -> Result<(&'static str, Option<&'static str>, Option<Told>), Failure> {
        let Some((_folder, names, files)) = self.files().await? else { return Ok(("kinds", None, None)) };
        let (fixes, seen) = self.fixes().await?;
        let mut import = self.import(files.clone(), &names, fixes.clone());
        import.dry_run = false;
        import.correct = reason;
        if let Some(draft) = &mut import.draft {
            draft.seen = seen;
        }
        match self.try_out(&import).await {
            Ok(outcome) if outcome.moved || !outcome.accepted() => {
                // Something was recorded since it was looked at: it is looked at again, and says so.
                let (state, _, told) = self.look().await?;
                Ok((state, Some("page-moved"), told))
            }
            // Whether it landed is told by its change; here it is only no longer in hand.
            Ok(_) | Err(Failure("page-landed-before", _)) => Ok(("checked", None, None)),
            Err(failure) => Err(failure),
        }
    }
}

/// What is kept of an outcome, with the bad rows as they stand in their files.
fn told(outcome: Outcome, files: &[(Kind, PathBuf)], fixes: &Fixes) -> Told {
    let mut told = Told {
        added: outcome.added,
        changed: outcome.changed,
        unchanged: outcome.unchanged,
        rejected: outcome.rejected,
        error_count: outcome.error_count,
        errors: outcome.errors,
        warning_count: outcome.warning_count,
        warnings: outcome.warnings,
        preview: outcome.preview.unwrap_or_default(),
        columns: Vec::new(),
        rows: Vec::new(),
    };
    for (number, (kind, path)) in (0i32..).zip(files) {
        let mut lines: Vec<i32> = told.errors.iter().filter(|e| e.file == number).map(|error| error.line).collect();
        lines.sort_unstable();
        lines.dedup();
        lines.truncate(SHOWN - told.rows.len().min(SHOWN));
        // A file that cannot be read has said so already.
        if let Ok((columns, rows)) = shown(path, *kind, number, &lines, fixes)
            && !rows.is_empty()
        {
            told.columns.push((number, columns.into_iter().map(str::to_owned).collect()));
            let short = |row: &draft::Shown| row.cells.iter().all(|cell| cell.len() <= LONGEST_SHOWN);
            told.rows.extend(rows.into_iter().filter(short));
        }
    }
    told
}

/// The bad rows of a file of a draft, all that were told, whole as they stand there, as CSV with the reasons. None where
/// the file is no longer kept.
pub async fn bad_rows(
    state: &AppState,
    id: Uuid,
    file: &KeptFile,
    told: &Told,
    fixes: &Fixes,
    l10n: L10n,
) -> Result<Option<Vec<u8>>, PageError> {
    let fault = |_| PageError(Refused::Fault);
    let Some(kind) = file.kind() else { return Ok(None) };
    let mut lines: Vec<i32> = told.errors.iter().filter(|e| e.file == file.number).map(|error| error.line).collect();
    lines.sort_unstable();
    lines.dedup();
    let folder = tempfile::tempdir().map_err(fault)?;
    let path = folder.path().join("rows");
    let mut connection = state.0.db.exports.acquire().await?;
    if !store::write_out(&mut connection, id, file, &path).await.map_err(fault)? {
        return Ok(None);
    }
    drop(connection);
    let Ok((columns, rows)) = shown(&path, kind, file.number, &lines, fixes) else { return Ok(None) };
    let mut out = csv::Writer::from_writer(Vec::new());
    let header = columns.iter().copied().chain([REASONS]);
    out.write_record(header).map_err(|_| Refused::Fault)?;
    for row in rows {
        let of = told.errors.iter().filter(|error| error.file == file.number && error.line == row.line);
        let reasons: Vec<String> = of
            .map(|error| {
                let args = [
                    ("line", error.line.into()),
                    ("column", error.col.as_str().into()),
                    ("message", error.message(l10n).into()),
                ];
                l10n.with("import-page-reason", &args)
            })
            .collect();
        // A number is never touched; words that a spreadsheet would compute are guarded, once.
        let guarded = row.cells.iter().map(|cell| match cells::number(cell.trim()) {
            Ok(_) => cell.as_str().into(),
            Err(_) => guard_cell(unguard_cell(cell)),
        });
        let record = guarded.map(std::borrow::Cow::into_owned).chain([reasons.join("; ")]);
        out.write_record(record.collect::<Vec<String>>()).map_err(|_| Refused::Fault)?;
    }
    out.into_inner().map(Some).map_err(|_| Refused::Fault.into())
}
