//! The second factor: six-digit codes of a secret that a person's phone holds (RFC 6238), and recovery codes for when it
//! is lost. Each code is taken once.

use chrono::{DateTime, Utc};
use qrcodegen::{QrCode, QrCodeEcc};
use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnection;
use totp_rs::{Algorithm, Builder, Secret, Totp};

use super::seal::{Seal, SealError};
use crate::facts::WriteTx;
use crate::kernel::ids::AccountId;

/// How many recovery codes a person is given.
pub const RECOVERY_CODES: usize = 10;
/// Crockford's 32 letters and digits: none of them can be taken for another, and o, i, l are read as 0 and 1.
const READABLE: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A secret that makes codes: 160 bits, as the standard asks for.
pub struct Codes(Totp);

impl Codes {
    /// A new secret.
    pub fn new() -> Option<Self> {
        Codes::of(&rand::random::<[u8; 20]>())
    }

    /// The codes of a secret.
    pub fn of(secret: &[u8]) -> Option<Self> {
        // One step to either side of ours: clocks differ.
        let builder = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6).with_skew(1).with_step_duration(30);
        builder.with_secret(Secret::from(secret.to_vec())).build().ok().map(Codes)
    }

    /// The codes of a secret as text.
    pub fn of_text(text: &str) -> Option<Self> {
        let letters: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let secret = Secret::try_from_base32(letters.to_ascii_uppercase()).ok()?;
        (secret.as_bytes().len() == 20).then(|| Codes::of(secret.as_bytes())).flatten()
    }

    /// The secret, for sealing.
    pub fn secret(&self) -> &[u8] {
        self.0.secret().as_bytes()
    }

    /// The secret as text a person can type.
    pub fn text(&self) -> String {
        self.0.secret().to_base32()
    }

    /// The step whose code this is, where it is one now.
    pub fn step_of(&self, code: &str, now: DateTime<Utc>) -> Option<i64> {
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let six = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let seconds = u64::try_from(now.timestamp()).ok().filter(|_| six)?;
        i64::try_from(self.0.check(&digits, seconds)?).ok()
    }

    /// The address that an app on a phone reads from the picture.
    pub fn address(&self, product: &str, email: &str) -> String {
        let escape = crate::web::address::escape;
        let (issuer, account) = (escape(product), escape(email));
        format!("otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}", self.text())
    }
}

/// A picture for phones: how many squares wide, with the quiet margin it needs, and the path of its dark squares.
pub struct Picture {
    /// Squares from side to side.
    pub side: i32,
    /// The path that draws the dark ones.
    pub path: String,
}

/// Draws a text for a phone's camera.
pub fn picture(text: &str) -> Option<Picture> {
    const MARGIN: i32 = 4;
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let dark = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
    let squares = dark.filter(|(x, y)| code.get_module(*x, *y));
    let path = squares.map(|(x, y)| format!("M{} {}h1v1h-1z", x + MARGIN, y + MARGIN)).collect();
    Some(Picture { side: code.size() + 2 * MARGIN, path })
}

/// Letters that cannot be guessed or misread, in four groups of four: eighty bits.
pub fn readable_secret() -> String {
    let letters = rand::random::<[u8; 16]>().map(|byte| char::from(READABLE[usize::from(byte % 32)]));
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

/// What is kept of a recovery code. It is long enough that a quick digest cannot be searched.
fn hash_of(code: &str) -> Vec<u8> {
    let letters = code.chars().filter(char::is_ascii_alphanumeric).map(|c| match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    });
    Sha256::digest(letters.collect::<String>().as_bytes()).to_vec()
}

/// Whether an account has a second factor, since when, and how many recovery codes are left.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Standing {
    /// Since when.
    pub since: DateTime<Utc>,
    /// Recovery codes not used yet.
    pub codes_left: i64,
}

/// The second factor of an account, if it has one.
pub async fn standing(connection: &mut PgConnection, account: AccountId) -> Result<Option<Standing>, sqlx::Error> {
    sqlx::query_as(
        "select s.since, (select count(*) from recovery_codes r where r.account_id = $1 and r.used_at is null) as codes_left
         from second_factors s where s.account_id = $1",
    )
    .bind(account)
    .fetch_optional(connection)
    .await
}

/// Gives an account a second factor; `step` is that of the code which proved that the phone has it. Returns the recovery
/// codes, which are shown once.
pub async fn set_up(
    tx: &mut WriteTx,
    account: AccountId,
    sealed: Vec<u8>,
    step: i64,
) -> Result<Vec<String>, sqlx::Error> {
    let at = tx.recorded().await?.at;
    sqlx::query(
        "insert into second_factors (account_id, sealed_secret, since, last_step) values ($1, $2, $3, $4)
         on conflict (account_id) do update set sealed_secret = $2, since = $3, last_step = $4",
    )
    .bind(account)
    .bind(sealed)
    .bind(at)
    .bind(step)
    .execute(tx.connection())
    .await?;
    tx.audit_one("accounts", account.0, None, Some(serde_json::json!({ "second_factor": true }))).await?;
    new_recovery_codes(tx, account).await
}

