"""The GitHub tracker keeps what every tracker promises."""

from tests.trackers import contract


class TestFiling(contract.Filing): ...


class TestLostAnswers(contract.LostAnswers): ...


class TestEditing(contract.Editing): ...


class TestAttaching(contract.Attaching): ...


class TestAttachmentRefusals(contract.AttachmentRefusals): ...


class TestCommenting(contract.Commenting): ...


class TestClosing(contract.Closing): ...


class TestRefusals(contract.Refusals): ...


class TestStatuses(contract.Statuses): ...
