# The page of imports.
menu-imports = Imports
imports-kicker = Imports
imports-question = What was loaded, by whom, and what came of it?
imports-empty = No import matches.
imports-landed = Landed
imports-undone = Taken back
imports-refused = Refused
imports-draft = Not landed
imports-no-file = Without a file
filter-state-imports = State
col-when = When
col-who = Who
col-file = File
col-new = New
col-changed = Changed
col-unchanged = Unchanged
col-refused = Refused

error-too-large-title = Too large
error-too-large = What was sent is larger than { $arg } MB. Split the files and load them one after the other.

import-page-drop = Drop files here, or choose them
import-page-drop-hint = CSV or XLSX, and the UN Treasury’s rates as XML. What each is shows by its columns. At most { $most } MB together.
import-page-look = Show what would change
import-page-nothing-chosen = Choose at least one file.

import-page-title-checking = Checking
import-page-lead-checking = Nothing is loaded yet. You can leave this page and come back to it.
import-page-title-landing = Landing { $both } rows
import-page-lead-landing = All of them, or none. You can leave this page and come back to it.
import-page-title-stopped = This import was interrupted
import-page-lead-stopped = Nothing of it has landed.
import-page-title-kinds = What do these files hold?
import-page-lead-kinds = Their columns do not say. Choose, and they are checked.
import-page-title-expired = This draft has expired
import-page-lead-expired = Its files are no longer kept. Load them again.
import-page-title-failed = This could not be checked
import-page-lead-failed = Nothing has landed.
import-page-title-unreadable = The files do not fit; nothing has landed
import-page-lead-unreadable = What is wrong is named below.
import-page-title-refused = { $rejected ->
    [one] 1 of { $rows } rows is refused; nothing has landed
   *[other] { $rejected } of { $rows } rows are refused; nothing has landed
}
import-page-lead-refused = One bad row and nothing lands. Put the cells right here and check again, or download the rows, correct the file and drop it again.
import-page-title-checked = { $both ->
    [one] 1 row is ready to land
   *[other] { $both } rows are ready to land
}
import-page-lead-checked = Nothing is loaded yet. All of it lands, or nothing.
import-page-title-same = Everything in it is here already
import-page-lead-same = There is nothing to land.
import-page-title-landed = { $both ->
    [one] 1 row has landed
   *[other] { $both } rows have landed
}
import-page-lead-landed = { $added } new, { $changed } changed. All of it is one change, and can be taken back as one.
import-page-title-undone = This import was taken back
import-page-lead-undone = What it had recorded is void; what was there before counts again.

import-page-phase-reading = { $rows } rows read of about { $about }
import-page-phase-comparing = { $rows } rows read; comparing them with what is here
import-page-phase-recording = { $rows } rows read; working out what they change
import-page-undoing = The import is being taken back.
import-page-stopped = The server that worked on it stopped. Check it again.

import-page-in-currencies = in { $count } currencies
import-page-corrected-note = { $rows ->
    [one] 1 needs a reason: the old fact is voided
   *[other] { $rows } need a reason: the old facts are voided
}
import-page-unchanged-note = already here, left alone
import-page-in-lines = in lines { $lines }
import-page-from-line = from line { $line } on

import-page-refused-rows = Refused rows
import-page-download = Download these rows
import-page-check-again = Check again
import-page-line = Line
import-page-leave-out = Leave out
import-page-cell = Line { $line }, { $column }
import-page-reason = line { $line }, { $column }: { $message }
import-page-problems = What is wrong
import-page-changes = What changes
import-page-changed = What it changed
import-page-before = Before
import-page-first-changes = The first 500 are shown.
import-page-row = Row
import-page-what = What
import-page-here = Here now
import-page-in-file = In the file
import-page-part-fact = Correction
import-page-part-event = New event
import-page-part-label = Label
import-page-corrections = Needs a reason besides
import-page-warnings = Odd, but it lands
import-page-new-rows = New rows
import-page-what-now = What to do now
import-page-reason-for = { $rows ->
    [one] Reason for the correction
   *[other] Reason for the { $rows } corrections
}
import-page-reason-hint = Kept with each voided fact, for the auditors.
import-page-reason-needed = Say why what is here is wrong.
import-page-put-right = Put right here: { $rows ->
    [one] 1 row
   *[other] { $rows } rows
}{ $out ->
    [0] .
   *[other] ; left out: { $out }.
}
import-page-forget = Forget that
import-page-land = { $rows ->
    [one] Land 1 row
   *[other] Land { $rows } rows
}
import-page-another = Load other files
import-page-discard = Throw this draft away
import-page-kinds = What the files hold
import-page-kind-choose = Choose
import-page-change = Change
import-page-undo = Take this import back
import-page-undone-by = by { $who }, { $at }
import-page-undone-why = Why it was taken back
import-page-undo-failed = It could not be taken back. Please try again.

import-page-busy = somebody else is recording the same rows just now; check again in a moment
import-page-database = the database could not be reached; nothing has landed, check again in a moment
import-page-gone = the files are no longer kept; load them again
import-page-landed-before = this import has landed already
import-page-forbidden = your role may not load { $arg }
import-page-moved = something was recorded since you looked, so nothing has landed; look at what would change now, and land it if that is right
