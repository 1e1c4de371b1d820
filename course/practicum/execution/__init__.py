"""Execution: restored notebooks run, each in a box of its own, in forks of a warm kernel."""

from practicum.execution.engine import Engine, Executed, Job
from practicum.execution.imports import imported_modules
from practicum.execution.judging import Judged

__all__ = ["Engine", "Executed", "Job", "Judged", "imported_modules"]
