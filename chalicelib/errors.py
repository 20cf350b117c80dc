"""The one tree of errors.

A class name is what the state machine's ``ErrorEquals`` names, and the base class says what to do:
`RetryableError` may be tried again unchanged, `PermanentError` may not.
"""


class MainstayError(Exception):
    """Everything that Mainstay raises on purpose."""


class RetryableError(MainstayError):
    """The same call may work a moment later."""


class PermanentError(MainstayError):
    """Trying again unchanged cannot help."""


# -- what AWS answers ---------------------------------------------------------------------------


class ThrottledError(RetryableError):
    """AWS asked us to slow down."""


class UnreachableError(RetryableError):
    """No answer from AWS: the effect of the call, if it has one, is unknown."""


class TooEarlyError(RetryableError):
    """AWS did nothing, since the resource was still busy with something else."""


class ConflictError(RetryableError):
    """Another writer was there at the same moment."""


class AwsError(PermanentError):
    """AWS refused the call. `code` is its error code; `operation` is ``service:Operation``."""

    def __init__(self, code: str, message: str = "", operation: str = "") -> None:
        """Keep the code apart from the text, so that callers compare codes and never parse text."""
        super().__init__(f"{operation} answered {code}: {message}" if operation else f"{code}: {message}")
        self.code = code
        self.operation = operation


class NotFoundError(AwsError):
    """The resource is not there."""


class DeniedError(AwsError):
    """The permission is missing."""


class ChatFailedError(PermanentError):
    """A chat did not take a message. Nothing else depends on it: people have their mail."""


# -- what the records say -----------------------------------------------------------------------


class UnknownIncidentError(PermanentError):
    """There is no incident of that id."""


class UnknownAlertError(PermanentError):
    """There is no alert of that id."""


class StaleRecordError(RetryableError):
    """The record moved on since it was read."""


class WrongStateError(PermanentError):
    """The incident is in a state in which this cannot be done."""


class BrokenTimelineError(PermanentError):
    """A timeline event was changed, removed or put in afterwards."""


# -- what input and configuration say -----------------------------------------------------------


class InvalidSettingsError(PermanentError):
    """A setting is missing or wrong; the message names the variable."""


class InvalidPolicyError(PermanentError):
    """The policy file cannot be used; the message names the line or the field."""


class InvalidEventError(PermanentError):
    """An event is not of a form that we know; the message says what is wrong."""


# -- what callers ask ---------------------------------------------------------------------------


class WrongFieldError(PermanentError):
    """A field of a question cannot be answered; `field` names it, and the message says what is wrong."""

    def __init__(self, field: str, message: str) -> None:
        """Keep the name apart from the text: callers are told both."""
        super().__init__(message)
        self.field = field


class WrongTokenError(PermanentError):
    """A token of an identity provider does not count; the message says why, for the log alone."""


class RecordMovedError(PermanentError):
    """The record is not the one that the caller has seen: what was asked for is not done (``If-Match``)."""


# -- what people answer -------------------------------------------------------------------------


class WrongLinkError(PermanentError):
    """Not a link that we made, or not any more: there is nothing to say about it."""


class ExpiredLinkError(PermanentError):
    """A link that we made, whose time is over, or that a newer question has taken the place of."""


class WrongFormError(PermanentError):
    """A form that was not sent by the page that we made for this person, or too long after it."""


class NotAnApproverError(PermanentError):
    """The plan needs people whom the policy names: whoever answers is none of them, or no further one."""


class SecretsUnreadableError(RetryableError):
    """A secret of ours is missing, cannot be read, or is not what it should be."""


# -- what recovery meets ------------------------------------------------------------------------


class SwitchedOffError(PermanentError):
    """The mode is off, or cannot be read: nothing may be changed."""


class PlanChangedError(PermanentError):
    """The plan, or the state that it was made for, is no longer what was decided on."""


class ActionFailedError(PermanentError):
    """A recovery action ended without the effect that it was to have."""


class OutcomeUnknownError(PermanentError):
    """An effect may or may not have happened and may not be repeated blindly."""


class NotSettledYetError(RetryableError):
    """The resource is on its way from one state to another: too early to do anything about it."""


class NotHealthyYetError(RetryableError):
    """The resource does not look as it should yet."""


class NotHealthyError(PermanentError):
    """The resource did not become healthy in time."""


# -- what the model does ------------------------------------------------------------------------


class ModelUnavailableError(RetryableError):
    """The model did not answer: throttled, down or too slow."""


class ModelAnswerError(PermanentError):
    """The model answered something that cannot be used."""


# -- what prediction has learnt -----------------------------------------------------------------


class UnknownTemplateError(PermanentError):
    """There is no log template of that id, or none any more."""


class UnknownLogGroupError(PermanentError):
    """Nothing is known of a log group of that name."""


class BrokenStateError(PermanentError):
    """A saved state cannot be read: it is damaged, or another version's."""
