//! Everybody's own page: language and theme, password, second factor, sessions.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use secrecy::SecretString;

use super::accounts::{Once, begin, done};
use super::attempts::{self, Means};
use super::forms::{self, Told};
use super::second_factor::{self, Checked, Codes, Standing};
use super::sessions::{self, Session};
use super::{password, store};
use crate::l10n::L10n;
use crate::web::form::{Field, FormPage, Picture, Section, Widget};
use crate::web::frame::{Frame, filters};
use crate::web::session::alive_since;
use crate::web::{AppState, PageError, Posting, Refused, Sent, SignedIn, format};

#[derive(Template)]
#[template(path = "users/own.html")]
struct OwnPage {
    frame: Frame,
    languages: Vec<(String, String)>,
    second_factor: Option<Standing>,
    sessions: Vec<Session>,
}

impl OwnPage {
    fn at(&self, at: &chrono::DateTime<chrono::Utc>) -> String {
        format::instant(*at, self.frame.zone, self.frame.l10n)
    }
}

/// `GET /account`.
pub async fn page(State(state): State<AppState>, signed_in: SignedIn) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    let second_factor = second_factor::standing(&mut tx, viewer.account).await?;
    let alive = alive_since(state.0.clock.now());
    let sessions = sessions::of(&mut tx, viewer.account, Some(viewer.session), alive).await?;
    tx.end();
    let frame = Frame::new(&state, viewer, "account");
    let languages = forms::languages(frame.l10n);
    Ok(Html(OwnPage { frame, languages, second_factor, sessions }.render()?).into_response())
}

/// `POST /account/language`.
pub async fn language(posting: Posting) -> Result<Response, PageError> {
    let language = posting.sent.get("language");
    if L10n::all().all(|l10n| l10n.code() != language) {
        return Err(Refused::BadParameter("language", language.chars().take(50).collect()).into());
    }
    sqlx::query("update accounts set language = $2, version = version + 1 where id = $1 and language <> $2")
        .bind(posting.viewer.account)
        .bind(language)
        .execute(&posting.state.0.db.pages)
        .await?;
    Ok(Redirect::to("/account").into_response())
}

/// What is wrong: field and sentence.
type Wrong = Vec<(&'static str, String)>;

fn error(wrong: &Wrong, name: &str) -> Option<String> {
    wrong.iter().find(|(field, _)| *field == name).map(|(_, sentence)| sentence.clone())
}

fn form(action: &str, title: &str, submit: &str, sent: &Sent, frame: &Frame) -> FormPage {
    let kicker = (frame.t("account-title"), "/account".to_owned());
    let mut page = FormPage::new(action.to_owned(), kicker, frame.t(title), frame.t(submit));
    if let Ok(stamp) = sent.stamp() {
        page.form_id = stamp.id;
    }
    page
}

fn own_password(wrong: &Wrong, l10n: L10n) -> Field {
    let field = Field::new("password", l10n.t("account-password-now")).typed(Widget::CurrentPassword).required();
    field.wrong(error(wrong, "password"))
}

fn code_field(label: &str, hint: &str, wrong: &Wrong, l10n: L10n) -> Field {
    let field = Field::new("code", l10n.t(label)).typed(Widget::Code).hint(l10n.t(hint)).required();
    field.wrong(error(wrong, "code"))
}

/// Whether somebody is who they say: their password, with the throttling of signing in. What is wrong, in a sentence.
async fn prove(posting: &Posting, l10n: L10n) -> Result<Option<String>, PageError> {
    let (state, email) = (&posting.state, &posting.viewer.email);
    let (pool, now) = (&state.0.db.pages, state.0.clock.now());
    let (hash, address): (Option<String>, Option<String>) = sqlx::query_as(
        "select a.password_hash, host(s.address) from accounts a join sessions s on s.account_id = a.id
         where a.id = $1 and s.id = $2",
    )
    .bind(posting.viewer.account)
    .bind(posting.viewer.session)
    .fetch_optional(pool)
    .await?
    .ok_or(Refused::SignIn(None))?;
    // Where the session began: whoever took it over cannot choose another to guess from.
    let address = address.and_then(|address| address.parse().ok()).unwrap_or(std::net::IpAddr::from([127, 0, 0, 1]));
    if !attempts::allowed(pool, email, address, now).await? {
        return Ok(Some(l10n.t("login-throttled")));
    }
    let typed: SecretString = posting.sent.raw("password").to_owned().into();
    let hash = hash.unwrap_or_else(|| attempts::NOBODYS_HASH.to_owned());
    if password::matches(typed, hash).await.map_err(|_| Refused::Fault)? {
        return Ok(None);
    }
    attempts::note(pool, email, address, now, (Means::Password, false)).await?;
    Ok(Some(l10n.t("account-wrong-password")))
}

fn password_page(sent: &Sent, wrong: Wrong, frame: Frame) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let mut page = form("/account/password", "account-password-title", "account-password-submit", sent, &frame);
    page.lead = frame.viewer.password_one_time.then(|| l10n.t("account-password-one-time"));
    let limits = [("least", password::SHORTEST.into())];
    let new = Field::new("new", l10n.t("account-password-new")).typed(Widget::Password).required();
    let again = Field::new("again", l10n.t("account-password-again")).typed(Widget::Password).required();
    page.sections = vec![Section::of(vec![
        own_password(&wrong, l10n),
        new.hint(l10n.with("account-password-hint", &limits)).wrong(error(&wrong, "new")),
        again.wrong(error(&wrong, "again")),
    ])];
    page.page(frame)
}

