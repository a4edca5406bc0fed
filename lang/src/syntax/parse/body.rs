//! Cuts braces into statements by their tokens.
//!
//! A statement begins at a word that only begins statements, at a word that begins one in these
//! braces where no expression goes on, and at any other name that stands first on its line behind a
//! complete expression (a slip, but one that must not take its neighbours along). Bracketed groups
//! are passed over as a whole, so the work is linear.

use super::row;
use crate::syntax::keyword::Keyword;
use crate::syntax::split;
use crate::syntax::stream::Stream;
use crate::syntax::token::TokenKind;
use crate::syntax::words::{CLAUSES, ItemWord, Place};

/// What a segment begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lead {
    /// A reserved statement word.
    Statement(Keyword),
    /// A word that begins a statement in these braces.
    Word,
    /// A row of a table: its name.
    Row,
    /// An item inside braces.
    Item(ItemWord),
    /// `name =` without `let`.
    Assignment,
    /// Anything else.
    Unknown,
}

/// One statement as a range of tokens; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segment {
    /// How it begins.
    pub lead: Lead,
    /// Its first token.
    pub from: usize,
    /// One past its last token.
    pub to: usize,
}

/// Words that continue a statement on the next line although they are ordinary names.
const CONTINUING: &[&str] = &[
    "step", "after", "bars", "bar", "from", "between", "of", "since", "across", "every", "on",
    "where", "by", "at", "utc", "once", "over", "weight", "max", "drop", "until", "price", "ticks",
    "tick", "equity",
];

/// Words that ask for a value behind one.
const ASKING: &[&str] = &[
    "step", "after", "between", "of", "since", "across", "where", "by", "once", "over", "weight",
    "size", "max", "drop", "price", "every", "on", "event", "at",
];

/// Those of them that may stand directly behind a statement's word and then ask for a value.
const LEAD_ASKING: &[&str] = &["at", "where", "over", "by", "every", "on"];

/// Whether a word on the next line goes on with a statement of `place`.
pub(super) fn continues(place: Place, text: &str) -> bool {
    CONTINUING.contains(&text)
        || match place {
            Place::Router => matches!(text, "size" | "keep" | "close" | "open"),
            Place::Screen => text == "most",
            Place::Test => matches!(text, "within" | "long" | "short"),
            _ => false,
        }
}

/// The statements among tokens `from..to`.
pub(super) fn cut(stream: &Stream<'_>, place: Place, from: usize, to: usize) -> Vec<Segment> {
    let mut cutter = Cutter {
        stream,
        place,
        start: from,
        to,
        current: None,
        before_when: true,
        kept: None,
    };
    let mut segments: Vec<Segment> = Vec::new();
    let mut at = from;
    while at < to {
        let lead = match cutter.begins(at) {
            None if segments.is_empty() => Some(Lead::Unknown),
            lead => lead,
        };
        if let Some(lead) = lead {
            if let Some(last) = segments.last_mut() {
                last.to = at;
            }
            segments.push(Segment { lead, from: at, to });
            cutter.current = Some((lead, at));
            cutter.before_when = true;
        }
        if stream.keyword(at) == Some(Keyword::When) {
            cutter.before_when = false;
        }
        at = match lead {
            // A misplaced item is one segment with its braces.
            Some(Lead::Item(_)) => after_header(stream, at, to),
            _ => stream.after_group(at),
        };
    }
    segments
}

/// What the walk over one pair of braces knows.
pub(super) struct Cutter<'s, 't> {
    /// The tokens.
    pub stream: &'s Stream<'t>,
    /// Which braces.
    pub place: Place,
    /// The first token between them.
    pub start: usize,
    /// One past the last.
    pub to: usize,
    /// The segment that began last, and where.
    pub current: Option<(Lead, usize)>,
    /// Whether its `when` was not seen yet.
    pub before_when: bool,
    /// For the order at a token, whether a `when` of its own is still ahead.
    kept: Option<(usize, bool)>,
}

