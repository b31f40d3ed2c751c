//! A reader who chose French: pages, forms and errors speak it, figures and days are written by it, files stay as they are.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use dis::access::Role;
use scraper::Selector;

use crate::entering::enter;
use crate::pages::{Answer, Site};

fn language(answer: &Answer) -> String {
    answer.page().select(&Selector::parse("html").unwrap()).next().unwrap().attr("lang").unwrap().to_owned()
}

pub(crate) async fn choose(site: &Site, cookie: &str, language: &str) {
    let page = site.get("/account", cookie).await.page();
    let csrf = page.select(&Selector::parse("[name=csrf]").unwrap()).next().unwrap().attr("value").unwrap().to_owned();
    let choices: Vec<&str> = Vec::from_iter(
        page.select(&Selector::parse("[name=language] option").unwrap()).filter_map(|option| option.attr("value")),
    );
    assert_eq!(choices, ["en", "fr"], "the page offers what there is");
    let chosen = site.post("/account/language", cookie, &[("csrf", &csrf), ("language", language)]).await;
    assert_eq!(chosen.status, StatusCode::SEE_OTHER, "{}", chosen.body);
}

#[tokio::test]
async fn somebody_who_chose_french_reads_french_and_files_stay() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Finance).await;
    let address = "/arrears?as_of=2021-07-31&fund=FEM";
    let file = "/arrears.csv?as_of=2021-07-31&fund=FEM";
    let before = site.get(file, &cookie).await.body;
    assert_eq!(language(&site.get(address, &cookie).await), "en");

    choose(&site, &cookie, "fr").await;
    let page = site.get(address, &cookie).await;
    assert_eq!((page.status, language(&page).as_str()), (StatusCode::OK, "fr"), "{}", page.body);
    assert_eq!(page.texts("p.big"), ["USD5\u{202f}912\u{202f}201,59"]);
    assert!(page.body.contains("31 juil. 2021"), "days");
    assert!(page.body.contains("depuis quand\u{202f}?"), "the question");
    assert_eq!(page.texts("table.list th[aria-sort=descending]"), ["Jours"]);
    assert_eq!(site.get(file, &cookie).await.body, before, "a file is the same for every reader");

    // A day in an address, as a person would type it.
    let typed = site.get("/arrears?as_of=31+juillet+2021&fund=FEM", &cookie).await;
    assert_eq!((typed.status, typed.location()), (StatusCode::SEE_OTHER, address));
    let refused = site.get("/arrears?as_of=hier", &cookie).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(language(&refused), "fr");
    assert!(refused.body.contains("Cette adresse ne peut pas être lue"), "{}", refused.body);
    let nothing = site.get("/nothing/here", &cookie).await;
    assert!(nothing.body.contains("Il n’y a pas de page à cette adresse."), "{}", nothing.body);

    let receipt = [
        ("ref", "R-FR-1"),
        ("donor", "SWE"),
        ("amount", "1 234,5x"),
        ("currency", "EUR"),
        ("received_on", "32 oct. 2026"),
        ("fund", "FEM"),
    ];
    let wrong = enter(&site, "/contributions/new", &cookie, &receipt).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let faults = wrong.texts("#summary li").join("\n");
    assert!(faults.contains("Ce n’est pas une date") && faults.contains("Ce n’est pas un nombre"), "{faults}");
    let right = receipt.map(|(name, value)| match name {
        "amount" => (name, "1 234,50"),
        "received_on" => (name, "1er oct. 2026"),
        _ => (name, value),
    });
    let done = enter(&site, "/contributions/new", &cookie, &right).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let kept: (String, String) = sqlx::query_as(
        "select f.amount::text, f.received_on::text from contribution_facts f order by f.id desc limit 1",
    )
    .fetch_one(&site.ground.db.pages)
    .await
    .unwrap();
    assert_eq!((kept.0.trim_end_matches('0'), kept.1.as_str()), ("1234.5", "2026-10-01"));

    choose(&site, &cookie, "en").await;
    assert_eq!(language(&site.get(address, &cookie).await), "en", "and back");
    site.close().await;
}

#[tokio::test]
async fn before_the_sign_in_the_browsers_language_counts() {
    let site = Site::new().await;
    for (asked, code, button) in [
        ("fr-CH, fr;q=0.9, en;q=0.8", "fr", "Se connecter"),
        ("en, fr;q=0.5", "en", "Sign in"),
        ("tlh", "en", "Sign in"),
    ] {
        let ask = |address: &str| {
            let request =
                Request::get(address).header(header::ACCEPT_LANGUAGE, asked).header(header::ACCEPT, "text/html");
            site.send(request.body(Body::empty()).unwrap())
        };
        let form = ask("/login").await;
        assert_eq!(language(&form), code, "{asked}");
        assert_eq!(form.texts("form button.primary"), [button], "{asked}");
    }
    site.close().await;
}