/// `GET /account/password`.
pub async fn password_form(State(state): State<AppState>, signed_in: SignedIn) -> Result<Response, PageError> {
    let SignedIn { tx, viewer, .. } = signed_in;
    tx.end();
    password_page(&Sent::default(), Wrong::new(), Frame::new(&state, viewer, "account"))
}

/// `POST /account/password`.
pub async fn change_password(posting: Posting) -> Result<Response, PageError> {
    let l10n = L10n::of(&posting.viewer.language);
    let mut wrong = Wrong::new();
    let (typed, again) = (posting.sent.raw("new").to_owned(), posting.sent.raw("again"));
    if let Err(refused) = store::check_password(&typed.clone().into()) {
        if let Told::Wrong(_, sentence) = forms::told(refused, l10n)? {
            wrong.push(("new", sentence));
        }
    } else if typed != again {
        wrong.push(("again", l10n.t("account-password-differs")));
    } else if typed == posting.sent.raw("password") {
        wrong.push(("new", l10n.t("account-password-same")));
    }
    if wrong.is_empty()
        && let Some(sentence) = prove(&posting, l10n).await?
    {
        wrong.push(("password", sentence));
    }
    if wrong.is_empty() {
        let hash = password::hash(typed.into()).await.map_err(|_| Refused::Fault)?;
        let mut tx = match begin(&posting, "account-own-password").await? {
            Ok(tx) => tx,
            Err(before) => return Ok(done("/account", Some(before))),
        };
        let viewer = &posting.viewer;
        let chosen = store::choose_password(&mut tx, viewer.account, &viewer.email, &hash, viewer.session).await;
        chosen.map_err(|refused| forms::told(refused, l10n).err().unwrap_or(Refused::Fault.into()))?;
        return Ok(done("/account", tx.commit().await?.map(|recorded| recorded.change)));
    }
    password_page(&posting.sent, wrong, Frame::new(&posting.state, posting.viewer, "account"))
}

/// The form with the picture: its secret is kept nowhere before a code of it came back.
fn set_up_page(codes: &Codes, sent: &Sent, wrong: Wrong, frame: Frame) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let mut page = form("/account/second-factor", "second-factor-title", "second-factor-submit", sent, &frame);
    page.lead = Some(l10n.t("second-factor-lead"));
    let address = codes.address(&l10n.t("product-short"), &frame.viewer.email);
    let drawn = second_factor::picture(&address).ok_or(Refused::Fault)?;
    let letters: Vec<char> = codes.text().chars().collect();
    page.picture = Some(Picture {
        side: drawn.side,
        path: drawn.path,
        title: l10n.t("second-factor-picture"),
        hint: l10n.t("second-factor-text"),
        text: letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" "),
    });
    page.hidden.push(("secret".to_owned(), codes.text()));
    let code = code_field("second-factor-code", "second-factor-code-hint", &wrong, l10n);
    page.sections = vec![Section::of(vec![code, own_password(&wrong, l10n)])];
    page.page(frame)
}

