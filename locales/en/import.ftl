# What an import says of a cell. $value: what it holds; $arg: what the sentence needs besides; $column: its column.
import-problem = { $file }, line { $line }, { $column }, “{ $value }”: { $message }
import-problem-file = { $file }, line { $line }: { $message }
import-told = { $field }: { $message }
import-done = { $added } added, { $changed } changed, { $unchanged } unchanged, { $rejected } rejected.
import-nothing-landed = Nothing was loaded: { $errors ->
    [one] one problem
   *[other] { $errors } problems
}.
import-nothing-kept = Checked only; nothing was loaded.
import-more = and { $count } more.
import-warnings = { $count ->
    [one] One warning
   *[other] { $count } warnings
}:
import-forbidden = The role { $role } may not load { $kind }.

import-file-unreadable = the file cannot be read ({ $arg })
import-file-not-a-file = this is not a file
import-file-too-large = the file is larger than { $arg } MB
import-file-empty = the file is empty
import-file-not-comma = columns must be separated by commas; save the file as comma-separated CSV
import-file-not-csv = this is neither a CSV file nor a workbook
import-file-is-xls = this is a workbook of the old format (.xls); save it as .xlsx or CSV
import-file-is-zip = this is a ZIP file or a damaged workbook; save the sheet as .xlsx or CSV
import-file-too-wide = the header has more than { $arg } columns
import-xlsx-encrypted = the workbook is protected by a password; save it without one
import-xlsx-broken = the workbook is damaged and cannot be read; save it again as .xlsx or CSV
import-xlsx-no-sheet = the workbook has no sheet of rows
import-xlsx-unpacks-too-large = the workbook holds more than can be read ({ $arg } MB unpacked); split it, or save its sheet as CSV
import-xlsx-cell-too-long = a cell of the workbook holds more than { $arg } MB
import-xlsx-too-many-parts = the workbook is packed of more than { $arg } parts; save its sheet as CSV
import-xml-broken = the XML is damaged and cannot be read
import-too-many-rows = the file has more than { $arg } rows
import-cell-is-an-error = the cell holds the error { $arg }
import-rates-disagree = the same currency and day has another rate above: { $arg }
import-file-not-utf8 = the file is not in UTF-8 (line { $arg }); save it as CSV UTF-8
import-columns-missing = columns are missing: { $arg }
import-columns-unknown = columns are not known: { $arg }
import-columns-twice = columns stand twice: { $arg }
import-row-too-long = the row is too long: a quotation mark may not be closed
import-row-width = the row has { $value } fields, the header has { $arg }

import-required = is needed
import-zero-byte = holds a zero byte, which is no text
import-text-too-long = is longer than { $arg } characters
import-code-too-long = is longer than { $arg } characters
import-code-with-control = holds a control character
import-code-reserved = is reserved and cannot be a code
import-not-a-day = is not a date of the form 2021-07-31
import-day-out-of-range = is outside the years 1900 to 2199
import-day-after-today = is after today, { $arg }
import-currency-unknown = is not an ISO 4217 currency
import-not-a-number = is not a number of the form 1234.56
import-number-too-large = has more than 16 digits before the point
import-number-too-precise = has more decimals than can be kept
import-rate-too-precise = has more than { $arg } decimals
import-not-above-zero = must be above zero
import-percent-out-of-range = must be between 0 and 100
import-not-a-whole-number = must be a whole number from 1
import-not-yes-or-no = must be yes or no
import-not-one-of = must be one of { $arg }
import-country-unknown = is not an ISO 3166-1 alpha-3 country code
import-decimals = has more decimals than { $arg } has

import-key-twice = stands already in line { $arg }
import-differs = the system holds “{ $arg }”; load with --correct and a reason if that is wrong
import-taken-out = was taken out on { $arg }; load with --correct and a reason if it is to come back
import-instalment-left-out = the system holds this instalment of pledge { $arg }, the file leaves it out; load with --correct and a reason if it is to go
import-unit-unknown = no such unit
import-donor-unknown = no such donor
import-fund-unknown = no such fund
import-pledge-unknown = no such pledge
import-contribution-unknown = no such contribution
import-account-unknown = no account has this e-mail
import-parent-itself = cannot be its own parent
import-parent-loop = the parents go round in a circle
import-usd-is-one = one US dollar is one US dollar
import-government-without-country = a government without a country
import-amendment-of-nothing = amends a pledge that has no first row
import-currency-amended = an amendment cannot change the currency, which is { $arg }
import-events-disagree = the rows of this pledge disagree about what happened to it
import-schedule-does-not-add-up = the instalments add up to { $arg }
import-amount-is-not-the-sum = the instalments add up to { $value }, the pledge is { $arg }
import-met-without-condition = there is no condition that was met
import-signed-before-pledged = is before the day of the pledge, { $arg }
import-label-of-amendment = is not used: the pledge's own row says “{ $arg }”
import-due-before-signature = is before the signature, { $arg }
import-reverses-itself = cannot take back itself
import-reversal-not-negative = a reversal must be negative
import-instalment-without-pledge = needs the pledge it belongs to
import-instalment-unknown = pledge { $arg } has no such instalment
import-pledge-of-another-donor = pledge { $arg } is another donor's; say in paid_by who paid
import-reversal-does-not-fit = what is taken back must be an earlier contribution of the same donor, pledge and currency
import-reversed-too-much = more is taken back than was received, { $arg }
import-refund-too-large = the refund is larger than what is unallocated on pledge { $arg } on its day
import-rate-missing = no exchange rate of { $arg } is known for its day, so the amount is not converted
import-from-day-of-nothing = there is no first row that says what holds before that day
import-says-too-little = says all that holds from that day on; the column { $arg } is missing
import-label-of-first-row = is not used: the first row says “{ $arg }”
import-alias-too-long = is longer than { $arg } characters

import-period-backwards = ends before it begins, { $arg }
import-extension-of-nothing = says what holds from a day on of a report that has no first row
import-report-events-disagree = the rows of this report disagree about what became of it
import-submitted-before-period = is before the period began, { $arg }
import-returned-unsent = was returned, but never sent
import-returned-before-sent = is before it was sent, { $arg }
import-resent-unreturned = was sent again, but never returned
import-resent-before-returned = is before it was returned, { $arg }
import-confirmed-by-others = is for resource mobilization to confirm; leave it empty or say no
import-unit-of-others = is not your unit nor one below it
import-final-before-end = is before the agreement ends, { $arg }
