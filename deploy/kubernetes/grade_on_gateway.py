"""Grades on a cluster of Dask Gateway: starts one, runs ``practicum grade`` on it, and ends it.

    python /opt/practicum/grade_on_gateway.py WORKERS BRIEF [OPTIONS OF practicum grade]

The address of the gateway and how to log in to it are Dask Gateway's own settings
(``DASK_GATEWAY__ADDRESS``, ``DASK_GATEWAY__AUTH__TYPE``). The cluster's key stays in memory.
"""
# ruff: noqa: INP001 (a script that lies in the image, not a package)

from __future__ import annotations

import sys

import dask
import dask_gateway

from practicum.cli import main

USAGE = "usage: grade_on_gateway.py WORKERS BRIEF [OPTIONS OF practicum grade]\n"


def grade(gateway: dask_gateway.Gateway, workers: int, arguments: list[str]) -> int:
    """Return the exit code of ``practicum grade`` on a new cluster with so many workers."""
    cluster = gateway.new_cluster(shutdown_on_close=True)
    try:
        cluster.scale(workers)
        dask.config.set(_tls(cluster.security.tls_cert, cluster.security.tls_key))
        return _exit_code(["grade", *arguments, "--cluster", cluster.scheduler_address])
    finally:
        cluster.close()


def _tls(certificate: str, key: str) -> dict[str, object]:
    """Return Dask's settings; a cluster's certificate is its own authority."""
    return {
        "distributed.comm.require-encryption": True,
        "distributed.comm.tls.ca-file": certificate,
        "distributed.comm.tls.client.cert": certificate,
        "distributed.comm.tls.client.key": key,
    }


def _exit_code(arguments: list[str]) -> int:
    try:
        main(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 3 or not sys.argv[1].isdigit() or not int(sys.argv[1]):  # noqa: PLR2004 (WORKERS and BRIEF)
        sys.stderr.write(USAGE)
        sys.exit(2)
    # Kept to the end: a gateway that is forgotten earlier closes itself twice, and complains.
    GATEWAY = dask_gateway.Gateway()
    sys.exit(grade(GATEWAY, int(sys.argv[1]), sys.argv[2:]))
