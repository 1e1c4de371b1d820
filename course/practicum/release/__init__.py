"""Release: complete marks and judgements become a feedback page for each student.

``release`` is the station's one door. A page is inert, says how the mark is made up, and
shows nothing of the hidden tests. ``outdated`` tells whose page a later mark has changed.
"""

from practicum.release.outdated import outdated
from practicum.release.releasing import ReleaseReport, release

__all__ = ["ReleaseReport", "outdated", "release"]
