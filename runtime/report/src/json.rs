//! JSON text. Keys keep the order they were given in; numbers stand in the same form as in CSV.

use std::io;

use serde::Serialize;
use serde_json::Value;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};

use crate::number::Exact;

/// A number, or null where JSON has none for it (NaN and the infinities).
#[must_use]
pub fn number(value: f64) -> Value {
    serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// A number that may be missing.
#[must_use]
pub fn maybe(value: Option<f64>) -> Value {
    value.map_or(Value::Null, number)
}

/// A value as text, indented, with a line end.
#[must_use]
pub fn pretty(value: &Value) -> String {
    text(value, Numbers(PrettyFormatter::new()))
}

/// An array of rows as text, one row a line; any other value on one line.
#[must_use]
pub fn lines(value: &Value) -> String {
    match value {
        Value::Array(rows) if !rows.is_empty() => {
            let rows: Vec<String> = rows
                .iter()
                .map(|row| text(row, Numbers(serde_json::ser::CompactFormatter)))
                .collect();
            let rows: Vec<&str> = rows.iter().map(|row| row.trim_end()).collect();
            format!("[\n{}\n]\n", rows.join(",\n"))
        }
        other => text(other, Numbers(serde_json::ser::CompactFormatter)),
    }
}

fn text(value: &Value, formatter: impl Formatter) -> String {
    let mut out = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut out, formatter);
    // A value is plain data and the writer is memory: neither can fail.
    let _ = value.serialize(&mut serializer);
    out.push(b'\n');
    String::from_utf8_lossy(&out).into_owned()
}

/// Another formatter with our numbers.
struct Numbers<F>(F);

/// Passes the layout on to the formatter inside.
macro_rules! pass {
    ($($name:ident($($first:ident: bool)?);)*) => {
        $(fn $name<W: ?Sized + io::Write>(&mut self, writer: &mut W $(, $first: bool)?) -> io::Result<()> {
            self.0.$name(writer $(, $first)?)
        })*
    };
}

impl<F: Formatter> Formatter for Numbers<F> {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        write!(writer, "{}", Exact(value))
    }

    pass! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_as_in_csv_and_keys_in_order() {
        let value = json!({
            "z": number(1e16),
            "a": [number(f64::NAN), number(f64::INFINITY), number(0.1 + 0.2), 7],
            "m": {},
        });
        let expected = "{\n  \"z\": 10000000000000000,\n  \"a\": [\n    null,\n    null,\n    0.30000000000000004,\n    7\n  ],\n  \"m\": {}\n}\n";
        assert_eq!(pretty(&value), expected);
        assert_eq!(
            lines(&json!([{"a": number(2.0)}, {"a": null}])),
            "[\n{\"a\":2},\n{\"a\":null}\n]\n"
        );
        assert_eq!(lines(&json!([])), "[]\n");
        assert_eq!(maybe(None), Value::Null);
    }
}
