"""Small PNGs of every colour type, bit depth and interlacing, with the digests of their samples.

The files are written here, filters taking turns by row, because no common library writes all of them;
OpenCV (libpng) reads each back and must see the same samples. Run as `python test/golden/png_kinds.py`;
made with opencv-python-headless 5.0.0.93 and numpy 2.4.6.
"""
import base64
import hashlib
import json
import pathlib
import struct
import zlib

import cv2
import numpy as np

ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def pack(rows, depth):
    """Samples [height, width, channels] → bytes [height, row bytes]."""
    flat = rows.reshape(rows.shape[0], -1)
    if depth == 16:
        return flat.astype(">u2").view(np.uint8).reshape(rows.shape[0], -1)
    if depth == 8:
        return flat.astype(np.uint8)
    bits = np.unpackbits(flat.astype(np.uint8)[..., None], axis=-1)[..., 8 - depth :]
    return np.packbits(bits.reshape(rows.shape[0], -1), axis=-1)


def paeth(a, b, c):
    p = a + b - c
    pa, pb, pc = abs(p - a), abs(p - b), abs(p - c)
    return a if pa <= pb and pa <= pc else b if pb <= pc else c


def filter_rows(rows, step, first_filter):
    out = bytearray()
    for y, row in enumerate(rows):
        kind = (first_filter + y) % 5
        above = rows[y - 1] if y else np.zeros_like(row)
        out.append(kind)
        for i, value in enumerate(row):
            a = int(row[i - step]) if i >= step else 0
            b = int(above[i])
            c = int(above[i - step]) if i >= step else 0
            guess = [0, a, b, (a + b) // 2, paeth(a, b, c)][kind]
            out.append((int(value) - guess) & 255)
    return bytes(out)


def write_png(samples, depth, colour, interlaced):
    height, width, channels = samples.shape
    step = max(1, channels * depth // 8)
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    data = b""
    for number, (x, y, dx, dy) in enumerate(passes):
        part = samples[y::dy, x::dx]
        if part.size:
            data += filter_rows(pack(part, depth), step, 4 - number % 5)
    z = zlib.compress(data, 9)
    cut = len(z) // 2  # two IDAT chunks
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))
    if colour == 3:
        png += chunk(b"PLTE", palette(depth).tobytes())
    return png + chunk(b"IDAT", z[:cut]) + chunk(b"IDAT", z[cut:]) + chunk(b"IEND", b"")


def palette(depth):
    return (np.arange(3 * 2**depth) * 37 % 256).astype(np.uint8).reshape(-1, 3)


def check(png, samples, depth, colour):
    """OpenCV scales low depths, expands palettes and gives BGR; undo or do the same."""
    seen = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    seen = seen.reshape(*samples.shape[:2], -1)
    if colour == 4:  # OpenCV makes BGRA of it
        assert np.array_equal(seen[..., [0, 3]], samples), "grey and alpha"
        return
    if colour == 3:
        expected = palette(depth)[samples[..., 0]][..., ::-1]
    elif samples.shape[2] == 3:
        expected = samples[..., ::-1]
    elif samples.shape[2] == 4:
        expected = samples[..., [2, 1, 0, 3]]
    else:
        expected = samples * (255 // (2**depth - 1)) if depth < 8 else samples
    assert np.array_equal(seen, expected), (depth, colour)


rng = np.random.default_rng(7)
cases = []
for colour, depth in [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8),
                      (4, 8), (4, 16), (6, 8), (6, 16)]:  # fmt: skip
    for interlaced in (0, 1):
        width, height = (3, 2) if interlaced and colour == 0 else (13, 11)
        samples = rng.integers(0, 2**depth, (height, width, CHANNELS[colour]))
        png = write_png(samples, depth, colour, interlaced)
        check(png, samples, depth, colour)
        raw = samples.astype(">u2" if depth == 16 else np.uint8).tobytes()
        cases.append({
            "name": f"colour type {colour}, {depth} bits{', interlaced' * interlaced}",
            "width": width, "height": height, "channels": CHANNELS[colour], "bitDepth": depth,
            "sha256": hashlib.sha256(raw).hexdigest(), "png": base64.b64encode(png).decode(),
        })  # fmt: skip
        if colour == 3:
            cases[-1]["rgbSha256"] = hashlib.sha256(palette(depth)[samples[..., 0]].tobytes()).hexdigest()

out = pathlib.Path(__file__).with_suffix(".json")
out.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
