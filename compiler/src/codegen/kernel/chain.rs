//! Which steps of a block are run together.
//!
//! Steps of the same parameters that stand one behind the other are a *chain*: it is run parameter
//! set by parameter set, from its first step to its last, so that what one writes for the next is
//! still in the nearest memory. A column that only its own chain reads, on the same bar, is *near*:
//! all parameter sets write it to the same place ([`super::near`]).

use super::action::Step;
use super::order::is_linear;
use super::windows::is_side_by_side;

/// Steps that are run together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// Linear recurrences that do not need each other.
    Recurrences(Vec<usize>),
    /// All parameter sets of one step.
    SideBySide(usize),
    /// One parameter set after the other.
    Chain(Vec<usize>),
}

impl Part {
    pub(super) fn steps(&self) -> &[usize] {
        match self {
            Self::Recurrences(steps) | Self::Chain(steps) => steps,
            Self::SideBySide(step) => std::slice::from_ref(step),
        }
    }
}

/// How steps are sorted where nothing else decides: those of fewer parameters need nothing of
/// those of more, and those of the same stand together.
pub(super) fn by_parameters(step: &Step) -> (u32, u64) {
    (step.deps.count_ones(), step.deps)
}

/// Some steps in their order, as they are run; `depth` says how many recurrences stand before each.
pub(super) fn parts<'s>(
    order: &[usize],
    step: impl Fn(usize) -> &'s Step,
    depth: &[usize],
) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for &i in order {
        let of = step(i);
        match parts.last_mut() {
            Some(Part::Recurrences(steps)) if is_linear(of) && depth[steps[0]] == depth[i] => {
                steps.push(i);
            }
            Some(Part::Chain(steps)) if is_of_chain(of) && step(steps[0]).deps == of.deps => {
                steps.push(i);
            }
            _ if is_linear(of) => parts.push(Part::Recurrences(vec![i])),
            _ if is_of_chain(of) => parts.push(Part::Chain(vec![i])),
            _ => parts.push(Part::SideBySide(i)),
        }
    }
    parts
}

fn is_of_chain(step: &Step) -> bool {
    !is_linear(step) && !is_side_by_side(step.action)
}
