"""Publish: a brief is checked, proved, and only then released to students. All or nothing."""

from practicum.publish.proofs import Proof
from practicum.publish.verb import Publication, publish

__all__ = ["Proof", "Publication", "publish"]
