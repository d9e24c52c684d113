"""Decks with bubbles, organising centres and probes for tests, on top of the small deck."""

BUBBLES = {
    "BUBBLEFFTYPE": "REPULSIONEXP",
    "BUBBLEINTERACTIONK": "90",
    "BUBBLESCREENLENGTH": "15",
    "BUBBLECUTOFF": "200",
    "BUBBLERADIUS": "100",
    "MTOCFFTYPE": "ATTACHMENTHARMONIC",
    "AFMFFTYPE": "ATTACHMENTHARMONIC",
}


def anchor(centre="500 500 500", *, filaments=0, cylinders=1, stiffness=10, fixed="true", more=""):
    """Value of an init-mtoc or init-afm line."""
    return (
        f"(bubble-type 0) (bubble-coord {centre}) (bubble-fixed {fixed}) (num-filaments {filaments}) "
        f"(num-cylinders-per-filament {cylinders}) (attachment-stretching-k {stiffness}) {more}"
    )
