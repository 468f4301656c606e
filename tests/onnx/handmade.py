"""Fixtures that no exporter makes, built node by node."""
