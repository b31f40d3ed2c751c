//! The one statement that searches.

use sqlx::postgres::PgConnection;
use sqlx::types::Json;

use super::excerpt::{Term, excerpt};
use super::model::{Answer, ONLY_TEXTS, Question};
use crate::finding::model::Found;
use crate::kernel::{AsOf, KnownAt};

/// What is found of what the reader of this transaction may read.
///
/// # Errors
/// Where the database fails.
pub async fn search(connection: &mut PgConnection, asked: &Question<'_>) -> Result<Answer, sqlx::Error> {
    let answer: Json<Answer> = sqlx::query_scalar("select search($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
        .bind(asked.typed)
        .bind(asked.goes_on)
        .bind(asked.within.as_deref())
        .bind(asked.kind.map(|kind| kind.as_str()))
        .bind((!asked.but.is_empty()).then_some(&asked.but))
        .bind(asked.donors.as_deref())
        .bind(asked.since)
        .bind(asked.until)
        .bind(asked.passed_over)
        .bind(asked.most)
        .fetch_one(connection)
        .await?;
    Ok(answer.0)
}

/// What is found while somebody types.
pub struct WhileTyping {
    /// Things, the best first.
    pub found: Vec<Found>,
    /// Whether something was found, and no word had to be corrected for it.
    pub as_typed: bool,
}

/// For the palette: meetings and whatever else has no name to be found by, while somebody types. The note of each is a
/// few words of it, around those typed.
///
/// # Errors
/// Where the database fails.
pub async fn while_typing(connection: &mut PgConnection, typed: &str, most: i32) -> Result<WhileTyping, sqlx::Error> {
    let within = Some(ONLY_TEXTS.map(|kind| kind.as_str()).to_vec());
    let asked = Question { typed, goes_on: true, within, most, ..Question::default() };
    let answer = search(connection, &asked).await?;
    let terms = Term::of(&answer.query);
    // After a name that holds the words; before one that only resembles them, unless a word had to be corrected.
    let nearest = if answer.understood.is_empty() { 4.5 } else { 6.5 };
    let as_typed = answer.understood.is_empty() && !answer.hits.is_empty();
    let found = answer.hits.into_iter().enumerate().map(|(place, hit)| {
        let said = hit.text.as_deref().map(|text| excerpt(text, &terms, 90));
        let said = said.map(|pieces| pieces.iter().map(|piece| piece.text.as_str()).collect::<String>());
        let notes: Vec<String> = hit.note.into_iter().chain(said).filter(|note| !note.is_empty()).collect();
        Found {
            kind: hit.kind,
            room: Some(hit.room),
            code: hit.code,
            name: hit.title,
            note: (!notes.is_empty()).then(|| notes.join(" · ")),
            word: None,
            day: hit.day,
            currency: None,
            amount: None,
            nearness: nearest + 0.01 * place as f32,
        }
    });
    Ok(WhileTyping { found: found.collect(), as_typed })
}

/// The numbers of a donor and of those below it on a day, as it is known.
///
/// # Errors
/// Where the database fails.
pub async fn with_children(
    connection: &mut PgConnection,
    code: &str,
    as_of: AsOf,
    known_at: KnownAt,
) -> Result<Vec<i64>, sqlx::Error> {
    sqlx::query_scalar(
        "with recursive below as (
            select d.id from donors d where d.code = $1
            union
            select i.donor_id from below join donors_in_force($2, $3) i on i.parent_id = below.id
         )
         select id from below",
    )
    .bind(code)
    .bind(as_of.0)
    .bind(known_at.0)
    .fetch_all(connection)
    .await
}
