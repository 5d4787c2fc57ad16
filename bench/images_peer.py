"""OpenCV and Pillow at the work of images-side.ts, one thread.

usage: images_peer.py FOLDER   a folder with kaggle-png/, png16/, tiff/ and mislabelled/, as images.ts is told
Prints one JSON line: [{work, side, milliseconds}, …], the best of several rounds of each.
"""
import glob, io, json, sys, time
import cv2, numpy as np
from PIL import Image

cv2.setNumThreads(1)
figures = []


def measure(work, side, run, per=1, rounds=7):
    run()
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        best = min(best, (time.perf_counter() - start) / per)
    figures.append(dict(work=work, side=side, milliseconds=best * 1e3))


def read(pattern):
    return [open(file, "rb").read() for file in sorted(glob.glob(f"{sys.argv[1]}/{pattern}"))]


def decode(file):
    return cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_UNCHANGED)


small, deep = read("kaggle-png/*.png"), read("png16/*.png")
for work, files in {
    "decode 8-bit PNG, 512×512": small,
    "decode 16-bit PNG, 1392×1040": deep,
    "decode TIFF, 512×512": read("tiff/*.tif*"),
    "decode JPEG, 1728×1728": read("mislabelled/*.png"),
}.items():
    if not files:
        continue
    measure(work, "OpenCV", lambda: [decode(file) for file in files], len(files))
    measure(work, "Pillow", lambda: [np.asarray(Image.open(io.BytesIO(file))) for file in files], len(files))

for size in [256, 192]:
    def stack(i, size=size):
        planes = [decode(small[(i + 7 * k) % len(small)]) for k in range(4)]
        return cv2.resize(cv2.merge(planes), (size, size), interpolation=cv2.INTER_AREA)
    measure(f"four PNGs decoded, stacked, resized to {size}", "OpenCV", lambda: [stack(i) for i in range(24)], 24)

image = np.random.default_rng(0).integers(0, 256, (512, 512, 4), np.uint8)
matrix = cv2.getRotationMatrix2D((255.5, 255.5), 17, 1.1)
table = np.arange(256, dtype=np.uint8)
for work, run in {
    "quarter turn": lambda: cv2.rotate(image, cv2.ROTATE_90_COUNTERCLOCKWISE),
    "half turn": lambda: cv2.rotate(image, cv2.ROTATE_180),
    "flip left and right": lambda: cv2.flip(image, 1),
    "flip top and bottom": lambda: cv2.flip(image, 0),
    "transpose": lambda: cv2.transpose(image),
    "affine, bilinear": lambda: cv2.warpAffine(image, matrix, (512, 512), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP),
    "area resize to 256": lambda: cv2.resize(image, (256, 256), interpolation=cv2.INTER_AREA),
    "area resize to 192": lambda: cv2.resize(image, (192, 192), interpolation=cv2.INTER_AREA),
    "area resize to 128": lambda: cv2.resize(image, (128, 128), interpolation=cv2.INTER_AREA),
    "to float, 0 to 1": lambda: image.astype(np.float32) * np.float32(1 / 255),
    "tone by a table": lambda: cv2.LUT(image, table),
    "Gaussian blur, sigma 1": lambda: cv2.GaussianBlur(image, (9, 9), 1),
}.items():
    # All results are kept until the round ends, as a batch keeps its images: each is written to fresh memory.
    measure(f"{work}, 512×512×4", "OpenCV", lambda: [run() for _ in range(100)], 100, rounds=5)
print(json.dumps(figures))
