"""Where a course is hosted: the hub's address, how people log in, and where servers run."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator

from practicum.values import Id, Value

__all__ = ["DEMO_AUTHENTICATOR", "Hosting", "Submitting"]

DEMO_AUTHENTICATOR = "demo"
"""One password for all, from the environment: for a hub on one's own machine."""

Address = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$", max_length=1000),
]
FileStore = Annotated[
    str,
    StringConstraints(min_length=1, max_length=1000),
    Field(description="a folder, from the course's folder on, or an address of fsspec (s3://...)"),
]
ClassName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$", max_length=200)]
Traits = Annotated[
    dict[str, dict[str, Any]],
    Field(description="more settings of JupyterHub, by class, such as {OAuthenticator: {...}}"),
]


class Submitting(Value):
    """What the course's service accepts from students, and until when."""

    resubmissions: Annotated[
        int | None, Field(ge=0, le=10_000, description="how often again; 1,000 in all if left out")
    ] = None
    closes_after_days: Annotated[
        float | None,
        Field(ge=0, le=3650, description="days after the due date; never if left out"),
    ] = None


class Hosting(Value):
    """The ``hub:`` section of course.yml. With it, files go through the course's service.

    ``plain_courses`` are courses of plain nbgrader that exchange files through the same service;
    their people are the hub's groups ``nbgrader-ID`` and ``formgrade-ID``.
    """

    address: Annotated[Address, Field(description="where people find the hub")] = (
        "http://127.0.0.1:8000"
    )
    listen: Annotated[
        Address | None, Field(description="where the proxy listens; the address if left out")
    ] = None
    hub_port: Annotated[int, Field(ge=1, le=65535)] = 8081
    first_service_port: Annotated[
        int, Field(ge=1, le=65530, description="and the ones after it; on this machine only")
    ] = 8090
    authenticator: Annotated[
        ClassName, Field(description="demo, or a name or class that JupyterHub knows")
    ] = DEMO_AUTHENTICATOR
    spawner: Literal["simple", "boxed", "unix", "docker", "tljh", "kubernetes"] = "boxed"
    proxy: Annotated[
        Literal["python", "node"], Field(description="which configurable-http-proxy")
    ] = "python"
    admins: Annotated[tuple[Id, ...], Field(description="who may manage the hub itself")] = ()
    memory_mb: Annotated[int, Field(ge=128, le=1_000_000)] = 1024
    idle_minutes: Annotated[
        int, Field(ge=0, le=100_000, description="a server idle for so long is stopped; 0: never")
    ] = 60
    files: FileStore = "course/work/depot"
    grade_on_arrival: bool = True
    submitting: Submitting = Submitting()
    plain_courses: tuple[Id, ...] = ()
    settings: Traits = Field(default_factory=dict)

    @field_validator("settings")
    @classmethod
    def _no_secrets(cls, settings: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        for kind, traits in settings.items():
            for name in traits:
                if any(word in name.lower() for word in ("secret", "password", "token")):
                    message = f"{kind}.{name} is a secret, and this file is read by many: set it "
                    raise ValueError(
                        message + "in course/jupyterhub_config.py from the environment"
                    )
        return settings
