//! API keys: how one stands, and what a form says about it.

use contract::{
    Timestamp,
    api_keys::{ApiKey, CreateApiKeyBody, KeyScope, UpdateApiKeyBody},
};

const DAY_SECONDS: i64 = 86_400;
/// An end that is nearer than this is worth a warning.
const SOON_SECONDS: i64 = 14 * DAY_SECONDS;

/// How a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It works.
    Active,
    /// It works, and its secret before the last roll works too, until this moment.
    Rolling(Timestamp),
    /// It works for two weeks at most.
    EndsSoon,
    /// Its time is over.
    Expired,
    /// It was revoked.
    Revoked,
}

impl Standing {
    /// How a key stands at a moment.
    pub fn of(key: &ApiKey, now: Timestamp) -> Self {
        if key.revoked_at.is_some() {
            return Standing::Revoked;
        }
        match (key.expires_at, key.previous_valid_until) {
            (Some(end), _) if end <= now => Standing::Expired,
            (_, Some(until)) if until > now => Standing::Rolling(until),
            (Some(end), _) if end <= now.plus_seconds(SOON_SECONDS) => Standing::EndsSoon,
            _ => Standing::Active,
        }
    }

    /// Whether calls with the key are taken.
    pub fn works(self) -> bool {
        !matches!(self, Standing::Expired | Standing::Revoked)
    }
}

/// A scope as it is written on the wire: `datasets:read`.
pub fn scope_name(scope: KeyScope) -> String {
    serde_json::to_value(scope).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A usual set of scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Predict alone: what a program needs that calls.
    Predict,
    /// Everything but the audit log: what a script needs that trains and deploys.
    Build,
    /// Whatever is ticked.
    Custom,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Preset; 3] = [Preset::Predict, Preset::Build, Preset::Custom];

    /// The name in a form.
    pub const fn tag(self) -> &'static str {
        match self {
            Preset::Predict => "predict",
            Preset::Build => "build",
            Preset::Custom => "custom",
        }
    }

    /// The preset of a name; an unknown one is custom.
    pub fn of_tag(tag: &str) -> Self {
        Self::ALL.into_iter().find(|preset| preset.tag() == tag).unwrap_or(Preset::Custom)
    }

    /// The preset that a set of scopes is.
    pub fn of(scopes: &[KeyScope]) -> Self {
        let same = |preset: Preset| {
            let of_preset = preset.scopes();
            of_preset.len() == scopes.len() && of_preset.iter().all(|scope| scopes.contains(scope))
        };
        [Preset::Predict, Preset::Build].into_iter().find(|preset| same(*preset)).unwrap_or(Preset::Custom)
    }

    /// The scopes; none for a custom set.
    pub fn scopes(self) -> Vec<KeyScope> {
        match self {
            Preset::Predict => vec![KeyScope::Predict],
            Preset::Build => {
                KeyScope::ALL.into_iter().filter(|scope| *scope != KeyScope::AuditRead).collect()
            }
            Preset::Custom => Vec::new(),
        }
    }
}

/// When a key ends, as a form asks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// As it is; for a key that exists.
    Unchanged,
    /// Never.
    Never,
    /// After so many days.
    After(u16),
}

impl Ends {
    /// What a new key may be given.
    pub const NEW: [Ends; 4] = [Ends::Never, Ends::After(30), Ends::After(90), Ends::After(365)];

    /// The name in a form.
    pub fn tag(self) -> String {
        match self {
            Ends::Unchanged => "unchanged".to_owned(),
            Ends::Never => "never".to_owned(),
            Ends::After(days) => days.to_string(),
        }
    }

    /// The end of a name; an unknown one changes nothing.
    pub fn of_tag(tag: &str) -> Self {
        match tag {
            "never" => Ends::Never,
            _ => tag.parse().map_or(Ends::Unchanged, Ends::After),
        }
    }

    fn at(self, now: Timestamp) -> Option<Option<Timestamp>> {
        match self {
            Ends::Unchanged => None,
            Ends::Never => Some(None),
            Ends::After(days) => Some(Some(now.plus_seconds(i64::from(days) * DAY_SECONDS))),
        }
    }
}

/// What is written is no rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRate;

/// What a form says about a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The name.
    pub name: String,
    /// The scopes.
    pub scopes: Vec<KeyScope>,
    /// The endpoints; none means all.
    pub endpoints: Option<Vec<String>>,
    /// When it ends.
    pub ends: Ends,
    /// Calls a second as written; nothing means the plan's.
    pub rate: String,
}

impl Wish {
    /// The rate; an error for what is no whole number above nothing.
    pub fn rate(&self) -> Result<Option<u32>, NoRate> {
        match self.rate.trim() {
            "" => Ok(None),
            text => text.parse().ok().filter(|rate| *rate > 0).map(Some).ok_or(NoRate),
        }
    }

    /// The body that makes such a key.
    pub fn create(&self, now: Timestamp) -> CreateApiKeyBody {
        CreateApiKeyBody {
            name: self.name.trim().to_owned(),
            scopes: self.scopes.clone(),
            endpoints: self.endpoints.clone(),
            rate_per_second: self.rate().unwrap_or_default(),
            expires_at: self.ends.at(now).flatten(),
        }
    }

