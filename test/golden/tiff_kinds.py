"""Small TIFFs of every kind that is read, with the digests of their samples, and some that are not.

tifffile writes them and reads them back; Pillow (libtiff) reads back the plain ones of one page as well. Run as
`python test/golden/tiff_kinds.py`; made with tifffile 2026.3.3, imagecodecs 2026.3.6, Pillow 13.0.0 and numpy 2.4.6.
"""
import base64
import hashlib
import io
import itertools
import json
import pathlib

import numpy as np
import tifffile
from PIL import Image

rng = np.random.default_rng(11)
cases = []


def samples(shape, dtype):
    """Steps and noise, so that compressors have something to do and predictors wrap round."""
    flat = np.cumsum(rng.integers(0, 9, shape), axis=1) * (257 if dtype == "uint16" else 1)
    return (flat % (65536 if dtype == "uint16" else 256)).astype(dtype) / np.float32(1 if dtype != "float32" else 51)


def write(name, pages, pixels=None, **options):
    """`pages` are [height, width] or [height, width, channels]; `pixels` what decoding gives, if other than those."""
    byteorder, bigtiff = options.pop("byteorder", "<"), options.pop("bigtiff", False)
    file = io.BytesIO()
    with tifffile.TiffWriter(file, byteorder=byteorder, bigtiff=bigtiff) as tiff:
        for page in pages:
            tiff.write(page, metadata=None, contiguous=False, software=False, **options)
    keep(name, file.getvalue(), pages, pixels)


def keep(name, data, pages, pixels=None, **more):
    with tifffile.TiffFile(io.BytesIO(data)) as tiff:
        for page, wanted in zip(tiff.pages, pages, strict=True):
            seen = page.asarray()
            if page.planarconfig == 2 and seen.ndim == 3:
                seen = np.moveaxis(seen, 0, -1)
            assert np.array_equal(seen, wanted), name
    if len(pages) == 1 and pages[0].dtype == np.uint8 and (pages[0].ndim == 2 or pages[0].shape[2] == 3):
        seen = np.asarray(Image.open(io.BytesIO(data)))
        assert np.array_equal(seen, pages[0] if pixels is None else pixels), f"{name} by Pillow"
    image = pixels if pixels is not None else np.concatenate([p.reshape(*p.shape[:2], -1) for p in pages], axis=2)
    image = image.reshape(*image.shape[:2], -1)
    cases.append({
        "name": name, "width": image.shape[1], "height": image.shape[0], "channels": image.shape[2],
        "bitDepth": image.dtype.itemsize * 8, "float": image.dtype.kind == "f", **more,
        "sha256": hashlib.sha256(image.astype(image.dtype.newbyteorder("<")).tobytes()).hexdigest(),
        "tiff": base64.b64encode(data).decode(),
    })  # fmt: skip


kinds = itertools.product(["uint8", "uint16", "float32"], [None, "packbits", "lzw", "zlib"], ["<", ">"])
for dtype, compression, byteorder in kinds:
    image = samples((5, 18), dtype).astype(dtype)
    for predictor in (False, True) if compression in ("lzw", "zlib") else (False,):
        name = f"{dtype}, {compression or 'uncompressed'}{', predictor' * predictor}, {byteorder}"
        more = {"compression": compression, "predictor": predictor or None, "byteorder": byteorder}
        write(f"{name}, strips", [image], rowsperstrip=2, **more)
        if compression == "lzw" or (predictor and dtype != "uint8") or (dtype == "uint8" and not compression):
            write(f"{name}, tiles", [image], tile=(16, 16), **more)

rgb8, rgb16 = samples((5, 17, 3), "uint8").astype("uint8"), samples((5, 17, 3), "uint16").astype("uint16")
for planar in ("contig", "separate"):
    for image, compression in [(rgb8, "lzw"), (rgb16, "zlib")]:
        stored = image if planar == "contig" else np.moveaxis(image, -1, 0).copy()
        options = {"photometric": "rgb", "planarconfig": planar, "compression": compression, "predictor": True}
        for tile in (None, (16, 16)):
            file = io.BytesIO()
            with tifffile.TiffWriter(file, byteorder=">") as tiff:
                tiff.write(stored, metadata=None, tile=tile, rowsperstrip=None if tile else 2, **options)
            keep(f"RGB {image.dtype}, {planar}, {'tiles' if tile else 'strips'}", file.getvalue(), [image])
