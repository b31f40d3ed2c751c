//! What is near to what was typed, and what somebody opened last.

use std::collections::HashMap;
use std::sync::{LazyLock, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use sqlx::postgres::{PgConnection, PgPool};

use super::model::{Found, Kind, Lookalike};
use super::pages::WITH_A_PAGE;
use crate::kernel::ids::AccountId;

/// How many recent things are kept for an account.
pub const RECENT: i64 = 8;

/// Names of our own to look among: pages, actions, views. The word of the kind, a code, a name.
pub type Ours = Vec<(Kind, String, String)>;

/// Has the statements of this transaction planned once a connection: to plan one of many parts takes longer than to
/// run it, and what was typed does not change its plan.
async fn plan_once(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("select set_config('plan_cache_mode', 'force_generic_plan', true)").execute(connection).await?;
    Ok(())
}

/// Names of our own as they are compared with what was typed: the same for everybody, so folded once.
static FOLDED: LazyLock<RwLock<HashMap<String, String>>> = LazyLock::new(RwLock::default);
/// How many are kept: what is in every menu, and the views people name.
const MOST_FOLDED: usize = 8192;

async fn folded(connection: &mut PgConnection, names: Vec<String>) -> Result<Vec<String>, sqlx::Error> {
    let known = |names: &[String]| -> Option<Vec<String>> {
        let folded = FOLDED.read().unwrap_or_else(PoisonError::into_inner);
        names.iter().map(|name| folded.get(name).cloned()).collect()
    };
    if let Some(folded) = known(&names) {
        return Ok(folded);
    }
    let read: Vec<String> =
        sqlx::query_scalar("select folded(n.name) from unnest($1::text[]) with ordinality n (name, at) order by n.at")
            .bind(&names)
            .fetch_all(connection)
            .await?;
    let mut kept = FOLDED.write().unwrap_or_else(PoisonError::into_inner);
    if kept.len() + names.len() > MOST_FOLDED {
        kept.clear();
    }
    kept.extend(names.into_iter().zip(read.iter().cloned()));
    Ok(read)
}

/// What is near to what was typed, of the kinds asked for, the nearest first and at most `most` of each. What only
/// resembles it is looked for where a kind has nothing better, and only if `guess`.
pub async fn near(
    connection: &mut PgConnection,
    typed: &str,
    kinds: &[Kind],
    ours: Ours,
    most: i32,
    guess: bool,
) -> Result<Vec<Found>, sqlx::Error> {
    let words: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    let sought = ours.iter().map(|(_, code, name)| format!("{name} {code}")).collect();
    let sought = folded(&mut *connection, sought).await?;
    let our_kinds: Vec<&str> = ours.iter().map(|(kind, ..)| kind.as_str()).collect();
    let (our_codes, our_names): (Vec<&str>, Vec<&str>) =
        ours.iter().map(|(_, code, name)| (code.as_str(), name.as_str())).unzip();
    plan_once(&mut *connection).await?;
    sqlx::query_as(
        "select n.kind, n.code, n.name, n.note, n.word, n.day, n.currency, n.amount, n.nearness
         from names_near($1, $2, $3, $8) n
         union all
         (select o.kind, o.code, o.name, null, null, null, null, null, o.nearness
          from (select o.*, row_number() over (partition by o.kind order by o.nearness, o.at) as place
                from (select o.kind, o.code, o.name, o.at, nearness(w.said, '', o.sought) as nearness
                      -- In a column, for `nearness` to be written into the plan, and worked out once.
                      from (select folded($1) as said, sought_words($1) as words offset 0) w cross join (
                        select o.* from unnest($4::text[], $5::text[], $6::text[], $7::text[])
                            with ordinality as o (kind, code, name, sought, at)
                        where o.kind = any($2) offset 0
                      ) o
                      where o.sought like all (w.words)) o) o
          where o.place <= $3 order by o.nearness, o.at)",
    )
    .bind(typed)
    .bind(words)
    .bind(most)
    .bind(our_kinds)
    .bind(our_codes)
    .bind(our_names)
    .bind(sought)
    .bind(guess)
    .fetch_all(connection)
    .await
}

/// For want of better: what only resembles what was typed, of the kinds of things with a page that have nothing yet.
pub async fn resembling(
    connection: &mut PgConnection,
    typed: &str,
    found: &[&str],
    most: i32,
) -> Result<Vec<Found>, sqlx::Error> {
    let missing = |kind: &Kind| kind.is_a_thing() && !found.contains(&kind.as_str());
    let kinds: Vec<Kind> = WITH_A_PAGE.into_iter().filter(missing).collect();
    near(connection, typed, &kinds, Vec::new(), most, true).await
}

/// The things an account opened last, the last first. What is there no more is left out.
pub async fn recent(connection: &mut PgConnection, account: AccountId) -> Result<Vec<Found>, sqlx::Error> {
    sqlx::query_as(
        "select found.kind, r.code, found.name, found.note, null::text as word, found.day, found.currency, found.amount,
                0::real as nearness
         from (select r.* from recent_things r where r.account_id = $1 order by r.opened_at desc limit $2) r
         cross join lateral (
            select 'donor' as kind, d.name, null::text as note, null::date as day, null::text as currency,
                   null::numeric as amount
            from donors d where r.room = 'donors' and d.code = r.code
            union all
            select 'pledge', coalesce(p.title, p.ref), null, null, null, null
            from pledges p where r.room = 'pledges' and p.ref = r.code
            union all
            select 'contribution', d.name, null, f.received_on, f.currency, f.amount
            from contributions c join contribution_facts f on f.contribution_id = c.id and f.voided_at is null
            join donors d on d.id = f.donor_id where r.room = 'contributions' and c.ref = r.code
            union all
            select 'project', p.title, null, null, null, null from projects p
            where r.room = 'projects' and p.code = r.code
            union all
            select 'report', coalesce(o.title, o.ref), null, null, null, null
            from donor_reports o where r.room = 'donor-reports' and o.ref = r.code
            union all
            select 'unit', u.name, null, null, null, null from units u where r.room = 'units' and u.code = r.code
            union all
            select 'fund', f.name, null, null, null, null from funds f where r.room = 'funds' and f.code = r.code
         ) found
         order by r.opened_at desc",
    )
    .bind(account)
    .bind(RECENT)
    .fetch_all(connection)
    .await
}

/// Notes what an account has opened. Nothing of the agency's: like when a session was last seen, it is outside the
/// changes, and only the last few are kept.
pub async fn opened(
    pool: &PgPool,
    account: AccountId,
    room: &str,
    code: &str,
    at: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "with noted as (
            insert into recent_things (account_id, room, code, opened_at) values ($1, $2, $3, $4)
            on conflict (account_id, room, code) do update set opened_at = excluded.opened_at
         )
         delete from recent_things r where r.account_id = $1 and r.opened_at < (
            select k.opened_at from recent_things k
            where k.account_id = $1 and (k.room, k.code) <> ($2, $3) order by k.opened_at desc offset $5 limit 1)",
    )
    .bind(account)
    .bind(room)
    .bind(code)
    .bind(at)
    .bind(RECENT - 2)
    .execute(pool)
    .await?;
    Ok(())
}