/// `GET /account/second-factor`.
pub async fn second_factor_form(State(state): State<AppState>, signed_in: SignedIn) -> Result<Response, PageError> {
    let SignedIn { tx, viewer, .. } = signed_in;
    tx.end();
    let codes = Codes::new().ok_or(Refused::Fault)?;
    set_up_page(&codes, &Sent::default(), Wrong::new(), Frame::new(&state, viewer, "account"))
}

/// Recovery codes are shown once.
fn codes_shown(posting: Posting, title: &str, secrets: Vec<String>) -> Result<Response, PageError> {
    let frame = Frame::new(&posting.state, posting.viewer, "account");
    let page = Once {
        kicker: (frame.t("account-title"), "/account".to_owned()),
        title: frame.t(title),
        lead: frame.t("second-factor-codes-lead"),
        secrets,
        frame,
    };
    Ok(Html(page.render()?).into_response())
}

/// `POST /account/second-factor`: the phone has the secret where a code of it comes back.
pub async fn set_up_second_factor(posting: Posting) -> Result<Response, PageError> {
    let (l10n, now) = (L10n::of(&posting.viewer.language), posting.state.0.clock.now());
    let secret = posting.sent.get("secret");
    let codes = Codes::of_text(secret).ok_or_else(|| Refused::BadParameter("secret", String::new()))?;
    let mut wrong = Wrong::new();
    let step = codes.step_of(posting.sent.get("code"), now);
    if step.is_none() {
        wrong.push(("code", l10n.t("second-factor-wrong")));
    } else if let Some(sentence) = prove(&posting, l10n).await? {
        wrong.push(("password", sentence));
    }
    if let (Some(step), true) = (step, wrong.is_empty()) {
        let account = posting.viewer.account;
        let sealed = posting.state.0.seal.close(account.0, codes.secret()).map_err(|refused| {
            second_factor::told(&refused);
            Refused::Fault
        })?;
        let mut tx = match begin(&posting, "account-second-factor").await? {
            Ok(tx) => tx,
            Err(before) => return Ok(done("/account", Some(before))),
        };
        tx.say(serde_json::json!({ "room": "users", "code": posting.viewer.email }));
        let recovery = second_factor::set_up(&mut tx, account, sealed, step).await?;
        tx.commit().await?;
        return codes_shown(posting, "second-factor-done", recovery);
    }
    let sent = posting.sent.clone();
    set_up_page(&codes, &sent, wrong, Frame::new(&posting.state, posting.viewer, "account"))
}

/// What a person does to their second factor once they have one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Deed {
    NewCodes,
    Off,
}

fn deed_page(deed: Deed, sent: &Sent, wrong: Wrong, frame: Frame) -> Result<Response, PageError> {
    let l10n = frame.l10n;
    let (action, title, lead) = match deed {
        Deed::NewCodes => ("/account/second-factor/codes", "second-factor-new-codes", "second-factor-new-codes-lead"),
        Deed::Off => ("/account/second-factor/off", "second-factor-off", "second-factor-off-lead"),
    };
    let mut page = form(action, title, title, sent, &frame);
    page.lead = Some(l10n.t(lead));
    page.grave = deed == Deed::Off;
    let code = code_field("second-factor-code", "login-code-hint", &wrong, l10n);
    page.sections = vec![Section::of(vec![code, own_password(&wrong, l10n)])];
    page.page(frame)
}

