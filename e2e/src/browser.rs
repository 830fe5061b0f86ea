//! A headless Chromium and what it saw.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{Process, find};
use crate::webdriver::{Element, Session};
use crate::{Result, root, wait_for};

/// The colour scheme that the system asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// What the browser wrote down since it was last asked.
#[derive(Debug, Default)]
pub struct Seen {
    /// Errors on the console: failed requests, uncaught exceptions, breaches of the content security policy.
    pub errors: Vec<String>,
    /// Every `host:port` that was asked for something.
    pub hosts: BTreeSet<String>,
}

/// A headless Chromium with an empty profile; gone when dropped.
pub struct Browser {
    // Dropped in this order: the session closes Chromium, then the driver goes, then the profile.
    session: Session,
    _driver: Process,
    _folder: TempDir,
}

/// How often ChromeDriver is started before it is given up.
const DRIVER_TRIES: usize = 5;

/// Starts as root, contacts nobody by itself.
const SWITCHES: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--lang=en-US",
    "--force-device-scale-factor=1",
];

impl Browser {
    /// Opens a window of 1,280 × 900 pixels.
    ///
    /// # Errors
    /// When Chromium or its driver is missing or doesn't start.
    pub fn open() -> Result<Self> {
        let debian = |name: &str| PathBuf::from(format!("/usr/bin/{name}"));
        let mend = "there is no Chromium: `cargo xtask test` installs it, or on Debian `apt-get install chromium chromium-driver`";
        let chromium = find("AMAAS_CHROMIUM", &[debian("chromium"), debian("google-chrome")], mend)?;
        let driver = find("AMAAS_CHROMEDRIVER", &[debian("chromedriver")], mend)?;

        let folder = tempfile::tempdir()?;
        let (process, port) = start_driver(&driver, &folder.path().join("driver.log"))?;

        let profile = format!("--user-data-dir={}", folder.path().join("profile").display());
        let mut switches: Vec<&str> = SWITCHES.to_vec();
        switches.extend(["--window-size=1280,900", &profile]);
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": {"binary": chromium, "args": switches},
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        });
        let session = Session::open(&format!("http://127.0.0.1:{port}"), &capabilities)?;
        Ok(Self { session, _driver: process, _folder: folder })
    }

    /// Opens a page.
    ///
    /// # Errors
    /// When it can't be loaded.
    pub fn visit(&self, url: &str) -> Result<()> {
        self.session.post("url", &json!({"url": url})).map(drop)
    }

    /// The path of the page that is shown, without its host.
    ///
    /// # Errors
    /// When there is none.
    pub fn path(&self) -> Result<String> {
        Ok(self.session.run("return location.pathname", &[])?.as_str().unwrap_or_default().to_owned())
    }

    /// Waits for an element that can be seen.
    ///
    /// # Errors
    /// When it doesn't come in time.
    pub fn find(&self, selector: &str) -> Result<Element> {
        wait_for(&format!("`{selector}`"), || {
            for element in self.session.find_all(selector)? {
                if self.session.get(&element.path("displayed"))? == json!(true) {
                    return Ok(Some(element));
                }
            }
            Ok(None)
        })
    }

    /// Waits until the page shows a text; gives all that it shows.
    ///
    /// # Errors
    /// When it doesn't come in time; then the end of what is shown is named.
    pub fn find_text(&self, text: &str) -> Result<String> {
        let mut shown = String::new();
        let found = wait_for(&format!("the text \"{text}\""), || {
            shown = self
                .session
                .run("return document.body.innerText", &[])?
                .as_str()
                .unwrap_or_default()
                .to_owned();
            Ok(shown.contains(text).then(|| shown.clone()))
        });
        found.map_err(|error| format!("{error}; the page shows:\n{shown}").into())
    }

    /// Waits for an element and clicks it.
    ///
    /// # Errors
    /// When it doesn't come or something lies over it.
    pub fn click(&self, selector: &str) -> Result<()> {
        self.click_element(&self.find(selector)?)
    }

    /// Clicks an element.
    pub(crate) fn click_element(&self, element: &Element) -> Result<()> {
        self.session.post(&element.path("click"), &json!({})).map(drop)
    }

    /// Types into an element, in the place of what it holds.
    pub(crate) fn type_into(&self, element: &Element, text: &str) -> Result<()> {
        self.session.post(&element.path("clear"), &json!({}))?;
        self.session.post(&element.path("value"), &json!({"text": text})).map(drop)
    }

    /// A command of WebDriver whose answer says nothing.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<()> {
        self.session.post(path, body).map(drop)
    }

    /// A command of WebDriver with its answer.
    pub(crate) fn ask(&self, path: &str, body: &Value) -> Result<Value> {
        self.session.post(path, body)
    }

    /// A question of WebDriver.
    pub(crate) fn get(&self, path: &str) -> Result<Value> {
        self.session.get(path)
    }

    /// A command of the DevTools protocol.
    pub(crate) fn devtools(&self, command: &str, parameters: &Value) -> Result<()> {
        self.session.devtools(command, parameters).map(drop)
    }

    /// Runs a script that calls its last argument when it is done.
    pub(crate) fn run_async(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        self.session.post("execute/async", &json!({"script": script, "args": arguments}))
    }

    /// Waits for a field and types into it.
    ///
    /// # Errors
    /// When it doesn't come or takes no text.
    pub fn fill(&self, selector: &str, text: &str) -> Result<()> {
        self.type_into(&self.find(selector)?, text)
    }

    /// Drops a file on an element, as a hand with a mouse would.
    ///
    /// # Errors
    /// When the element doesn't come.
    pub fn drop_file(&self, selector: &str, name: &str, media: &str, content: &str) -> Result<()> {
        const DROP: &str = "const [target, name, type, content] = arguments;
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([content], name, { type }));
            for (const kind of ['dragenter', 'dragover', 'drop'])
                target.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, composed: true, dataTransfer }));";
        let target = self.find(selector)?.to_value();
        self.session.run(DROP, &[target, json!(name), json!(media), json!(content)]).map(drop)
    }

    /// Runs a script in the page.
    ///
    /// # Errors
    /// When it throws.
    pub fn run(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        self.session.run(script, arguments)
    }

    /// Switches the system's colour scheme and waits until every colour has arrived.
    ///
    /// # Errors
    /// When Chromium refuses, or colours go on changing.
    pub fn look(&self, look: Look) -> Result<()> {
        let value = if look == Look::Dark { "dark" } else { "light" };
        // Without motion, so that a picture shows a state and not the way to it.
        let features = json!({"features": [
            {"name": "prefers-color-scheme", "value": value},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]});
        self.session.devtools("Emulation.setEmulatedMedia", &features)?;
        const UNDER_WAY: &str = "return document.getAnimations()
            .some((one) => one instanceof CSSTransition && one.playState !== 'finished')";
        wait_for("the end of the change of colours", || {
            Ok((self.session.run(UNDER_WAY, &[])? == json!(false)).then_some(()))
        })
    }

    /// Saves a picture of the page as `target/screenshots/NAME.png`.
    ///
    /// # Errors
    /// When it can't be taken or written.
    pub fn screenshot(&self, name: &str) -> Result<PathBuf> {
        let folder = root().join("target/screenshots");
        std::fs::create_dir_all(&folder)?;
        let file = folder.join(format!("{name}.png"));
        self.drawn()?;
        let picture = self.session.get("screenshot")?;
        std::fs::write(&file, STANDARD.decode(picture.as_str().unwrap_or_default())?)?;
        Ok(file)
    }

    /// What the browser wrote down since it was last asked.
    ///
    /// # Errors
    /// When the logs can't be read.
    pub fn seen(&self) -> Result<Seen> {
        let errors = self.session.log("browser")?.into_iter().filter(|entry| entry["level"] == "SEVERE");
        let errors = errors.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect();
        let mut hosts = BTreeSet::new();
        for entry in self.session.log("performance")? {
            let event: Value = serde_json::from_str(entry["message"].as_str().unwrap_or_default())?;
            if event["message"]["method"] == "Network.requestWillBeSent" {
                hosts.extend(host_of(
                    event["message"]["params"]["request"]["url"].as_str().unwrap_or_default(),
                ));
            }
        }
        Ok(Seen { errors, hosts })
    }
}

