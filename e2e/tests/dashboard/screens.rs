//! Every screen and every dialog: no serious finding of axe-core in either colour scheme, nothing that sticks out at
//! 360 pixels, no message of the console; and, when `AMAAS_SCREENSHOTS` asks for it, pictures in light, dark, narrow
//! and 中文.

use super::{assert_clean, sign_in};
use crate::world::{World, furnish};
use e2e::{Browser, Look, Program, Setup};
use serde_json::json;
use std::collections::BTreeMap;

/// A screen: its name, its path after the tenant's (or from the root), and a selector that is there once it is.
struct Screen {
    name: &'static str,
    path: String,
    ready: &'static str,
    /// What is pressed to open the dialog that is meant.
    press: Option<&'static str>,
}

fn screen(name: &'static str, path: impl Into<String>, ready: &'static str) -> Screen {
    Screen { name, path: path.into(), ready, press: None }
}

fn dialog(name: &'static str, path: impl Into<String>, press: &'static str) -> Screen {
    Screen { name, path: path.into(), ready: "main h1", press: Some(press) }
}

/// A screen with all that is folded away.
fn unfolded(name: &'static str, path: impl Into<String>, ready: &'static str) -> Screen {
    Screen { name, path: path.into(), ready, press: Some(UNFOLD) }
}

/// What anybody sees.
fn outside(world: &World) -> Vec<Screen> {
    vec![
        screen("sign-in", "/sign-in", "form"),
        screen("sign-up", "/sign-up", "form"),
        screen("invitation", world.invitation.as_str(), "h1"),
        screen("invitation-broken", "/invite", "h1"),
        screen("forgot", "/forgot", "form"),
        screen("reset", "/reset#token=of-no-use", "form"),
        screen("reset-broken", "/reset", "h1"),
        screen("confirm-email", "/confirm-email#token=of-no-use", "form"),
        screen("nothing-here", "/no/such/page", "h1"),
    ]
}

/// What a member sees of data and models.
fn learning(home: &str, world: &World) -> Vec<Screen> {
    let data = format!("{home}/datasets/{}", world.diamonds);
    let ragged = format!("{home}/datasets/{}", world.broken);
    let (price, species) =
        (format!("{home}/models/{}", world.price), format!("{home}/models/{}", world.species));
    let churn = format!("{home}/models/{}", world.churn);
    vec![
        screen("home", home, "main section"),
        screen("datasets", format!("{home}/datasets"), "main table"),
        screen("dataset-columns", data.as_str(), "main figure"),
        screen("dataset-rows", format!("{data}?tab=rows"), "main table"),
        screen("dataset-rejects", format!("{ragged}?tab=rejects"), "main table"),
        screen("dataset-correlations", format!("{data}?tab=correlations"), "main figure"),
        screen("dataset-used", format!("{data}?tab=used"), "main table"),
        screen("train", format!("{data}/train"), "main form"),
        unfolded("train-number-unfolded", format!("{data}/train"), "main form"),
        unfolded("train-class-unfolded", format!("{home}/datasets/{}/train", world.penguins), "main form"),
        screen("runs", format!("{home}/runs"), "main table"),
        screen("run", format!("{home}/runs/{}", world.run), "main section"),
        screen("run-searched", format!("{home}/runs/{}", world.searched), "main figure svg"),
        screen("run-failed", format!("{home}/runs/{}", world.failed), "main [role=alert]"),
        screen("models", format!("{home}/models"), "main table"),
        screen("model-number-scores", price.as_str(), "main table"),
        screen("model-number-pictures", format!("{price}?tab=pictures"), "main svg"),
        screen("model-number-coefficients", format!("{price}?tab=coefficients"), "main section"),
        screen("model-class-scores", species.as_str(), "main table"),
        screen("model-class-pictures", format!("{species}?tab=pictures"), "main svg"),
        screen("model-class-coefficients", format!("{species}?tab=coefficients"), "main section"),
        screen("model-trees-scores", churn.as_str(), "main table"),
        screen("model-trees-pictures", format!("{churn}?tab=pictures"), "main svg"),
        screen("model-trees-certainty", format!("{churn}?tab=certainty"), "main figure"),
        screen("model-trees-importance", format!("{churn}?tab=importance"), "main figure"),
        screen("model-trees-segments", format!("{churn}?tab=segments"), "main table"),
        screen("model-trees-lineage", format!("{churn}?tab=lineage"), "main dl"),
        screen("model-number-certainty", format!("{price}?tab=certainty"), "main section"),
        screen("model-number-importance", format!("{price}?tab=importance"), "main section"),
        screen("model-number-segments", format!("{price}?tab=segments"), "main section"),
        screen("model-columns", format!("{price}?tab=columns"), "main table"),
        screen("model-lineage", format!("{price}?tab=lineage"), "main dl"),
    ]
}

