//! From the columns a file has to the columns bars have: `i64` nanoseconds and `f64`.
//!
//! Only conversions that keep the value are made: every float, whole numbers up to 2^53,
//! decimals to the nearest double (which is what their text would give). Null is NaN.

use arrow::array::{Array, AsArray, PrimitiveArray};
use arrow::datatypes::{
    ArrowPrimitiveType, DataType, Date32Type, Date64Type, Decimal32Type, Decimal64Type,
    Decimal128Type, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};

/// Largest magnitude up to which `f64` holds every whole number.
const EXACT: u64 = 1 << 53;

/// What a whole number in the time column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// So many nanoseconds each.
    Nanos(i64),
    /// The type does not say; see [`unit_by_magnitude`].
    Unsaid,
}

/// The unit of a time column of this type, or nothing when it cannot be one.
pub(super) fn time_unit(kind: &DataType) -> Option<Unit> {
    match kind {
        DataType::Timestamp(unit, _) => Some(Unit::Nanos(match unit {
            TimeUnit::Second => 1_000_000_000,
            TimeUnit::Millisecond => 1_000_000,
            TimeUnit::Microsecond => 1000,
            TimeUnit::Nanosecond => 1,
        })),
        DataType::Date32 => Some(Unit::Nanos(86_400_000_000_000)),
        DataType::Date64 => Some(Unit::Nanos(1_000_000)),
        DataType::Int64 => Some(Unit::Unsaid),
        _ => None,
    }
}

/// Nanoseconds per count for plain whole numbers, by the largest magnitude in the column:
/// below 1e11 seconds (to the year 5138), then milliseconds, microseconds and nanoseconds, each
/// of which is told apart for any time after March 1973.
pub(crate) fn unit_by_magnitude(largest: u64) -> i64 {
    match largest {
        0..100_000_000_000 => 1_000_000_000,
        100_000_000_000..100_000_000_000_000 => 1_000_000,
        100_000_000_000_000..100_000_000_000_000_000 => 1000,
        _ => 1,
    }
}

/// Whether a column of numbers may have this type.
pub(super) fn is_number(kind: &DataType) -> bool {
    matches!(
        kind,
        DataType::Float64
            | DataType::Float32
            | DataType::Float16
            | DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::UInt8
            | DataType::UInt16
            | DataType::UInt32
            | DataType::UInt64
            | DataType::Decimal32(..)
            | DataType::Decimal64(..)
            | DataType::Decimal128(..)
    )
}

/// Appends the raw counts of a time column.
///
/// # Errors
/// The index of the first null, or of the first value when the type is not that of a time.
pub(super) fn append_times(array: &dyn Array, out: &mut Vec<i64>) -> Result<(), usize> {
    if let Some(nulls) = array.nulls()
        && let Some(row) = nulls.iter().position(|valid| !valid)
    {
        return Err(row);
    }
    match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => {
            append(array.as_primitive_opt::<TimestampSecondType>(), out)
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            append(array.as_primitive_opt::<TimestampMillisecondType>(), out)
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            append(array.as_primitive_opt::<TimestampMicrosecondType>(), out)
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            append(array.as_primitive_opt::<TimestampNanosecondType>(), out)
        }
        DataType::Date32 => append(array.as_primitive_opt::<Date32Type>(), out),
        DataType::Date64 => append(array.as_primitive_opt::<Date64Type>(), out),
        DataType::Int64 => append(array.as_primitive_opt::<Int64Type>(), out),
        _ => Err(0),
    }
}

fn append<T>(array: Option<&PrimitiveArray<T>>, out: &mut Vec<i64>) -> Result<(), usize>
where
    T: ArrowPrimitiveType,
    i64: From<T::Native>,
{
    out.extend(
        array
            .ok_or(0usize)?
            .values()
            .iter()
            .map(|&count| i64::from(count)),
    );
    Ok(())
}

