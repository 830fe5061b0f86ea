//! The bill of materials of the program and its dashboard, as CycloneDX 1.6 (ECMA-424) in JSON: every crate that is built
//! into them, with version, licence, checksum and what it needs. What only tests and the build script use is left out.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::run::Run;
use crate::{say, workspace};

/// What is shipped: the program, and the dashboard inside it.
const SHIPPED: [&str; 2] = ["amaas", "frontend"];

/// Writes it to `target/sbom.cdx.json`.
///
/// # Errors
/// When cargo's graph or the lock file can't be read.
pub fn write() -> Result<()> {
    let metadata = Run::cargo().args(["metadata", "--format-version", "1", "--locked"]).capture()?;
    let metadata: Value = serde_json::from_str(&metadata).context("cargo metadata")?;
    let lock = std::fs::read_to_string(workspace::root().join("Cargo.lock")).context("Cargo.lock")?;
    let bill = bill(&metadata, &checksums(&lock));
    let file: PathBuf = workspace::target().join("sbom.cdx.json");
    std::fs::write(&file, serde_json::to_string_pretty(&bill)? + "\n")?;
    let count = bill["components"].as_array().map_or(0, Vec::len);
    say::done(&format!("{count} components: {}", file.display()));
    Ok(())
}

/// The SHA-256 of each crate's archive, by `name version`.
fn checksums(lock: &str) -> BTreeMap<String, String> {
    let value = |block: &str, key: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(&format!("{key} = \"")))?;
        Some(line.trim_end_matches('"').to_owned())
    };
    let blocks = lock.split("[[package]]");
    blocks
        .filter_map(|block| {
            let name = format!("{} {}", value(block, "name")?, value(block, "version")?);
            Some((name, value(block, "checksum")?))
        })
        .collect()
}

/// The packages that are built into what is shipped, by cargo's id, each with those that it needs.
fn shipped(metadata: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let nodes = metadata["resolve"]["nodes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let needs = |node: &Value| -> BTreeSet<String> {
        let of = node["deps"].as_array().map(Vec::as_slice).unwrap_or_default().iter();
        // A dependency of the build or of tests has another kind than null.
        let built_in = of.filter(|one| {
            one["dep_kinds"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"].is_null()))
        });
        built_in.filter_map(|one| one["pkg"].as_str().map(str::to_owned)).collect()
    };
    let graph: BTreeMap<&str, BTreeSet<String>> =
        nodes.iter().filter_map(|node| Some((node["id"].as_str()?, needs(node)))).collect();
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let ours = packages.iter().filter(|one| one["name"].as_str().is_some_and(|name| SHIPPED.contains(&name)));
    let mut waiting: Vec<String> = ours.filter_map(|one| one["id"].as_str().map(str::to_owned)).collect();
    let mut found = BTreeMap::new();
    while let Some(id) = waiting.pop() {
        if let Entry::Vacant(place) = found.entry(id) {
            let needed = graph.get(place.key().as_str()).cloned().unwrap_or_default();
            waiting.extend(needed.iter().cloned());
            place.insert(needed);
        }
    }
    found
}

fn bill(metadata: &Value, checksums: &BTreeMap<String, String>) -> Value {
    let shipped = shipped(metadata);
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let text = |package: &Value, field: &str| package[field].as_str().unwrap_or_default().to_owned();
    let reference =
        |package: &Value| format!("pkg:cargo/{}@{}", text(package, "name"), text(package, "version"));
    let references: BTreeMap<String, String> =
        packages.iter().map(|package| (text(package, "id"), reference(package))).collect();
    let component = |package: &Value, kind: &str| {
        let (name, version) = (text(package, "name"), text(package, "version"));
        let mut component = json!({
            "type": kind, "bom-ref": reference(package), "name": name, "version": version,
            "purl": reference(package),
        });
        if let Some(licence) = package["license"].as_str() {
            // The older form of "or" in crates' licences is no SPDX expression.
            component["licenses"] = json!([{ "expression": licence.replace('/', " OR ") }]);
        }
        if let Some(checksum) = checksums.get(&format!("{name} {version}")) {
            component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
        }
        component
    };
    let is_ours = |package: &&Value| package["name"] == SHIPPED[0];
    let others = packages.iter().filter(|one| !is_ours(one) && shipped.contains_key(&text(one, "id")));
    let dependencies: Vec<Value> = shipped
        .iter()
        .map(|(id, needs)| {
            let needs: Vec<&String> = needs.iter().filter_map(|id| references.get(id)).collect();
            json!({ "ref": references.get(id), "dependsOn": needs })
        })
        .collect();
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": packages.iter().find(is_ours).map(|package| component(package, "application")) },
        "components": others.map(|package| component(package, "library")).collect::<Vec<_>>(),
        "dependencies": dependencies,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_in_is_listed_and_what_tests_use_is_not() {
        let package =
            |name: &str| json!({ "id": name, "name": name, "version": "1.0.0", "license": "MIT/Apache-2.0" });
        let needs = |name: &str, kind: Value| json!({ "pkg": name, "dep_kinds": [{ "kind": kind }] });
        let metadata = json!({
            "packages": [package("amaas"), package("bytes"), package("deep"), package("proptest")],
            "resolve": { "nodes": [
                { "id": "amaas", "deps": [needs("bytes", Value::Null), needs("proptest", json!("dev"))] },
                { "id": "bytes", "deps": [needs("deep", Value::Null)] },
                { "id": "deep", "deps": [] },
                { "id": "proptest", "deps": [] },
            ] },
        });
        let lock = "[[package]]\nname = \"bytes\"\nversion = \"1.0.0\"\nchecksum = \"ab12\"\n";
        let bill = bill(&metadata, &checksums(lock));
        let names: Vec<&str> =
            bill["components"].as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
        assert_eq!(names, ["bytes", "deep"]);
        assert_eq!(bill["components"][0]["hashes"][0]["content"], "ab12");
        assert_eq!(bill["components"][0]["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(bill["metadata"]["component"]["name"], "amaas");
    }
}
