"""The demo: breaks embedded resources in every way that Mainstay knows, and watches it heal them."""
