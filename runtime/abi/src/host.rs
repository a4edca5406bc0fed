//! Every function that generated code calls, once: name, signature, address.
//!
//! None of them computes a named indicator: they are the mathematical functions of the pinned
//! library, and the steps of the rolling windows.

// Generated code passes raw state; each use says why it is sound.
#![allow(unsafe_code)]

use crate::math;
use crate::pair::{self, Pair};
use crate::window::{self, Window, state_len};

/// How generated code calls a host function; all results are doubles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `f(x)`
    One,
    /// `f(x, y)`
    Two,
    /// `f(x, y, z)`
    Three,
    /// `f(state, x, n, least, ring)`: a pointer, a double, three 64-bit integers.
    Window,
    /// `f(state, x, y, n, ring)`: a pointer, two doubles, two 64-bit integers.
    Pair,
}

/// A host function.
#[derive(Debug, Clone, Copy)]
pub struct HostFunction {
    /// Its name in generated code.
    pub name: &'static str,
    /// How it is called.
    pub shape: Shape,
    /// Where it lies.
    pub address: *const u8,
}

macro_rules! window_step {
    ($name:ident, $kind:expr) => {
        extern "C" fn $name(state: *mut f64, x: f64, n: i64, least: i64, ring: i64) -> f64 {
            let len = state_len($kind, ring as usize);
            // SAFETY: the handler passes the part of its own state block that was laid out with
            // `state_len` for this kind and ring, and nothing else refers to it meanwhile.
            let state = unsafe { std::slice::from_raw_parts_mut(state, len) };
            window::step($kind, state, x, n as usize, least as usize, ring as usize)
        }
    };
}

window_step!(sum_step, Window::Sum);
window_step!(mean_step, Window::Mean);
window_step!(weighted_step, Window::Weighted);
window_step!(moment_step, Window::Moment);
window_step!(squares_step, Window::Squares);
window_step!(max_step, Window::Max);
window_step!(min_step, Window::Min);
window_step!(rank_step, Window::Rank);
window_step!(max_age_step, Window::MaxAge);
window_step!(min_age_step, Window::MinAge);
window_step!(max_age_oldest_step, Window::MaxAgeOldest);
window_step!(min_age_oldest_step, Window::MinAgeOldest);

macro_rules! pair_step {
    ($name:ident, $kind:expr) => {
        extern "C" fn $name(state: *mut f64, x: f64, y: f64, n: i64, ring: i64) -> f64 {
            let len = pair::state_len($kind, ring as usize);
            // SAFETY: as for a window over one series.
            let state = unsafe { std::slice::from_raw_parts_mut(state, len) };
            pair::step($kind, state, x, y, n as usize, ring as usize)
        }
    };
}

pair_step!(products_step, Pair::Products);
pair_step!(nth_step, Pair::Nth);
pair_step!(apart_step, Pair::Apart);
pair_step!(at_step, Pair::At);

/// The whole table.
#[must_use]
pub fn functions() -> [HostFunction; 31] {
    let of = |name, shape, address| HostFunction {
        name,
        shape,
        address,
    };
    [
        of("math_exp", Shape::One, math::exp as *const u8),
        of("math_ln", Shape::One, math::ln as *const u8),
        of("math_sin", Shape::One, math::sin as *const u8),
        of("math_cos", Shape::One, math::cos as *const u8),
        of("math_atan", Shape::One, math::atan as *const u8),
        of("math_tan", Shape::One, math::tan as *const u8),
        of("math_asin", Shape::One, math::asin as *const u8),
        of("math_acos", Shape::One, math::acos as *const u8),
        of("math_sinh", Shape::One, math::sinh as *const u8),
        of("math_cosh", Shape::One, math::cosh as *const u8),
        of("math_tanh", Shape::One, math::tanh as *const u8),
        of("math_log10", Shape::One, math::log10 as *const u8),
        of("math_modulo", Shape::Two, math::modulo as *const u8),
        of("math_pow", Shape::Two, math::pow as *const u8),
        of("math_fma", Shape::Three, math::fma as *const u8),
        of("window_sum", Shape::Window, sum_step as *const u8),
        of("window_mean", Shape::Window, mean_step as *const u8),
        of("window_weighted", Shape::Window, weighted_step as *const u8),
        of("window_moment", Shape::Window, moment_step as *const u8),
        of("window_squares", Shape::Window, squares_step as *const u8),
        of("window_max", Shape::Window, max_step as *const u8),
        of("window_min", Shape::Window, min_step as *const u8),
        of("window_rank", Shape::Window, rank_step as *const u8),
        of("window_max_age", Shape::Window, max_age_step as *const u8),
        of("window_min_age", Shape::Window, min_age_step as *const u8),
        of(
            "window_max_age_oldest",
            Shape::Window,
            max_age_oldest_step as *const u8,
        ),
        of(
            "window_min_age_oldest",
            Shape::Window,
            min_age_oldest_step as *const u8,
        ),
        of("window_products", Shape::Pair, products_step as *const u8),
        of("window_nth", Shape::Pair, nth_step as *const u8),
        of("window_apart", Shape::Pair, apart_step as *const u8),
        of("window_at", Shape::Pair, at_step as *const u8),
    ]
}

/// The name of a window's step.
#[must_use]
pub fn window_name(window: Window) -> &'static str {
    match window {
        Window::Sum => "window_sum",
        Window::Mean => "window_mean",
        Window::Weighted => "window_weighted",
        Window::Moment => "window_moment",
        Window::Squares => "window_squares",
        Window::Max => "window_max",
        Window::Min => "window_min",
        Window::Rank => "window_rank",
        Window::MaxAge => "window_max_age",
        Window::MinAge => "window_min_age",
        Window::MaxAgeOldest => "window_max_age_oldest",
        Window::MinAgeOldest => "window_min_age_oldest",
    }
}

/// The name of the step of a window over two series.
#[must_use]
pub fn pair_name(pair: Pair) -> &'static str {
    match pair {
        Pair::Products => "window_products",
        Pair::Nth => "window_nth",
        Pair::Apart => "window_apart",
        Pair::At => "window_at",
    }
}
