"""What a forecast is made of: trends, their track record, and what is known of jumps, peaks and days."""
