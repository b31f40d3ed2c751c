# What facts ask of each other. $what: the reference it is about; $arg: what the sentence needs besides.
broken-contribution-of-no-pledge = Contribution { $what } names pledge { $arg }, which would not be there.
broken-reversal-of-nothing = Contribution { $what } takes back { $arg }, which would not be there.
broken-fact-of-no-pledge = Something is recorded of pledge { $what }, which would not be there.
broken-allocation-of-nothing = Contribution { $what } is allocated by hand, and would not be there.
broken-donor-gone = Donor { $what } is named by { $arg }, and would not be there.
broken-unit-gone = Unit { $what } is named by { $arg }, and would not be there.
broken-fund-gone = Fund { $what } is named by { $arg }, and would not be there.
broken-schedule = The instalments of pledge { $what } do not add up to its amount: { $arg }.
broken-no-beginning = { $what } says what holds from a day on, and nothing would say what held before.
broken-unit-loop = Unit { $what } would stand above itself on some day.
broken-donor-loop = Donor { $what } would belong to itself on some day.
broken-report-of-no-pledge = Report { $what } is owed under pledge { $arg }, which would not be there.
broken-fact-of-no-report = Something is recorded of report { $what }, which would not be there.
broken-report-out-of-order = Report { $what } would be returned or sent again on { $arg } without having been sent or returned before.
broken-confirmation-of-nothing = An extension or waiver of report { $what }, agreed on { $arg }, is confirmed and would not be there.
