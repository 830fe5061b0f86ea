//! People: sign-up, sign-in, sessions.

use crate::{SessionId, TenantId, Timestamp, UserId, members::Role};

wire! {
    /// Signs a person up, with a tenant of their own or into the one that invited them.
    #[serde(deny_unknown_fields)]
    pub struct SignUpBody {
        /// The address to sign in with, unique.
        pub email: String,
        /// 15 to 128 characters, anything goes but the commonest passwords.
        pub password: String,
        /// What to call the person.
        pub name: String,
        /// The business to create; needed unless there is an invitation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub tenant_name: Option<String>,
        /// The token of an invitation to accept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub invite_token: Option<String>,
    }

    /// E-mail and password.
    #[serde(deny_unknown_fields)]
    pub struct SignInBody {
        /// The address given at sign-up.
        pub email: String,
        /// The password.
        pub password: String,
    }

    /// A new password.
    #[serde(deny_unknown_fields)]
    pub struct ChangePasswordBody {
        /// The password until now.
        pub current_password: String,
        /// The password from now on, 15 to 128 characters.
        pub new_password: String,
    }

    /// Who is signed in, and where.
    pub struct Me {
        /// The person.
        pub user: User,
        /// The tenants that the person belongs to, oldest membership first.
        pub tenants: Vec<Membership>,
    }

    /// A person.
    pub struct User {
        /// The id.
        pub id: UserId,
        /// The address.
        pub email: String,
        /// The name.
        pub name: String,
        /// Whether the person runs this installation and may use `/v1/operator`.
        #[serde(default)]
        pub operator: bool,
    }

    /// Changes to the person.
    #[serde(deny_unknown_fields)]
    pub struct UpdateMeBody {
        /// A new name, 1 to 100 characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
    }

    /// A tenant as seen by one of its members.
    pub struct Membership {
        /// The tenant's id.
        pub id: TenantId,
        /// The tenant's short name for URLs.
        pub slug: String,
        /// The tenant's name.
        pub name: String,
        /// What the person may do there.
        pub role: Role,
    }

    /// A sign-in of the person on a device.
    pub struct Session {
        /// The id.
        pub id: SessionId,
        /// When the person signed in.
        pub created_at: Timestamp,
        /// When the session was last renewed.
        pub last_used_at: Timestamp,
        /// When the session ends at the latest.
        pub expires_at: Timestamp,
        /// The address that signed in.
        pub ip: Option<String>,
        /// The program that signed in.
        pub user_agent: Option<String>,
        /// Whether this is the session that asks.
        pub current: bool,
    }

    /// The sessions that are open.
    pub struct Sessions {
        /// Newest first.
        pub data: Vec<Session>,
    }
}

calls! {
    /// Signs a person up and in.
    SignUp: Post "/v1/auth/sign-up", body SignUpBody => 201 Me;
    /// Signs a person in; the session is kept in cookies.
    SignIn: Post "/v1/auth/sign-in", body SignInBody => 200 Me;
    /// Signs out: the session ends for good.
    SignOut: Post "/v1/auth/sign-out" => 204 crate::Nothing;
    /// Renews the session by its refresh cookie, which is replaced.
    Refresh: Post "/v1/auth/refresh" => 200 Me;
    /// Tells who is signed in and which tenants they belong to.
    GetMe: Get "/v1/auth/me" => 200 Me;
    /// Changes the person who is signed in.
    UpdateMe: Patch "/v1/auth/me", body UpdateMeBody => 200 Me;
    /// Lists the person's open sessions.
    ListSessions: Get "/v1/auth/sessions" => 200 Sessions;
    /// Ends one of the person's sessions.
    EndSession: Delete "/v1/auth/sessions/{id}" => 204 crate::Nothing;
    /// Changes the password and ends all other sessions.
    ChangePassword: Post "/v1/auth/password", body ChangePasswordBody => 204 crate::Nothing;
}
