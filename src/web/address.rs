//! Addresses of ours, with whatever a code or a filter holds escaped.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b':').remove(b'~');

/// Text fit for a part of an address.
pub fn escape(text: &str) -> String {
    escaped(text).collect()
}

/// The same, by the piece.
pub fn escaped(text: &str) -> impl Iterator<Item = &str> {
    utf8_percent_encode(text, KEPT)
}

/// What [`escape`] made text of.
pub fn unescape(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The address of one thing in a room.
pub fn to(room: &str, code: &str) -> String {
    format!("/{room}/{}", escape(code))
}