/// Gives an account new recovery codes; the old ones are worth nothing from now on.
pub async fn new_recovery_codes(tx: &mut WriteTx, account: AccountId) -> Result<Vec<String>, sqlx::Error> {
    tx.recorded().await?;
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| readable_secret()).collect();
    sqlx::query("delete from recovery_codes where account_id = $1").bind(account).execute(tx.connection()).await?;
    sqlx::query("insert into recovery_codes (account_id, code_hash) select $1, unnest($2::bytea[])")
        .bind(account)
        .bind(codes.iter().map(|code| hash_of(code)).collect::<Vec<_>>())
        .execute(tx.connection())
        .await?;
    tx.audit_one("accounts", account.0, None, Some(serde_json::json!({ "recovery_codes": codes.len() }))).await?;
    Ok(codes)
}

/// Takes a second factor off.
pub async fn remove(tx: &mut WriteTx, account: AccountId) -> Result<(), sqlx::Error> {
    tx.recorded().await?;
    sqlx::query("delete from recovery_codes where account_id = $1").bind(account).execute(tx.connection()).await?;
    sqlx::query("delete from second_factors where account_id = $1").bind(account).execute(tx.connection()).await?;
    let (before, after) = (serde_json::json!({ "second_factor": true }), serde_json::json!({ "second_factor": false }));
    tx.audit_one("accounts", account.0, Some(before), Some(after)).await?;
    Ok(())
}

/// What a code turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// Right; it is spent now.
    Right,
    /// Not one of theirs, or taken before.
    Wrong,
    /// It cannot be said: the key that opens the secret is not here. A recovery code still can.
    Unreadable,
}

/// Whether a text is meant as a recovery code.
pub fn looks_like_recovery(code: &str) -> bool {
    code.chars().filter(char::is_ascii_alphanumeric).count() > 8
}

/// Checks a code of an account and spends it.
///
/// # Errors
/// Where the database fails.
pub async fn spend(
    connection: &mut PgConnection,
    seal: &Seal,
    account: AccountId,
    code: &str,
    now: DateTime<Utc>,
) -> Result<Checked, sqlx::Error> {
    if looks_like_recovery(code) {
        let spent = sqlx::query(
            "update recovery_codes set used_at = $3 where account_id = $1 and code_hash = $2 and used_at is null",
        )
        .bind(account)
        .bind(hash_of(code))
        .bind(now)
        .execute(connection)
        .await?;
        return Ok(if spent.rows_affected() == 1 { Checked::Right } else { Checked::Wrong });
    }
    let sealed: Option<Vec<u8>> = sqlx::query_scalar("select sealed_secret from second_factors where account_id = $1")
        .bind(account)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(sealed) = sealed else { return Ok(Checked::Wrong) };
    let codes = match seal.open(account.0, &sealed) {
        Ok(secret) => Codes::of(&secret),
        Err(error) => {
            told(&error);
            return Ok(Checked::Unreadable);
        }
    };
    let Some(step) = codes.and_then(|codes| codes.step_of(code, now)) else { return Ok(Checked::Wrong) };
    // Two that come at once with the same code: the database lets one through.
    let spent = sqlx::query("update second_factors set last_step = $2 where account_id = $1 and last_step < $2")
        .bind(account)
        .bind(step)
        .execute(connection)
        .await?;
    Ok(if spent.rows_affected() == 1 { Checked::Right } else { Checked::Wrong })
}

/// An operator reads it in the log; people are told in their own words.
pub fn told(error: &SealError) {
    tracing::error!(%error, "a second factor could not be sealed or opened");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// RFC 6238, appendix B, cut to six digits.
    #[test]
    fn codes_are_those_of_the_standard_and_a_step_to_either_side() {
        let codes = Codes::of(b"12345678901234567890").unwrap();
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            let step = seconds / 30;
            assert_eq!(codes.step_of(code, at(seconds)), Some(step), "{seconds}");
            assert_eq!(codes.step_of(code, at(seconds + 30)), Some(step), "a slow phone");
            assert_eq!(codes.step_of(code, at(seconds - 30)), Some(step), "a quick phone");
            assert_eq!(codes.step_of(code, at(seconds + 90)), None);
        }
        assert_eq!(codes.step_of("287 082", at(59)), Some(1));
        for wrong in ["287083", "", "28708", "2870822", "28708٢"] {
            assert_eq!(codes.step_of(wrong, at(59)), None, "{wrong}");
        }
        assert_eq!(Codes::of_text(&codes.text()).unwrap().secret(), b"12345678901234567890");
        assert!(Codes::of_text("JBSWY3DP").is_none(), "too short to be one of ours");
    }

    #[test]
    fn a_recovery_code_is_the_same_however_it_is_typed() {
        let code = readable_secret();
        assert_eq!(code.len(), 19);
        assert_eq!(hash_of(&code), hash_of(&code.to_uppercase().replace('-', " ").replace('0', "o")));
        assert_ne!(hash_of(&code), hash_of(&readable_secret()));
        assert!(looks_like_recovery("abcd-efgh-jkmn-pqrs") && !looks_like_recovery("287 082"));
    }

    #[test]
    fn the_picture_has_its_corners_and_its_margin() {
        let picture = picture("otpauth://totp/DIS:x").unwrap();
        assert!(picture.path.starts_with("M4 4h1v1h-1z") && picture.side >= 29);
    }
}
