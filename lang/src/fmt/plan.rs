//! What the tree knows about each token of a file that parses.

use crate::source::Span;
use crate::syntax::ast::{
    Expr, ExprKind, File, Item, ItemKind, StateBlock, StateSeeds, StateStep, Stmt, StmtKind,
};
use crate::syntax::visit::{each_expr_of_file, stmts_of_file};
use crate::syntax::{Token, TokenKind};

/// What is decided about one token before anything is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// It begins an item, a statement, a member or a condition.
    pub begins_line: bool,
    /// It stays on the line of the token before.
    pub joins: bool,
    /// It is the sign of a value, not an operator between two.
    pub is_sign: bool,
    /// It opens braces that hold lines.
    pub opens_block: bool,
    /// It opens braces that may stay on one line.
    pub may_be_inline: bool,
    /// It follows others in braces that stay on one line after one space, not two.
    pub is_close: bool,
    /// Spaces before it where it stays on its line; 0 where the tokens alone decide.
    pub gap: usize,
    /// For a bracket, the token of its partner.
    pub partner: usize,
}

/// The marks of all tokens, comments included.
pub(super) struct Plan {
    marks: Vec<Mark>,
    /// The tables whose columns stand under each other.
    pub tables: Vec<Table>,
}

/// The rows of one table.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Its rows.
    pub rows: Vec<Row>,
    /// Least space before the first and the second aligned column.
    pub gaps: [usize; 2],
}

/// A row of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// Its first token.
    pub start: usize,
    /// The tokens that stand under those of the other rows; the second may be missing.
    pub stops: [Option<usize>; 2],
}

impl Plan {
    /// The mark of a token.
    pub fn mark(&self, at: usize) -> Mark {
        self.marks.get(at).copied().unwrap_or_default()
    }

    /// Puts so many spaces before a token.
    pub fn set_gap(&mut self, at: usize, gap: usize) {
        if let Some(mark) = self.marks.get_mut(at) {
            mark.gap = gap;
        }
    }
}

/// Marks the tokens of a file that parsed without an error.
pub(super) fn plan(file: &File, text: &str, tokens: &[Token]) -> Plan {
    let mut marker = Marker {
        tokens,
        text,
        marks: vec![Mark::default(); tokens.len()],
        tables: Vec::new(),
    };
    marker.pair_brackets();
    for item in &file.items {
        marker.item(item);
    }
    for stmt in stmts_of_file(file) {
        marker.stmt(stmt);
    }
    each_expr_of_file(file, |expr| marker.expr(expr));
    Plan {
        marks: marker.marks,
        tables: marker.tables,
    }
}

pub(super) struct Marker<'t> {
    pub tokens: &'t [Token],
    pub text: &'t str,
    marks: Vec<Mark>,
    pub tables: Vec<Table>,
}

