//! Who may import whom inside the server.

use std::collections::BTreeSet;

use super::Finding;
use super::paths::{Written, written};
use super::source::Source;

const SERVER: &str = "backend/server/src";

/// The features from the ground up. A feature may use those on lower floors; those on one floor don't know each other.
const FLOORS: [&[&str]; 17] = [
    &["audit"],
    &["quotas"],
    &["tenants"],
    &["members"],
    &["accounts", "api_keys"],
    &["datasets"],
    &["models"],
    &["training"],
    &["endpoints"],
    &["predictions"],
    &["monitoring", "sharing"],
    &["webhooks"],
    &["operator"],
    &["health"],
    &["check"],
    &["keys"],
    &["backup"],
];

/// The layers of a feature from the outside in; each may use those after it, but `http` only `service`.
const LAYERS: [&str; 4] = ["http", "service", "repository", "entity"];

fn floor(feature: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&feature))
}

/// The feature that a file belongs to.
fn feature(path: &str) -> Option<&str> {
    let inner = path.strip_prefix(SERVER)?.strip_prefix('/')?;
    let (folder, _) = inner.split_once('/')?;
    floor(folder).map(|_| folder)
}

/// The part of its feature that a file is: `service` for `datasets/service.rs` and `datasets/service/upload.rs`.
fn part<'a>(path: &'a str, feature: &str) -> &'a str {
    let inner = path.split(&format!("/{feature}/")).nth(1).unwrap_or_default();
    inner.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

fn in_features(sources: &[Source]) -> impl Iterator<Item = (&Source, &str, Vec<Written>)> {
    sources.iter().filter_map(|source| Some((source, feature(&source.path)?, written(source, SERVER))))
}

/// A feature uses only features on lower floors.
pub fn order(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (source, own, paths) in in_features(sources) {
        for path in paths {
            let Some(other) = path.names.first() else { continue };
            if other != own && floor(other) >= floor(own) && floor(other).is_some() {
                let mend = format!(
                    "`{own}` stands below or beside `{other}` and may not use it: move what both need down, or let `{other}` call `{own}`"
                );
                findings.push(Finding::new(&source.path, path.line, "feature-order", mend));
            }
        }
    }
    findings
}

/// A feature reaches another only through its `mod.rs`.
pub fn doors(sources: &[Source]) -> Vec<Finding> {
    let rooms: BTreeSet<(String, String)> = sources
        .iter()
        .filter_map(|source| {
            feature(&source.path).map(|own| (own.to_owned(), part(&source.path, own).to_owned()))
        })
        .collect();
    let mut findings = Vec::new();
    for (source, own, paths) in in_features(sources) {
        for path in paths {
            let [other, room, ..] = path.names.as_slice() else { continue };
            // `crate::datasets::service` is a room even before its file is there.
            let is_room = rooms.contains(&(other.clone(), room.clone())) || LAYERS.contains(&room.as_str());
            if other != own && floor(other).is_some() && is_room {
                let mend =
                    format!("use what `{other}/mod.rs` offers: let it re-export what is needed of `{room}`");
                findings.push(Finding::new(&source.path, path.line, "feature-door", mend));
            }
        }
    }
    findings
}

/// Inside a feature: http → service → repository → entity.
pub fn layers(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (source, own, paths) in in_features(sources) {
        let Some(layer) = LAYERS.iter().position(|layer| *layer == part(&source.path, own)) else { continue };
        for path in paths {
            let [first, second, ..] = path.names.as_slice() else { continue };
            let Some(used) = LAYERS.iter().position(|layer| first == own && layer == second) else {
                continue;
            };
            if used < layer || (layer == 0 && used > 1) {
                let mend = format!(
                    "`{}` may not use `{second}`: http → service → repository → entity",
                    LAYERS[layer]
                );
                findings.push(Finding::new(&source.path, path.line, "feature-layers", mend));
            }
        }
    }
    findings
}

/// `infra` knows no feature.
pub fn infrastructure(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| source.path.starts_with("backend/server/src/infra")) {
        for path in written(source, SERVER) {
            if let Some(other) = path.names.first().filter(|name| floor(name).is_some()) {
                let mend = format!("`infra` stands below every feature and may not use `{other}`");
                findings.push(Finding::new(&source.path, path.line, "infra-below-features", mend));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> Source {
        Source::new(format!("{SERVER}/{path}"), text)
    }

    #[test]
    fn a_feature_that_looks_upwards_or_sideways_is_found() {
        let found = order(&[
            file("datasets/service.rs", "use crate::audit;\nuse crate::{context::Context, training};"),
            file("accounts/service.rs", "let key = super::super::api_keys::find();"),
        ]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].line == 2 && found[0].mend.contains("training"));
        assert!(
            order(&[file(
                "training/service.rs",
                "use crate::{datasets, models};\n#[cfg(test)]\nmod tests { use crate::predictions; }"
            )])
            .is_empty()
        );
    }

    #[test]
    fn a_feature_that_climbs_in_by_a_window_is_found() {
        let ground = file("models/artefact.rs", "");
        let found = doors(&[
            ground,
            file(
                "training/service.rs",
                "use crate::models::repository::find;\nuse crate::models::artefact;\nuse crate::models::find;\nuse super::repository;",
            ),
        ]);
        assert_eq!(found.iter().map(|finding| finding.line).collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn a_layer_that_calls_outwards_or_skips_the_service_is_found() {
        let found = layers(&[
            file("models/repository.rs", "use super::service::find;"),
            file("models/http.rs", "use super::repository;\nuse super::service;"),
            file("models/entity.rs", "use super::repository::x;"),
            file("models/service.rs", "use super::{repository, entity::Model};"),
        ]);
        let names: Vec<&str> = found.iter().map(|finding| finding.file.rsplit('/').next().unwrap()).collect();
        assert_eq!(names, ["repository.rs", "http.rs", "entity.rs"]);
    }

    #[test]
    fn infrastructure_that_knows_a_feature_is_found() {
        assert_eq!(
            infrastructure(&[file("infra/db.rs", "use crate::tenants::Tenant;\nuse crate::config;")]).len(),
            1
        );
    }
}
