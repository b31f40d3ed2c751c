//! Which pledge a receipt may pay, and why: a suggestion, never a decision. Pure; a person confirms.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::kernel::Currency;

/// A receipt that is to be matched.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Whether nobody has said yet who gave it.
    pub unidentified: bool,
    /// Its currency.
    pub currency: Currency,
    /// What is left of it, in that currency.
    pub amount: Decimal,
    /// The day it was received.
    pub received_on: NaiveDate,
    /// What the bank or a person wrote beside it: note and payer.
    pub words: String,
}

/// How the pledge's donor stands to the receipt's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kin {
    /// The same.
    Same,
    /// The pledge's donor belongs to the receipt's.
    Child,
    /// The receipt's donor belongs to the pledge's.
    Parent,
    /// Neither.
    None,
}

/// An instalment with something outstanding.
#[derive(Debug, Clone, PartialEq)]
pub struct Open {
    /// Its number.
    pub number: i32,
    /// The day it is due.
    pub due_on: NaiveDate,
    /// What is outstanding of it, in the pledge's currency.
    pub outstanding: Decimal,
}

/// A pledge with something outstanding.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its reference.
    pub pledge: String,
    /// What else it is called: agreement, the donor's own reference.
    pub names: Vec<String>,
    /// The donor's name.
    pub donor: String,
    /// How its donor stands to the receipt's.
    pub kin: Kin,
    /// Its currency.
    pub currency: Currency,
    /// What is outstanding of all of it.
    pub outstanding: Decimal,
    /// Its instalments with something outstanding, by the day they are due.
    pub open: Vec<Open>,
}

/// Why a pledge is suggested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// What is written beside the receipt names the pledge, its agreement, or the donor's reference: this.
    Named(String),
    /// The amount is what is outstanding of this instalment.
    Instalment(i32),
    /// The amount is what is outstanding of the whole pledge.
    Whole,
    /// The same donor.
    SameDonor,
    /// A donor of the same family.
    Family,
    /// What is written beside the receipt names the donor.
    DonorNamed,
    /// The same currency.
    SameCurrency,
    /// Received so many days from the day it is due: before it where negative.
    Near(i64),
}

/// A suggestion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// Which candidate.
    pub candidate: usize,
    /// Which instalment it names, if one.
    pub number: Option<i32>,
    /// Why, the weightiest first.
    pub reasons: Vec<Reason>,
    /// How much speaks for it.
    pub points: u32,
    /// Whether nothing is left to doubt about it: who, in what currency, and how much.
    pub exact: bool,
}

/// The fewest points that make a suggestion: a currency and a day alone say nothing.
const FEWEST: u32 = 40;
/// How near to the day it is due a receipt is thought to belong to an instalment, in days.
const NEAR: i64 = 60;
/// Names shorter than this are found in every note.
const SHORTEST_NAME: usize = 4;

impl Reason {
    fn points(&self) -> u32 {
        match self {
            Reason::Named(_) => 60,
            Reason::Instalment(_) => 40,
            Reason::Whole | Reason::SameDonor => 35,
            Reason::Family | Reason::DonorNamed => 20,
            Reason::SameCurrency => 10,
            Reason::Near(_) => 8,
        }
    }
}

