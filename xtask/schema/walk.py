"""Calls every operation of the OpenAPI document with what schemathesis makes up, as nobody, as a member and as a stranger,
and then, with a valid request, each that none of them reached with success.

An answer of 500 and above, or one that the document does not describe, is bad; so is an operation without a success.
"""

import argparse
import base64
import collections
import email
import email.policy
import hmac
import http.cookies
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance"
# What would end the caller's own session, role or tenant; each is called with success at the end.
ENDING = [
    "SignOut", "EndSession", "EndOtherSessions", "ChangePassword", "Refresh", "UpdateOperatorTenant", "UpdateMember", "RemoveMember",
    "DeleteTenant",
]
# Upon these others of the valid requests rest: they are made in any case.
FIRST = ["ForgotPassword", "ChangeEmail", "UpdateEndpoint"]
PASSWORD = "a lighthouse above the harbour"
CSV = "size,colour,price\n" + "".join(f"{n},{'red' if n % 2 else 'blue'},{10 * n}.5\n" for n in range(1, 41))


class Caller:
    """A person, a program, or nobody; remembers cookies as a browser does."""

    def __init__(self, base):
        self.base, self.cookies, self.tenant, self.key = base, {}, None, None

    def headers(self):
        headers = {"sec-fetch-site": "same-origin"}
        if self.key:
            headers["authorization"] = f"Bearer {self.key}"
        if self.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.tenant:
            headers["x-amaas-tenant"] = self.tenant
        return headers

    def call(self, method, path, body=None, media="application/json"):
        """The status, and the answer: JSON where it is some, else text."""
        data = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
        headers = self.headers() | ({} if data is None else {"content-type": media})
        request = urllib.request.Request(self.base + path, data=data, method=method, headers=headers)
        try:
            response = urllib.request.urlopen(request, timeout=60)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            status, text = response.status, response.read()
            for line in response.headers.get_all("set-cookie") or []:
                for name, morsel in http.cookies.SimpleCookie(line).items():
                    self.cookies[name] = morsel.value
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text

    def done(self, method, path, body=None, **more):
        status, answer = self.call(method, path, body, **more)
        if status >= 400:
            sys.exit(f"{method} {path}: {status} {answer}")
        return answer

    def until(self, path, is_done):
        for _ in range(1200):
            answer = self.done("GET", path)
            if is_done(answer):
                return answer
            time.sleep(0.1)
        sys.exit(f"{path} is not done in time")


def sign_up(base, email, tenant):
    person = Caller(base)
    me = person.done("POST", "/v1/auth/sign-up", {"email": email, "password": PASSWORD, "name": "Somebody", "tenant_name": tenant})
    person.tenant, person.user = me["tenants"][0]["id"], me["user"]["id"] if "user" in me else me["id"]
    return person


def build(person, name):
    """One of everything; its ids by the first word of the paths that name them."""
    dataset = person.done("POST", "/v1/datasets?name=prices", CSV, media="text/csv")["id"]
    person.until(f"/v1/datasets/{dataset}", lambda one: one["status"] != "profiling")
    body = {"dataset_id": dataset, "target": "price", "algorithms": ["linear"]}
    run = person.done("POST", "/v1/training-runs", body)["id"]
    model = person.until(f"/v1/training-runs/{run}", lambda one: one["status"] not in ("queued", "running"))["model_id"]
    person.done("POST", "/v1/endpoints", {"name": name, "model_id": model})
    again = person.done("POST", "/v1/training-runs", body)["id"]
    second = person.until(f"/v1/training-runs/{again}", lambda one: one["status"] not in ("queued", "running"))["model_id"]
    key = person.done("POST", "/v1/api-keys", {"name": "shop", "scopes": ["predict"]})
    invite = person.done("POST", "/v1/invites", {"email": f"{name}@example.com", "role": "analyst"})
    events = person.done("GET", "/v1/audit-events")["data"]
    return {
        "datasets": [dataset], "training-runs": [run, again], "models": [model, second], "endpoints": [name],
        "api-keys": [(key.get("key") or key)["id"]], "invites": [(invite.get("invite") or invite)["id"]],
        "audit-events": [events[0]["id"]], "samples": ["iris"], "members": [person.user],
    }