rgba = samples((5, 6, 4), "uint8").astype("uint8")
write("RGBA", [rgba], photometric="rgb", extrasamples=["unassalpha"])
grey = samples((7, 9), "uint8").astype("uint8")
write("white is zero", [grey], 255 - grey, photometric="miniswhite")
deep = samples((7, 9), "uint16").astype("uint16")
write("white is zero, 16 bits", [deep], 65535 - deep, photometric="miniswhite", byteorder=">")
write("one pixel", [grey[:1, :1]], compression="zlib")
write("several pages", [grey, grey[::-1].copy(), grey // 2], compression="lzw")
write("BigTIFF", [deep, deep // 3], bigtiff=True, compression="zlib", predictor=True)
write("BigTIFF, big-endian", [deep], bigtiff=True, byteorder=">", rowsperstrip=2)
noise = rng.integers(0, 256, (39, 100)).astype("uint8")
write("LZW with a full table", [noise], compression="lzw", rowsperstrip=39)


def ome(name, image, axes, channels, order=None, **more):
    file = io.BytesIO()
    with tifffile.TiffWriter(file, ome=True) as tiff:
        tiff.write(image, photometric="minisblack", compression="zlib",
                   metadata={"axes": axes, "Channel": {"Name": channels}, "UUID": "00000000-0000-0000-0000-000000000001"})  # fmt: skip
    keep(name, file.getvalue(), list(image.reshape(-1, *image.shape[-2:])), **more)


four = rng.integers(0, 65536, (4, 6, 5)).astype("uint16")
names = ["Microtubules", "Protein <α & β>", 'Nucleus "DAPI"', "ER"]
ome("OME-TIFF", four, "CYX", names, channelNames=names)
volume = rng.integers(0, 256, (2, 3, 4, 5)).astype("uint8")
ome("OME-TIFF of focal planes", volume, "CZYX", ["A", "B"], refused=["image-shape", "pages: [0, 3]"])


def refuse(name, data, code, says):
    cases.append({"name": name, "refused": [code, says], "tiff": base64.b64encode(data).decode()})


def written(image, **options):
    file = io.BytesIO()
    tifffile.imwrite(file, image, metadata=None, **options)
    return file.getvalue()


def by_pillow(image, **options):
    file = io.BytesIO()
    image.save(file, "TIFF", **options)
    return file.getvalue()


ramp = np.arange(64).reshape(8, 8)
picture = Image.fromarray(rgb8)
refuse("int16", written(ramp.astype("int16")), "tiff-unsupported", "16-bit int samples")
refuse("uint32", written(ramp.astype("uint32")), "tiff-unsupported", "32-bit uint samples")
refuse("float16", written(ramp.astype("float16")), "tiff-unsupported", "16-bit float samples")
refuse("float64", written(ramp.astype("float64")), "tiff-unsupported", "64-bit float samples")
refuse("complex64", written(ramp.astype("complex64")), "tiff-unsupported", "64-bit other samples")
refuse("one bit", by_pillow(picture.convert("1")), "tiff-unsupported", "1-bit uint samples")
refuse("palette", by_pillow(picture.quantize(4)), "tiff-unsupported", "palette colours")
refuse("CMYK", by_pillow(picture.convert("CMYK")), "tiff-unsupported", "CMYK colours")
refuse("Lab", by_pillow(picture.convert("LAB")), "tiff-unsupported", "photometric interpretation 8 colours")
refuse("YCbCr", by_pillow(picture.convert("YCbCr")), "tiff-unsupported", "YCbCr colours")
refuse("JPEG inside", by_pillow(picture.convert("L"), compression="jpeg"), "tiff-unsupported", "JPEG compression")
refuse("Zstandard", written(grey, compression="zstd"), "tiff-unsupported", "Zstandard compression")
refuse("fax", by_pillow(picture.convert("1"), compression="group4"), "tiff-unsupported", "1-bit")
two = io.BytesIO()
with tifffile.TiffWriter(two) as tiff:
    tiff.write(grey, metadata=None)
    tiff.write(deep, metadata=None)
refuse("pages of two kinds", two.getvalue(), "image-shape", "page 0 is 9×7 of 8-bit uint and page 1 9×7 of 16-bit uint")

out = pathlib.Path(__file__).with_suffix(".json")
out.write_text("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n")
