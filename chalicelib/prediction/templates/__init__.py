"""Log templates: what log lines say without their variables, learnt line by line."""

from chalicelib.prediction.templates.miner import Template, TemplateMiner

__all__ = ["Template", "TemplateMiner"]
