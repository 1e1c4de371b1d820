"""The routes of the course service, one file a noun."""

from __future__ import annotations

from fastapi import APIRouter

from practicum.service.routes import (
    assessments,
    audit,
    briefs,
    exchange,
    feedback,
    health,
    me,
    messages,
    placements,
    progress,
    receipts,
    results,
)

__all__ = ["ROUTERS"]

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    me.router,
    briefs.router,
    placements.router,
    messages.router,
    progress.router,
    assessments.router,
    feedback.router,
    receipts.router,
    results.router,
    audit.router,
    exchange.router,
)
"""All routers, in the order in which the service's description names them."""
