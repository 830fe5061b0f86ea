//! Conditions on a tenant go through one module, so that each can be taken out and missed
//! (`cargo xtask mutants tenant-filters`).

use super::Finding;
use super::source::Source;

/// What in the code holds rows to a tenant, or finds one by a key whose first part is the tenant.
const CODE: [&str; 5] =
    ["TenantId.eq(", "TenantId.is_in(", "find_by_id((", "delete_by_id((", "Column::Id.eq(scope."];

/// The columns of SQL that name a tenant.
const COLUMNS: [&str; 2] = ["tenant_id", "t.id"];

/// Every condition on a tenant stands in a call of `tenancy`. The laws of `check` read all tenants at once and compare
/// what rows say of each other: no condition of theirs keeps a tenant's rows from another.
pub fn conditions(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let asked = |source: &&Source| {
        ["backend/server/src/", "backend/jobs/src/"].iter().any(|folder| source.path.starts_with(folder))
            && !source.path.starts_with("backend/server/src/check/")
    };
    for source in sources.iter().filter(asked) {
        let mut found = |line, what: &str| {
            let mend = format!(
                "`{what}` holds rows to a tenant: write it by `tenancy::is`, `tenancy::sql` or `tenancy::key`"
            );
            findings.push(Finding::new(&source.path, line, "tenant-condition", mend));
        };
        for (line, code) in source.lines() {
            if let Some(word) = CODE.iter().find(|word| code.contains(**word)) {
                found(line, word);
            }
        }
        for text in source.texts() {
            if let Some(column) = COLUMNS.iter().find(|column| is_compared(&text.text, column)) {
                found(text.line, column);
            }
        }
    }
    findings
}

/// Whether SQL holds a column to be equal to something. An inequality walks from one tenant to the next.
fn is_compared(sql: &str, column: &str) -> bool {
    sql.match_indices(column).any(|(at, _)| {
        let is_whole = !sql[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_');
        let rest = sql[at + column.len()..].trim_start();
        is_whole && (rest.starts_with('=') || rest.starts_with("IN ("))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        conditions(&[Source::new(path, text)]).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn a_condition_on_a_tenant_outside_the_module_is_found() {
        let text = "a.filter(Column::TenantId.eq(scope.tenant()));\nlet sql = \"DELETE FROM x WHERE m.tenant_id = $1\";\nEntity::find_by_id((a, b));\na.filter(tenancy::is(Column::TenantId, t));\nlet sql = \"SELECT tenant_id FROM x WHERE n.tenant_id > w.tenant_id\";\n";
        assert_eq!(lines("backend/server/src/a/repository.rs", text), [1, 3, 2]);
        assert!(lines("backend/server/src/check/repository/a.rs", text).is_empty());
        assert_eq!(lines("backend/jobs/src/store.rs", text), [1, 3, 2]);
    }
}
