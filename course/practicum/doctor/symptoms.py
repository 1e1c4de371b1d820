"""What the doctor says of one thing."""

from __future__ import annotations

from typing import Literal

from practicum.values import Value

__all__ = ["State", "Symptom", "fail", "ok", "warn"]

State = Literal["ok", "warn", "fail"]


class Symptom(Value):
    """One thing that was looked at: how it is, what was found, and what to do (if anything)."""

    about: str
    state: State
    found: str
    advice: str = ""


def ok(about: str, found: str) -> Symptom:
    """Return that all is well."""
    return Symptom(about=about, state="ok", found=found)


def warn(about: str, found: str, advice: str) -> Symptom:
    """Return what works, but should not stay so."""
    return Symptom(about=about, state="warn", found=found, advice=advice)


def fail(about: str, found: str, advice: str) -> Symptom:
    """Return what does not work."""
    return Symptom(about=about, state="fail", found=found, advice=advice)
