//! Lands the few rows of a form at once. Everybody else who writes waits meanwhile, so the statements that would go to
//! the database one by one stand in three functions there, with their plans, for as long as the connection does. They are
//! put together from the specs alone, of the very statements that land a file.

use std::fmt::Write as _;

use sqlx::AssertSqlSafe;

use super::landing::{self, Landing, Touched, comparing, counting, differences, double_keys, gathering};
use super::report::Outcome;
use super::spec::{Kind, Spec};
use crate::facts::WriteTx;
use crate::kernel::ids::{PledgeId, ReportId};

/// What is odd in a file and happens in life, but is a slip in a form: the reader is there to put it right.
const REFUSED_IN_FORMS: &str = "refund-too-large";

/// What the functions for these kinds are called, after the first word.
fn of(specs: &[&'static Spec]) -> String {
    let kinds: Vec<&str> = specs.iter().map(|spec| spec.stage.trim_start_matches("stage_")).collect();
    kinds.join("_and_")
}

/// The name of the last of the functions for these kinds to be made: where it is there, all are.
pub fn name(specs: &[&'static Spec]) -> String {
    format!("pg_temp.tell_{}", of(specs))
}

/// The statements that make the functions for these kinds.
pub fn functions(specs: &[&'static Spec]) -> [String; 3] {
    let of = of(specs);
    [
        function(
            &format!("land_{of}(bigint, timestamptz, boolean, boolean, out n_wrote text[])"),
            &landing_body(specs),
        ),
        function(
            &format!("finish_{of}(boolean, out n_pledges bigint[], out n_reports bigint[])"),
            &finishing_body(specs),
        ),
        function(
            &format!(
                "tell_{of}(boolean, out n_warnings bigint, out n_added bigint, out n_changed bigint,
                out n_unchanged bigint, out n_rejected bigint)"
            ),
            &telling_body(specs),
        ),
    ]
}

/// A function that tells how many errors it found besides what is in its head.
fn function(head: &str, body: &str) -> String {
    let head = head.replacen("out ", "out n_errors bigint, out ", 1);
    format!(
        "create or replace function pg_temp.{head} language plpgsql as $land$
         #variable_conflict use_column
         declare n_rows bigint; n_more bigint[];
         begin n_errors := 0;
         {body}
         end $land$"
    )
}

/// A statement among others; what it gives is for nobody.
fn step(body: &mut String, sql: &str) {
    // Writing to a String cannot fail.
    let _ = match sql.trim_start().starts_with("select") {
        true => writeln!(body, "perform * from ({sql}) given;"),
        false => writeln!(body, "{sql};"),
    };
}

/// A statement that makes rows of errors, where there is one.
fn errors(body: &mut String, gathering: Option<String>) {
    if let Some(sql) = gathering {
        let _ = writeln!(body, "{sql}; get diagnostics n_rows = row_count; n_errors := n_errors + n_rows;");
    }
}

/// `$1` and `$2` are the change and its instant, `$3` says whether differences are corrections, `$4` whether every cell
/// could be read.
fn landing_body(specs: &[&'static Spec]) -> String {
    let mut body = "n_wrote := '{}';\n".to_owned();
    for spec in specs {
        spec.identities.iter().for_each(|sql| step(&mut body, sql));
    }
    for spec in specs {
        spec.resolve.iter().for_each(|sql| step(&mut body, sql));
        step(&mut body, &comparing(spec, "$2"));
        spec.compare.iter().for_each(|sql| step(&mut body, sql));
        let all: Vec<&'static str> = spec.checks.iter().chain(spec.unless_corrected).copied().collect();
        body.push_str("if $3 then\n");
        errors(&mut body, gathering(spec.checks, vec![double_keys(spec)], "error"));
        body.push_str("else\n");
        errors(&mut body, gathering(&all, vec![double_keys(spec), differences(spec)], "error"));
        body.push_str("end if; if n_errors = 0 and $4 then\n");
        if let Some((entity, source)) = spec.audit {
            step(&mut body, &WriteTx::auditing_text(entity, source));
        }
        spec.edit.iter().for_each(|sql| step(&mut body, sql));
        for facts in spec.facts {
            for sql in [facts.table.voiding_text(facts.void), facts.table.recording_text(facts.record)] {
                let table = facts.table.name;
                let _ = writeln!(body, "{sql}; if found then n_wrote := n_wrote || '{table}'::text; end if;");
            }
        }
        body.push_str("end if;\n");
    }
    body
}

/// `$1` says whether it landed.
fn finishing_body(specs: &[&'static Spec]) -> String {
    let mut body = "n_pledges := '{}'; n_reports := '{}'; if not $1 then return; end if;\n".to_owned();
    for spec in specs {
        errors(&mut body, gathering(spec.final_checks, Vec::new(), "error"));
    }
    for spec in specs {
        for (told, touched) in [("n_pledges", spec.touched), ("n_reports", spec.touched_reports)] {
            if let Some(sql) = touched {
                let _ = writeln!(body, "n_more := array({sql}); {told} := {told} || n_more;");
            }
        }
    }
    body
}

/// `$1` says whether it landed.
fn telling_body(specs: &[&'static Spec]) -> String {
    let mut body =
        "n_warnings := 0; n_added := 0; n_changed := 0; n_unchanged := 0; n_rejected := 0; if $1 then\n".to_owned();
    for spec in specs {
        let Some(sql) = gathering(spec.warnings, Vec::new(), "warning") else { continue };
        let _ = writeln!(
            body,
            "{sql}; get diagnostics n_rows = row_count;
             if n_rows > 0 then
                n_warnings := n_warnings + n_rows;
                update import_problems p set severity = 'error' from {} s
                where p.severity = 'warning' and p.key = '{REFUSED_IN_FORMS}' and s.file = p.file and s.line = p.line
                    and (not s.found or s.fact_diff <> '{{}}');
                get diagnostics n_rows = row_count;
                n_errors := n_errors + n_rows; n_warnings := n_warnings - n_rows;
             end if;",
            spec.stage
        );
    }
    body.push_str("end if;\n");
    for spec in specs {
        let _ = writeln!(
            body,
            "select array[added, changed, unchanged, rejected] from ({}) counted (added, changed, unchanged, rejected)
             into n_more;
             n_added := n_added + n_more[1]; n_changed := n_changed + n_more[2];
             n_unchanged := n_unchanged + n_more[3]; n_rejected := n_rejected + n_more[4];",
            counting(spec)
        );
    }
    body
}

/// What the first two functions tell.
#[derive(Default, sqlx::FromRow)]
struct Landed {
    errors: i64,
    wrote: Vec<String>,
    errors_after: i64,
    pledges: Vec<PledgeId>,
    reports: Vec<ReportId>,
}

/// Lands what was staged, where nothing is wrong with it, and voids everything recorded of some reports. Returns which.
pub async fn land(
    landing: &mut Landing<'_>,
    kinds: &[Kind],
    takes_out: &[String],
    outcome: &mut Outcome,
) -> Result<Vec<ReportId>, sqlx::Error> {
    let recorded = landing.tx.recorded().await?;
    let specs: Vec<&'static Spec> = kinds.iter().map(|kind| kind.spec()).collect();
    let of = of(&specs);
    // What is taken out goes after everything has landed and before that is looked at as a whole.
    let apart = !takes_out.is_empty();
    let finish = if apart { "false".to_owned() } else { "n_errors = 0 and $4".to_owned() };
    let call = format!(
        "select landed.n_errors as errors, n_wrote as wrote, after.n_errors as errors_after, n_pledges as pledges,
                n_reports as reports
         from pg_temp.land_{of}($1, $2, $3, $4) landed
         cross join lateral pg_temp.finish_{of}({}) after",
        finish.replace("n_errors", "landed.n_errors")
    );
    let mut landed: Landed = sqlx::query_as(AssertSqlSafe(call))
        .bind(recorded.change.0)
        .bind(recorded.at)
        .bind(landing.correct)
        .bind(landing.found.count == 0)
        .fetch_one(landing.connection())
        .await?;
    for table in specs.iter().flat_map(|spec| spec.facts).map(|facts| facts.table) {
        if landed.wrote.iter().any(|name| name == table.name) {
            landing.tx.wrote(table);
        }
    }
    landing.told.errors += landed.errors.unsigned_abs() + landed.errors_after.unsigned_abs();
    let mut taken_out = Vec::new();
    if apart && landing.clean() {
        taken_out = landing::take_out(landing.tx, takes_out).await?;
        let finish = format!(
            "select 0::bigint as errors, '{{}}'::text[] as wrote, n_errors as errors_after, n_pledges as pledges,
                    n_reports as reports
             from pg_temp.finish_{of}(true)"
        );
        landed = sqlx::query_as(AssertSqlSafe(finish)).fetch_one(landing.connection()).await?;
        landing.told.errors += landed.errors_after.unsigned_abs();
    }
    let clean = landing.clean();
    if clean {
        let mut touched = Touched { pledges: landed.pledges, reports: landed.reports };
        touched.reports.extend(&taken_out);
        touched.pledges.sort_unstable();
        touched.pledges.dedup();
        touched.reports.sort_unstable();
        touched.reports.dedup();
        landing.work_out(&touched).await?;
    }
    let tell =
        format!("select n_errors, n_warnings, n_added, n_changed, n_unchanged, n_rejected from pg_temp.tell_{of}($1)");
    let (errors, warnings, added, changed, unchanged, rejected): (i64, i64, i64, i64, i64, i64) =
        sqlx::query_as(AssertSqlSafe(tell)).bind(clean).fetch_one(landing.connection()).await?;
    landing.told.errors += errors.unsigned_abs();
    landing.told.warnings += warnings.unsigned_abs();
    outcome.count((added, changed, unchanged, rejected));
    Ok(taken_out)
}
