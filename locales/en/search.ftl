# Search: whatever says the words typed.
search-hint = Donors, contacts, meetings and what came of them, follow-ups, documents, intelligence, pledges, projects, reports: whatever you may read, in any language. A mistyped word is understood.
search-count-many = More than 500 things found
search-many = 500+
search-all = All
search-kinds = Kinds of things found
search-found = Found
search-said = Said in texts
search-quoted = “{ $word }”
search-understood = “{ $typed }” was not found. Shown instead: { $meant }.
search-classified = What it says is read on its page.
search-nothing-hint = Try another spelling, fewer words, or the beginning of a reference.
search-page = Page { $page }
search-before = Back

found-one-donor = Donor
found-one-contact = Contact
found-one-meeting = Meeting
found-one-follow_up = Follow-up
found-one-document = Document
found-one-intelligence = Donor intelligence
found-one-pledge = Pledge
found-one-project = Project
found-one-report = Donor report
