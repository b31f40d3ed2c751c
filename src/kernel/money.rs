//! Money: a decimal with its currency, and the exchange rates between currencies.
//!
//! Nothing here is ever a float. Rounding is half away from zero, once, to the currency's minor unit (domain.md, Money).

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};

/// An ISO 4217 currency that money can be booked in.
///
/// Codes without a minor unit (gold, test codes, "no currency") are not currencies here.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency {
    code: [u8; 3],
    minor_unit: u8,
}

impl Currency {
    /// The United States dollar, the unit of every total across currencies.
    pub const USD: Currency = Currency { code: *b"USD", minor_unit: 2 };

    /// The three letters, `EUR`.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or("???")
    }

    /// How many decimals an amount may have: JPY 0, EUR 2, KWD 3.
    pub fn minor_unit(&self) -> u32 {
        u32::from(self.minor_unit)
    }

    /// Rounds half away from zero to the minor unit.
    pub fn round(&self, amount: Decimal) -> Decimal {
        amount.round_dp_with_strategy(self.minor_unit(), RoundingStrategy::MidpointAwayFromZero)
    }

    /// Whether the amount has no more decimals than the minor unit (trailing zeros do not count).
    pub fn fits(&self, amount: Decimal) -> bool {
        amount.normalize().scale() <= self.minor_unit()
    }
}

/// The code is not a currency of ISO 4217 that money can be booked in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an ISO 4217 currency")]
pub struct UnknownCurrency;

/// Every currency money can be booked in, by code, with its English name of ISO 4217.
pub fn currencies() -> &'static [(Currency, String)] {
    static ALL: std::sync::OnceLock<Vec<(Currency, String)>> = std::sync::OnceLock::new();
    ALL.get_or_init(|| {
        // The crate lists them only with more crates; there are few enough codes of three letters to ask for each.
        let letters = || ('A'..='Z').collect::<Vec<char>>();
        let codes = letters().into_iter().flat_map(|a| {
            letters()
                .into_iter()
                .flat_map(move |b| letters().into_iter().map(move |c| [a, b, c].iter().collect::<String>()))
        });
        codes
            .filter_map(|code| {
                let currency = code.parse().ok()?;
                Some((currency, iso_currency::Currency::from_code(&code)?.name().to_owned()))
            })
            .collect()
    })
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let known = iso_currency::Currency::from_code(code).ok_or(UnknownCurrency)?;
        let minor_unit = known.exponent().and_then(|e| u8::try_from(e).ok()).ok_or(UnknownCurrency)?;
        let code: [u8; 3] = code.as_bytes().try_into().map_err(|_| UnknownCurrency)?;
        Ok(Currency { code, minor_unit })
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl<'de> serde::Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl serde::Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

// The type validates again when read from the database: a row with a code that is none is an error, not a page.
impl sqlx::Type<sqlx::Postgres> for Currency {
    fn type_info() -> sqlx::postgres::PgTypeInfo {
        <str as sqlx::Type<sqlx::Postgres>>::type_info()
    }

    fn compatible(ty: &sqlx::postgres::PgTypeInfo) -> bool {
        <str as sqlx::Type<sqlx::Postgres>>::compatible(ty)
    }
}

impl<'r> sqlx::Decode<'r, sqlx::Postgres> for Currency {
    fn decode(value: sqlx::postgres::PgValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
        Ok(<&str as sqlx::Decode<sqlx::Postgres>>::decode(value)?.parse()?)
    }
}

impl sqlx::Encode<'_, sqlx::Postgres> for Currency {
    fn encode_by_ref(
        &self,
        buf: &mut sqlx::postgres::PgArgumentBuffer,
    ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
        <&str as sqlx::Encode<sqlx::Postgres>>::encode_by_ref(&self.code(), buf)
    }
}

/// An amount in a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Money {
    /// How much, in units of the currency, with no more decimals than its minor unit.
    pub amount: Decimal,
    /// Which currency.
    pub currency: Currency,
}

/// Units of a currency per one US dollar, in force from a day until the next rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExchangeRate {
    /// How many units of the currency one US dollar buys; always positive.
    pub units_per_usd: Decimal,
    /// The first day it is in force.
    pub valid_from: NaiveDate,
}

/// A rate older than this many days is used but marked stale (domain.md, Money).
pub const STALE_AFTER_DAYS: i64 = 45;

/// The most an amount or rate can be, by the contract: sixteen digits before the point.
pub fn within_bounds(amount: Decimal) -> bool {
    amount.abs() < Decimal::from_i128_with_scale(10_000_000_000_000_000, 0)
}

/// The rates a rule may use: those of the days it asks for, nothing later.
pub trait Rates {
    /// Units of `currency` per US dollar in force on `day`; 1 for USD; `None` where no rate was in force yet.
    fn units_per_usd(&self, currency: Currency, day: NaiveDate) -> Option<Decimal>;
}

/// Converts an amount between two currencies at the rates of one day.
///
/// `amount × rate of the target ÷ rate of its own`, one division, last, rounded once to the target's minor unit.
/// `None` where a rate is missing or the result does not fit a decimal.
pub fn convert(amount: Decimal, from: Currency, to: Currency, day: NaiveDate, rates: &dyn Rates) -> Option<Decimal> {
    if from == to {
        return Some(amount);
    }
    let target = rates.units_per_usd(to, day)?;
    let own = rates.units_per_usd(from, day)?;
    amount.checked_mul(target)?.checked_div(own).map(|converted| to.round(converted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::dec;

    struct Fixed;
    impl Rates for Fixed {
        fn units_per_usd(&self, currency: Currency, _: NaiveDate) -> Option<Decimal> {
            match currency.code() {
                "USD" => Some(dec!(1)),
                "EUR" => Some(dec!(0.8)),
                "JPY" => Some(dec!(110.5)),
                _ => None,
            }
        }
    }

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2021, 7, 31).unwrap()
    }

    #[test]
    fn a_currency_knows_its_minor_unit() {
        for (code, minor) in [("USD", 2), ("JPY", 0), ("KWD", 3), ("EUR", 2), ("KRW", 0)] {
            assert_eq!(code.parse::<Currency>().unwrap().minor_unit(), minor, "{code}");
        }
        for code in ["XXX", "XAU", "eur", "EURO", "", "E€R"] {
            assert!(code.parse::<Currency>().is_err(), "{code}");
        }
    }

    #[test]
    fn trailing_zeros_are_not_decimals_too_many() {
        let yen: Currency = "JPY".parse().unwrap();
        assert!(yen.fits(dec!(100.00)));
        assert!(!yen.fits(dec!(100.5)));
    }

    #[test]
    fn conversion_rounds_half_away_from_zero_once() {
        let (eur, jpy) = ("EUR".parse().unwrap(), "JPY".parse().unwrap());
        assert_eq!(convert(dec!(1), eur, jpy, day(), &Fixed), Some(dec!(138)));
        assert_eq!(convert(dec!(100), jpy, eur, day(), &Fixed), Some(dec!(0.72)));
        assert_eq!(convert(dec!(-0.004), Currency::USD, Currency::USD, day(), &Fixed), Some(dec!(-0.004)));
        assert_eq!(convert(dec!(1), "NOK".parse().unwrap(), eur, day(), &Fixed), None);
        assert_eq!(eur_round(dec!(-0.005)), dec!(-0.01));
    }

    fn eur_round(amount: Decimal) -> Decimal {
        "EUR".parse::<Currency>().unwrap().round(amount)
    }
}