/// What has this very code: most fields are filled from a list of suggestions, and reading every name for that would take
/// longer than what is then recorded.
async fn of_code(
    connection: &mut PgConnection,
    kind: Kind,
    code: &str,
) -> Result<Option<(String, String)>, sqlx::Error> {
    sqlx::query_as(
        "select code, name from donors where $1 = 'donor' and code = $2
         union all select ref, coalesce(title, ref) from pledges where $1 = 'pledge' and ref = $2
         union all select code, title from projects where $1 = 'project' and code = $2
         union all select ref, coalesce(title, ref) from donor_reports where $1 = 'report' and ref = $2
         union all select code, name from units where $1 = 'unit' and code = $2
         union all select code, name from funds where $1 = 'fund' and code = $2
         union all select email, name from accounts
            where $1 = 'person' and email = $2 and role <> 'system' and disabled_at is null",
    )
    .bind(kind.as_str())
    .bind(code)
    .fetch_optional(connection)
    .await
}

/// What a text in a field means: a code, else a name or alias if only one thing has it, else whatever alone holds all
/// its words. Nothing where that leaves none or several.
pub async fn resolve(
    connection: &mut PgConnection,
    kind: Kind,
    text: &str,
) -> Result<Option<(String, String)>, sqlx::Error> {
    if let Some(found) = of_code(&mut *connection, kind, text).await? {
        return Ok(Some(found));
    }
    sqlx::query_as(
        "with named as (
            select d.code, d.name, d.sought, 'donor' as kind, true as whole from donors d where $1 = 'donor'
            union all
            select d.code, d.name, a.sought, 'donor', false from donor_aliases a join donors d on d.id = a.donor_id
            where $1 = 'donor'
            union all
            select p.code, p.title, p.sought, 'project', true from projects p where $1 = 'project'
            union all
            select u.code, u.name, u.sought, 'unit', true from units u where $1 = 'unit'
            union all
            select f.code, f.name, f.sought, 'fund', true from funds f where $1 = 'fund'
            union all
            select a.email, a.name, a.sought, 'person', true from accounts a
            where $1 = 'person' and a.role <> 'system' and a.disabled_at is null
         ), hits as (
            select n.code, n.name, case
                when lower(n.code) = lower($2) then 1
                when n.sought = (select folded($2)) or (n.whole and n.sought = (select folded($2)) || ' ' || lower(n.code))
                    then 2
                else 3 end as tier
            from named n
            where n.sought like all ((select sought_words($2))::text[]) and (select sought_words($2) <> '{}')
         ), best as (
            select distinct h.code, h.name from hits h where h.tier = (select min(tier) from hits)
         )
         select code, name from best where (select count(*) from best) = 1",
    )
    .bind(kind.as_str())
    .bind(text)
    .fetch_optional(connection)
    .await
}

