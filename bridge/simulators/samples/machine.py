"""Devices, systems, and where code lies in memory on one of them."""

import random
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

PAGE = 0x4000
"""The size of a page on arm64 iOS, which images are aligned to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A tester's device and its system."""

    model: str
    """Apple's identifier."""
    family: str
    os_version: str
    os_build: str
    width: int
    """Points."""
    height: int
    """Points."""
    scale: int
    baseband: str

    @property
    def os(self) -> str:
        """The version as crash logs write it."""
        return f"iPhone OS {self.os_version} ({self.os_build})"


DEVICES = {
    "pro16": Device(
        model="iPhone17,1", family="IPHONE", os_version="18.6.2", os_build="22G100",
        width=402, height=874, scale=3, baseband="1.60.02",
    ),
    "max15": Device(
        model="iPhone16,2", family="IPHONE", os_version="18.5", os_build="22F76",
        width=430, height=932, scale=3, baseband="2.40.01",
    ),
    "plain14": Device(
        model="iPhone14,7", family="IPHONE", os_version="26.1", os_build="23B85",
        width=390, height=844, scale=3, baseband="4.10.03",
    ),
    "plain12": Device(
        model="iPhone13,2", family="IPHONE", os_version="17.7.2", os_build="21H221",
        width=390, height=844, scale=3, baseband="5.20.00",
    ),
    "pro17": Device(
        model="iPhone18,1", family="IPHONE", os_version="26.1", os_build="23B85",
        width=402, height=874, scale=3, baseband="1.20.03",
    ),
    "tablet": Device(
        model="iPad16,3", family="IPAD", os_version="26.0.1", os_build="23A355",
        width=834, height=1210, scale=2, baseband="n/a",
    ),
}  # fmt: skip

_LIB = "/usr/lib"
_FRAMEWORKS = "/System/Library/Frameworks"
_PRIVATE = "/System/Library/PrivateFrameworks"

SYSTEM = {
    "Foundation": (f"{_FRAMEWORKS}/Foundation.framework/Foundation", 0xD74000),
    "CoreFoundation": (f"{_FRAMEWORKS}/CoreFoundation.framework/CoreFoundation", 0x57D000),
    "MapKit": (f"{_FRAMEWORKS}/MapKit.framework/MapKit", 0x6B2000),
    "SwiftUI": (f"{_FRAMEWORKS}/SwiftUI.framework/SwiftUI", 0x1C8E000),
    "AVFCapture": (f"{_PRIVATE}/AVFCapture.framework/AVFCapture", 0xB6000),
    "CoreMedia": (f"{_FRAMEWORKS}/CoreMedia.framework/CoreMedia", 0x1A4000),
    "QuartzCore": (f"{_FRAMEWORKS}/QuartzCore.framework/QuartzCore", 0x3E6000),
    "UIKitCore": (f"{_PRIVATE}/UIKitCore.framework/UIKitCore", 0x1F43000),
    "GraphicsServices": (f"{_PRIVATE}/GraphicsServices.framework/GraphicsServices", 0x9000),
    "FrontBoardServices": (f"{_PRIVATE}/FrontBoardServices.framework/FrontBoardServices", 0xDA000),
    "libobjc.A.dylib": (f"{_LIB}/libobjc.A.dylib", 0x54000),
    "libsqlite3.dylib": (f"{_LIB}/libsqlite3.dylib", 0x1C1000),
    "libswiftCore.dylib": (f"{_LIB}/swift/libswiftCore.dylib", 0x5C3000),
    "libswift_Concurrency.dylib": (f"{_LIB}/swift/libswift_Concurrency.dylib", 0x89000),
    "libc++abi.dylib": (f"{_LIB}/libc++abi.dylib", 0x1B000),
    "libsystem_c.dylib": (f"{_LIB}/system/libsystem_c.dylib", 0x80000),
    "libdispatch.dylib": (f"{_LIB}/system/libdispatch.dylib", 0x46000),
    "libsystem_malloc.dylib": (f"{_LIB}/system/libsystem_malloc.dylib", 0x41000),
    "libsystem_kernel.dylib": (f"{_LIB}/system/libsystem_kernel.dylib", 0x3B000),
    "libsystem_pthread.dylib": (f"{_LIB}/system/libsystem_pthread.dylib", 0xD000),
    "dyld": (f"{_LIB}/dyld", 0x9F000),
}
"""The system's images: path and size."""

BUNDLED = {"Sunrise": 0x2D4000, "PaymentKit": 0x94000, "ScanKit": 0x1F8000}
"""The app's own images: the executable and its embedded frameworks, with their sizes."""

VENDORED = {"ScanKit"}
"""Bundled as a binary from elsewhere: the same file in each build, and without symbols."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A loaded image."""

    name: str
    path: str
    base: int
    size: int
    uuid: UUID
    arch: str


def steady(*parts: object) -> int:
    """Return a number that is the same for the same parts, on each machine and in each run."""
    return zlib.crc32("\0".join(map(str, parts)).encode())


@dataclass(frozen=True, kw_only=True)
class Memory:
    """Where everything lies in one process: fixed within an image, slid from run to run."""

    device: Device
    build: str
    container: UUID
    """The folder that the app was installed in."""
    dice: random.Random = field(repr=False)

    @cached_property
    def images(self) -> dict[str, Image]:
        """Every image by name, by rising address."""
        bundle = f"/var/containers/Bundle/Application/{str(self.container).upper()}/Sunrise.app"
        images: dict[str, Image] = {}
        base = 0x100000000 + PAGE * self.dice.randrange(0x20, 0x1800)
        for name, size in BUNDLED.items():
            main = name == "Sunrise"
            path = (
                f"{bundle}/{name}"
                if main
                else f"/private{bundle}/Frameworks/{name}.framework/{name}"
            )
            version = "vendor" if name in VENDORED else self.build
            images[name] = Image(
                name=name, path=path, base=base, size=size, uuid=_uuid(name, version), arch="arm64"
            )
            base += size + PAGE * self.dice.randrange(1, 0x40)
        base = 0x180000000 + PAGE * self.dice.randrange(0x400, 0x8000)
        for name, (path, size) in SYSTEM.items():
            uuid = _uuid(name, self.device.os_build)
            images[name] = Image(
                name=name, path=path, base=base, size=size, uuid=uuid, arch="arm64e"
            )
            # In the shared cache, images keep their distances and slide together.
            base += size + PAGE * (steady(name, self.device.os_build) % 0x800)
        return images

    def offset(self, image: str, symbol: str, into: int) -> int:
        """Return how far into its image a place in a function lies: fixed for one binary."""
        found = self.images[image]
        start = steady(found.uuid, symbol) % (found.size - 0x2000)
        return 0x1000 + start // 4 * 4 + into

    def address(self, image: str, offset: int) -> int:
        """Return the absolute address of a place in an image."""
        return self.images[image].base + offset


def _uuid(*parts: object) -> UUID:
    return UUID(int=random.Random("\0".join(map(str, parts))).getrandbits(128), version=3)  # noqa: S311