/// Everything that speaks for one candidate.
fn weigh(receipt: &Waiting, at: usize, candidate: &Candidate) -> Suggestion {
    let mut reasons = Vec::new();
    let named = std::iter::once(&candidate.pledge).chain(&candidate.names).find(|name| says(&receipt.words, name));
    reasons.extend(named.map(|name| Reason::Named(name.clone())));
    let same_currency = receipt.currency == candidate.currency;
    let fitting: Vec<&Open> =
        candidate.open.iter().filter(|open| same_currency && open.outstanding == receipt.amount).collect();
    let nearest = |open: &&&Open| (receipt.received_on - open.due_on).num_days().abs();
    let fits = fitting.iter().min_by_key(nearest).copied();
    let whole = same_currency && candidate.outstanding == receipt.amount;
    match (fits, whole) {
        (Some(open), _) => reasons.push(Reason::Instalment(open.number)),
        (None, true) => reasons.push(Reason::Whole),
        (None, false) => {}
    }
    match candidate.kin {
        Kin::Same => reasons.push(Reason::SameDonor),
        Kin::Child | Kin::Parent => reasons.push(Reason::Family),
        Kin::None if says(&receipt.words, &candidate.donor) => reasons.push(Reason::DonorNamed),
        Kin::None => {}
    }
    if same_currency {
        reasons.push(Reason::SameCurrency);
    }
    let due = fits.or_else(|| candidate.open.iter().min_by_key(|open| nearest(&open)));
    let days = due.map(|open| (receipt.received_on - open.due_on).num_days()).filter(|days| days.abs() <= NEAR);
    reasons.extend(days.map(Reason::Near));
    let points = reasons.iter().map(Reason::points).sum();
    let one_amount = fitting.len() == 1 || (fitting.is_empty() && whole);
    let exact = candidate.kin == Kin::Same && one_amount && !receipt.unidentified;
    Suggestion { candidate: at, number: fits.map(|open| open.number), reasons, points, exact }
}

/// What may be suggested, the likeliest first.
pub fn suggest(receipt: &Waiting, candidates: &[Candidate]) -> Vec<Suggestion> {
    let weighed = candidates.iter().enumerate().map(|(at, candidate)| weigh(receipt, at, candidate));
    let speaks = |reason: &Reason| !matches!(reason, Reason::SameCurrency | Reason::Near(_));
    let mut suggestions: Vec<Suggestion> =
        weighed.filter(|one| one.points >= FEWEST && one.reasons.iter().any(speaks)).collect();
    suggestions.sort_by_key(|one| {
        let days =
            one.reasons.iter().find_map(|reason| if let Reason::Near(days) = reason { Some(days.abs()) } else { None });
        (std::cmp::Reverse(one.points), days.unwrap_or(i64::MAX), candidates[one.candidate].pledge.clone())
    });
    suggestions
}

/// The one suggestion that leaves no doubt: exact, and of no other the amount fits.
pub fn beyond_doubt(suggestions: &[Suggestion]) -> Option<&Suggestion> {
    let fits = |reason: &Reason| matches!(reason, Reason::Instalment(_) | Reason::Whole);
    let mut fitting = suggestions.iter().filter(|one| one.reasons.iter().any(fits));
    let one = fitting.next().filter(|one| one.exact)?;
    fitting.next().is_none().then_some(one)
}

