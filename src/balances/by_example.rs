//! The rule on the hand-made set of `tests/data/hand`: what a person worked out with a pencil is what it says.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::facts::{Condition, PledgeFacts, Receipt, ScheduledInstalment, Terms, WriteOff};
use super::rule::state_as_of;
use crate::kernel::Currency;
use crate::kernel::ids::{ContributionId, DonorId, FundId, PledgeId, UnitId};
use crate::kernel::money::Rates;

type Row = BTreeMap<String, String>;

fn rows(file: &str) -> Vec<Row> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/hand").join(file);
    let mut reader = csv::Reader::from_path(path).expect("a file of the set");
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

fn day(text: &str) -> Option<NaiveDate> {
    (!text.is_empty()).then(|| text.parse().expect("a day"))
}

fn decimal(text: &str) -> Decimal {
    text.parse().expect("a number")
}

struct FileRates(Vec<Row>);

impl Rates for FileRates {
    fn units_per_usd(&self, currency: Currency, on: NaiveDate) -> Option<Decimal> {
        if currency == Currency::USD {
            return Some(Decimal::ONE);
        }
        let begun =
            self.0.iter().filter(|row| row["currency"] == currency.code() && day(&row["valid_from"]) <= Some(on));
        begun.max_by_key(|row| row["valid_from"].clone()).map(|row| decimal(&row["units_per_usd"]))
    }
}

fn terms(row: &Row) -> Terms {
    Terms {
        agreed_on: day(&row["agreed_on"]),
        donor: DonorId(1),
        unit: UnitId(1),
        fund: FundId(1),
        currency: row["currency"].parse().expect("a currency"),
        amount: decimal(&row["amount"]),
        pledged_on: day(&row["pledged_on"]).expect("required"),
    }
}

fn instalment(row: &Row) -> ScheduledInstalment {
    let condition = match (row["condition"].as_str(), day(&row["condition_met_on"])) {
        ("", _) => Condition::None,
        (_, Some(met_on)) => Condition::MetOn(met_on),
        (_, None) => Condition::Unmet,
    };
    ScheduledInstalment {
        agreed_on: day(&row["agreed_on"]),
        number: row["number"].parse().expect("a number"),
        due_on: day(&row["due_on"]).expect("required"),
        amount: decimal(&row["amount"]),
        condition,
    }
}

fn receipts(reference: &str) -> Vec<Receipt> {
    let all = rows("contributions.csv");
    let mine = all.iter().enumerate().filter(|(_, row)| row["pledge"] == reference && row["reverses"].is_empty());
    let taken_back = |of: &str| {
        let of_it = all.iter().filter(|row| row["reverses"] == of);
        of_it.map(|row| (day(&row["received_on"]).expect("required"), -decimal(&row["amount"]))).collect()
    };
    mine.map(|(at, row)| Receipt {
        contribution: ContributionId(at as i64),
        reference: row["ref"].clone(),
        received_on: day(&row["received_on"]).expect("required"),
        currency: row["currency"].parse().expect("a currency"),
        amount: decimal(&row["amount"]),
        instalment: row["instalment"].parse().ok(),
        reversals: taken_back(&row["ref"]),
    })
    .collect()
}

fn pledge(reference: &str) -> PledgeFacts {
    let of_pledge: Vec<Row> = rows("pledges.csv").into_iter().filter(|row| row["ref"] == reference).collect();
    let first = of_pledge.iter().find(|row| row["agreed_on"].is_empty()).expect("terms from the beginning");
    let scheduled = rows("instalments.csv");
    let mut instalments: Vec<_> = scheduled.iter().filter(|row| row["pledge"] == reference).map(instalment).collect();
    if let Some(due_on) = day(&first["due_on"]) {
        let amount = decimal(&first["amount"]);
        instalments.push(ScheduledInstalment {
            agreed_on: None,
            number: 1,
            due_on,
            amount,
            condition: Condition::None,
        });
    }
    PledgeFacts {
        pledge: PledgeId(1),
        terms: of_pledge.iter().map(terms).collect(),
        signed_on: day(&first["signed_on"]),
        cancelled_on: day(&first["cancelled_on"]),
        write_offs: day(&first["written_off_on"]).map(|on| WriteOff { on, part: None }).into_iter().collect(),
        instalments,
        contributions: receipts(reference),
        by_hand: Vec::new(),
    }
}

