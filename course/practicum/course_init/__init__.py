"""Begin: a new course, a new brief, a new rubric."""

from practicum.course_init.founding import InitReport, init_course
from practicum.course_init.scaffolding import NewReport, new_brief, new_rubric

__all__ = ["InitReport", "NewReport", "init_course", "new_brief", "new_rubric"]
