"""What a stage, or an account, still needs: read from AWS, and never changed."""
