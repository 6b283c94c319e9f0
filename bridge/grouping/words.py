"""How alike two comments are, in any language. Pure.

Comments are kept normalised: lower case, letters and digits alone. Languages that put no spaces
between words are compared by pairs of letters.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from bridge.grouping.plain_words import PLAIN, SMALL

MOST_READ = 4_000  # letters of a comment, which TestFlight itself limits to about as many
MOST_KEPT = 600  # letters; what matters of a comment comes first
ENOUGH = 3.0  # telling words; shorter comments say too little to be compared

_IDEOGRAPHS = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_KANA = "\u3040-\u30ff\u31f0-\u31ff"
_SOUTH_EAST = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
_UNSPACED = re.compile(f"([{_IDEOGRAPHS}{_KANA}]+|[{_SOUTH_EAST}]+)")
_LONG_WORDS = re.compile(f"[{_SOUTH_EAST}]")
_GRAMMAR = re.compile("[\u3040-\u309f]+")  # hiragana: mostly endings and particles
_SYLLABLES = re.compile("[\uac00-\ud7af]")  # Korean, where two letters make a word
_IN_NUMBERS = re.compile(r"(?<=\d)[.,:](?=\d)")  # 0.00 is one word
_DROPPED = re.compile("['’ʼ`´\u20e3\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def normalise(comment: str | None) -> str:
    """Return a comment's words in lower case: no punctuation, no emoji, cut to 600 letters."""
    text = unicodedata.normalize("NFKC", (comment or "")[:MOST_READ]).casefold()
    text = unicodedata.normalize("NFKC", _DROPPED.sub("", _IN_NUMBERS.sub("", text)))
    words = " ".join("".join(map(_letter, text[: 2 * MOST_READ])).split())
    if len(words) <= MOST_KEPT:
        return words
    whole, _, _ = words[: MOST_KEPT + 1].rpartition(" ")
    return whole or words[:MOST_KEPT]


def _letter(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind[0] in "LMN":
        return letter
    return "" if kind == "Cf" else " "  # invisible joiners stand within a word


@dataclass(frozen=True)
class Comment:
    """A normalised comment, ready to be compared with many."""

    words: str

    @cached_property
    def telling(self) -> Mapping[str, float]:
        """The words that tell problems apart, and the share of a whole word that each is."""
        found: dict[str, float] = {}
        for part in self._parts:
            found |= _pairs(part) if _UNSPACED.match(part) else _word(part)
        return found

    @cached_property
    def meaning(self) -> frozenset[str]:
        """All its words but the small ones, however little they tell."""
        words = {part for part in self._parts if not _UNSPACED.match(part)}
        return frozenset(words - SMALL) | self.telling.keys()

    @cached_property
    def _parts(self) -> tuple[str, ...]:
        """Words, and runs of letters that may be several."""
        pieces = (_UNSPACED.split(piece) for piece in self.words.split())
        return tuple(part for parts in pieces for part in parts if part)

    @cached_property
    def enough(self) -> bool:
        """Whether it says enough to be compared."""
        return sum(self.telling.values()) >= ENOUGH

    @cached_property
    def grams(self) -> Counter[str]:
        """Its letters, three at a time."""
        text = f" {self.words} "
        return Counter(text[n : n + 3] for n in range(len(text) - 2))

    @cached_property
    def length(self) -> float:
        """The length of `grams` as a vector."""
        return math.sqrt(sum(count * count for count in self.grams.values()))


def alike(one: Comment, other: Comment) -> float:
    """Return how alike two comments are, from 0 to 1; 0 if either says too little.

    Half of it are the words they share, so that order doesn't matter, half the runs of three
    letters, so that a slip or another ending does little.
    """
    if not (one.enough and other.enough):
        return 0.0
    if one.words == other.words:
        return 1.0
    return (_shared(one.telling, other.telling) + _cosine(one, other)) / 2


def say_the_same(one: Comment, other: Comment) -> bool:
    """Return whether two comments have the same words, in whatever order, but for small ones.

    "The pay button stays grey" and "the back button stays grey" are alike, and two problems.
    """
    return one.meaning == other.meaning


def _word(word: str) -> Mapping[str, float]:
    least = 2 if _SYLLABLES.search(word) else 3
    telling = len(word) >= least or any(letter.isnumeric() for letter in word)
    return {word: 1.0} if telling and word not in PLAIN else {}


def _pairs(run: str) -> Mapping[str, float]:
    share = 0.25 if _LONG_WORDS.match(run) else 0.5
    pairs = [run[n : n + 2] for n in range(len(run) - 1)]
    return {pair: share for pair in pairs if not _GRAMMAR.fullmatch(pair)}


def _shared(mine: Mapping[str, float], theirs: Mapping[str, float]) -> float:
    both = sum(share for word, share in mine.items() if word in theirs)
    return 2 * both / (sum(mine.values()) + sum(theirs.values()))


def _cosine(one: Comment, other: Comment) -> float:
    few, many = sorted((one.grams, other.grams), key=len)
    product = sum(count * many[gram] for gram, count in few.items() if gram in many)
    return min(product / (one.length * other.length), 1.0)
