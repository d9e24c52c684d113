"""Physics is tested on the small systems of the chemistry tests, with their comparisons of samples."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "chemistry"))
