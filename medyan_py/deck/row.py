"""The shape of one row of a keyword table: everything the package knows about a keyword is in its row."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from .values import ValueType


class Repetition(Enum):
    """How many values a line takes and what happens when it is blank or repeated."""

    OPTIONAL = "0 or 1 value; a blank line changes nothing; the last value wins"
    ONE = "exactly 1 value; the last line wins"
    LENIENT = "1 value; a line with any other number of values is ignored with a warning; the last value wins"
    REPLACE = "a list; every line replaces the whole list, a blank one clears it"
    APPEND = "a list; every line appends to it, a blank one changes nothing"
    FIXED = "a fixed number of values; the last line wins"
    EACH = "every line adds one entry"
    GROUP = "a list of (property value …)"


# What the length of a list counts: value of `Keyword.per` → words for messages.
COUNTED = {
    "FT": "filament type",
    "LT": "linker reaction",
    "MT": "motor reaction",
    "BT": "brancher species",
    "BuT": "bubble type",
}


@dataclass(frozen=True)
class Keyword:
    """One keyword of the system deck.

    Attributes
    ----------
    name : str
        As written in the deck, without colon.
    repetition : Repetition
    type : ValueType
        Of each value; the properties of a group have their own.
    default : object
        Value when the deck is silent; None: there is none.
    help : str
        One line for the reference page.
    count : tuple of int
        Allowed numbers of values for FIXED and EACH.
    per : str
        Key of COUNTED when the list holds one value for each of these.
    needed_by : str
        Keyword that, when set, makes the whole list necessary.
    feature : str
        What the keyword switches on, when this version cannot do it; empty when it can.
    idle : tuple
        Values that leave `feature` switched off.
    missing : dict[str, str]
        Values this version cannot do → the feature they need. Only for keywords whose mere value switches it on.
    no_effect : bool
        Known and checked, but without any meaning in the model.
    properties : tuple of Property
        Of a GROUP.
    named : str
        What the first word of a GROUP line names ('' when there is none).
    """

    name: str
    repetition: Repetition
    type: ValueType
    default: object = None
    help: str = ""
    count: tuple[int, ...] = ()
    per: str = ""
    needed_by: str = ""
    feature: str = ""
    idle: tuple = ()
    missing: dict[str, str] | None = None
    no_effect: bool = False
    properties: tuple[Property, ...] = ()
    named: str = ""

    @property
    def takes_colon(self) -> bool:
        """Whether `KEY:` is understood: upper-case keywords, except MD."""
        return self.name.isupper() and self.name != "MD"


@dataclass(frozen=True)
class Property:
    """One property of a group keyword: `count` values of `type` each, `repeated` when every line adds an entry."""

    name: str
    type: ValueType
    default: object
    help: str
    count: tuple[int, ...] = (1,)
    repeated: bool = False
