//! Small disks that can be filled. What a test mounts is seen by nobody else and goes with whoever sees it.

use e2e::{Result, find};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// By which a test that is done in a room of its own is told so.
const INSIDE: &str = "AMAAS_TORTURE_ROOM";
const PRIVATE: [&str; 3] = ["--mount", "--propagation", "private"];

/// A mount name space of a test's own.
pub enum Room {
    /// The test is done in it, from here on.
    Inside,
    /// The test was done in it, by another process.
    Done,
    /// Nobody may make one here; why.
    Refused(String),
}

impl Room {
    /// Enters the room of a test that is known by its whole name: another process does it, in a mount name space that
    /// ends with it.
    pub fn enter(test: &str) -> Self {
        if std::env::var_os(INSIDE).is_some() {
            return Self::Inside;
        }
        if let Err(error) =
            run(Command::new("unshare").args(PRIVATE).args(["mount", "-t", "tmpfs", "tmpfs", "/mnt"]))
        {
            return Self::Refused(format!("nothing may be mounted here: {error}"));
        }
        let this = std::env::current_exe().unwrap();
        // It dies with this one, however this one ends.
        let mut inside = Command::new("setpriv");
        inside.args(["--pdeathsig", "KILL", "unshare"]).args(PRIVATE).arg(this);
        let ended = inside.args(["--exact", test, "--nocapture"]).env(INSIDE, "1").status().unwrap();
        assert!(ended.success(), "the test failed in its room; its lines are above");
        Self::Done
    }
}

/// A file system in memory, of a few mebibytes.
pub struct Space {
    folder: PathBuf,
}

impl Space {
    /// Mounts one over a folder of this room.
    pub fn over(folder: &Path, mebibytes: u64) -> Result<Self> {
        let options = format!("size={mebibytes}m");
        run(Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder))?;
        Ok(Self { folder: folder.to_owned() })
    }

    /// Mounts one over a folder as another process sees it, for its user; refused where that process shares the mounts
    /// of this one.
    pub fn within(process: u32, folder: &Path, mebibytes: u64) -> Result<Self> {
        let mounts = |process: &str| std::fs::read_link(format!("/proc/{process}/ns/mnt"));
        if mounts(&process.to_string())? == mounts("self")? {
            return Err("it would be mounted for everybody".into());
        }
        let owner = std::fs::metadata(format!("/proc/{process}"))?.uid();
        let options = format!("size={mebibytes}m,mode=0700,uid={owner}");
        let mut enter =
            Command::new(find("AMAAS_NSENTER", &["/usr/bin/nsenter".into()], "nsenter is missing")?);
        enter.args(["--target", &process.to_string(), "--mount", "--", "mount"]);
        run(enter.args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder))?;
        let seen = folder.strip_prefix("/")?;
        Ok(Self { folder: Path::new(&format!("/proc/{process}/root")).join(seen) })
    }

    fn ballast(&self) -> PathBuf {
        self.folder.join("ballast")
    }

    /// Leaves no byte.
    pub fn fill(&self) {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(self.ballast()).unwrap();
        for size in [1 << 20, 4096, 1] {
            let piece = vec![0; size];
            let error = loop {
                // What is written of the last piece stays there.
                if let Err(error) = file.write_all(&piece) {
                    break error;
                }
            };
            assert_eq!(error.kind(), ErrorKind::StorageFull, "{error}");
        }
    }

    /// Gives the room back.
    pub fn free(&self) {
        std::fs::remove_file(self.ballast()).unwrap();
    }
}

fn run(command: &mut Command) -> Result<()> {
    let ended = command.output()?;
    if ended.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&ended.stderr).trim().to_owned().into())
    }
}
