//! Files to load, made up from a fixed seed: the same size gives the same files, byte for byte.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use chrono::{Days, NaiveDate};

/// The day the pages are asked for; everything in the files was known by then.
pub const AS_OF: &str = "2026-06-30";
/// The unit that pages are filtered by: a regional office with those below it.
pub const A_UNIT: &str = "U0005";
/// A donor that is looked at.
pub const A_DONOR: &str = "D00007";
/// The account that is a donor's focal point and signs in.
pub const READER: &str = "reader@bench.example";
/// The account that posts receipts.
pub const FINANCE: &str = "finance@bench.example";
/// Everybody who signs in: their e-mail, role, and what their dashboard is called here.
pub const PEOPLE: [(&str, &str, &str); 6] = [
    (READER, "manager", "dashboard"),
    (FINANCE, "finance", "dashboard of finance"),
    ("unit_staff@bench.example", "unit_staff", "dashboard of a unit"),
    ("resource_mobilization@bench.example", "resource_mobilization", "dashboard of resource mobilization"),
    ("auditor@bench.example", "auditor", "dashboard of an auditor"),
    ("admin@bench.example", "admin", "dashboard of an administrator"),
];

/// How much of everything.
#[derive(Clone, Copy)]
pub struct Size {
    pub name: &'static str,
    pub donors: usize,
    pub units: usize,
    pub pledges: usize,
    pub contributions: usize,
}

impl Size {
    /// S, or L: ten times S.
    pub fn named(name: &str) -> Option<Size> {
        let (name, times) = match name {
            // Not measured against anything: to try the program itself out.
            "XS" => ("XS", 1),
            "S" => ("S", 10),
            "L" => ("L", 100),
            _ => return None,
        };
        Some(Size {
            name,
            donors: 200 * times,
            units: 10 * times,
            pledges: 2_000 * times,
            contributions: 10_000 * times,
        })
    }

    /// Four a pledge.
    pub fn instalments(&self) -> usize {
        self.pledges * 4
    }

    /// One for four pledges.
    pub fn documents(&self) -> usize {
        self.pledges / 4
    }

    /// One for twenty pledges.
    pub fn projects(&self) -> usize {
        self.pledges / 20
    }
}

/// SplitMix64: small, and the same for ever.
pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// Low numbers more often: a few donors and units have most of the pledges.
    pub fn skewed(&mut self, end: usize) -> usize {
        let one = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        ((one * one * end as f64) as usize).min(end - 1)
    }

    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

/// Units per USD times a thousand, about; the yen has no decimals.
const CURRENCIES: [(&str, u64); 12] = [
    ("USD", 1000),
    ("EUR", 880),
    ("SEK", 9400),
    ("NOK", 9100),
    ("GBP", 770),
    ("JPY", 125_000),
    ("CHF", 930),
    ("CAD", 1330),
    ("AUD", 1450),
    ("DKK", 6600),
    ("KRW", 1_250_000),
    ("INR", 76_000),
];
/// Most money comes in a few of them.
const OFTEN: [usize; 20] = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9];
const FUNDS: [(&str, &str, &str); 4] = [
    ("FNE", "Foundation, not earmarked", "core"),
    ("FEM", "Foundation, earmarked", "earmarked"),
    ("TC", "Technical cooperation", "earmarked"),
    ("RB", "Regular budget", "core"),
];
const WORDS: [&str; 16] = [
    "Water",
    "Housing",
    "Land",
    "Youth",
    "Planning",
    "Waste",
    "Transport",
    "Climate",
    "Safety",
    "Finance",
    "Streets",
    "Recovery",
    "Data",
    "Gender",
    "Energy",
    "Schools",
];

fn money(minor: u64, currency: usize) -> String {
    match CURRENCIES[currency].0 {
        "JPY" | "KRW" => minor.to_string(),
        _ => format!("{}.{:02}", minor / 100, minor % 100),
    }
}