fn references() -> Vec<String> {
    rows("pledges.csv").iter().filter(|row| row["agreed_on"].is_empty()).map(|row| row["ref"].clone()).collect()
}

#[test]
fn arrears_are_those_worked_out_by_hand() {
    let rates = FileRates(rows("rates.csv"));
    let columns = ["as_of", "pledge_ref", "instalment_number", "due_on", "days_overdue", "amount_due", "amount_paid"];
    let columns = || columns.into_iter().chain(["amount_outstanding"]);
    let expected = rows("expected-arrears.csv");
    let mut expected: Vec<Vec<String>> =
        expected.iter().map(|row| columns().map(|column| row[column].clone()).collect()).collect();
    let mut found: Vec<Vec<String>> = Vec::new();
    for total in rows("expected-totals.csv") {
        let as_of = day(&total["as_of"]).expect("a day");
        for reference in references() {
            let state = state_as_of(&pledge(&reference), &rates, as_of);
            let digits = state.terms.currency.minor_unit() as usize;
            for one in state.instalments.iter().filter(|one| one.is_overdue(as_of)) {
                let days = (as_of - one.falls_due_on.expect("overdue")).num_days();
                let amounts = [one.amount, one.paid, one.outstanding].map(|amount| format!("{amount:.digits$}"));
                let place = [as_of.to_string(), reference.clone(), one.number.to_string(), one.due_on.to_string()];
                found.push(place.into_iter().chain([days.to_string()]).chain(amounts).collect());
            }
        }
    }
    // In which order is the page's business.
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn pledges_stand_as_worked_out_by_hand() {
    let rates = FileRates(rows("rates.csv"));
    let expected = rows("expected-pledges.csv");
    assert_eq!(expected.iter().map(|row| row["ref"].clone()).collect::<Vec<_>>(), references());
    for row in expected {
        let as_of = day(&row["as_of"]).expect("a day");
        let state = state_as_of(&pledge(&row["ref"]), &rates, as_of);
        let overdue: Decimal =
            state.instalments.iter().filter(|one| one.is_overdue(as_of)).map(|one| one.outstanding).sum();
        let amounts = [state.terms.amount, state.paid, state.outstanding, state.advance, overdue];
        let in_file = ["amount", "paid", "outstanding", "advance", "overdue"].map(|column| decimal(&row[column]));
        assert_eq!((state.status.as_str(), amounts), (row["state"].as_str(), in_file), "{}", row["ref"]);
        assert_eq!(state.unconverted, row["ref"] == "HP-13", "{}", row["ref"]);
    }
}

/// The cross-currency receipts of HP-09 and HP-12: how much of their own money went where.
#[test]
fn own_amounts_are_those_worked_out_by_hand() {
    let rates = FileRates(rows("rates.csv"));
    let own = |reference: &str, receipt: &str| -> Vec<(i32, String)> {
        let facts = pledge(reference);
        let id = facts.contributions.iter().find(|one| one.reference == receipt).expect("a receipt").contribution;
        let state = state_as_of(&facts, &rates, day("2023-02-28").expect("a day"));
        let mine = state.allocations.iter().filter(|one| one.contribution == id);
        mine.map(|one| (one.number, format!("{:.2}", one.own_amount))).collect()
    };
    assert_eq!(own("HP-09", "HC-0902"), [(2, "1807.23".to_owned()), (3, "1192.77".to_owned())]);
    assert_eq!(own("HP-12", "HC-1202"), [(1, "3311.83".to_owned()), (2, "4688.17".to_owned())]);
    assert_eq!(own("HP-12", "HC-1203"), [(2, "10887.39".to_owned())]);
}
