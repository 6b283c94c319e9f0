"""Rules for frames of any image, and names that are none.

A frame's name is compared after normalising (`symbol.py`), so a rule names a function as it is
declared: no generic arguments, closure numbers, categories, offsets. Beside each pattern with a
`*` stands a name that it is there for. `why` is what an issue shows beside the frame. All rules
here are a part of fingerprint v1: once that is released, better ones are v2.
"""

from bridge.crash.rules.rule import Role, rules

BARE = rules(Role.BARE, "only the image's start is named", {
    "_mh_execute_header": "",
    "__mh_execute_header": "",
    "__dso_handle": "",
    "___lldb_unnamed_symbol*": "___lldb_unnamed_symbol4711$$Sunrise",
    # Dart's whole compiled program lies behind these two names.
    "_kDartIsolateSnapshotInstructions": "",
    "_kDartVmSnapshotInstructions": "",
    "kDartIsolateSnapshotInstructions": "",
    "kDartVmSnapshotInstructions": "",
})  # fmt: skip
"""Names that only say in which image a place is. Compared as written."""

NAMELESS = (
    *rules(Role.UNKNOWN, "no function of its own is named", {"<unknown>": "", "<redacted>": ""}),
    # The linker folds identical functions into one: any of them may be meant.
    *rules(Role.UNKNOWN, "identical functions share this address", {"<deduplicated_symbol>": ""}),
    *rules(Role.UNKNOWN, "made by the compiler", {
        "block_destroy_helper*": "block_destroy_helper.12",
        "block_copy_helper*": "block_copy_helper.7",
        "__copy_helper_block_*": "__copy_helper_block_e8_32s40s",
        "__destroy_helper_block_*": "__destroy_helper_block_e8_32s",
        "objectdestroy*": "objectdestroy.4Tm",
        "__swift_*": "__swift_memcpy16_8",
        "OUTLINED_FUNCTION_*": "OUTLINED_FUNCTION_3",
        "__clang_call_terminate": "",
    }),
)  # fmt: skip
"""Names that are none. Compared as written."""

SENTINELS = (
    *rules(Role.SENTINEL, "a signal handler is called here; what is above ran after the crash", {
        "_sigtramp": "",
        "__sigtramp": "",
    }),
    *rules(Role.SENTINEL, "an exception that nobody caught; what is above reports it", {
        "std::terminate": "",
        "std::__terminate": "",
        "__cxa_throw": "",
        "__cxa_rethrow": "",
        "objc_exception_throw": "",
        "objc_exception_rethrow": "",
    }),
)  # fmt: skip
"""Where a crash handler was called from."""

ANYWHERE = (
    *rules(Role.RUNTIME, "the runtime ends the process here", {
        "Swift runtime failure*": "Swift runtime failure: arithmetic overflow",
        "_assertionFailure*": "_assertionFailure(_:_:file:line:flags:)",
        "assertionFailure(_:file:line:)": "",
        "_preconditionFailure*": "_preconditionFailure(_:file:line:)",
        "preconditionFailure(_:file:line:)": "",
        "precondition(_:_:file:line:)": "",
        "assert(_:_:file:line:)": "",
        "_precondition(_:_:file:line:)": "",
        "fatalError(_:file:line:)": "",
        "_fatalErrorMessage*": "_fatalErrorMessage(_:_:file:line:flags:)",
        "_diagnoseUnexpectedNilOptional*": (
            "_diagnoseUnexpectedNilOptional(_filenameStart:_filenameLength:_filenameIsASCII:_line:"
            "_isImplicitUnwrap:)"
        ),
    }),
    *rules(Role.RUNTIME, "an isolation check, made for the caller", {
        "_checkExpectedExecutor*": (
            "_checkExpectedExecutor(_filenameStart:_filenameLength:_filenameIsASCII:_line:"
            "_executor:)"
        ),
    }),
    *rules(Role.PLUMBING, "every program or thread starts here", {"main": "", "start": ""}),
)  # fmt: skip
"""Rules for frames of any image, after those for the app's own."""
