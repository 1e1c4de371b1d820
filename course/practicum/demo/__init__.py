"""The demo: a sample cohort that walks the whole road, from briefs to released feedback."""

from practicum.demo.mistakes import KINDS, Answers, hand_in
from practicum.demo.walk import walk

__all__ = ["KINDS", "Answers", "hand_in", "walk"]
