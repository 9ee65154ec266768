"""ECDSA on P-256 with SHA-256 (spec/log, section 6.2), in plain integers."""

import hashlib

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def point_of(public):
    """(x, y); None where these are not the 65 bytes of a point of the curve."""
    if len(public) != 65 or public[0] != 4:
        return None
    x, y = int.from_bytes(public[1:33], "big"), int.from_bytes(public[33:], "big")
    on_curve = x < P and y < P and (y * y - x * x * x + 3 * x - B) % P == 0
    return (x, y) if on_curve else None


def is_key(public):
    return point_of(public) is not None


def add(one, other):
    """The sum of two points; None is the one at infinity."""
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2:
        if (y1 + y2) % P == 0:
            return None
        slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, P)
    else:
        slope = (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def numbers_of(signature):
    """(r, s) of the one DER form; None of any other."""
    if len(signature) > 71 or signature[:1] != b"\x30" or signature[1:2] != bytes([len(signature) - 2 & 0xFF]):
        return None
    rest, numbers = signature[2:], []
    for _ in range(2):
        length = rest[1] if len(rest) > 1 else 0
        number = rest[2 : 2 + length]
        if rest[:1] != b"\x02" or length == 0 or len(number) < length or number[0] >= 0x80:
            return None
        if length > 1 and number[0] == 0 and number[1] < 0x80:
            return None
        numbers.append(int.from_bytes(number, "big"))
        rest = rest[2 + length :]
    return tuple(numbers) if rest == b"" else None


def verify(public, message, signature):
    key, numbers = point_of(public), numbers_of(signature)
    if key is None or numbers is None:
        return False
    r, s = numbers
    if not 0 < r < N or not 0 < s <= (N - 1) // 2:
        return False
    e = int.from_bytes(hashlib.sha256(message).digest(), "big")
    u, v = e * pow(s, -1, N) % N, r * pow(s, -1, N) % N
    table = (None, G, key, add(G, key))
    point = None
    for bit in range(255, -1, -1):
        point = add(add(point, point), table[(u >> bit & 1) | (v >> bit & 1) << 1])
    return point is not None and point[0] % N == r
