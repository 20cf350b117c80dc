"""What secrets look like: one table of rules.

Each is a regular expression in which at most one group matches: that group (or all of it) is the secret.
A repetition in it has an end or is possessive, so that no rule goes back over a text again and again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

_GUESSABLE = 20
"""A shorter secret could be guessed from a digest of it, so it gets none."""


def _always(_secret: str) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What one kind of secret looks like; `accept` has the last word on what the pattern found."""

    kind: str
    pattern: re.Pattern[str]
    accept: Callable[[str], bool] = _always

    def hide(self, match: re.Match[str]) -> str:
        """The match with its secret replaced."""
        group = match.lastindex or 0
        secret = match.group(group)
        if (self.pattern.groups and not group) or not self.accept(secret):
            return match.group()
        start, end = (place - match.start() for place in match.span(group))
        return match.group()[:start] + pseudonym_of(self.kind, secret) + match.group()[end:]


_HARMLESS = re.compile(
    r"""(?ix) null | none | nil | true | false | undefined | \*+ | x{3,} | \(?sensitive(\ value)?\)?
    | <?redacted>? | HIDDEN_DUE_TO_SECURITY_REASONS | \$\{[^}]*\} | \{\{.*\}\}
    | arn:aws[a-z-]*:[\w:/.@+=-]* | \[(SECRET|REDACTED).*"""
)
"""Values that are none: placeholders, references, and what is redacted already."""


def is_value(secret: str) -> bool:
    """Whether this is a value at all, and no placeholder or reference."""
    return _HARMLESS.fullmatch(secret) is None


def pseudonym_of(kind: str, secret: str) -> str:
    """What stands in a secret's place: the kind, and of a long one four digits of its digest."""
    if len(secret) < _GUESSABLE:
        return f"[SECRET:{kind}]"
    return f"[SECRET:{kind}:{hashlib.sha256(secret.encode(errors='surrogatepass')).hexdigest()[:4]}]"


def _is_mixed(secret: str) -> bool:
    """Not a word: it has a digit, or capitals that do not begin it."""
    return any(c.isdigit() for c in secret) or (
        any(c.isupper() for c in secret[1:]) and any(c.islower() for c in secret)
    )


def _is_random(secret: str) -> bool:
    """Capitals, small letters and digits all in it, and hardly a path."""
    kinds = (str.isupper, str.islower, str.isdigit)
    return all(any(map(kind, secret)) for kind in kinds) and secret.count("/") < 3  # noqa: PLR2004


_NAME = r"""(?:
    pass(?:word|wd|phrase|code|(?<=[_.-]pass)) | jwt | jsessionid | phpsessid
  | pwd(?!["']?[ \t]{0,4}[:=][ \t]{0,4}["']?[/~])
  | secret(?<!\d{12}:secret)(?<!\*:secret)(?<!\}:secret)(?<!::secret)(?:[_-]?(?:access[_-]?)?key)?
  | token(?<!clienttoken)(?<!client[_-]token)(?<!nexttoken)(?<!next[_-]token)(?<!requesttoken)
    (?<!request[_-]token)(?<!pagetoken)(?<!page[_-]token)(?<!idempotencytoken)
    (?<!idempotency[_-]token)(?<!continuationtoken)(?<!continuation[_-]token)(?<!unexpected\stoken)
  | (?:api|access|account|private|signing|encryption|master|shared|storage|subscription)[_-]?key
  | x-amz-signature
  )(?:[_-]?(?:value|text|string|hash))?"""
"""Names of secrets, whatever stands before them. Not among them: tokens of paging and idempotency,
counts (``tokens``), the working directory (``PWD=/root``), and the ``secret:`` of an ARN."""

NAME_AT_END = re.compile(rf"(?:{_NAME}|authorization|cookie)$", re.IGNORECASE | re.VERBOSE)

_QUOTE = r"""(?:\\{0,7}["'])"""
_BETWEEN = (
    rf"""{_QUOTE}?[ \t]{{0,8}}(?:=>|:=|:|=(?!=))[ \t]{{0,8}}(?:[|>][+-]?[ \t]{{0,4}}\n[ \t]{{0,64}})?+"""
)
"""Between a name and its value: in JSON, in YAML (a block too), in shell, in a query."""
_QUOTED = r""" "((?:[^"\\\n]|\\.){1,4096}) | '((?:[^'\\\n]|\\.){1,4096})"""
_VALUE = rf"""(?: {_QUOTED}
  | \\{{1,7}}["']((?:[^"'\\\n]|\\(?!["'])){{1,4096}})
  | (\$\{{[^}}\s]{{1,256}}\}})(?![^\s"'&,;)])
  | ([^\s"'\\&,;<>(){{}}\[\]] (?:[^\s"'&,;<>)}}\]] | ,(?!\s|$|[\w.-]{{1,40}}["']?\s?[=:])){{0,4095}})
  )"""
_URL_ENCODED = r"""(?:%22)?(?:%3A|%3D)(?:%20|\+)?(?:%22)?((?:(?!%2[26C]|%7D)[^\s"'&<>\[]){1,4096})"""
_XML = r">([^<>\s\[][^<\n]{0,4095})</"
_PAIR = rf"""["']\s{{0,8}},\s{{0,64}}["'](?:parameter)?value["']\s{{0,8}}:\s{{0,8}}(?:{_QUOTED})"""
"""After the name in ``{"name": "DB_PASSWORD", "value": "..."}``."""


_PSEUDONYM = r"\[SECRET:[a-z-]{1,20}(?::[0-9a-f]{4})?\]"


