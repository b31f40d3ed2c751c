# Reporting rates: how many of the reports we owe donors were sent.
reporting-rates-kicker = Reporting rate
reporting-rates-question = Have we sent donors the reports we owe them?
reporting-rates-empty = No unit of that name: try another word.
menu-reporting-rates = Reporting rate
filter-change_since = Change since
filter-hint-change_since = The earlier day figures are compared with, such as 2020-12-31; the last of the year before where none is given.
chart-percent = { $figure } %
rates-none = No reports due
rates-none-sentence = No report was due by { $day }.
rates-sentence = { $submitted } of { $due ->
    [one] 1 report
   *[other] { $due } reports
} due by { $day } had been submitted; { $on_time } of them on time, { $rate } of those due.
rates-rose = { $points } points more than on { $day }
rates-fell = { $points } points less than on { $day }
rates-same = As on { $day }: { $points } points of difference
rates-then-none = No report was due by { $day }: there is nothing to compare with.
rates-outstanding-sentence = { $outstanding } outstanding: { $overdue } overdue, { $today } due on the day itself.
rates-definition = How it is counted
rates-definition-text = Submitted ÷ due. Due: reports of signed pledges with a due date, as the donor extended it, on or before the day; cancelling a pledge takes out those not yet due. Submitted: sent on or before the day and not lying returned. On time: first sent on or before the due date in force on that day. Outstanding: due and not submitted; overdue: outstanding with a due date before the day. A report the donor waived leaves both sides from that day; an extension counts from the day it was agreed; either once resource mobilization has confirmed it. A unit counts with those below it as they stood on the day; the change compares with the tree of the earlier day.
rates-by-month = By month end
rates-line = Reporting rate by month end, per cent
rates-behind = The figures behind the line
rates-month-end = Month end
rates-trend = By month end as CSV
rates-by-unit = By unit, with the units below it
rates-units = { $units ->
    [one] 1 unit
   *[other] { $units } units
}
rates-all-units = All units
rates-top-division = Divisions
rates-top-regional_office = Regional offices
rates-top-other = Other units
rates-due = Due
rates-submitted = Submitted
rates-on-time = On time
rates-outstanding = Outstanding
rates-overdue = Overdue
rates-rate = Rate
rates-points-since = Points since { $day }
rates-change = Points of change
rates-said = { $label }: { $value }; { $note }
rates-fell-short = fell { $points }
rates-phone = { $on_time } on time · { $overdue } overdue
rates-figure-all = Of all due by { $day }
rates-figure-year = Of those due in the twelve months to { $day }
rates-figure-overdue = Overdue
rates-figure-waived = Waived
rates-figure-extended = Extended
rates-note = { $submitted } of { $due } submitted; { $on_time } on time, { $rate }
rates-note-none = none due
rates-note-overdue = outstanding, due before the day
rates-note-waived = by the donor; in neither side of a rate
rates-note-extended = due later than at first, by the donor’s consent
rates-days = { $days ->
    [one] 1 day
   *[other] { $days } days
}
rates-late = How late
rates-late-all = Late reports
rates-late-median = Median
rates-late-ninth = 90th percentile
rates-late-text = Of the reports due, those first sent after their due date or not sent at all: the days from the due date to the first day sent, or to the day itself. Half of them were late by the median or less, nine in ten by the 90th percentile or less.
rates-late-none = No report due is late.
rates-causes = Causes of delay
rates-reports = Reports
cause-none = No cause noted
rates-longest = Longest overdue
rates-longest-all = All
rates-longest-none = Nothing is overdue.
rates-longest-sub = { $kind } · { $donor } · { $unit } · due { $day }
rates-returned = returned by the donor
rates-steps = Days held at each step
rates-steps-text = Of the reports due: from each step to the next, or to the day itself where it goes on. With the donor: until it was accepted or returned, where it was.
rates-step = Step
rates-step-times = Times
rates-step-median = Median days
rates-step-ninth = 90th percentile
rates-step-open = Going on
rates-step-drafted = Drafted, with the division
rates-step-division_cleared = Cleared by the division
rates-step-finance_cleared = Cleared by finance
rates-step-sent = Sent, with the donor
rates-step-returned = Returned, being put right
rates-tile = Reporting rate
rates-tile-all = By unit and report
rates-tile-units = By division and regional office
rates-tile-units-all = All units
rates-tile-longest = Longest overdue reports
report-kind-final = Final { $kind }