struct Pledge {
    donor: usize,
    currency: usize,
    fund: usize,
    pledged_on: NaiveDate,
    /// Minor units, and the day it is due.
    instalments: [(u64, NaiveDate); 4],
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day of ours")
}

/// Writes the files into a folder; gives the kinds with their files, in an order they can be loaded in. The last one
/// holds the contributions.
pub fn files(folder: &Path, size: Size) -> std::io::Result<Vec<(&'static str, PathBuf)>> {
    let mut dice = Dice(20_260_630);
    let mut files = Vec::new();
    let mut begin = |kind: &'static str, header: &str| -> std::io::Result<BufWriter<File>> {
        let path = folder.join(format!("{kind}.csv"));
        let mut file = BufWriter::new(File::create(&path)?);
        writeln!(file, "{header}")?;
        files.push((kind, path));
        Ok(file)
    };

    let mut file = begin("units", "code,name,kind,parent")?;
    let tops = (size.units / 20).max(1);
    let regional = (size.units / 5).max(2);
    for unit in 0..size.units {
        let (kind, parent) = match unit {
            _ if unit < tops => ("division", String::new()),
            _ if unit < regional => ("regional_office", format!("U{:04}", unit % tops)),
            _ => ("country_office", format!("U{:04}", tops + unit % (regional - tops))),
        };
        writeln!(file, "U{unit:04},Office for {} {unit},{kind},{parent}", dice.of(&WORDS))?;
    }

    let mut file = begin("funds", "code,name,earmarking")?;
    for (code, name, earmarking) in FUNDS {
        writeln!(file, "{code},\"{name}\",{earmarking}")?;
    }

    let mut file = begin("donors", "code,name,kind,parent,focal_point")?;
    for donor in 0..size.donors {
        let kind = dice.of(&["C02", "C03", "C05", "C06", "C07"]);
        let parent = if donor > 50 && dice.percent(5) { format!("D{:05}", dice.below(50)) } else { String::new() };
        let focal_point = if dice.percent(50) { READER } else { "" };
        writeln!(file, "D{donor:05},{} Foundation {donor},{kind},{parent},{focal_point}", dice.of(&WORDS))?;
    }

    let mut file = begin("rates", "currency,valid_from,units_per_usd")?;
    for (code, rate) in CURRENCIES.iter().skip(1) {
        for month in 0..175 {
            let from = day("2012-01-01") + chrono::Months::new(month);
            let rate = rate * (900 + dice.below(200) as u64);
            writeln!(file, "{code},{from},{}.{:06}", rate / 1_000_000, rate % 1_000_000)?;
        }
    }

    let mut file = begin("projects", "code,title,unit,starts_on,ends_on,budget_usd,countries")?;
    let starts = projects(size, &mut file)?;
    let mut file = begin("expenditures", "project,month,amount_usd")?;
    expenditures(&starts, &mut file)?;

    let pledges: Vec<Pledge> = (0..size.pledges).map(|_| pledge(&mut dice, size)).collect();
    let header = "ref,donor,unit,fund,earmarking,currency,amount,pledged_on,signed_on,title,cancelled_on,project";
    let mut file = begin("pledges", header)?;
    for (at, pledge) in pledges.iter().enumerate() {
        let amount: u64 = pledge.instalments.iter().map(|(amount, _)| amount).sum();
        let signed = pledge.pledged_on + Days::new(10 + dice.below(80) as u64);
        let signed = if dice.percent(3) { String::new() } else { signed.to_string() };
        let cancelled = pledge.pledged_on + Days::new(200);
        let cancelled = if dice.percent(2) { cancelled.to_string() } else { String::new() };
        writeln!(
            file,
            "P{at:06},D{:05},U{:04},{},{},{},{},{},{signed},{} and {} for all {at},{cancelled},J{:04}",
            pledge.donor,
            dice.skewed(size.units),
            FUNDS[pledge.fund].0,
            dice.of(&["unearmarked", "soft", "earmarked", "tight"]),
            CURRENCIES[pledge.currency].0,
            money(amount, pledge.currency),
            pledge.pledged_on,
            dice.of(&WORDS),
            dice.of(&WORDS),
            at % size.projects(),
        )?;
    }

    let mut file = begin("instalments", "pledge,number,due_on,amount")?;
    for (at, pledge) in pledges.iter().enumerate() {
        for (number, (amount, due_on)) in (1..).zip(pledge.instalments) {
            writeln!(file, "P{at:06},{number},{due_on},{}", money(amount, pledge.currency))?;
        }
    }

    let mut file = begin("donor-reports", "ref,pledge,unit,kind,due_on,submitted_on,title")?;
    donor_reports(size, &pledges, &mut file)?;

    let header = "ref,donor,currency,amount,received_on,fund,kind,pledge,instalment,reverses,note";
    let mut file = begin("contributions", header)?;
    contributions(&mut dice, size, &pledges, &mut file)?;
    file.flush()?;
    Ok(files)
}

