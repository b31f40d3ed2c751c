//! What is asked of a list: as of a day, known at an instant, with these filters.

use std::any::Any;
use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::classified::{Classification, Reader};
use crate::db::Select;
use crate::kernel::country::{countries_of, region_keys};
use crate::kernel::{AsOf, Currency, KnownAt};

/// The age classes of arrears, as addresses say them.
pub const BUCKETS: [&str; 5] = ["1-30", "31-90", "91-180", "181-365", "365+"];
/// The kinds of donors, as addresses say them.
pub const DONOR_KINDS: [&str; 13] =
    ["C01", "C02", "C03", "C04A", "C04B", "C04C", "C04D", "C04E", "C05", "C06", "C07", "C08A", "C08B"];
/// The kinds of funds.
pub const FUND_KINDS: [&str; 2] = ["core", "earmarked"];
/// The categories of earmarking, least bound first.
pub const EARMARKINGS: [&str; 5] = ["unearmarked", "soft", "earmarked", "tight", "not_recorded"];
/// The numbers a report can be counted in: those of the reporting rate, then what is due within so many days, and that
/// with what is outstanding.
pub const REPORT_COUNTS: [&str; 14] = [
    "due",
    "submitted",
    "on_time",
    "outstanding",
    "overdue",
    "late",
    "waived",
    "extended",
    "due_soon_30",
    "due_soon_60",
    "due_soon_90",
    "owed_30",
    "owed_60",
    "owed_90",
];
/// Reports nobody writes yet, where a person could be named.
pub const NOBODY: &str = "nobody";
/// The levels of meetings, the highest first.
pub const LEVELS: [&str; 4] = ["head_of_agency", "deputy", "director", "working"];
/// The region of donors without one.
pub const NO_REGION: &str = "none";

/// Filters of all lists; a list takes those that mean something to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Filters {
    /// That unit and all below it.
    pub unit: Option<String>,
    /// That donor and its children.
    pub donor: Option<String>,
    /// That fund.
    pub fund: Option<String>,
    /// Donors of that focal point: an e-mail.
    pub focal_point: Option<String>,
    /// That age class of arrears.
    pub bucket: Option<String>,
    /// That currency.
    pub currency: Option<Currency>,
    /// That state of a pledge, kind of a donor, and the like.
    pub state: Option<String>,
    /// That pledge.
    pub pledge: Option<String>,
    /// That project: it, or what names it.
    pub project: Option<String>,
    /// In that country: ISO 3166-1, three letters.
    pub country: Option<String>,
    /// From that day on.
    pub since: Option<NaiveDate>,
    /// Up to that day.
    pub until: Option<NaiveDate>,
    /// The earlier day figures are compared with.
    pub change_since: Option<NaiveDate>,
    /// What that person did: an e-mail.
    pub who: Option<String>,
    /// That kind of act.
    pub act: Option<String>,
    /// About a thing of that room.
    pub room: Option<String>,
    /// About the thing of that code.
    pub code: Option<String>,
    /// Accounts of that role.
    pub role: Option<String>,
    /// That calendar year.
    pub year: Option<i32>,
    /// Donors whose topmost parent is of that kind.
    pub donor_kind: Option<String>,
    /// Donors whose topmost parent is of that region; `none` are those without one.
    pub region: Option<String>,
    /// Funds that are core or earmarked.
    pub fund_kind: Option<String>,
    /// That category of earmarking.
    pub earmarking: Option<String>,
    /// Of that kind: a donor report, an entry, and the like.
    pub kind: Option<String>,
    /// Donor reports that are counted in that number of the reporting rate.
    pub counted: Option<String>,
    /// Donor reports whose delay has that cause.
    pub cause: Option<String>,
    /// Donor reports that person writes: an e-mail.
    pub responsible: Option<String>,
    /// Meetings at that level.
    pub level: Option<String>,
    /// What has that classification.
    pub classification: Option<Classification>,
    /// Documents of that kind.
    pub document_kind: Option<String>,
    /// Documents in that language: ISO 639-1.
    pub tongue: Option<String>,
    /// What holds on that day.
    pub in_force_on: Option<NaiveDate>,
    /// These letters.
    pub text: Option<String>,
}

/// Rows as JSON, written when a statement first takes all of them.
pub type WorkedOut = Arc<LazyLock<String, Box<dyn FnOnce() -> String + Send + Sync>>>;

/// Rows that are written by `write` once they are needed.
pub fn worked_out(write: impl FnOnce() -> String + Send + Sync + 'static) -> WorkedOut {
    let write: Box<dyn FnOnce() -> String + Send + Sync> = Box::new(write);
    Arc::new(LazyLock::new(write))
}

