//! Taking the text from a file, in a process of its own: a file that means harm, or only loops, harms that process.
//!
//! The parent (`run`) starts this same program as `dis extract-text TYPE`, the file as its input, with nothing of its
//! environment, a limit on how long it may take by the clock and on how much it may say. The child (`child`) first of all limits itself:
//! memory, processor time, no file it could write. `office`, `pdf`, `plain` read the formats.

mod office;
mod pdf;
mod plain;

use std::fmt;
use std::io::Write;
use std::process::{ExitCode, ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::resource::{Resource, setrlimit};
use tokio::io::AsyncReadExt;

use super::media;

/// The most text that is kept of a file, in bytes; what is beyond is left out.
pub(super) const MOST_TEXT: usize = 2 << 20;
/// How long a file may take by the clock.
pub(super) const WITHIN: Duration = Duration::from_secs(30);
/// How many seconds of a processor it may take.
const PROCESSOR_SECONDS: u64 = 20;
/// How much memory it may ask for, in bytes: a file of the largest size, what it unpacks to, and some.
const MOST_MEMORY: u64 = 768 << 20;

/// Why there is no text: the last part of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// It is protected by a password.
    Encrypted,
    /// It is damaged, or not what it begins like.
    Damaged,
    /// It unpacks to more than is read.
    TooLarge,
    /// It took too long.
    TooLong,
    /// It asked for too much memory, or the reader of its format fell over it.
    Crashed,
    /// It is not where it should be.
    Gone,
}

impl Unreadable {
    const ALL: [Unreadable; 6] = [
        Unreadable::Encrypted,
        Unreadable::Damaged,
        Unreadable::TooLarge,
        Unreadable::TooLong,
        Unreadable::Crashed,
        Unreadable::Gone,
    ];