def _by_form(kind: str, pattern: str) -> Rule:
    """A secret that can be told by itself."""
    return Rule(kind=kind, pattern=re.compile(pattern, re.VERBOSE))


def _by_place(kind: str, pattern: str, accept: Callable[[str], bool] = is_value) -> Rule:
    """A secret that its surroundings give away. Pseudonyms, which name secrets too, are stepped over."""
    whole = rf"{_PSEUDONYM} | (?i:{pattern})"
    return Rule(kind=kind, pattern=re.compile(whole, re.VERBOSE), accept=accept)


RULES: tuple[Rule, ...] = (
    _by_form(
        "private-key",
        r"""-----BEGIN[ ][A-Z0-9 ]{0,40}PRIVATE[ ]KEY(?:[ ]BLOCK)?-----
        (?:[^-]|-(?!-))*+(?:-----END[A-Z0-9 ]{0,60}-----)?""",
    ),
    _by_form(
        "jwt",
        r"""(?:(?<![\w-])|(?<=%3D)|(?<=%20)|(?<=%22))
        eyJ[\w-]{8,8192}\.[\w-]{8,16384}(?:\.[\w-]{0,8192}){0,3}""",
    ),
    _by_form("aws-access-key", r"(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])"),
    _by_form("aws-session-token", r"(?<![\w/+])(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|AQoDYXdz)[\w/+=%-]*+"),
    _by_form("task-token", r"(?<![\w/+])(?:AQC[A-Z]{0,2})?AAAAKgAAAA[\w/+=]*+"),
    _by_form(
        "token",
        r"""(?<![A-Za-z0-9_])(?:
          gh[pousr]_[A-Za-z0-9]{20,255} | github_pat_\w{20,255} | gl[a-z]{2,5}-[\w-]{20,255}
        | xox[a-z]-[\w-]{10,255} | xapp-[\w-]{10,255}
        | [rsp]k_(?:live|test)_\w{10,255} | whsec_[\w/+=]{16,255}
        | npm_[A-Za-z0-9]{30,255} | pypi-[\w-]{16,512} | SG\.[\w-]{16,64}\.[\w-]{16,128}
        | AIza[\w-]{30,64} | ya29\.[\w-]{20,2048} | GOCSPX-[\w-]{20,64}
        | sk-[\w-]{20,255} | hf_[A-Za-z0-9]{30,64} | ABSK[\w/+=]{60,255}
        | do[opr]_v1_[0-9a-f]{40,80} | dapi[0-9a-f]{32}(?:-\d)? | shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}
        | \w{14}\.atlasv1\.[\w-]{40,128} | hv[sbr]\.[\w-]{20,512} | dckr_pat_[\w-]{20,64}
        | lin_api_\w{30,64} | gl(?:sa|c)_[\w=+/]{20,255} | NRAK-[A-Z0-9]{20,40} | PMAK-[0-9a-f-]{40,80}
        | key-[0-9a-f]{32} | SK[0-9a-f]{32} | \d{8,10}:AA[\w-]{33} | AGE-SECRET-KEY-1[A-Z0-9]{40,64}
        )(?![A-Za-z0-9_])""",
    ),
    _by_place(
        "webhook",
        r"""(?:hooks\.slack\.com/(?:services|workflows|triggers) | discord(?:app)?\.com/api/webhooks/\d{1,24}
        | webhook\.office\.com/webhookb2)/([\w/@.-]{8,512})""",
    ),
    _by_place("url-password", r"""(?<=://)[^\s/?#@:"'<>]{0,128}:([^\s/?#"'<>]{1,512})@(?!sha256:)"""),
    _by_place("url-token", r"""(?<=://)([\w.~+%-]{16,512})@""", _is_random),
    _by_place(
        "authorization",
        rf"""authorization(?:{_QUOTE}|%22)?[ \t]{{0,8}}(?::|=|%3A)[ \t]{{0,8}}{_QUOTE}?(?!AWS4-HMAC)
        (?:(?:bearer|basic|token|digest|negotiate|ntlm|api-?key)(?:[ \t+]|%20){{1,8}})?+
        ([^\s"'\\,;\[]{{1,8192}})""",
    ),
    _by_place(
        "authorization", r"(?<![a-z])(?:bearer|basic)(?:[ \t]{1,8}|%20)([\w.~+/-]{8,8192}={0,2})", _is_mixed
    ),
    _by_place(
        "cookie", r"""(?<![a-z])(?:set-)?cookie["']?[ \t]{0,8}:[ \t]{0,8}["']?([^\s"'\[][^"'\r\n]{0,8191})"""
    ),
    _by_place("signature", r"(?<=[?&]sig=)([\w%/+-]{16,255}=?) | signature=([0-9a-f]{64})(?![0-9a-f])"),
    _by_place("value", rf"{_NAME}(?: {_BETWEEN}{_VALUE} | {_URL_ENCODED} | {_XML} | {_PAIR})"),
    _by_place(
        "value",
        r"""(?:
          (?<![\w-])--?(?:[a-z]{1,24}-){0,3}(?:password|passwd|passphrase|secret|token|api-key)[ \t]{1,8}
        | (?<!\w)(?:-u|--user)[ \t]{1,8}["']?[^\s:"']{1,128}:
        | (?<!\w)(?:identified[ ]by|password)[ ]{1,4}(?=')
        )["']?([^\s"'\[][^\s"']{0,511})""",
    ),
    _by_place("aws-secret-key", r"(?<![A-Za-z0-9/+_.-])([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+_.=-])", _is_random),
)
"""In this order: what stands for itself first, then what its surroundings give away."""
