//! Cases for proptest: a program, what of it is run, and the bars. A case shrinks by leaving out
//! one part at a time, so that what is left of a failing one is a program to read.

use std::fmt;

use proptest::prelude::{Rng, Strategy};
use proptest::strategy::{NewTree, ValueTree};
use proptest::test_runner::TestRunner;
use strat_tests::candles::Dice;

use crate::market::Market;
use crate::program::{Program, generate, reduce, render};

/// What is run of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Its expressions.
    Expressions,
    /// Its strategy.
    Strategy,
}

/// A program, what of it is run, and on what.
#[derive(Clone)]
pub struct Case {
    pub program: Program,
    pub view: View,
    pub market: Market,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = render::text(&self.program);
        write!(f, "{:?}\n{}", self.market, text.file)?;
        if self.view == View::Expressions {
            write!(f, "// eval: {}", text.expression)?;
        }
        Ok(())
    }
}

/// All cases of one view.
#[derive(Debug)]
pub struct Cases(pub View);

impl Strategy for Cases {
    type Tree = Tree;
    type Value = Case;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let seed = runner.rng().next_u64();
        Ok(Tree::new(Case {
            program: generate::program(seed),
            view: self.0,
            market: Market::of(&mut Dice::new(seed ^ 0xBA25)),
        }))
    }
}

/// A case, and the ways to make it smaller that were not tried yet.
pub struct Tree {
    /// The smallest that fails.
    best: Case,
    current: Case,
    /// Taken from the end.
    cuts: Vec<reduce::Cut>,
    markets: Vec<Market>,
}

impl Tree {
    fn new(case: Case) -> Self {
        let mut markets = case.market.smaller();
        let mut cuts = reduce::cuts(&case.program);
        markets.reverse();
        cuts.reverse();
        Self {
            current: case.clone(),
            best: case,
            cuts,
            markets,
        }
    }

    /// The next smaller case; the best one again when there is none.
    fn next(&mut self) -> bool {
        let mut next = self.best.clone();
        let found = if let Some(cut) = self.cuts.pop() {
            next.program = reduce::apply(&next.program, &cut);
            true
        } else if let Some(market) = self.markets.pop() {
            next.market = market;
            true
        } else {
            false
        };
        self.current = next;
        found
    }
}

impl ValueTree for Tree {
    type Value = Case;

    fn current(&self) -> Case {
        self.current.clone()
    }

    /// The current case fails: go on from it.
    fn simplify(&mut self) -> bool {
        *self = Self::new(self.current.clone());
        self.next()
    }

    /// The current case passes: try another.
    fn complicate(&mut self) -> bool {
        self.next()
    }
}
