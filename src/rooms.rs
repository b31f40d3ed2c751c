//! THE list of rooms: the router, the menu and the tests read it.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::access::{Act, may};
use crate::lists::List;
use crate::web::entry::Columns;
use crate::web::entry_room::{self, EntryRoom};
use crate::web::frame::{Action, Frame};
use crate::web::{AppState, address, assets, list, list_files};
use crate::{
    actions, allocations, arrears, audit, briefing_note, budget, changes, classified, contributions, dashboard,
    documents, donor_page, donor_reports, donors, exchange_rates, finding, funds, giving, implementation, import_page,
    instalments, intelligence, meetings, pledges, projects, published, readers, reporting_rates, saved_views, search,
    settings, units, users,
};

/// A room with an entry in the menu.
pub struct Room {
    /// Its address, and the last part of the key of its name.
    pub name: &'static str,
    /// The part of the menu it stands in.
    pub part: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// The letter after `g` that goes there.
    pub letter: &'static str,
    /// Who may read it: the menu shows it to nobody else.
    pub may: Act,
}

impl Room {
    /// For those alone who may do that.
    const fn only(mut self, act: Act) -> Self {
        self.may = act;
        self
    }
}

const fn room(name: &'static str, part: &'static str, icon: &'static str, letter: &'static str) -> Room {
    Room { name, part, icon, letter, may: Act::ReadFigures }
}

/// Rooms in the order of the menu.
pub static ROOMS: &[Room] = &[
    room("donors", "people", "donors", "d"),
    room("meetings", "people", "meetings", "m"),
    room("actions", "people", "follow-ups", "f"),
    room("dialogues", "people", "trend", ""),
    room("intelligence", "people", "idea", "k"),
    room("documents", "people", "documents", ""),
    room("pledges", "money", "pledges", "p"),
    room("instalments", "money", "instalments", ""),
    room("contributions", "money", "contributions", "c"),
    room("allocations", "money", "allocations", "w"),
    room("arrears", "money", "arrears", "a"),
    room("giving", "money", "trend", "v"),
    room("budget", "money", "rate", "b"),
    room("donor-reports", "obligations", "reports", "r"),
    room("reporting-rates", "obligations", "trend", ""),
    room("published", "obligations", "bookmark", ""),
    room("implementation", "work", "rate", "m"),
    room("projects", "work", "projects", "j"),
    room("units", "office", "units", ""),
    room("funds", "office", "funds", ""),
    room("rates", "office", "exchange", ""),
    room("imports", "office", "imports", "i"),
    room("users", "office", "user", "").only(Act::ReadAudit),
    room("audit", "office", "audit", "").only(Act::ReadAudit),
    room("readers", "office", "lock", "").only(Act::KeepReaders),
    room("settings", "office", "settings", "").only(Act::ReadAudit),
];

/// Something the command palette offers besides pages and the new things of every room ([`new_action`]).
pub struct Command {
    /// The last part of the key of its name (`action-…`).
    pub name: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// What one must be allowed to do.
    pub act: Act,
    /// Where it leads.
    pub leads: Leads,
}

