"""Self-assessment: the employer's rubric, judged by oneself, and later side by side."""

from practicum_widgets.self_assessment.widget import SelfAssessment

__all__ = ["SelfAssessment"]
