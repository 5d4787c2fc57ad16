"""Area-averaged images by OpenCV INTER_AREA, for test/image/resize.test.ts, which makes the same inputs.

Run as `python test/golden/resize_area.py`; made with opencv-python-headless 5.0.0.93 and numpy 2.4.6.
Of large results, every `stride`-th sample is kept.
"""
import json
import pathlib

import cv2
import numpy as np


def make_image(width, height, channels):
    """Noise from an integer hash under a pattern of its own, so that means differ from place to place."""
    i = np.arange(width * height * channels, dtype=np.uint64)
    t = (i + 1) * 2654435761 & 0xFFFFFFFF
    t = (t ^ t >> 15) * 2246822519 & 0xFFFFFFFF
    noise = (t ^ t >> 13) & 255
    y, x, c = np.indices((height, width, channels), dtype=np.uint64)
    pattern = (x * 7 + y * 13 + c * 50) % 256
    return (noise.reshape(height, width, channels) * pattern >> 8).astype(np.uint8)


cases = []
for (in_w, in_h), (out_w, out_h), channels in [
    ((512, 512), (192, 192), 1),
    ((512, 512), (192, 192), 4),
    ((512, 512), (256, 256), 4),
    ((512, 512), (299, 299), 3),
    ((61, 47), (17, 13), 3),
    ((61, 47), (60, 46), 1),
    ((64, 48), (16, 12), 4),
    ((50, 40), (50, 10), 3),
    ((37, 23), (1, 1), 4),
]:
    image = make_image(in_w, in_h, channels)
    stride = max(1, out_w * out_h * channels // 1000)
    if stride % 2 == 0 or stride % 3 == 0:
        stride += {0: 1, 2: 5, 3: 2, 4: 1}[stride % 6]  # prime to the channels, so that all are seen
    results = {}
    for name, source in [("uint8", image), ("float32", image.astype(np.float32) / np.float32(255))]:
        result = cv2.resize(source, (out_w, out_h), interpolation=cv2.INTER_AREA).reshape(-1)[::stride]
        results[name] = [round(float(v), 6) if name == "float32" else int(v) for v in result]
    cases.append({"from": [in_w, in_h], "to": [out_w, out_h], "channels": channels, "stride": stride, **results})

out = pathlib.Path(__file__).with_suffix(".json")
out.write_text("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")
