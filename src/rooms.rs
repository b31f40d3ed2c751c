//! THE list of rooms: the router, the menu and the tests read it.

use axum::Router;
use axum::routing::{get, post};

use crate::access::Act;
use crate::lists::List;
use crate::web::{AppState, assets, list};
use crate::{
    arrears, contributions, donors, exchange_rates, finding, funds, instalments, pledges, saved_views, units, users,
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
}

const fn room(name: &'static str, part: &'static str, icon: &'static str, letter: &'static str) -> Room {
    Room { name, part, icon, letter }
}

/// Rooms in the order of the menu.
pub static ROOMS: &[Room] = &[
    room("donors", "people", "donors", "d"),
    room("pledges", "money", "pledges", "p"),
    room("instalments", "money", "instalments", ""),
    room("contributions", "money", "contributions", "c"),
    room("arrears", "money", "arrears", "a"),
    room("units", "office", "units", ""),
    room("funds", "office", "funds", ""),
    room("rates", "office", "exchange", ""),
];

/// Something the command palette offers to whoever may do it. A room adds its own: "New donor", "Load a file".
pub struct Action {
    /// The last part of the key of its name (`action-…`).
    pub name: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// What one must be allowed to do.
    pub act: Act,
    /// Where it leads.
    pub leads: Leads,
}

/// Where an action leads.
#[derive(Clone, Copy)]
pub enum Leads {
    /// To an address.
    To(&'static str),
    /// To a button of the page's frame, the one with this `data-press`.
    Press(&'static str),
}

const fn action(name: &'static str, icon: &'static str, act: Act, leads: Leads) -> Action {
    Action { name, icon, act, leads }
}

/// Every action, in the order they are offered where all are as near to what was typed.
pub static ACTIONS: &[Action] = &[
    action("views", "bookmark", Act::SaveViews, Leads::To("/views")),
    action("theme-light", "sun", Act::ReadFigures, Leads::Press("light")),
    action("theme-dark", "moon", Act::ReadFigures, Leads::Press("dark")),
    action("theme-auto", "screen", Act::ReadFigures, Leads::Press("auto")),
    action("sign-out", "logout", Act::ReadFigures, Leads::Press("sign-out")),
];

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
        (pledges::Pledges::NAME, each.list::<pledges::Pledges>()),
        (instalments::Instalments::NAME, each.list::<instalments::Instalments>()),
        (contributions::Contributions::NAME, each.list::<contributions::Contributions>()),
        (arrears::Arrears::NAME, each.list::<arrears::Arrears>()),
        (units::Units::NAME, each.list::<units::Units>()),
        (funds::Funds::NAME, each.list::<funds::Funds>()),
        (exchange_rates::Rates::NAME, each.list::<exchange_rates::Rates>()),
    ]
}

struct Files;

impl EachList for Files {
    type Output = Router<AppState>;
    fn list<L: List>(&mut self) -> Router<AppState> {
        // The page of arrears shows more than its rows; every other list is drawn as it is.
        if L::NAME == arrears::Arrears::NAME { list::files::<L>() } else { list::routes::<L>() }
    }
}

/// Every address there is.
pub fn router() -> Router<AppState> {
    let mut router = Router::new()
        .route("/", get(arrears::handlers::home))
        .route("/arrears", get(arrears::handlers::page))
        .route("/donors/{code}", get(donors::handlers::detail))
        .route("/pledges/{code}", get(pledges::handlers::detail))
        .route("/contributions/{code}", get(contributions::handlers::detail))
        .route("/units/{code}", get(units::handlers::detail))
        .route("/funds/{code}", get(funds::handlers::detail))
        .route("/rates/{code}", get(exchange_rates::handlers::detail))
        .route("/login", get(users::handlers::form).post(users::handlers::sign_in))
        .route("/logout", post(users::handlers::sign_out))
        .route("/theme", post(users::handlers::theme))
        .route("/suggest", get(finding::handlers::suggest))
        .route("/suggest/duplicates", get(finding::handlers::duplicates))
        .route("/find", get(finding::handlers::find))
        .route("/recent", post(finding::handlers::opened))
        .route("/views", get(saved_views::handlers::page).post(saved_views::handlers::save))
        .route("/views/{key}", post(saved_views::handlers::change))
        .route("/static/{*path}", get(assets::serve));
    for (_, files) in each_list(&mut Files) {
        router = router.merge(files);
    }
    router
}

/// Addresses that read, for the test that tries each as every role and as nobody.
pub fn reading() -> Vec<String> {
    let mut addresses: Vec<String> = ["/", "/find", "/find?q=sw", "/suggest?q=sw", "/views"].map(str::to_owned).into();
    for room in ROOMS {
        addresses.extend(["", ".csv", ".xlsx"].map(|end| format!("/{}{end}", room.name)));
    }
    addresses
}
