# Projects: what the money is for, what they spend, what they set out to reach.
menu-work = Delivery
menu-projects = Projects
projects-kicker = Projects
projects-question = What is the money for?
projects-empty = No project matches.
projects-active = Active
projects-not_started = Not started
projects-ended = Ended
projects-without_budget = Without a budget
projects-without_pledge = Named by no pledge
filter-state-projects = State
expenditures-kicker = Expenditure
expenditures-question = What did the projects spend, month by month?
expenditures-empty = No expenditure matches.
expenditures-negative = Taken back
filter-state-expenditures = Kind
filter-project = Project
filter-country = Country
filter-hint-country = Three letters of ISO 3166-1, such as KEN.
pledges-unknown_project = Names an unknown project
found-project = Projects
quarter = Q{ $quarter } { $year }

col-project = Project
col-countries = Countries
col-starts = Starts on
col-ends = Ends on
col-month = Month
col-budget-usd = Budget, USD
col-expenditure-usd = Expenditure, USD
col-elapsed = Time elapsed
col-delivery = Delivery rate

history-project_facts = Dates and budget
history-expenditures = Expenditure
history-milestones = Milestone
history-milestone_events = Milestone reached
history-project_statuses = Status of a quarter
field-project_id = Project
field-month = Month
field-amount_usd = Amount, USD
field-budget_usd = Budget, USD
field-countries = Countries
field-status = Status
field-milestone = Milestone
field-planned_on = Planned for
field-reached_on = Reached on
field-quarter = Quarter
field-sentence = How it stands

act-project-add = Project { $code } was recorded.
act-project-correct = Project { $code } was corrected.
act-project-anew = New dates or a new budget of project { $code } were recorded.
act-project-status = A status of project { $code } was recorded.
act-milestone-add = A milestone of project { $code } was recorded.
act-milestone-change = A milestone of project { $code } was changed.
act-expenditure-add = Expenditure of project { $code } was recorded.
act-expenditure-correct = Expenditure of project { $code } was corrected.

new-projects = New project
new-expenditures = Record expenditure
edit-projects = Correct project { $code }
edit-expenditures = Correct expenditure of { $code }
anew-projects = New dates or budget of { $code }
anew-lead = What was agreed on anew, in force from its own day: before that day the old dates and the old budget still hold.
project-anew = New dates or budget
entry-hint-projects-code = Short and lasting, as pledges name it; it stands in addresses and files.
entry-hint-projects-budget_usd = 0 where there is none yet: then there is no delivery rate.
entry-hint-projects-countries = Three letters of ISO 3166-1 each, such as KEN SOM.
entry-hint-projects-status = A word or sentence of today. How it stood each quarter is said on the project’s page.
entry-hint-projects-agreed_on = The day it was agreed on: this is in force from then on.
entry-hint-expenditures-month = Such as Jul 2021; it counts once the month has ended.
entry-hint-expenditures-amount_usd = Below zero where more was taken back than spent.

project-versions = Dates and budgets
project-no-budget = There is no budget.
project-no-rate = Without a budget there is no delivery rate.
project-budget-first = From the beginning
project-budget-since = In force from { $day }
project-last-spent = Last expenditure
project-starts-in = { $days ->
    [one] starts in 1 day, on { $day }
   *[other] starts in { $days } days, on { $day }
}
project-ends-in = { $days ->
    [0] ends today, { $day }
    [one] ends in 1 day, on { $day }
   *[other] ends in { $days } days, on { $day }
}
project-ended-ago = { $days ->
    [one] ended 1 day ago, on { $day }
   *[other] ended { $days } days ago, on { $day }
}

course-title = Budget, funding, expenditure and time
course-text = From { $starts_on } to { $ends_on }: budget USD { $budget }, funding received USD { $received }, expenditure USD { $spent }; { $elapsed } of the time is gone.
course-now = { $day } · { $elapsed } of the time
course-spent = Expenditure
course-received = Funding received
course-budget = Budget
course-pace = Budget spread over the time, of which is gone
course-behind = Month by month
course-so-far = So far, USD
course-received-so-far = Received so far, USD

milestone-title = Milestones
milestone-none = No milestone was set.
milestone-add = Add
milestone-new = New milestone
milestone-edit = Milestone
milestone-planned = Planned for { $day }
milestone-planned-anew = Planned for { $day }, first for { $first }
milestone-reached = Reached on { $day }
milestone-reached-late = { $days ->
    [one] Reached on { $day }, 1 day late
   *[other] Reached on { $day }, { $days } days late
}
milestone-is-reached = reached
milestone-is-late = { $days ->
    [one] 1 day late
   *[other] { $days } days late
}
milestone-is-to-come = to come
milestone-reached-hint = Empty until it is reached.
milestone-anew = Planned anew on
milestone-anew-hint = The day a new plan was agreed on: the old one holds before it. Empty where what stood here was wrong.
milestone-agreed-later = A plan agreed on that day or later is there already

status-title = Status by quarter
status-none = Nothing was said yet.
status-say = Say how it stands
status-hint = One sentence, as you would say it in a meeting.
status-said = { $quarter } (said already)
status-too-long = At most { $most } characters

import-below-zero = must not be below zero
import-not-a-month = is not a month of the form 2021-07
import-month-to-come = is a month that has not begun: today is { $arg }
import-country-of-list-unknown = { $arg } is not an ISO 3166-1 alpha-3 country code
import-ends-before-start = is before the start, { $arg }
import-project-without-beginning = there is no first row that says what held before that day
import-project-unknown = no such project
import-no-budget = is no budget: there is no delivery rate until there is one
import-spent-before-start = is before the project starts, { $arg }
import-spent-after-end = is after the project ended, { $arg }
import-spent-below-nought = is below zero: more was taken back than spent
import-project-not-known-yet = is no project that is known yet
broken-fact-of-no-project = Something is recorded of project { $what }, which would not be there.
broken-milestone-of-nothing = Something is recorded of milestone { $arg } of project { $what }, which would not be there.
col-reports-overdue = Reports overdue
import-not-a-quarter = is not a quarter of the form 2021-Q3
import-quarter-to-come = is a quarter that has not begun: today is { $arg }
import-reached-beside-a-later-plan = says when it was reached: that stands beside its first plan, the row without agreed_on
