"""What is asked over HTTP: the REST API, the pages, and the page that a signed link opens. One blueprint.

Who may call is decided by API Gateway before anything here runs, unless a route is open to all.
"""

from chalicelib.api import edges, figures_pages, pages, rest, review
from chalicelib.api.gateway import GUARD, routes

__all__ = ["GUARD", "edges", "figures_pages", "pages", "rest", "review", "routes"]
