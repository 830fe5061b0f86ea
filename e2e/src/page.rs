//! What a person does with a page: reads a word and clicks it, fills a field by its label, walks by keyboard; and
//! what an accessibility checker says of it.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::webdriver::Element;
use crate::{Result, wait_for};

/// The key that moves the focus on.
pub const TAB: &str = "\u{e004}";
/// The key that sends a form and follows a link.
pub const ENTER: &str = "\u{e007}";
/// The key that closes what lies on top.
pub const ESCAPE: &str = "\u{e00c}";
/// The key that presses a button and ticks a box.
pub const SPACE: &str = " ";
/// The key that goes down a list.
pub const DOWN: &str = "\u{e015}";
/// The key that is held for commands.
pub const CONTROL: &str = "\u{e009}";

/// How many presses of Tab a page may need before something counts as out of reach.
const FARTHEST: usize = 150;

/// Finds what a person would press: the last one that is seen with exactly these words, as dialogs come last.
const PRESSABLE: &str = "const words = arguments[0];
    const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length > 0;
    const says = (one) => (one.getAttribute('aria-label') || one.innerText || '').trim().replace(/\\s+/g, ' ');
    const all = [...document.querySelectorAll('a, button, summary, label, [role=tab], [role=option]')];
    const open = document.querySelector('dialog[open]');
    const within = open ? all.filter((one) => open.contains(one)) : all;
    return within.filter((one) => says(one) === words && seen(one)).pop() || null;";

/// Finds a control by the words of its label.
const LABELLED: &str = "const words = arguments[0];
    const seen = (one) => one && one.checkVisibility({ visibilityProperty: true });
    const text = (one) => (one.innerText || '').trim().replace(/\\s+/g, ' ');
    for (const label of [...document.querySelectorAll('label')].reverse())
        if (text(label).startsWith(words) && seen(label.control)) return label.control;
    return [...document.querySelectorAll('input, select, textarea')].reverse()
        .find((one) => one.getAttribute('aria-label') === words && seen(one)) || null;";

/// What the focused element is called, as a screen reader would read it.
const FOCUSED: &str = "const one = document.activeElement;
    if (!one || one === document.body) return '';
    const text = (node) => (node?.innerText || '').trim().replace(/\\s+/g, ' ');
    const label = one.labels?.length ? text(one.labels[0]) : '';
    return one.getAttribute('aria-label') || label || text(one);";

impl Browser {
    fn element(&self, what: &str, script: &str, words: &str) -> Result<Element> {
        wait_for(what, || Ok(Element::from_value(&self.run(script, &[json!(words)])?)))
            .map_err(|error| format!("{error}; the page shows:\n{}", self.shown().unwrap_or_default()).into())
    }

    /// All that the page shows as text.
    ///
    /// # Errors
    /// When there is no page.
    pub fn shown(&self) -> Result<String> {
        Ok(self.run("return document.body.innerText", &[])?.as_str().unwrap_or_default().to_owned())
    }

    /// Clicks the link, button, tab or label that says exactly this.
    ///
    /// # Errors
    /// When none is seen in time, or something lies over it.
    pub fn press(&self, words: &str) -> Result<()> {
        let what = format!("something to press that says \"{words}\"");
        self.on_what_is_shown(&what, PRESSABLE, words, |element| self.click_element(element))
    }

    /// Does something to an element that is found by a script; one that the page replaced meanwhile is found again.
    fn on_what_is_shown(
        &self,
        what: &str,
        script: &str,
        words: &str,
        act: impl Fn(&Element) -> Result<()>,
    ) -> Result<()> {
        wait_for(what, || {
            let element = self.element(what, script, words)?;
            match act(&element) {
                Err(error) if error.to_string().contains("stale element") => Ok(None),
                done => done.map(Some),
            }
        })
    }

    /// Whether something to press says exactly this, now.
    ///
    /// # Errors
    /// When there is no page.
    pub fn offers(&self, words: &str) -> Result<bool> {
        Ok(!self.run(PRESSABLE, &[json!(words)])?.is_null())
    }

    /// Types into the field whose label begins with this, in the place of what it holds.
    ///
    /// # Errors
    /// When there is none in time.
    pub fn fill_labelled(&self, label: &str, text: &str) -> Result<()> {
        let what = format!("a field called \"{label}\"");
        self.on_what_is_shown(&what, LABELLED, label, |element| self.type_into(element, text))
    }

    /// Chooses an option of the selection whose label begins with this, by the words that the option begins with.
    ///
    /// # Errors
    /// When there is no such selection or option in time.
    pub fn choose(&self, label: &str, option: &str) -> Result<()> {
        const CHOOSE: &str = "const [select, words] = arguments;
            const option = [...(select.options || [])].find((one) => one.text.trim().startsWith(words));
            if (!option) return false;
            select.value = option.value;
            select.dispatchEvent(new Event('input', { bubbles: true }));
            select.dispatchEvent(new Event('change', { bubbles: true }));
            return true;";
        wait_for(&format!("the option \"{option}\" of \"{label}\""), || {
            let element = self.element(&format!("a selection called \"{label}\""), LABELLED, label)?;
            let chosen = self.run(CHOOSE, &[element.to_value(), json!(option)])?;
            Ok((chosen == json!(true)).then_some(()))
        })
    }

