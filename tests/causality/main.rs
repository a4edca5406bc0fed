//! Nothing at or before a bar depends on a later one.
