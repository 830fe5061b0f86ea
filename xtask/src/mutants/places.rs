//! Where the sources hold something to a tenant: every call of the module `tenancy`.

use crate::tidy::Source;

/// The calls, as they stand in the sources.
const CALLS: [&str; 4] = ["tenancy::is(", "tenancy::column_is(", "tenancy::sql(", "tenancy::key("];

/// What the calls are made of is none of them.
const ITSELF: [&str; 2] = ["backend/tenancy/", "backend/server/src/infra/tenancy.rs"];

/// The places as the compiler names them: `file:line:column`, in the order of the files.
pub fn of(sources: &[Source]) -> Vec<String> {
    let mut places = Vec::new();
    for source in sources.iter().filter(|source| is_asked(&source.path)) {
        for (line, code) in source.lines() {
            let mut columns: Vec<usize> =
                CALLS.iter().flat_map(|call| code.match_indices(call)).map(|(at, _)| at).collect();
            columns.sort_unstable();
            let column = |at: usize| code[..at].chars().count() + 1;
            places.extend(columns.into_iter().map(|at| format!("{}:{line}:{}", source.path, column(at))));
        }
    }
    places
}

fn is_asked(path: &str) -> bool {
    path.starts_with("backend/") && path.ends_with(".rs") && !ITSELF.iter().any(|own| path.starts_with(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_outside_tests_is_a_place_and_nothing_else_is() {
        let text = "fn a() {\n    b.filter(tenancy::is(C, t)).filter(tenancy::key(t)); // tenancy::is(\n    let é = \"tenancy::sql(\";\n}\n#[cfg(test)]\nmod tests {\n    tenancy::is(C, t);\n}\n";
        let places = |path: &str| of(&[Source::new(path, text)]);
        assert_eq!(
            places("backend/server/src/a.rs"),
            ["backend/server/src/a.rs:2:14", "backend/server/src/a.rs:2:40"]
        );
        assert!(
            places("backend/tenancy/src/lib.rs").is_empty()
                && places("backend/server/tests/api/a.rs").is_empty()
        );
    }
}
