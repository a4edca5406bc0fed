//! Items: what a file holds.

use super::{Expr, Ident, Number, Stmt};
use crate::source::{FileId, Span};

/// A whole file.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// Which file.
    pub id: FileId,
    /// Its items in written order; a broken one is left out.
    pub items: Vec<Item>,
}

/// One item of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The `///` lines before it, joined by newlines, without the slashes.
    pub doc: Option<String>,
    /// What it is.
    pub kind: ItemKind,
    /// From its keyword to its closing brace.
    pub span: Span,
}

/// What an item is.
#[derive(Debug, Clone, PartialEq)]
pub enum ItemKind {
    /// `fn`
    Fn(FnItem),
    /// `strategy`
    Strategy(StrategyItem),
    /// `use`
    Use(UseItem),
    /// `edition 2026`
    Edition(Number, Span),
    /// `enum`
    Enum(EnumItem),
    /// `regime`
    Regime(BodyItem),
    /// `router`
    Router(RouterItem),
    /// `risk`
    Risk(BodyItem),
    /// `screen`
    Screen(ScreenItem),
    /// `portfolio`
    Portfolio(BodyItem),
    /// `test`
    Test(TestItem),
}

impl ItemKind {
    /// The name that other items know it by: of a `test`, a `use` or an `edition` there is none.
    #[must_use]
    pub fn name(&self) -> Option<&Ident> {
        match self {
            Self::Fn(item) => Some(&item.name),
            Self::Strategy(item) => Some(&item.name),
            Self::Regime(item) | Self::Risk(item) | Self::Portfolio(item) => Some(&item.name),
            Self::Router(item) => Some(&item.name),
            Self::Screen(item) => Some(&item.name),
            Self::Enum(item) => Some(&item.name),
            Self::Use(_) | Self::Edition(..) | Self::Test(_) => None,
        }
    }

    /// The statements between its braces.
    #[must_use]
    pub fn body(&self) -> &[Stmt] {
        match self {
            Self::Fn(item) => &item.body,
            Self::Strategy(item) => &item.body,
            Self::Regime(item) | Self::Risk(item) | Self::Portfolio(item) => &item.body,
            Self::Router(item) => &item.body,
            Self::Screen(item) => &item.body,
            Self::Test(item) => &item.body,
            Self::Use(_) | Self::Edition(..) | Self::Enum(_) => &[],
        }
    }
}

/// `enum Kind { simple exponential weighted }`
#[derive(Debug, Clone, PartialEq)]
pub struct EnumItem {
    /// Its name.
    pub name: Ident,
    /// Its values; never empty.
    pub values: Vec<Ident>,
}

/// `regime Name { … }`, `risk Name { … }`, `portfolio Name { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct BodyItem {
    /// Its name.
    pub name: Ident,
    /// Its statements.
    pub body: Vec<Stmt>,
}

/// `router Name by Regime { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct RouterItem {
    /// Its name.
    pub name: Ident,
    /// The regime that it routes by.
    pub regime: Ident,
    /// Its rows.
    pub body: Vec<Stmt>,
}

/// `screen Name of Strategy { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct ScreenItem {
    /// Its name.
    pub name: Ident,
    /// The strategy that it sweeps.
    pub strategy: Ident,
    /// Its settings.
    pub body: Vec<Stmt>,
}

/// `test "golden cross" { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct TestItem {
    /// Its name and the place of the string.
    pub name: (String, Span),
    /// Bars in, expectations out.
    pub body: Vec<Stmt>,
}

/// `use a, b from "indicators.strat"`; without `from` each name lies in `<snake_name>.strat` beside this file.
#[derive(Debug, Clone, PartialEq)]
pub struct UseItem {
    /// The names.
    pub names: Vec<Ident>,
    /// The file and the place of its string.
    pub from: Option<(String, Span)>,
}

/// `fn name(params) { body }`
#[derive(Debug, Clone, PartialEq)]
pub struct FnItem {
    /// Its name.
    pub name: Ident,
    /// Its parameters.
    pub params: Vec<FnParam>,
    /// `let`, `rec`, `state`, `return`.
    pub body: Vec<Stmt>,
}

/// `length: bars = 10`
#[derive(Debug, Clone, PartialEq)]
pub struct FnParam {
    /// The name.
    pub name: Ident,
    /// The type after the colon.
    pub ty: Option<Ident>,
    /// The default after `=`.
    pub default: Option<Expr>,
}

/// `strategy Name { body }`
#[derive(Debug, Clone, PartialEq)]
pub struct StrategyItem {
    /// Its name.
    pub name: Ident,
    /// `on trade`, `on book`, `on fill`; `on bar` where nothing is written.
    pub on: Option<Ident>,
    /// Its statements.
    pub body: Vec<Stmt>,
}
