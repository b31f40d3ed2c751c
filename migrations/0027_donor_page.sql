-- What a donor's page asks for, of what is known now and in the order it is shown in.

-- Of every balance of a pledge there are several versions that are no longer known: the index begins with those that are,
-- and says all that sums and the timeline look at.
drop index pledge_balances_donor;
create index pledge_balances_donor on pledge_balances (donor_id, known_until, pledge_ref) include
    (valid_from, valid_until, known_from, pledge_id, status, currency, receivable);

-- In the order of the timeline, so that it reads no more receipts than it shows.
drop index contribution_facts_donor;
create index contribution_facts_donor on contribution_facts (donor_id, received_on, id) include
    (kind, currency, amount, recorded_at, voided_at, fund_id, pledge_id, key);

-- The timeline and the counts of reports, without a look at the reports themselves.
drop index report_states_donor;
create index report_states_donor on report_states (donor_id, (coalesce(sent_on, due_on)), id) include
    (owed, waived_on, sent_on, returned_on, due_on, valid_from, valid_until, known_from, known_until);

-- Of what was never sent, most that no longer stands ended with the day it was sent: the index begins with what did not.
drop index report_states_unsent_donor;
create index report_states_unsent_donor on report_states (donor_id, valid_until) include
    (due_on, valid_from, known_from, known_until)
    where owed and waived_on is null and (sent_on is null or returned_on is not null);
