//! Handlers of `/v1/auth`.

use super::{
    access_cookie, email, pending_cookie, proof, refresh_cookie, reset, second_factor, service,
    sessions::{self, Tokens},
    sign_in::{self, PENDING_SECONDS, Step},
};
use crate::{
    auth,
    context::Context,
    error::{Error, Result},
    http::{Ctx, Json, Person, Reply, Slot},
    policy::Origin,
};
use actix_web::{
    HttpRequest, HttpResponse, Responder,
    cookie::{Cookie, SameSite, time::Duration},
    http::header,
};
use contract::{
    Call, Code, Nothing, SessionId,
    accounts::{
        ChangeEmail, ChangeEmailBody, ChangePassword, ChangePasswordBody, CodeBody, ConfirmEmail,
        ConfirmEmailBody, ConfirmTotp, EndOtherSessions, EndSession, EnrolTotp, ForgotPassword,
        ForgotPasswordBody, GetMe, GetSecondFactor, ListSessions, Me, Refresh, RemoveTotp,
        RenewRecoveryCodes, ResetPassword, ResetPasswordBody, SignIn, SignInBody, SignOut, SignUp,
        SignUpBody, StepUp, StepUpBody, UpdateMe, UpdateMeBody, VerifySignIn,
    },
};

/// Signs a person up and in.
pub async fn sign_up(
    ctx: Ctx,
    request: HttpRequest,
    origin: Origin,
    Json(body): Json<SignUpBody>,
) -> Result<HttpResponse> {
    refuse_other_sites(&ctx, &request)?;
    let (me, tokens) = service::sign_up(&ctx, &origin, body).await?;
    signed_in::<SignUp>(&ctx, &request, me, tokens)
}

/// Signs a person in.
pub async fn sign_in(
    ctx: Ctx,
    request: HttpRequest,
    origin: Origin,
    Json(body): Json<SignInBody>,
) -> Result<HttpResponse> {
    refuse_other_sites(&ctx, &request)?;
    match sign_in::sign_in(&ctx, &origin, body).await? {
        Step::In(me, tokens) => signed_in::<SignIn>(&ctx, &request, me, tokens),
        Step::CodeNeeded(token) => {
            let detail = "The password is right. Send a code of your authenticator, or a recovery code, to \
                          POST /v1/auth/sign-in/code within 5 minutes.";
            let problem = Error::new(Code::SecondFactorRequired, detail).respond(&origin.request_id);
            with_cookies(problem, [cookie(&ctx, pending_cookie(&ctx), token, PENDING_SECONDS)])
        }
    }
}

/// Completes a sign-in by a code.
pub async fn verify_sign_in(
    ctx: Ctx,
    request: HttpRequest,
    origin: Origin,
    Json(body): Json<CodeBody>,
) -> Result<HttpResponse> {
    refuse_other_sites(&ctx, &request)?;
    let pending = request.cookie(pending_cookie(&ctx));
    let pending = pending.ok_or_else(|| {
        Error::new(Code::Unauthenticated, "There is no sign-in to complete. Begin with e-mail and password.")
    })?;
    let (me, tokens) = sign_in::complete(&ctx, &origin, pending.value(), &body.code).await?;
    let response = signed_in::<VerifySignIn>(&ctx, &request, me, tokens)?;
    with_cookies(response, [cookie(&ctx, pending_cookie(&ctx), String::new(), 0)])
}

/// Sends a link for a new password.
pub async fn forgot_password(
    ctx: Ctx,
    request: HttpRequest,
    origin: Origin,
    Json(body): Json<ForgotPasswordBody>,
) -> Result<Reply<ForgotPassword>> {
    refuse_other_sites(&ctx, &request)?;
    reset::forgot(&ctx, &origin, body).await?;
    Ok(Reply(Nothing {}))
}

/// Sets a new password by a link.
pub async fn reset_password(
    ctx: Ctx,
    request: HttpRequest,
    origin: Origin,
    Json(body): Json<ResetPasswordBody>,
) -> Result<Reply<ResetPassword>> {
    refuse_other_sites(&ctx, &request)?;
    reset::reset(&ctx, &origin, body).await?;
    Ok(Reply(Nothing {}))
}

/// Signs out; without a session there is nothing to end, and the cookies are cleared all the same.
pub async fn sign_out(ctx: Ctx, request: HttpRequest, origin: Origin) -> Result<HttpResponse> {
    let (access, refresh) = (request.cookie(access_cookie(&ctx)), request.cookie(refresh_cookie(&ctx)));
    if access.is_some() || refresh.is_some() {
        auth::check_same_origin(&ctx, &request)?;
    }
    let (access, refresh) = (access.as_ref().map(Cookie::value), refresh.as_ref().map(Cookie::value));
    sessions::sign_out(&ctx, &origin, access, refresh).await?;
    let gone = [access_cookie(&ctx), refresh_cookie(&ctx)].map(|name| cookie(&ctx, name, String::new(), 0));
    with_cookies(Reply::<SignOut>(Nothing {}).respond_to(&request), gone)
}

/// Renews the session by its refresh cookie.
pub async fn refresh(ctx: Ctx, request: HttpRequest, origin: Origin) -> Result<HttpResponse> {
    let refresh = request.cookie(refresh_cookie(&ctx));
    let refresh =
        refresh.ok_or_else(|| Error::new(Code::Unauthenticated, "There is no session to renew. Sign in."))?;
    auth::check_same_origin(&ctx, &request)?;
    let (me, tokens) = sessions::refresh(&ctx, &origin, refresh.value()).await?;
    signed_in::<Refresh>(&ctx, &request, me, tokens)
}