/// Starts ChromeDriver and waits until it listens; on which port.
fn start_driver(program: &Path, log: &Path) -> Result<(Process, u16)> {
    let told = |why: String| {
        let lines = std::fs::read_to_string(log).unwrap_or_default();
        format!("{why}; it wrote into {}:\n{lines}", log.display())
    };
    // It draws a free port of IPv4 and wants the same of IPv6: where somebody has that one, it ends at once.
    for _ in 0..DRIVER_TRIES {
        let mut process = Process::start(program, &["--port=0"], &[], log)?;
        let port = wait_for("ChromeDriver", || {
            // In this order: what it wrote before its end is read.
            let has_ended = process.has_ended();
            let port = port_of(&std::fs::read_to_string(log)?);
            Ok((has_ended || port.is_some()).then_some(port))
        });
        if let Some(port) = port.map_err(|error| told(error.to_string()))? {
            return Ok((process, port));
        }
    }
    Err(told(format!("ChromeDriver ended at each of {DRIVER_TRIES} starts")).into())
}

/// The port that ChromeDriver says it listens on.
fn port_of(log: &str) -> Option<u16> {
    let rest = log.split("successfully on port ").nth(1)?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The host and port of an address on the network; none for `data:` and the like.
fn host_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let on_network = ["http", "https", "ws", "wss"].contains(&scheme);
    on_network.then(|| rest.split(['/', '?', '#']).next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_what_the_driver_says() {
        let log =
            "Starting ChromeDriver 156 on port 0\nChromeDriver was started successfully on port 43121.\n";
        assert_eq!(port_of("Starting ChromeDriver 156 on port 0"), None);
        assert_eq!(port_of(log), Some(43_121));
    }

    /// A driver whose IPv6 port is taken at its first `failures` starts.
    fn driver(folder: &Path, failures: usize) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let script = format!(
            "#!/bin/sh\ncd {}\necho >>starts\n[ $(wc -l <starts) -gt {failures} ] || {{ echo 'IPv6 port not available.'; exit 1; }}\n\
             echo 'ChromeDriver was started successfully on port 43121.'\nexec sleep 60\n",
            folder.display()
        );
        let file = folder.join("driver");
        std::fs::write(&file, script).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        file
    }

    #[test]
    fn a_driver_whose_port_is_taken_is_started_anew_and_one_that_always_ends_is_told_with_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let (_driver, port) = start_driver(&driver(folder.path(), 2), &log).unwrap();
        assert_eq!(port, 43_121);
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let told = start_driver(&driver(folder.path(), 99), &log).map(|_| ()).unwrap_err().to_string();
        assert!(told.contains(&log.display().to_string()), "{told}");
        assert!(told.contains("IPv6 port not available"), "{told}");
    }

    #[test]
    fn hosts_are_told_from_what_is_not_on_the_network() {
        assert_eq!(host_of("http://127.0.0.1:80/a?b").as_deref(), Some("127.0.0.1:80"));
        assert_eq!(host_of("data:text/plain,x://y"), None);
        assert_eq!(host_of("blob:http://x/y"), None);
    }
}
