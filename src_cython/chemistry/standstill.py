"""Runs whose clock no longer moves: noticed, and given up unless a burst of reactions explains it."""

from medyan_py.core.chemistry.errors import EndlessReactionsError

STILL = 2.0**-40  # share of a run that counts as no time: looks that near each other would make 10^18 events
PER_MOLECULE = 10  # firings that are waited for: a burst comes to an end when molecules are used up
MOST_MOLECULES = 10**9  # that are waited for: more would take hours, one by one


def waited_for(molecules):
    """Molecules that a burst is waited for: all, or none if there are too many."""
    return molecules if molecules <= MOST_MOLECULES else 0


class Standstill:
    """Watches the clock of a run; to be asked every ``per_look`` events.

    Parameters
    ----------
    time : float, s
    events : int
        Where the run begins.
    per_look : int
    """

    def __init__(self, time, events, per_look):
        self._per_look = per_look
        self.begin(time, events)

    def begin(self, time, events):
        """The clock has moved, or stands still for another reason."""
        self._since, self._before, self._allowed = time, events, None

    def look(self, time, events, end, molecules, fastest):
        """Raise EndlessReactionsError if the clock stands still for longer than a burst takes.

        Molecules are counted once, when it is first found to stand still: a burst that makes more and more of them has
        no end.

        Parameters
        ----------
        time, end : float, s
            Now, and where the run goes.
        events : int
        molecules : callable
            How many molecules there are that reactions can use up.
        fastest : callable
            Which reaction fires most often, for the message; may be empty.
        """
        if time - self._since > (end - self._since) * STILL:
            self.begin(time, events)
            return
        if self._allowed is None:
            self._allowed = self._per_look + PER_MOLECULE * waited_for(molecules())
        fired = events - self._before
        if fired >= self._allowed:
            which = fastest()
            raise EndlessReactionsError(
                f"reactions are so fast that the clock stands still at {time:.6g} s: {fired} events in "
                f"{time - self._since:.2g} s" + (f", most often {which}" if which else "")
            )
