//! A saved view, and what a form says of one.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The most letters a name has.
pub const LONGEST_NAME: usize = 80;

/// A view as a reader has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SavedView {
    /// Its id in addresses.
    pub key: Uuid,
    /// Its name.
    pub name: String,
    /// The list.
    pub list: String,
    /// The address.
    pub address: String,
    /// Whether everybody has it.
    pub shared: bool,
    /// Whether it is the reader's own.
    pub own: bool,
    /// Whose it is.
    pub by: String,
    /// Which version of it.
    pub version: i32,
}

/// A view to be saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewView {
    /// Its name.
    pub name: String,
    /// The list.
    pub list: &'static str,
    /// The address, as the list writes it.
    pub address: String,
    /// Whether everybody shall have it.
    pub shared: bool,
}

/// A name as it is kept, or the key of the sentence that says what is wrong with it.
///
/// # Errors
/// Where it is empty or too long.
pub fn name(text: &str) -> Result<String, &'static str> {
    let name = text.replace('\0', "").split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        Err("views-name-empty")
    } else if name.chars().count() > LONGEST_NAME {
        Err("views-name-long")
    } else {
        Ok(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_some_words() {
        assert_eq!(name("  Chase \n list "), Ok("Chase list".to_owned()));
        assert_eq!(name(" \u{a0} "), Err("views-name-empty"));
        assert_eq!(name(&"я".repeat(80)).map(|name| name.chars().count()), Ok(80));
        assert_eq!(name(&"я".repeat(81)), Err("views-name-long"));
    }
}
