//! Licences and sources of what we depend on, against `deny.toml`.
//!
//! `cargo deny` does it where it is installed. Elsewhere the same file is read here: building that tool would cost
//! more than the rest of the check. Advisories are never checked here: their database lies outside the registries
//! that a closed machine reaches.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::run::Run;
use crate::{say, workspace};

/// Checks licences, bans and sources.
///
/// # Errors
/// When a crate's licence or source is not allowed, or `deny.toml` can't be read.
pub fn check() -> Result<()> {
    if Run::cargo().args(["deny", "--version"]).succeeds() {
        Run::cargo().args(["deny", "--locked", "check", "licenses", "bans", "sources"]).run()?;
        say::note(
            "cargo deny checked licences, bans and sources; not advisories, whose database may be out of reach",
        );
        return Ok(());
    }
    let policy =
        Policy::read(&std::fs::read_to_string(workspace::root().join("deny.toml")).context("deny.toml")?);
    let metadata = Run::cargo().args(["metadata", "--format-version", "1", "--locked"]).capture()?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata")?;
    let packages: Vec<Package> =
        metadata["packages"].as_array().into_iter().flatten().map(Package::read).collect();
    let faults = policy.faults(&packages);
    for fault in &faults {
        say::plain(fault);
    }
    if !faults.is_empty() {
        bail!("{} crates are not allowed by deny.toml", faults.len());
    }
    say::done(&format!("{} crates: licences, bans and sources allowed by deny.toml", packages.len()));
    say::note(
        "cargo-deny is not installed: the build script read deny.toml itself; advisories were not checked (their database is out of reach)",
    );
    Ok(())
}

/// What `deny.toml` allows and bans, as far as this check needs it.
struct Policy {
    licences: BTreeSet<String>,
    /// `crate → licence` for single crates.
    exceptions: Vec<(String, String)>,
    banned: BTreeSet<String>,
}

/// A crate that we depend on.
struct Package {
    name: String,
    version: String,
    licence: Option<String>,
    /// Where it comes from; none for our own.
    source: Option<String>,
}

impl Package {
    fn read(package: &Value) -> Self {
        let text = |key: &str| package[key].as_str().map(str::to_owned);
        Self {
            name: text("name").unwrap_or_default(),
            version: text("version").unwrap_or_default(),
            licence: text("license"),
            source: text("source"),
        }
    }
}

impl Policy {
    /// Reads the lists `allow`, `exceptions` and `deny`, which stand one entry a line in `deny.toml`.
    fn read(text: &str) -> Self {
        let quoted = |line: &str| line.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
        let (mut licences, mut exceptions, mut banned) = (BTreeSet::new(), Vec::new(), BTreeSet::new());
        let (mut table, mut list) = (String::new(), String::new());
        for line in text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()) {
            if let Some(name) =
                line.strip_prefix('[').and_then(|line| line.strip_suffix(']')).filter(|_| list.is_empty())
            {
                table = name.to_owned();
            } else if let Some((name, rest)) = line.split_once(" = [").filter(|_| !line.starts_with('{')) {
                list = if rest.contains(']') { String::new() } else { name.to_owned() };
            } else if line == "]" {
                list.clear();
            } else {
                match (table.as_str(), list.as_str(), quoted(line).as_slice()) {
                    ("licenses", "allow", [licence, ..]) => drop(licences.insert(licence.clone())),
                    ("licenses", "exceptions", [licence, name, ..]) => {
                        exceptions.push((name.clone(), licence.clone()));
                    }
                    ("bans", "deny", [name, ..]) => drop(banned.insert(name.clone())),
                    _ => {}
                }
            }
        }
        Self { licences, exceptions, banned }
    }

    fn faults(&self, packages: &[Package]) -> Vec<String> {
        let mut faults = Vec::new();
        for Package { name, version, licence, source } in packages {
            // Our own crates have no source.
            let Some(source) = source else { continue };
            // The lock file names the registry; another one would have to be configured, which review sees.
            if !source.starts_with("registry+") {
                faults.push(format!("{name} {version}: comes from {source}; only the registry is allowed"));
            }
            if self.banned.contains(name) {
                faults.push(format!("{name} {version}: banned by deny.toml"));
            }
            match licence {
                None => faults.push(format!("{name} {version}: names no licence")),
                Some(licence) if !self.allows(name, licence) => {
                    faults.push(format!("{name} {version}: licence {licence} is not allowed by deny.toml"));
                }
                Some(_) => {}
            }
        }
        faults
    }

    /// Whether an SPDX expression can be met: `OR` is a choice, `AND` is not.
    fn allows(&self, name: &str, expression: &str) -> bool {
        // Before SPDX, `/` stood for OR.
        let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let allowed = |licence: &str| {
            self.licences.contains(licence)
                || self.exceptions.iter().any(|(krate, other)| krate == name && other == licence)
        };
        let mut at = 0;
        let met = either(&words, &mut at, &allowed);
        met && at == words.len()
    }
}

