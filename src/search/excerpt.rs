//! What is shown of a text: the words that were looked for, marked, with a few around them. Pure; the same folding as the
//! database's `folded` (migration 0005), so that what was found can be seen.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// A part of a text, marked or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Whether it is what was looked for.
    pub marked: bool,
}

/// Something looked for: words one after the other, the last of which may go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    words: Vec<String>,
    goes_on: bool,
    /// Which of the words typed it stands for, with its stems and with what else may have been meant.
    typed: usize,
}

impl Term {
    /// The terms of a query as PostgreSQL writes it: `'water' | 'wat':* & 'a' <-> 'b'`. No mark stands in its words.
    pub fn of(query: &str) -> Vec<Term> {
        let plain = query.replace(['(', ')', '!'], " ");
        let term = |(typed, text): (usize, &str)| {
            let goes_on = text.trim_end().ends_with(":*");
            let words = text.split("<->").map(|word| word.trim().trim_end_matches(":*").replace('\'', ""));
            let words: Vec<String> = words.filter(|word| !word.is_empty()).collect();
            (!words.is_empty()).then_some(Term { words, goes_on, typed })
        };
        let each = plain.split('&').enumerate();
        let mut terms: Vec<Term> =
            each.flat_map(|(typed, any)| any.split('|').map(move |one| (typed, one))).filter_map(term).collect();
        terms.sort_by(|one, other| one.words.cmp(&other.words).then(one.goes_on.cmp(&other.goes_on)));
        terms.dedup_by(|one, other| one.words == other.words && one.goes_on == other.goes_on);
        terms
    }

    /// How many of the words from here on are this term; 0 where they are not.
    fn length_at(&self, words: &[Word<'_>]) -> usize {
        let length = self.words.len();
        // Nearly every word of a text begins otherwise.
        if words.len() < length || !may_be_alike(&self.words[0], &words[0].folded) {
            return 0;
        }
        let last = length - 1;
        let same = self.words.iter().zip(words).enumerate().all(|(at, (sought, word))| {
            if at == last && self.goes_on {
                word.folded.starts_with(sought.as_str())
            } else {
                same(sought, &word.folded, length)
            }
        });
        if same { length } else { 0 }
    }
}

/// Whether a word can be the one sought at all: it begins like it, or with the Arabic article.
fn may_be_alike(sought: &str, word: &str) -> bool {
    let first = word.as_bytes().first();
    first == sought.as_bytes().first() || first == ARTICLE.as_bytes().first()
}

/// The Arabic article, written in one with its word.
const ARTICLE: &str = "ال";

/// Whether a word is the one sought, or has its stem: the index finds by stems of several languages, and here a like
/// beginning stands for all of them.
fn same(sought: &str, word: &str, of: usize) -> bool {
    if sought == word {
        return true;
    }
    let (letters, all) = (sought.chars().count(), word.chars().count());
    if of > 1 || letters < 4 {
        return false;
    }
    let word = word.strip_prefix(ARTICLE).unwrap_or(word);
    let shared = sought.chars().zip(word.chars()).take_while(|(one, other)| one == other).count();
    shared + usize::from(letters > 4) >= letters && all <= shared + 6
}

/// A word of a text: from which byte to which, the same in letters, and folded.
struct Word<'t> {
    from: usize,
    to: usize,
    letters: (usize, usize),
    folded: Cow<'t, str>,
}

fn is_a_word_of_its_own(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

fn is_a_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

/// Without accents, vowel signs and case.
fn folded(text: &str) -> Cow<'_, str> {
    // Most words of most texts are as they are.
    if text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
        return text.into();
    }
    if text.is_ascii() {
        return text.to_ascii_lowercase().into();
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_a_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'ł' => folded.push('l'),
            'ø' => folded.push('o'),
            'đ' => folded.push('d'),
            'ı' => folded.push('i'),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            c => folded.push(c),
        }
    }
    folded.into()
}

fn words(text: &str) -> Vec<Word<'_>> {
    // A word and what follows it are six letters or more.
    let mut words = Vec::with_capacity(text.len() / 6 + 1);
    // Where the word began that goes on: byte and letter.
    let mut from = None;
    let end = |words: &mut Vec<_>, from: &mut Option<(usize, usize)>, (to, letter): (usize, usize)| {
        if let Some((from, first)) = from.take() {
            words.push(Word { from, to, letters: (first, letter), folded: folded(&text[from..to]) });
        }
    };
    let mut letters = 0;
    for (letter, (at, c)) in text.char_indices().enumerate() {
        letters = letter + 1;
        if c.is_ascii_alphanumeric() {
            from.get_or_insert((at, letter));
        } else if is_a_word_of_its_own(c) {
            end(&mut words, &mut from, (at, letter));
            from = Some((at, letter));
            end(&mut words, &mut from, (at + c.len_utf8(), letters));
        } else if !c.is_ascii() && (c.is_alphanumeric() || is_a_mark(c)) {
            from.get_or_insert((at, letter));
        } else {
            end(&mut words, &mut from, (at, letter));
        }
    }
    end(&mut words, &mut from, (text.len(), letters));
    words
}

