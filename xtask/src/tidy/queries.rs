//! Where queries may stand.

use super::Finding;
use super::source::Source;

/// What only a query needs; transactions are the services' business, and so are the values of a new row.
const QUERY_WORDS: [&str; 16] = [
    "EntityTrait",
    "QueryFilter",
    "QuerySelect",
    "QueryOrder",
    "QueryTrait",
    "ColumnTrait",
    "ModelTrait",
    "ActiveModelTrait",
    "PaginatorTrait",
    "Statement",
    "Entity",
    "sea_query",
    "execute_unprepared",
    "query_one",
    "query_all",
    "find_by_id",
];

/// Queries stand in `repository.rs` (or its folder), the entity beside it, `infra`, `check`, `backend/jobs` and
/// migrations.
pub fn only_in_repositories(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources
        .iter()
        .filter(|source| source.path.starts_with("backend/server/src/") && !may_query(&source.path))
    {
        for (line, code) in source.lines() {
            if let Some(word) = QUERY_WORDS.iter().find(|word| has_word(code, word)) {
                let mend = format!(
                    "`{word}` is a query's: move it to the feature's repository.rs, in a function that takes a scope"
                );
                findings.push(Finding::new(&source.path, line, "query-outside-repository", mend));
            }
        }
    }
    findings
}

fn may_query(path: &str) -> bool {
    let inner = path.trim_start_matches("backend/server/src/").trim_end_matches(".rs");
    // `infra` keeps tables that belong to no feature; `check` proves the laws of the data over all of them.
    inner.starts_with("infra/")
        || inner.starts_with("check/")
        || inner.split('/').any(|part| part == "repository" || part == "entity")
}

/// Migrations stay as they were written: they import no entity, which would change under them.
pub fn migrations_alone(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| source.path.starts_with("migrations/")) {
        for (line, code) in source.lines() {
            if let Some(word) = ["DeriveEntityModel", "ActiveModelTrait", "amaas::", "EntityTrait"]
                .iter()
                .find(|word| code.contains(*word))
            {
                let mend =
                    format!("`{word}` ties a migration to today's code: write the tables and columns out");
                findings.push(Finding::new(&source.path, line, "migration-with-entity", mend));
            }
        }
    }
    findings
}

/// Whether a name stands in the code as a word of its own.
fn has_word(code: &str, word: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    code.match_indices(word).any(|(start, _)| {
        !code[..start].ends_with(is_part) && !code[start + word.len()..].starts_with(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        only_in_repositories(&[Source::new(path, text)]).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn a_query_outside_a_repository_is_found() {
        let text = "use sea_orm::TransactionTrait;\nlet all = Entity::find().all(db);\nlet one = db.query_one(statement);\n// Entity in a comment\nlet entity_name = EntityName;";
        assert_eq!(lines("backend/server/src/models/service.rs", text), [2, 3]);
        for fine in [
            "models/repository.rs",
            "models/repository/list.rs",
            "models/entity.rs",
            "infra/db.rs",
            "infra/db/mod.rs",
        ] {
            assert!(lines(&format!("backend/server/src/{fine}"), text).is_empty(), "{fine}");
        }
    }

    #[test]
    fn a_migration_with_an_entity_is_found() {
        let found = migrations_alone(&[Source::new(
            "migrations/src/m1.rs",
            "use x::Table;\nuse sea_orm::EntityTrait;",
        )]);
        assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [2]);
    }
}
