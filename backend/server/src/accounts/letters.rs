//! What people are written about their account, in English and in 中文. No letter asks for a password.

use crate::{
    context::Context,
    error::Result,
    infra::db::Tx,
    mail::{self, Letter},
};

/// For how long a notice is tried to be handed over.
const NOTICE_SECONDS: i64 = 3 * 86_400;

/// A page of the dashboard with a token behind `#`, which a browser sends to no server.
fn link(ctx: &Context, page: &str, token: &str) -> String {
    format!("{}{page}#token={token}", ctx.public_url())
}

/// The link for a new password.
pub fn reset(ctx: &Context, to: &str, token: &str) -> Letter {
    let (link, minutes) = (link(ctx, "/reset", token), ctx.config.auth.reset_minutes);
    Letter {
        kind: "password_reset",
        to: to.to_owned(),
        subject: "Set a new Amaas password · 重设 Amaas 密码".to_owned(),
        text: format!(
            "Somebody asked for a new password for this address. If it was you, open this link within {minutes} minutes; \
             it works once:\n\n{link}\n\nIf it was not you, do nothing: your password stays as it is.\n\n\
             有人为此邮箱申请重设密码。如果是您本人，请在 {minutes} 分钟内打开上面的链接（仅可使用一次）。\
             如果不是您，请忽略此邮件，密码不会改变。\n"
        ),
    }
}

/// The link that confirms a new address.
pub fn confirm_email(ctx: &Context, to: &str, token: &str) -> Letter {
    let (link, minutes) = (link(ctx, "/confirm-email", token), ctx.config.auth.reset_minutes);
    Letter {
        kind: "email_confirmation",
        to: to.to_owned(),
        subject: "Confirm your new address for Amaas · 确认新的 Amaas 邮箱".to_owned(),
        text: format!(
            "Somebody wants to sign in to Amaas with this address from now on. If it was you, open this link within \
             {minutes} minutes:\n\n{link}\n\nIf it was not you, do nothing.\n\n\
             有人希望今后用此邮箱登录 Amaas。如果是您本人，请在 {minutes} 分钟内打开上面的链接。如果不是您，请忽略此邮件。\n"
        ),
    }
}

/// What happened to an account, for the notice about it.
#[derive(Clone, Copy, Debug)]
pub enum News {
    /// The password was changed or set anew.
    Password,
    /// Another address was asked for.
    EmailAsked,
    /// The address was changed.
    Email,
    /// The second factor was turned on.
    FactorOn,
    /// The second factor was turned off.
    FactorOff,
    /// A recovery code was used to sign in.
    RecoveryCode,
    /// New recovery codes were made.
    RecoveryCodes,
}

impl News {
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            News::Password => ("The password of your account was changed", "您的账户密码已更改"),
            News::EmailAsked => {
                ("Somebody asked to change the address of your account", "有人申请更改您账户的邮箱")
            }
            News::Email => ("The address of your account was changed", "您账户的邮箱已更改"),
            News::FactorOn => ("The second factor of your account was turned on", "您账户的两步验证已开启"),
            News::FactorOff => ("The second factor of your account was turned off", "您账户的两步验证已关闭"),
            News::RecoveryCode => ("A recovery code was used for your account", "您账户的一个恢复码已被使用"),
            News::RecoveryCodes => {
                ("New recovery codes were made for your account", "您账户的恢复码已重新生成")
            }
        }
    }
}

/// Tells a person what happened to their account, in the transaction in which it happens.
pub async fn tell(ctx: &Context, tx: &mut Tx, to: &str, news: News) -> Result<()> {
    let (english, chinese) = news.words();
    let page = ctx.public_url();
    let letter = Letter {
        kind: "notice",
        to: to.to_owned(),
        subject: format!("{english} · {chinese}"),
        text: format!(
            "{english}. If it was you, there is nothing to do. If it was not you, set a new password at once by \
             {page}/forgot and tell an admin of your business.\n\n\
             {chinese}。如果是您本人操作，无需处理。如果不是，请立即通过 {page}/forgot 重设密码，并告知贵公司的管理员。\n"
        ),
    };
    mail::post(ctx, tx, &letter, ctx.clock.now().plus_seconds(NOTICE_SECONDS)).await
}