def schemathesis(options, name, caller, ids, folder):
    """Runs it as one caller: how many calls, how many were bad, and the operations that were reached with success."""
    files = {what: folder / f"{name}.{what}" for what in ("ids", "hits", "log")}
    files["ids"].write_text(json.dumps(ids))
    environment = os.environ | {
        "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(pathlib.Path(__file__).parent),
        "AMAAS_SCHEMA_IDS": str(files["ids"]), "AMAAS_SCHEMA_HITS": str(files["hits"]), "AMAAS_SCHEMA_SEED": str(options.seed),
    }
    command = [
        str(pathlib.Path(sys.executable).parent / "st"), "--no-color", "run", options.base + "/openapi.json", "--checks", CHECKS,
        "--phases", "examples,coverage,fuzzing", "--max-examples", str(options.examples), "--seed", str(options.seed),
        "--request-timeout", "30", "--workers", "2", "--warnings", "off", "--generation-database", "none",
    ]
    if caller.cookies:
        command += [part for one in ENDING for part in ("--exclude-operation-id", one)]
    command += [part for header in caller.headers().items() for part in ("-H", ": ".join(header))]
    with open(files["log"], "w") as log:
        ended = subprocess.run(command, env=environment, stdout=log, stderr=subprocess.STDOUT, cwd=folder)
    hits = collections.Counter(tuple(line.split("\t")) for line in files["hits"].read_text().splitlines())
    lines = files["log"].read_text().splitlines()
    bad = sum(count for (_, status), count in hits.items() if int(status) >= 500)
    print(f"  {name}: {sum(hits.values())} calls, {bad} answers of 500 and above, {'no' if ended.returncode == 0 else 'SOME'} breach of the document", flush=True)
    if ended.returncode != 0:
        print("\n".join(line[:300] for line in lines[-150:]))
    return sum(hits.values()), bad + (ended.returncode != 0), {one for one, status in hits if int(status) < 400}


