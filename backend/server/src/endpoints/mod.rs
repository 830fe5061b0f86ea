//! Endpoints: stable names that programs call.
