//! What becomes of a follow-up.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use crate::access::{Act, may};
use crate::classified::read_as;
use crate::facts::{Claim, WriteTx};
use crate::meetings::become_of;
use crate::web::{PageError, Posting, Refused};

/// `POST /actions/{key}`: done, dropped, or open again.
pub async fn become_of_it(Path(key): Path<Uuid>, posting: Posting) -> Result<Response, PageError> {
    if !may(posting.viewer.role, Act::LogMeetings) {
        return Err(Refused::Forbidden.into());
    }
    let (state, act) = match posting.sent.get("press") {
        "done" => ("done", "action-done"),
        "dropped" => ("dropped", "action-drop"),
        "open" => ("open", "action-reopen"),
        other => return Err(Refused::BadParameter("press", other.chars().take(20).collect()).into()),
    };
    let mut reading = read_as(&posting.state.0.db, posting.viewer.reader()).await?;
    let meeting: Option<Uuid> =
        sqlx::query_scalar("select m.key from actions x join meetings m on m.id = x.meeting_id where x.key = $1")
            .bind(key)
            .fetch_optional(&mut *reading)
            .await?;
    reading.end();
    let meeting = meeting.ok_or(Refused::NotFound)?;
    let back = |done: String| {
        // Back to where it was pressed: the page of its meeting, or of another one with the same donor.
        let page = posting.sent.get("back").parse().unwrap_or(meeting);
        Redirect::to(&format!("/meetings/{page}?done={done}#follow-ups")).into_response()
    };
    let mut tx = WriteTx::begin(&posting.state.0.db, posting.actor(), act, None).await?;
    match tx.claim(&posting.sent.stamp()?).await? {
        Claim::Fresh => {}
        Claim::Done(change) => return Ok(back(change.0.to_string())),
        Claim::Other => return Err(Refused::SentOtherwise.into()),
    }
    if !become_of(&mut tx, key, state, posting.state.0.clock.today()).await? {
        tx.rollback().await?;
        return Ok(back("same".to_owned()));
    }
    tx.say(serde_json::json!({ "room": "meetings", "code": meeting }));
    let recorded = tx.commit().await?;
    Ok(back(recorded.map_or_else(|| "same".to_owned(), |recorded| recorded.change.0.to_string())))
}