/// Projects of one to five years, the last of them still running; gives when each starts, and its budget in US dollars.
fn projects(size: Size, file: &mut impl Write) -> std::io::Result<Vec<(NaiveDate, u64)>> {
    let mut dice = Dice(20_260_702);
    let mut starts = Vec::new();
    for at in 0..size.projects() {
        let starts_on = day("2016-01-01") + chrono::Months::new(dice.below(120) as u32);
        let ends_on = starts_on + chrono::Months::new(12 + dice.below(48) as u32) - Days::new(1);
        let (unit, budget) = (dice.skewed(size.units), 50_000 + dice.skewed(5_000_000) as u64);
        let (one, other) = (dice.of(&WORDS), dice.of(&["KEN", "COL", "PHL;FJI", "EGY", "SEN"]));
        writeln!(file, "J{at:04},{one} together {at},U{unit:04},{starts_on},{ends_on},{budget},{other}")?;
        starts.push((starts_on, budget));
    }
    Ok(starts)
}

/// Some months of each: a few spend more than they have.
fn expenditures(starts: &[(NaiveDate, u64)], file: &mut impl Write) -> std::io::Result<()> {
    let mut dice = Dice(20_260_703);
    for (at, (starts_on, budget)) in starts.iter().enumerate() {
        for month in 0..20 {
            let on = *starts_on + chrono::Months::new(month);
            if on < day("2026-06-01") && dice.percent(80) {
                let (year, month) = (chrono::Datelike::year(&on), chrono::Datelike::month(&on));
                writeln!(
                    file,
                    "J{at:04},{year}-{month:02},{}.00",
                    budget / 20 + dice.below(*budget as usize / 20) as u64
                )?;
            }
        }
    }
    Ok(())
}

/// One a pledge, from dice of their own: the other files stay what they were without them.
fn donor_reports(size: Size, pledges: &[Pledge], file: &mut impl Write) -> std::io::Result<()> {
    let mut dice = Dice(20_260_701);
    for (at, pledge) in pledges.iter().enumerate() {
        let due_on = pledge.instalments[3].1 + Days::new(30 + dice.below(150) as u64);
        let sent = due_on - Days::new(40) + Days::new(dice.below(120) as u64);
        let sent = if sent <= day(AS_OF) && dice.percent(85) { sent.to_string() } else { String::new() };
        let kind = dice.of(&["narrative", "financial"]);
        let (unit, word) = (dice.skewed(size.units), dice.of(&WORDS));
        writeln!(file, "R{at:06},P{at:06},U{unit:04},{kind},{due_on},{sent},Report on {word} {at}")?;
    }
    Ok(())
}