/// Where a command leads.
#[derive(Clone, Copy)]
pub enum Leads {
    /// To an address.
    To(&'static str),
    /// To a button of the page's frame, the one with this `data-press`.
    Press(&'static str),
}

const fn command(name: &'static str, icon: &'static str, act: Act, leads: Leads) -> Command {
    Command { name, icon, act, leads }
}

/// Every command, in the order they are offered where all are as near to what was typed.
pub static COMMANDS: &[Command] = &[
    command("views", "bookmark", Act::SaveViews, Leads::To("/views")),
    command("theme-light", "sun", Act::ReadFigures, Leads::Press("light")),
    command("theme-dark", "moon", Act::ReadFigures, Leads::Press("dark")),
    command("theme-auto", "screen", Act::ReadFigures, Leads::Press("auto")),
    command("sign-out", "logout", Act::ReadFigures, Leads::Press("sign-out")),
];

/// Lists that stand side by side under one entry of the menu.
pub static TOGETHER: &[&[&str]] = &[
    &[projects::Projects::NAME, projects::Expenditures::NAME],
    &[audit::Changes::NAME, audit::Facts::NAME, audit::SignIns::NAME, classified::Readings::NAME],
    &[meetings::Meetings::NAME, meetings::Drafts::NAME],
];

/// The room where what a list or a room is about has its page: a month's expenditure is seen on its project's.
pub fn entry_of(name: &str) -> Option<&'static str> {
    let room = ROOMS.iter().map(|room| room.name).find(|room| *room == name);
    room.or_else(|| TOGETHER.iter().find(|lists| lists.contains(&name)).and_then(|lists| lists.first().copied()))
}

/// Calls a macro-like function for every list there is, so that no list is forgotten anywhere.
pub trait EachList {
    /// What comes of a list.
    type Output;
    /// Called with the list.
    fn list<L: List>(&mut self) -> Self::Output;
}

/// Hands every list to `each`, in the order of the menu.
pub fn each_list<E: EachList>(each: &mut E) -> Vec<(&'static str, E::Output)> {
    vec![
        (donors::Donors::NAME, each.list::<donors::Donors>()),
        (meetings::Meetings::NAME, each.list::<meetings::Meetings>()),
        (meetings::Drafts::NAME, each.list::<meetings::Drafts>()),
        (actions::Actions::NAME, each.list::<actions::Actions>()),
        (intelligence::Intelligence::NAME, each.list::<intelligence::Intelligence>()),
        (documents::Documents::NAME, each.list::<documents::Documents>()),
        (pledges::Pledges::NAME, each.list::<pledges::Pledges>()),
        (instalments::Instalments::NAME, each.list::<instalments::Instalments>()),
        (contributions::Contributions::NAME, each.list::<contributions::Contributions>()),
        (allocations::Allocations::NAME, each.list::<allocations::Allocations>()),
        (arrears::Arrears::NAME, each.list::<arrears::Arrears>()),
        (giving::Giving::NAME, each.list::<giving::Giving>()),
        (budget::Budget::NAME, each.list::<budget::Budget>()),
        (donor_reports::DonorReports::NAME, each.list::<donor_reports::DonorReports>()),
        (reporting_rates::ReportingRates::NAME, each.list::<reporting_rates::ReportingRates>()),
        (published::Published::NAME, each.list::<published::Published>()),
        (implementation::Implementation::NAME, each.list::<implementation::Implementation>()),
        (projects::Projects::NAME, each.list::<projects::Projects>()),
        (projects::Expenditures::NAME, each.list::<projects::Expenditures>()),
        (units::Units::NAME, each.list::<units::Units>()),
        (funds::Funds::NAME, each.list::<funds::Funds>()),
        (exchange_rates::Rates::NAME, each.list::<exchange_rates::Rates>()),
        (import_page::Imports::NAME, each.list::<import_page::Imports>()),
        (users::Users::NAME, each.list::<users::Users>()),
        (audit::Changes::NAME, each.list::<audit::Changes>()),
        (audit::Facts::NAME, each.list::<audit::Facts>()),
        (audit::SignIns::NAME, each.list::<audit::SignIns>()),
        (classified::Readings::NAME, each.list::<classified::Readings>()),
    ]
}

struct KindWords;

impl EachList for KindWords {
    type Output = &'static str;
    fn list<L: List>(&mut self) -> &'static str {
        L::KIND_WORDS
    }
}

/// The family of the words of kinds in a list.
pub fn kind_words(list: &str) -> &'static str {
    let all = each_list(&mut KindWords);
    all.into_iter().find(|(name, _)| *name == list).map_or("", |(_, words)| words)
}

struct Files;

impl EachList for Files {
    type Output = Router<AppState>;
    fn list<L: List>(&mut self) -> Router<AppState> {
        // These pages show more than their rows; every other list is drawn as it is.
        let own = [
            arrears::Arrears::NAME,
            giving::Giving::NAME,
            implementation::Implementation::NAME,
            import_page::Imports::NAME,
            reporting_rates::ReportingRates::NAME,
        ];
        if own.contains(&L::NAME) { list_files::files::<L>() } else { list::routes::<L>() }
    }
}

/// Rooms whose things are entered in forms over the columns of their file.
pub static ENTRY_ROOMS: [&EntryRoom; 8] = [
    &budget::FORMS,
    &donors::FORMS,
    &contributions::FORMS,
    &donor_reports::FORMS,
    &units::FORMS,
    &funds::FORMS,
    &exchange_rates::FORMS,
    &projects::EXPENDITURE_FORMS,
];

/// The columns every form shows, for the test that each has a label.
pub fn columns_shown() -> Vec<Columns> {
    let from = ENTRY_ROOMS.iter().filter_map(|room| room.from.as_ref()).map(|from| from.columns);
    ENTRY_ROOMS.iter().map(|room| room.columns).chain(from).chain(pledges::COLUMNS).chain(projects::COLUMNS).collect()
}

