"""Read by every Python that a test starts, since this folder stands on PYTHONPATH: its network is closed too."""

import closed_network  # type: ignore[import-not-found]

closed_network.install()
