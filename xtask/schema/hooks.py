"""What schemathesis calls while it makes requests: real ids in half of the slots, and a note of what each call came to.

AMAAS_SCHEMA_IDS names a file with the ids of things that exist, by the path's first word; AMAAS_SCHEMA_HITS a file to
which each call adds its operation and status.
"""

import json
import os
import random

import schemathesis

with open(os.environ["AMAAS_SCHEMA_IDS"]) as file:
    IDS = json.load(file)
HITS = open(os.environ["AMAAS_SCHEMA_HITS"], "a", buffering=1)
draw = random.Random(int(os.environ["AMAAS_SCHEMA_SEED"]))


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Calls that end something keep made-up ids: what others need must stay."""
    kind = (context.operation.path.split("/") + [""] * 3)[2]
    if path_parameters and kind in IDS and context.operation.method.lower() != "delete" and draw.random() < 0.5:
        for name in path_parameters:
            path_parameters[name] = draw.choice(IDS[kind])
    return path_parameters


@schemathesis.hook
def map_headers(context, headers):
    """A made-up key of idempotency that comes twice only repeats the first answer."""
    if headers:
        for name in [name for name in headers if name.lower() == "idempotency-key"]:
            del headers[name]
    return headers


@schemathesis.hook
def after_call(context, case, response):
    definition = case.operation.definition.raw
    HITS.write(f"{definition.get('operationId')}\t{response.status_code}\n")