/// Whether the words hold the name, whatever its case, as words of their own.
fn says(words: &str, name: &str) -> bool {
    let (words, name) = (words.to_lowercase(), name.trim().to_lowercase());
    if name.chars().count() < SHORTEST_NAME {
        return false;
    }
    words.match_indices(&name).any(|(at, _)| {
        let before = words[..at].chars().next_back();
        let after = words[at + name.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::dec;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn receipt(amount: Decimal, words: &str) -> Waiting {
        Waiting {
            unidentified: false,
            currency: "EUR".parse().unwrap(),
            amount,
            received_on: day("2021-03-10"),
            words: words.to_owned(),
        }
    }

    fn candidate(pledge: &str, kin: Kin, open: &[(i32, &str, Decimal)]) -> Candidate {
        Candidate {
            pledge: pledge.to_owned(),
            names: vec!["UNH/2021/45".to_owned()],
            donor: "Sweden".to_owned(),
            kin,
            currency: "EUR".parse().unwrap(),
            outstanding: open.iter().map(|one| one.2).sum(),
            open: open
                .iter()
                .map(|(number, due_on, outstanding)| Open {
                    number: *number,
                    due_on: day(due_on),
                    outstanding: *outstanding,
                })
                .collect(),
        }
    }

    #[test]
    fn the_donors_instalment_of_that_amount_comes_first_and_says_why() {
        let candidates = [
            candidate("P-1", Kin::Same, &[(1, "2020-01-01", dec!(70)), (2, "2021-03-01", dec!(100))]),
            candidate("P-2", Kin::None, &[(1, "2021-03-10", dec!(100))]),
            candidate("P-3", Kin::Child, &[(1, "2021-03-10", dec!(99))]),
        ];
        let found = suggest(&receipt(dec!(100), ""), &candidates);
        assert_eq!(found[0].candidate, 0);
        assert_eq!(found[0].number, Some(2));
        assert_eq!(found[0].reasons, [Reason::Instalment(2), Reason::SameDonor, Reason::SameCurrency, Reason::Near(9)]);
        assert!(found[0].exact);
        // Somebody else's instalment of that amount is there, but below, and leaves a doubt; a child's of another amount
        // is not.
        assert_eq!(found.iter().map(|one| one.candidate).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(beyond_doubt(&found), None);
        let alone = suggest(&receipt(dec!(100), ""), &candidates[..1]);
        assert_eq!(beyond_doubt(&alone), Some(&alone[0]));
    }

    #[test]
    fn a_reference_in_the_note_weighs_more_than_an_amount() {
        let candidates = [
            candidate("P-2021-001", Kin::Same, &[(1, "2021-03-10", dec!(80))]),
            candidate("P-2021-002", Kin::Same, &[(1, "2021-03-10", dec!(100))]),
        ];
        let found = suggest(&receipt(dec!(100), "transfer p-2021-001, thanks"), &candidates);
        assert_eq!(found[0].candidate, 0);
        assert_eq!(found[0].reasons[0], Reason::Named("P-2021-001".into()));
        assert!(!found[0].exact, "the amount is another");
        let by_agreement = suggest(&receipt(dec!(5), "ref UNH/2021/45"), &candidates[..1]);
        assert_eq!(by_agreement[0].reasons[0], Reason::Named("UNH/2021/45".into()));
        // Part of a longer reference is none.
        assert!(!says("P-2021-0010", "P-2021-001") && !says("AP-2021-001", "P-2021-001") && !says("abc", "abc"));
    }

    #[test]
    fn two_that_fit_leave_a_doubt() {
        let twice = [
            candidate("P-1", Kin::Same, &[(1, "2021-03-01", dec!(100))]),
            candidate("P-2", Kin::Same, &[(1, "2021-03-01", dec!(100))]),
        ];
        assert_eq!(beyond_doubt(&suggest(&receipt(dec!(100), ""), &twice)), None);
        let equal_parts = [candidate("P-1", Kin::Same, &[(1, "2021-03-01", dec!(100)), (2, "2022-03-01", dec!(100))])];
        let found = suggest(&receipt(dec!(100), ""), &equal_parts);
        assert_eq!(found[0].number, Some(1), "the nearer one");
        assert_eq!(beyond_doubt(&found), None);
        let whole = [candidate("P-1", Kin::Same, &[(1, "2021-03-01", dec!(60)), (2, "2022-03-01", dec!(40))])];
        let found = suggest(&receipt(dec!(100), ""), &whole);
        assert_eq!((found[0].number, &found[0].reasons[0], found[0].exact), (None, &Reason::Whole, true));
    }

    #[test]
    fn a_receipt_of_nobody_is_suggested_by_amount_or_name_and_never_without_doubt() {
        let mut unknown = receipt(dec!(100), "SWEDEN");
        unknown.unidentified = true;
        let candidates = [candidate("P-1", Kin::None, &[(1, "2021-03-01", dec!(100))])];
        let found = suggest(&unknown, &candidates);
        assert_eq!(
            found[0].reasons,
            [Reason::Instalment(1), Reason::DonorNamed, Reason::SameCurrency, Reason::Near(9)]
        );
        assert!(!found[0].exact);
        unknown.amount = dec!(3);
        unknown.words = "no name".into();
        assert_eq!(suggest(&unknown, &candidates), [], "a currency and a day say nothing");
    }
}
