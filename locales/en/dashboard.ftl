# The dashboard: a tile is the sums of a list, and the first of its rows.
menu-dashboard = Dashboard
dashboard-title = What there is to look at today
tile-arrears = Overdue
tile-arrears-sentence = { $rows ->
    [0] Nothing is overdue.
    [one] One instalment fell due before this day and is not paid, in US dollars at its rates.
   *[other] { $rows } instalments fell due before this day and are not paid, in US dollars at its rates.
}
tile-oldest = Longest overdue
tile-note-oldest = What fell due before this day and is not paid, the oldest first.
tile-empty-oldest = Nothing is overdue.
tile-to-come = Falling due in the next 60 days
tile-note-to-come = Signed, unconditional and not yet paid; the sums are what is outstanding.
tile-empty-to-come = Nothing falls due in the next 60 days.
tile-my-donors = My donors
tile-note-my-donors = Donors whose focal point I am.
tile-empty-my-donors = I am no donor’s focal point.
tile-unsigned = Promised, not signed
tile-note-unsigned = They count in no total until they are signed.
tile-empty-unsigned = Every pledge is signed.
tile-waiting = Money that waits
tile-note-waiting = Receipts without a pledge, from nobody known or without a rate, and what no instalment took.
tile-empty-waiting = Every receipt is placed.
tile-imports = Last imports
tile-note-imports = What was loaded from files, the latest first.
tile-empty-imports = No file was loaded yet.
tile-stale-rates = Rates older than 45 days
tile-note-stale-rates = They are used, and marked stale, until a newer one is loaded.
tile-empty-stale-rates = Every rate in force is newer than that.
