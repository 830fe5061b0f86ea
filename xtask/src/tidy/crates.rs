//! Which crate may depend on which, ours and others'.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Finding;
use crate::run::Run;

/// Our crates and those of ours that each may use; tests may also use what stands in the last column.
const OURS: [(&str, &str, &[&str], &[&str]); 11] = [
    ("contract", "backend/contract", &[], &[]),
    ("engine", "backend/engine", &[], &["torture"]),
    ("jobs", "backend/jobs", &["tenancy"], &["migrations", "torture"]),
    ("amaas", "backend/server", &["contract", "engine", "jobs", "migrations", "tenancy"], &["torture"]),
    ("tenancy", "backend/tenancy", &[], &[]),
    ("frontend", "frontend", &["contract"], &[]),
    ("migrations", "migrations", &[], &[]),
    ("e2e", "e2e", &["contract"], &["torture"]),
    ("torture", "e2e/torture", &[], &[]),
    ("xtask", "xtask", &["contract"], &[]),
    ("echo", "xtask/echo", &[], &[]),
];

/// Crates that must not be anywhere below another: no async runtime, server or database under what only computes.
const BANNED: [(&str, &[&str]); 2] = [
    ("engine", &["tokio", "actix", "sea-orm", "sqlx", "reqwest", "hyper", "async-std", "contract", "jobs"]),
    ("contract", &["tokio", "actix", "sea-orm", "sqlx", "reqwest", "hyper", "async-std", "engine", "jobs"]),
];

/// A dependency of one of our crates on another of them.
pub struct Dependency {
    from: String,
    to: String,
    for_tests: bool,
}

/// The dependencies among our crates, from cargo.
///
/// # Errors
/// When cargo fails.
pub fn workspace_dependencies() -> Result<Vec<Dependency>> {
    let metadata =
        Run::cargo().args(["metadata", "--format-version", "1", "--no-deps", "--locked"]).capture()?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata")?;
    let names = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let packages = names(&metadata["packages"]);
    let ours: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    let mut found = Vec::new();
    for package in &packages {
        for dependency in names(&package["dependencies"]) {
            let (Some(from), Some(to)) = (package["name"].as_str(), dependency["name"].as_str()) else {
                continue;
            };
            if ours.contains(&to) {
                found.push(Dependency {
                    from: from.to_owned(),
                    to: to.to_owned(),
                    for_tests: dependency["kind"] == "dev",
                });
            }
        }
    }
    Ok(found)
}

/// Our crates depend on each other only as the house allows.
pub fn own(dependencies: &[Dependency]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for Dependency { from, to, for_tests } in dependencies {
        let rule = OURS.iter().find(|(name, ..)| name == from);
        let allowed = rule.is_some_and(|(_, _, uses, tests)| {
            uses.contains(&to.as_str()) || (*for_tests && tests.contains(&to.as_str()))
        });
        if !allowed {
            let file = rule
                .map_or_else(|| "Cargo.toml".to_owned(), |(_, folder, ..)| format!("{folder}/Cargo.toml"));
            let mend = format!(
                "`{from}` may not use `{to}`: frontend → contract ← server → engine, jobs, migrations, tenancy; jobs → tenancy; e2e → contract"
            );
            findings.push(Finding::new(&file, 0, "crate-order", mend));
        }
    }
    findings
}

/// What cargo resolves below each crate that has a ban: a name a line.
///
/// # Errors
/// When cargo fails.
pub fn trees() -> Result<BTreeMap<&'static str, String>> {
    let tree = |name| {
        Run::cargo()
            .args(["tree", "--locked", "--prefix", "none", "--edges", "normal", "--package", name])
            .capture()
    };
    BANNED.into_iter().map(|(name, _)| Ok((name, tree(name)?))).collect()
}

/// Nothing banned stands in the tree.
pub fn banned(package: &str, tree: &str) -> Vec<Finding> {
    let Some((_, banned)) = BANNED.iter().find(|(name, _)| *name == package) else { return Vec::new() };
    let names = tree.lines().filter_map(|line| line.split(' ').next()).filter(|name| *name != package);
    let is_banned =
        |name: &&str| banned.iter().any(|ban| name == ban || name.starts_with(&format!("{ban}-")));
    let mut found: Vec<&str> = names.filter(is_banned).collect();
    found.sort_unstable();
    found.dedup();
    let mend = |name| {
        format!(
            "`{name}` came in below `{package}`, which only computes: `cargo tree -p {package} -i {name}` tells by whom"
        )
    };
    found
        .into_iter()
        .map(|name| Finding::new(&format!("backend/{package}/Cargo.toml"), 0, "crate-ban", mend(name)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dependency(from: &str, to: &str, for_tests: bool) -> Dependency {
        Dependency { from: from.into(), to: to.into(), for_tests }
    }

    #[test]
    fn a_crate_that_uses_what_it_may_not_is_found() {
        assert!(
            own(&[dependency("amaas", "engine", false), dependency("jobs", "migrations", true)]).is_empty()
        );
        for (from, to) in [
            ("e2e", "amaas"),
            ("contract", "engine"),
            ("jobs", "migrations"),
            ("frontend", "engine"),
            ("new", "contract"),
        ] {
            assert_eq!(own(&[dependency(from, to, false)]).len(), 1, "{from} → {to}");
        }
    }

    #[test]
    fn a_runtime_below_the_engine_is_found() {
        let found = banned(
            "engine",
            "engine v0.1.0\nndarray v0.17.0\nactix-web v4.0.0\ntokio v1.0.0 (*)\ntokio v1.0.0\n",
        );
        assert_eq!(found.len(), 2);
        assert!(banned("contract", "contract v0.1.0\nserde v1.0.0\n").is_empty());
    }

    #[test]
    fn every_crate_of_the_workspace_has_its_rule() {
        for Dependency { from, .. } in workspace_dependencies().unwrap() {
            assert!(OURS.iter().any(|(name, ..)| *name == from), "{from}");
        }
    }
}
