"""Digests of PngSuite's palette images as Pillow expands them: RGB, or RGBA where there is tRNS.

Run as `python test/golden/pngsuite_palette.py PNGSUITE_FOLDER`; made with Pillow 13.0.0.
"""
import hashlib
import json
import pathlib
import sys

from PIL import Image

digests = {}
for path in sorted(pathlib.Path(sys.argv[1]).glob("[!x]*.png")):
    image = Image.open(path)
    if path.read_bytes()[25] != 3:  # the colour type
        continue
    mode = "RGBA" if b"tRNS" in path.read_bytes() else "RGB"
    samples = image.convert(mode).tobytes()
    digests[path.name] = {"channels": len(mode), "sha256": hashlib.sha256(samples).hexdigest()}
out = pathlib.Path(__file__).with_suffix(".json")
out.write_text(json.dumps(digests, indent=0) + "\n")