/// What makes a new one in a room, for those who may.
pub fn new_action(room: &str, frame: &Frame) -> Option<Action> {
    if room == allocations::Allocations::NAME {
        let sure = Action::new(frame.t("sure-open"), "/allocations/sure".to_owned());
        return may(frame.viewer.role, Act::KeepMoney).then_some(sure);
    }
    let entered = ENTRY_ROOMS.iter().find(|entered| entered.room == room).map(|entered| entered.may);
    let of_its_own = match room {
        pledges::Pledges::NAME => Some(Act::KeepPledges),
        projects::Projects::NAME => Some(Act::KeepProjects),
        users::Users::NAME => Some(Act::KeepAccounts),
        meetings::Meetings::NAME => Some(Act::LogMeetings),
        intelligence::Intelligence::NAME => Some(Act::KeepIntelligence),
        documents::Documents::NAME => Some(Act::FileDocuments),
        _ => None,
    };
    let may_do = entered.or(of_its_own)?;
    let label = frame.word("new", room);
    may(frame.viewer.role, may_do).then(|| Action::new(label, format!("/{room}/new")).first("n"))
}

/// What else one does in a room's list, with the unit or donor it is filtered by, for those who may.
pub fn more_actions(room: &str, params: &list::Params, frame: &Frame) -> Vec<Action> {
    if room == intelligence::Intelligence::NAME {
        let donor = params.get("donor").map(|donor| format!("?donor={}", address::escape(donor))).unwrap_or_default();
        return vec![Action::new(frame.t("decisions-open"), format!("/intelligence/calendar{donor}"))];
    }
    if room != donor_reports::DonorReports::NAME {
        return Vec::new();
    }
    let unit = params.get("unit").map(|unit| format!("?unit={}", address::escape(unit))).unwrap_or_default();
    let mut actions = vec![Action::new(frame.t("reports-owed-open"), format!("/donor-reports/owed{unit}"))];
    if may(frame.viewer.role, Act::KeepReports) {
        actions.push(Action::new(frame.t("reports-sent-open"), format!("/donor-reports/sent{unit}")));
    }
    actions
}

/// What corrects a thing of a room, for those who may.
pub fn edit_action(room: &str, code: &str, frame: &Frame) -> Option<Action> {
    let entered = ENTRY_ROOMS.iter().find(|entered| entered.room == room && entered.has_one_row())?;
    // Staff correct what is of their units alone: the page about one knows, and offers it itself.
    if entered.may == Act::KeepReports {
        return None;
    }
    let href = format!("{}/edit", address::to(room, code));
    may(frame.viewer.role, entered.may).then(|| Action::new(frame.t("detail-edit"), href))
}

/// What says of a thing of a room what changes from a day on, for those who may.
pub fn from_action(room: &str, code: &str, frame: &Frame) -> Option<Action> {
    let entered = ENTRY_ROOMS.iter().find(|entered| entered.room == room && entered.from.is_some())?;
    let href = format!("{}/from", address::to(room, code));
    may(frame.viewer.role, entered.may).then(|| Action::new(frame.t("from-action"), href))
}

