"""
Verifies bundles that come over a pipe, one after another: a request is a length (u32be) and the options of a vector as
JSON, a length and the archive; an answer is one line of JSON.
"""

import json
import struct
import sys

from notes import CallError
from verify import verify


def part():
    length = sys.stdin.buffer.read(4)
    return sys.stdin.buffer.read(struct.unpack(">I", length)[0]) if len(length) == 4 else None


while (options := part()) is not None:
    archive = part()
    try:
        verdict, code, run = verify(archive, json.loads(options))
        answer = {"verdict": verdict, "code": code, "run": run}
    except CallError:
        answer = {"refused": True}
    print(json.dumps(answer), flush=True)
