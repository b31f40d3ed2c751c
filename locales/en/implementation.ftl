# Implementation: how the projects run.
menu-implementation = Implementation
implementation-kicker = Implementation
implementation-question = How do the projects run?
implementation-empty = No project matches.
filter-state-implementation = State
implementation-active = Active
implementation-ending_soon = Ending within 90 days
implementation-late = Late
implementation-over_budget = Over budget
implementation-silent = Silent
implementation-without_budget = Without a budget
implementation-not_started = Not started
implementation-ended = Ended
implementation-means-active = between first and last day
implementation-means-ending_soon = active, and soon over
implementation-means-late = time is far ahead of delivery
implementation-means-over_budget = spent more than the budget
implementation-means-silent = active, nothing spent for three months
implementation-money = Budget, expenditure and funding
implementation-about = About it
implementation-budget = Budget
implementation-budget-note = the budgets in force on the day, of the projects begun by it
implementation-spent = Expenditure
implementation-received = Funding received
implementation-of-budget = { $delivery } of the budget
implementation-of-time = of { $elapsed } of the time
implementation-received-ahead = USD { $usd } more than was spent
implementation-spent-ahead = USD { $usd } less than was spent
implementation-some-without-budget = { $rows ->
    [one] One project has no budget, and no delivery rate.
   *[other] { $rows } projects have no budget, and no delivery rate.
}
implementation-unknown-project = { $rows ->
    [one] One pledge names a project nobody knows yet.
   *[other] { $rows } pledges name a project nobody knows yet.
}
implementation-definition = What these words mean
implementation-definition-text = Delivery rate: expenditure through the last month that had ended by the day, of the budget in force on it. Time elapsed: days gone of all days, with the end in force on the day. Late: time elapsed is more than { $margin } points ahead of delivery. Silent: active, begun at least { $months } whole months ago, and nothing spent in the last { $months } that had ended. Ending soon: active, and its last day is at most { $days } days away. Funding received: cash received by the day under the pledges that name the project, at the rate of each receipt’s day, refunds and reversals taken off.
implementation-by-unit = By unit
implementation-by-country = By country
implementation-by-donor = By donor
implementation-by-note-country = A project in several countries counts in each of them, whole.
implementation-by-note-donor = A project of several donors counts with each of them, whole; what was received is that donor’s own. Children count with their donor.
implementation-donors-shown = Shown are the { $shown } of { $rows } from whom most was received; the filter by donor has every other.
implementation-rows = Projects, those to worry about first
setting-late_margin = Margin of late projects
setting-meaning-late_margin = By how many points of per cent the time elapsed of a project may be ahead of its delivery rate before it is late.
setting-hint-late_margin = A number from 0 to 100, such as 20.
settings-wrong-points = A number from 0 to 100.
implementation-reports_overdue = With overdue reports
implementation-reports = { $rows ->
    [one] One report to a donor of these projects is overdue.
   *[other] { $rows } reports to donors of these projects are overdue.
}
implementation-begun = Begun
implementation-row-reports = { $rows ->
    [one] 1 report overdue
   *[other] { $rows } reports overdue
}
