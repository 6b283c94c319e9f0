"""A crash log as `.ips`: a line of JSON, then a JSON document.

The layout is that of reports from TestFlight for iOS 17 to 26, seen up to November 2026: a
member a line, `" : "` between name and value, slashes escaped, threads on one line.
"""

import json
from typing import Any

from bridge.simulators.samples.logtext import region, stamp
from bridge.simulators.samples.process import Line, Process, Thread


def write(process: Process) -> str:
    """Return the report as an .ips file's text."""
    return f"{_compact(_header(process))}\n{_document(_body(process))}\n"


def _compact(value: Any) -> str:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return text.replace("/", "\\/")


def _document(body: dict[str, Any]) -> str:
    members = ",\n".join(f'  "{name}" : {_member(name, value)}' for name, value in body.items())
    return f"{{\n{members}\n}}"


def _member(name: str, value: Any) -> str:
    if name in ("osVersion", "usedImages", "sharedCache"):
        text = json.dumps(value, indent=2, separators=(",", " : "), ensure_ascii=False)
        return text.replace("/", "\\/").replace("\n", "\n  ")
    return _compact(value)


def _header(process: Process) -> dict[str, Any]:
    return {
        "app_name": "Sunrise",
        "timestamp": f"{process.at:%Y-%m-%d %H:%M:%S.00 %z}",
        "app_version": process.version,
        "slice_uuid": str(process.memory.images["Sunrise"].uuid),
        "adam_id": process.app.app_id,
        "build_version": process.build,
        "platform": 2,
        "bundleID": process.app.bundle_id,
        "share_with_app_devs": 0,
        "is_first_party": 0,
        "bug_type": "309",
        "os_version": process.device.os,
        "roots_installed": 0,
        "incident_id": str(process.incident).upper(),
        "name": "Sunrise",
        "is_beta": 1,
    }


def _body(process: Process) -> dict[str, Any]:
    body: dict[str, Any] = {
        "uptime": 86000 + 1000 * process.turn,
        "procRole": "Foreground",
        "version": 2,
        "userID": 501,
        "deployVersion": 210,
        "modelCode": process.device.model,
        "coalitionID": process.pid % 900 + 100,
        "osVersion": {
            "isEmbedded": True,
            "train": f"iPhone OS {process.device.os_version}",
            "releaseType": "User",
            "build": process.device.os_build,
        },
        "captureTime": stamp(process.at),
        "codeSigningMonitor": 2,
        "incident": str(process.incident).upper(),
        "pid": process.pid,
        "translated": False,
        "cpuType": "ARM-64",
        "procLaunch": stamp(process.launched),
        "procName": "Sunrise",
        "procPath": f"/private{process.memory.images['Sunrise'].path}",
        "bundleInfo": {
            "CFBundleShortVersionString": process.version,
            "CFBundleVersion": process.build,
            "CFBundleIdentifier": process.app.bundle_id,
            "DTAppStoreToolsBuild": "17C53",
        },
        "storeInfo": {
            "itemID": process.app.app_id,
            "entitledBeta": True,
            "distributorID": "com.apple.TestFlight",
            "thirdParty": True,
        },
        "parentProc": "launchd",
        "parentPid": 1,
        "coalitionName": process.app.bundle_id,
        "isBeta": 1,
        "wasUnlockedSinceBoot": 1,
        "isLocked": 0,
        "codeSigningID": process.app.bundle_id,
        "basebandVersion": process.device.baseband,
    }
    body |= _ending(process)
    body["faultingThread"] = process.crashed.number
    body["threads"] = [_thread(process, thread) for thread in process.threads]
    body["usedImages"] = [
        {
            "source": "P",
            "arch": image.arch,
            "base": image.base,
            "size": image.size,
            "uuid": str(image.uuid),
            "path": image.path,
            "name": image.name,
        }
        for image in process.images
    ]
    body["sharedCache"] = {"base": 0x180000000, "size": 5212454912, "uuid": str(process.incident)}
    body["vmSummary"] = "ReadOnly portion of Libraries: Total=1.4G resident=0K(0%)\n"
    if process.crashed.queue:
        body["legacyInfo"] = {"threadTriggered": {"queue": process.crashed.queue}}
    return body


def _ending(process: Process) -> dict[str, Any]:
    """Return how it ended: exception, termination, and what goes with them."""
    bug = process.bug
    first, second = process.codes
    exception: dict[str, Any] = {
        "codes": f"0x{first:016x}, 0x{second:016x}",
        "rawCodes": [first, second],
        "type": bug.exception,
        "signal": bug.signal,
    }
    ending: dict[str, Any] = {"exception": exception}
    if bug.subtype:
        exception["subtype"] = f"{bug.subtype} at 0x{process.fault:016x}"
        ending["vmRegionInfo"] = "\n".join(region(process)).removeprefix("VM Region Info: ")
    namespace, code, words = bug.termination
    termination: dict[str, Any] = {"flags": 0, "code": code, "namespace": namespace}
    if process.reasons:
        termination |= {"flags": 6, "reasons": list(process.reasons)}
    else:
        by = "Sunrise" if bug.signal == "SIGABRT" else "exc handler"
        termination |= {"indicator": words, "byProc": by, "byPid": process.pid}
    ending["termination"] = termination
    if bug.information:
        ending["asi"] = {_speaker(process): list(bug.information)}
    if process.thrown is not None:
        ending["lastExceptionBacktrace"] = [_frame(process, line) for line in process.thrown]
    return ending


def _speaker(process: Process) -> str:
    """Return the image whose words the application-specific information is."""
    top = process.crashed.lines[0].image.name
    return "CoreFoundation" if process.thrown else top


def _thread(process: Process, thread: Thread) -> dict[str, Any]:
    written: dict[str, Any] = {}
    if thread.crashed:
        written["triggered"] = True
    written["id"] = thread.system_id
    if thread.crashed:
        written["threadState"] = _state(process)
    if thread.name:
        written["name"] = thread.name
    if thread.queue:
        written["queue"] = thread.queue
    written["frames"] = [_frame(process, line) for line in thread.lines]
    return written


def _state(process: Process) -> dict[str, Any]:
    lines = process.crashed.lines
    value, words = process.syndrome
    return {
        "x": [{"value": register} for register in process.registers],
        "flavor": "ARM_THREAD_STATE64",
        "lr": {"value": lines[1].address},
        "cpsr": {"value": 0x60001000},
        "fp": {"value": 0x16D605110},
        "sp": {"value": 0x16D6050E0},
        "esr": {"value": value, "description": words},
        "pc": {"value": lines[0].address, "matchesCrashFrame": 1},
        "far": {"value": process.fault},
    }


def _frame(process: Process, line: Line) -> dict[str, Any]:
    written: dict[str, Any] = {"imageOffset": line.offset}
    if line.file and line.line > 0:
        written |= {"sourceLine": line.line, "sourceFile": line.file}
    if line.symbol is not None:
        written |= {"symbol": line.symbol, "symbolLocation": line.into}
    written["imageIndex"] = process.images.index(line.image)
    return written
