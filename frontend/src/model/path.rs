//! The dashboard's own addresses. Calls of the API have theirs in the contract.

/// Where people sign in.
pub const SIGN_IN: &str = "/sign-in";
/// Where people sign up.
pub const SIGN_UP: &str = "/sign-up";
/// Where people ask for a new password.
pub const FORGOT: &str = "/forgot";

/// What those see who run the installation.
pub const OPERATOR: &str = "/operator";

/// A tenant's home.
pub fn home(tenant: &str) -> String {
    format!("/t/{tenant}")
}

/// A tenant's data sets.
pub fn datasets(tenant: &str) -> String {
    format!("/t/{tenant}/datasets")
}

/// A data set.
pub fn dataset(tenant: &str, id: &str) -> String {
    format!("/t/{tenant}/datasets/{id}")
}

/// The page that learns a model from a data set.
pub fn train(tenant: &str, id: &str) -> String {
    format!("/t/{tenant}/datasets/{id}/train")
}

/// A tenant's training runs.
pub fn runs(tenant: &str) -> String {
    format!("/t/{tenant}/runs")
}

/// A training run.
pub fn run(tenant: &str, id: &str) -> String {
    format!("/t/{tenant}/runs/{id}")
}

/// A tenant's models.
pub fn models(tenant: &str) -> String {
    format!("/t/{tenant}/models")
}

/// A model.
pub fn model(tenant: &str, id: &str) -> String {
    format!("/t/{tenant}/models/{id}")
}

/// A tenant's endpoints.
pub fn endpoints(tenant: &str) -> String {
    format!("/t/{tenant}/endpoints")
}

/// An endpoint, by its name.
pub fn endpoint(tenant: &str, name: &str) -> String {
    format!("/t/{tenant}/endpoints/{}", escape(name))
}

/// A tenant's API keys.
pub fn keys(tenant: &str) -> String {
    format!("/t/{tenant}/keys")
}

/// An API key.
pub fn key(tenant: &str, id: &str) -> String {
    format!("/t/{tenant}/keys/{id}")
}

/// A tenant's members and invitations.
pub fn members(tenant: &str) -> String {
    format!("/t/{tenant}/members")
}

/// A tenant's usage and quotas.
pub fn usage(tenant: &str) -> String {
    format!("/t/{tenant}/usage")
}

/// A tenant's audit log.
pub fn audit(tenant: &str) -> String {
    format!("/t/{tenant}/audit")
}

/// The settings of the person and of the tenant.
pub fn settings(tenant: &str) -> String {
    format!("/t/{tenant}/settings")
}

/// An invitation. Its token stands behind `#`, which a browser tells to no server: it is in no log and no `Referer`.
pub fn invite(token: &str) -> String {
    format!("/invite#token={token}")
}

/// What stands behind `#` under this name.
pub fn behind<'h>(hash: &'h str, name: &str) -> Option<&'h str> {
    let value = hash.strip_prefix('#')?.strip_prefix(name)?.strip_prefix('=')?;
    Some(value).filter(|value| !value.is_empty())
}

/// The sign-in page, which leads back to `then`.
pub fn sign_in_then(then: &str) -> String {
    then_at(SIGN_IN, then)
}

/// The sign-up page, which leads on to `then`.
pub fn sign_up_then(then: &str) -> String {
    then_at(SIGN_UP, then)
}

/// The sign-up page for somebody who was invited.
pub fn sign_up_with(invite: &str) -> String {
    format!("{SIGN_UP}#invite={invite}")
}

/// What stands behind `#` stays there: the rest of `then` goes into the query.
fn then_at(page: &str, then: &str) -> String {
    let (then, hash) = then.find('#').map_or((then, ""), |place| then.split_at(place));
    match inside(then) {
        Some(then) if then != "/" => format!("{page}?then={}{hash}", escape(then)),
        _ => page.to_owned(),
    }
}

/// Where a page leads on to that was made by [`sign_in_then`] or [`sign_up_then`], by its query and what stands behind `#`.
pub fn then_of(then: Option<String>, hash: &str) -> Option<String> {
    then.map(|then| then + hash)
}

/// The path if it leads to a page of ours: a link that leads elsewhere after sign-in is a trap.
pub fn inside(path: &str) -> Option<&str> {
    let local = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(['\\', '\r', '\n', '\t'])
        && !path.starts_with(SIGN_IN)
        && !path.starts_with(SIGN_UP);
    local.then_some(path)
}

/// The tenant that a path acts in.
pub fn tenant(path: &str) -> Option<&str> {
    path.strip_prefix("/t/")?.split(['/', '?', '#']).next().filter(|slug| !slug.is_empty())
}

/// A page with the parts of its query that hold something.
pub fn with_query(page: &str, query: &[(&str, &str)]) -> String {
    let mut address = page.to_owned();
    for (name, value) in query.iter().filter(|part| !part.1.is_empty()) {
        address.push(if address.contains('?') { '&' } else { '?' });
        address.push_str(&format!("{name}={}", escape(value)));
    }
    address
}

/// Percent-encodes a value of a query.
pub fn escape(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_leads_back_to_where_one_was() {
        assert_eq!(
            sign_in_then("/t/acme/datasets?tab=rows"),
            "/sign-in?then=%2Ft%2Facme%2Fdatasets%3Ftab%3Drows"
        );
        assert_eq!(sign_in_then("/"), "/sign-in");
    }

    #[test]
    fn the_token_of_an_invitation_stays_behind_the_hash_on_the_way_through_sign_in() {
        let (invite, page) = (invite("abc_-9"), sign_in_then(&invite("abc_-9")));
        assert_eq!(page, "/sign-in?then=%2Finvite#token=abc_-9");
        assert_eq!(then_of(Some("/invite".to_owned()), "#token=abc_-9").as_deref(), Some(invite.as_str()));
        assert_eq!(behind("#token=abc_-9", "token"), Some("abc_-9"));
        assert_eq!(
            (behind("#token=", "token"), behind("", "token"), behind("#invite=x", "token")),
            (None, None, None)
        );
        assert_eq!(behind(sign_up_with("x").trim_start_matches(SIGN_UP), "invite"), Some("x"));
        assert_eq!(then_of(None, "#token=x"), None);
    }

    #[test]
    fn a_name_from_elsewhere_stays_one_part_of_the_path() {
        assert_eq!(endpoint("acme", "a/b?c"), "/t/acme/endpoints/a%2Fb%3Fc");
    }

    #[test]
    fn sign_in_never_leads_to_another_host() {
        for trap in
            ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil"]
        {
            assert_eq!(inside(trap), None, "{trap}");
        }
        assert_eq!(inside("/t/acme"), Some("/t/acme"));
    }

    #[test]
    fn a_query_holds_only_what_was_chosen() {
        assert_eq!(with_query("/t/a/runs", &[("status", ""), ("cursor", "")]), "/t/a/runs");
        assert_eq!(
            with_query("/t/a/runs", &[("status", "dead"), ("cursor", "x=")]),
            "/t/a/runs?status=dead&cursor=x%3D"
        );
    }

    #[test]
    fn the_tenant_stands_in_the_path() {
        assert_eq!(tenant("/t/acme/datasets?limit=5"), Some("acme"));
        assert_eq!(tenant("/t/"), None);
        assert_eq!(tenant("/sign-in"), None);
    }
}
