//! The briefing note: what the lists say, in short; with its classification on it, for those who may read it.

use axum::http::StatusCode;
use dis::access::Role;
use rust_decimal::{Decimal, RoundingStrategy::MidpointAwayFromZero};
use scraper::Selector;

use crate::french::choose;
use crate::giving::sum;
use crate::meetings::{classified, log, sign_in};
use crate::pages::{Answer, Site};
use crate::statements::statements;

const JOHAN: &str = "johan.lindqvist@demo.example";
const LUCIA: &str = "lucia.ferrer@demo.example";

/// The part of a note under a heading: the text of each of its items.
fn part(page: &Answer, title: &str) -> Vec<String> {
    let html = page.page();
    let sections = Selector::parse(".cols > section").unwrap();
    let heading = Selector::parse("h2").unwrap();
    let items = Selector::parse("li, tbody tr, p").unwrap();
    let found = html.select(&sections).find(|section| {
        section.select(&heading).next().is_some_and(|heading| heading.text().collect::<String>() == title)
    });
    let found = found.unwrap_or_else(|| panic!("{title} is not there"));
    found.select(&items).map(|item| item.text().collect::<String>()).collect()
}

/// In short, as the note writes it.
fn short(value: Decimal) -> String {
    let (divisor, decimals, unit) = if value.abs() >= Decimal::from(999_950) {
        (1_000_000, 2, " m")
    } else if value.abs() >= Decimal::from(10_000) {
        (1_000, 1, " k")
    } else {
        (1, 0, "")
    };
    let figure = (value / Decimal::from(divisor)).round_dp_with_strategy(decimals, MidpointAwayFromZero);
    format!("{figure:.*}{unit}", decimals as usize)
}

#[tokio::test]
async fn the_note_says_in_short_what_the_lists_say() {
    let site = Site::new().await;
    let cookie = sign_in(&site, JOHAN).await;
    for donor in ["SWE", "DEU", "NOR", "EUROPEAN-UNION", "KEN"] {
        let page = site.get(&format!("/donors/{donor}/brief"), &cookie).await;
        assert_eq!(page.status, StatusCode::OK, "{donor}: {}", page.body);
        let html = page.page();
        let links = Selector::parse("dl.figures a.fig").unwrap();
        let figures: Vec<(String, String)> = html
            .select(&links)
            .map(|found| (found.text().collect::<String>().replace(',', ""), found.attr("href").unwrap().to_owned()))
            .collect();
        for (at, column) in [(0, "amount_usd"), (1, "amount_usd"), (3, "outstanding_usd")] {
            let opened = sum(&site.rows(&figures[at].1, &cookie).await, column);
            assert_eq!(figures[at].0, short(opened), "{donor}: {}", figures[at].1);
        }
        let late = site.rows(&figures[4].1, &cookie).await.len();
        assert_eq!(figures[4].0, late.to_string(), "{donor}: reports overdue");
        // The last three of those held by today, the newest first, each with what came of it.
        let meetings = site.rows(&format!("/meetings?donor={donor}&state=held"), &cookie).await;
        let said = part(&page, "The last three times");
        for (row, item) in meetings.iter().take(3).zip(&said) {
            assert!(item.contains(&row["title"]), "{donor}: {item}");
            let first: String = row["outcomes"].split_whitespace().take(3).collect::<Vec<_>>().join(" ");
            assert!(item.contains(&first), "{donor}: {item}");
        }
        assert_eq!(said.len(), meetings.len().clamp(1, 3), "{donor}: {said:?}");
        for (side, title) in [("we", "What we promised"), ("they", "What they promised")] {
            let open = site.rows(&format!("/actions?donor={donor}&state={side}_owe"), &cookie).await;
            let told = part(&page, title);
            for (row, item) in open.iter().take(4).zip(&told) {
                assert!(item.contains(&row["text"]), "{donor}: {item}");
            }
            assert!(!open.is_empty() || told == ["Nothing is open."], "{donor}: {told:?}");
        }
        let open = site.rows(&format!("/pledges?donor={donor}"), &cookie).await;
        let outstanding = |row: &&crate::giving::Row| {
            ["pledged", "signed"].contains(&row["state"].as_str())
                && row["outstanding"].parse::<Decimal>().unwrap() > Decimal::ZERO
        };
        let open: Vec<_> = open.iter().filter(outstanding).collect();
        let told = part(&page, "What they promised and owe");
        for item in told.iter().take(open.len().min(6)) {
            assert!(open.iter().any(|row| item.contains(&row["ref"])), "{donor}: {item}");
        }
        let overdue = site.rows(&format!("/donor-reports?donor={donor}&counted=overdue"), &cookie).await;
        let told = part(&page, "What we owe them: reports");
        let shown = told.iter().filter(|item| item.ends_with("late")).count();
        assert_eq!(shown, overdue.len().min(4), "{donor}: {told:?}");
    }
    assert_eq!(site.get("/donors/NOWHERE/brief", &cookie).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        site.get("/meetings/018f0000-0000-7000-8000-000000000000/brief", &cookie).await.status,
        StatusCode::NOT_FOUND
    );
    site.close().await;
}

/// The readings that were noted, of a person: which level, how.
async fn readings(site: &Site, email: &str) -> Vec<(String, String)> {
    let mut owner = site.ground.owner().await;
    sqlx::query_as(
        "select r.classification::text, r.thing::text from classified_readings r join accounts a on a.id = r.account_id
         where a.email = $1 and r.how = 'brief' order by r.id",
    )
    .bind(email)
    .fetch_all(&mut owner)
    .await
    .unwrap()
}

