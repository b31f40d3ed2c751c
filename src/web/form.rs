//! What a form shows: fields with their labels, hints and errors, exactly as they were typed. One template draws every
//! form; a room says which fields it has.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use uuid::Uuid;

use super::errors::PageError;
use super::frame::{Frame, filters};

/// How a field is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Widget {
    /// A line of text.
    #[default]
    Line,
    /// A number or amount: text, with the keys for numbers on a phone.
    Number,
    /// A day, as the reader writes days; the last that makes sense.
    Day(Option<chrono::NaiveDate>),
    /// Several lines of text.
    Area,
    /// One of these: value and words. An empty value first where none need be chosen.
    Choice(Vec<(String, String)>),
    /// The code of one of many, found while typing: of a `donor`, `pledge`, `person`, and the like.
    Suggest(&'static str),
    /// An e-mail address.
    Email,
    /// A password to be.
    Password,
    /// The password there is.
    CurrentPassword,
    /// A code of the second factor.
    Code,
    /// A box to tick; its value where it is.
    Tick,
    /// One of these, all of them in sight.
    Pick(Vec<Pick>),
}

/// Something that can be picked: a line about it stands below its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// What is sent.
    pub value: String,
    /// What it is.
    pub title: String,
    /// What there is to say about it.
    pub line: String,
}

/// A field.
#[derive(Debug, Clone, Default)]
pub struct Field {
    /// Its name in what is sent, and its id in the page.
    pub name: String,
    /// What stands above it.
    pub label: String,
    /// A line below it.
    pub hint: Option<String>,
    /// What it says now, as typed.
    pub value: String,
    /// What is wrong with it.
    pub error: Option<String>,
    /// What somebody else made of it meanwhile.
    pub theirs: Option<String>,
    /// How it is typed.
    pub widget: Widget,
    /// Whether it may not be empty.
    pub required: bool,
    /// Whether it takes half of a line, beside the next.
    pub half: bool,
    /// What a code it holds is called, for the search-as-you-type box.
    pub named: String,
    /// Whether the page warns of things that look the same while it is typed.
    pub duplicates: bool,
}

impl Field {
    /// A line of text with a label.
    pub fn new(name: &str, label: String) -> Self {
        Field { name: name.to_owned(), label, ..Field::default() }
    }

    /// Saying something.
    pub fn says(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// Typed in that way.
    pub fn typed(mut self, widget: Widget) -> Self {
        self.widget = widget;
        self
    }

    /// With a line below it.
    pub fn hint(mut self, hint: String) -> Self {
        self.hint = Some(hint);
        self
    }

    /// That may not be empty.
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Half a line wide.
    pub fn half(mut self) -> Self {
        self.half = true;
        self
    }

    /// With something wrong.
    pub fn wrong(mut self, error: Option<String>) -> Self {
        self.error = error;
        self
    }

    /// Whether all that can be chosen is in sight.
    fn picks(&self) -> bool {
        matches!(self.widget, Widget::Pick(_))
    }

    /// What a reader of the page needs to know of it, as attributes. Names are ours: nothing typed is in them.
    fn attributes(&self) -> String {
        let mut text = String::new();
        if self.required {
            text.push_str(" required");
        }
        if self.error.is_some() {
            text.push_str(" aria-invalid=\"true\"");
        }
        let parts = [("h", self.hint.is_some()), ("t", self.theirs.is_some()), ("e", self.error.is_some())];
        let told = parts.iter().filter(|(_, there)| *there).map(|(part, _)| format!("{}-{part}", self.name));
        let told: Vec<String> = told.collect();
        if !told.is_empty() {
            text.push_str(&format!(" aria-describedby=\"{}\"", told.join(" ")));
        }
        text
    }
}

/// Fields that stand together.
#[derive(Debug, Clone, Default)]
pub struct Section {
    /// Its heading; none for the first fields of a form.
    pub title: Option<String>,
    /// Whether it is folded away until somebody wants it.
    pub folded: bool,
    /// Its fields.
    pub fields: Vec<Field>,
}

impl Section {
    /// The first fields of a form.
    pub fn of(fields: Vec<Field>) -> Self {
        Section { title: None, folded: false, fields }
    }

    /// Fields under a heading.
    pub fn titled(title: String, fields: Vec<Field>) -> Self {
        Section { title: Some(title), folded: false, fields }
    }