fn either(words: &[&str], at: &mut usize, allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut met = both(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= both(words, at, allowed);
    }
    met
}

fn both(words: &[&str], at: &mut usize, allowed: &dyn Fn(&str) -> bool) -> bool {
    let mut met = single(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= single(words, at, allowed);
    }
    met
}

fn single(words: &[&str], at: &mut usize, allowed: &dyn Fn(&str) -> bool) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let met = either(words, at, allowed);
        *at += 1;
        return met;
    }
    let mut licence = (*word).to_owned();
    if words.get(*at) == Some(&"WITH") {
        licence = format!("{licence} WITH {}", words.get(*at + 1).copied().unwrap_or_default());
        *at += 2;
    }
    allowed(&licence)
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"
[licenses]
allow = [
  "MIT", # the commonest
  "Apache-2.0",
  "Apache-2.0 WITH LLVM-exception",
]
exceptions = [
  { allow = ["CDLA-Permissive-2.0"], crate = "roots" },
]
[bans]
deny = [
  { crate = "openssl", reason = "rustls" },
]
"#;

    fn package(name: &str, licence: Option<&str>, source: Option<&str>) -> Package {
        Package {
            name: name.into(),
            version: "1.0.0".into(),
            licence: licence.map(str::to_owned),
            source: source.map(str::to_owned),
        }
    }

    #[test]
    fn an_expression_is_met_as_spdx_says() {
        let policy = Policy::read(POLICY);
        for fine in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR GPL-3.0) AND Apache-2.0",
            "Apache-2.0 WITH LLVM-exception OR X",
        ] {
            assert!(policy.allows("a", fine), "{fine}");
        }
        for bad in ["GPL-3.0", "MIT AND GPL-3.0", "GPL-3.0 OR (MIT AND X)", "", "MIT WITH X", "MIT MIT"] {
            assert!(!policy.allows("a", bad), "{bad}");
        }
        assert!(policy.allows("roots", "CDLA-Permissive-2.0") && !policy.allows("a", "CDLA-Permissive-2.0"));
    }

    #[test]
    fn a_strange_source_a_banned_crate_and_a_missing_licence_are_found() {
        let policy = Policy::read(POLICY);
        let registry = "registry+https://registry.example/index";
        assert!(
            policy
                .faults(&[package("ours", None, None), package("a", Some("MIT"), Some(registry))])
                .is_empty()
        );
        for bad in [
            package("a", Some("MIT"), Some("git+https://example.com/a")),
            package("openssl", Some("MIT"), Some(registry)),
            package("a", None, Some(registry)),
        ] {
            assert_eq!(policy.faults(&[bad]).len(), 1);
        }
    }

    #[test]
    fn the_projects_own_policy_is_read() {
        let policy = Policy::read(&std::fs::read_to_string(workspace::root().join("deny.toml")).unwrap());
        assert!(
            policy.licences.contains("MIT")
                && !policy.licences.contains("GPL-3.0-only")
                && policy.banned.contains("actix-governor")
        );
    }
}
