"""Small ZIPs written by CPython's zipfile, for test/node/open-zip.test.ts.

Run as `python test/golden/zip_kinds.py > test/golden/zip_kinds.json`; made with CPython 3.11.7.
"""

import base64
import io
import json
import sys
import zipfile

CHANNELS = ["red", "green"]


def png(value):
    """A 2x2 greyscale PNG of one value."""
    import struct
    import zlib

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes([value, value]) for _ in range(2))
    header = struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Unseekable(io.RawIOBase):
    """Makes zipfile write sizes after the data, as `zip -` does."""

    def __init__(self):
        self.data = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.data += bytes(data)
        return len(data)


def archive(prefix="", method=zipfile.ZIP_DEFLATED, stream=False, zip64=False, extras=(), comment=b""):
    out = Unseekable() if stream else io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        for name, data in extras:
            z.writestr(name, data)
        for i, channel in enumerate(CHANNELS):
            with z.open(f"{prefix}Zelle ß_{channel}.png", "w", force_zip64=zip64) as entry:
                entry.write(png(10 + i))
        z.comment = comment
    return base64.b64encode(bytes(out.data) if stream else out.getvalue()).decode()


json.dump(
    {
        "stored": archive(method=zipfile.ZIP_STORED),
        "deflated": archive(),
        "sizes after the data": archive(stream=True),
        "zip64": archive(zip64=True),
        "a folder with entries of its own": archive("train/", extras=[("train/", b""), ("train.csv", b"Id,Target\nZelle \xc3\x9f,25 0\n")]),
        "what macOS adds": archive("train/", extras=[("__MACOSX/train/._Zelle \u00df_red.png", b"x"), ("train/.DS_Store", b"x")]),
        "a comment": archive(comment=b"PK\x05\x06 is not the end"),
    },
    sys.stdout,
    indent=1,
)
