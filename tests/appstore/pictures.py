"""Pictures, and where they are streamed to."""

import io
from dataclasses import dataclass, field

from PIL import Image

from bridge.model import RemoteScreenshot


@dataclass
class Bytes:
    data: bytes = b""
    chunks: list[int] = field(default_factory=list)

    async def write(self, chunk: bytes) -> None:
        self.data += chunk
        self.chunks.append(len(chunk))


def picture(kind: str = "JPEG", width: int = 40, height: int = 30) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((width, height), 80).convert("RGB").save(out, kind)
    return out.getvalue()


def at(url: str) -> RemoteScreenshot:
    return RemoteScreenshot(url=url)
