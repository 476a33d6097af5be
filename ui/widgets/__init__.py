"""Widgets of the one visual language: text, buttons, lists, drawn pictures, codes, the page layout."""