impl Cutter<'_, '_> {
    /// Whether a statement begins at token `at`.
    fn begins(&mut self, at: usize) -> Option<Lead> {
        let stream = self.stream;
        let before = if at == self.start {
            None
        } else {
            stream.kind_before(at)
        };
        // A word may be a field; a statement on the next line is none even if the name was forgotten.
        if before == Some(TokenKind::Dot) && !stream.begins_line(at) {
            return None;
        }
        if self.is_indented(at) {
            return None;
        }
        match stream.kind(at)? {
            TokenKind::Keyword(word) => self.keyword(at, word, before),
            TokenKind::Name => self.name(at, before),
            _ => None,
        }
    }

    /// Whether a token belongs to the indented lines below a `def`, an `if` or a loop of another
    /// language: that word is what is wrong, not each line that it stands over.
    fn is_indented(&self, at: usize) -> bool {
        let Some((Lead::Unknown, from)) = self.current else {
            return false;
        };
        let stream = self.stream;
        if !matches!(
            stream.text_of(from),
            "def" | "class" | "if" | "elif" | "while" | "for"
        ) {
            return false;
        }
        match (stream.indent(from), stream.indent(at)) {
            (Some(outer), Some(inner)) => inner > outer,
            // Behind the first of its line; that line decides.
            (Some(_), None) => true,
            (None, _) => false,
        }
    }

    fn keyword(&mut self, at: usize, word: Keyword, before: Option<TokenKind>) -> Option<Lead> {
        let stream = self.stream;
        if word.begins_item() {
            return Some(split::item_word(stream, at).map_or(Lead::Unknown, Lead::Item));
        }
        if word == Keyword::Feed {
            // A value on a line of its own, where a statement should begin.
            let is_lost = !self.follows_word(at)
                && (before.is_none() || self.may_end(at - 1))
                && stream.begins_line(at);
            return is_lost.then_some(Lead::Unknown);
        }
        if word == Keyword::If {
            // No statement either, but it cannot go on with the one before.
            let is_lost = before.is_some()
                && !self.follows_word(at)
                && self.may_end(at - 1)
                && stream.begins_line(at);
            return is_lost.then_some(Lead::Unknown);
        }
        if !word.begins_statement() {
            return None;
        }
        // `=> stop` misuses the word as an action.
        if before == Some(TokenKind::FatArrow) && !stream.begins_line(at) {
            return None;
        }
        // `since enter` means `since entry`.
        if matches!(word, Keyword::Enter) && at > self.start && stream.text_of(at - 1) == "since" {
            return None;
        }
        // `expect enter` tells an event.
        if matches!(word, Keyword::Enter | Keyword::Exit)
            && before == Some(TokenKind::Name)
            && matches!(stream.text_of(at - 1), "expect" | "no")
        {
            return None;
        }
        // `let stop = …` misuses the word as a name.
        let names = self.current.is_some_and(|(lead, from)| {
            from + 1 == at
                && matches!(
                    lead,
                    Lead::Statement(Keyword::Let | Keyword::Rec | Keyword::Param | Keyword::Flag)
                )
        });
        let is_name = names
            && (self.is_assigned(at)
                || matches!(
                    stream.kind(at + 1),
                    Some(TokenKind::Colon | TokenKind::Keyword(Keyword::When))
                ));
        let is_clause = word == Keyword::Stop
            && self.is_order()
            && (!stream.begins_line(at) && !self.is_quote() || self.has_when_ahead(at));
        (!is_name && !is_clause).then_some(Lead::Statement(word))
    }