fn pledge(dice: &mut Dice, size: Size) -> Pledge {
    let pledged_on = day("2012-03-01") + Days::new(dice.below(5000) as u64);
    let currency = if dice.percent(4) { 10 + dice.below(2) } else { OFTEN[dice.below(OFTEN.len())] };
    // Between a thousand and a million USD each, the smaller ones more often.
    let usd = 1_000 + dice.skewed(1_000_000) as u64;
    let minor = if money(1, currency) == "1" { 1 } else { 100 };
    let each = usd * CURRENCIES[currency].1 / 1000 * minor + dice.below(minor as usize) as u64;
    let first = pledged_on + Days::new(60 + dice.below(120) as u64);
    let gap = 90 + dice.below(200) as u64;
    let instalments = [0, 1, 2, 3].map(|at| (each, first + Days::new(at * gap)));
    Pledge { donor: dice.skewed(size.donors), currency, fund: dice.below(FUNDS.len()), pledged_on, instalments }
}

fn contributions(dice: &mut Dice, size: Size, pledges: &[Pledge], file: &mut impl Write) -> std::io::Result<()> {
    let last = day(AS_OF);
    let mut written = 0;
    let mut take_back: Vec<String> = Vec::new();
    for (at, pledge) in pledges.iter().enumerate() {
        for (number, (amount, due_on)) in (1..).zip(pledge.instalments) {
            let paid_on = due_on - Days::new(30) + Days::new(dice.below(150) as u64);
            // What is paid of it: four in five wholly, a few in two parts, a few by half.
            let parts: &[u64] = match dice.below(100) {
                _ if paid_on > last => &[],
                0..68 => &[100],
                68..74 => &[60, 40],
                74..78 => &[50],
                _ => &[],
            };
            for (nth, part) in parts.iter().enumerate() {
                let (code, fund) = (CURRENCIES[pledge.currency].0, FUNDS[pledge.fund].0);
                let amount = money(amount * part / 100, pledge.currency);
                let named = if dice.percent(50) { number.to_string() } else { String::new() };
                let on = (paid_on + Days::new(20 * nth as u64)).min(last);
                let row = format!("D{:05},{code},{amount},{on},{fund},cash,P{at:06},{named}", pledge.donor);
                writeln!(file, "R{written:07},{row},,")?;
                if dice.percent(1) && take_back.len() < size.contributions / 200 {
                    let row = format!("D{:05},{code},-{amount},{last},{fund},cash,P{at:06},", pledge.donor);
                    take_back.push(format!("{row},R{written:07},returned by the bank"));
                }
                written += 1;
            }
        }
    }
    for row in take_back {
        writeln!(file, "R{written:07},{row}")?;
        written += 1;
    }
    // The rest is money nobody had promised.
    while written < size.contributions {
        let currency = OFTEN[dice.below(OFTEN.len())];
        let amount = money(10_000 + dice.skewed(100_000_000) as u64, currency);
        let on = day("2012-03-01") + Days::new(dice.below(5200) as u64);
        let (donor, code, fund) = (dice.skewed(size.donors), CURRENCIES[currency].0, FUNDS[dice.below(FUNDS.len())].0);
        writeln!(file, "R{written:07},D{donor:05},{code},{amount},{on},{fund},cash,,,,")?;
        written += 1;
    }
    Ok(())
}

/// The same file with one row in a hundred spoilt: no amount, a currency that is none, a day that is none, a donor
/// nobody knows. Gives how many.
pub fn spoil(from: &Path, to: &Path) -> std::io::Result<usize> {
    let text = std::fs::read_to_string(from)?;
    let mut file = BufWriter::new(File::create(to)?);
    let mut spoilt = 0;
    for (at, line) in text.lines().enumerate() {
        if at == 0 || at % 100 != 0 {
            writeln!(file, "{line}")?;
            continue;
        }
        let mut cells: Vec<&str> = line.split(',').collect();
        let (cell, wrong) = [(3, "a lot"), (2, "XXX"), (4, "2021-13-01"), (1, "")][spoilt % 4];
        cells[cell] = wrong;
        writeln!(file, "{}", cells.join(","))?;
        spoilt += 1;
    }
    file.flush()?;
    Ok(spoilt)
}