/// What is marked of the words: from which to which, and by which term.
fn marks(words: &[Word<'_>], terms: &[Term]) -> Vec<(usize, usize, usize)> {
    let mut marks = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let longest = terms.iter().enumerate().map(|(term, sought)| (sought.length_at(&words[at..]), term)).max();
        match longest {
            Some((length, term)) if length > 0 => {
                marks.push((at, at + length, term));
                at += length;
            }
            _ => at += 1,
        }
    }
    marks
}

fn pieces(text: &str, words: &[Word<'_>], marks: &[(usize, usize, usize)], from: usize, to: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut push = |from: usize, to: usize, marked: bool| {
        if from < to {
            // A line is a line no more.
            let text = text[from..to].replace(['\n', '\r', '\t'], " ");
            pieces.push(Piece { text, marked });
        }
    };
    let mut at = from;
    for (first, after, _) in marks {
        let (begins, ends) = (words[*first].from, words[after - 1].to);
        if begins >= at && ends <= to {
            push(at, begins, false);
            push(begins, ends, true);
            at = ends;
        }
    }
    push(at, to, false);
    pieces
}

/// The whole of a text, what was looked for marked.
pub fn marked(text: &str, terms: &[Term]) -> Vec<Piece> {
    let words = words(text);
    pieces(text, &words, &marks(&words, terms), 0, text.len())
}

/// About so many letters of a text, where most of what was looked for stands together; its beginning where nothing of it
/// is seen.
pub fn excerpt(text: &str, terms: &[Term], letters: usize) -> Vec<Piece> {
    // Where all of it stands together near the beginning, the rest need not be looked at.
    let near = &text[..text.floor_char_boundary(NEAR)];
    let found = (near.len() < text.len()).then(|| within(near, terms, letters)).filter(|found| found.is_sure);
    found.unwrap_or_else(|| within(text, terms, letters)).shown
}

/// How many bytes are near the beginning.
const NEAR: usize = 1024;

/// An excerpt of a text, or of its beginning.
struct Excerpt {
    shown: Vec<Piece>,
    /// Whether it has a mark for every word typed and the text goes on after it: nothing further on is better.
    is_sure: bool,
}

fn within(text: &str, terms: &[Term], letters: usize) -> Excerpt {
    let words = words(text);
    let marks = marks(&words, terms);
    // Which words there is room for, beginning with one.
    let room = |first: usize| {
        let begin = words[first].letters.0;
        first + words[first..].partition_point(|word| word.letters.1 - begin <= letters).max(1)
    };
    // For which of the words typed something stands there, one bit each.
    let bit = |term: usize| 1_u64 << terms[term].typed.min(63);
    let seen_from = |at: usize, last: usize| {
        let there = marks[at..].iter().take_while(|(_, after, _)| *after <= last);
        there.fold(0_u64, |seen, (_, _, term)| seen | bit(*term))
    };
    // The first of those as good as each other.
    let best = (0..marks.len())
        .map(|at| (seen_from(at, room(marks[at].0)), at))
        .max_by_key(|(seen, at)| (seen.count_ones(), std::cmp::Reverse(*at)));
    let Some((seen, at)) = best else {
        let shown = if words.is_empty() { Vec::new() } else { cut(text, &words, &marks, 0, room(0)) };
        return Excerpt { shown, is_sure: false };
    };
    // A few words before it, so that one sees what it is about.
    let marked = marks[at].0;
    let begin = words[marked].letters.0;
    let first = words[..marked].partition_point(|word| begin - word.letters.0 > letters / 4);
    let all = (0..terms.len()).fold(0, |all, term| all | bit(term));
    Excerpt { shown: cut(text, &words, &marks, first, room(first)), is_sure: seen == all && room(marked) < words.len() }
}

