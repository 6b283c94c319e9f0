"""What every tracker promises, as tests that all trackers share.

A tracker's own test file writes one `Harness` around its tracker and a real backend (a simulator
over HTTP, a folder), gives it as the fixture `harness`, and takes the classes that apply:

    class TestFiling(contract.Filing): ...
    class TestLostAnswers(contract.LostAnswers): ...

A third party's tracker does the same.
"""

from tests.trackers.contract_files import Attaching, AttachmentRefusals
from tests.trackers.contract_issues import Editing, Filing, LostAnswers
from tests.trackers.contract_people import Labelling, Watching
from tests.trackers.contract_refusals import Refusals, Statuses
from tests.trackers.contract_talk import Closing, Commenting, Remarks
from tests.trackers.harness import Harness, Held, comment, draft, held, marker

__all__ = [
    "Attaching",
    "AttachmentRefusals",
    "Closing",
    "Commenting",
    "Editing",
    "Filing",
    "Harness",
    "Held",
    "Labelling",
    "LostAnswers",
    "Refusals",
    "Remarks",
    "Statuses",
    "Watching",
    "comment",
    "draft",
    "held",
    "marker",
]
