//! Members of a tenant, their roles, and invitations.

use crate::{InviteId, ListQuery, Page, Timestamp, UserId, accounts::Me};

wire! {
    /// What a member may do: owner > admin > developer > analyst; an auditor reads audit and usage only.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum Role {
        /// Everything, owners included.
        Owner,
        /// Everything but owners.
        Admin,
        /// Data, models, endpoints and keys.
        Developer,
        /// Reads, and predicts in the playground.
        Analyst,
        /// Reads the audit log and usage.
        Auditor,
    }

    /// A person in the tenant.
    pub struct Member {
        /// The person.
        pub user_id: UserId,
        /// Their address.
        pub email: String,
        /// Their name.
        pub name: String,
        /// What they may do.
        pub role: Role,
        /// Since when.
        pub created_at: Timestamp,
    }

    /// A new role.
    #[serde(deny_unknown_fields)]
    pub struct UpdateMemberBody {
        /// The role from now on.
        pub role: Role,
    }

    /// An invitation.
    pub struct Invite {
        /// The id.
        pub id: InviteId,
        /// Who is invited.
        pub email: String,
        /// The role that waits for them.
        pub role: Role,
        /// When they were invited.
        pub created_at: Timestamp,
        /// When the invitation ends.
        pub expires_at: Timestamp,
        /// When it was accepted.
        pub accepted_at: Option<Timestamp>,
        /// When it was revoked.
        pub revoked_at: Option<Timestamp>,
    }

    /// Whom to invite as what.
    #[serde(deny_unknown_fields)]
    pub struct CreateInviteBody {
        /// The address of the person.
        pub email: String,
        /// The role that waits for them.
        pub role: Role,
    }

    /// An invitation with its token, which is shown this once.
    pub struct CreatedInvite {
        /// The invitation.
        pub invite: Invite,
        /// The token to send to the person; nobody can read it again.
        pub token: String,
        /// The path of the dashboard page that accepts it.
        pub path: String,
    }

    /// Accepts an invitation.
    #[serde(deny_unknown_fields)]
    pub struct AcceptInviteBody {
        /// The token of the invitation.
        pub token: String,
    }
}

impl Role {
    /// Every role, the mightiest first.
    pub const ALL: [Role; 5] = [Role::Owner, Role::Admin, Role::Developer, Role::Analyst, Role::Auditor];

    /// The role on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Admin => "admin",
            Role::Developer => "developer",
            Role::Analyst => "analyst",
            Role::Auditor => "auditor",
        }
    }
}

calls! {
    /// Lists the members.
    ListMembers: Get "/v1/members", query ListQuery => 200 Page<Member>;
    /// Shows a member.
    GetMember: Get "/v1/members/{user_id}" => 200 Member;
    /// Gives a member another role.
    UpdateMember: Patch "/v1/members/{user_id}", body UpdateMemberBody => 200 Member;
    /// Takes a member out of the tenant.
    RemoveMember: Delete "/v1/members/{user_id}" => 204 crate::Nothing;
    /// Lists the invitations.
    ListInvites: Get "/v1/invites", query ListQuery => 200 Page<Invite>;
    /// Invites a person.
    CreateInvite: Post "/v1/invites", body CreateInviteBody => 201 CreatedInvite;
    /// Revokes an invitation.
    RevokeInvite: Delete "/v1/invites/{id}" => 204 crate::Nothing;
    /// Accepts an invitation as the person who is signed in.
    AcceptInvite: Post "/v1/invites/accept", body AcceptInviteBody => 200 Me;
}
