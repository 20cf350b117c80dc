"""What people look at: templates, and the functions that turn records into pages. Nothing here does I/O."""

from chalicelib.pages.dress import asset, render, style_hash
from chalicelib.pages.errors import render_error

__all__ = ["asset", "render", "render_error", "style_hash"]
