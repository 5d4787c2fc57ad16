"""Small JPEGs of every kind that is read, with the samples that libjpeg-turbo makes of them.

Pillow and OpenCV write them and read them back; both must see the same samples. Run as
`python test/golden/jpeg_kinds.py`; made with Pillow 13.0.0, opencv-python-headless 5.0.0.93 and numpy 2.4.6.
"""
import base64
import io
import json
import pathlib

import cv2
import numpy as np
from PIL import Image

rng = np.random.default_rng(5)
y, x = np.mgrid[0:18, 0:23]
waves = np.stack([127 + 120 * np.sin(x / 3 + c) * np.cos(y / (2 + c)) for c in range(3)], axis=-1)
colour = np.clip(waves + rng.normal(0, 12, waves.shape), 0, 255).astype(np.uint8)
colour[4:9, 5:14] = (255, 0, 0)  # edges of pure colours are where interpolation shows most
colour[10:16, 14:20] = (0, 0, 255)
grey = colour[..., 1].copy()
cases = []


def keep(name, data, check_opencv=True):
    image = Image.open(io.BytesIO(data))
    seen = np.asarray(image)
    if check_opencv:
        other = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        assert np.array_equal(seen, other[..., ::-1] if other.ndim == 3 else other), name
    cases.append({
        "name": name, "width": image.width, "height": image.height, "channels": len(image.getbands()),
        "samples": base64.b64encode(seen.tobytes()).decode(), "jpeg": base64.b64encode(data).decode(),
    })  # fmt: skip


def pillow(image, **options):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", **{"quality": 85, **options})
    return file.getvalue()


def opencv(image, *options):
    ok, data = cv2.imencode(".jpg", image[..., ::-1] if image.ndim == 3 else image, options)
    assert ok
    return data.tobytes()


keep("grey", pillow(grey))
keep("grey, progressive", pillow(grey, progressive=True))
keep("grey, a restart every 3 blocks", pillow(grey, restart_marker_blocks=3))
keep("grey, a restart every 4 blocks, which don't divide them", pillow(grey, restart_marker_blocks=4))
keep("colour, 4:4:4", pillow(colour, subsampling=0))
keep("colour, 4:2:2", pillow(colour, subsampling=1))
keep("colour, 4:2:0", pillow(colour, subsampling=2))
keep("colour, 4:2:0, progressive", pillow(colour, subsampling=2, progressive=True))
keep("colour, 4:2:0, a restart every 2 units", pillow(colour, subsampling=2, restart_marker_blocks=2))
keep("colour, 4:4:0", opencv(colour, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_440))
keep("colour, 4:1:1", opencv(colour, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_411))
keep("colour, kept as RGB", pillow(colour, keep_rgb=True))
keep("colour, 4:2:0, 4 pixels wide", pillow(colour[:7, 4:8], subsampling=2))
keep("colour, 4:2:0, 5 pixels wide", pillow(colour[:7, 4:9], subsampling=2))
keep("colour, 4:2:0, one pixel", pillow(colour[:1, 4:5], subsampling=2))
keep("quality 30", pillow(colour, subsampling=2, quality=30))
keep("quality 100", pillow(colour, subsampling=0, quality=100))
file = io.BytesIO()
Image.fromarray(colour[:8, :8]).convert("CMYK").save(file, "JPEG")
cases.append({"name": "CMYK", "refused": ["jpeg-unsupported", "four components, CMYK or YCCK"],
              "jpeg": base64.b64encode(file.getvalue()).decode()})  # fmt: skip

out = pathlib.Path(__file__).with_suffix(".json")
out.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
