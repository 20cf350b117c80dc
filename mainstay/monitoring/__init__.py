"""Mainstay watching itself: alarms, and a dashboard each for who is on call and for who runs it.

They are generated from the metrics that the product writes, into ``infra/monitoring.yaml``.
"""
