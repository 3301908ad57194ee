"""Reads messages with Python's email, in its strict mode: a defect is an error."""

import base64
import email
import email.policy
import json
import sys
from datetime import timezone


def reading(path):
    with open(path, "rb") as file:
        message = email.message_from_binary_file(file, policy=email.policy.strict)
    for part in message.walk():
        defects = part.defects + [d for value in part.values() for d in value.defects]
        if defects:
            raise SystemExit(f"{path}: {defects}")
    sender = message["from"].addresses[0]
    return {
        "subject": str(message["subject"]),
        "from": f"{sender.display_name} {sender.addr_spec}",
        "to": [a.addr_spec for a in message["to"].addresses],
        "replyto": [a.addr_spec for a in message["reply-to"].addresses],
        "date": message["date"].datetime.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "text": message.get_body(("plain",)).get_content(),
        "html": message.get_body(("html",)).get_content(),
        "attached": {
            a.get_filename(): base64.b64encode(a.get_payload(decode=True)).decode()
            for a in message.iter_attachments()
        },
    }


def find(path):
    try:
        return reading(path)
    except Exception as error:  # whatever it does not like about one message
        return {"refused": f"{type(error).__name__}: {error}"}


print(json.dumps({path: find(path) for path in sys.argv[1:]}))
