# What we owe donors: reports, their life, the obligations of an agreement.
menu-obligations = What we owe
menu-donor-reports = Donor reports
found-report = Donor reports

donor-reports-kicker = Donor reports
donor-reports-question = Which reports do we owe, and what became of them?
donor-reports-empty = No report matches.
donor-reports-overdue = Overdue
donor-reports-due = Due today
donor-reports-not_due = Not due yet
donor-reports-returned = Returned
donor-reports-submitted = Submitted
donor-reports-waived = Waived
donor-reports-not_owed = Not owed
donor-reports-final = Final
donor-reports-days-late = { $days ->
    [one] 1 day late
   *[other] { $days } days late
}

report-kind-narrative = Narrative
report-kind-financial = Financial
report-kind-certified_financial = Certified financial
report-kind-combined = Combined

counted-due = Due by the day
counted-submitted = Due and submitted
counted-on_time = Submitted on time
counted-outstanding = Due and outstanding
counted-overdue = Overdue
counted-late = Due and late
counted-waived = Waived
counted-extended = Extended
counted-due_soon_30 = Due within 30 days
counted-due_soon_60 = Due within 60 days
counted-due_soon_90 = Due within 90 days

cause-field_data = Data from the field
cause-clearance = Clearance
cause-partner = Partner
cause-template = Donor’s template
cause-other = Other

filter-kind = Kind
filter-counted = Counted as
filter-cause = Cause of delay
filter-responsible = Responsible
filter-state-donor-reports = State

col-report = Report
col-submitted = Submitted on
col-days-late = Days late
col-responsible = Responsible

import-not-a-count = must be a whole number from 0
import-report-unknown = is no report
import-accepted-unsent = was accepted, but never sent
import-accepted-before-sent = is before it was sent, { $arg }
import-accepted-returned = was returned by the donor on { $arg }: another round is accepted
import-step-too-early = is before the step before it, { $arg }
import-cause-needed = say what delays it
import-cause-of-no-delay = is the cause of a delay only
import-finance-of-narrative = is a step of financial reports only
import-report-of-others = is a report of another unit
import-pledge-of-others = is a pledge of another unit
import-final-every = is empty for the report at the end
import-every-needed = say every how many months, or that it is the report at the end
import-every-too-long = is more than { $arg } months
import-grace-too-long = is more than { $arg } days
import-clause-left-out = is a clause of { $arg } the file leaves out

new-donor-reports = New report
edit-donor-reports = Correct report { $code }
act-report-add = Report { $code } was recorded.
act-report-correct = Report { $code } was corrected.
act-report-drafted = Report { $code } was drafted.
act-report-division_cleared = Report { $code } was cleared by the division.
act-report-finance_cleared = Report { $code } was cleared by finance.
act-report-sent = Report { $code } was sent.
act-report-returned = The donor returned report { $code }.
act-report-accepted = The donor accepted report { $code }.
act-report-delayed = What delays report { $code } was recorded.
act-report-step-correct = A step of report { $code } was corrected.
act-report-extend = An extension of report { $code } was recorded.
act-report-waive = A waiver of report { $code } was recorded.
act-report-confirm = What the donor agreed to about report { $code } was confirmed.
act-report-assign = Who writes report { $code } was recorded.
act-reports-sent = Reports were marked as sent: { $code }.

field-responsible = Responsible
entry-donor-reports-kind = Kind of report
entry-donor-reports-final = The last under its pledge
entry-hint-donor-reports-pledge = The agreement it is owed under: a reference or a title.
entry-hint-donor-reports-unit = The unit that owes it.
entry-hint-donor-reports-due_on = As the agreement says; a later day the donor agrees to is an extension.

step-drafted = Drafted
step-division_cleared = Division cleared
step-finance_cleared = Finance cleared
step-sent = Sent
step-returned = Returned
step-accepted = Accepted
step-delayed = Delayed
history-event-drafted = Drafted
history-event-division_cleared = Division cleared
history-event-finance_cleared = Finance cleared
history-event-sent = Sent
history-event-returned = Returned
history-event-accepted = Accepted
history-event-waived = Waived
history-event-delayed = Delayed

report-figure-due = Due on
report-figure-sent = Sent first on
report-figure-late = Days late
report-due-first = First due { $day }; extended.
report-not-sent = Not sent
report-late-note = From the day it is due to the first day it was sent, or to this day.
report-period = Period
report-unconfirmed = To be confirmed
report-is-confirmed = Confirmed
report-letter = Letter { $letter }
report-step-again = { $step }, sending { $round }
report-waits = Next: { $step }
report-delay = Delayed: { $cause }
report-life = Its life
report-step = Step
report-day = On
report-held = Days held
report-note = Note
report-no-steps = No step is recorded yet.
report-agreed = What the donor agreed to
report-what = What
report-new-due = Due from then on
agreement-extension = Extension
agreement-waiver = Waiver