/// Every address there is.
pub fn router() -> Router<AppState> {
    let mut router = Router::new()
        .route("/", get(dashboard::handlers::page))
        .route("/arrears", get(arrears::handlers::page))
        .route("/giving", get(giving::handlers::page))
        .route("/published/new", get(published::handlers::new).post(published::handlers::publish))
        .route("/published/{number}", get(published::handlers::detail))
        .route("/reporting-rates", get(reporting_rates::handlers::page))
        .route("/reporting-rates/trend.csv", get(reporting_rates::handlers::trend))
        .route("/implementation", get(implementation::handlers::page))
        .route("/donors/{code}", get(donor_page::handlers::detail))
        .route("/donors/{code}/brief", get(briefing_note::handlers::of_donor))
        .route("/meetings/{id}/brief", get(briefing_note::handlers::of_meeting))
        .route("/donors/{code}/focal-points", get(donors::focal_points::ask).post(donors::focal_points::set))
        .route("/donors/{code}/contacts/new", get(donors::contacts::new).post(donors::contacts::create))
        .route("/donors/{code}/contacts/{id}", get(donors::contacts::edit).post(donors::contacts::change))
        .route("/pledges/{code}", get(pledges::handlers::detail))
        .route("/pledges/new", get(pledges::entering::new).post(pledges::entering::create))
        .route("/pledges/{code}/edit", get(pledges::entering::edit).post(pledges::entering::correct))
        .route("/pledges/{code}/amend", get(pledges::entering::amend).post(pledges::entering::agree))
        .route(
            "/pledges/{code}/obligations",
            get(donor_reports::obligations::ask).post(donor_reports::obligations::make),
        )
        .route("/pledges/{code}/{event}", get(pledges::events::ask).post(pledges::events::happen))
        .route("/contributions/{code}", get(contributions::handlers::detail))
        .route("/contributions/{code}/{act}", get(contributions::acts::ask).post(contributions::acts::happen))
        .route("/allocations/sure", get(contributions::sure::ask).post(contributions::sure::match_all))
        .route("/donor-reports/{code}", get(donor_reports::handlers::detail))
        .route("/donor-reports/owed", get(donor_reports::owed::page))
        .route("/donor-reports/sent", get(donor_reports::sent::ask).post(donor_reports::sent::mark))
        .route("/donor-reports/{code}/{act}", get(donor_reports::acts::ask).post(donor_reports::acts::happen))
        .route("/units/{code}", get(units::handlers::detail))
        .route("/budget/{code}", get(budget::handlers::detail))
        .route("/funds/{code}", get(funds::handlers::detail))
        .route("/rates/{code}", get(exchange_rates::handlers::detail))
        .route("/imports", get(import_page::handlers::page))
        .route("/imports/{id}", get(import_page::handlers::detail).post(import_page::handlers::act))
        .route("/imports/{id}/refused.csv", get(import_page::handlers::refused_rows))
        .route("/changes/{number}", get(changes::handlers::page))
        .route("/changes/{number}/undo", get(changes::handlers::ask_why).post(changes::handlers::undo))
        .route("/suggest", get(finding::handlers::suggest))
        .route("/suggest/duplicates", get(finding::handlers::duplicates))
        .route("/find", get(finding::handlers::find))
        .route("/search", get(search::handlers::page))
        .route("/recent", post(finding::handlers::opened))
        .route("/views", get(saved_views::handlers::page).post(saved_views::handlers::save))
        .route("/views/{key}", post(saved_views::handlers::change))
        .route("/static/{*path}", get(assets::serve))
        .merge(projects::routes())
        .merge(meetings::routes())
        .merge(documents::routes())
        .merge(actions::routes())
        .merge(intelligence::routes())
        .merge(readers::routes())
        .merge(users::routes())
        .merge(settings::routes());
    for room in ENTRY_ROOMS {
        router = router.merge(entry_room::routes(room));
    }
    for (_, files) in each_list(&mut Files) {
        router = router.merge(files);
    }
    router
}

/// Addresses that take files.
pub const UPLOADS: [&str; 2] = ["/imports", "/documents/uploads"];
/// What a form with files says besides them, in bytes.
const BESIDE_FILES: usize = 1 << 20;

/// The routes of [`UPLOADS`]: apart, because their requests are larger than a form, each with its own limit.
pub fn uploads() -> Router<AppState> {
    let limit = |files: usize| DefaultBodyLimit::max(files + BESIDE_FILES);
    let imports = post(import_page::upload::take).layer(limit(import_page::upload::LARGEST));
    let documents = post(documents::upload::take).layer(limit(documents::upload::LARGEST_TOGETHER));
    Router::new().route("/imports", imports).route("/documents/uploads", documents)
}

/// Addresses that read, for the test that tries each as every role and as nobody: who may.
pub fn reading() -> Vec<(String, Act)> {
    let everybodys = ["/", "/donor-reports/owed", "/account", "/search", "/search?q=sw", "/suggest?q=sw", "/views"];
    let mut addresses: Vec<(String, Act)> =
        everybodys.iter().map(|address| ((*address).to_owned(), Act::ReadFigures)).collect();
    for (name, may) in each_list(&mut WhoMay) {
        addresses.extend(["", ".csv", ".xlsx"].map(|end| (format!("/{name}{end}"), may)));
    }
    addresses.push(("/dialogues".to_owned(), Act::ReadFigures));
    addresses.push(("/meetings/new".to_owned(), Act::LogMeetings));
    addresses.push(("/intelligence/calendar".to_owned(), Act::ReadFigures));
    addresses.push(("/intelligence/new".to_owned(), Act::KeepIntelligence));
    addresses.push(("/intelligence/new?kind=decision&donor=SWE".to_owned(), Act::KeepIntelligence));
    addresses.push(("/documents/new".to_owned(), Act::FileDocuments));
    addresses.push(("/readers".to_owned(), Act::KeepReaders));
    addresses.extend(settings::reading());
    addresses
}

struct WhoMay;

impl EachList for WhoMay {
    type Output = Act;
    fn list<L: List>(&mut self) -> Act {
        L::MAY
    }
}
