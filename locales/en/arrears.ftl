arrears-kicker = Arrears
arrears-question = What is overdue to us, and since when?
arrears-title = Arrears as of { $day }
arrears-export = Export these rows
arrears-as-of = As of
arrears-known-at = Known at
arrears-known-now = known at now
arrears-known-then = known at { $instant }
arrears-as-of-hint = What was true at the end of this day.
arrears-known-at-hint = Empty: everything recorded up to now. A past instant, such as 2026-03-31T17:00:00Z, shows the figure as it was known then.
arrears-show = Show
arrears-filter-unit = Unit
arrears-filter-donor = Donor
arrears-filter-fund = Fund
arrears-filter-any = Any
arrears-filter-donor-hint = A donor’s code; its children count with it.
arrears-filter-unit-hint = With all units below it.
arrears-filter-remove = , remove
arrears-totals = Totals
arrears-by-age = By age
arrears-chart = Arrears by days overdue, USD
arrears-lead = { $rows ->
    [one] One instalment
   *[other] { $rows } instalments
} of signed pledges, fallen due before { $day } and not fully paid. Converted at the rates in force that day.
arrears-no-rate = { $rows ->
    [one] One of them has no exchange rate and is in no USD figure.
   *[other] { $rows } of them have no exchange rate and are in no USD figure.
}
arrears-per-currency = Per currency
arrears-behind = Per currency, with the rates used
arrears-rows = Overdue instalments, longest overdue first
arrears-col-currency = Currency
arrears-col-instalments = Instalments
arrears-col-rate-from = In force from
arrears-col-rate = Units per USD
arrears-col-usd = USD
arrears-col-donor = Donor
arrears-col-pledge = Pledge · no.
arrears-col-unit = Unit
arrears-col-due = Due on
arrears-col-days = Days
arrears-col-outstanding = Outstanding
arrears-col-focal = Focal point
arrears-days = { $days } days
arrears-count = { $rows ->
    [one] 1 instalment
   *[other] { $rows } instalments
}
arrears-stale = Stale rate
arrears-rate-missing = No rate
arrears-empty-title = Nothing is overdue.
arrears-empty = No instalment of a signed pledge had fallen due before this day and was still unpaid, with these filters.
arrears-clear = Clear the filters
bucket-1-30 = 1–30 days
bucket-31-90 = 31–90 days
bucket-91-180 = 91–180 days
bucket-181-365 = 181–365 days
bucket-365plus = Over 365 days
arrears-paper = As of { $day } · { $known } · longest overdue first · printed by { $name }
arrears-definition = What arrears means
arrears-definition-text = An instalment falls due on the latest of its due date, the signing day and, where it has a condition, the day that was met. It is overdue from the next day. Outstanding is its amount less what receipts by this day pay of it and what was written off.
arrears-filter-age = Age
arrears-filter-text = Text
arrears-filter-add = Filter
arrears-search = Search in these rows
arrears-search-hint = Donor, pledge, title
arrears-today = Today
arrears-next = Next
arrears-first = First page
