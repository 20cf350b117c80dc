"""The commands that operate a stage, deployed or local: one file each."""
