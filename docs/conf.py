"""Settings of the documentation: ``make docs``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from medyan_py.version import __version__

project = "medyan_py"
release = version = __version__
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "attribute_lists",
    "deck_reference",
    "output_reference",
]
exclude_patterns = ["_build", "figures"]
html_theme = "furo"
html_title = "medyan_py"
html_show_copyright = False
language = "en"

myst_heading_anchors = 3
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
autodoc_member_order = "bysource"
autodoc_class_signature = "mixed"
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
