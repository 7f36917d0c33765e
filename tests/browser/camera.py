"""What the camera of a browser sees: a film that Chromium plays in place of one."""

from __future__ import annotations

import io
from pathlib import Path

import segno
from PIL import Image

WIDTH, HEIGHT = 640, 480


def film_of(texts: list[str], file: Path) -> list[str]:
    """Writes a film of a desk with QR codes of these texts, and gives Chromium's arguments for a camera that sees it.

    Chromium allows this camera without asking anybody.
    """
    desk = Image.new("L", (WIDTH, HEIGHT), 190)
    for number, text in enumerate(texts):
        drawn = io.BytesIO()
        segno.make(text, micro=False).save(drawn, kind="png", scale=5)
        with Image.open(drawn) as code:
            held = code.convert("L").rotate(7, expand=True, fillcolor=255)
        desk.paste(held, (30 + 310 * number, 120))
    # YUV4MPEG2: a line about all pictures, and before each the word FRAME. Grey has no colour: its planes are all 128.
    colours = bytes([128]) * (WIDTH * HEIGHT // 2)
    frame = b"FRAME\n" + desk.tobytes() + colours
    file.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 2)
    return [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={file}",
    ]
