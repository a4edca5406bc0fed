//! Did-you-mean within a distance.

/// Longest name that is compared, in characters; the work grows with its square.
const LONGEST: usize = 64;

/// The candidate that was probably meant by `name`: one that differs in case only, else the one
/// with the fewest typing slips (a letter too many, too few, wrong, or two swapped), if those are
/// few for the length of the name: none for up to two letters, one for three to five, two for six
/// to nine, three for longer ones. Of equals the first wins.
#[must_use]
pub fn did_you_mean<'c>(
    name: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let typed: Vec<char> = name.chars().take(LONGEST + 1).collect();
    if typed.len() > LONGEST {
        return None;
    }
    let limit = match typed.len() {
        0..=2 => 0,
        3..=5 => 1,
        6..=9 => 2,
        _ => 3,
    };
    let mut same_letters = None;
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == name {
            continue;
        }
        if same_letters.is_none() && candidate.eq_ignore_ascii_case(name) {
            same_letters = Some(candidate);
        }
        let other: Vec<char> = candidate.chars().take(LONGEST + 1).collect();
        if limit == 0 || other.len() > LONGEST || other.len().abs_diff(typed.len()) > limit {
            continue;
        }
        let slips = distance(&typed, &other);
        if slips <= limit && best.is_none_or(|(least, _)| slips < least) {
            best = Some((slips, candidate));
        }
    }
    same_letters.or(best.map(|(_, candidate)| candidate))
}

/// Damerau-Levenshtein distance in its restricted form: no part is edited twice.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let at = |cells: &[usize], k: usize| cells.get(k).copied().unwrap_or(usize::MAX - 1);
            let mut least = (at(&above, j + 1) + 1)
                .min(at(&row, j) + 1)
                .min(at(&above, j) + usize::from(x != y));
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped && x != y {
                least = least.min(at(&before, j - 1) + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slips(a: &str, b: &str) -> usize {
        let letters = |s: &str| s.chars().collect::<Vec<_>>();
        distance(&letters(a), &letters(b))
    }

    #[test]
    fn counts_slips() {
        assert_eq!(slips("close", "close"), 0);
        assert_eq!(slips("clsoe", "close"), 1);
        assert_eq!(slips("clos", "close"), 1);
        assert_eq!(slips("clase", "close"), 1);
        assert_eq!(slips("", "abc"), 3);
        assert_eq!(slips("kitten", "sitting"), 3);
    }

    #[test]
    fn suggests_within_the_limit() {
        let names = ["close", "open", "volume", "ema", "rma", "sma"];
        let meant = |name| did_you_mean(name, names);
        assert_eq!(meant("clsoe"), Some("close"));
        assert_eq!(meant("Close"), Some("close"));
        assert_eq!(meant("EMA"), Some("ema"));
        assert_eq!(meant("vloume"), Some("volume"));
        assert_eq!(meant("xma"), Some("ema"), "the first of equals");
        assert_eq!(meant("em"), None, "too short to guess");
        assert_eq!(meant("banana"), None);
        assert_eq!(meant("close"), None, "the name itself is no suggestion");
        assert_eq!(meant(&"x".repeat(1_000)), None);
    }
}
