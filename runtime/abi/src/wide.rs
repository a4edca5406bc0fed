//! Loops compiled a second and a third time for wider vectors, chosen when they run.
//!
//! Nothing is fused that is not written so (`mul_add`, which is rounded once everywhere), so the
//! operations, and the bits, are the same.

/// Defines `$name`, which runs `$body` with the widest vectors of this machine.
///
/// `$body` is an `#[inline(always)]` function with the same arguments.
macro_rules! wide {
    ($(#[$meta:meta])* $vis:vis fn $name:ident = $body:ident($($arg:ident: $ty:ty),* $(,)?)) => {
        $(#[$meta])*
        $vis fn $name($($arg: $ty),*) {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512vl,avx512dq")]
                fn widest($($arg: $ty),*) {
                    $body($($arg),*);
                }
                #[target_feature(enable = "avx2,fma")]
                fn wider($($arg: $ty),*) {
                    $body($($arg),*);
                }
                if std::arch::is_x86_feature_detected!("avx512f")
                    && std::arch::is_x86_feature_detected!("avx512vl")
                    && std::arch::is_x86_feature_detected!("avx512dq")
                {
                    // SAFETY: the features were found on this machine.
                    #[allow(unsafe_code)]
                    return unsafe { widest($($arg),*) };
                }
                if std::arch::is_x86_feature_detected!("avx2")
                    && std::arch::is_x86_feature_detected!("fma")
                {
                    // SAFETY: the feature was found on this machine.
                    #[allow(unsafe_code)]
                    return unsafe { wider($($arg),*) };
                }
            }
            $body($($arg),*);
        }
    };
}

pub(crate) use wide;
