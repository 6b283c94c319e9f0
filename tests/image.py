"""Reading the Dockerfile, so that tests can do what it does where no container engine is."""

from pathlib import Path

ROOT = Path(__file__).parents[1]

Step = tuple[str, str]
"""An instruction and its arguments, continuation lines joined."""


def stages() -> list[list[Step]]:
    """Return the steps of each stage; a stage begins at its FROM."""
    text = (ROOT / "Dockerfile").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    found: list[list[Step]] = []
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        name, _, arguments = line.strip().partition(" ")
        if name == "FROM":
            found.append([])
        if name:
            found[-1].append((name, " ".join(arguments.split())))
    return found


def arguments(stage: list[Step], instruction: str) -> list[str]:
    """Return what each use of the instruction in the stage says."""
    return [rest for name, rest in stage if name == instruction]
