# What finance does with a contribution, and the list of what waits.
menu-allocations = Allocations
allocations-kicker = Allocations
allocations-question = What money waits for somebody?
allocations-empty = No money waits: every receipt names its pledge, and its rate is known.
allocations-unidentified = From nobody known
allocations-unmatched = Without a pledge
allocations-no_rate = No exchange rate
allocations-unfit = By hand, no longer fits
allocations-remainder = Unallocated on a pledge
filter-state-allocations = Waits for
col-put-right = Put right
col-waits-for = Waits for
col-went-to = Went to
col-of-it = Of it
col-in-pledge = In the pledge’s currency

contribution-reverse = Take back
contribution-refund = Refund
contribution-match = Match to a pledge
contribution-allocate = Allocate by hand
contributions-by-hand = By hand
contributions-went = Where it went
contributions-went-nowhere = Pays nothing yet
contributions-went-back = Taken back
contributions-taken-back = What takes it back

act-contribution-reverse = Contribution { $code } was taken back.
act-contribution-refund = A refund of { $code } was recorded.
act-contribution-match = Contribution { $code } was matched to a pledge.
act-contribution-match-many = Receipts were matched to their pledges: { $code }.
act-contribution-allocate = Contribution { $code } was allocated by hand.
act-on-what-changed = Somebody changed it meanwhile. What the form is about stands here as it is now; send it again if it is still right.

reverse-title = Take back contribution { $code }
reverse-lead = { $amount } from { $donor }, received on { $day }. What is taken back counts from its own day on: until then the contribution counts as before.
reverse-amount-hint = All that is left of it, { $left }, unless less is taken back.
refund-title = Refund of contribution { $code }
refund-lead = Money returned to { $donor } out of what is unallocated on pledge { $pledge }: { $unallocated } today. It never opens an instalment again.
refund-amount-hint = At most what was unallocated on the pledge on the day of the refund.
return-amount = Amount, { $currency }
return-day = On
return-ref-hint = The reference of the new entry; a free one is filled in.
return-reason-hint = Stands in the history, and as the note of the new entry.
return-reason-needed = Say why
return-not-above-zero = Must be above zero: the sign is turned round here

match-title = Match contribution { $code } to a pledge
match-lead = { $amount } from { $donor }, received on { $day }.
match-lead-note = The note says: “{ $note }”.
match-lead-now = It names pledge { $pledge } now.
match-which = Which pledge does it pay?
match-none = Nothing outstanding looks like it: name the pledge it pays.
match-other = Another pledge, named below
match-pledge = { $pledge } · { $donor } · { $amount } outstanding
match-instalment = { $pledge } · no. { $number }, due { $due_on } · { $donor } · { $amount } outstanding
match-pledge-hint = Only where none of the suggestions is right.
match-pledge-needed = Name the pledge, or choose one above
match-paid-by-hint = Needed where the pledge is another donor’s.
match-why = Why
match-why-hint = Empty: the reasons of the suggestion. It stands in the history.
match-chosen = by hand
match-reason = matched: { $why }
why-named = “{ $name }” stands in the note
why-instalment = exactly instalment { $number }
why-whole = exactly what is outstanding
why-same-donor = same donor
why-family = same family of donors
why-donor-named = the note names the donor
why-same-currency = same currency
why-on-the-day = on the day it is due
why-days-before = { $days ->
    [one] 1 day before it is due
   *[other] { $days } days before it is due
}
why-days-after = { $days ->
    [one] 1 day after it was due
   *[other] { $days } days after it was due
}

sure-open = Match what leaves no doubt
sure-title = Which of these are right?
sure-submit = Match those ticked
sure-lead = { $count ->
    [0] No receipt is left of which the donor, the currency and the amount fit one instalment and no other.
    [one] One receipt: its donor, currency and amount fit one instalment and no other.
   *[other] { $count } receipts: the donor, currency and amount of each fit one instalment and no other.
}
sure-row = { $receipt }: { $amount } on { $day } → { $pledge }
sure-nothing = Tick at least one receipt
sure-changed = Somebody changed one of these receipts meanwhile. What still leaves no doubt stands here; send it again if it is right.
sure-why = donor, currency and amount fit one instalment and no other

allocate-title = Allocate contribution { $code } by hand
allocate-lead = { $amount } from { $donor }, received on { $day }, for pledge { $pledge }. What is placed here comes before the rule; what is not is allocated by it, oldest first. Amounts are in { $currency }.
allocate-instalment = No. { $number }, due { $due_on }
allocate-instalment-gone = No. { $number }
allocate-paid = { $amount }, of which { $paid } is paid.
allocate-gone = No longer in the schedule: what was placed here is unallocated.
allocate-no-longer-fits = { $amount }; only { $fits } of what was placed here still fits.
allocate-day = From
allocate-day-hint = From this day on it stands as placed; before, the rule allocates.
allocate-day-wrong = A day from the one it was received on up to today
allocate-amount-wrong = Not an amount of { $currency }
allocate-too-much = Only { $most } of that fits
allocate-reason-hint = Stands in the history.
allocate-reason-needed = Say why
