//! The description of the scaled try-out, as far as it can be checked without an engine.

use yaml_rust2::{Yaml, YamlLoader};

use super::Finding;
use super::source::Source;

const FILE: &str = "docker-compose.yml";

/// Services that others wait for have a health check, and nothing waits for a service that isn't there.
pub fn services(sources: &[Source]) -> Vec<Finding> {
    let Some(source) = sources.iter().find(|source| source.path == FILE) else { return Vec::new() };
    faults(&source.text).into_iter().map(|mend| Finding::new(FILE, 0, "compose", mend)).collect()
}

fn faults(text: &str) -> Vec<String> {
    let documents = match YamlLoader::load_from_str(text) {
        Ok(documents) => documents,
        Err(error) => return vec![format!("this is no YAML: {error}")],
    };
    let Some(services) = documents.first().and_then(|document| document["services"].as_hash()) else {
        return vec!["there are no services".to_owned()];
    };
    let mut faults = Vec::new();
    for (name, service) in services {
        let name = name.as_str().unwrap_or("?");
        if of(service, "image").is_badvalue() && of(service, "build").is_badvalue() {
            faults.push(format!("`{name}` has neither an image nor a build"));
        }
        for (needed, condition) in needs(service) {
            match services.get(&Yaml::String(needed.clone())) {
                None => faults.push(format!("`{name}` depends on `{needed}`, which is not there")),
                Some(other) if condition == "service_healthy" && of(other, "healthcheck").is_badvalue() => {
                    faults.push(format!(
                        "`{name}` waits until `{needed}` is healthy, but that has no healthcheck"
                    ));
                }
                Some(_) => {}
            }
        }
        for volume in of(service, "volumes").as_vec().into_iter().flatten().filter_map(Yaml::as_str) {
            let from = volume.split(':').next().unwrap_or_default();
            let is_declared = documents[0]["volumes"]
                .as_hash()
                .is_some_and(|all| all.contains_key(&Yaml::String(from.into())));
            if !from.starts_with(['.', '/']) && !is_declared {
                faults.push(format!("`{name}` mounts the volume `{from}`, which is not declared"));
            }
            if from.starts_with("./") && !crate::workspace::root().join(from).exists() {
                faults.push(format!("`{name}` mounts `{from}`, which is not there"));
            }
        }
    }
    faults
}

/// A service's own value, or the one that it takes over by `<<`.
fn of<'a>(service: &'a Yaml, key: &str) -> &'a Yaml {
    let own = &service[key];
    if own.is_badvalue() && !service["<<"].is_badvalue() { of(&service["<<"], key) } else { own }
}

/// The services that a service waits for, with the condition.
fn needs(service: &Yaml) -> Vec<(String, String)> {
    let text = |yaml: &Yaml| yaml.as_str().unwrap_or_default().to_owned();
    match of(service, "depends_on") {
        Yaml::Hash(needs) => {
            needs.iter().map(|(name, need)| (text(name), text(&need["condition"]))).collect()
        }
        Yaml::Array(needs) => needs.iter().map(|name| (text(name), String::new())).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compose_file_that_cannot_work_is_found() {
        let good = "x-a: &a\n  image: x\nservices:\n  a:\n    <<: *a\n    depends_on:\n      b: { condition: service_healthy }\n  b:\n    image: y\n    healthcheck: { test: [CMD, ok] }\n    volumes: ['data:/d']\nvolumes: { data: {} }\n";
        assert_eq!(faults(good), Vec::<String>::new());
        for (from, to) in [
            ("healthcheck: { test: [CMD, ok] }", "labels: []"),
            ("      b:", "      c:"),
            ("image: x", "labels: []"),
            ("volumes: { data: {} }", ""),
            ("services:", "services: ["),
        ] {
            assert_eq!(faults(&good.replace(from, to)).len(), 1, "{from} → {to}");
        }
    }
}
