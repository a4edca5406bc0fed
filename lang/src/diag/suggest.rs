//! Did-you-mean within a distance.
