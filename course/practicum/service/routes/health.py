"""Whether the service answers; for whoever started it, without a token."""

from __future__ import annotations

from fastapi import APIRouter

from practicum.service.shared import Here
from practicum.values import Value

__all__ = ["router"]

router = APIRouter(tags=["service"])


class Health(Value):
    """That the service and its database answer."""

    status: str = "ok"


@router.get("/health")
def health(here: Here) -> Health:
    """Tell whether the service and its database answer."""
    here.records.audit_before(None, 1)
    return Health()