/// Tells who is signed in.
pub async fn me(ctx: Ctx, Person(identity): Person) -> Result<Reply<GetMe>> {
    Ok(Reply(service::me(&ctx, &identity).await?))
}

/// Changes the person who is signed in.
pub async fn update_me(
    ctx: Ctx,
    Person(identity): Person,
    origin: Origin,
    Json(body): Json<UpdateMeBody>,
) -> Result<Reply<UpdateMe>> {
    Ok(Reply(service::update_me(&ctx, &identity, &origin, body).await?))
}

/// Lists the person's open sessions.
pub async fn list_sessions(ctx: Ctx, Person(identity): Person) -> Result<Reply<ListSessions>> {
    Ok(Reply(sessions::list(&ctx, &identity).await?))
}

/// Ends one of the person's sessions.
pub async fn end_session(
    ctx: Ctx,
    Person(identity): Person,
    origin: Origin,
    Slot(id): Slot<SessionId>,
) -> Result<Reply<EndSession>> {
    sessions::end_one(&ctx, &identity, &origin, id).await?;
    Ok(Reply(Nothing {}))
}

/// Changes the password.
pub async fn change_password(
    ctx: Ctx,
    Person(identity): Person,
    origin: Origin,
    Json(body): Json<ChangePasswordBody>,
) -> Result<Reply<ChangePassword>> {
    service::change_password(&ctx, &identity, &origin, body).await?;
    Ok(Reply(Nothing {}))
}

/// Ends the person's sessions but the one that asks.
pub async fn end_other_sessions(
    ctx: Ctx,
    Person(identity): Person,
    origin: Origin,
) -> Result<Reply<EndOtherSessions>> {
    sessions::end_others(&ctx, &identity, &origin).await?;
    Ok(Reply(Nothing {}))
}

/// Proves that it is the person who sits there.
pub async fn step_up(
    ctx: Ctx,
    Person(identity): Person,
    origin: Origin,
    Json(body): Json<StepUpBody>,
) -> Result<Reply<StepUp>> {
    proof::step_up(&ctx, &identity, &origin, body).await?;
    Ok(Reply(Nothing {}))
}

/// Asks a new address whether it is the person's.
pub async fn change_email(
    ctx: Ctx,
    Person(identity): Person,
    origin: Origin,
    Json(body): Json<ChangeEmailBody>,
) -> Result<Reply<ChangeEmail>> {
    email::ask(&ctx, &identity, &origin, body).await?;
    Ok(Reply(Nothing {}))
}

/// Changes the address by a link.
pub async fn confirm_email(
    ctx: Ctx,
    request: HttpRequest,
    origin: Origin,
    Json(body): Json<ConfirmEmailBody>,
) -> Result<Reply<ConfirmEmail>> {
    refuse_other_sites(&ctx, &request)?;
    email::confirm(&ctx, &origin, body).await?;
    Ok(Reply(Nothing {}))
}

/// Tells whether the person has a second factor.
pub async fn second_factor(ctx: Ctx, Person(identity): Person) -> Result<Reply<GetSecondFactor>> {
    Ok(Reply(second_factor::get(&ctx, &identity).await?))
}

/// Makes the secret of an authenticator.
pub async fn enrol_totp(ctx: Ctx, Person(identity): Person, origin: Origin) -> Result<Reply<EnrolTotp>> {
    Ok(Reply(second_factor::enrol(&ctx, &identity, &origin).await?))
}

/// Turns the second factor on.
pub async fn confirm_totp(
    ctx: Ctx,
    Person(identity): Person,
    origin: Origin,
    Json(body): Json<CodeBody>,
) -> Result<Reply<ConfirmTotp>> {
    Ok(Reply(second_factor::confirm(&ctx, &identity, &origin, body).await?))
}

/// Turns the second factor off.
pub async fn remove_totp(ctx: Ctx, Person(identity): Person, origin: Origin) -> Result<Reply<RemoveTotp>> {
    second_factor::remove(&ctx, &identity, &origin).await?;
    Ok(Reply(Nothing {}))
}

/// Makes new recovery codes.
pub async fn renew_recovery_codes(
    ctx: Ctx,
    Person(identity): Person,
    origin: Origin,
) -> Result<Reply<RenewRecoveryCodes>> {
    Ok(Reply(second_factor::renew_codes(&ctx, &identity, &origin).await?))
}

/// A browser says where a call comes from: then it must be from here, lest another site signs somebody in as itself.
/// Programs say nothing and hold no cookies that could be abused.
fn refuse_other_sites(ctx: &Context, request: &HttpRequest) -> Result<()> {
    let headers = request.headers();
    if headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN) {
        auth::check_same_origin(ctx, request)?;
    }
    Ok(())
}

fn signed_in<C: Call<Answer = Me>>(
    ctx: &Context,
    request: &HttpRequest,
    me: Me,
    tokens: Tokens,
) -> Result<HttpResponse> {
    let access = cookie(ctx, access_cookie(ctx), tokens.access, tokens.max_age);
    let refresh = tokens.refresh.map(|token| cookie(ctx, refresh_cookie(ctx), token, tokens.max_age));
    with_cookies(Reply::<C>(me).respond_to(request), [access].into_iter().chain(refresh))
}

/// Out of reach of scripts and of other sites; `__Host-` in the name needs `Secure`, the path `/` and no domain.
fn cookie(ctx: &Context, name: &'static str, value: String, max_age: i64) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(ctx.config.is_https())
        .max_age(Duration::seconds(max_age))
        .finish()
}

fn with_cookies(
    mut response: HttpResponse,
    cookies: impl IntoIterator<Item = Cookie<'static>>,
) -> Result<HttpResponse> {
    for cookie in cookies {
        response.add_cookie(&cookie).map_err(Error::internal)?;
    }
    Ok(response)
}
