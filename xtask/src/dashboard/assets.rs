//! Files of the dashboard on their way out: hashed names, compressed forms, put in place at once.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// Kinds of files that shrink; pictures and fonts are compressed already.
const SHRINKING: [&str; 9] = ["html", "js", "css", "wasm", "svg", "json", "txt", "webmanifest", "xml"];

/// A folder being filled, which takes the place of the old one when it is whole.
pub struct Assets {
    folder: PathBuf,
}

impl Assets {
    /// An empty folder.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn new(folder: PathBuf) -> Result<Self> {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("assets"))?;
        Ok(Self { folder })
    }

    /// Adds a file under `assets/` whose name carries its content's hash; gives that name and the compressed size.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn add_hashed(&mut self, stem: &str, extension: &str, content: &[u8]) -> Result<(String, u64)> {
        let name = format!("{stem}-{}.{extension}", short_hash(content));
        let compressed = self.add(&format!("assets/{name}"), content)?;
        Ok((name, compressed))
    }

    /// Adds a file under its own name; gives its compressed size.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn add(&mut self, path: &str, content: &[u8]) -> Result<u64> {
        let file = self.folder.join(path);
        if let Some(parent) = file.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(&file, content).with_context(|| format!("{} can't be written", file.display()))?;
        let extension =
            Path::new(path).extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if !SHRINKING.contains(&extension) {
            return Ok(content.len() as u64);
        }
        let brotli = by_brotli(content)?;
        std::fs::write(self.folder.join(format!("{path}.br")), &brotli)?;
        std::fs::write(self.folder.join(format!("{path}.gz")), by_gzip(content)?)?;
        Ok(brotli.len() as u64)
    }

    /// Puts the folder in the place of another.
    ///
    /// # Errors
    /// When it can't be moved.
    pub fn replace(self, place: &Path) -> Result<()> {
        if place.exists() {
            std::fs::remove_dir_all(place)?;
        }
        std::fs::rename(&self.folder, place).with_context(|| format!("{} can't be written", place.display()))
    }
}

fn by_brotli(content: &[u8]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &content[..], &mut out, &parameters)?;
    Ok(out)
}

fn by_gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

/// The first 16 hexadecimal digits of a SHA-256.
pub fn short_hash(content: &[u8]) -> String {
    Sha256::digest(content).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Every file below a folder, sorted; none when the folder isn't there.
///
/// # Errors
/// When a folder can't be read.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn a_name_changes_with_the_content_and_only_then() {
        let folder = tempfile::tempdir().unwrap();
        let mut assets = Assets::new(folder.path().join("new")).unwrap();
        let first = assets.add_hashed("app", "js", b"one").unwrap().0;
        assert_eq!(first, assets.add_hashed("app", "js", b"one").unwrap().0);
        assert_ne!(first, assets.add_hashed("app", "js", b"two").unwrap().0);
        assert!(first.starts_with("app-") && first.ends_with(".js"));
    }

    #[test]
    fn compressed_forms_unpack_to_the_file_and_pictures_get_none() {
        let folder = tempfile::tempdir().unwrap();
        let mut assets = Assets::new(folder.path().join("new")).unwrap();
        let text = b"calm, dense, exact ".repeat(50);
        assert!(assets.add("page.html", &text).unwrap() < text.len() as u64);
        assets.add("icon.png", &text).unwrap();
        let place = folder.path().join("place");
        assets.replace(&place).unwrap();

        let (mut brotli, mut gzip) = (Vec::new(), Vec::new());
        brotli::Decompressor::new(std::fs::File::open(place.join("page.html.br")).unwrap(), 4096)
            .read_to_end(&mut brotli)
            .unwrap();
        flate2::read::GzDecoder::new(std::fs::File::open(place.join("page.html.gz")).unwrap())
            .read_to_end(&mut gzip)
            .unwrap();
        assert!(brotli == text && gzip == text);
        assert!(!place.join("icon.png.br").exists());
    }

    #[test]
    fn a_new_build_leaves_nothing_of_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("place");
        for name in ["old.txt", "new.txt"] {
            let mut assets = Assets::new(folder.path().join("work")).unwrap();
            assets.add(name, b"x").unwrap();
            assets.replace(&place).unwrap();
        }
        assert!(place.join("new.txt").exists() && !place.join("old.txt").exists());
    }
}
