//! Rust paths as written in a file, with groups spread out and `super` resolved.

use super::source::Source;

/// A path from the crate's root, such as `datasets::service::create`, and the line it begins on.
#[derive(Debug, PartialEq, Eq)]
pub struct Written {
    /// Line, counted from 1.
    pub line: usize,
    /// The names after `crate`.
    pub names: Vec<String>,
}

/// Every path outside tests that begins with `crate` or `super`; `source_root` is the folder of the crate's root file.
pub fn written(source: &Source, source_root: &str) -> Vec<Written> {
    let module = module_of(&source.path, source_root);
    let code: String = source.lines().map(|(_, line)| format!("{line}\n")).collect();
    let mut found = Vec::new();
    for (start, anchor) in anchors(&code) {
        let line = code[..start].matches('\n').count() + 1;
        let base = match anchor {
            Anchor::Crate => Vec::new(),
            Anchor::Super(ups) => module[..module.len().saturating_sub(ups)].to_vec(),
        };
        let mut ends = Vec::new();
        spread(&code[start..], &base, &mut ends);
        found.extend(ends.into_iter().map(|names| Written { line, names }));
    }
    found
}

/// The module that a file holds, as names from the crate's root.
fn module_of(path: &str, source_root: &str) -> Vec<String> {
    let inner =
        path.strip_prefix(source_root).unwrap_or(path).trim_start_matches('/').trim_end_matches(".rs");
    let inner = inner.strip_suffix("/mod").unwrap_or(inner);
    inner.split('/').filter(|name| !["lib", "main", ""].contains(name)).map(str::to_owned).collect()
}

enum Anchor {
    Crate,
    Super(usize),
}

/// Where paths begin, just after `crate::` or the last `super::`.
fn anchors(code: &str) -> Vec<(usize, Anchor)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < code.len() {
        let rest = &code[at..];
        let begins = !code[..at]
            .ends_with(|last: char| last.is_alphanumeric() || last == '_' || last == ':' || last == '$');
        if begins && rest.starts_with("crate::") {
            at += "crate::".len();
            found.push((at, Anchor::Crate));
        } else if begins && rest.starts_with("super::") {
            let mut ups = 0;
            while code[at..].starts_with("super::") {
                (at, ups) = (at + "super::".len(), ups + 1);
            }
            found.push((at, Anchor::Super(ups)));
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    found
}

/// Follows a path, spreading `{a, b::{c, d}}`; gives the rest of the code after it.
fn spread<'a>(code: &'a str, base: &[String], ends: &mut Vec<Vec<String>>) -> &'a str {
    let mut names = base.to_vec();
    let mut rest = code.trim_start();
    loop {
        if let Some(group) = rest.strip_prefix('{') {
            rest = group.trim_start();
            while !rest.is_empty() && !rest.starts_with('}') {
                let before = rest.len();
                rest = spread(rest, &names, ends).trim_start();
                rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
                if rest.len() == before {
                    // Not a list of paths after all.
                    return rest;
                }
            }
            return rest.strip_prefix('}').unwrap_or(rest);
        }
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        if length == 0 {
            rest = rest.strip_prefix('*').unwrap_or(rest);
            ends.push(names);
            return rest;
        }
        if &rest[..length] != "self" {
            names.push(rest[..length].to_owned());
        }
        rest = &rest[length..];
        match rest.strip_prefix("::") {
            Some(after) => rest = after.trim_start(),
            None => {
                ends.push(names);
                let renamed = rest.trim_start().strip_prefix("as ");
                return renamed
                    .map_or(rest, |name| name.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_'));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &str, text: &str) -> Vec<String> {
        written(&Source::new(path, text), "backend/server/src")
            .into_iter()
            .map(|path| path.names.join("::"))
            .collect()
    }

    #[test]
    fn groups_are_spread_and_renames_dropped() {
        let text = "use crate::{audit, datasets::{self, service::create as make, Dataset}, models::*};\nlet x = crate::quotas::take(1);";
        assert_eq!(
            names("backend/server/src/training/service.rs", text),
            ["audit", "datasets", "datasets::service::create", "datasets::Dataset", "models", "quotas::take"]
        );
    }

    #[test]
    fn super_is_resolved_from_the_files_module() {
        let at = "backend/server/src/training/service.rs";
        assert_eq!(
            names(at, "use super::repository::find; use super::super::models::get;"),
            ["training::repository::find", "models::get"]
        );
        assert_eq!(names("backend/server/src/training/mod.rs", "use super::models;"), ["models"]);
        assert_eq!(names(at, "$crate::x; supercrate::y; // crate::z"), Vec::<String>::new());
    }
}
