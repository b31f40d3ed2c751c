//! Plain text in whatever encoding, and HTML: its text without its tags, scripts and styles.

use std::cell::RefCell;
use std::fs::File;
use std::io::Read;

use chardetng::EncodingDetector;
use encoding_rs::{Encoding, UTF_8};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

use super::{MOST_TEXT, Text, Unreadable};

/// How much of a file is read: enough for all the text that is kept, whatever stands between.
const MOST_READ: u64 = 16 * MOST_TEXT as u64;

fn content(file: File) -> Result<Vec<u8>, Unreadable> {
    let mut content = Vec::new();
    file.take(MOST_READ).read_to_end(&mut content).map_err(|_| Unreadable::Gone)?;
    Ok(content)
}

/// Bytes as text: by their mark, as UTF-8, as the page says itself, else by what their letters look like.
fn decoded(content: &[u8], said: Option<&'static Encoding>) -> String {
    let encoding = match Encoding::for_bom(content) {
        Some((encoding, _)) => encoding,
        None if std::str::from_utf8(content).map_or_else(|error| error.error_len().is_none(), |_| true) => UTF_8,
        None => said.unwrap_or_else(|| {
            let mut detector = EncodingDetector::new();
            detector.feed(content, true);
            detector.guess(None, false)
        }),
    };
    encoding.decode(content).0.into_owned()
}

/// A file of text.
pub(super) fn text(file: File, text: &mut Text) -> Result<(), Unreadable> {
    text.push(&decoded(&content(file)?, None));
    Ok(())
}

/// What a page says of its own encoding.
fn charset(content: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&content[..content.len().min(2048)]).to_lowercase();
    let said = head.split("charset=").nth(1)?.trim_start_matches(['"', '\'', ' ']);
    Encoding::for_label(said.split(['"', '\'', ' ', '>', ';', '/']).next()?.as_bytes())
}

/// Takes the text out of the tags as they go by; no tree is made, however deep they stand in each other.
struct Words<'t> {
    text: RefCell<&'t mut Text>,
    /// The tag whose content is no text, while it is open.
    silent: RefCell<Option<String>>,
}

/// Tags after which a line ends.
const LINES: [&str; 22] = [
    "p",
    "br",
    "div",
    "li",
    "tr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "table",
    "ul",
    "ol",
    "section",
    "article",
    "header",
    "footer",
    "blockquote",
    "pre",
    "title",
    "dd",
];

impl Words<'_> {
    fn tag(&self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        if LINES.contains(&name) {
            self.text.borrow_mut().line();
        } else if ["td", "th"].contains(&name) && tag.kind == TagKind::EndTag {
            self.text.borrow_mut().push("\t");
        }
        let raw = match name {
            "script" => RawKind::ScriptData,
            "style" | "noframes" | "iframe" | "xmp" | "noembed" => RawKind::Rawtext,
            "title" | "textarea" => RawKind::Rcdata,
            _ => return TokenSinkResult::Continue,
        };
        if tag.kind == TagKind::EndTag {
            *self.silent.borrow_mut() = None;
            return TokenSinkResult::Continue;
        }
        if raw != RawKind::Rcdata {
            *self.silent.borrow_mut() = Some(name.to_owned());
        }
        TokenSinkResult::RawData(raw)
    }
}

impl TokenSink for Words<'_> {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => self.tag(&tag),
            Token::CharacterTokens(words) if self.silent.borrow().is_none() => {
                self.text.borrow_mut().push(&words);
                TokenSinkResult::Continue
            }
            _ => TokenSinkResult::Continue,
        }
    }
}

/// A page of HTML.
pub(super) fn html(file: File, text: &mut Text) -> Result<(), Unreadable> {
    let content = content(file)?;
    let page = decoded(&content, charset(&content));
    let words = Words { text: RefCell::new(text), silent: RefCell::new(None) };
    let tokenizer = Tokenizer::new(words, TokenizerOpts::default());
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from_slice(&page));
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    Ok(())
}
