"""Report: what the cohort did, as tables and as one page that needs no network.

``report`` runs the notebook cohort_report.ipynb and writes the page; the notebook itself
only calls what lies here: ``tables_at``, and the charts of ``practicum.report.plots``.
"""

from practicum.report.tables import Tables, tables, tables_at
from practicum.report.verb import report

__all__ = ["Tables", "report", "tables", "tables_at"]