    /// Folded away, unless something in it is wrong.
    pub fn folded(mut self) -> Self {
        self.folded = self.fields.iter().all(|field| field.error.is_none() && field.theirs.is_none());
        self
    }
}

/// A row of a table of fields: an instalment of a schedule.
#[derive(Debug, Clone)]
pub struct GridRow {
    /// Its cells, in the order of the headings.
    pub cells: Vec<Field>,
    /// Carried along with it, unseen.
    pub hidden: Vec<(String, String)>,
    /// What the row as a whole is called, for readers.
    pub name: String,
}

/// A table of fields.
#[derive(Debug, Clone)]
pub struct Grid {
    /// Its heading.
    pub title: String,
    /// A line below that.
    pub hint: String,
    /// The headings of its columns, with their class.
    pub heads: Vec<(String, &'static str)>,
    /// Its rows.
    pub rows: Vec<GridRow>,
    /// The sum below it, said in words.
    pub foot: String,
    /// What the button says that adds a row.
    pub more: String,
    /// Fields that make its rows, and the button that does.
    pub helper: Option<(Vec<Field>, String)>,
}

/// A button of a form besides the first.
#[derive(Debug, Clone)]
pub struct Press {
    /// What is sent: name and value.
    pub name: &'static str,
    /// Its value.
    pub value: String,
    /// What it says.
    pub label: String,
}

/// A picture for a phone's camera above the fields, and the same as text.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Squares from side to side.
    pub side: i32,
    /// The path of the dark ones.
    pub path: String,
    /// What it is, for those who do not see it.
    pub title: String,
    /// What to do with it.
    pub hint: String,
    /// What to type where there is no camera.
    pub text: String,
}

/// A form, drawn.
pub struct FormPage {
    /// Where it goes.
    pub action: String,
    /// Where one comes from: words and address.
    pub kicker: (String, String),
    /// Its question.
    pub title: String,
    /// A line below that.
    pub lead: Option<String>,
    /// A picture above them.
    pub picture: Option<Picture>,
    /// Its fields.
    pub sections: Vec<Section>,
    /// A table of fields below them.
    pub grid: Option<Grid>,
    /// What it would do, row by row, before it is sent once more.
    pub preview: Option<super::detail::Section>,
    /// Fields that come after the table: why.
    pub last: Vec<Field>,
    /// What is wrong with the form as a whole.
    pub errors: Vec<String>,
    /// Carried along, unseen.
    pub hidden: Vec<(String, String)>,
    /// What its first button says.
    pub submit: String,
    /// Whether that takes something away.
    pub grave: bool,
    /// Its other buttons.
    pub presses: Vec<Press>,
    /// Where one goes who does not want it.
    pub cancel: String,
    /// Whether somebody changed meanwhile what it was drawn from: who and when, in a sentence.
    pub conflict: Option<String>,
    /// What may be odd about it and yet be right, before it is sent once more.
    pub notes: Vec<String>,
    /// The form's own id.
    pub form_id: Uuid,
}

impl FormPage {
    /// A form without anything yet.
    pub fn new(action: String, kicker: (String, String), title: String, submit: String) -> Self {
        FormPage {
            action,
            cancel: kicker.1.clone(),
            kicker,
            title,
            submit,
            lead: None,
            picture: None,
            sections: Vec::new(),
            grid: None,
            preview: None,
            last: Vec::new(),
            errors: Vec::new(),
            hidden: Vec::new(),
            grave: false,
            presses: Vec::new(),
            conflict: None,
            notes: Vec::new(),
            form_id: Uuid::now_v7(),
        }
    }

    fn fields(&self) -> impl Iterator<Item = &Field> {
        let grid = self.grid.iter().flat_map(|grid| &grid.rows).flat_map(|row| &row.cells);
        let helper = self.grid.iter().filter_map(|grid| grid.helper.as_ref()).flat_map(|(fields, _)| fields);
        self.sections.iter().flat_map(|section| &section.fields).chain(helper).chain(grid).chain(&self.last)
    }

    /// Tells beside each field what somebody else made of it meanwhile.
    pub fn tell(&mut self, theirs: &std::collections::BTreeMap<String, String>) {
        let sections = self.sections.iter_mut().flat_map(|section| &mut section.fields);
        for field in sections.chain(&mut self.last) {
            field.theirs = theirs.get(&field.name).cloned();
        }
        for section in &mut self.sections {
            section.folded &= section.fields.iter().all(|field| field.theirs.is_none());
        }
    }

    /// The names of its fields.
    pub fn names(&self) -> Vec<String> {
        self.fields().map(|field| field.name.clone()).collect()
    }

    /// Every field that is wrong, for the summary: its id, its label, its error.
    pub fn wrong(&self) -> Vec<(&str, &str, &str)> {
        let wrong = self
            .fields()
            .filter_map(|field| field.error.as_deref().map(|error| (field.name.as_str(), field.label.as_str(), error)));
        wrong.collect()
    }

    /// How many things there are to put right.
    pub fn faults(&self) -> usize {
        self.errors.len() + self.wrong().len()
    }

    /// Whether what is typed may be kept by the browser until it is sent.
    fn keeps(&self) -> bool {
        !self.fields().any(|field| matches!(field.widget, Widget::Password | Widget::CurrentPassword | Widget::Code))
    }

    fn has_faults(&self) -> bool {
        self.faults() > 0
    }

    fn opens_helper(&self) -> bool {
        let helper = self.grid.iter().filter_map(|grid| grid.helper.as_ref()).flat_map(|(fields, _)| fields);
        self.grid.as_ref().is_some_and(|grid| grid.rows.is_empty())
            || helper.into_iter().any(|field| field.error.is_some())
    }

    /// Draws it: 409 where somebody else was quicker, 422 where something is wrong, else as it is.
    ///
    /// # Errors
    /// Where it cannot be drawn.
    pub fn page(self, frame: Frame) -> Result<Response, PageError> {
        let status = match (&self.conflict, self.faults()) {
            (Some(_), _) => StatusCode::CONFLICT,
            (None, 0) => StatusCode::OK,
            (None, _) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Ok((status, Html(Drawn { frame, form: self }.render()?)).into_response())
    }
}

#[derive(Template)]
#[template(path = "form.html")]
struct Drawn {
    frame: Frame,
    form: FormPage,
}
