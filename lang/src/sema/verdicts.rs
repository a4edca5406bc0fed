//! Warnings that need the range of every node: conditions that never or always hold, alone or
//! together, and comparisons of shares with numbers of another scale.

use std::collections::{BTreeMap, BTreeSet};

use super::Checker;
use super::joint::{Fact, contradict, facts};
use super::noted::{Compared, Joined, Noted, Placed};
use crate::diag::{Code, Diagnostic};
use crate::hir::{Dimension, Known, NodeId, Range, Unit, infer_ranges};
use crate::source::{SourceMap, Span};

/// Longest piece of the user's text that a message repeats, in bytes.
const MOST_WORDS: usize = 60;

/// Most conditions of one list that are held against each other.
const MOST_ITEMS: usize = 64;

/// Most questions whether conditions exclude each other, in one unit.
const MOST_QUESTIONS: u32 = 50_000;

/// A finished unit, and what is said about it.
pub(super) struct Judge<'u> {
    pub(super) unit: &'u Unit,
    pub(super) known: Known<'u>,
    pub(super) map: &'u SourceMap,
    reported: BTreeSet<(Code, Span)>,
    found: Vec<Diagnostic>,
    /// Questions that may still be asked.
    left: std::cell::Cell<u32>,
}

impl Checker<'_, '_> {
    /// Finds all ranges, and what they say about the user's conditions.
    pub(super) fn verdicts(&mut self) {
        let failed = self.incomplete || self.sink.errors() > self.errors_before;
        if failed || self.builder.outgrown.is_some() {
            return;
        }
        infer_ranges(&mut self.builder.unit);
        let noted = std::mem::take(&mut self.noted);
        if !self.lint {
            return;
        }
        let unit = &self.builder.unit;
        let mut judge = Judge {
            unit,
            known: Known::of(unit),
            map: self.program.map,
            reported: BTreeSet::new(),
            found: Vec::new(),
            left: std::cell::Cell::new(MOST_QUESTIONS),
        };
        judge.all(&noted);
        for diagnostic in judge.found {
            self.sink.push(diagnostic);
        }
    }
}

