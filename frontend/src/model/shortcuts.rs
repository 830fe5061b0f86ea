//! Keys that act anywhere on the page: which keys in which order mean what. No key that is typed into a field means anything here.

/// How long the second key of a pair may take.
const PAIR_MILLIS: f64 = 1500.0;

/// A page that a pair of keys leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Place {
    Home,
    Datasets,
    Runs,
    Models,
    Endpoints,
    Keys,
    Usage,
    Audit,
    Members,
    Settings,
}

impl Place {
    /// Every page with the key that follows `g`.
    pub const ALL: [(Place, char); 10] = [
        (Place::Home, 'h'),
        (Place::Datasets, 'd'),
        (Place::Runs, 'r'),
        (Place::Models, 'm'),
        (Place::Endpoints, 'e'),
        (Place::Keys, 'k'),
        (Place::Usage, 'u'),
        (Place::Audit, 'a'),
        (Place::Members, 't'),
        (Place::Settings, 's'),
    ];
}

/// What keys mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Opens or closes the palette.
    Palette,
    /// Puts the keyboard into the page's filter.
    Filter,
    /// Shows the keys.
    Help,
    /// Goes to a page.
    Go(Place),
}

/// A key that went down.
#[derive(Clone, Copy, Debug, Default)]
pub struct Press<'k> {
    /// The key as the browser names it.
    pub key: &'k str,
    /// Ctrl or ⌘ is held.
    pub command: bool,
    /// Alt is held.
    pub alt: bool,
    /// It goes into a field.
    pub typing: bool,
    /// A dialog is open.
    pub covered: bool,
}

/// The place in a list of `all` after a step down or up, around its ends.
pub fn around(place: usize, down: bool, all: usize) -> usize {
    match (all, down) {
        (0, _) => 0,
        (_, true) => (place + 1) % all,
        (_, false) => (place.min(all) + all - 1) % all,
    }
}

/// What was pressed before.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shortcuts {
    since: Option<f64>,
}

impl Shortcuts {
    /// Takes a key at a moment (milliseconds of any clock) and says what it means.
    pub fn press(&mut self, press: Press<'_>, now: f64) -> Option<Command> {
        if matches!(press.key, "Shift" | "Control" | "Meta" | "Alt" | "CapsLock") {
            return None;
        }
        let paired = self.since.take().is_some_and(|since| now - since <= PAIR_MILLIS);
        if press.command && !press.alt && press.key.eq_ignore_ascii_case("k") {
            return Some(Command::Palette);
        }
        if press.command || press.alt || press.typing || press.covered {
            return None;
        }
        let mut letters = press.key.chars();
        let letter = letters.next().filter(|_| letters.next().is_none())?.to_ascii_lowercase();
        if paired && let Some((place, _)) = Place::ALL.iter().find(|(_, key)| *key == letter) {
            return Some(Command::Go(*place));
        }
        match letter {
            'g' => {
                self.since = Some(now);
                None
            }
            '/' => Some(Command::Filter),
            '?' => Some(Command::Help),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(key: &str) -> Press<'_> {
        Press { key, ..Press::default() }
    }

    #[test]
    fn a_pair_leads_to_its_page() {
        for (place, letter) in Place::ALL {
            let mut keys = Shortcuts::default();
            assert_eq!(keys.press(press("g"), 0.0), None);
            assert_eq!(keys.press(press(&letter.to_string()), 1500.0), Some(Command::Go(place)));
            assert_eq!(keys.press(press(&letter.to_string()), 1600.0), None, "a pair counts once");
        }
    }

    #[test]
    fn a_pair_that_takes_too_long_is_none() {
        let mut keys = Shortcuts::default();
        keys.press(press("g"), 0.0);
        assert_eq!(keys.press(press("d"), 1501.0), None);
    }

    #[test]
    fn what_is_typed_into_a_field_means_nothing() {
        let mut keys = Shortcuts::default();
        for key in ["g", "d", "/", "?"] {
            assert_eq!(keys.press(Press { typing: true, ..press(key) }, 0.0), None);
        }
        keys.press(press("g"), 0.0);
        assert_eq!(keys.press(Press { typing: true, ..press("d") }, 1.0), None);
        assert_eq!(keys.press(press("d"), 2.0), None, "a key in a field ends the pair");
    }

    #[test]
    fn the_palette_opens_from_everywhere() {
        let mut keys = Shortcuts::default();
        let from = Press { command: true, typing: true, covered: true, ..press("K") };
        assert_eq!(keys.press(from, 0.0), Some(Command::Palette));
        assert_eq!(keys.press(Press { alt: true, ..from }, 0.0), None);
    }

    #[test]
    fn the_browsers_own_keys_and_dialogs_are_left_alone() {
        let mut keys = Shortcuts::default();
        assert_eq!(keys.press(Press { command: true, ..press("/") }, 0.0), None);
        assert_eq!(keys.press(Press { covered: true, ..press("?") }, 0.0), None);
        assert_eq!(keys.press(press("?"), 0.0), Some(Command::Help));
        assert_eq!(keys.press(press("/"), 0.0), Some(Command::Filter));
        assert_eq!(keys.press(press("Enter"), 0.0), None);
    }

    #[test]
    fn arrows_go_around_the_ends_of_a_list() {
        assert_eq!((around(0, true, 3), around(2, true, 3)), (1, 0));
        assert_eq!((around(0, false, 3), around(2, false, 3)), (2, 1));
        assert_eq!((around(7, true, 0), around(7, false, 0)), (0, 0));
        assert!(around(9, false, 3) < 3 && around(9, true, 3) < 3);
    }

    #[test]
    fn holding_shift_does_not_end_a_pair() {
        let mut keys = Shortcuts::default();
        keys.press(press("g"), 0.0);
        keys.press(press("Shift"), 10.0);
        assert_eq!(keys.press(press("D"), 20.0), Some(Command::Go(Place::Datasets)));
    }
}