/// Donors that may be the one with this name, or the government of this country (ISO 3166, three letters); `but` is the
/// donor that is being edited.
pub async fn lookalikes(
    connection: &mut PgConnection,
    name: &str,
    country: Option<&str>,
    but: Option<&str>,
) -> Result<Vec<Lookalike>, sqlx::Error> {
    plan_once(&mut *connection).await?;
    sqlx::query_as(
        "with whole as materialized (
            -- The other way round: a donor's name somewhere in a longer one, \"Government of Sweden\".
            select d.id, word_similarity(d.sought, (select folded($1))) as likeness from donors d where length($1) > 2
         ), like_it as (
            select n.donor_id, n.nearness from donors_near(folded($1), sought_words($1), 20, true) n
            where n.nearness < 5.5 and length($1) > 2
            union all
            select w.id, 5.5 - w.likeness from whole w where w.likeness > 0.7
                and exists (select from donor_facts f where f.donor_id = w.id and f.voided_at is null)
         ), of_country as (
            select i.donor_id from donor_facts i
            where i.country = $2 and i.kind = 'C01' and i.parent_id is null and i.voided_at is null
         ), found as (
            select donor_id, min(nearness) as nearness, false as by_country from like_it group by donor_id
            union all
            select distinct donor_id, 9::real, true from of_country
            where donor_id not in (select donor_id from like_it)
         )
         select d.code, d.name, f.by_country from found f join donors d on d.id = f.donor_id
         where $3::text is null or d.code <> $3
         order by f.nearness, d.name collate \"C\" limit 5",
    )
    .bind(name)
    .bind(country)
    .bind(but)
    .fetch_all(connection)
    .await
}
