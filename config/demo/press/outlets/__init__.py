"""The outlets of the sample press, one YAML file each (package data)."""
