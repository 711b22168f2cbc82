"""`python -m sqlwright.cli`."""

import sys

from sqlwright.cli import main

if __name__ == "__main__":
    sys.exit(main())