impl Marker<'_> {
    fn pair_brackets(&mut self) {
        let mut open = Vec::new();
        for (at, token) in self.tokens.iter().enumerate() {
            if token.kind.opens() {
                open.push(at);
            } else if token.kind.closes()
                && let Some(opener) = open.pop()
            {
                self.set(opener, |mark| mark.partner = at);
                self.set(at, |mark| mark.partner = opener);
            }
        }
    }

    pub(super) fn set(&mut self, at: usize, change: impl FnOnce(&mut Mark)) {
        if let Some(mark) = self.marks.get_mut(at) {
            change(mark);
        }
    }

    /// The token that begins at a byte.
    pub(super) fn token_at(&self, start: u32) -> Option<usize> {
        self.tokens
            .binary_search_by_key(&start, |t| t.span.start)
            .ok()
    }

    /// The last token of a span.
    pub(super) fn last_of(&self, span: Span) -> Option<usize> {
        self.tokens
            .partition_point(|t| t.span.end <= span.end)
            .checked_sub(1)
    }

    /// The nearest token before that is no comment.
    pub(super) fn before(&self, at: usize) -> Option<usize> {
        let earlier = self.tokens.get(..at)?;
        earlier.iter().rposition(|t| !t.kind.is_comment())
    }

    pub(super) fn begin_line(&mut self, start: u32) {
        if let Some(at) = self.token_at(start) {
            self.set(at, |mark| mark.begins_line = true);
        }
    }

    /// Marks the braces that end at the last token of a span; gives the opening one.
    pub(super) fn block(&mut self, span: Span) -> Option<usize> {
        let close = self.last_of(span)?;
        self.block_closed_by(close)
    }

    fn block_closed_by(&mut self, close: usize) -> Option<usize> {
        let is_brace = self.tokens.get(close)?.kind == TokenKind::RBrace;
        let open = self.marks.get(close).filter(|_| is_brace)?.partner;
        self.set(open, |mark| {
            mark.opens_block = true;
            mark.joins = true;
        });
        Some(open)
    }

    fn item(&mut self, item: &Item) {
        self.begin_line(item.span.start);
        match &item.kind {
            ItemKind::Use(_) | ItemKind::Edition(..) => {}
            ItemKind::Enum(e) => {
                let open = self.block(item.span);
                for value in &e.values {
                    self.begin_line(value.span.start);
                    if let Some(at) = self.token_at(value.span.start) {
                        self.set(at, |mark| mark.is_close = true);
                    }
                }
                self.may_be_inline(open);
            }
            ItemKind::Fn(f) => {
                let open = self.block(item.span);
                if f.body.len() == 1 {
                    self.may_be_inline(open);
                }
            }
            ItemKind::Router(_) | ItemKind::Risk(_) => {
                self.block(item.span);
                self.rows_of(item.kind.body());
            }
            ItemKind::Strategy(_)
            | ItemKind::Regime(_)
            | ItemKind::Screen(_)
            | ItemKind::Portfolio(_)
            | ItemKind::Test(_) => {
                self.block(item.span);
            }
        }
    }

    pub(super) fn may_be_inline(&mut self, open: Option<usize>) {
        if let Some(open) = open {
            self.set(open, |mark| mark.may_be_inline = true);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        self.begin_line(stmt.span.start);
        match &stmt.kind {
            StmtKind::State(block) => self.state(stmt, block),
            StmtKind::On { .. } | StmtKind::For { .. } => {
                self.block(stmt.span);
            }
            StmtKind::Execution(settings) => {
                let open = self.block(stmt.span);
                self.may_be_inline(open);
                for setting in settings {
                    self.begin_line(setting.name.span.start);
                }
            }
            StmtKind::Zones(zones) => self.zones(stmt, zones),
            StmtKind::Ladder(rows) => self.ladder(stmt, rows),
            StmtKind::Enter(enter) => self.legs(&enter.legs),
            _ => {}
        }
    }

    fn state(&mut self, stmt: &Stmt, block: &StateBlock) {
        let steps = self.block(stmt.span);
        if let StateSeeds::Members(members) = &block.seeds {
            for (name, _) in members {
                self.begin_line(name.span.start);
            }
            let then = steps.and_then(|at| self.before(at));
            if let Some(then) = then {
                self.set(then, |mark| mark.joins = true);
                let seeds = self
                    .before(then)
                    .and_then(|close| self.block_closed_by(close));
                if let Some(seeds) = seeds {
                    self.set(seeds, |mark| mark.may_be_inline = true);
                }
            }
        }
        for step in &block.steps {
            match step {
                StateStep::Assign(name, _) => self.begin_line(name.span.start),
                StateStep::Let(name, _) => {
                    // The span of the name; the line begins with `let` before it.
                    let word = self
                        .token_at(name.span.start)
                        .and_then(|at| self.before(at));
                    if let Some(word) = word {
                        self.set(word, |mark| mark.begins_line = true);
                    }
                }
            }
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::List { items, .. } => {
                self.block(expr.span);
                for item in items {
                    self.begin_line(item.span.start);
                }
            }
            ExprKind::Neg { operand, .. } => {
                let mut at = self.token_at(expr.span.start);
                while let Some(i) = at
                    && let Some(token) = self.tokens.get(i)
                    && token.span.start < operand.span.start
                {
                    if token.kind == TokenKind::Minus {
                        self.set(i, |mark| mark.is_sign = true);
                    }
                    at = Some(i + 1);
                }
            }
            _ => {}
        }
    }
}
