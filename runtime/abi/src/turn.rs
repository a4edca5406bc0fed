//! Columns to rows: eight bars of eight lanes at a time.

/// Lanes of a register.
pub const LANES: usize = 8;

/// From one column per lane rows of all lanes, one row per bar. There are as many columns as lanes
/// of a row, a multiple of [`LANES`], all of one length.
pub fn to_rows(columns: &[&[f64]], rows: &mut [f64]) {
    let width = columns.len();
    let bars = columns.iter().map(|c| c.len()).min().unwrap_or(0);
    let rows = &mut rows[..bars * width];
    let mut whole = 0;
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx512f") {
        whole = bars - bars % LANES;
        for (group, lanes) in columns.as_chunks::<LANES>().0.iter().enumerate() {
            let from = lanes.map(<[f64]>::as_ptr);
            // SAFETY: the feature was found on this machine; each column has `whole` bars, and so
            // many rows lie from here on.
            #[allow(unsafe_code)]
            unsafe {
                let to = rows.as_mut_ptr().add(group * LANES);
                registers::to_rows(from, whole, to, width);
            }
        }
    }
    for (lane, column) in columns.iter().enumerate() {
        for t in whole..bars {
            rows[t * width + lane] = column[t];
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
pub(crate) mod registers {
    use std::arch::x86_64::{
        __m512d, _mm256_loadu_pd, _mm256_setzero_pd, _mm512_castpd256_pd512, _mm512_insertf64x4,
        _mm512_loadu_pd, _mm512_maskz_loadu_pd, _mm512_permutex2var_pd, _mm512_setr_epi64,
        _mm512_shuffle_f64x2, _mm512_storeu_pd, _mm512_unpackhi_pd, _mm512_unpacklo_pd,
    };

    use super::LANES;

    /// Eight columns of `whole` bars, a multiple of eight, to eight lanes of rows of `width`.
    ///
    /// # Safety
    /// All of that can be read and written.
    #[target_feature(enable = "avx512f")]
    pub(super) unsafe fn to_rows(
        columns: [*const f64; LANES],
        whole: usize,
        rows: *mut f64,
        width: usize,
    ) {
        for t in (0..whole).step_by(LANES) {
            // SAFETY: as the caller says.
            unsafe {
                let turned = turned(columns.map(|column| column.add(t)));
                for (j, row) in turned.into_iter().enumerate() {
                    _mm512_storeu_pd(rows.add((t + j) * width), row);
                }
            }
        }
    }

    /// Eight rows of eight, turned: value i of row j becomes value j of row i. Half of the exchange is done by loading halves of rows into one
    /// register, which needs no shuffle.
    ///
    /// # Safety
    /// Eight doubles can be read from each.
    #[inline]
    #[target_feature(enable = "avx512f")]
    unsafe fn turned(from: [*const f64; LANES]) -> [__m512d; LANES] {
        let low = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13);
        let high = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
        let mut turned = [_mm512_castpd256_pd512(_mm256_setzero_pd()); LANES];
        for half in 0..2 {
            // Rows i and i + 4: four of their values each.
            let pair = |i: usize| {
                // SAFETY: as the caller says.
                unsafe {
                    let upper = _mm256_loadu_pd(from[i + 4].add(4 * half));
                    let lower = _mm256_loadu_pd(from[i].add(4 * half));
                    _mm512_insertf64x4::<1>(_mm512_castpd256_pd512(lower), upper)
                }
            };
            let (a, b, c, d) = (pair(0), pair(1), pair(2), pair(3));
            let (even, odd) = (_mm512_unpacklo_pd(a, b), _mm512_unpackhi_pd(a, b));
            let (even_too, odd_too) = (_mm512_unpacklo_pd(c, d), _mm512_unpackhi_pd(c, d));
            turned[4 * half] = _mm512_permutex2var_pd(even, low, even_too);
            turned[4 * half + 1] = _mm512_permutex2var_pd(odd, low, odd_too);
            turned[4 * half + 2] = _mm512_permutex2var_pd(even, high, even_too);
            turned[4 * half + 3] = _mm512_permutex2var_pd(odd, high, odd_too);
        }
        turned
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(crate) fn load(from: &[f64]) -> __m512d {
        let from = &from[..LANES];
        // SAFETY: eight doubles are read, unaligned.
        unsafe { _mm512_loadu_pd(from.as_ptr()) }
    }

    /// Up to eight values, and zeros.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(crate) fn some(from: &[f64]) -> __m512d {
        let from = &from[..from.len().min(LANES)];
        let is_there = (1_u32 << from.len()) - 1;
        // SAFETY: only values that are there are read.
        unsafe { _mm512_maskz_loadu_pd(is_there as u8, from.as_ptr()) }
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(crate) fn store(value: __m512d, to: &mut [f64]) {
        let to: &mut [f64] = &mut to[..LANES];
        // SAFETY: eight doubles are written, unaligned.
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
        /// Rows hold what the columns hold.
        #[test]
        fn columns_turn_into_rows(groups in 1usize..4, bars in 0usize..40) {
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
        }
    }
}