/// What a member sees of endpoints, keys, people and limits.
fn serving(home: &str, world: &World) -> Vec<Screen> {
    let endpoint = format!("{home}/endpoints/diamond-prices");
    vec![
        screen("endpoints", format!("{home}/endpoints"), "main table"),
        screen("endpoint-new", format!("{home}/endpoints?create=1"), "main form"),
        screen("endpoint", endpoint.as_str(), "main table"),
        screen("endpoint-playground", format!("{endpoint}?tab=playground"), "main form"),
        screen("endpoint-code", format!("{endpoint}?tab=code"), "main pre"),
        screen("endpoint-usage", format!("{endpoint}?tab=usage"), "main dl"),
        screen("keys", format!("{home}/keys"), "main table"),
        screen("key-new", format!("{home}/keys?create=1"), "main form"),
        screen("key", format!("{home}/keys/{}", world.key), "main dl"),
        screen("members", format!("{home}/members"), "main table"),
        screen("usage", format!("{home}/usage"), "main progress"),
        screen("audit", format!("{home}/audit"), "main table, main details"),
        screen("settings-profile", format!("{home}/settings"), "main form"),
        screen("settings-security", format!("{home}/settings?tab=security"), "main form"),
        screen("settings-looks", format!("{home}/settings?tab=looks"), "main section"),
        screen("settings-organisation", format!("{home}/settings?tab=organisation"), "main section"),
        screen("operator-tenants", "/operator", "main table"),
        screen("operator-queue", "/operator?tab=queue", "main section"),
        screen("operator-health", "/operator?tab=health", "main dl"),
    ]
}

/// The dialogs, each on its screen.
fn dialogs(home: &str, world: &World) -> Vec<Screen> {
    let data = format!("{home}/datasets/{}", world.diamonds);
    let endpoint = format!("{home}/endpoints/penguin-species");
    let key = format!("{home}/keys/{}", world.key);
    vec![
        dialog("dialog-dataset-reading", data.as_str(), "Change"),
        dialog("dialog-dataset-delete", data.as_str(), "Delete"),
        dialog("dialog-model-delete", format!("{home}/models/{}", world.price), "Delete"),
        dialog("dialog-endpoint-change", endpoint.as_str(), "Change the model"),
        dialog("dialog-endpoint-roll-back", endpoint.as_str(), "Roll back"),
        dialog("dialog-endpoint-delete", endpoint.as_str(), "Delete"),
        dialog("dialog-key-roll", key.as_str(), "Roll"),
        dialog("dialog-key-revoke", key.as_str(), "Revoke"),
        dialog("dialog-invite", format!("{home}/members"), "Invite a member"),
        dialog("dialog-invite-revoke", format!("{home}/members"), "Revoke"),
        dialog("dialog-member-role", format!("{home}/members"), "Change the role of Ada Lovelace"),
        dialog("dialog-member-leave", format!("{home}/members"), "Leave the organisation"),
        dialog("dialog-plan", "/operator", "Change the plan of Ada Jewels"),
        dialog("dialog-suspend", "/operator", "Suspend"),
        dialog("dialog-second-factor", format!("{home}/settings?tab=security"), "Turn on"),
        dialog(
            "dialog-organisation-delete",
            format!("{home}/settings?tab=organisation"),
            "Delete the organisation",
        ),
        dialog("dialog-session-end", format!("{home}/settings?tab=security"), "End"),
        dialog("dialog-palette", home, PALETTE),
        dialog("dialog-shortcuts", home, SHORTCUTS),
    ]
}

/// The palette is opened by its keys.
const PALETTE: &str = "Control+k";
const SHORTCUTS: &str = "?";
/// Opens what is folded away rather than a dialog.
const UNFOLD: &str = "main details";

/// Which of all that can be pressed outside of dialogs says these words: its place is the same in every language.
const PLACE: &str = "const says = (one) => (one.getAttribute('aria-label') || one.innerText || '').trim().replace(/\\s+/g, ' ');
    const all = [...document.querySelectorAll('a, button, summary, label, [role=tab], [role=option]')];
    return all.filter((one) => !one.closest('dialog')).findLastIndex((one) => says(one) === arguments[0]);";
/// Presses what stands at that place.
const PRESS_AT: &str =
    "const all = [...document.querySelectorAll('a, button, summary, label, [role=tab], [role=option]')];
    all.filter((one) => !one.closest('dialog'))[arguments[0]].click();";

/// Turns to a screen and waits until it is there.
fn open(browser: &Browser, program: &Program, screen: &Screen) {
    open_by(browser, program, screen, |words| browser.press(words));
}

