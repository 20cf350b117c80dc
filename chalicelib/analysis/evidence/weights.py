"""How much a fact weighs, in log odds: the scale that all evidence rules share.

Even odds are 0; 1.0 makes acting 2.7 times as likely to be right, -1.0 as much less. With the weights
of the rules, a person's stop that is really down stands at 0.92, the same with nobody named at 0.71.
"""

DECISIVE = -4.0
"""A fact that settles the matter: acting would be right in 2 of 100 such cases."""
