//! The proofs of the harness stand in this package's test targets: `it` and `conformance`.
