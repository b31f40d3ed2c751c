# The page of a donor and its timeline.
figure-in-all = In all
figure-in-all-since = In all since { $year }
figure-receivable-next = Next due { $day }.
figure-arrears-oldest = Fallen due and not paid; the oldest on { $day }, { $days ->
    [one] one day
   *[other] { $days } days
} ago.
figure-reports-of = { $due ->
    [one] Of one due by this day.
   *[other] Of { $due } due by this day.
}
figure-reports-since = The oldest since { $day }.

promised-we = We owe { $donor }
promised-they = { $donor } owes us
promised-no-document = No document is filed.
promised-late = { $day }, late

timeline-title = Everything, newest first
timeline-filter = What is shown
timeline-all = All
timeline-meetings = Meetings
timeline-pledges = Pledges
timeline-money = Money
timeline-reports = Reports
timeline-documents = Documents
timeline-intelligence = Intelligence
timeline-today = Today, { $day }
timeline-day = As of { $day }
timeline-earlier = Earlier
timeline-later = Later
timeline-empty = Nothing of this kind is recorded.
timeline-logged = logged by { $name }
timeline-pledged = { $ref } pledged, { $amount }
timeline-amended = { $ref } amended, { $amount }
timeline-signed = { $ref } signed, { $amount }
timeline-cancelled = { $ref } cancelled, { $amount }
timeline-written_off = { $ref } written off, { $amount }
timeline-fell-due = { $ref }, instalment { $number } fell due
timeline-falls-due = { $ref }, instalment { $number } falls due
timeline-outstanding = { $outstanding } outstanding of { $amount }
timeline-cash = { $amount } received
timeline-in_kind = { $amount } received in kind
timeline-negative = { $amount } refunded or corrected
timeline-reversal = { $amount } taken back
timeline-sent = sent; due { $due }
timeline-sent-late = { $days ->
    [one] sent one day late; due { $due }
   *[other] sent { $days } days late; due { $due }
}
timeline-not-sent = { $days ->
    [one] one day overdue
   *[other] { $days } days overdue
}
timeline-report-planned = due
