"""`python -m rewoo_dsl.interfaces.cli`: the same as `rewoo`."""

import sys

from .main import main

sys.exit(main())
