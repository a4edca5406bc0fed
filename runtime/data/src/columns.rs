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
    /// A time and one value, in any case and with their usual names, or one column beside the time:
    /// the value stands for each of the five others.
    Value,
}

impl Naming {
    /// What a column is called in a message, by its place in [`NAMES`].
    pub(crate) fn called(self, place: usize) -> &'static str {
        match (self, place) {
            (Self::Value, 1..) => "value",
            _ => NAMES.get(place).copied().unwrap_or(NAMES[0]),
        }
    }
}

/// The names of a column of values, most telling first.
const VALUE: &[&str] = &["value", "rate", "funding_rate", "fundingrate", "close", "v"];

/// Names of a time of publication beside the usual ones of a time.
const PUBLISHED: &[&str] = &[
    "published",
    "published_at",
    "publication_time",
    "funding_time",
    "fundingtime",
    "calc_time",
];

/// The time and the value among the columns of a file.
fn find_value(names: &[String], there: &[String]) -> Result<[usize; 6], String> {
    let place = |of: &[&str]| {
        let mut wanted = of.iter();
        wanted.find_map(|wanted| there.iter().position(|have| have == wanted))
    };
    let expected =
        "expected a time (its publication) and a value, as in `time,value`, in a header line";
    let time = place(PUBLISHED).or_else(|| place(USUAL[0]));
    let Some(time) = time else {
        return Err(format!(
            "has no column of times; found {}; {expected}",
            listed(names)
        ));
    };
    let only = || (names.len() == 2).then_some(1 - time);
    match place(VALUE).or_else(only) {
        Some(value) => Ok([time, value, value, value, value, value]),
        None => Err(format!(
            "has no column `value`; found {}; {expected}",
            listed(names)
        )),
    }
}

/// The position of each of [`NAMES`] among the columns of a file; further columns are ignored.
///
/// # Errors
/// Which columns are missing or there twice, what there is, and what was expected.
pub(crate) fn find(names: &[String], naming: Naming) -> Result<[usize; 6], String> {
    let there: Vec<String> = match naming {
        Naming::Exact => names.to_vec(),
        Naming::Usual | Naming::Value => names.iter().map(|name| simple(name)).collect(),
    };
    if naming == Naming::Value {
        return find_value(names, &there);
    }
    let mut at = [0; 6];
    let mut missing = Vec::new();
    for ((slot, name), others) in at.iter_mut().zip(NAMES).zip(USUAL) {
        let accepted = match naming {
            Naming::Exact => &[name][..],
            Naming::Usual | Naming::Value => others,
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
        Naming::Usual | Naming::Value => {
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
    fn a_time_and_a_value() {
        for (line, time, value) in [
            ("time,value", 0, 1),
            ("Value;x;Published".replace(';', ",").as_str(), 2, 0),
            ("fundingTime,fundingRate,markPrice", 0, 1),
            ("date,dominance", 0, 1),
            ("dominance,date", 1, 0),
        ] {
            let found = find(&names(line), Naming::Value).unwrap();
            assert_eq!(
                (found[0], found[1], found[5]),
                (time, value, value),
                "{line}"
            );
        }
        let error = find(&names("date,a,b"), Naming::Value).unwrap_err();
        assert!(
            error.contains("no column `value`; found `date`, `a`, `b`"),
            "{error}"
        );
        let error = find(&names("a,value"), Naming::Value).unwrap_err();
        assert!(error.contains("no column of times"), "{error}");
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
