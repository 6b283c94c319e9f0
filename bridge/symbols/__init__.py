"""Symbolication: which function, file and line an address in one of the team's builds is."""

from bridge.symbols.settings import SymbolSettings
from bridge.symbols.symbolicate import Place, Source, symbolicated
from bridge.symbols.symbols import INSTALL, UNUSABLE, Overview, Symbols

__all__ = [
    "INSTALL",
    "UNUSABLE",
    "Overview",
    "Place",
    "Source",
    "SymbolSettings",
    "Symbols",
    "symbolicated",
]
