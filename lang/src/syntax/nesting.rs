//! Pairs brackets and limits their depth before anything recursive runs.
//!
//! A bracket that is never closed is found where the next statement or item begins, because those
//! words cannot stand inside one; so it breaks its own statement and not the rest of the file.
//! Where braces do not pair up, indentation decides which of them lost its partner, as it does for a
//! reader. Everything here is linear in the number of tokens.

use super::keyword::Keyword;
use super::split;
use super::stream::Stream;
use super::token::TokenKind;
use super::words::ItemWord;
use crate::diag::{Code, Diagnostic, Sink};

/// Deepest nesting of `(`, `[` and `{` together.
pub(crate) const MAX_DEPTH: usize = 256;

/// What the check found besides its reports.
#[derive(Debug, Default)]
pub(crate) struct Nesting {
    /// Deepest nesting that was seen.
    pub depth: usize,
    /// Tokens that stand too deep, one per item at most, in order.
    pub too_deep: Vec<usize>,
}

impl Nesting {
    /// Whether a range of tokens holds a bracket that stands too deep.
    pub fn is_too_deep(&self, from: usize, to: usize) -> bool {
        let first = self.too_deep.partition_point(|at| *at < from);
        self.too_deep.get(first).is_some_and(|at| *at < to)
    }
}

/// What a `{` is for, as far as the tokens before it tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Brace {
    /// `all {`, `any {`, a record, the legs of an entry: holds no statement.
    Values,
    /// The braces of a state: hold members and `let`.
    Members,
    /// The body of an item, or a block in one: a statement does not end it, whether it belongs there
    /// or not.
    Body,
}

/// An opening bracket that still waits for its closing one.
#[derive(Debug, Clone, Copy)]
struct Open {
    /// Its token.
    at: usize,
    /// `(`, `[` or `{`.
    kind: TokenKind,
    /// For a `{`, what it is for.
    brace: Brace,
    /// Open `(` since the last open `{`, this one included.
    parens: usize,
    /// Open `[` since the last open `{`, this one included.
    squares: usize,
    /// Zone queries that nest around it.
    queries: usize,
    /// Indentation of its line.
    indent: usize,
}

struct Checker<'s, 't> {
    stream: &'s mut Stream<'t>,
    sink: &'s mut Sink,
    open: Vec<Open>,
    braces: usize,
    /// An item's word was read and its `{` was not.
    item_begins: bool,
    /// What the next `{` of this statement is for.
    next: Option<Brace>,
    /// Zone queries that may nest here: the condition behind each `where` can hold the next one.
    queries: usize,
    /// Indentation of the current line.
    indent: usize,
    /// Whether indentation tells which brace lost its partner.
    by_indent: bool,
    /// Whether a `{` was given up or a `}` had no partner.
    unbalanced: bool,
    deep_in_this_item: bool,
    found: Nesting,
}

/// Pairs the brackets of `stream` and reports E0102, E0103 and E0104.
pub(crate) fn check(stream: &mut Stream<'_>, sink: &mut Sink) -> Nesting {
    let mut reports = Sink::new();
    let (mut found, unbalanced) = pair(stream, &mut reports, false);
    if unbalanced {
        reports = Sink::new();
        stream.forget_groups();
        (found, _) = pair(stream, &mut reports, true);
    }
    for report in reports.into_sorted() {
        sink.push(report);
    }
    found
}

/// One walk over all tokens; gives whether braces did not pair up too.
fn pair(stream: &mut Stream<'_>, sink: &mut Sink, by_indent: bool) -> (Nesting, bool) {
    let count = stream.len();
    let mut checker = Checker {
        stream,
        sink,
        open: Vec::new(),
        braces: 0,
        item_begins: false,
        next: None,
        queries: 0,
        indent: 0,
        by_indent,
        unbalanced: false,
        deep_in_this_item: false,
        found: Nesting::default(),
    };
    for at in 0..count {
        checker.token(at);
    }
    checker.give_up(0, count);
    (checker.found, checker.unbalanced)
}

impl Checker<'_, '_> {
    fn token(&mut self, at: usize) {
        if let Some(indent) = self.stream.indent(at) {
            self.indent = indent;
            if self.by_indent {
                self.dedent(at, indent);
            }
        }
        match self.stream.kind(at) {
            Some(kind) if kind.opens() => self.opens(at, kind),
            Some(kind) if kind.closes() => self.closes(at, kind),
            Some(TokenKind::Keyword(word)) => self.keyword(at, word),
            Some(TokenKind::Name) => self.name(at),
            _ => {}
        }
    }

