"""
Verifies evidence that comes over a pipe, one after another: a request is a length (u32be) and the options of a vector
as JSON, a length and the archive; where the options have tiles, they are the files of a log in base64, and there is
no archive. An answer is one line of JSON.
"""

import base64
import json
import struct
import sys

from notes import CallError
from verify import verify, verify_tiles


def part():
    length = sys.stdin.buffer.read(4)
    return sys.stdin.buffer.read(struct.unpack(">I", length)[0]) if len(length) == 4 else None


while (options := part()) is not None:
    archive = part()
    try:
        asked = json.loads(options)
        tiles = asked.pop("tiles", None)
        if tiles is None:
            verdict, code, run = verify(archive, asked)
        else:
            files = {path: base64.b64decode(data) for path, data in tiles.items()}
            verdict, code, run = verify_tiles(files, asked)
        answer = {"verdict": verdict, "code": code, "run": run}
    except CallError:
        answer = {"refused": True}
    print(json.dumps(answer), flush=True)
