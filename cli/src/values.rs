//! Values of options that have a form of their own: parameters, costs, warm-up.

use std::path::PathBuf;

use strat_engine::Costs;

/// How many earlier bars to warm up on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PreloadArg {
    /// As many as are needed for lookbacks to be filled and recurrences to settle.
    Auto,
    /// So many.
    Bars(usize),
}

/// `name=value`, or several values.
#[derive(Debug, Clone, PartialEq)]
pub struct ParamArg {
    /// The parameter.
    pub name: String,
    /// Its values, at least one.
    pub values: Vec<Given>,
}

/// `name=file`: an external column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedArg {
    /// What the program calls it.
    pub name: String,
    /// Where its values stand.
    pub file: PathBuf,
}

/// An external column and its file.
pub fn feed(text: &str) -> Result<FeedArg, String> {
    match text.split_once('=') {
        Some((name, file)) if !name.trim().is_empty() && !file.is_empty() => Ok(FeedArg {
            name: name.trim().to_owned(),
            file: PathBuf::from(file),
        }),
        _ => Err("expected name=file, such as funding=funding.csv".to_owned()),
    }
}

/// A value of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    /// A number.
    Number(f64),
    /// A value of an enum, by its name.
    Word(String),
}

/// A number of bars, or `auto`.
pub fn preload(text: &str) -> Result<PreloadArg, String> {
    if text == "auto" {
        return Ok(PreloadArg::Auto);
    }
    text.parse()
        .map(PreloadArg::Bars)
        .map_err(|_| "expected a number of bars, or `auto`".to_owned())
}

/// A whole number from 1.
pub fn count(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|count| *count > 0)
        .ok_or_else(|| "expected a whole number from 1".to_owned())
}

fn real(text: &str) -> Result<f64, String> {
    text.parse()
        .map_err(|_| "expected a number, such as 0.001".to_owned())
}

/// Fees within their bounds.
pub fn fees(text: &str) -> Result<f64, String> {
    let fees = real(text)?;
    let checked = Costs::new(fees, 0.0, 1.0).map_err(|e| e.to_string())?;
    Ok(checked.fees())
}

/// Slippage within its bounds.
pub fn slippage(text: &str) -> Result<f64, String> {
    let slippage = real(text)?;
    let checked = Costs::new(0.0, slippage, 1.0).map_err(|e| e.to_string())?;
    Ok(checked.slippage())
}

/// Cash within its bounds.
pub fn cash(text: &str) -> Result<f64, String> {
    let cash = real(text)?;
    let checked = Costs::new(0.0, 0.0, cash).map_err(|e| e.to_string())?;
    Ok(checked.cash())
}

/// A parameter with its values.
pub fn param(text: &str) -> Result<ParamArg, String> {
    let expected =
        || "expected name=value, such as fast=10, stop_size=2% or kind=exponential".to_owned();
    let (name, values) = text.split_once('=').ok_or_else(expected)?;
    let values: Option<Vec<Given>> = values.split(',').map(|v| given(v.trim())).collect();
    match values {
        Some(values) if !name.trim().is_empty() => Ok(ParamArg {
            name: name.trim().to_owned(),
            values,
        }),
        _ => Err(expected()),
    }
}

/// A number, or a word that may be a value of an enum.
fn given(text: &str) -> Option<Given> {
    if let Some(number) = share_or_real(text) {
        return Some(Given::Number(number));
    }
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    let is_word = text.starts_with(is_letter)
        && text.chars().all(|c| is_letter(c) || c.is_ascii_digit())
        // What would be read as a number if it were a finite one.
        && text.parse::<f64>().is_err();
    is_word.then(|| Given::Word(text.to_owned()))
}

/// `0.02`, or `2%` with the bits that `0.02` has.
fn share_or_real(text: &str) -> Option<f64> {
    let value = match text.strip_suffix('%') {
        Some(percent) if !percent.contains(['e', 'E']) => format!("{}e-2", percent.trim()).parse(),
        Some(_) => return None,
        None => text.parse(),
    };
    value.ok().filter(|value: &f64| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_exactly() {
        let read = |text: &str| param(text).map(|p| (p.name, p.values));
        let numbers = |values: &[f64]| values.iter().map(|v| Given::Number(*v)).collect();
        assert_eq!(read("fast=10"), Ok(("fast".to_owned(), numbers(&[10.0]))));
        assert_eq!(
            read(" k = 0.1%, 2 "),
            Ok(("k".to_owned(), numbers(&[0.001, 2.0])))
        );
        assert_eq!(read("x=-3"), Ok(("x".to_owned(), numbers(&[-3.0]))));
        let word = |text: &str| Given::Word(text.to_owned());
        assert_eq!(
            read("kind=simple, wma_2"),
            Ok(("kind".to_owned(), vec![word("simple"), word("wma_2")]))
        );
        for wrong in [
            "fast",
            "=3",
            "fast=",
            "fast=a b",
            "fast=1,,2",
            "x=nan",
            "x=inf",
            "x=1e1%",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn costs_are_checked() {
        assert_eq!(fees("0.001"), Ok(0.001));
        for wrong in ["1", "-0.1", "x", "nan", "inf", ""] {
            assert!(fees(wrong).is_err() && slippage(wrong).is_err(), "{wrong}");
        }
        assert!(cash("0").is_err() && cash("inf").is_err() && cash("5").is_ok());
        assert_eq!(preload("auto"), Ok(PreloadArg::Auto));
        assert_eq!(preload("12"), Ok(PreloadArg::Bars(12)));
        assert!(preload("-1").is_err() && preload("many").is_err());
    }
}
