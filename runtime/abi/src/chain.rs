//! Recurrences that follow one another, each taking what the one before it gives: averages of averages.
//!
//! The second needs this bar of the first, but not the next one, so all of them advance in one
//! loop, and a chain takes no longer than its slowest link.

use crate::abreast::{self, Abreast};
use crate::linear::{Factor, Form, LinearLane, LinearState};
use crate::math;

/// Most links of a chain.
pub const MOST: usize = 6;

/// Chains side by side.
const SIDE: usize = 4;

/// A chain: the form of its links, what the first of them takes, and the links.
#[derive(Debug)]
pub struct Chain<'a> {
    /// How each goes on, by a factor that is a number.
    pub form: Form,
    /// One value per bar of the block.
    pub b: &'a [f64],
    /// The links in order.
    pub links: Vec<Link<'a>>,
}

/// A recurrence that has started, where b is what the link before it gives.
#[derive(Debug)]
pub struct Link<'a> {
    /// The factor.
    pub a: f64,
    /// Whether an na step leaves the state as it is.
    pub keeps: bool,
    /// Where it stands.
    pub state: &'a mut LinearState,
    /// Its results.
    pub out: &'a mut [f64],
}

/// Advances chains of one form and the same number of links by a block.
pub fn chains(chains: &mut [Chain<'_>]) {
    if chains.len() >= abreast::FEWEST && abreast::is_possible() {
        chains.chunks_mut(abreast::MOST).for_each(abreast_of);
    } else {
        in_groups(chains);
    }
}

fn in_groups(chains: &mut [Chain<'_>]) {
    let mut rest = chains;
    while !rest.is_empty() {
        let together = if rest.len() >= SIDE { SIDE } else { 1 };
        let (group, more) = rest.split_at_mut(together);
        match group[0].links.len() {
            1 => several::<1>(group),
            2 => several::<2>(group),
            3 => several::<3>(group),
            4 => several::<4>(group),
            5 => several::<5>(group),
            MOST => several::<MOST>(group),
            _ => group.iter_mut().for_each(one_by_one),
        }
        rest = more;
    }
}

/// Chains in registers.
fn abreast_of(chains: &mut [Chain<'_>]) {
    let links = || chains.iter().flat_map(|chain| &chain.links);
    let factors: Vec<f64> = links().map(|link| link.a).collect();
    let mut last: Vec<f64> = links().map(|link| link.state.last).collect();
    let bs: Vec<&[f64]> = chains.iter().map(|chain| chain.b).collect();
    let Some((form, count)) = chains.first().map(|chain| (chain.form, chain.links.len())) else {
        return;
    };
    let all = chains.iter_mut().flat_map(|chain| &mut chain.links);
    let mut outs: Vec<&mut [f64]> = all.map(|link| &mut *link.out).collect();
    let mut abreast = Abreast {
        form,
        bs: &bs,
        factors: &factors,
        last: &mut last,
        outs: &mut outs,
    };
    let is_done = match count {
        1 => abreast.run::<1>(),
        2 => abreast.run::<2>(),
        3 => abreast.run::<3>(),
        4 => abreast.run::<4>(),
        5 => abreast.run::<5>(),
        MOST => abreast.run::<MOST>(),
        _ => false,
    };
    if !is_done {
        return in_groups(chains);
    }
    for (chain, last) in chains.iter_mut().zip(last.chunks(count)) {
        chain.end(last);
    }
}

impl Chain<'_> {
    /// Takes over where its links have come to.
    fn end(&mut self, last: &[f64]) {
        if last.iter().all(|y| y.is_finite()) {
            for (link, last) in self.links.iter_mut().zip(last) {
                link.state.last = *last;
            }
        } else {
            // Beyond the range of doubles, or a missing value: na steps are left out.
            one_by_one(self);
        }
    }
}

fn several<const LINKS: usize>(group: &mut [Chain<'_>]) {
    if group.len() == SIDE {
        side_by_side::<LINKS, SIDE>(group);
    } else {
        for chain in group.chunks_mut(1) {
            side_by_side::<LINKS, 1>(chain);
        }
    }
}

/// Some chains, with the instruction for fused products where there is one.
fn side_by_side<const LINKS: usize, const N: usize>(group: &mut [Chain<'_>]) {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "fma")]
        fn fused<const LINKS: usize, const N: usize>(group: &mut [Chain<'_>]) {
            side_by_side_here::<LINKS, N>(group);
        }
        if group.first().is_some_and(|c| c.form.is_fused()) && math::fma_is_fast() {
            // SAFETY: the feature was found on this machine.
            #[allow(unsafe_code)]
            return unsafe { fused::<LINKS, N>(group) };
        }
    }
    side_by_side_here::<LINKS, N>(group);
}

#[inline(always)]
fn side_by_side_here<const LINKS: usize, const N: usize>(group: &mut [Chain<'_>]) {
    let len = group.iter().map(|c| c.b.len()).min().unwrap_or(0);
    let form = group.first().map_or(Form::Towards, |c| c.form);
    let mut last = [[0.0; LINKS]; N];
    let mut factor = [[0.0; LINKS]; N];
    for (i, chain) in group.iter().enumerate() {
        for (k, link) in chain.links.iter().enumerate() {
            (last[i][k], factor[i][k]) = (link.state.last, link.a);
        }
    }
    {
        let mut each = group.iter_mut();
        let mut parts: [(&[f64], [&mut [f64]; LINKS]); N] = std::array::from_fn(|_| {
            each.next()
                .map_or((&[][..], std::array::from_fn(|_| &mut [][..])), |chain| {
                    let mut links = chain.links.iter_mut();
                    let outs = std::array::from_fn(|_| {
                        links
                            .next()
                            .map_or(&mut [][..], |link| &mut link.out[..len])
                    });
                    (&chain.b[..len], outs)
                })
        });
        for t in 0..len {
            for (i, (b, outs)) in parts.iter_mut().enumerate() {
                let mut b = b[t];
                for k in 0..LINKS {
                    b = match form {
                        Form::Into => (last[i][k] + b) * factor[i][k],
                        Form::TowardsFused => (b - last[i][k]).mul_add(factor[i][k], last[i][k]),
                        _ => last[i][k] + (b - last[i][k]) * factor[i][k],
                    };
                    outs[k][t] = b;
                    last[i][k] = b;
                }
            }
        }
    }
    for (chain, last) in group.iter_mut().zip(&last) {
        chain.end(last);
    }
}

fn one_by_one(chain: &mut Chain<'_>) {
    let mut b = chain.b.to_vec();
    for link in &mut chain.links {
        LinearLane {
            form: chain.form,
            a: Factor::Number(link.a),
            b: &b,
            seed: &[],
            keeps: link.keeps,
            state: link.state,
            out: link.out,
        }
        .step_by_step();
        b.copy_from_slice(link.out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear::linear;
    use proptest::prelude::*;

    proptest! {
        /// Equals its links one after the other.
        #[test]
        fn chains_equal_their_links(
            factors in prop::collection::vec(prop_oneof![9 => 0.0..1.0f64, 1 => Just(1e200)], 1..40),
            links in 1usize..8,
            form in prop_oneof![Just(Form::Towards), Just(Form::Into), Just(Form::TowardsFused)],
            own in any::<bool>(),
            xs in prop::collection::vec(prop_oneof![300 => -9.0..9.0f64, 1 => Just(f64::NAN), 1 => Just(1e300)], 1..200),
        ) {
            let count = factors.len().div_ceil(links);
            let factor = |i: usize, k: usize| factors[(i * links + k) % factors.len()];
            let owns: Vec<Vec<f64>> = (0..count)
                .map(|i| xs.iter().map(|x| x + i as f64).collect())
                .collect();
            let begin = LinearState { started: true, last: 1.5, forgets: 0 };
            let mut got = vec![vec![vec![0.0; xs.len()]; links]; count];
            let mut states = vec![vec![begin; links]; count];
            let mut all: Vec<Chain<'_>> = got
                .iter_mut()
                .zip(&mut states)
                .enumerate()
                .map(|(i, (outs, states))| Chain {
                    form,
                    b: if own { &owns[i] } else { &xs },
                    links: outs
                        .iter_mut()
                        .zip(states)
                        .enumerate()
                        .map(|(k, (out, state))| Link { a: factor(i, k), keeps: true, state, out })
                        .collect(),
                })
                .collect();
            chains(&mut all);
            for i in 0..count {
                let mut b = if own { owns[i].clone() } else { xs.clone() };
                for k in 0..links {
                    let (mut state, mut out) = (begin, vec![0.0; xs.len()]);
                    let lane = LinearLane {
                        form, a: Factor::Number(factor(i, k)), b: &b, seed: &[], keeps: true,
                        state: &mut state, out: &mut out,
                    };
                    linear(&mut [lane]);
                    for (t, (g, w)) in got[i][k].iter().zip(&out).enumerate() {
                        prop_assert!(g.to_bits() == w.to_bits() || g.is_nan() && w.is_nan(), "{i} {k} {t}: {g} {w}");
                    }
                    prop_assert_eq!(states[i][k].last.to_bits(), state.last.to_bits());
                    b = out;
                }
            }
        }
    }
}
