"""What Mainstay costs: measured use, times dated prices."""
