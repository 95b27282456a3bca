"""Fixtures of the review app."""

from tests.fixtures.web import app, office, person, served

__all__ = ["app", "office", "person", "served"]
