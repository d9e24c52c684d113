"""``python -m medyan_py`` is ``medyan``."""

from medyan_py.cli import main

raise SystemExit(main())