    fn name(&mut self, at: usize) {
        if self.open.is_empty() {
            self.item_begins |= split::item_word(self.stream, at).is_some_and(ItemWord::has_body);
        } else if self.stream.indent(at) == Some(0) && split::begins_block(self.stream, at) {
            self.give_up(0, at);
            self.item_begins = true;
        } else if self.stream.text_of(at) == "where" {
            if self.stream.kind_before(at) == Some(TokenKind::Name) {
                self.queries += 1;
                self.limit_depth(at);
            }
        } else if self.is_in_body() {
            match self.stream.text_of(at) {
                "on" | "every" | "for" | "zones" | "execution" | "take_profit" => {
                    self.next = Some(Brace::Body);
                }
                _ => {}
            }
        }
    }

    fn is_in_body(&self) -> bool {
        self.open
            .last()
            .is_some_and(|open| open.kind == TokenKind::LBrace && open.brace == Brace::Body)
    }

    /// A statement or a `}` no further right than the line that opened a brace ends that brace; only
    /// asked where braces do not pair up.
    fn dedent(&mut self, at: usize, indent: usize) {
        let is_close = self.stream.kind(at) == Some(TokenKind::RBrace);
        let is_statement = match self.stream.kind(at) {
            Some(TokenKind::Keyword(word)) => word.begins_statement(),
            Some(TokenKind::Name) => self.stream.after_line_end(at),
            _ => false,
        };
        // Past the limit the item is lost anyway, and walking the stack would not be cheap.
        if (!is_close && !is_statement) || self.open.len() > MAX_DEPTH {
            return;
        }
        let outer = self.open.iter().rposition(|open| {
            open.kind == TokenKind::LBrace
                && (open.indent < indent || (is_close && open.indent == indent))
        });
        // A `}` needs a brace of its own line; without one it says nothing.
        let fits = outer
            .and_then(|i| self.open.get(i))
            .is_some_and(|open| !is_close || open.indent == indent);
        let Some(keep) = outer.filter(|_| fits).map(|i| i + 1) else {
            return;
        };
        let only_braces = self
            .open
            .get(keep..)
            .is_some_and(|rest| rest.iter().all(|open| open.kind == TokenKind::LBrace));
        if only_braces {
            self.give_up(keep, at);
        }
    }

    fn opens(&mut self, at: usize, kind: TokenKind) {
        if self.open.is_empty() {
            self.deep_in_this_item = false;
        }
        let top = self.open.last().filter(|top| top.kind != TokenKind::LBrace);
        let (parens, squares) = top.map_or((0, 0), |top| (top.parens, top.squares));
        let brace = match kind {
            TokenKind::LBrace => self.role(at),
            _ => Brace::Values,
        };
        self.open.push(Open {
            at,
            kind,
            brace,
            parens: parens + usize::from(kind == TokenKind::LParen),
            squares: squares + usize::from(kind == TokenKind::LBracket),
            queries: self.queries,
            indent: self.indent,
        });
        self.braces += usize::from(kind == TokenKind::LBrace);
        self.limit_depth(at);
    }

    fn limit_depth(&mut self, at: usize) {
        let depth = self.open.len() + self.queries;
        self.found.depth = self.found.depth.max(depth);
        if depth > MAX_DEPTH && !self.deep_in_this_item {
            self.deep_in_this_item = true;
            self.found.too_deep.push(at);
            self.sink.push(
                Diagnostic::error(
                    Code::NestedTooDeep,
                    self.stream.span(at),
                    if self.stream.kind(at) == Some(TokenKind::Name) {
                        format!("zone queries and brackets stand more than {MAX_DEPTH} deep here")
                    } else {
                        format!("brackets stand more than {MAX_DEPTH} deep here")
                    },
                )
                .hint("give the inner part a name with `let`"),
            );
        }
    }

    /// What a `{` is for.
    fn role(&mut self, at: usize) -> Brace {
        if std::mem::take(&mut self.item_begins) {
            self.next = None;
            return Brace::Body;
        }
        let before = self.stream.kind_before(at);
        let is_list = matches!(
            before,
            Some(TokenKind::Keyword(Keyword::All | Keyword::Any))
        );
        if !is_list
            && self.is_in_body()
            && let Some(brace) = self.next.take()
        {
            return brace;
        }
        match before {
            Some(TokenKind::Keyword(Keyword::Then)) => Brace::Members,
            // `state from bar 0 {`, `all 0 {`; `f(x) {` stands nowhere else.
            Some(
                TokenKind::Name
                | TokenKind::Number
                | TokenKind::Str
                | TokenKind::RParen
                | TokenKind::RBracket,
            ) => Brace::Members,
            Some(TokenKind::Keyword(Keyword::Na | Keyword::True | Keyword::False)) => {
                Brace::Members
            }
            _ => Brace::Values,
        }
    }