/// Appends a column of numbers.
///
/// # Errors
/// The index of the first value that no double holds exactly, and the value.
pub(super) fn append_numbers(array: &dyn Array, out: &mut Vec<f64>) -> Result<(), (usize, String)> {
    match array.data_type() {
        DataType::Float64 => floats::<Float64Type>(array, out, |v| v),
        DataType::Float32 => floats::<Float32Type>(array, out, f64::from),
        DataType::Float16 => floats::<Float16Type>(array, out, f64::from),
        DataType::Int8 => whole::<Int8Type>(array, out),
        DataType::Int16 => whole::<Int16Type>(array, out),
        DataType::Int32 => whole::<Int32Type>(array, out),
        DataType::Int64 => whole::<Int64Type>(array, out),
        DataType::UInt8 => whole::<UInt8Type>(array, out),
        DataType::UInt16 => whole::<UInt16Type>(array, out),
        DataType::UInt32 => whole::<UInt32Type>(array, out),
        DataType::UInt64 => whole::<UInt64Type>(array, out),
        DataType::Decimal32(_, scale) => decimals::<Decimal32Type>(array, *scale, out),
        DataType::Decimal64(_, scale) => decimals::<Decimal64Type>(array, *scale, out),
        DataType::Decimal128(_, scale) => decimals::<Decimal128Type>(array, *scale, out),
        other => Err((0, format!("a value of type {other}"))),
    }
}

fn floats<T: ArrowPrimitiveType>(
    array: &dyn Array,
    out: &mut Vec<f64>,
    widen: impl Fn(T::Native) -> f64,
) -> Result<(), (usize, String)> {
    let array = typed::<T>(array)?;
    if array.null_count() == 0 {
        out.extend(array.values().iter().map(|&v| widen(v)));
    } else {
        out.extend(array.iter().map(|v| v.map_or(f64::NAN, &widen)));
    }
    Ok(())
}

fn whole<T>(array: &dyn Array, out: &mut Vec<f64>) -> Result<(), (usize, String)>
where
    T: ArrowPrimitiveType,
    i128: From<T::Native>,
{
    for (row, value) in typed::<T>(array)?.iter().enumerate() {
        out.push(match value.map(i128::from) {
            None => f64::NAN,
            Some(v) if v.unsigned_abs() <= u128::from(EXACT) => v as f64,
            Some(v) => return Err((row, v.to_string())),
        });
    }
    Ok(())
}

fn decimals<T>(array: &dyn Array, scale: i8, out: &mut Vec<f64>) -> Result<(), (usize, String)>
where
    T: ArrowPrimitiveType,
    i128: From<T::Native>,
{
    for (row, value) in typed::<T>(array)?.iter().enumerate() {
        out.push(match value.map(i128::from) {
            None => f64::NAN,
            Some(digits) => decimal(digits, scale)
                .ok_or_else(|| (row, format!("{digits}e{}", -i32::from(scale))))?,
        });
    }
    Ok(())
}

/// The double nearest to `digits` / 10^`scale`.
fn decimal(digits: i128, scale: i8) -> Option<f64> {
    /// Every power of ten that a double holds exactly, up to the scale usual for prices.
    const TENS: [f64; 19] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18,
    ];
    let power = usize::try_from(scale)
        .ok()
        .and_then(|scale| TENS.get(scale));
    match power {
        // Both operands are exact, so the one rounding of the division is the right one.
        Some(power) if digits.unsigned_abs() <= u128::from(EXACT) => Some(digits as f64 / power),
        // Text to double rounds correctly whatever the size.
        _ => format!("{digits}e{}", -i32::from(scale)).parse().ok(),
    }
}

fn typed<T: ArrowPrimitiveType>(array: &dyn Array) -> Result<&PrimitiveArray<T>, (usize, String)> {
    array
        .as_primitive_opt::<T>()
        .ok_or_else(|| (0, format!("a value of type {}", array.data_type())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_unit_follows_the_magnitude() {
        // 2024-01-01 in each unit.
        assert_eq!(unit_by_magnitude(1_704_067_200), 1_000_000_000);
        assert_eq!(unit_by_magnitude(1_704_067_200_000), 1_000_000);
        assert_eq!(unit_by_magnitude(1_704_067_200_000_000), 1000);
        assert_eq!(unit_by_magnitude(1_704_067_200_000_000_000), 1);
        assert_eq!(unit_by_magnitude(0), 1_000_000_000);
        assert_eq!(unit_by_magnitude(u64::MAX), 1);
    }

    proptest! {
        #[test]
        fn a_decimal_is_what_its_text_gives(digits in any::<i128>(), shift in 0u32..100, scale in -10i8..38) {
            let digits = digits >> shift;
            let text = format!("{digits}e{}", -i32::from(scale));
            prop_assert_eq!(decimal(digits, scale), text.parse::<f64>().ok());
        }
    }
}
