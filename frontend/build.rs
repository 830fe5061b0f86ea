//! Lays the messages of each language out in the order of the keys and without their names: the first part of the
//! dashboard carries the texts of all pages, and should carry nothing else.
// Cargo tells a build script by variables where to write.
#![allow(clippy::disallowed_methods)]

use std::{collections::HashMap, env, error::Error, fs, path::Path};

/// Stands between two messages; no message holds it.
const BETWEEN: &str = "\u{1f}";
const KEYS: &str = "src/i18n/keys.rs";

fn main() -> Result<(), Box<dyn Error>> {
    let source = fs::read_to_string(KEYS)?;
    let (_, list) = source.split_once("\nkeys! {").ok_or("there is no list of keys")?;
    let keys: Vec<&str> = list.split('}').next().unwrap_or_default().split_whitespace().collect();
    let folder = env::var("OUT_DIR")?;
    for language in ["en", "zh"] {
        let file = format!("messages/{language}.json");
        let messages: HashMap<String, String> = serde_json::from_str(&fs::read_to_string(&file)?)?;
        // A key without a message shows its own name; a test finds it.
        let texts: Vec<&str> =
            keys.iter().map(|key| messages.get(*key).map_or(*key, String::as_str)).collect();
        fs::write(Path::new(&folder).join(language), texts.join(BETWEEN))?;
        println!("cargo::rerun-if-changed={file}");
    }
    println!("cargo::rerun-if-changed={KEYS}");
    Ok(())
}
