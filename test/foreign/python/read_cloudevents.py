"""Reads records (each a u16be length and its bytes) from stdin with the CloudEvents SDK; prints a JSON line for each."""

import json
import struct
import sys

from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent


def read(record: bytes) -> dict:
    try:
        # The constructor validates; `write` and a second `read` show that the SDK can pass the event on.
        event = JSONFormat().read(CloudEvent, record)
        again = JSONFormat().read(CloudEvent, JSONFormat().write(event))
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    if (again.get_attributes(), again.get_data()) != (event.get_attributes(), event.get_data()):
        return {"error": "the event changed on its way through the SDK"}
    attributes = dict(event.get_attributes())
    attributes["time"] = event.get_time().isoformat()
    return {"attributes": attributes, "data": event.get_data()}


stream = sys.stdin.buffer
while len(length := stream.read(2)) == 2:
    print(json.dumps(read(stream.read(struct.unpack(">H", length)[0]))))
