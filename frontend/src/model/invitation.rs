//! Where an invitation stands.

use contract::members::Invite;

/// Where an invitation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It can be accepted.
    Waiting,
    /// The person came.
    Accepted,
    /// It was taken back, or another took its place.
    Revoked,
    /// Its time is over.
    Expired,
}

/// Where an invitation stands at a moment in Unix milliseconds.
pub fn standing(invite: &Invite, now: i64) -> Standing {
    match invite {
        Invite { accepted_at: Some(_), .. } => Standing::Accepted,
        Invite { revoked_at: Some(_), .. } => Standing::Revoked,
        invite if invite.expires_at.millis() <= now => Standing::Expired,
        _ => Standing::Waiting,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use contract::{InviteId, Timestamp, members::Role};

    #[test]
    fn what_happened_counts_before_what_time_did() {
        let at = Timestamp::from_millis;
        let open = Invite {
            id: InviteId::from_bits(1),
            email: String::new(),
            role: Role::Analyst,
            created_at: at(0),
            expires_at: at(100),
            accepted_at: None,
            revoked_at: None,
        };
        assert_eq!(standing(&open, 99), Standing::Waiting);
        assert_eq!(standing(&open, 100), Standing::Expired);
        let accepted = Invite { accepted_at: Some(at(5)), ..open.clone() };
        assert_eq!(standing(&accepted, 200), Standing::Accepted);
        let revoked = Invite { revoked_at: Some(at(5)), ..open };
        assert_eq!(standing(&revoked, 200), Standing::Revoked);
    }
}
