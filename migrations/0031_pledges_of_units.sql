-- The pledges of a unit are known from this index alone: a receipt counts with the unit of its pledge.
drop index pledge_balances_unit;
create index pledge_balances_unit on pledge_balances (unit_id) include (valid_from, valid_until, known_from, known_until,
    terms_id, status, signed_on, currency, outstanding, pledge_id);
