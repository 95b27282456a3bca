"""Fixtures of the review app."""

from tests.fixtures.web import app, office, office_template, person, served

__all__ = ["app", "office", "office_template", "person", "served"]
