"""The second door: an account of the JupyterHub whose service the room is.

The hub says who somebody is, and whether the account may come to this service at all; the roster
says which briefs that person reviews. Links by invitation are the other door.
"""

from __future__ import annotations

import os
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from jupyterhub.services.auth import HubOAuth
from tornado.web import HTTPError, RequestHandler

from practicum.course import Course
from practicum.errors import BadInput
from practicum.records import Guest
from practicum.values import Value

__all__ = ["REMEMBERED", "HubDoor", "HubPlace", "hub_place"]

REMEMBERED: Final = 30
"""Seconds for which the hub's answer about a token holds; then it is asked again."""
NEEDED: Final = (
    "JUPYTERHUB_SERVICE_URL",
    "JUPYTERHUB_SERVICE_PREFIX",
    "JUPYTERHUB_SERVICE_NAME",
    "JUPYTERHUB_CLIENT_ID",
    "JUPYTERHUB_API_URL",
    "JUPYTERHUB_API_TOKEN",
)


class HubPlace(Value):
    """Where a hub's service listens, its prefix, and how it speaks to the hub.

    ``site`` is the prefix of the hub and of all its services; ``public`` is the address of this
    one as browsers see it, where the hub tells it.
    """

    host: str
    port: int
    prefix: str
    name: str
    client: str
    api: str
    token: str
    site: str = "/"
    public: str = ""

    def __repr__(self) -> str:
        return f"the hub's service {self.name} at {self.prefix}"

    __str__ = __repr__

    @property
    def is_https(self) -> bool:
        """Whether browsers reach it by https."""
        return self.public.startswith("https:")


def hub_place(environ: MutableMapping[str, str] = os.environ) -> HubPlace:
    """Read what a JupyterHub tells its service, and take the token out of the environment.

    No process that is started later has the token.

    Raises:
        BadInput: The process was not started by a hub, or not as its service.

    """
    missing = [name for name in NEEDED if not environ.get(name)]
    if missing:
        message = (
            f"--hub: {', '.join(missing)} is not set: JupyterHub sets it for its services, "
            "so let the hub start this command (docs/hub.md), or serve without --hub"
        )
        raise BadInput(message)
    token = environ.pop("JUPYTERHUB_API_TOKEN")
    prefix = environ["JUPYTERHUB_SERVICE_PREFIX"]
    address = environ["JUPYTERHUB_SERVICE_URL"]
    try:
        url = urlsplit(address)
        host, port = url.hostname, url.port
    except ValueError:
        host, port = None, None
    if host is None or port is None:
        message = f"JUPYTERHUB_SERVICE_URL is {address!r}: it needs a host and a port"
        raise BadInput(message)
    return HubPlace(
        host=host,
        port=port,
        prefix=f"{prefix.rstrip('/')}/",
        name=environ["JUPYTERHUB_SERVICE_NAME"],
        client=environ["JUPYTERHUB_CLIENT_ID"],
        api=environ["JUPYTERHUB_API_URL"],
        token=token,
        site=environ.get("JUPYTERHUB_BASE_URL") or "/",
        public=environ.get("JUPYTERHUB_PUBLIC_URL", ""),
    )


class HubDoor:
    """Lets in who has logged in to the hub, may come to this service, and reviews a brief.

    Args:
        place: What the hub told this service.
        course: Returns the course as it is now.
        secure: Whether cookies are sent by https alone.

    """

    def __init__(self, place: HubPlace, course: Callable[[], Course], *, secure: bool) -> None:
        self._course = course
        self.site = f"{place.site.rstrip('/')}/"
        # Lax, not Strict: after logging in, a browser comes here by a redirect, which may have
        # begun with a link in a mail or at the university's login, and brings no Strict cookie.
        # What changes something is guarded by the room itself (``Handler.prepare``).
        self.auth = HubOAuth(
            api_url=place.api,
            api_token=place.token,
            base_url=place.prefix,
            hub_prefix=f"{self.site}hub/",
            oauth_client_id=place.client,
            access_scopes={f"access:services!service={place.name}"},
            cache_max_age=REMEMBERED,
            cookie_options={"samesite": "Lax", "secure": secure or place.is_https},
            allow_token_in_url=False,
        )

    async def account(self, handler: RequestHandler) -> str | None:
        """Return the hub's name for who asks, or None for who must log in.

        Only the cookie that the login set is evidence; a header or a query is none.

        Raises:
            HTTPError: 403 for an account that may not come here; another code if the hub does
                not answer.

        """
        cookie = handler.get_secure_cookie(self.auth.cookie_name)
        if not cookie:
            return None
        model = await self.auth.user_for_token(
            cookie.decode("ascii", "replace"),
            session_id=self.auth.get_session_id(handler),
            sync=False,
        )
        if model is None:
            return None
        if model.get("kind", "user") != "user" or not self.auth.check_scopes(
            self.auth.access_scopes, model
        ):
            raise HTTPError(403)
        return str(model["name"])

    async def guest(self, handler: RequestHandler, brief: str) -> Guest | None:
        """Return who asks, as a guest of a brief, or None for who must log in.

        Raises:
            HTTPError: See ``account``; and 403 for an account that does not review the brief.

        """
        name = await self.account(handler)
        if name is None:
            return None
        if brief not in self.briefs_of(name):
            raise HTTPError(403)
        return Guest(brief=brief, reviewer=name)

    def briefs_of(self, name: str) -> tuple[str, ...]:
        """Return the briefs that somebody reviews, as the roster says now."""
        course = self._course()
        return tuple(
            brief
            for brief in course.brief_names
            if any(one.id == name for one in course.roster.reviewers_of(brief))
        )

    def title_of(self, brief: str) -> str:
        """Return what a brief is called.

        Raises:
            InvalidDocument: The brief cannot be read.

        """
        return self._course().brief(brief).title

    def desk_of(self, name: str) -> str | None:
        """Return the address of an instructor's desk, or None for who is no instructor."""
        course = self._course()
        if all(one.id != name for one in course.roster.instructors):
            return None
        desk = Path("notebooks") / "instructor_desk.ipynb"
        page = f"lab/tree/{desk.as_posix()}" if (course.root / desk).is_file() else "lab"
        return f"{self.site}services/{course.id}/{page}"
