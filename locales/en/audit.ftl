# The audit page and the settings.
menu-audit = Audit
menu-settings = Settings
list-tabs = Lists that belong together
audit-kicker = Changes
audit-question = Who changed what, when and why?
audit-empty = No change is like this.
audit-facts-kicker = Fact by fact
audit-facts-question = What did every change make of each fact?
audit-facts-empty = No fact was changed like this.
sign-ins-kicker = Sign-ins
sign-ins-question = Who signed in, and who tried to?
sign-ins-empty = Nobody tried like this in the last ninety days.
sign-ins-succeeded = Signed in
sign-ins-failed = Failed
filter-state-sign-ins = Outcome
filter-who = Who
filter-act = What
filter-room = About
filter-code = Code or reference
col-what = What
col-facts = Facts
col-before = Before
col-after = After
col-outcome = Outcome
col-means = With
col-address = From
means-password = Password
means-code = Code
means-recovery_code = Recovery code

act-setting = { $code ->
    [allowance_percent] The allowance for doubtful receivables was set.
    [member_states] The number of Member States was set.
    [no_data_years] Years without data were set.
    [late_margin] The margin of late projects was set.
   *[other] A setting was changed.
}
history-setting_facts = Setting
field-setting = Setting
field-value = Value
settings-question = What holds for the agency?
settings-lead = A setting counts from a day on; what held before stays as it was. What was wrong is taken back on the page of its change.
settings-new = New value
settings-now = Today
settings-default = By default
settings-every-fund = Every fund
settings-choose-fund = Choose a fund
settings-from-beginning = From the beginning
settings-from-hint = Empty: from the beginning. Figures of earlier days stay as they are.
settings-voided = Void
settings-operator = Set by the operator
settings-zone = Time zone
settings-no-years = None
settings-why = Say why
settings-no-fund = Choose a fund that there is.
settings-wrong-day = This is not a date: write it like 31 Jul 2021.
settings-wrong-percentages = Four percentages from 0 to 100 with a slash between them, such as 0 / 25 / 60 / 100.
settings-wrong-count = A whole number from 1 on.
settings-wrong-years = Years with commas between them, such as 2015, 2016.
setting-allowance_percent = Allowance for doubtful receivables
setting-meaning-allowance_percent = How much of an overdue amount is set aside: overdue for less than one year, for one to two, for two to three, and for longer.
setting-hint-allowance_percent = Four percentages, such as 0 / 25 / 60 / 100.
setting-member_states = Member States
setting-meaning-member_states = How many Member States there are: the share of those that give is of this number.
setting-hint-member_states = A whole number.
setting-no_data_years = Years without data
setting-meaning-no_data_years = Years of which nothing is recorded for a fund: a donor who gave before and after them is not taken to have stopped.
setting-hint-no_data_years = Years with commas between them; empty where there are none.
