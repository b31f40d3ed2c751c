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
form-key-twice = This stands twice in the form