    /// The word in the database and the last part of its key.
    pub fn as_str(self) -> &'static str {
        match self {
            Unreadable::Encrypted => "encrypted",
            Unreadable::Damaged => "damaged",
            Unreadable::TooLarge => "too_large",
            Unreadable::TooLong => "too_long",
            Unreadable::Crashed => "crashed",
            Unreadable::Gone => "gone",
        }
    }

    /// How a child says it: beside what a program that fell over ends with.
    fn code(self) -> u8 {
        let at = Unreadable::ALL.iter().position(|one| *one == self).unwrap_or_default();
        40 + u8::try_from(at).unwrap_or_default()
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Text on its way out, up to a limit.
#[derive(Default)]
pub(super) struct Text(String);

impl Text {
    /// Appends; false once there is enough.
    pub(super) fn push(&mut self, piece: &str) -> bool {
        let left = MOST_TEXT - self.0.len();
        if piece.len() <= left {
            self.0.push_str(piece);
            return true;
        }
        let end = (0..=left).rev().find(|at| piece.is_char_boundary(*at)).unwrap_or_default();
        self.0.push_str(&piece[..end]);
        false
    }

    /// Ends a line, unless one has just ended.
    pub(super) fn line(&mut self) -> bool {
        self.0.ends_with('\n') || self.0.is_empty() || self.push("\n")
    }

    /// Without what no text has: a zero byte, which the database would refuse, and empty lines by the hundred.
    fn cleaned(self) -> String {
        let kept: String = self.0.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
        let mut text = String::with_capacity(kept.len());
        for line in kept.lines().map(str::trim_end) {
            if !(line.is_empty() && (text.is_empty() || text.ends_with("\n\n"))) {
                text.push_str(line);
                text.push('\n');
            }
        }
        text.truncate(text.trim_end().len());
        text
    }
}

/// What the child does: reads its input as a file of that type and says the text in it.
pub fn child(media_type: &str) -> ExitCode {
    let limits = [
        (Resource::RLIMIT_AS, MOST_MEMORY),
        (Resource::RLIMIT_CPU, PROCESSOR_SECONDS),
        (Resource::RLIMIT_FSIZE, 0),
        (Resource::RLIMIT_CORE, 0),
        (Resource::RLIMIT_NOFILE, 16),
    ];
    if limits.into_iter().any(|(resource, most)| setrlimit(resource, most, most).is_err()) {
        return ExitCode::FAILURE;
    }
    let Ok(file) = std::os::fd::AsFd::as_fd(&std::io::stdin()).try_clone_to_owned().map(std::fs::File::from) else {
        return ExitCode::FAILURE;
    };
    let mut text = Text::default();
    let read = match media::named(media_type).word {
        "pdf" => pdf::read(file, &mut text),
        "docx" => office::document(file, &mut text),
        "xlsx" => office::workbook(file, &mut text),
        "pptx" => office::slides(file, &mut text),
        "html" => plain::html(file, &mut text),
        _ => plain::text(file, &mut text),
    };
    if let Err(why) = read {
        return ExitCode::from(why.code());
    }
    let mut out = std::io::stdout().lock();
    match out.write_all(text.cleaned().as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// What the parent does: has another process take the text from a file; empty where none stands in it.
///
/// # Errors
/// Says why there is none.
pub(super) async fn run(
    program: &std::path::Path,
    file: std::fs::File,
    media_type: &str,
    within: Duration,
) -> Result<String, Unreadable> {
    let mut command = tokio::process::Command::new(program);
    command.arg("extract-text").arg(media_type).env_clear().stdin(Stdio::from(file));
    // In KiB: the allocator sets aside a gigabyte of addresses else, more than the child may ask for, and now and then gives up.
    command.env("MIMALLOC_ARENA_RESERVE", "65536");
    command.stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| {
        tracing::error!(%error, "no process could be started that takes text from a file");
        Unreadable::Crashed
    })?;
    let said = child.stdout.take().ok_or(Unreadable::Crashed)?;
    let talk = async {
        let mut bytes = Vec::new();
        // One more than it may say: more than that is no child of ours speaking.
        let read = said.take(MOST_TEXT as u64 + 1).read_to_end(&mut bytes).await;
        let ended = child.wait().await;
        read.and(ended).map(|status| (status, bytes))
    };
    match tokio::time::timeout(within, talk).await {
        Err(_) => {
            // Out of time: it is ended, and waited for, so that none stays behind.
            let _ = child.kill().await;
            Err(Unreadable::TooLong)
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "a process that takes text from a file could not be listened to");
            Err(Unreadable::Crashed)
        }
        Ok(Ok((status, bytes))) => judge(status, bytes),
    }
}

fn judge(status: ExitStatus, bytes: Vec<u8>) -> Result<String, Unreadable> {
    use std::os::unix::process::ExitStatusExt;
    if status.success() {
        return String::from_utf8(bytes).ok().filter(|text| text.len() <= MOST_TEXT).ok_or(Unreadable::Crashed);
    }
    let signal = status.signal().and_then(|number| nix::sys::signal::Signal::try_from(number).ok());
    if matches!(signal, Some(nix::sys::signal::Signal::SIGXCPU | nix::sys::signal::Signal::SIGKILL)) {
        return Err(Unreadable::TooLong);
    }
    let said = Unreadable::ALL.into_iter().find(|one| status.code() == Some(one.code().into()));
    Err(said.unwrap_or(Unreadable::Crashed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_ends_where_there_is_enough_and_between_two_letters() {
        let mut text = Text::default();
        assert!(text.push(&"x".repeat(MOST_TEXT - 1)));
        assert!(!text.push("é"));
        assert_eq!(text.0.len(), MOST_TEXT - 1);
        assert!(text.push("y"));
        assert!(!text.push("z"));
    }

    #[test]
    fn what_no_text_has_is_left_out() {
        let text = Text("\n\na\0b \u{7}c  \n\n\n\n\nd\te\n\n".to_owned());
        assert_eq!(text.cleaned(), "ab c\n\nd\te");
    }

    #[test]
    fn every_reason_has_a_number_of_its_own() {
        let mut codes: Vec<u8> = Unreadable::ALL.iter().map(|one| one.code()).collect();
        codes.dedup();
        assert_eq!(codes.len(), Unreadable::ALL.len());
        assert!(codes.iter().all(|code| (40..60).contains(code)));
    }
}
