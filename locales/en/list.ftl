# What every list says.
list-export = Export these rows
list-as-of = As of
list-known-at = Known at
list-known-now = known at now
list-known-then = known at { $instant }
list-as-of-hint = What was true at the end of this day.
list-known-at-hint = Empty: everything recorded up to now. A past instant, such as 2026-03-31T17:00:00Z, shows the figure as it was known then.
list-show = Show
list-today = Today
list-filter = Filter
list-filter-any = Any
list-filter-remove = , remove
list-search = Search in these rows
list-sums = Sums
list-pages = Pages
list-next = Next
list-first = First page
list-empty = Nothing here.
list-clear = Clear the filters
list-count = { $rows ->
    [one] 1 row
   *[other] { $rows } rows
}
list-count-more = more than { $rows } rows
list-in-usd = In US dollars
list-without-rate = { $rows ->
    [one] 1 row without a rate is not in it
   *[other] { $rows } rows without a rate are not in it
}
list-paper = As of { $day } · { $known } · { $count } · printed by { $name }

filter-unit = Unit
filter-donor = Donor
filter-fund = Fund
filter-pledge = Pledge
filter-bucket = Age
filter-currency = Currency
filter-since = Since
filter-text = Text
filter-until = Until
filter-year = Year
filter-donor_kind = Kind of donor
filter-region = Region of donor
filter-fund_kind = Kind of fund
filter-earmarking = Earmarking
filter-state-pledges = State
filter-state-instalments = State
filter-state-contributions = Kind
filter-state-donors = Kind
filter-state-arrears = State
filter-state-units = Kind
filter-state-funds = Earmarking
filter-state-rates = State
filter-hint-unit = With all units below it.
filter-hint-donor = A donor’s code or name; its children count with it.
filter-hint-donor_kind = Donors count with their topmost parent.
filter-hint-until = Up to this day, such as 2021-12-31.
filter-hint-since = From this day on, such as 2021-01-01.

col-donor = Donor
col-donor-code = Code
col-code = Code
col-name = Name
col-kind = Kind
col-parent = Belongs to
col-country = Country
col-region = Region
col-pledge = Pledge
col-pledge-number = Pledge · no.
col-unit = Unit
col-fund = Fund
col-due = Due on
col-falls-due = Falls due on
col-days = Days
col-amount = Amount
col-paid = Paid
col-outstanding = Outstanding
col-advance = Advance
col-overdue = Overdue
col-allocated = Allocated
col-unallocated = Unallocated
col-usd = USD
col-rate = Units per USD
col-rate-from = In force from
col-focal-point = Focal point
col-currency = Currency
col-instalments = Instalments
col-state = State
col-signed = Signed on
col-pledged = Pledged on
col-received = Received on
col-received-usd = Received, USD
col-arrears-usd = Arrears, USD
col-last = Last receipt
col-earmarking = Earmarking
col-reference = Reference
col-condition = Condition

rate-stale = Stale rate
rate-missing = No rate

bucket-1-30 = 1–30 days
bucket-31-90 = 31–90 days
bucket-91-180 = 91–180 days
bucket-181-365 = 181–365 days
bucket-365plus = Over 365 days
filter-focal_point = Focal point
filter-hint-focal_point = An account’s e-mail.
