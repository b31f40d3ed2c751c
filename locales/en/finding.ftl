# Finding: suggestions, the palette, shortcuts, saved views.
find-title = Find
find-question = What are you looking for?
find-label = Names, codes or words
find-open = Search
find-everything = Everything that says “#”
find-recent = Opened last
find-count = { $rows ->
    [one] 1 thing found
   *[other] { $rows } things found
}
find-nothing = Nothing like “{ $typed }” is here.
find-placeholder = Find a donor, a page, what was said…
find-close = Close
find-keys-choose = choose
find-keys-open = open
find-keys-close = close

found-page = Pages
found-action = Actions
found-view = Saved views
found-donor = Donors
found-pledge = Pledges
found-contribution = Contributions
found-meeting = Meetings
found-follow_up = Follow-ups
found-contact = Contacts
found-document = Documents
found-intelligence = Donor intelligence
found-unit = Units
found-fund = Funds
found-person = People
found-currency = Currencies

suggest-found = Suggestions: #
suggest-nothing = No suggestion
suggest-failed = Suggestions cannot be had just now. A code or an exact name will do.
duplicates-title = This donor may be here already:
duplicates-new-tab = (opens in a new tab)
duplicates-name = a name like this
duplicates-country = the government of this country

action-views = Saved views
action-theme-light = Light theme
action-theme-dark = Dark theme
action-theme-auto = Theme as the machine is
action-sign-out = Sign out

keys-title = Keyboard shortcuts
keys-mark = ?
keys-search = Search in the list, or anywhere
keys-palette = Find anything
keys-help = This list
keys-new = New, where the page offers it
keys-go = Go to { $room }
keys-escape = Close what is open
keys-single = Use shortcuts of a single key
keys-then = then
keys-escape-name = Esc
keys-control = Ctrl

menu-views = Saved views
views-all = All
views-more = All saved views
views-question = Which views have a name?
views-own = Yours
views-shared-by-others = Shared by others
views-none = No view is saved yet.
views-none-hint = Filter a list, then give what you see a name there.
views-open-list = Go to the arrears
views-shared-by = Shared by { $name }
views-private = Private
views-shared = Shared
views-save = Save this view
views-save-do = Save
views-name = Name
views-name-hint = What you would call it in a conversation, such as “Regional offices, over a year”.
views-name-empty = Give the view a name.
views-name-long = The name is longer than 80 letters.
views-name-taken = You have a view of this name on this list already.
views-share = Share it with everybody
views-keep-day = Keep the day
views-keep-day-hint = Otherwise the view is always of today.
views-edit = Rename
views-change-do = Save the name
views-remove = Remove
views-undo = Bring back
views-keeps-all = All rows

act-view-save = The view { $code } was saved.
act-view-change = The view { $code } was changed.
act-view-remove = The view { $code } was removed.
act-view-restore = The view { $code } is back.

error-conflict-title = Changed meanwhile
error-conflict = Somebody changed this since the page was opened. Open the page again to see how it is now.
