"""What the usual mistakes are told: file, line, place, what is wrong and what to do, once each."""

import pytest

from tests.config.conftest import MINIMAL, Wrong

TABLE = "apps:\n  sunrise:\n    tags: [a]\n"
NO_COLON = (
    "no colon fits here; does the line above lack one, is a line indented wrongly, or does a text "
    "with a colon lack its quotes?"
)
SHOWN = "bridge.yaml:{}: this is not valid YAML: {}"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("apps: {}\nroutes: []\napps: {}\n", 3, "apps stands twice in this table"),
        (f"{TABLE}\tvars: {{}}\n", 4, "there is a tab; indent with spaces"),
        (f"{TABLE}   vars: {{}}\n", 4, "its indentation fits no line above it"),
        ("apps: @sunrise\n", 1, "a value can't start with @; put it in quotes"),
        ("apps: `sunrise`\n", 1, "a value can't start with `; put it in quotes"),
        ("apps:\n  a: {}\n  sunrise {}\nroutes: []\n", 3, "this line has no colon after its key"),
        ("apps:\n  sunrise\n  moon: {}\n", 3, NO_COLON),
        ("apps: a: b\n", 1, NO_COLON),
        ("apps: - a\n", 1, "a list starts on a line of its own"),
        ("apps:\n  tags: [a, b\nroutes: []\n", 2, "a ] or a comma is missing after here"),
        ("apps:\n  vars: {a: b\n", 2, "a } or a comma is missing after here"),
        ("apps:\n  tags: 'a\nroutes: []\n", 2, "a quote is opened here and not closed"),
    ],
)  # fmt: skip
def test_broken_yaml_is_told_in_words_of_lines_and_quotes(
    wrong: Wrong, text: str, line: int, words: str
) -> None:
    assert wrong(text) == [SHOWN.format(line, words)]


def test_a_key_that_stands_twice_does_not_show_its_values(wrong: Wrong) -> None:
    [found] = wrong("server: {admin_token: hunter2}\nserver: {admin_token: hunter3}\n")
    assert "hunter" not in found


def test_a_template_without_quotes_is_told_to_have_them(wrong: Wrong) -> None:
    """YAML reads it as a table, and the issue would be filed with that."""
    assert wrong(MINIMAL + "    fields: {milestone: {{ app.vars.next }}}\n") == [
        "bridge.yaml:13: routes[0].fields.milestone: put quotes around {{ … }}"
    ]


def test_a_misspelt_key_is_not_said_to_be_missing_too(wrong: Wrong) -> None:
    assert wrong(MINIMAL.replace("app_id:", "appid:")) == [
        "bridge.yaml:7: apps.sunrise.appid: there is no such setting, did you mean app_id?"
    ]


def test_a_list_is_not_blamed_for_what_is_in_it(wrong: Wrong) -> None:
    assert wrong(MINIMAL.replace("  - tracker: local", "  - action: hld")) == [
        "bridge.yaml:12: routes[0].action: should be 'file', 'hold' or 'ignore', did you mean hold?"
    ]


def test_several_kinds_of_value_are_told_as_one_choice(wrong: Wrong) -> None:
    [found] = wrong(MINIMAL + "    when: {kind: crashes}\n")
    place, _, words = found.rpartition(": ")
    assert place == "bridge.yaml:13: routes[0].when.kind"
    assert words == "should be a list, in [ ], or 'screenshot' or 'crash', did you mean crash?"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MINIMAL.replace('"6448311069"', '"com.example"'), "should look like 6448311069"),
        (MINIMAL + "server: {public_url: bridge.example.com}\n",
         "should look like https://bridge.example.com"),
        (MINIMAL.replace("{type: folder, path: issues}",
                         "{type: github, repository: sunrise, token: {env: GITHUB_TOKEN}, "
                         "attachments: none}"), "should look like example/sunrise"),
        (MINIMAL.replace("[{env: HOOK}]", "{env: HOOK}"), "should be a list, in [ ]"),
        (MINIMAL + "worker: {tries: 0}\n", "should be greater than or equal to 1"),
        (MINIMAL.replace("\n  - tracker: local", " []"), "needs at least one"),
        (MINIMAL + "storage: {url: postgresql://db/bridge}\n",
         "write sqlite:///data/bridge.db, or another path after sqlite:///"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_told_what_would(wrong: Wrong, text: str, words: str) -> None:
    [found] = wrong(text)
    assert found.startswith("bridge.yaml:")
    assert found.endswith(f": {words}")
