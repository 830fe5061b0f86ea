//! Tenants: businesses that are kept apart.