    fn name(&mut self, at: usize, before: Option<TokenKind>) -> Option<Lead> {
        let stream = self.stream;
        let text = stream.text_of(at);
        if let Some(lead) = self.certain(at, text) {
            return Some(lead);
        }
        if before.is_some() && !self.may_end(at - 1) {
            return None;
        }
        // The second word of a pair, wherever the line ends.
        let is_tail = at > self.start
            && match text {
                "entry" => stream.text_of(at - 1) == "since",
                "universe" => {
                    stream.text_of(at - 1) == "across"
                        && stream.kind(at + 1) != Some(TokenKind::Str)
                }
                _ => false,
            };
        if is_tail && !self.is_assigned(at) {
            return None;
        }
        let begins_line = stream.begins_line(at);
        let lead = self.current.map(|(lead, _)| lead);
        // What follows a statement's word belongs to it.
        if self.follows_word(at) {
            return None;
        }
        let is_inner = self.is_order() || lead == Some(Lead::Unknown);
        if is_inner && !begins_line {
            return None;
        }
        if self.is_order() && (CLAUSES.contains(&text) || stream.text_of(at - 1) == "keep") {
            return None;
        }
        if let Some(lead) = row::begins(self, at) {
            return lead;
        }
        let is_assigned = self.is_assigned(at);
        if self.place.words().contains(&text) && self.fits(at, text, is_assigned) {
            return Some(Lead::Word);
        }
        // `let x y = 1` has one slip, not a second statement.
        let is_second_name = self
            .current
            .is_some_and(|(lead, from)| from + 2 == at && matches!(lead, Lead::Statement(_)));
        if is_assigned {
            return (begins_line || !is_second_name).then_some(Lead::Assignment);
        }
        if !begins_line {
            return None;
        }
        if split::begins_block(stream, at) {
            return ItemWord::of(text).map(Lead::Item);
        }
        (!continues(self.place, text)).then_some(Lead::Unknown)
    }

    /// A statement that begins even where the one before is incomplete: its word first on its line, with
    /// something behind it that never follows a name in an expression.
    fn certain(&self, at: usize, text: &str) -> Option<Lead> {
        let stream = self.stream;
        if self.current.is_none() || self.is_order() || !stream.begins_line(at) {
            return None;
        }
        let follows = stream.kind(at + 1)?;
        let is_value = match follows {
            TokenKind::Number
            | TokenKind::Str
            | TokenKind::Keyword(Keyword::If | Keyword::When) => true,
            TokenKind::LBrace => matches!(text, "take_profit" | "execution"),
            TokenKind::Keyword(Keyword::Enter | Keyword::Exit) => text == "expect",
            _ => false,
        };
        let is_word = self.place.words().contains(&text) && text != "within" && text != "every";
        let is_value = is_value
            || (follows == TokenKind::Assign
                && matches!(text, "trail" | "take_profit" | "pyramid" | "cooldown"));
        let pair = (text, stream.text_of(at + 1));
        let is_pair = matches!(
            pair,
            ("hold", "where")
                | ("suggest" | "on", "switch")
                | ("transitions", "over")
                | ("rank", "by")
        );
        match self.place {
            Place::Risk => (follows == TokenKind::Number).then_some(Lead::Row),
            Place::Test if !is_word => {
                let is_with = self
                    .current
                    .is_some_and(|(_, from)| stream.text_of(from) == "with" && from + 1 == at);
                (is_with && self.is_assigned(at)).then_some(Lead::Row)
            }
            _ => (is_word && (is_value || is_pair)).then_some(Lead::Word),
        }
    }

    /// Whether what follows a word of these braces lets it begin its statement.
    fn fits(&self, at: usize, text: &str, is_assigned: bool) -> bool {
        let stream = self.stream;
        let follows = stream.kind(at + 1);
        let is_value = matches!(
            self.current,
            Some((Lead::Statement(Keyword::Let | Keyword::Return), _))
        );
        match text {
            // `let h = f(x) every 20 bars` goes on with its value.
            "every" => {
                stream.kind(at + 2) == Some(TokenKind::LBrace)
                    || (stream.begins_line(at) && !is_value)
            }
            // `every week on monday`, `x on event funding`
            "on" => {
                let is_of_week = at > 0 && stream.text_of(at - 1) == "week";
                stream.text_of(at + 1) != "event"
                    && !is_of_week
                    && (stream.begins_line(at)
                        || stream.text_of(at + 1) == "switch"
                        || stream.kind(at + 2) == Some(TokenKind::LBrace))
            }
            "trail" | "take_profit" | "pyramid" | "cooldown" => true,
            _ if !matches!(self.place, Place::Fn | Place::Strategy | Place::Zones) => true,
            _ => !is_assigned && (follows.is_some() || stream.begins_line(at)),
        }
    }