def code(secret, step):
    """What an authenticator shows (RFC 6238: SHA-1, 30 seconds, 6 digits), so many steps from now."""
    counter = (int(time.time()) // 30 + step).to_bytes(8, "big")
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at:at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def token_for(mail, address, page):
    """The token of the newest link to a page that was mailed to an address."""
    for _ in range(600):
        for file in sorted(pathlib.Path(mail).glob("*.eml"), key=lambda one: one.stat().st_mtime, reverse=True):
            message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            text = message.get_body().get_content()
            if address in message["to"] and f"{page}#token=" in text:
                return text.split(f"{page}#token=")[1].split()[0]
        time.sleep(0.1)
    sys.exit(f"no message with a link to {page} came to {address}")


def of_people(base, mail):
    """Valid requests of the acts by which people look after their sign-in."""
    person, nobody, address = sign_up(base, "factor@example.com", "Factor"), Caller(base), "factor@example.com"
    yield ("StepUp", person, "POST", "/v1/auth/step-up", {"password": PASSWORD})
    yield ("EndOtherSessions", person, "DELETE", "/v1/auth/sessions", None)
    yield ("ForgotPassword", nobody, "POST", "/v1/auth/password/forgot", {"email": address})
    reset = {"token": token_for(mail, address, "/reset"), "new_password": PASSWORD}
    yield ("ResetPassword", nobody, "POST", "/v1/auth/password/reset", reset)
    nobody.call("POST", "/v1/auth/password/reset", reset)
    person.done("POST", "/v1/auth/sign-in", {"email": address, "password": PASSWORD})
    secret = person.done("POST", "/v1/auth/totp")["secret"]
    yield ("EnrolTotp", person, "POST", "/v1/auth/totp", None)
    yield ("GetSecondFactor", person, "GET", "/v1/auth/totp", None)
    secret = person.done("POST", "/v1/auth/totp")["secret"]
    yield ("ConfirmTotp", person, "POST", "/v1/auth/totp/confirm", {"code": code(secret, 0)})
    yield ("RenewRecoveryCodes", person, "POST", "/v1/auth/totp/recovery-codes", None)
    again = Caller(base)
    again.call("POST", "/v1/auth/sign-in", {"email": address, "password": PASSWORD})
    yield ("VerifySignIn", again, "POST", "/v1/auth/sign-in/code", {"code": code(secret, 1)})
    yield ("RemoveTotp", person, "DELETE", "/v1/auth/totp", None)
    new = "other@example.com"
    yield ("ChangeEmail", person, "POST", "/v1/auth/email", {"email": new})
    yield ("ConfirmEmail", nobody, "POST", "/v1/auth/email/confirm", {"token": token_for(mail, new, "/confirm-email")})


def valid(base, owner, ids):
    """A valid request for every operation, in an order in which each can be made: (operation, caller, method, path, body)."""
    guest, nobody, leaving = sign_up(base, "guest@example.com", "Guests"), Caller(base), sign_up(base, "leaving@example.com", "Leaving")
    first = {kind: some[0] for kind, some in ids.items()}
    dataset, run, model, key = (first[kind] for kind in ("datasets", "training-runs", "models", "api-keys"))
    fresh = lambda kind, body, **more: owner.done("POST", f"/v1/{kind}", body, **more)
    token = lambda: fresh("invites", {"email": "guest@example.com", "role": "auditor"})["token"]
    sent = lambda: fresh("datasets", CSV, media="text/csv")["id"]
    described = lambda: owner.until(f"/v1/datasets/{sent()}", lambda one: one["status"] != "profiling")["id"]
    yield from (
        ("GetLive", nobody, "GET", "/livez", None), ("GetReady", nobody, "GET", "/readyz", None),
        ("SignUp", Caller(base), "POST", "/v1/auth/sign-up", {"email": "new@example.com", "password": PASSWORD, "name": "New", "tenant_name": "New"}),
        ("SignIn", Caller(base), "POST", "/v1/auth/sign-in", {"email": "new@example.com", "password": PASSWORD}),
        ("Refresh", guest, "POST", "/v1/auth/refresh", None), ("GetMe", owner, "GET", "/v1/auth/me", None),
        ("UpdateMe", owner, "PATCH", "/v1/auth/me", {"name": "Ada"}), ("ListSessions", owner, "GET", "/v1/auth/sessions", None),
        ("GetTenant", owner, "GET", "/v1/tenant", None), ("UpdateTenant", owner, "PATCH", "/v1/tenant", {"name": "Named anew"}),
        ("GetQuotas", owner, "GET", "/v1/tenant/quotas", None), ("GetUsage", owner, "GET", "/v1/tenant/usage", None),
        ("ListMembers", owner, "GET", "/v1/members", None), ("GetMember", owner, "GET", f"/v1/members/{owner.user}", None),
        ("ListInvites", owner, "GET", "/v1/invites", None),
        ("CreateInvite", owner, "POST", "/v1/invites", {"email": "one@example.com", "role": "analyst"}),
        ("RevokeInvite", owner, "DELETE", f"/v1/invites/{first['invites']}", None),
        ("AcceptInvite", guest, "POST", "/v1/invites/accept", lambda: {"token": token()}),
        ("UpdateMember", owner, "PATCH", f"/v1/members/{guest.user}", {"role": "analyst"}),
        ("RemoveMember", owner, "DELETE", f"/v1/members/{guest.user}", None),
        ("ListApiKeys", owner, "GET", "/v1/api-keys", None), ("GetApiKey", owner, "GET", f"/v1/api-keys/{key}", None),
        ("CreateApiKey", owner, "POST", "/v1/api-keys", {"name": "one", "scopes": ["predict"]}),
        ("UpdateApiKey", owner, "PATCH", f"/v1/api-keys/{key}", {"name": "two"}),
        ("RotateApiKey", owner, "POST", f"/v1/api-keys/{key}/rotate", {"overlap_seconds": 60}),
        ("RevokeApiKey", owner, "DELETE", f"/v1/api-keys/{key}", None),
        ("ListDatasets", owner, "GET", "/v1/datasets", None), ("GetDataset", owner, "GET", f"/v1/datasets/{dataset}", None),
        ("UploadDataset", owner, "POST", "/v1/datasets", CSV),
        ("UpdateDataset", owner, "PATCH", f"/v1/datasets/{dataset}", {"name": "another name"}),
        ("GetProfile", owner, "GET", f"/v1/datasets/{dataset}/profile", None), ("GetRows", owner, "GET", f"/v1/datasets/{dataset}/rows", None),
        ("GetRejects", owner, "GET", f"/v1/datasets/{dataset}/rejects", None),
        ("DownloadDataset", owner, "GET", f"/v1/datasets/{dataset}/download", None),
        ("PreviewReading", owner, "POST", f"/v1/datasets/{dataset}/reading/preview", {"kinds": {"colour": "text"}}),
        ("ReadAgain", owner, "PUT", lambda: f"/v1/datasets/{described()}/reading", {"kinds": {"colour": "category"}}),
        ("DeleteDataset", owner, "DELETE", lambda: f"/v1/datasets/{sent()}", None),
        ("ListSamples", owner, "GET", "/v1/samples", None), ("LoadSample", owner, "POST", "/v1/samples/iris", None),
        ("ListRuns", owner, "GET", "/v1/training-runs", None), ("GetRun", owner, "GET", f"/v1/training-runs/{run}", None),
        ("GetRunEvents", owner, "GET", f"/v1/training-runs/{run}/events", None),
        ("StartRun", owner, "POST", "/v1/training-runs", {"dataset_id": dataset, "target": "price", "algorithms": ["linear"]}),
        ("CancelRun", owner, "POST", lambda: f"/v1/training-runs/{long_run(owner, dataset)}/cancel", None),
        ("StopRun", owner, "POST", lambda: f"/v1/training-runs/{long_run(owner, dataset)}/stop", None),
        ("ListModels", owner, "GET", "/v1/models", None), ("GetModel", owner, "GET", f"/v1/models/{model}", None),
        ("ReproduceModel", owner, "POST", f"/v1/models/{model}/reproduce", None),
        ("ListReproductions", owner, "GET", f"/v1/models/{model}/reproductions", None),
        ("GetReproduction", owner, "GET", lambda: "/v1/reproductions/" + owner.done("GET", f"/v1/models/{model}/reproductions")["data"][0]["id"], None),
    )
    for name, part in (("Card", "card"), ("Evaluation", "evaluation"), ("Explanation", "explanation"), ("Leaderboard", "leaderboard"), ("Lineage", "lineage")):
        yield ("GetModelCard" if name == "Card" else f"Get{name}", owner, "GET", f"/v1/models/{model}/{part}", None)
    yield from (
        ("ExportModel", owner, "GET", f"/v1/models/{model}/export?format=json", None),
        ("ListEndpoints", owner, "GET", "/v1/endpoints", None), ("GetEndpoint", owner, "GET", "/v1/endpoints/others", None),
        ("GetEndpointSchema", owner, "GET", "/v1/endpoints/others/schema", None),
        ("CreateEndpoint", owner, "POST", "/v1/endpoints", {"name": "another", "model_id": model}),
        ("Predict", owner, "POST", "/v1/endpoints/others/predict", {"rows": [{"size": 3, "colour": "red"}]}),
        ("UpdateEndpoint", owner, "PATCH", "/v1/endpoints/others", {"model_id": ids["models"][1]}),
        ("RollBackEndpoint", owner, "POST", "/v1/endpoints/others/rollback", None),
        ("DeleteEndpoint", owner, "DELETE", "/v1/endpoints/another", None),
        ("DeleteModel", owner, "DELETE", f"/v1/models/{ids['models'][1]}", None),
        ("ListAuditEvents", owner, "GET", "/v1/audit-events", None), ("ListAuditActions", owner, "GET", "/v1/audit-actions", None),
        ("GetAuditEvent", owner, "GET", f"/v1/audit-events/{first['audit-events']}", None),
        ("ExportAuditEvents", owner, "GET", "/v1/audit-events/export?format=ndjson", None),
        ("VerifyAuditEvents", owner, "GET", "/v1/audit-events/verify", None),
        ("GetPlatform", owner, "GET", "/v1/operator/platform", None), ("ListPlans", owner, "GET", "/v1/operator/plans", None),
        ("ListTenants", owner, "GET", "/v1/operator/tenants", None), ("ListJobs", owner, "GET", "/v1/operator/jobs", None),
        ("GetOperatorTenant", owner, "GET", f"/v1/operator/tenants/{owner.tenant}", None),
        ("UpdateOperatorTenant", owner, "PATCH", f"/v1/operator/tenants/{guest.tenant}", {"plan": "standard"}),
        ("EndSession", guest, "DELETE", lambda: "/v1/auth/sessions/" + guest.done("GET", "/v1/auth/sessions")["data"][0]["id"], None),
        ("ProveAuditEvent", owner, "GET", f"/v1/audit-events/{first['audit-events']}/proof", None),
        ("GetAuditPublicKey", owner, "GET", "/v1/audit-public-key", None),
        ("DeleteTenant", leaving, "DELETE", "/v1/tenant", {"name": "Leaving"}),
        ("ChangePassword", leaving, "POST", "/v1/auth/password", {"current_password": PASSWORD, "new_password": PASSWORD + " again"}),
        ("SignOut", leaving, "POST", "/v1/auth/sign-out", None),
    )


def long_run(owner, dataset):
    """A run that is still waiting or under way when somebody ends it."""
    body = {"dataset_id": dataset, "target": "price", "algorithms": ["boosting", "forest"], "budget_seconds": 60}
    return owner.done("POST", "/v1/training-runs", body)["id"]


def reach(operations, reached, requests):
    """Makes the valid requests of operations that were not reached; those that still are not."""
    for name, caller, method, path, body in requests:
        if name not in operations or name in reached and name not in FIRST:
            continue
        path, body = (one() if callable(one) else one for one in (path, body))
        media = "text/csv" if isinstance(body, str) else "application/json"
        status, answer = caller.call(method, path, body, media=media)
        if status < 400:
            reached.add(name)
        else:
            print(f"  {name}: {status} {str(answer)[:300]}")
    return sorted(operations - reached)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", required=True, help="the server's address")
    parser.add_argument("--mail", required=True, help="the folder into which it writes messages")
    parser.add_argument("--examples", type=int, default=3, help="made-up requests an operation and caller")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    owner, stranger = sign_up(options.base, "ada@example.com", "Ada"), sign_up(options.base, "mallory@example.com", "Mallory")
    ids = build(owner, "prices")
    document = owner.done("GET", "/openapi.json")
    operations = {one["operationId"] for path in document["paths"].values() for one in path.values()}
    started, calls, bad, reached = time.monotonic(), 0, 0, set()
    with tempfile.TemporaryDirectory() as folder:
        for name, caller in (("nobody", Caller(options.base)), ("member", owner), ("stranger", stranger)):
            made, wrong, hit = schemathesis(options, name, caller, ids, pathlib.Path(folder))
            calls, bad, reached = calls + made, bad + wrong, reached | hit
    made_up = len(reached & operations)
    # Of what was there before, some was deleted by requests that guessed well.
    reach(operations, reached, of_people(options.base, options.mail))
    missed = reach(operations, reached, valid(options.base, owner, build(owner, "others")))
    print(f"  {len(operations)} operations: {made_up} reached with success by made-up requests, the others by valid ones; missed: {', '.join(missed) or 'none'}")
    bad += len(missed)
    if report := os.environ.get("AMAAS_TORTURE_REPORT"):
        line = ["T111", "the API against its document", f"seed {options.seed}", f"runs {calls}", f"bad {bad}", f"{time.monotonic() - started:.1f} s"]
        with open(report, "a") as file:
            file.write("\t".join([*line, f"{len(operations)} operations as nobody, member and stranger"]) + "\n")
    sys.exit(0 if bad == 0 else 1)


main()
