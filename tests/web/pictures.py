"""Pictures that really are some: what visitors send is decoded."""

from io import BytesIO

from PIL import Image


def picture(format_name: str, size: tuple[int, int] = (8, 6), frames: int = 1, **options: object) -> bytes:
    """A picture of one colour, or of as many as it has frames."""
    written = BytesIO()
    images = [Image.new("RGB", size, (number * 40, 200, 90)) for number in range(frames)]
    if frames > 1:
        options |= {"save_all": True, "append_images": images[1:], "duration": 70}
    images[0].save(written, format_name, **options)
    return written.getvalue()


PNG = picture("PNG")
