"""``python -m gdanim`` is the command ``gdanim``."""

import sys

from gdanim.cli import main

sys.exit(main())
