"""``python -m config`` is the command ``lamro``."""

from config.cli import main

if __name__ == "__main__":
    main()
