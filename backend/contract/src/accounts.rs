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
        /// The password from now on: 15 to 128 characters, with a second factor 8 at least.
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

    /// Whose password was forgotten.
    #[serde(deny_unknown_fields)]
    pub struct ForgotPasswordBody {
        /// The address that the person signs in with.
        pub email: String,
    }

    /// A new password by the token of a message.
    #[serde(deny_unknown_fields)]
    pub struct ResetPasswordBody {
        /// The token from the message.
        pub token: String,
        /// The password from now on: 15 to 128 characters, with a second factor 8 at least.
        pub new_password: String,
    }

    /// A code of the second factor.
    #[serde(deny_unknown_fields)]
    pub struct CodeBody {
        /// Six digits of the authenticator, or a recovery code where one is taken.
        pub code: String,
    }

    /// A proof that it is the person who sits there: one of the two.
    #[serde(deny_unknown_fields)]
    pub struct StepUpBody {
        /// The password.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub password: Option<String>,
        /// Six digits of the authenticator.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub code: Option<String>,
    }

    /// Another address.
    #[serde(deny_unknown_fields)]
    pub struct ChangeEmailBody {
        /// The address to sign in with from then on; it is asked by a message whether it is the person's.
        pub email: String,
    }

    /// A token of a message.
    #[serde(deny_unknown_fields)]
    pub struct ConfirmEmailBody {
        /// The token from the message.
        pub token: String,
    }

    /// The person's second factor.
    pub struct SecondFactor {
        /// Whether signing in takes a code beside the password.
        pub enabled: bool,
        /// Since when.
        pub since: Option<Timestamp>,
        /// Recovery codes that were not used yet.
        pub recovery_codes_left: u64,
    }

    /// What an authenticator needs to know, shown this once; it counts once it is confirmed by a code.
    pub struct TotpEnrolment {
        /// The secret in base 32, to be typed where no picture can be taken.
        pub secret: String,
        /// The same with its settings as an `otpauth://` address (SHA-1, 30 seconds, 6 digits).
        pub uri: String,
        /// The address as a QR code: an SVG document.
        pub qr_svg: String,
    }

    /// Codes that stand in for the authenticator, each once; shown this once.
    pub struct RecoveryCodes {
        /// Ten of them.
        pub codes: Vec<String>,
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
    /// Ends the person's sessions but the one that asks.
    EndOtherSessions: Delete "/v1/auth/sessions" => 204 crate::Nothing;
    /// Changes the password and ends all other sessions.
    ChangePassword: Post "/v1/auth/password", body ChangePasswordBody => 204 crate::Nothing;
    /// Completes a sign-in by a code, after the password was right.
    VerifySignIn: Post "/v1/auth/sign-in/code", body CodeBody => 200 Me;
    /// Sends a link for a new password to the address, if it has an account; the answer is the same either way.
    ForgotPassword: Post "/v1/auth/password/forgot", body ForgotPasswordBody => 204 crate::Nothing;
    /// Sets a new password by the token of a message and ends all sessions.
    ResetPassword: Post "/v1/auth/password/reset", body ResetPasswordBody => 204 crate::Nothing;
    /// Proves by password or code that it is the person who sits there, for acts that need a fresh proof.
    StepUp: Post "/v1/auth/step-up", body StepUpBody => 204 crate::Nothing;
    /// Asks the new address by a message whether it is the person's, and tells the old one.
    ChangeEmail: Post "/v1/auth/email", body ChangeEmailBody => 204 crate::Nothing;
    /// Changes the address by the token of the message that went to the new one.
    ConfirmEmail: Post "/v1/auth/email/confirm", body ConfirmEmailBody => 204 crate::Nothing;
    /// Tells whether the person has a second factor.
    GetSecondFactor: Get "/v1/auth/totp" => 200 SecondFactor;
    /// Makes the secret of an authenticator; it counts once it is confirmed.
    EnrolTotp: Post "/v1/auth/totp" => 201 TotpEnrolment;
    /// Turns the second factor on by a first code, ends all other sessions and answers the recovery codes.
    ConfirmTotp: Post "/v1/auth/totp/confirm", body CodeBody => 200 RecoveryCodes;
    /// Turns the second factor off.
    RemoveTotp: Delete "/v1/auth/totp" => 204 crate::Nothing;
    /// Makes new recovery codes; those of before stop working.
    RenewRecoveryCodes: Post "/v1/auth/totp/recovery-codes" => 200 RecoveryCodes;
}
