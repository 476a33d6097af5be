"""Simulated payment terminals."""