    /// Presses keys one after the other; the keys of `held` are down all the while.
    ///
    /// # Errors
    /// When the browser refuses.
    pub fn keys(&self, held: &str, keys: &str) -> Result<()> {
        let each = |kind: &'static str| move |key: char| json!({"type": kind, "value": key.to_string()});
        let pressed = keys.chars().flat_map(|key| [each("keyDown")(key), each("keyUp")(key)]);
        let actions: Vec<Value> = held
            .chars()
            .map(each("keyDown"))
            .chain(pressed)
            .chain(held.chars().rev().map(each("keyUp")))
            .collect();
        self.post("actions", &json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]}))
    }

    /// What the focused element is called.
    ///
    /// # Errors
    /// When there is no page.
    pub fn focused(&self) -> Result<String> {
        Ok(self.run(FOCUSED, &[])?.as_str().unwrap_or_default().to_owned())
    }

    /// Walks on by Tab until the focus is on what is called like this.
    ///
    /// # Errors
    /// When it is out of reach for the keyboard; then what was passed is named.
    pub fn walk_to(&self, name: &str) -> Result<()> {
        // What is asked for may still be on its way.
        let mut passed = Vec::new();
        for _ in 0..3 {
            for _ in 0..FARTHEST {
                let now = self.focused()?;
                if now.starts_with(name) {
                    return Ok(());
                }
                passed.push(now);
                self.keys("", TAB)?;
            }
        }
        passed.dedup();
        passed.truncate(FARTHEST);
        Err(format!("the keyboard does not reach \"{name}\"; it passed {passed:?}").into())
    }

    /// Makes the window as wide and as high as this, in CSS pixels.
    ///
    /// # Errors
    /// When Chromium refuses.
    pub fn resize(&self, width: u32, height: u32) -> Result<()> {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", &metrics)
    }

    /// Chooses a file in the field of this selector, as the system's dialog would.
    ///
    /// # Errors
    /// When there is no such field.
    pub fn give_file(&self, selector: &str, file: &std::path::Path) -> Result<()> {
        const FIELD: &str = "return document.querySelector(arguments[0])";
        let element = self.element(&format!("`{selector}`"), FIELD, selector)?;
        self.post(&element.path("value"), &json!({"text": file.to_string_lossy()}))
    }

    /// Drops a CSV made in the browser: a head, and a row many times.
    ///
    /// # Errors
    /// When there is no page.
    pub fn drop_large_file(&self, name: &str, head: &str, row: &str, times: u32) -> Result<()> {
        const DROP: &str = "const [name, head, row, times] = arguments;
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([head, row.repeat(times)], name, { type: 'text/csv' }));
            for (const kind of ['dragenter', 'dragover', 'drop'])
                document.body.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer }));";
        self.run(DROP, &[json!(name), json!(head), json!(row), json!(times)]).map(drop)
    }

    /// Lets uploads go at this many bytes a second at most; none lifts it.
    ///
    /// # Errors
    /// When Chromium refuses.
    pub fn limit_uploads(&self, bytes_per_second: Option<u32>) -> Result<()> {
        let upload = bytes_per_second.map_or(-1, i64::from);
        let conditions =
            json!({"offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": upload});
        self.devtools("Network.emulateNetworkConditions", &conditions)
    }

    /// Refuses every request whose address is like one of these, with `*` for anything; none lifts it.
    ///
    /// # Errors
    /// When Chromium refuses.
    pub fn refuse(&self, addresses: &[&str]) -> Result<()> {
        self.devtools("Network.setBlockedURLs", &json!({"urls": addresses}))
    }

    /// Opens another tab and turns to it; gives the handles of the old and the new one.
    ///
    /// # Errors
    /// When the browser refuses.
    pub fn open_tab(&self) -> Result<(String, String)> {
        let text = |value: Value| value.as_str().unwrap_or_default().to_owned();
        let old = text(self.get("window")?);
        let new = text(self.ask("window/new", &json!({"type": "tab"}))?["handle"].take());
        self.turn_to(&new)?;
        Ok((old, new))
    }

    /// Turns to a tab.
    ///
    /// # Errors
    /// When it is gone.
    pub fn turn_to(&self, handle: &str) -> Result<()> {
        self.post("window", &json!({"handle": handle}))
    }

    /// Waits until what was changed is drawn: colours change with the next picture, not at once.
    pub(crate) fn drawn(&self) -> Result<()> {
        const FRAMES: &str =
            "requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(arguments[0], 20)))";
        self.run_async(FRAMES, &[]).map(drop)
    }

    /// What axe-core finds wrong with the page and calls serious or critical, by the rules of WCAG 2.2 A and AA.
    ///
    /// # Errors
    /// When the checker can't be read or run.
    pub fn axe(&self) -> Result<Vec<String>> {
        const RUN: &str = "const done = arguments[0];
            axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
                .then((found) => done(found.violations
                    .filter((one) => ['serious', 'critical'].includes(one.impact))
                    .flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html} (${node.failureSummary})`))))
                .catch((reason) => done([`axe did not run: ${reason}`]));";
        let mend = "there is no axe-core: `cargo xtask test` fetches it";
        let file = crate::process::find("AMAAS_AXE", &[crate::root().join("target/tools/axe.min.js")], mend)?;
        self.drawn()?;
        // The page's own policy forbids it to evaluate text; the driver may.
        if self.run("return typeof axe", &[])? == json!("undefined") {
            self.run(&std::fs::read_to_string(file)?, &[])?;
        }
        let found = self.run_async(RUN, &[])?;
        Ok(found
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| one.as_str().unwrap_or_default().to_owned())
            .collect())
    }
}
