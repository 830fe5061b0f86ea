//! Which program on which system called, as far as its `User-Agent` tells.

/// Names that stand in a `User-Agent`, the more particular first: most browsers also claim to be the ones below them.
const PROGRAMS: [(&str, &str); 14] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("MicroMessenger/", "WeChat"),
    ("CriOS/", "Chrome"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("HeadlessChrome/", "Headless Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("python-requests/", "Python requests"),
    ("Go-http-client/", "Go"),
];

const SYSTEMS: [(&str, &str); 8] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("HarmonyOS", "HarmonyOS"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// A device as a person would name it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Device {
    /// The program: a browser, `curl`.
    pub program: Option<String>,
    /// The system.
    pub system: Option<String>,
}

/// Reads a `User-Agent`. One without a known name is taken at its first word, as programs name themselves.
pub fn device(agent: &str) -> Device {
    let known = |names: &[(&str, &str)]| {
        names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| (*name).to_owned())
    };
    let own_name = || {
        let name = agent.split(['/', ' ', '(']).next().unwrap_or_default().trim();
        let plausible = !name.is_empty() && name != "Mozilla" && name.len() <= 40;
        plausible.then(|| name.to_owned())
    };
    Device { program: known(&PROGRAMS).or_else(own_name), system: known(&SYSTEMS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(agent: &str) -> (Option<String>, Option<String>) {
        let device = device(agent);
        (device.program, device.system)
    }

    fn is(program: &str, system: &str) -> (Option<String>, Option<String>) {
        (Some(program.to_owned()), Some(system.to_owned()))
    }

    #[test]
    fn browsers_are_told_apart_although_they_name_each_other() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36";
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0";
        let safari = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15";
        let firefox = "Mozilla/5.0 (Windows NT 10.0; rv:133.0) Gecko/20100101 Firefox/133.0";
        assert_eq!(named(chrome), is("Chrome", "Linux"));
        assert_eq!(named(edge), is("Edge", "Windows"));
        assert_eq!(named(safari), is("Safari", "macOS"));
        assert_eq!(named(firefox), is("Firefox", "Windows"));
    }

    #[test]
    fn telephones_are_not_taken_for_computers() {
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0 Mobile/15E148 Safari/604.1";
        let android = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36";
        assert_eq!(named(iphone), is("Chrome", "iPhone"));
        assert_eq!(named(android), is("Chrome", "Android"));
    }

    #[test]
    fn programs_go_by_their_own_name() {
        assert_eq!(named("curl/8.5.0"), (Some("curl".to_owned()), None));
        assert_eq!(named("python-requests/2.32"), (Some("Python requests".to_owned()), None));
    }

    #[test]
    fn nonsense_names_nothing() {
        assert_eq!(device(""), Device::default());
        assert_eq!(device("Mozilla/5.0"), Device::default());
        assert_eq!(device(&"x".repeat(500)), Device::default());
    }
}
