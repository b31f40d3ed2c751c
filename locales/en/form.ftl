# What every form says.
form-optional = (optional)
form-title-error = Error:
form-cancel = Cancel
form-faults = { $count ->
    [one] One thing to put right; nothing typed is lost
   *[other] { $count } things to put right; nothing typed is lost
}
form-conflict-title = Somebody changed this meanwhile; nothing typed is lost
form-helper = Make a schedule
form-row-remove = Remove
format-day = d MMM yyyy
form-more = More
form-choose = Choose
form-nothing = nothing
form-reason = Why
form-reason-hint = Needed where a figure changes that was recorded before: the earlier one stays, marked as corrected for this reason.
form-reason-needed = A recorded figure changes: say why it was wrong.
form-theirs-taken = Changed meanwhile from { $was } to { $now }: that is filled in here.
form-theirs-differs = Changed meanwhile from { $was } to { $now }; what you typed stands here.
form-required = Please fill this in
form-not-a-day = This is not a date: write it like 31 Jul 2021
form-not-a-number = This is not a number: write it like 1,234.56
field-code = Code
field-ref = Reference
field-donor = Donor
field-unit = Unit
field-fund = Fund
field-pledge = Pledge
field-instalment = Instalment
field-reverses = Takes back
field-parent = Belongs to
entry-rates-valid_from = In force from
entry-hint-donors-code = Short and lasting, such as SWE; it stands in addresses and files.
entry-hint-donors-country = Three letters of ISO 3166-1, such as SWE.
entry-hint-donors-parent = An aid agency belongs to its country; its sums are rolled up.
entry-hint-donors-focal_point = The staff member responsible.
entry-hint-donors-member_state = Where nothing is chosen: yes for a government whose country is a Member State and that belongs to no other donor.
entry-hint-rates-units_per_usd = How many units of the currency one US dollar is worth.
entry-hint-contributions-ref = As the bank or the ledger has it; a free one is filled in.
entry-hint-contributions-pledge = Empty where nobody knows yet what it pays: it waits to be matched.
entry-hint-contributions-instalment = Only where the payment names it; else the oldest is paid first.
entry-hint-contributions-reverses = The contribution a negative amount takes back; a negative amount without it is a refund.
entry-hint-contributions-paid_by = Who paid, where it is not the donor.
entry-hint-contributions-amount = Negative for what is taken back or returned.