report-act-drafted = Mark as drafted
report-act-division_cleared = Division cleared
report-act-finance_cleared = Finance cleared
report-act-sent = Mark as sent
report-act-returned = Returned by the donor
report-act-accepted = Accepted by the donor
report-act-delayed = Note a delay
report-act-extend = Extend
report-act-waive = Waive
report-act-confirm = Confirm
report-act-assign = Assign
report-title-drafted = The report was drafted
report-title-division_cleared = The division cleared the report
report-title-finance_cleared = Finance cleared the report
report-title-sent = The report was sent
report-title-returned = The donor returned the report
report-title-accepted = The donor accepted the report
report-title-delayed = What delays the report?
report-title-extend = The donor agreed to a later day
report-title-waive = The donor needs no report
report-title-confirm = Confirm what the donor agreed to
report-title-assign = Who writes the report?
report-lead-returned = From this day it is outstanding again, until it is sent again.
report-lead-delayed = It moves no day: it says in the statistics what held it.
report-lead-extend = It counts once resource mobilization has seen the donor’s letter and confirmed it.
report-lead-waive = It counts once resource mobilization has seen the donor’s letter and confirmed it. From its day on the report is in no rate.
report-reason-returned = What the donor said
report-reason-delayed = In a sentence
report-letter-hint = The reference of the letter or message, where there is one.
report-agreed-letter-hint = The reference of the donor’s letter or message.
report-correct-step = Correct: { $step }
report-not-now = This step cannot be taken as the report stands. Look at it once more.
report-conflict = Somebody recorded something about this meanwhile. Look at it once more, then save again.
report-due-now = Until now due { $day }.
report-confirm-now = Confirmed: the letter was seen
report-confirm-now-hint = Until then it counts in no figure.
report-confirm-waiver = { $what }, agreed { $day }: { $reason }
report-confirm-extension = { $what } to { $due }, agreed { $day }: { $reason }
report-confirm-why = The letter was seen.
report-moves-on = From
report-moves-hint = The first day it is that unit’s to write, where the unit changes.
report-day-taken = Something was agreed on this day already; choose another, or correct that.
report-letter-needed = Give the reference of the donor’s letter
report-not-later = Must be later than the day it is due now
report-waived-already = It was waived already.

reports-sent-open = Mark several as sent
reports-sent-title = Which reports were sent?
reports-sent-lead = { $count ->
    [0] No report waits to be sent.
    [one] One report waits to be sent.
   *[other] { $count } reports wait to be sent, first those due first. Those you tick are marked as sent on one day: all of them, or none.
}
reports-sent-on = Sent on
reports-sent-which = Reports
reports-sent-submit = Mark as sent
reports-sent-row = { $report } · { $title }
reports-sent-row-hint = { $donor } · { $unit } · due { $day } · { $state }
reports-sent-nothing = Tick the reports that were sent.

counted-owed_30 = Outstanding, or due within 30 days
counted-owed_60 = Outstanding, or due within 60 days
counted-owed_90 = Outstanding, or due within 90 days
responsible-nobody = Nobody yet
reports-owed-open = By unit and person
owed-title = Which reports do we owe next?
owed-lead = { $unit }, as of { $day }. A unit counts with those below it.
owed-all = All units
owed-by-unit = By unit
owed-by-person = By person
owed-overdue = Overdue
owed-due_soon_30 = In 30 days
owed-due_soon_60 = In 60 days
owed-due_soon_90 = In 90 days
owed-nothing = Nothing is owed in the next 90 days.
tile-reports-owed = Reports we owe
tile-note-reports-owed = Overdue, or due in the next 60 days; the earliest first.
tile-empty-reports-owed = No report is owed in the next 60 days.
figure-reports-overdue = Reports overdue

act-obligations-make = The reporting obligations of pledge { $code } were recorded.
obligations-open = Reporting obligations
obligations-title = What does the agreement say about reports?
obligations-lead = The agreement runs from { $start } to { $end }.
obligations-no-end = a day that is not said
obligations-since = In force from
obligations-since-hint = Empty: since the agreement began. The day of an amendment, where that changed them.
obligations-clauses = Clauses
obligations-hint = Each makes a report for every period, or one at the end. Without an end, reports are made for a year ahead. Days of grace are counted from the end of the period, or of the agreement.
obligations-row = Clause { $number }
obligations-add = Another clause
obligations-kind = Kind of report
obligations-every_months = How often
obligations-first_period_from = First period from
obligations-grace_days = Days of grace
obligations-at-end = Once, at the end
obligations-every = { $months ->
    [one] Every month
   *[other] Every { $months } months
}
obligations-preview = Show what this makes
obligations-again = Show again
obligations-make = Make these reports
obligations-would = { $same ->
    [0] What it makes
    [one] What it makes; one report is as it asks already
   *[other] What it makes; { $same } reports are as it asks already
}
obligations-added = New
obligations-moved = Moves
obligations-taken-out = Taken out
obligations-left = Stays as it is
obligations-nothing = Every report is there as the clauses ask.
obligations-none = Say at least one clause.
obligations-kind-needed = Choose the kind of report.
obligations-every-needed = Choose how often.
obligations-grace-wrong = A whole number of days, 0 to 3660.
