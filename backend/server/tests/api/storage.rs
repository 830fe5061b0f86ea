//! The storage: the same guarantees on the folder and on a real S3 server.

use crate::support::S3Server;
use amaas::{config::Config, infra::clock::Clock, infra::storage::Storage};
use contract::Timestamp;
use futures_util::TryStreamExt;
use tempfile::TempDir;

/// Larger than what is sent to S3 in one piece.
const LARGE: usize = 12 * 1024 * 1024 + 7;

fn open(folder: &TempDir, settings: &[(&str, &str)]) -> Storage {
    let mut overrides = vec![("server.data_dir", folder.path().display().to_string())];
    overrides.extend(settings.iter().map(|(key, value)| (*key, (*value).to_owned())));
    Storage::open(&Config::load(None, &overrides).unwrap()).unwrap()
}

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8).collect()
}

macro_rules! on_folder_and_s3 {
    ($($guarantee:ident)*) => {
        mod folder {
            use super::*;
            $(#[actix_web::test]
            async fn $guarantee() {
                let folder = TempDir::new().unwrap();
                super::$guarantee(&open(&folder, &[])).await;
            })*
        }
        mod s3 {
            use super::*;
            $(#[actix_web::test]
            async fn $guarantee() {
                let (server, folder) = (S3Server::start().await, TempDir::new().unwrap());
                super::$guarantee(&open(&folder, &server.settings())).await;
            })*
        }
    };
}

on_folder_and_s3! {
    what_was_put_is_read_back_whole_in_part_and_in_pieces
    a_large_object_appears_whole_and_only_when_it_is_finished
    an_aborted_object_never_appears
    a_deleted_object_is_absent_and_deleting_it_again_is_no_fault
    a_new_object_takes_the_place_of_the_old_one
    a_listing_names_each_object_once
}

async fn what_was_put_is_read_back_whole_in_part_and_in_pieces(storage: &Storage) {
    let bytes = pattern(100_000);
    storage.put("tenants/a/x.csv", bytes.clone().into()).await.unwrap();
    assert_eq!(storage.get("tenants/a/x.csv").await.unwrap(), bytes);
    assert_eq!(storage.head("tenants/a/x.csv", 1000).await.unwrap(), bytes[..1000]);
    assert_eq!(storage.head("tenants/a/x.csv", 1 << 30).await.unwrap(), bytes);
    assert_eq!(storage.size("tenants/a/x.csv").await.unwrap(), Some(100_000));
    let pieces: Vec<_> = storage.stream("tenants/a/x.csv").await.unwrap().try_collect().await.unwrap();
    assert_eq!(pieces.concat(), bytes);
}

async fn a_large_object_appears_whole_and_only_when_it_is_finished(storage: &Storage) {
    let bytes = pattern(LARGE);
    let mut writer = storage.write("tenants/a/large").await.unwrap();
    for piece in bytes.chunks(65_536) {
        writer.write(piece.to_vec().into()).await.unwrap();
    }
    assert_eq!(storage.size("tenants/a/large").await.unwrap(), None);
    assert!(storage.list("tenants").await.unwrap().is_empty());
    writer.finish().await.unwrap();
    assert_eq!(storage.size("tenants/a/large").await.unwrap(), Some(LARGE as u64));
    assert!(storage.get("tenants/a/large").await.unwrap() == bytes, "the bytes differ");
}

async fn an_aborted_object_never_appears(storage: &Storage) {
    let mut writer = storage.write("tenants/a/aborted").await.unwrap();
    writer.write(pattern(LARGE).into()).await.unwrap();
    writer.abort().await;
    assert_eq!(storage.size("tenants/a/aborted").await.unwrap(), None);
    assert!(storage.get("tenants/a/aborted").await.is_err());
}

async fn a_deleted_object_is_absent_and_deleting_it_again_is_no_fault(storage: &Storage) {
    storage.put("tenants/a/gone", b"1".to_vec().into()).await.unwrap();
    storage.delete("tenants/a/gone").await.unwrap();
    storage.delete("tenants/a/gone").await.unwrap();
    assert_eq!(storage.size("tenants/a/gone").await.unwrap(), None);
    assert!(storage.stream("tenants/a/gone").await.is_err());
}

async fn a_new_object_takes_the_place_of_the_old_one(storage: &Storage) {
    storage.put("tenants/a/x", b"the old one, which is longer".to_vec().into()).await.unwrap();
    storage.put("tenants/a/x", b"the new one".to_vec().into()).await.unwrap();
    assert_eq!(storage.get("tenants/a/x").await.unwrap(), b"the new one"[..]);
}

async fn a_listing_names_each_object_once(storage: &Storage) {
    for key in ["tenants/a/1", "tenants/a/deeper/2", "tenants/b/3", "elsewhere/4"] {
        storage.put(key, b"12345".to_vec().into()).await.unwrap();
    }
    let mut keys: Vec<_> = storage.list("tenants").await.unwrap();
    keys.sort_by(|a, b| a.key.cmp(&b.key));
    let found: Vec<_> = keys.iter().map(|object| (object.key.as_str(), object.size_bytes)).collect();
    assert_eq!(found, [("tenants/a/1", 5), ("tenants/a/deeper/2", 5), ("tenants/b/3", 5)]);
}

#[actix_web::test]
async fn a_link_that_leads_out_of_the_folder_is_not_followed() {
    let (folder, outside) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let storage = open(&folder, &[]);
    std::fs::write(outside.path().join("secret"), "not yours").unwrap();
    std::fs::create_dir_all(folder.path().join("objects/tenants")).unwrap();
    let link = folder.path().join("objects/tenants/a");
    std::os::unix::fs::symlink(outside.path(), link).unwrap();
    assert!(storage.get("tenants/a/secret").await.is_err());
    assert!(storage.put("tenants/a/new", b"1".to_vec().into()).await.is_err());
    assert!(storage.delete("tenants/a/secret").await.is_err());
    assert!(outside.path().join("secret").exists());
    assert!(!outside.path().join("new").exists());
}

#[actix_web::test]
async fn what_a_killed_process_left_half_written_is_removed_once_it_is_old() {
    let folder = TempDir::new().unwrap();
    let storage = open(&folder, &[]);
    storage.put("tenants/a/whole", b"1".to_vec().into()).await.unwrap();
    let left = folder.path().join("objects/tenants/a/data.csv#1");
    std::fs::write(&left, "half").unwrap();
    let clock = Clock::default();
    let an_hour_ago = |clock: &Clock| Timestamp::from_millis(clock.now().millis() - 3_600_000);
    assert_eq!(storage.remove_leftovers(an_hour_ago(&clock)).await.unwrap(), 0);
    assert!(left.exists());
    clock.advance_seconds(3700);
    assert_eq!(storage.remove_leftovers(an_hour_ago(&clock)).await.unwrap(), 1);
    assert!(!left.exists());
    assert_eq!(storage.get("tenants/a/whole").await.unwrap(), b"1"[..]);
}

#[actix_web::test]
async fn the_folder_is_for_our_eyes_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    open(&folder, &[]);
    let mode = std::fs::metadata(folder.path().join("objects")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[actix_web::test]
async fn a_storage_that_is_not_there_is_said_to_be_unavailable() {
    let folder = TempDir::new().unwrap();
    let settings = [("storage.url", "s3://files"), ("storage.endpoint", "http://127.0.0.1:9")];
    let error = open(&folder, &settings).size("x").await.unwrap_err();
    assert_eq!(error.code(), contract::Code::Unavailable);
}
