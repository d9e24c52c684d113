"""What goes wrong in chemistry and is not a mistake in an argument."""


class EndlessReactionsError(RuntimeError):
    """Reactions so fast that the clock stands still, however many of them happen; the text says when and which."""
