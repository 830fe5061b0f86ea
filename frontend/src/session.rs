//! Who is signed in, and the tenant that the page acts in. The tenant stands in the address, so two tabs don't mix.

use crate::{
    client::{Ask, signed_out_reset},
    model::{path, rights::Rights},
    theme,
};
use contract::{
    Call,
    accounts::{GetMe, Me, Membership},
};
use leptos::{prelude::*, task::spawn_local};

const LAST_TENANT: &str = "amaas.tenant";
/// Set while somebody is signed in: the cookie itself is hidden from scripts, and asking a server in vain is an error in the console.
const BEEN_HERE: &str = "amaas.session";

/// Who is signed in.
#[derive(Clone, Copy)]
pub struct Session {
    me: RwSignal<Option<Me>>,
}

impl Default for Session {
    fn default() -> Self {
        Self { me: RwSignal::new(None) }
    }
}

impl Session {
    /// The session of the page.
    pub fn expect() -> Self {
        expect_context()
    }

    /// Who is signed in, as far as this page knows; followed by whoever reads it in a reactive place.
    pub fn me(self) -> Option<Me> {
        self.me.get()
    }

    /// Notes who signed in.
    pub fn enter(self, me: Me) {
        signed_out_reset();
        theme::remember(BEEN_HERE, Some("open"));
        self.me.set(Some(me));
    }

    /// Asks anew who is signed in: a name or a role changed. Until the answer, and without one, all stays as it was.
    pub fn renew(self) {
        spawn_local(async move {
            if let Ok(me) = Ask::<GetMe>::new(&[]).send().await {
                self.enter(me);
            }
        });
    }

    /// Whether a session may be open in this browser, so that asking is worth it.
    pub fn worth_asking() -> bool {
        theme::recall(BEEN_HERE).is_some()
    }

    /// Forgets who was signed in.
    pub fn leave(self) {
        theme::remember(BEEN_HERE, None);
        self.me.set(None);
    }
}

/// Where a person begins: the tenant of last time, else the oldest membership; none without any.
pub fn first_home(me: &Me) -> Option<String> {
    let last = theme::recall(LAST_TENANT);
    let known = me.tenants.iter().find(|tenant| Some(&tenant.slug) == last.as_ref());
    known.or(me.tenants.first()).map(|tenant| path::home(&tenant.slug))
}

/// The tenant that the page acts in.
#[derive(Clone, Copy)]
pub struct Tenancy {
    slug: Memo<String>,
    membership: Memo<Option<Membership>>,
}

impl Tenancy {
    /// The tenancy of a slug from the address.
    pub fn new(session: Session, slug: Memo<String>) -> Self {
        let membership = Memo::new(move |_| {
            session.me.with(|me| {
                let tenants = &me.as_ref()?.tenants;
                slug.with(|slug| tenants.iter().find(|tenant| tenant.slug == *slug).cloned())
            })
        });
        Effect::new(move |_| {
            if membership.with(Option::is_some) {
                slug.with(|slug| theme::remember(LAST_TENANT, Some(slug)));
            }
        });
        Self { slug, membership }
    }

    /// The tenancy of the page.
    pub fn expect() -> Self {
        expect_context()
    }

    /// The tenant's short name; followed by whoever reads it in a reactive place.
    pub fn slug(self) -> String {
        self.slug.get()
    }

    /// The membership; none for a tenant that the person doesn't belong to.
    pub fn membership(self) -> Memo<Option<Membership>> {
        self.membership
    }

    /// What the person may do here.
    pub fn rights(self) -> Rights {
        self.membership.with(|membership| Rights::of(membership.as_ref().map(|membership| membership.role)))
    }

    /// A call that acts in the tenant.
    pub fn ask<C: Call>(self, arguments: &[&str]) -> Ask<C> {
        Ask::new(arguments).tenant(self.slug())
    }
}