async fn ask(deed: Deed, state: AppState, signed_in: SignedIn) -> Result<Response, PageError> {
    let SignedIn { mut tx, viewer, .. } = signed_in;
    let standing = second_factor::standing(&mut tx, viewer.account).await?;
    tx.end();
    if standing.is_none() {
        return Err(Refused::NotFound.into());
    }
    deed_page(deed, &Sent::default(), Wrong::new(), Frame::new(&state, viewer, "account"))
}

/// `GET /account/second-factor/codes`.
pub async fn codes_form(State(state): State<AppState>, signed_in: SignedIn) -> Result<Response, PageError> {
    ask(Deed::NewCodes, state, signed_in).await
}

/// `GET /account/second-factor/off`.
pub async fn off_form(State(state): State<AppState>, signed_in: SignedIn) -> Result<Response, PageError> {
    ask(Deed::Off, state, signed_in).await
}

/// What is wrong with password and code; nothing where both are right, and then the code is spent.
async fn prove_both(posting: &Posting, l10n: L10n) -> Result<Wrong, PageError> {
    if let Some(sentence) = prove(posting, l10n).await? {
        return Ok(vec![("password", sentence)]);
    }
    let (state, now) = (&posting.state, posting.state.0.clock.now());
    let mut connection = state.0.db.pages.acquire().await?;
    let code = posting.sent.get("code");
    let checked = second_factor::spend(&mut connection, &state.0.seal, posting.viewer.account, code, now).await?;
    Ok(match checked {
        Checked::Right => Wrong::new(),
        Checked::Wrong => vec![("code", l10n.t("login-code-wrong"))],
        Checked::Unreadable => vec![("code", l10n.t("login-code-unreadable"))],
    })
}

/// `POST /account/second-factor/codes`.
pub async fn new_codes(posting: Posting) -> Result<Response, PageError> {
    let l10n = L10n::of(&posting.viewer.language);
    let wrong = prove_both(&posting, l10n).await?;
    if !wrong.is_empty() {
        let sent = posting.sent.clone();
        return deed_page(Deed::NewCodes, &sent, wrong, Frame::new(&posting.state, posting.viewer, "account"));
    }
    let mut tx = match begin(&posting, "account-recovery-codes").await? {
        Ok(tx) => tx,
        Err(before) => return Ok(done("/account", Some(before))),
    };
    tx.say(serde_json::json!({ "room": "users", "code": posting.viewer.email }));
    let codes = second_factor::new_recovery_codes(&mut tx, posting.viewer.account).await?;
    tx.commit().await?;
    codes_shown(posting, "second-factor-codes-done", codes)
}

/// `POST /account/second-factor/off`.
pub async fn take_off(posting: Posting) -> Result<Response, PageError> {
    let l10n = L10n::of(&posting.viewer.language);
    let wrong = prove_both(&posting, l10n).await?;
    if !wrong.is_empty() {
        let sent = posting.sent.clone();
        return deed_page(Deed::Off, &sent, wrong, Frame::new(&posting.state, posting.viewer, "account"));
    }
    let mut tx = match begin(&posting, "account-own-second-factor-off").await? {
        Ok(tx) => tx,
        Err(before) => return Ok(done("/account", Some(before))),
    };
    tx.say(serde_json::json!({ "room": "users", "code": posting.viewer.email }));
    second_factor::remove(&mut tx, posting.viewer.account).await?;
    Ok(done("/account", tx.commit().await?.map(|recorded| recorded.change)))
}

/// `POST /account/sessions`: ends one, or all but this one.
pub async fn end_sessions(posting: Posting) -> Result<Response, PageError> {
    let (viewer, pool) = (&posting.viewer, &posting.state.0.db.pages);
    match posting.sent.get("end") {
        "others" => {
            let mut connection = pool.acquire().await?;
            store::close_sessions(&mut connection, viewer.account, Some(viewer.session)).await?;
        }
        one => {
            let id: i64 = one.parse().map_err(|_| Refused::BadParameter("end", one.chars().take(50).collect()))?;
            sqlx::query("delete from sessions where id = $1 and account_id = $2")
                .bind(id)
                .bind(viewer.account)
                .execute(pool)
                .await?;
        }
    }
    Ok(Redirect::to("/account").into_response())
}
