"""The smoke test of a deployed service: does it answer, in the right version, with what it needs?

Only the standard library is needed, unless the expectations are derived from a system's file.
"""

from delivery.smoke.expected import Expectations, UnusableError, expectations
from delivery.smoke.poll import Outcome, Patience, poll

__all__ = ["Expectations", "Outcome", "Patience", "UnusableError", "expectations", "poll"]
