//! The closed set of things that are recorded.

macro_rules! acts {
    ($($name:ident = $wire:literal, $summary:literal;)*) => {
        /// What was done: dotted, past tense.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Act {$( #[doc = $summary] $name, )*}

        impl Act {
            /// Every action.
            pub const ALL: &'static [Act] = &[$(Act::$name),*];

            /// The action as it stands in the log.
            pub const fn as_str(self) -> &'static str {
                match self { $(Act::$name => $wire),* }
            }

            /// What it means.
            pub const fn summary(self) -> &'static str {
                match self { $(Act::$name => $summary),* }
            }
        }
    };
}

acts! {
    AccessDenied = "access.denied", "A caller was refused what their role or scopes do not allow.";
    UserSignedUp = "user.signed_up", "A person signed up.";
    UserSignedIn = "user.signed_in", "A person signed in.";
    UserSignInFailed = "user.sign_in_failed", "Somebody tried to sign in as a person with a wrong password.";
    UserSignedOut = "user.signed_out", "A person signed out.";
    UserUpdated = "user.updated", "A person changed their name.";
    UserPasswordChanged = "user.password_changed", "A person changed their password.";
    UserUnlocked = "user.unlocked", "The operator unlocked a person's account after failed sign-ins.";
    SessionRefreshed = "session.refreshed", "A session was renewed.";
    SessionReused = "session.reused", "A refresh token was used twice; the session was ended.";
    SessionEnded = "session.ended", "A person ended one of their sessions.";
    TenantCreated = "tenant.created", "The tenant was created.";
    TenantUpdated = "tenant.updated", "The tenant was changed.";
    TenantDeleted = "tenant.deleted", "The tenant was deleted with everything that it had; its key was shredded.";
    TenantKeyRewrapped = "tenant.key_rewrapped", "The operator put another root key in the place of the one before.";
    TenantPlanChanged = "tenant.plan_changed", "The operator gave the tenant another plan.";
    TenantSuspended = "tenant.suspended", "The operator suspended the tenant.";
    TenantResumed = "tenant.resumed", "The operator let the tenant in again.";
    OperatorTenantViewed = "operator.tenant_viewed", "The operator looked at the tenant.";
    MemberAdded = "member.added", "A person became a member.";
    MemberRoleChanged = "member.role_changed", "A member got another role.";
    MemberRemoved = "member.removed", "A member was taken out.";
    InviteCreated = "invite.created", "A person was invited.";
    InviteRevoked = "invite.revoked", "An invitation was revoked.";
    InviteAccepted = "invite.accepted", "A person accepted an invitation.";
    ApiKeyCreated = "api_key.created", "An API key was made.";
    ApiKeyUpdated = "api_key.updated", "An API key was changed.";
    ApiKeyRotated = "api_key.rotated", "An API key got a new secret.";
    ApiKeyRevoked = "api_key.revoked", "An API key was revoked.";
    DatasetUploaded = "dataset.uploaded", "A data set was uploaded.";
    DatasetProfiled = "dataset.profiled", "A data set was read and described.";
    DatasetFailed = "dataset.failed", "A data set could not be read.";
    DatasetUpdated = "dataset.updated", "A data set was renamed.";
    DatasetReadAgain = "dataset.read_again", "A data set was read anew, as somebody said.";
    DatasetDownloaded = "dataset.downloaded", "A data set was downloaded.";
    DatasetDeleted = "dataset.deleted", "A data set was deleted.";
    TrainingStarted = "training.started", "A training run was asked for.";
    TrainingSucceeded = "training.succeeded", "A training run made a model.";
    TrainingFailed = "training.failed", "A training run failed.";
    TrainingCancelled = "training.cancelled", "A training run was cancelled.";
    TrainingStopped = "training.stopped", "A training run was told to stop and keep the best so far.";
    ModelExported = "model.exported", "A model was taken out as a file.";
    ModelReproductionStarted = "model.reproduction_started", "A training of a model anew was asked for.";
    ModelReproduced = "model.reproduced", "A model was trained anew; the entry says whether it came out the same.";
    ModelReproductionFailed = "model.reproduction_failed", "A training of a model anew failed.";
    ModelDeleted = "model.deleted", "A model was deleted.";
    EndpointCreated = "endpoint.created", "An endpoint was created.";
    EndpointModelChanged = "endpoint.model_changed", "Another model was put on an endpoint.";
    EndpointRolledBack = "endpoint.rolled_back", "An endpoint went back to the model before.";
    EndpointDeleted = "endpoint.deleted", "An endpoint was deleted.";
    AuditRead = "audit.read", "The audit log was read.";
    AuditExported = "audit.exported", "The audit log was exported.";
    AuditVerified = "audit.verified", "The audit log was verified.";
}
