"""Whose weights a bundle holds. No torch."""

from typing import Literal

BundleKind = Literal["untrained", "starter", "trained"]
