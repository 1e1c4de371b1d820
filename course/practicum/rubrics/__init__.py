"""Rubrics: the words and levels by which work is judged. Values only."""

from practicum.rubrics.rubric import Criterion, Rubric, read_rubric

__all__ = ["Criterion", "Rubric", "read_rubric"]
