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

filter-kind = Kind of report
filter-counted = Counted as
filter-cause = Cause of delay
filter-responsible = Responsible
filter-state-donor-reports = State

col-report = Report
col-submitted = Submitted on
col-days-late = Days late
col-responsible = Responsible