    /// Whether a token stands directly behind the word or the name that its statement begins with.
    fn follows_word(&self, at: usize) -> bool {
        self.current
            .is_some_and(|(lead, from)| from + 1 == at && matches!(lead, Lead::Word | Lead::Row))
    }

    /// Whether `=` stands behind a token.
    pub(super) fn is_assigned(&self, at: usize) -> bool {
        self.stream.kind(at + 1) == Some(TokenKind::Assign) || self.stream.text_of(at + 1) == ":="
    }

    /// Whether the walk is among the clauses of an order.
    fn is_order(&self) -> bool {
        let Some((lead, from)) = self.current else {
            return false;
        };
        self.before_when
            && match lead {
                Lead::Statement(Keyword::Enter | Keyword::Exit) => true,
                Lead::Word => self.stream.text_of(from) == "quote",
                _ => false,
            }
    }

    /// Whether the walk is in a `quote`, which may stand without a `when`.
    fn is_quote(&self) -> bool {
        self.current
            .is_some_and(|(lead, from)| lead == Lead::Word && self.stream.text_of(from) == "quote")
    }

    /// Whether the `when` of the order around token `at` comes before any other statement's word.
    fn has_when_ahead(&mut self, at: usize) -> bool {
        let from = self.current.map_or(at, |(_, from)| from);
        if let Some((order, found)) = self.kept
            && order == from
        {
            return found;
        }
        let mut next = at + 1;
        let mut found = false;
        while next < self.to {
            match self.stream.keyword(next) {
                Some(Keyword::When) => {
                    found = true;
                    break;
                }
                // Another price of the same order; its `when` is still ahead.
                Some(Keyword::Stop) => next = self.stream.after_group(next),
                Some(word)
                    if word.begins_statement()
                        && self.stream.kind_before(next) != Some(TokenKind::Dot) =>
                {
                    break;
                }
                _ => next = self.stream.after_group(next),
            }
        }
        self.kept = Some((from, found));
        found
    }

    /// Whether a statement may end with a token. Two values never stand side by side in a statement,
    /// so a word such as `step` behind a value asks for another.
    pub(super) fn may_end(&self, at: usize) -> bool {
        let stream = self.stream;
        if at == self.start {
            return stream.ends_expression(at);
        }
        // `expect no exit` is complete.
        if self.place == Place::Test
            && matches!(stream.keyword(at), Some(Keyword::Enter | Keyword::Exit))
        {
            return true;
        }
        let text = stream.text_of(at);
        let is_asking = match text {
            "at" if stream.keyword(at - 1) == Some(Keyword::Stop) => true,
            "from" => stream.keyword(at - 1) == Some(Keyword::State),
            "bar" => matches!(stream.text_of(at - 1), "from" | "at"),
            "risk" => stream.text_of(at - 1) == "size",
            "event" => stream.text_of(at - 1) == "on",
            // `exit size` and its amount on the next line.
            "size" if self.is_order() && stream.begins_line(at + 1) => true,
            _ if ASKING.contains(&text) => {
                let is_lead = self.follows_word(at);
                if is_lead {
                    LEAD_ASKING.contains(&text)
                } else {
                    self.ends_value(at - 1)
                }
            }
            _ => self.is_order() && CLAUSES.contains(&text) && stream.begins_line(at + 1),
        };
        !is_asking && stream.ends_expression(at)
    }

    /// Whether a value ends with a token, which then is no word that asks for one itself.
    fn ends_value(&self, at: usize) -> bool {
        let stream = self.stream;
        let asks = at > self.start
            && ASKING.contains(&stream.text_of(at))
            && stream.ends_expression(at - 1);
        stream.ends_expression(at) && !asks
    }
}

/// One past the body of a misplaced item.
fn after_header(stream: &Stream<'_>, start: usize, to: usize) -> usize {
    let mut at = start + 1;
    while at < to {
        match stream.kind(at) {
            Some(TokenKind::LBrace) => return stream.after_group(at),
            Some(TokenKind::Keyword(word)) if word.begins_statement() => return at,
            _ => at = stream.after_group(at),
        }
    }
    at
}