    fn closes(&mut self, at: usize, kind: TokenKind) {
        let wanted = match kind {
            TokenKind::RParen => TokenKind::LParen,
            TokenKind::RBracket => TokenKind::LBracket,
            _ => TokenKind::LBrace,
        };
        let Some(top) = self.open.last().copied() else {
            self.stray(at);
            return;
        };
        let is_below = match wanted {
            TokenKind::LParen => top.kind != TokenKind::LBrace && top.parens > 0,
            TokenKind::LBracket => top.kind != TokenKind::LBrace && top.squares > 0,
            _ => self.braces > 0,
        };
        if top.kind != wanted {
            if !is_below {
                self.stray(at);
                return;
            }
            let keep = self
                .open
                .iter()
                .rposition(|open| open.kind == wanted)
                .map_or(0, |i| i + 1);
            self.give_up(keep, at);
        }
        if let Some(open) = self.open.pop() {
            self.braces -= usize::from(open.kind == TokenKind::LBrace);
            self.queries = open.queries;
            self.stream.set_group(open.at, at);
        }
    }

    fn stray(&mut self, at: usize) {
        self.stream.set_broken(at);
        self.unbalanced |= self.stream.kind(at) == Some(TokenKind::RBrace);
        let closing = self.stream.text_of(at);
        self.sink.push(Diagnostic::error(
            Code::StrayBracket,
            self.stream.span(at),
            format!("this `{closing}` closes nothing"),
        ));
    }

    /// A word that cannot stand inside an expression closes what is still open around it.
    fn keyword(&mut self, at: usize, word: Keyword) {
        let is_field =
            self.stream.kind_before(at) == Some(TokenKind::Dot) && !self.stream.begins_line(at);
        let is_plain_word = is_field
            || self.stream.kind(at + 1) == Some(TokenKind::Colon)
            || (word.begins_item() && split::item_word(self.stream, at).is_none());
        if is_plain_word {
            return;
        }
        let begins_line = self.stream.begins_line(at);
        if word.begins_item() {
            if self.stream.indent(at) == Some(0) {
                self.give_up(0, at);
            }
            self.item_begins = word != Keyword::Use;
            return;
        }
        // `if a { … }` of other languages; what stands inside is lost with it.
        let is_block_if = word == Keyword::If
            && begins_line
            && at > 0
            && self.stream.ends_expression(at - 1)
            && self.is_in_body();
        if is_block_if {
            self.next = Some(Brace::Body);
        }
        if word.begins_statement() && self.is_in_body() {
            self.next = (word == Keyword::Enter).then_some(Brace::Values);
            self.queries = self.open.last().map_or(0, |open| open.queries);
        }
        if word.begins_statement() && begins_line && self.open.len() <= MAX_DEPTH {
            // Past the limit the item is lost anyway, and walking the stack would not be cheap.
            let holds = |open: &Open| match open.brace {
                Brace::Body => true,
                Brace::Members => word == Keyword::Let,
                Brace::Values => false,
            };
            if let Some(body) = self.open.iter().rposition(holds) {
                self.give_up(body + 1, at);
            }
        }
    }

    /// Takes all open brackets from `keep` on as never closed; the search ended at token `at`.
    fn give_up(&mut self, keep: usize, at: usize) {
        if keep >= self.open.len() {
            return;
        }
        let lost = self.open.split_off(keep);
        let mut reported_round = false;
        self.queries = lost.first().map_or(0, |open| open.queries);
        for open in &lost {
            self.stream.set_group(open.at, at);
            self.stream.set_broken(open.at);
            let is_brace = open.kind == TokenKind::LBrace;
            self.unbalanced |= is_brace;
            self.braces -= usize::from(is_brace);
            // Of a run of parentheses one report is enough, and one too deep has its report.
            let is_new = is_brace || !reported_round;
            reported_round = !is_brace;
            if is_new && !self.deep_in_this_item {
                self.never_closed(open.at, at);
            }
        }
        if self.open.is_empty() {
            self.deep_in_this_item = false;
        }
    }

    fn never_closed(&mut self, opener: usize, at: usize) {
        let bracket = self.stream.text_of(opener);
        let closing = match bracket {
            "(" => ")",
            "[" => "]",
            _ => "}",
        };
        let mut report = Diagnostic::error(
            Code::OpenBracket,
            self.stream.span(opener),
            format!("this `{bracket}` is never closed"),
        );
        if at < self.stream.len() {
            let place = self.stream.span(at);
            report = report.related(place, format!("`{closing}` was expected before this"));
        }
        self.sink.push(report);
    }
}