impl Judge<'_> {
    fn all(&mut self, noted: &Noted) {
        self.comparisons(&noted.compared);
        for list in &noted.lists {
            self.list(list.joined, &list.items);
        }
        for signal in self.unit.entries.iter().chain(&self.unit.exits) {
            self.list(Joined::All, &signal.terms);
            for term in &signal.terms {
                self.term(*term);
            }
        }
        self.routes(&noted.routes);
        self.requires(&noted.requires);
        self.equalities(&noted.compared);
        self.divisors(&noted.divisors, &noted.requires);
    }

    pub(super) fn range(&self, id: NodeId) -> Range {
        self.unit.node(id).range
    }

    pub(super) fn words(&self, span: Span) -> Option<&str> {
        let text = self.map.slice(span);
        (!text.is_empty() && text.len() <= MOST_WORDS && !text.contains('\n')).then_some(text)
    }

    /// The user's text in quotes, else `otherwise`.
    pub(super) fn quoted(&self, span: Span, otherwise: &str) -> String {
        self.words(span)
            .map_or_else(|| otherwise.to_owned(), |w| format!("`{w}`"))
    }

    /// Whether facts cannot all hold; false once too much was asked.
    pub(super) fn exclusive(&self, facts: &[Fact]) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0 && contradict(self.unit, &self.known, facts)
    }

    /// Keeps a report, once per code and place.
    pub(super) fn say(&mut self, report: Diagnostic) {
        if self.reported.insert((report.code, report.span)) {
            self.found.push(report);
        }
    }

    /// Whether anything was reported within a place.
    fn is_reported(&self, span: Span) -> bool {
        self.reported
            .iter()
            .any(|(_, at)| at.file == span.file && at.start >= span.start && at.end <= span.end)
    }

    /// Neither parameters nor bars are in it.
    pub(super) fn is_fixed(&self, id: NodeId) -> bool {
        self.unit.node(id).stage.is_const()
    }

    /// A parameter of a function that is checked on its own is in it, and nothing of the bars.
    fn is_free(&self, id: NodeId) -> bool {
        let stage = self.unit.node(id).stage;
        stage.params >> 63 & 1 == 1 && !stage.series
    }

    fn comparisons(&mut self, compared: &[Compared]) {
        // A loop looks at the same text several times: what differs between turns is no fault.
        let mut places: BTreeMap<(Span, Span), Vec<&Compared>> = BTreeMap::new();
        for c in compared.iter().filter(|c| !c.of_parameters) {
            places.entry((c.span, c.right.1)).or_default().push(c);
        }
        for all in places.into_values() {
            let Some(c) = all.first() else { continue };
            if self.is_fixed(c.left.0) && self.is_fixed(c.right.0) {
                continue;
            }
            // The lengths of a function on its own are its callers' matter.
            if self.is_free(c.left.0) || self.is_free(c.right.0) {
                continue;
            }
            if self.slip(c) || self.slip_of_share(c) {
                continue;
            }
            let is = |range: Range| all.iter().all(|c| self.range(c.node) == range);
            let (code, words) = if is(Range::FALSE) {
                (Code::NeverHolds, "never holds")
            } else if is(Range::TRUE) {
                (Code::AlwaysHolds, "always holds")
            } else {
                continue;
            };
            let text = format!("{} {words}", self.quoted(c.span, "this"));
            let report = Diagnostic::warning(code, c.span, text).label(self.reason(c));
            self.say(report);
        }
    }

    /// Why a comparison is decided.
    fn reason(&self, c: &Compared) -> String {
        let lies = |(id, span): Placed| {
            let range = self.range(id);
            let says = !range.is_any() && !range.is_empty() && !self.is_fixed(id);
            says.then(|| format!("{} {}", self.quoted(span, "one side"), range.described()))
        };
        let (x, y) = (self.range(c.left.0), self.range(c.right.0));
        let apart = x.hi <= y.lo || y.hi <= x.lo;
        match (lies(c.left), lies(c.right)) {
            (Some(a), Some(b)) if apart => format!("{a}, {b}"),
            (Some(one), None) | (None, Some(one)) if apart => one,
            _ if c.left.0 == c.right.0 => "both sides are the same".to_owned(),
            _ => {
                let (low, high) = if self.known.never_above(c.left.0, c.right.0) {
                    (c.left.1, c.right.1)
                } else {
                    (c.right.1, c.left.1)
                };
                format!(
                    "{} is never above {}",
                    self.quoted(low, "one side"),
                    self.quoted(high, "the other")
                )
            }
        }
    }

    /// `rsi(close, 14) < 30%`: 30% is 0.3.
    fn slip(&mut self, c: &Compared) -> bool {
        for (share, other) in [(c.right, c.left), (c.left, c.right)] {
            let (value, scale) = (self.range(share.0), self.range(other.0));
            let Some(words) = self.words(share.1) else {
                continue;
            };
            let Some(number) = words.strip_suffix('%') else {
                continue;
            };
            let is_literal = value.is_point() && number.parse::<f64>().is_ok();
            if !is_literal || value.lo.abs() > 1.0 || scale.hi != 100.0 || scale.lo < -100.0 {
                continue;
            }
            let text = format!(
                "`{words}` is {}, but {} {}",
                value.lo,
                self.quoted(other.1, "the other side"),
                scale.described()
            );
            let fix = vec![(share.1, number.to_owned())];
            let report = Diagnostic::warning(Code::PercentSlip, share.1, text)
                .hint(format!("write `{number}`"))
                .suggest(format!("write `{number}`"), fix);
            self.say(report);
            return true;
        }
        false
    }

    /// `profit > 5`: 5 is 500%.
    fn slip_of_share(&mut self, c: &Compared) -> bool {
        for (number, other) in [(c.right, c.left), (c.left, c.right)] {
            let value = self.range(number.0);
            let is_share = self.unit.node(other.0).dimension == Dimension::Ratio;
            let is_plain = self.unit.node(number.0).dimension == Dimension::Literal;
            let Some(words) = self.words(number.1) else {
                continue;
            };
            let is_literal = value.is_point()
                && value.lo.abs() >= 2.0
                && words
                    .trim_start_matches('-')
                    .chars()
                    .all(|c| c.is_ascii_digit());
            if !is_share || !is_plain || !is_literal || self.is_fixed(other.0) {
                continue;
            }
            let text = format!(
                "{} is a share, and `{words}` of it is {}%",
                self.quoted(other.1, "the other side"),
                value.lo * 100.0
            );
            let report = Diagnostic::warning(Code::PercentSlip, number.1, text).hint(format!(
                "write `{words}%`, or `{}%` where that is meant",
                value.lo * 100.0
            ));
            self.say(report);
            return true;
        }
        false
    }

    /// Conditions that stand side by side: twice the same, and what excludes each other.
    fn list(&mut self, joined: Joined, items: &[Placed]) {
        if items.len() < 2 || items.len() > MOST_ITEMS {
            return;
        }
        let truth = joined != Joined::Any;
        let said: Vec<Vec<Fact>> = items
            .iter()
            .map(|(id, _)| facts(self.unit, *id, truth))
            .collect();
        // What never holds by itself was said.
        let decided = |id: NodeId| self.range(id) == Range::FALSE || self.range(id) == Range::TRUE;
        let open: Vec<usize> = (0..items.len()).filter(|i| !decided(items[*i].0)).collect();
        let mut found = false;
        for (n, j) in open.iter().enumerate() {
            for i in &open[..n] {
                let (first, second) = (items[*i], items[*j]);
                if first.1 == second.1 {
                    continue;
                }
                if first.0 == second.0 {
                    self.twice_listed(first, second);
                    break;
                }
                let both = [&said[*i][..], &said[*j][..]].concat();
                if self.exclusive(&both) {
                    found = true;
                    self.exclude(joined, &[first], second);
                    break;
                }
            }
        }
        if found || open.len() < 3 {
            return;
        }
        // No two of them: perhaps several together.
        let of = |all: &[usize]| -> Vec<Fact> {
            all.iter().flat_map(|i| said[*i].iter().copied()).collect()
        };
        let mut needed = open;
        if !self.exclusive(&of(&needed)) {
            return;
        }
        let mut i = 0;
        while i < needed.len() {
            let mut fewer = needed.clone();
            fewer.remove(i);
            if self.exclusive(&of(&fewer)) {
                needed = fewer;
            } else {
                i += 1;
            }
        }
        if let Some((last, before)) = needed.split_last()
            && !before.is_empty()
        {
            let before: Vec<Placed> = before.iter().map(|i| items[*i]).collect();
            self.exclude(joined, &before, items[*last]);
        }
    }

    fn twice_listed(&mut self, first: Placed, second: Placed) {
        if self.is_fixed(second.0) {
            return;
        }
        let text = match (self.words(first.1), self.words(second.1)) {
            (Some(a), Some(b)) if a != b => format!("`{b}` asks the same as `{a}`"),
            _ => format!("{} is asked twice", self.quoted(second.1, "this condition")),
        };
        let report = Diagnostic::warning(Code::DuplicateCondition, second.1, text)
            .related(first.1, "first asked here")
            .hint("leave one of them out");
        self.say(report);
    }

    fn exclude(&mut self, joined: Joined, others: &[Placed], last: Placed) {
        let this = self.quoted(last.1, "this");
        let that = match others {
            [one] => self.quoted(one.1, "the condition before"),
            _ => "the others".to_owned(),
        };
        let (code, text) = match joined {
            Joined::All => (
                Code::Contradiction,
                format!("{this} and {that} never hold together"),
            ),
            Joined::Any => (
                Code::AlwaysHolds,
                format!("{this} or {that}: one of them always holds"),
            ),
            Joined::Require => (
                Code::FixedRequire,
                format!("{this} and {that} are never met together: no parameter set is left"),
            ),
        };
        let mut report = Diagnostic::warning(code, last.1, text);
        for other in others {
            report = report.related(other.1, "with this");
        }
        self.say(report);
    }

    /// A condition of an entry or exit that says nothing where it is written, such as a call.
    fn term(&mut self, (id, span): Placed) {
        if self.is_reported(span) || self.is_fixed(id) {
            return;
        }
        let never = self.range(id) == Range::FALSE || self.exclusive(&facts(self.unit, id, true));
        if never {
            let text = format!("{} never holds", self.quoted(span, "this condition"));
            let report = Diagnostic::warning(Code::NeverHolds, span, text)
                .label("what it is made of cannot hold together");
            self.say(report);
        }
    }

    fn requires(&mut self, requires: &[Placed]) {
        for (id, span) in requires {
            let words = self.quoted(*span, "this");
            let range = self.range(*id);
            let contradiction = self.exclusive(&facts(self.unit, *id, true));
            if range == Range::FALSE || contradiction {
                let text = format!("{words} is never met: no parameter set is left");
                let report = Diagnostic::warning(Code::FixedRequire, *span, text)
                    .hint("look at the domains of its parameters");
                self.say(report);
            } else if range == Range::TRUE {
                let text = format!("{words} is always met");
                let report = Diagnostic::warning(Code::FixedRequire, *span, text)
                    .hint("leave it out: the domains of its parameters say it already");
                self.say(report);
            }
        }
        self.list(Joined::Require, requires);
    }
}