/// As [`open`], with a way of one's own to press the words that open a dialog.
fn open_by(
    browser: &Browser,
    program: &Program,
    screen: &Screen,
    press_words: impl Fn(&str) -> e2e::Result<()>,
) {
    browser.visit(&format!("{}{}", program.address(), screen.path)).unwrap();
    let ready = browser.find(screen.ready).and_then(|_| settled(browser));
    let opened = ready.and_then(|()| match screen.press {
        None => Ok(()),
        Some(UNFOLD) => {
            const OPEN: &str = "for (const one of document.querySelectorAll(arguments[0])) one.open = true;";
            browser.run(OPEN, &[json!(UNFOLD)]).and_then(|_| settled(browser))
        }
        Some(press) => {
            match press {
                PALETTE => browser.keys(e2e::page::CONTROL, "k")?,
                SHORTCUTS => browser.keys("", "?")?,
                words => press_words(words)?,
            }
            browser.find("dialog[open]").and_then(|_| settled(browser))
        }
    });
    opened
        .unwrap_or_else(|error| panic!("{}: {error}\n{}", screen.name, browser.shown().unwrap_or_default()));
}

/// Waits until nothing is being read any more.
fn settled(browser: &Browser) -> e2e::Result<()> {
    e2e::wait_for("the end of loading", || {
        let busy = browser.run("return document.querySelector('[aria-busy=true]') !== null", &[])?;
        Ok((busy == json!(false)).then_some(()))
    })
}

const LANGUAGE: &str = "localStorage.setItem('amaas.language', arguments[0])";

/// Pictures of a screen as each kind of reader sees it.
fn pictures(browser: &Browser, program: &Program, screen: &Screen) {
    let take = |ending: &str| browser.screenshot(&format!("{}-{ending}", screen.name)).map(drop).unwrap();
    take("light");
    browser.look(Look::Dark).unwrap();
    take("dark");
    browser.look(Look::Light).unwrap();
    browser.resize(390, 844).unwrap();
    take("narrow");
    browser.resize(1280, 900).unwrap();
    let place = screen.press.map(|words| browser.run(PLACE, &[json!(words)]).unwrap()).unwrap_or_default();
    browser.run(LANGUAGE, &[json!("zh-Hans")]).unwrap();
    open_by(browser, program, screen, |_| browser.run(PRESS_AT, std::slice::from_ref(&place)).map(drop));
    take("zh");
    browser.run(LANGUAGE, &[json!("en")]).unwrap();
    open(browser, program, screen);
}

/// What is wrong with a screen, and where.
fn faults(browser: &Browser, program: &Program, screen: &Screen) -> Vec<(String, String)> {
    open(browser, program, screen);
    let faults = faults_shown(browser, screen.name);
    if std::env::var_os("AMAAS_SCREENSHOTS").is_some() {
        pictures(browser, program, screen);
    }
    faults
}

/// What is wrong with what is shown, whichever way one came there.
pub fn faults_shown(browser: &Browser, name: &str) -> Vec<(String, String)> {
    let mut faults = Vec::new();
    for look in [Look::Light, Look::Dark] {
        browser.look(look).unwrap();
        faults.extend(browser.axe().unwrap().into_iter().map(|fault| (fault, format!("{name} ({look:?})"))));
    }
    browser.look(Look::Light).unwrap();
    browser.resize(360, 740).unwrap();
    const OVER: &str = "const dialog = document.querySelector('dialog[open]');
        const within = dialog ? dialog.getBoundingClientRect().right - window.innerWidth : 0;
        return Math.max(document.scrollingElement.scrollWidth - window.innerWidth, Math.ceil(within));";
    let over = browser.run(OVER, &[]).unwrap().as_i64().unwrap_or_default();
    if over > 0 {
        faults.push((format!("sticks out by {over} pixels at a width of 360"), name.to_owned()));
    }
    browser.resize(1280, 900).unwrap();
    faults
}

#[test]
fn no_screen_and_no_dialog_has_a_serious_finding_and_none_sticks_out() {
    let setup = Setup { arguments: vec!["--operator", "ada@example.com"], ..Setup::default() };
    let program = Program::start_with(&setup).unwrap();
    let (_client, world) = furnish(&program, "ada@example.com", "Ada Jewels");
    let browser = Browser::open().unwrap();
    browser.resize(1280, 900).unwrap();
    let mut found = Vec::new();
    for screen in outside(&world) {
        found.extend(faults(&browser, &program, &screen));
    }
    sign_in(&browser, &program, "ada@example.com");
    let home = browser.path().unwrap();
    let inside =
        learning(&home, &world).into_iter().chain(serving(&home, &world)).chain(dialogs(&home, &world));
    for screen in inside {
        found.extend(faults(&browser, &program, &screen));
    }
    // Most stand in something that many screens share: each is named once.
    let mut by_fault: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (fault, place) in found {
        by_fault.entry(fault).or_default().push(place);
    }
    assert!(by_fault.is_empty(), "{by_fault:#?}");
    assert_clean(&browser, &program);
}

/// Pictures of what has no address of its own, in light and dark.
pub fn snap(browser: &Browser, name: &str) {
    if std::env::var_os("AMAAS_SCREENSHOTS").is_some() {
        for (look, ending) in [(Look::Dark, "dark"), (Look::Light, "light")] {
            browser.look(look).unwrap();
            browser.screenshot(&format!("{name}-{ending}")).unwrap();
        }
    }
}
