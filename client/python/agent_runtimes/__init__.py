"""Clients of an agent-runtimes server."""
