//! Every condition on a tenant, in one place: what a query holds its rows to, and what the key of a cache or of a
//! stored object begins with.
//!
//! Why a module for an `=`: so that a program can take out one condition after the other and see whether a test
//! notices (`cargo xtask mutants tenant-filters`). In a build with the feature `mutants` the condition whose place in
//! the source the variable [`REMOVED`] names (`file:line:column`) holds of every row, and its key is the same for every
//! tenant. In any other build these are the conditions themselves and nothing else.

use sea_orm::{
    ColumnTrait,
    sea_query::{Expr, ExprTrait, IntoColumnRef},
};

#[cfg(all(feature = "mutants", not(debug_assertions)))]
compile_error!(
    "the feature `mutants` lets conditions on a tenant be taken out: it is for tests, never for a release"
);

/// Whether this build lets conditions be taken out.
pub const IS_MUTABLE: bool = cfg!(feature = "mutants");

/// The variable that names the condition to take out.
pub const REMOVED: &str = "AMAAS_MUTANT";

/// The variable that names a file to which the places are added that are reached, a line each.
pub const REACHED: &str = "AMAAS_MUTANTS_REACHED";

/// The rows of this tenant, by a column of an entity.
#[inline]
#[cfg_attr(feature = "mutants", track_caller)]
pub fn is(column: impl ColumnTrait, tenant: &str) -> Expr {
    if is_removed() { Expr::cust("1 = 1") } else { ColumnTrait::eq(&column, tenant) }
}

/// The rows of this tenant, by a column of a statement that is put together.
#[inline]
#[cfg_attr(feature = "mutants", track_caller)]
pub fn column_is(column: impl IntoColumnRef, tenant: &str) -> Expr {
    if is_removed() { Expr::cust("1 = 1") } else { Expr::col(column).eq(tenant) }
}

/// The same as text, for statements of SQL: the column, and the parameter or the other column that it must equal.
#[inline]
#[cfg_attr(feature = "mutants", track_caller)]
pub fn sql(column: &str, other: &str) -> String {
    // The other side stays in the text, so that as many parameters are bound as are named.
    if is_removed() { format!("{other} = {other}") } else { format!("{column} = {other}") }
}

/// The part of a key that is the tenant's; `nobody` is what stands there for everybody when it is taken out.
#[inline]
#[cfg_attr(feature = "mutants", track_caller)]
pub fn key<T>(tenant: T, nobody: T) -> T {
    if is_removed() { nobody } else { tenant }
}

#[cfg(not(feature = "mutants"))]
#[inline(always)]
const fn is_removed() -> bool {
    false
}

#[cfg(feature = "mutants")]
#[track_caller]
fn is_removed() -> bool {
    mutants::is_removed(std::panic::Location::caller())
}

#[cfg(feature = "mutants")]
mod mutants {
    use super::{REACHED, REMOVED};
    use std::{
        collections::HashSet,
        io::Write,
        panic::Location,
        sync::{LazyLock, Mutex, PoisonError},
    };

    // The build script speaks to the process under test by its environment; there is no configuration to put it in.
    #[allow(clippy::disallowed_methods)]
    fn variable(name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    static OUT: LazyLock<Option<String>> = LazyLock::new(|| variable(REMOVED));
    static LIST: LazyLock<Option<String>> = LazyLock::new(|| variable(REACHED));
    static SEEN: Mutex<Option<HashSet<String>>> = Mutex::new(None);

    pub fn is_removed(place: &Location<'_>) -> bool {
        if OUT.is_none() && LIST.is_none() {
            return false;
        }
        let place = place.to_string();
        if let Some(list) = &*LIST {
            note(list, &place);
        }
        OUT.as_ref() == Some(&place)
    }

    fn note(list: &str, place: &str) {
        let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.get_or_insert_default().insert(place.to_owned())
            && let Ok(mut file) = std::fs::OpenOptions::new().create(true).append(true).open(list)
        {
            // One write a line, so that processes do not mix theirs; a line that is lost counts as not reached.
            let _ = file.write_all(format!("{place}\n").as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_that_nobody_took_out_is_there() {
        assert_eq!(sql("m.tenant_id", "$1"), "m.tenant_id = $1");
        assert_eq!(key("one", "nobody"), "one");
        assert_eq!(column_is("tenant_id", "one"), Expr::col("tenant_id").eq("one"));
    }
}
