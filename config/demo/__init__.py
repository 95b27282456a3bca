"""The demo: a home of its own, a sample press on loopback and the driver that walks the whole way."""