#[tokio::test]
async fn the_note_has_its_classification_on_top_and_at_the_bottom_and_reading_it_is_noted() {
    let site = Site::new().await;
    let johan = sign_in(&site, JOHAN).await;
    // A donor nothing classified is known of.
    let page = site.get("/donors/KEN/brief", &johan).await;
    assert_eq!(page.texts(".level"), ["Unclassified", "Unclassified"]);
    assert_eq!(readings(&site, JOHAN).await, []);
    let confidential = classified(&site, &johan, "konf-6631", "confidential").await;
    let page = site.get("/donors/SWE/brief", &johan).await;
    assert!(page.body.contains("outcomes konf-6631"), "{}", page.body);
    let strict = classified(&site, &johan, "streng-6632", "strictly_confidential").await;
    let everybody = [
        ("dilnoza.yusupova@demo.example", [false, false], "Unclassified"),
        (JOHAN, [true, true], "Strictly confidential"),
        ("ngozi.eze@demo.example", [true, false], "Confidential"),
        ("hoa.nguyen@demo.example", [false, false], "Unclassified"),
        (LUCIA, [false, false], "Unclassified"),
        // A reader named of a strictly confidential entry of the demonstration.
        ("amina.mwangi@demo.example", [true, false], "Strictly confidential"),
        ("tevita.fonua@demo.example", [true, false], "Confidential"),
    ];
    for (email, [reads, reads_strict], highest) in everybody {
        let cookie = sign_in(&site, email).await;
        let page = site.get("/donors/SWE/brief", &cookie).await;
        assert_eq!(page.body.contains("konf-6631"), reads, "{email}");
        assert_eq!(page.body.contains("streng-6632"), reads_strict, "{email}");
        for (meeting, word, may) in [(&confidential, "konf-6631", reads), (&strict, "streng-6632", reads_strict)] {
            let brief = site.get(&format!("{meeting}/brief"), &cookie).await;
            assert_eq!(brief.status, if may { StatusCode::OK } else { StatusCode::NOT_FOUND }, "{email}");
            assert_eq!(brief.body.contains(word), may, "{email}");
        }
        let levels = page.texts(".level");
        assert_eq!(levels.len(), 2, "{email}");
        assert_eq!(levels[0], levels[1], "{email}");
        let noted = readings(&site, email).await;
        let told = |meeting: &str| noted.iter().any(|(_, thing)| meeting.ends_with(thing.as_str()));
        assert_eq!((told(&confidential), told(&strict)), (reads, reads_strict), "{email}");
        assert_eq!(levels[0], highest, "{email}");
    }
    site.close().await;
}

#[tokio::test]
async fn a_planned_meeting_has_an_agenda_and_a_page_for_each_of_its_donors() {
    let site = Site::new().await;
    let johan = sign_in(&site, JOHAN).await;
    let fields = [
        ("donors", "Sweden; Norway"),
        ("title", "Nordic consultation"),
        ("held_on", "15 Dec 2026"),
        ("place", "Oslo"),
        ("agenda", "Core support of 2027"),
        ("guests", "Kari Nordmann"),
        ("took_part", "Johan Lindqvist"),
    ];
    let meeting = log(&site, &johan, &fields).await;
    let page = site.get(&meeting, &johan).await;
    assert!(page.body.contains(&format!("{meeting}/brief")), "a button leads there");
    let brief = site.get(&format!("{meeting}/brief"), &johan).await;
    assert_eq!(brief.status, StatusCode::OK, "{}", brief.body);
    assert_eq!(brief.texts("article h1 > :first-child"), ["Sweden", "Norway"]);
    assert_eq!(brief.texts("article #agenda"), ["Nordic consultation"]);
    let first = brief.texts("article:first-of-type").join(" ");
    for word in ["15 Dec 2026", "Oslo", "Core support of 2027", "Kari Nordmann", "Johan Lindqvist", "Sweden", "Norway"]
    {
        assert!(first.contains(word), "{word}: {first}");
    }
    // The donor's own note knows of it too, with who comes.
    let own = site.get("/donors/NOR/brief", &johan).await;
    assert!(own.texts("article .kicker")[0].contains("15 Dec 2026, Oslo"), "{:?}", own.texts("article .kicker"));
    assert!(part(&own, "Who will be there").iter().any(|item| item.contains("Kari Nordmann")));
    assert_eq!(part(&own, "To be discussed: Nordic consultation"), ["Core support of 2027"]);
    let sent = statements(&site, &[format!("{meeting}/brief").as_str()], &johan).await.concat();
    // That something classified was read is written down beside.
    let reads =
        |text: &String| (text.starts_with("select") || text.starts_with("with")) && !text.contains("set_config");
    let found: Vec<String> = sent.into_iter().filter(reads).collect();
    assert!((2..=6).contains(&found.len()), "{} statements: {found:#?}", found.len());
    // One that was held has no button.
    let held = log(&site, &johan, &[("donors", "Sweden"), ("title", "A call")]).await;
    assert!(!site.get(&held, &johan).await.body.contains(&format!("{held}/brief")));
    site.close().await;
}

#[tokio::test]
async fn the_note_speaks_the_language_of_its_reader() {
    let site = Site::new().await;
    let cookie = site.sign_in(Role::Manager).await;
    choose(&site, &cookie, "fr").await;
    let page = site.get("/donors/SWE/brief", &cookie).await;
    assert!(page.body.contains("<html lang=\"fr\""));
    let text = page.texts("article").join(" ");
    for word in ["Ce qu’ils ont donné", "Les trois dernières fois", "Établie pour"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    for word in ["What ", "Made for", "overdue", "days late", "Briefing"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
    site.close().await;
}
