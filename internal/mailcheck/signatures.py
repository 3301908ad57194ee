# Says of each signature of each message on the command line whether dkimpy verifies it.
# The first argument is a file of DNS records, a name and its text on each line.
import json
import sys

import dkim

records = {}
with open(sys.argv[1], "rb") as f:
    for line in f:
        name, text = line.rstrip(b"\n").split(b" ", 1)
        records[name + b"."] = text


def lookup(name, timeout=5):
    return records.get(name if isinstance(name, bytes) else name.encode())


answer = {}
for path in sys.argv[2:]:
    with open(path, "rb") as f:
        message = f.read()
    verdicts = []
    for i in range(message.count(b"DKIM-Signature:")):
        try:
            verdicts.append(bool(dkim.DKIM(message).verify(idx=i, dnsfunc=lookup)))
        except dkim.DKIMException:
            verdicts.append(False)
    answer[path] = verdicts
json.dump(answer, sys.stdout)
