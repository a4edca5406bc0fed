//! Which column of a file is which: the six columns of bars, by name.

/// The columns of a data file, in file order.
pub(crate) const NAMES: [&str; 6] = ["timestamp", "open", "high", "low", "close", "volume"];

/// Other names of each column, as exchanges and libraries write them, most telling first.
const USUAL: [&[&str]; 6] = [
    &[
        "timestamp",
        "open_time",
        "opentime",
        "datetime",
        "date_time",
        "time",
        "date",
        "ts",
        "t",
        "unix",
        "unix_timestamp",
        "timestamp_utc",
        "date_utc",
        "datetime_utc",
        "__index_level_0__",
    ],
    &["open", "o", "open_price", "price_open"],
    &["high", "h", "high_price", "price_high", "max"],
    &["low", "l", "low_price", "price_low", "min"],
    &["close", "c", "close_price", "price_close", "last"],
    &[
        "volume",
        "v",
        "vol",
        "base_volume",
        "volume_base",
        "volume_traded",
    ],
];

/// How names are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    /// As the store writes them.
    Exact,
    /// Any case, and the usual other names.
    Usual,
}

/// The position of each of [`NAMES`] among the columns of a file; further columns are ignored.
///
/// # Errors
/// Which columns are missing or there twice, what there is, and what was expected.
pub(crate) fn find(names: &[String], naming: Naming) -> Result<[usize; 6], String> {
    let there: Vec<String> = match naming {
        Naming::Exact => names.to_vec(),
        Naming::Usual => names.iter().map(|name| simple(name)).collect(),
    };
    let mut at = [0; 6];
    let mut missing = Vec::new();
    for ((slot, name), others) in at.iter_mut().zip(NAMES).zip(USUAL) {
        let accepted = match naming {
            Naming::Exact => &[name][..],
            Naming::Usual => others,
        };
        let hit = accepted
            .iter()
            .find(|&&wanted| there.iter().any(|have| have == wanted));
        let Some(&hit) = hit else {
            missing.push(format!("`{name}`"));
            continue;
        };
        let mut places = there.iter().enumerate().filter(|(_, have)| *have == hit);
        let first = places.next().map_or(0, |(place, _)| place);
        if places.next().is_some() {
            return Err(format!("has the column `{hit}` twice; expected it once"));
        }
        *slot = first;
    }
    if missing.is_empty() {
        return Ok(at);
    }
    let columns = if missing.len() == 1 {
        "column"
    } else {
        "columns"
    };
    let further = match naming {
        Naming::Exact => "; `stratc data import` takes a file with other names",
        Naming::Usual => {
            " or their usual other names (time, date, open_time, o, h, l, c, v) in a header line"
        }
    };
    Err(format!(
        "has no {columns} {}; found {}; expected {}{further}",
        missing.join(", "),
        listed(names),
        NAMES.join(", ")
    ))
}

/// A name without case, surrounding blanks and the punctuation in which writers differ.
fn simple(name: &str) -> String {
    let mut out = String::new();
    for c in name.trim().trim_start_matches('\u{feff}').trim().chars() {
        match c {
            ' ' | '-' | '(' | '.' => out.push('_'),
            ')' => {}
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

/// The names there are, as many as a message can carry.
fn listed(names: &[String]) -> String {
    const MOST: usize = 12;
    if names.is_empty() {
        return "no columns".to_owned();
    }
    let mut shown: Vec<String> = Vec::new();
    for name in names.iter().take(MOST) {
        let name: String = name.chars().take(30).flat_map(char::escape_debug).collect();
        shown.push(format!("`{name}`"));
    }
    if names.len() > MOST {
        shown.push(format!("{} more", names.len() - MOST));
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(line: &str) -> Vec<String> {
        line.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn exact_names_in_any_order_with_others_between() {
        let at = find(
            &names("x,volume,close,low,high,open,timestamp"),
            Naming::Exact,
        )
        .unwrap();
        assert_eq!(at, [6, 5, 4, 3, 2, 1]);
    }

    #[test]
    fn usual_names() {
        for line in [
            "Timestamp,Open,High,Low,Close,Volume",
            "\u{feff}open_time,o,h,l,c,v",
            "Date(UTC), OPEN ,HIGH,LOW,CLOSE,Vol",
            "Open Time,Open Price,High Price,Low Price,Close Price,Base Volume",
            "__index_level_0__,open,high,low,close,volume",
        ] {
            assert_eq!(
                find(&names(line), Naming::Usual).unwrap(),
                [0, 1, 2, 3, 4, 5],
                "{line}"
            );
        }
        // Where several would do, the most telling one.
        let at = find(
            &names("unix,date,open,high,low,close,vol,volume"),
            Naming::Usual,
        )
        .unwrap();
        assert_eq!(at, [1, 2, 3, 4, 5, 7]);
    }

    #[test]
    fn errors_name_what_is_missing_and_what_is_there() {
        let error = find(&names("timestamp,Open,high,low,volume"), Naming::Exact).unwrap_err();
        assert!(error.contains("has no columns `open`, `close`"), "{error}");
        assert!(
            error.contains("found `timestamp`, `Open`, `high`, `low`, `volume`"),
            "{error}"
        );
        assert!(
            error.contains("expected timestamp, open, high, low, close, volume"),
            "{error}"
        );
        assert!(error.contains("stratc data import"), "{error}");
        let error = find(
            &names("1704067200000,42000,42100,41900,42050,10"),
            Naming::Usual,
        )
        .unwrap_err();
        assert!(
            error.contains("found `1704067200000`") && error.contains("header line"),
            "{error}"
        );
        let error = find(&names("time,open,high,low,close,close,v"), Naming::Usual).unwrap_err();
        assert!(error.contains("the column `close` twice"), "{error}");
        let many = vec!["n".to_owned(); 20];
        assert!(find(&many, Naming::Exact).unwrap_err().contains("8 more"));
    }
}
