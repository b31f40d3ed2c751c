//! Meetings with words in several languages, and the pages that search them.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use chrono::{Days, NaiveDate};

use crate::generate::{A_DONOR, Dice, READER, Size};

/// Syllables of words that are like words: some occur everywhere, most in a meeting or two.
const BEGINNINGS: [&str; 20] = [
    "gov", "hous", "plan", "wat", "clim", "fin", "urb", "soc", "pol", "infra", "trans", "educ", "heal", "sani", "land",
    "youth", "gend", "resil", "recov", "munic",
];
const ENDINGS: [&str; 16] = [
    "ernance",
    "ing",
    "ners",
    "ation",
    "ment",
    "ity",
    "al",
    "ic",
    "ness",
    "ability",
    "structure",
    "port",
    "ful",
    "ive",
    "ist",
    "ship",
];
/// Sentences that stand in a few meetings each.
const ELSEWHERE: [&str; 5] = [
    "中国国际发展合作署将继续提供资金",
    "صندوق الأمير محمد يدعم البرنامج",
    "Российский фонд прямых инвестиций продолжит финансирование",
    "La coopération financera les travaux d’assainissement",
    "Die Überschwemmungen wurden besprochen",
];

fn word(dice: &mut Dice, words: &mut String) {
    let nth = dice.skewed(173).pow(2);
    words.push_str(BEGINNINGS[nth % 20]);
    words.push_str(ENDINGS[nth / 20 % 16]);
    // What is rare has letters of its own.
    let mut rest = nth / 320;
    while rest > 0 {
        words.push(char::from(b'a' + (rest % 26) as u8));
        rest /= 26;
    }
}

fn words(dice: &mut Dice, many: usize) -> String {
    let mut words = String::new();
    for nth in 0..many {
        if nth > 0 {
            words.push(' ');
        }
        word(dice, &mut words);
    }
    words
}

/// As many meetings as pledges, a tenth of them classified.
pub fn meetings(folder: &Path, size: Size) -> std::io::Result<(&'static str, PathBuf)> {
    let mut dice = Dice(20_260_702);
    let path = folder.join("meetings.csv");
    let mut file = BufWriter::new(File::create(&path)?);
    writeln!(file, "ref,held_on,donors,title,level,place,purpose,summary,outcomes,classification,logged_by")?;
    let first = NaiveDate::from_ymd_opt(2016, 1, 4).unwrap_or_default();
    for nth in 0..size.pledges {
        let day = first + Days::new(dice.below(3_800) as u64);
        let (title, purpose) = (words(&mut dice, 4), words(&mut dice, 8));
        let (summary, outcomes) = (words(&mut dice, 50), words(&mut dice, 30));
        let elsewhere = if dice.percent(10) { dice.of(&ELSEWHERE) } else { "" };
        let level = dice.of(&["head_of_agency", "deputy", "director", "working"]);
        let classified = if dice.percent(10) { "confidential" } else { "" };
        let donor = dice.skewed(size.donors);
        writeln!(
            file,
            "BM-{nth:06},{day},D{donor:05},{title},{level},Nairobi,{purpose},{summary},{outcomes}. {elsewhere},{classified},{READER}"
        )?;
    }
    file.flush()?;
    Ok(("meetings", path))
}

/// The pages that tell what is known and was said, and those that search it, by name.
pub fn pages() -> [(&'static str, String); 12] {
    [
        ("meetings", "/meetings".to_owned()),
        ("meetings with a donor", format!("/meetings?donor={A_DONOR}")),
        ("documents", "/documents".to_owned()),
        ("timeline: a donor's meetings", format!("/donors/{A_DONOR}?kind=meetings")),
        ("the briefing note of a donor", format!("/donors/{A_DONOR}/brief")),
        ("search: a donor's documents", format!("/search?q=planning&kind=document&donor={A_DONOR}")),
        ("search: a word that is everywhere", "/search?q=planning".to_owned()),
        ("search: two words, one mistyped", "/search?q=housing+govrenance".to_owned()),
        ("search: in Chinese", "/search?q=%E5%9B%BD%E9%99%85%E5%8F%91%E5%B1%95".to_owned()),
        ("search: a donor's meetings", format!("/search?q=planning&kind=meeting&donor={A_DONOR}")),
        ("typing in the palette", "/suggest?q=gover".to_owned()),
        ("typing in the palette, mistyped", "/suggest?q=govrenanc".to_owned()),
    ]
}