/// A reading: when, known when, of what.
#[derive(Debug, Clone)]
pub struct Scope {
    /// What was true at the end of that day.
    pub as_of: AsOf,
    /// With only what had been recorded by then.
    pub known_at: KnownAt,
    /// The reader's day: labels are shown as they are on it. The day asked for, where nobody says another.
    pub today: NaiveDate,
    /// When the last change the reading sees was recorded, where that is known: until the next, labels stand.
    pub latest: Option<KnownAt>,
    /// Who reads, where it is said: what is classified is there for some.
    pub reader: Option<Reader>,
    /// The filters.
    pub filters: Filters,
    /// The agency's time zone: where a list has instants, its days are days there.
    pub zone: Tz,
    /// Rows a rule in Rust made for this reading (`List::prepare`): a JSON array of objects, in statements the
    /// table `worked_out` with a column `value`.
    pub worked_out: Option<WorkedOut>,
    /// What else was worked out for this reading, for the page that shows more than the rows.
    pub answer: Option<Arc<dyn Any + Send + Sync>>,
}

impl Scope {
    /// A reading without filters.
    pub fn new(as_of: AsOf, known_at: KnownAt) -> Self {
        Scope {
            as_of,
            known_at,
            today: as_of.0,
            latest: None,
            reader: None,
            filters: Filters::default(),
            zone: Tz::UTC,
            worked_out: None,
            answer: None,
        }
    }

    /// Begins a statement: `scope.day` and `scope.known` can be named in it, and `rates`, the rates in force then, and
    /// `through`, those of every day (`rate_on`), read once and not once a row.
    pub fn begin(&self) -> Select {
        self.begin_with(None)
    }

    /// Begins a statement that asks for no rates: `scope.day` and `scope.known` alone can be named in it.
    pub fn begin_plain(&self) -> Select {
        // Not materialized: where it is named, the day and the instant stand as values, and an index can go by them.
        let mut select = Select::new("with scope as not materialized (select ");
        select.bind(self.as_of.0).sql("::date as day, ").bind(self.known_at.0).sql("::timestamptz as known)");
        select
    }

    /// The same as [`Scope::begin`], with only `some` of the rows worked out.
    pub fn begin_with(&self, some: Option<String>) -> Select {
        let mut select = self.begin_plain();
        select.sql(", rates as materialized (select * from rates_in_force(");
        self.day_and_known(&mut select).sql(")), through as materialized (select * from rates_through(");
        select.bind(self.known_at.0).sql("::timestamptz))");
        if let Some(all) = &self.worked_out {
            let rows = some.unwrap_or_else(|| String::clone(all));
            select.sql(", worked_out as materialized (select value from jsonb_array_elements(").bind(rows);
            select.sql("::jsonb))");
        }
        select
    }