fn cut(text: &str, words: &[Word<'_>], marks: &[(usize, usize, usize)], first: usize, after: usize) -> Vec<Piece> {
    let from = if first == 0 { 0 } else { words[first].from };
    let to = if after == words.len() { text.len() } else { words[after - 1].to };
    let mut shown = pieces(text, words, marks, from, to);
    let dots = || Piece { text: "…".to_owned(), marked: false };
    if first > 0 {
        shown.insert(0, dots());
    }
    if after < words.len() {
        shown.push(dots());
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(pieces: &[Piece]) -> String {
        pieces.iter().map(|piece| if piece.marked { format!("[{}]", piece.text) } else { piece.text.clone() }).collect()
    }

    fn sought(words: &str) -> Vec<Term> {
        Term::of(words)
    }

    #[test]
    fn a_query_is_read_as_postgresql_writes_it() {
        let terms = sought("( 'govern' | 'governance' ) & 'p' <-> '2017' <-> '02':*");
        let words: Vec<(Vec<&str>, bool)> =
            terms.iter().map(|term| (term.words.iter().map(String::as_str).collect(), term.goes_on)).collect();
        assert_eq!(words, [(vec!["govern"], false), (vec!["governance"], false), (vec!["p", "2017", "02"], true)]);
        assert_eq!(sought(""), Vec::new());
    }

    #[test]
    fn words_are_marked_whatever_their_accents_case_script_and_ending() {
        for (text, query, expected) in [
            ("Good governance, GOVERNING well", "'govern'", "Good [governance], [GOVERNING] well"),
            ("Une Réunion à Łódź", "'reunion' | 'lodz'", "Une [Réunion] à [Łódź]"),
            ("Пресс-конференция", "'конференц' | 'конференция'", "Пресс-[конференция]"),
            ("صندوق الأمير محمد", "'امير'", "صندوق [الأمير] محمد"),
            ("在中国国际合作", "'中' <-> '国'", "在[中国]国际合作"),
            ("P-2017-021 and P-2017-03", "'p' <-> '2017' <-> '02':*", "[P-2017-021] and P-2017-03"),
            ("waterfront and water", "'wat':*", "[waterfront] and [water]"),
            ("the cat", "'cats'", "the cat"),
            ("<b>bold</b>", "'bold'", "<b>[bold]</b>"),
        ] {
            assert_eq!(shown(&marked(text, &sought(query))), expected);
        }
    }

    #[test]
    fn an_excerpt_is_taken_where_the_words_stand_together() {
        let filler = "one two three four five six seven eight nine ten ".repeat(10);
        let text = format!("water first. {filler}then water and\nhousing together at last. {filler}");
        let shown = shown(&excerpt(&text, &sought("'water' & 'housing'"), 60));
        assert!(shown.contains("then [water] and [housing] together"), "{shown}");
        assert!(shown.starts_with('…') && shown.ends_with('…') && shown.chars().count() < 90, "{shown}");
        assert_eq!(super::excerpt("", &sought("'x'"), 60), Vec::new());
        assert_eq!(super::excerpt("short", &sought("'x'"), 60)[0].text, "short");
    }

    #[test]
    fn of_the_words_typed_not_of_their_stems_most_stand_together() {
        // "housing" and its stem are one of the words typed; "water" is the other.
        let terms = sought("( 'housing' | 'hous' ) & 'water'");
        let filler = "one two three four five six seven eight nine ten ".repeat(3);
        let text = format!("hous housing {filler} water housing {filler}");
        assert!(shown(&excerpt(&text, &terms, 30)).contains("[water] [housing]"));
    }

    proptest! {
        #[test]
        fn what_is_near_the_beginning_is_shown_as_if_all_had_been_looked_at(
            before in "([a-zé]{1,4}[ ,中]){0,300}", after in "([a-zé]{1,4}[ ,中]){0,300}",
        ) {
            let text = format!("{before} water of the house {after}");
            for query in ["'water' & ( 'house' | 'hous' )", "'water'", "'house' & 'nowhere'"] {
                let terms = sought(query);
                prop_assert_eq!(excerpt(&text, &terms, 60), within(&text, &terms, 60).shown);
            }
        }

        #[test]
        fn nothing_is_lost_and_nothing_breaks(text in "[a-zé中国 ،ا\n<&]{0,80}", query in "('[a-z中国é]{1,3}'( (&|<->) )?){0,3}") {
            let terms = Term::of(&query);
            let all: String = marked(&text, &terms).into_iter().map(|piece| piece.text).collect();
            prop_assert_eq!(all, text.replace('\n', " "));
            let some: String = excerpt(&text, &terms, 20).into_iter().map(|piece| piece.text).collect();
            prop_assert!(some.chars().count() <= 20 + 20 + 80);
        }
    }
}
