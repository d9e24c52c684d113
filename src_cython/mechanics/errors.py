"""What goes wrong in mechanics and is not a mistake in an argument."""


class MechanicsError(RuntimeError):
    """An energy or force is not finite; the message names the interaction, the objects and where they are."""
