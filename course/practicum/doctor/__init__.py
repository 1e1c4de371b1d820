"""What keeps a course from running here: each thing looked at, and what to do about it.

``examine(course)`` looks and changes nothing; the hub does it before it starts.
"""

from practicum.doctor.examining import examine
from practicum.doctor.hub import answering, held_ports, is_loopback
from practicum.doctor.symptoms import State, Symptom
from practicum.doctor.versions import NODE_PROXY, node_proxy

__all__ = [
    "NODE_PROXY",
    "State",
    "Symptom",
    "answering",
    "examine",
    "held_ports",
    "is_loopback",
    "node_proxy",
]
