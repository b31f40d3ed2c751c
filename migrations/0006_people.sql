-- People: second factors, one-time passwords, sessions one can point at, and what the pages about changes ask by.

alter table accounts
    -- Somebody else chose it: whoever signs in with it chooses another first.
    add column password_one_time boolean not null default false,
    add column last_signed_in_at timestamptz;

alter table sessions add column id bigint generated always as identity unique;

-- The secret that makes a person's six-digit codes, sealed with a key that is not in the database.
create table second_factors (
    account_id bigint primary key references accounts,
    sealed_secret bytea not null,
    since timestamptz not null,
    -- The latest step of thirty seconds a code was taken of: each is taken once.
    last_step bigint not null
);

create table recovery_codes (
    account_id bigint not null references accounts,
    code_hash bytea not null,
    used_at timestamptz,
    primary key (account_id, code_hash)
);

-- Sign-ins between the right password and the code.
create table sign_in_steps (
    token_hash bytea primary key,
    account_id bigint not null references accounts,
    created_at timestamptz not null
);
create index sign_in_steps_account on sign_in_steps (account_id);

-- With what somebody tried: a password, a code, a recovery code.
alter table sign_in_attempts
    add column means text not null default 'password' check (means in ('password', 'code', 'recovery_code'));
create index sign_in_attempts_at on sign_in_attempts (at);

create index changes_account on changes (account_id, id);
create index changes_act on changes (act, id);
create index changes_about on changes ((details ->> 'room'), (details ->> 'code'), id);

-- What a fact says, in the codes people know: without the columns all facts share, and with codes for numbers of rows.
create function fact_in_codes(content jsonb) returns jsonb
    language sql stable parallel safe
begin atomic
    select jsonb_strip_nulls(
        content - '{id,key,change_id,recorded_at,voided_at,voided_change_id,replaces,unit_id,donor_id,fund_id,pledge_id,
            contribution_id,reverses_id,parent_id}'::text[]
        || jsonb_build_object(
            'unit', (select u.code from units u where u.id = (content ->> 'unit_id')::bigint),
            'donor', (select d.code from donors d where d.id = (content ->> 'donor_id')::bigint),
            'fund', (select f.code from funds f where f.id = (content ->> 'fund_id')::bigint),
            'pledge', (select p.ref from pledges p where p.id = (content ->> 'pledge_id')::bigint),
            'contribution', (select c.ref from contributions c where c.id = (content ->> 'contribution_id')::bigint),
            'reverses', (select c.ref from contributions c where c.id = (content ->> 'reverses_id')::bigint),
            'parent', case
                when content ? 'donor_id' then (select d.code from donors d where d.id = (content ->> 'parent_id')::bigint)
                else (select u.code from units u where u.id = (content ->> 'parent_id')::bigint)
            end
        )
    );
end;

grant select, insert, update, delete on second_factors, recovery_codes, sign_in_steps to dis_app;
