"""Re-encoding of strangers' pictures: only pixels stay, no location, no camera, no appended second file.

The decoder's work is limited beforehand, by the size that the header claims. An animation stays one within the same
limit.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import BinaryIO

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
MOST_PIXELS = 40_000_000
"""Pixels of all frames together: 160 MB while decoded. A larger JPEG is read at a half, a quarter or an eighth."""
MOST_JPEG_PIXELS = 250_000_000
MOST_FRAMES = 300
Image.MAX_IMAGE_PIXELS = None  # the limits above are checked before anything is decoded


class NotAnImageError(Exception):
    """The file cannot be read as a picture, or is too large to be decoded."""


def portrait(source: BinaryIO, side: int) -> bytes:
    """Decode a picture and encode its middle as a WebP square of `side` pixels, without metadata; see `reencode`."""
    with _opened(source) as image:
        upright = ImageOps.exif_transpose(image).convert("RGBA")
        written = BytesIO()
        ImageOps.fit(upright, (side, side)).save(written, "WEBP", quality=85)
        return written.getvalue()


def reencode(source: BinaryIO) -> bytes:
    """Decode a picture and encode it in its own format, upright and without metadata.

    Takes up to 4 bytes of memory per pixel and about a second for 40 million pixels: call it in a thread, one at a
    time.

    Raises:
        NotAnImageError: the file is in none of FORMATS, broken, or larger than the limits.
    """
    with _opened(source) as image:
        return _moving(image) if getattr(image, "n_frames", 1) > 1 else _still(image)


@contextmanager
def _opened(source: BinaryIO) -> Iterator[Image.Image]:
    """Open a picture within the limits. Raises NotAnImageError, also for what fails while it is decoded."""
    try:
        with Image.open(source, formats=FORMATS) as image:
            frames = getattr(image, "n_frames", 1)
            if frames > MOST_FRAMES:
                raise NotAnImageError
            if image.format == "JPEG" and image.width * image.height <= MOST_JPEG_PIXELS:
                _read_smaller(image)
            if image.width * image.height * frames > MOST_PIXELS:
                raise NotAnImageError
            yield image
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        MemoryError,
        Image.DecompressionBombError,
    ):
        raise NotAnImageError from None


def _read_smaller(image: Image.Image) -> None:
    """Request that a large JPEG is decoded at a fraction of its size, with the memory of that fraction only."""
    scale = 1
    while image.width * image.height // scale**2 > MOST_PIXELS:
        scale *= 2
    if scale > 1:
        image.draft(None, (image.width // scale, image.height // scale))


def _still(image: Image.Image) -> bytes:
    format_name = image.format
    upright = ImageOps.exif_transpose(image)
    upright.info = {name: value for name, value in upright.info.items() if name == "transparency"}
    written = BytesIO()
    if format_name == "JPEG":
        if upright.mode not in {"L", "RGB"}:
            upright = upright.convert("RGB")
        upright.save(written, "JPEG", quality=90)
    elif format_name == "WEBP":
        upright.save(written, "WEBP", quality=90)
    else:
        upright.save(written, format_name)
    return written.getvalue()


def _moving(image: Image.Image) -> bytes:
    format_name = image.format
    timing = {"loop": image.info.get("loop", 0)}
    frames, durations = [], []
    for frame in ImageSequence.Iterator(image):
        durations.append(frame.info.get("duration", 100))
        frames.append(frame.convert("RGBA"))
    written = BytesIO()
    first, *others = frames
    first.info = {}
    first.save(written, format_name, save_all=True, append_images=others, duration=durations, **timing)
    return written.getvalue()
