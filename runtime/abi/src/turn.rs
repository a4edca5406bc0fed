//! Columns to rows and back: eight bars of eight lanes at a time.

/// Lanes of a register.
pub const LANES: usize = 8;

/// From one column per lane rows of all lanes, one row per bar. There are as many columns as lanes
/// of a row, a multiple of [`LANES`], all of one length.
pub fn to_rows(columns: &[&[f64]], rows: &mut [f64]) {
    let width = columns.len();
    let bars = columns.iter().map(|c| c.len()).min().unwrap_or(0);
    let mut whole = 0;
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx512f") {
        whole = bars - bars % LANES;
        // SAFETY: the feature was found on this machine.
        #[allow(unsafe_code)]
        unsafe {
            registers::to_rows(columns, whole, rows);
        }
    }
    for (lane, column) in columns.iter().enumerate() {
        for t in whole..bars {
            rows[t * width + lane] = column[t];
        }
    }
}

/// From rows of `width` lanes, a multiple of [`LANES`], one column per lane, for as many lanes as there
/// are columns, all of one length.
pub fn to_columns(rows: &[f64], width: usize, columns: &mut [&mut [f64]]) {
    let bars = columns.iter().map(|c| c.len()).min().unwrap_or(0);
    let mut whole = 0;
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx512f") {
        whole = bars - bars % LANES;
        // SAFETY: the feature was found on this machine.
        #[allow(unsafe_code)]
        unsafe {
            registers::to_columns(rows, width, whole, columns);
        }
    }
    for (lane, column) in columns.iter_mut().enumerate() {
        for t in whole..bars {
            column[t] = rows[t * width + lane];
        }
    }
}

#[cfg(target_arch = "x86_64")]
pub(crate) mod registers {
    use std::arch::x86_64::{
        __m512d, _mm512_loadu_pd, _mm512_set1_pd, _mm512_shuffle_f64x2, _mm512_storeu_pd,
        _mm512_unpackhi_pd, _mm512_unpacklo_pd,
    };

    use super::LANES;

    #[target_feature(enable = "avx512f")]
    pub(super) fn to_rows(columns: &[&[f64]], whole: usize, rows: &mut [f64]) {
        let width = columns.len();
        for t in (0..whole).step_by(LANES) {
            for (group, lanes) in columns.chunks_exact(LANES).enumerate() {
                let mut from = [_mm512_set1_pd(0.0); LANES];
                for (from, lane) in from.iter_mut().zip(lanes) {
                    *from = load(&lane[t..]);
                }
                for (j, row) in turn(&from).into_iter().enumerate() {
                    store(row, &mut rows[(t + j) * width + group * LANES..]);
                }
            }
        }
    }

    #[target_feature(enable = "avx512f")]
    pub(super) fn to_columns(rows: &[f64], width: usize, whole: usize, columns: &mut [&mut [f64]]) {
        for t in (0..whole).step_by(LANES) {
            for (group, lanes) in columns.chunks_mut(LANES).enumerate() {
                let mut from = [_mm512_set1_pd(0.0); LANES];
                for (j, from) in from.iter_mut().enumerate() {
                    *from = load(&rows[(t + j) * width + group * LANES..]);
                }
                for (column, lane) in turn(&from).into_iter().zip(lanes) {
                    store(column, &mut lane[t..]);
                }
            }
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(crate) fn load(from: &[f64]) -> __m512d {
        let from = &from[..LANES];
        // SAFETY: eight doubles are read, unaligned.
        #[allow(unsafe_code)]
        unsafe {
            _mm512_loadu_pd(from.as_ptr())
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(crate) fn store(value: __m512d, to: &mut [f64]) {
        let to: &mut [f64] = &mut to[..LANES];
        // SAFETY: eight doubles are written, unaligned.
        #[allow(unsafe_code)]
        unsafe {
            _mm512_storeu_pd(to.as_mut_ptr(), value);
        }
    }

    /// Rows of lanes to columns.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(crate) fn turn(r: &[__m512d; LANES]) -> [__m512d; LANES] {
        // Bars 0 and 1, 2 and 3, … of each even lane, and of each odd one.
        let [e0, e4, e2, e6] = join(
            _mm512_unpacklo_pd(r[0], r[1]),
            _mm512_unpacklo_pd(r[2], r[3]),
            _mm512_unpacklo_pd(r[4], r[5]),
            _mm512_unpacklo_pd(r[6], r[7]),
        );
        let [o1, o5, o3, o7] = join(
            _mm512_unpackhi_pd(r[0], r[1]),
            _mm512_unpackhi_pd(r[2], r[3]),
            _mm512_unpackhi_pd(r[4], r[5]),
            _mm512_unpackhi_pd(r[6], r[7]),
        );
        [e0, o1, e2, o3, e4, o5, e6, o7]
    }

    /// From pairs of bars of four lanes all bars of the first, third, second and fourth of them.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn join(p01: __m512d, p23: __m512d, p45: __m512d, p67: __m512d) -> [__m512d; 4] {
        const FIRST_THIRD: i32 = 0b10_00_10_00;
        const SECOND_FOURTH: i32 = 0b11_01_11_01;
        let (a0, b0) = (
            _mm512_shuffle_f64x2::<FIRST_THIRD>(p01, p23),
            _mm512_shuffle_f64x2::<FIRST_THIRD>(p45, p67),
        );
        let (a1, b1) = (
            _mm512_shuffle_f64x2::<SECOND_FOURTH>(p01, p23),
            _mm512_shuffle_f64x2::<SECOND_FOURTH>(p45, p67),
        );
        [
            _mm512_shuffle_f64x2::<FIRST_THIRD>(a0, b0),
            _mm512_shuffle_f64x2::<SECOND_FOURTH>(a0, b0),
            _mm512_shuffle_f64x2::<FIRST_THIRD>(a1, b1),
            _mm512_shuffle_f64x2::<SECOND_FOURTH>(a1, b1),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Rows hold what the columns hold, and turn back into them.
        #[test]
        fn columns_turn_into_rows_and_back(groups in 1usize..4, bars in 0usize..40, lanes in 1usize..25) {
            let width = groups * LANES;
            let value = |lane: usize, t: usize| (lane * 1000 + t) as f64;
            let columns: Vec<Vec<f64>> = (0..width)
                .map(|lane| (0..bars).map(|t| value(lane, t)).collect())
                .collect();
            let from: Vec<&[f64]> = columns.iter().map(|c| &c[..]).collect();
            let mut rows = vec![0.0; width * bars];
            to_rows(&from, &mut rows);
            for t in 0..bars {
                for lane in 0..width {
                    prop_assert_eq!(rows[t * width + lane], value(lane, t));
                }
            }
            let mut back = vec![vec![0.0; bars]; lanes.min(width)];
            let mut to: Vec<&mut [f64]> = back.iter_mut().map(|c| &mut c[..]).collect();
            to_columns(&rows, width, &mut to);
            prop_assert_eq!(&back[..], &columns[..lanes.min(width)]);
        }
    }
}
