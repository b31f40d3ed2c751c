# The briefing note.
brief-title = Briefing note
brief-hint = One page a donor: print it from your browser, or save it as PDF.
brief-kicker-meeting = Briefing note · meeting on { $meeting }
brief-belongs = belongs to { $parent }
brief-of = of { $all }
brief-agenda = To be discussed: { $title }
brief-gave = What they gave
brief-promised = What they promised and owe
brief-nothing-promised = No pledge is open.
brief-overdue = { $amount } overdue
brief-next = next { $day }
brief-more = { $count ->
    [one] and one more
   *[other] and { $count } more
}
brief-reports = What we owe them: reports
brief-no-report = No report is owed.
brief-days-late = { $days ->
    [one] one day late
   *[other] { $days } days late
}
brief-more-late = { $count ->
    [one] and one more that is overdue
   *[other] and { $count } more that are overdue
}
brief-more-open = More are open
brief-said = The last three times
brief-promised-we = What we promised
brief-promised-they = What they promised
brief-priorities = Their priorities and calendar
brief-people = Who will be there
brief-contacts = Whom one talks to
brief-foot = Made for { $name } on { $at }, of what was recorded by { $known }. US dollars at the rate of the day money came in, and of this day for what is outstanding.
