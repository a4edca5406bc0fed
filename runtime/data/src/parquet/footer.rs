//! A look at the footer before it is parsed.
//!
//! The parser reserves memory for as many row groups as a footer claims, and an allocation that
//! fails ends the process. So a first walk over the same bytes (the compact protocol of Thrift)
//! holds every list against the bytes that are left for it; an element takes at least one.
//! Everything else is left to the parser, which reports it better.

/// What ends the walk early.
enum Stop {
    /// A list claims this many elements with this many bytes left.
    TooLong(u64, usize),
    /// The bytes are not what the walk knows: the parser's affair.
    Unknown,
}

/// How deep structures may be nested in each other; a real footer has fewer than ten levels.
const DEEPEST: u32 = 64;

/// Checks the lists of a footer.
///
/// # Errors
/// When one cannot have as many elements as it claims.
pub(super) fn check(footer: &[u8]) -> Result<(), String> {
    let mut walk = Walk { rest: footer };
    match walk.structure(DEEPEST) {
        Err(Stop::TooLong(count, left)) => Err(format!(
            "its footer claims a list of {count} elements with {left} bytes left for them"
        )),
        Ok(()) | Err(Stop::Unknown) => Ok(()),
    }
}

struct Walk<'a> {
    rest: &'a [u8],
}

impl Walk<'_> {
    fn byte(&mut self) -> Result<u8, Stop> {
        let (&first, rest) = self.rest.split_first().ok_or(Stop::Unknown)?;
        self.rest = rest;
        Ok(first)
    }

    fn skip(&mut self, bytes: u64) -> Result<(), Stop> {
        let bytes = usize::try_from(bytes).map_err(|_| Stop::Unknown)?;
        self.rest = self.rest.get(bytes..).ok_or(Stop::Unknown)?;
        Ok(())
    }

    fn varint(&mut self) -> Result<u64, Stop> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Stop::Unknown)
    }

    fn structure(&mut self, depth: u32) -> Result<(), Stop> {
        loop {
            let header = self.byte()?;
            if header == 0 {
                return Ok(());
            }
            if header >> 4 == 0 {
                self.varint()?; // A field number in full.
            }
            match header & 0x0f {
                1 | 2 => {} // A truth value is in the header itself.
                kind => self.value(kind, depth)?,
            }
        }
    }

    fn value(&mut self, kind: u8, depth: u32) -> Result<(), Stop> {
        let depth = depth.checked_sub(1).ok_or(Stop::Unknown)?;
        match kind {
            1..=3 => self.skip(1),
            4..=6 => self.varint().map(|_| ()),
            7 => self.skip(8),
            8 => {
                let bytes = self.varint()?;
                self.skip(bytes)
            }
            9 | 10 => {
                let header = self.byte()?;
                let count = match header >> 4 {
                    15 => self.varint()?,
                    short => u64::from(short),
                };
                self.elements(count, header & 0x0f, None, depth)
            }
            11 => match self.varint()? {
                0 => Ok(()),
                count => {
                    let kinds = self.byte()?;
                    self.elements(count, kinds >> 4, Some(kinds & 0x0f), depth)
                }
            },
            12 => self.structure(depth),
            13 => self.skip(16),
            _ => Err(Stop::Unknown),
        }
    }

    fn elements(&mut self, count: u64, kind: u8, and: Option<u8>, depth: u32) -> Result<(), Stop> {
        if count > self.rest.len() as u64 {
            return Err(Stop::TooLong(count, self.rest.len()));
        }
        for _ in 0..count {
            self.value(kind, depth)?;
            if let Some(and) = and {
                self.value(and, depth)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_list_longer_than_the_footer_is_refused() {
        // Field 4, a list of structures, with 2^28 - 1 of them in two bytes.
        let footer = [0x49, 0xfc, 0xff, 0xff, 0xff, 0x7f, 0x00, 0x00];
        assert_eq!(
            check(&footer).unwrap_err(),
            "its footer claims a list of 268435455 elements with 2 bytes left for them"
        );
    }

    #[test]
    fn a_plain_footer_passes() {
        // i32 2; a list of two i64; a binary; a nested structure with a truth value; a map.
        let footer = [
            0x15, 0x04, 0x19, 0x26, 0x02, 0x04, 0x18, 0x02, b'a', b'b', 0x1c, 0x11, 0x00, 0x1b,
            0x01, 0x55, 0x02, 0x02, 0x00,
        ];
        assert!(check(&footer).is_ok());
    }

    #[test]
    fn nesting_without_end_stops() {
        assert!(check(&[0x1c; 100_000]).is_ok());
        assert!(check(&[0x19; 100_000]).is_ok());
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = check(&bytes);
        }
    }
}
