"""The review room: the page on which an employer's reviewers judge submissions.

``serve`` runs it. The page around the form is the notebook ``employer_review.ipynb``, rendered
with Voilà once; afterwards no kernel runs, and a submission is a page that was made before.
"""

from practicum.room.serving import Serving, serve
from practicum.room.shell import shell

__all__ = ["Serving", "serve", "shell"]