    /// The body that turns a key into such a one; what stays is left out.
    pub fn update(&self, key: &ApiKey, now: Timestamp) -> UpdateApiKeyBody {
        let name = self.name.trim();
        let mut scopes = self.scopes.clone();
        let mut held = key.scopes.clone();
        scopes.sort_unstable();
        held.sort_unstable();
        let rate = self.rate().unwrap_or_default();
        UpdateApiKeyBody {
            name: (name != key.name).then(|| name.to_owned()),
            scopes: (scopes != held).then_some(scopes),
            endpoints: (self.endpoints != key.endpoints).then(|| self.endpoints.clone()),
            rate_per_second: (rate != key.rate_per_second).then_some(rate),
            expires_at: self.ends.at(now).filter(|end| *end != key.expires_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: Timestamp = Timestamp::from_millis(1_795_435_509_000);

    fn key() -> ApiKey {
        serde_json::from_value(json!({
            "id": format!("key_{}", "0".repeat(26)), "name": "shop", "prefix": "amk_live_0", "last_four": "abcd",
            "scopes": ["predict"], "endpoints": ["churn"], "rate_per_second": 5, "expires_at": null,
            "created_at": "2026-11-01T00:00:00.000Z", "last_used_at": null, "revoked_at": null,
            "previous_valid_until": null,
        }))
        .unwrap()
    }

    fn same(key: &ApiKey) -> Wish {
        Wish {
            name: key.name.clone(),
            scopes: key.scopes.clone(),
            endpoints: key.endpoints.clone(),
            ends: Ends::Unchanged,
            rate: key.rate_per_second.map(|rate| rate.to_string()).unwrap_or_default(),
        }
    }

    #[test]
    fn the_worst_that_is_so_is_how_a_key_stands() {
        let (plain, later) = (key(), Some(NOW.plus_seconds(3600)));
        let standing = |key: ApiKey| Standing::of(&key, NOW);
        assert_eq!(standing(plain.clone()), Standing::Active);
        assert_eq!(standing(ApiKey { expires_at: later, ..plain.clone() }), Standing::EndsSoon);
        assert_eq!(standing(ApiKey { expires_at: Some(NOW), ..plain.clone() }), Standing::Expired);
        let rolling = ApiKey { previous_valid_until: later, ..plain.clone() };
        assert_eq!(standing(rolling.clone()), Standing::Rolling(NOW.plus_seconds(3600)));
        assert_eq!(standing(ApiKey { revoked_at: Some(NOW), ..rolling }), Standing::Revoked);
        let over = ApiKey { previous_valid_until: Some(NOW), ..plain };
        assert!(Standing::of(&over, NOW).works());
    }

    #[test]
    fn a_preset_is_known_by_its_scopes() {
        for preset in [Preset::Predict, Preset::Build] {
            assert_eq!(Preset::of(&preset.scopes()), preset);
            assert_eq!(Preset::of_tag(preset.tag()), preset);
        }
        assert_eq!(Preset::of(&[KeyScope::AuditRead]), Preset::Custom);
        assert!(!Preset::Build.scopes().contains(&KeyScope::AuditRead));
        assert_eq!(scope_name(KeyScope::DatasetsRead), "datasets:read");
    }

    #[test]
    fn what_stays_is_not_sent() {
        assert_eq!(same(&key()).update(&key(), NOW), UpdateApiKeyBody::default());
    }

    #[test]
    fn no_limit_is_sent_as_null() {
        let wish = Wish { endpoints: None, rate: " ".to_owned(), ..same(&key()) };
        let body = serde_json::to_value(wish.update(&key(), NOW)).unwrap();
        assert_eq!(body, json!({"endpoints": null, "rate_per_second": null}));
        let ends = ApiKey { expires_at: Some(NOW), ..key() };
        let wish = Wish { ends: Ends::Never, ..same(&ends) };
        assert_eq!(serde_json::to_value(wish.update(&ends, NOW)).unwrap(), json!({"expires_at": null}));
    }

    #[test]
    fn a_new_key_leaves_out_what_is_unlimited() {
        let wish = Wish { endpoints: None, rate: String::new(), ends: Ends::of_tag("30"), ..same(&key()) };
        let body = serde_json::to_value(wish.create(NOW)).unwrap();
        let end = NOW.plus_seconds(30 * 86_400).to_string();
        assert_eq!(body, json!({"name": "shop", "scopes": ["predict"], "expires_at": end}));
    }

    #[test]
    fn a_rate_is_a_whole_number_above_nothing() {
        let rate = |text: &str| Wish { rate: text.to_owned(), ..same(&key()) }.rate();
        assert_eq!(rate(""), Ok(None));
        assert_eq!(rate(" 50 "), Ok(Some(50)));
        for wrong in ["0", "-1", "1.5", "many"] {
            assert_eq!(rate(wrong), Err(NoRate), "{wrong}");
        }
    }

    #[test]
    fn an_end_is_named_in_a_form() {
        for ends in Ends::NEW {
            assert_eq!(Ends::of_tag(&ends.tag()), ends);
        }
        assert_eq!(Ends::of_tag("unchanged"), Ends::Unchanged);
    }
}
