"""The container (spec/bundle, section 1): an archive to its files."""

import re
import struct
import zlib

from admission import Refused
from tables import LIMITS

NAME = re.compile(rb"[a-z0-9.-]+(/[a-z0-9.-]+)*")
END = struct.Struct("<IHHHHIIH")
CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
LOCAL = struct.Struct("<IHHHHHIIIHH")


def read_archive(data):
    """The files by their names. Raises Refused."""
    if len(data) > LIMITS["archiveBytes"]:
        raise Refused("CONTAINER_TOO_LARGE")
    if len(data) < END.size:
        raise Refused("CONTAINER_MALFORMED")
    end = len(data) - END.size
    signature, _, _, _, count, _, at, _ = END.unpack_from(data, end)
    if signature != 0x06054B50:
        raise Refused("CONTAINER_MALFORMED")
    if count > LIMITS["archiveEntries"]:
        raise Refused("CONTAINER_TOO_LARGE")
    entries = []
    total = 0
    for _ in range(count):
        if at + CENTRAL.size > end:
            raise Refused("CONTAINER_MALFORMED")
        header = CENTRAL.unpack_from(data, at)
        flags, method, checksum, size = header[3], header[4], header[7], header[8]
        name_length, extra, comment, local = header[10], header[11], header[12], header[16]
        name = data[at + CENTRAL.size : at + CENTRAL.size + name_length]
        at += CENTRAL.size + name_length + extra + comment
        if header[0] != 0x02014B50 or at > end or local + LOCAL.size > end:
            raise Refused("CONTAINER_MALFORMED")
        own = LOCAL.unpack_from(data, local)
        begin = local + LOCAL.size + own[9] + own[10]
        total += size
        if own[0] != 0x04034B50 or begin + size > end or total > len(data):
            raise Refused("CONTAINER_MALFORMED")
        entries.append((name, flags, method, checksum, data[begin : begin + size]))
    if any(flags != 0 or method != 0 for _, flags, method, _, _ in entries):
        raise Refused("CONTAINER_METHOD")
    if not all(is_name(name) for name, *_ in entries):
        raise Refused("CONTAINER_NAME")
    files = {name.decode("ascii"): content for name, _, _, _, content in entries}
    if len(files) < len(entries):
        raise Refused("CONTAINER_DUPLICATE")
    if any(zlib.crc32(content) != checksum for _, _, _, checksum, content in entries):
        raise Refused("CONTAINER_CHECKSUM")
    if write_archive(files) != data:
        raise Refused("CONTAINER_NOT_CANONICAL")
    return files


def is_name(name):
    segments = name.split(b"/")
    return bool(NAME.fullmatch(name)) and len(name) <= LIMITS["nameBytes"] and not {b".", b".."} & set(segments)


def write_archive(files):
    body, directory = [], []
    offset = 0
    for name in sorted(files):
        content, spelled = files[name], name.encode("ascii")
        fields = (10, 0, 0, 0, 0x21, zlib.crc32(content), len(content), len(content), len(spelled), 0)
        body.append(LOCAL.pack(0x04034B50, *fields) + spelled + content)
        directory.append(CENTRAL.pack(0x02014B50, 10, *fields, 0, 0, 0, 0, offset) + spelled)
        offset += len(body[-1])
    size = sum(map(len, directory))
    end = END.pack(0x06054B50, 0, 0, len(files), len(files), size, offset, 0)
    return b"".join(body + directory) + end
