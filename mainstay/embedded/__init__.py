"""AWS on a laptop: moto's server in this process, repaired where it differs from AWS."""