    /// The two values, for functions that take them: given so, a function is read once and not once a row.
    pub fn day_and_known<'s>(&self, select: &'s mut Select) -> &'s mut Select {
        select.bind(self.as_of.0).sql(", ").bind(self.known_at.0)
    }

    /// Keeps rows whose `column` is the unit asked for or one below it.
    pub fn keep_unit(&self, select: &mut Select, column: &'static str) {
        if let Some(unit) = &self.filters.unit {
            select.sql(" and ").sql(column).sql(" = any(array(select t.unit_id from unit_tree(");
            self.day_and_known(select).sql(") t where ").bind(unit.clone()).sql(" = any(t.path)))");
        }
    }

    /// Keeps rows whose `column` is the donor asked for or one of its children.
    pub fn keep_donor(&self, select: &mut Select, column: &'static str) {
        if let Some(donor) = &self.filters.donor {
            select.sql(" and ").sql(column).sql(" = any(array(select f.id from donor_family(").bind(donor.clone());
            self.day_and_known(select.sql(", ")).sql(") f (id)))");
        }
    }

    /// Keeps rows whose `column` is a pledge whose terms on the day name the project asked for.
    pub fn keep_project(&self, select: &mut Select, column: &'static str) {
        if let Some(project) = &self.filters.project {
            select.sql(" and ").sql(column).sql(
                " = any(array(select nb.pledge_id from pledge_terms nt join pledge_balances nb on nb.pledge_id = nt.pledge_id
                    and nb.terms_id = nt.id where nt.project = ",
            );
            select.bind(project.clone()).sql(" and nb.valid @> ").bind(self.as_of.0).sql("::date and nb.known @> ");
            select.bind(self.known_at.0).sql("::timestamptz))");
        }
    }

    /// Keeps rows whose `column` is the fund asked for.
    pub fn keep_fund(&self, select: &mut Select, column: &'static str) {
        if let Some(fund) = &self.filters.fund {
            select.sql(" and ").sql(column).sql(" = (select id from funds where code = ").bind(fund.clone()).sql(")");
        }
    }

    /// Keeps rows whose `column` is a fund that is core, or earmarked, on the day.
    pub fn keep_fund_kind(&self, select: &mut Select, column: &'static str) {
        if let Some(kind) = &self.filters.fund_kind {
            select.sql(" and ").sql(column).sql(" = any(array(select k.fund_id from funds_in_force(");
            self.day_and_known(select).sql(") k where k.earmarking = ").bind(kind.clone()).sql("))");
        }
    }

    /// Keeps rows whose `column` is a donor that counts with a donor of the kind and region asked for.
    pub fn keep_topmost(&self, select: &mut Select, column: &'static str) {
        if self.filters.donor_kind.is_none() && self.filters.region.is_none() {
            return;
        }
        // "is true" keeps it from becoming a join: the donors are looked up in a table made once, whatever is guessed of them.
        select.sql(" and (").sql(column).sql(" in (select k.donor_id from topmost_donors(");
        self.day_and_known(select).sql(") k where true");
        if let Some(kind) = &self.filters.donor_kind {
            select.sql(" and k.kind = ").bind(kind.clone());
        }
        match self.filters.region.as_deref() {
            Some("none") => {
                let all: Vec<&'static str> = region_keys().flat_map(countries_of).collect();
                select.sql(" and (k.country is null or k.country <> all(").bind(all).sql("))");
            }
            Some(region) => {
                let countries: Vec<&'static str> = countries_of(region).collect();
                select.sql(" and k.country = any(").bind(countries).sql(")");
            }
            None => {}
        }
        select.sql(")) is true");
    }

    /// Keeps rows whose `column` is the currency asked for.
    pub fn keep_currency(&self, select: &mut Select, column: &'static str) {
        if let Some(currency) = self.filters.currency {
            select.sql(" and ").sql(column).sql(" = ").bind(currency.code().to_owned());
        }
    }

    /// Keeps rows whose instant `column` lies between the days asked for, both of them in the agency's time zone.
    pub fn keep_between(&self, select: &mut Select, column: &'static str) {
        if let Some(since) = self.filters.since {
            select.sql(" and ").sql(column).sql(" >= (").bind(since).sql("::timestamp at time zone ");
            select.bind(self.zone.name()).sql(")");
        }
        if let Some(until) = self.filters.until {
            select.sql(" and ").sql(column).sql(" < ((").bind(until).sql("::date + 1)::timestamp at time zone ");
            select.bind(self.zone.name()).sql(")");
        }
    }

    /// Keeps rows where one of `columns` holds the letters asked for, as they were typed.
    pub fn keep_letters(&self, select: &mut Select, columns: &[&'static str]) {
        let Some(text) = &self.filters.text else { return };
        let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        let like = format!("%{escaped}%");
        for (at, column) in columns.iter().enumerate() {
            select.sql(if at == 0 { " and (" } else { " or " }).sql(column).sql(" ilike ").bind(like.clone());
        }
        select.sql(")");
    }

    /// Keeps rows whose `key` is found by the words asked for in one of `places`: each word somewhere in the same text,
    /// without accents and case.
    pub fn keep_text(&self, select: &mut Select, key: &'static str, places: &[Place]) {
        let Some(text) = &self.filters.text else { return };
        // As an array it is worked out first, once; the plan never begins with the rows and asks of each.
        select.sql(" and ").sql(key).sql(" = any(array(");
        for (at, place) in places.iter().enumerate() {
            select.sql(if at == 0 { "" } else { " union all " });
            match place {
                Place::Own(rows, column) => {
                    select.sql(rows).sql(" ");
                    holds(select, column, text);
                }
                Place::OfDonor(rows) => {
                    select.sql(rows).sql(" in (");
                    donors_holding(select, text);
                    select.sql(")");
                }
            }
        }
        select.sql("))");
    }

    /// As [`Scope::keep_text`], for rows an index gives in order: each is asked whether it names one of what was found,
    /// and where many words are found the page still ends with its first rows.
    pub fn keep_text_of(&self, select: &mut Select, named: &[Named]) {
        let Some(text) = &self.filters.text else { return };
        for (at, named) in named.iter().enumerate() {
            select.sql(if at == 0 { " and (" } else { " or " });
            match named {
                Named::Own(column, rows, words) => {
                    select.sql(column).sql(" in (").sql(rows).sql(" ");
                    holds(select, words, text);
                }
                Named::Donor(column) => {
                    select.sql(column).sql(" in (");
                    donors_holding(select, text);
                }
            }
            select.sql(")");
        }
        select.sql(")");
    }
}

/// Whether `column` holds every word. The longest by itself: an index finds by that, and the others are only looked at in
/// what it finds.
fn holds(select: &mut Select, column: &'static str, text: &str) {
    select.sql(column).sql(" like (select (sought_words(").bind(text.to_owned()).sql("))[1]) and ").sql(column);
    select.sql(" like all ((select sought_words(").bind(text.to_owned()).sql("))::text[])");
}

/// The donors whose name, code or alias holds every word.
fn donors_holding(select: &mut Select, text: &str) {
    select.sql("select n.id from donors n where ");
    holds(select, "n.sought", text);
    select.sql(" union all select n.donor_id from donor_aliases n where ");
    holds(select, "n.sought", text);
}

/// What a row names whose words are looked for.
pub enum Named {
    /// Something with a text of its own: the row's column, `select … from … where`, and the text, folded.
    Own(&'static str, &'static str, &'static str),
    /// A donor: the row's column.
    Donor(&'static str),
}

/// Where the words of a search may stand.
pub enum Place {
    /// In a text of its own: `select … from … where`, and the text, folded.
    Own(&'static str, &'static str),
    /// In the name, code or an alias of a donor: `select … from … where`, ending with the donor's column.
    OfDonor(&'static str),
}
