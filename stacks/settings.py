# SPDX-License-Identifier: Apache-2.0
"""The settings: one frozen object with every value that a user can set, the article's by default.

They are read once, from handson.toml and then from HANDSON_* variables, and checked before any
stack is built. This module is pure: importing it does not start Node.
"""

import difflib
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple, NoReturn, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from stacks.errors import SettingsError

PROJECT = "cloudmap-handson"
"""The value of the tag Project on every resource that the stacks make."""

PREFIX = "HANDSON_"
# Variables with this prefix that configure the tests and `make handson`, not a deployment.
NOT_SETTINGS = frozenset(
    {"HANDSON_BROWSER", "HANDSON_LANG", "HANDSON_REQUIRE_BROWSER", "HANDSON_REQUIRE_TOOLS"}
)

MAX_TASKS = 1000
GIB = 1024
# The MiB that Fargate offers for each number of CPU units:
# docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
FARGATE_MEMORY: dict[int, tuple[int, ...]] = {
    256: (512, 1 * GIB, 2 * GIB),
    512: tuple(range(1 * GIB, 4 * GIB + 1, 1 * GIB)),
    1024: tuple(range(2 * GIB, 8 * GIB + 1, 1 * GIB)),
    2048: tuple(range(4 * GIB, 16 * GIB + 1, 1 * GIB)),
    4096: tuple(range(8 * GIB, 30 * GIB + 1, 1 * GIB)),
    8192: tuple(range(16 * GIB, 60 * GIB + 1, 4 * GIB)),
    16384: tuple(range(32 * GIB, 120 * GIB + 1, 8 * GIB)),
}


def _text(pattern: str, allowed: str) -> Any:
    """Returns a field for strings that ``pattern`` matches whole; ``allowed`` says so in words."""
    return Field(pattern=rf"^(?:{pattern})\Z", description=allowed)


def _whole(low: int, high: int, why: str = "") -> Any:
    return Field(ge=low, le=high, description=f"a whole number from {low} to {high}{why}")


# AWS allows $, { and } in some of these; we refuse them: Terraform evaluates "${…}".
HEX = r"([0-9a-f]{8}|[0-9a-f]{17})"
TAG = r"A-Za-z0-9 _.:/+@-"
MAX_FQDN = 253
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
LABELS = "in labels of 1 to 63 of a-z, 0-9 and inner hyphens, joined by dots"

DnsName = Annotated[
    str,
    _text(rf"(?=.{{1,{MAX_FQDN}}}\Z){LABEL}(\.{LABEL})*", f"1 to {MAX_FQDN} characters {LABELS}"),
]
# Cloud Map's CreateService takes at most 127.
DnsServiceName = Annotated[
    str, _text(rf"(?=.{{1,127}}\Z){LABEL}(\.{LABEL})*", f"1 to 127 characters {LABELS}")
]
EcsName = Annotated[
    str, _text(r"[A-Za-z0-9_-]{1,255}", "1 to 255 letters, digits, hyphens and underscores")
]
GroupName = Annotated[
    str,
    _text(
        r"(?!sg-)[A-Za-z0-9 ._:/()#,@\[\]+=&;!*-]{1,255}",
        "1 to 255 letters, digits, spaces and ._-:/()#,@[]+=&;!*, not beginning with sg-",
    ),
]
Image = Annotated[str, _text(r"[A-Za-z0-9_:./#@-]{1,255}", "1 to 255 letters, digits and _:./#@-")]
Region = Annotated[
    str, _text(r"[a-z]{2,}(-[a-z]+)+-[0-9]+", "an AWS region such as ap-northeast-1")
]
StateRegion = Annotated[
    str,
    _text(
        r"([a-z]{2,}(-[a-z]+)+-[0-9]+)?",
        'an AWS region such as eu-west-1, or "" for the setting region',
    ),
]
SubnetIds = Annotated[
    tuple[Annotated[str, _text(rf"subnet-{HEX}", "")], ...],
    Field(  # awsvpcConfiguration takes at most 16.
        max_length=16,
        description="up to 16 different ids, each subnet- and 8 or 17 hex digits; "
        "none to go by private_subnet_tag",
    ),
]
BucketName = Annotated[
    str,
    _text(
        r"((?!xn--|sthree-|amzn-s3-demo-)(?!.*(\.\.|-s3alias\Z|--ol-s3\Z))"
        r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])?",
        'a bucket\'s name of 3 to 63 of a-z, 0-9, dots and hyphens, or "" for state in files here',
    ),
]
KeyPrefix = Annotated[
    str,
    _text(
        r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*",
        "names of letters, digits and _.- joined by single slashes",
    ),
]
TagPair = Annotated[
    str,
    _text(
        rf"(?!aws:)[{TAG}]{{1,128}}=[={TAG}]{{0,256}}",
        "key=value, a key of 1 to 128 and a value of up to 256 letters, digits, spaces and _.:/+@-",
    ),
]
TagValue = Annotated[
    str, _text(rf"[={TAG}]{{1,256}}", "1 to 256 letters, digits, spaces and _.:/+@-=")
]
VpcId = Annotated[
    str, _text(rf"(vpc-{HEX})?", 'vpc- and 8 or 17 hex digits, or "" to go by vpc_name')
]

STATE_KEY_PART = r"[A-Za-z0-9_.-]+"


class Settings(BaseModel):
    """The values that the stacks are built from; handson.toml explains each of them."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, validate_default=True, regex_engine="python-re"
    )

    region: Region = "ap-northeast-1"
    deployment: TagValue = "default"
    state_bucket: BucketName = ""
    state_prefix: KeyPrefix = "cloudmap-handson"
    state_region: StateRegion = ""
    vpc_id: VpcId = ""
    vpc_name: TagValue = "cloudmap-handson-vpc"
    private_subnet_ids: SubnetIds = ()
    private_subnet_tag: TagPair = "Tier=private"
    namespace: DnsName = "cloudmap-handson.internal"
    service: DnsServiceName = "cloudmap-handson"
    dns_ttl: Annotated[int, _whole(0, 2147483647, " (seconds)")] = 300
    security_group: GroupName = "cloudmap-handson-sg-container"
    cluster: EcsName = "cloudmap-handson-cluster"
    ecs_service: EcsName = "cloudmap-handson-httpd-service"
    family: EcsName = "httpd-task"
    container: EcsName = "httpd-container"
    image: Image = "httpd:2.4.41-alpine"
    cpu: Annotated[
        int, Field(description=f"one of {', '.join(map(str, FARGATE_MEMORY))} (CPU units)")
    ] = 256
    memory: Annotated[int, Field(description="the MiB that Fargate has with the CPU units")] = 512
    port: Annotated[int, _whole(1, 65535)] = 80
    desired_count: Annotated[
        int, _whole(0, MAX_TASKS, " (Cloud Map's limit of instances per service)")
    ] = 1

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        """Checks the rules that involve two settings; an error names the one to change."""
        if self.cpu not in FARGATE_MEMORY:
            _refuse("cpu", _rule("cpu"))
        if self.memory not in FARGATE_MEMORY[self.cpu]:
            offered = ", ".join(map(str, FARGATE_MEMORY[self.cpu]))
            _refuse("memory", f"with cpu = {self.cpu} one of {offered} (MiB)")
        if len(f"{self.service}.{self.namespace}") > MAX_FQDN:
            _refuse("service", f"at most {MAX_FQDN} characters together with .{self.namespace}")
        if self.state_bucket:
            if not re.fullmatch(STATE_KEY_PART, self.deployment):
                _refuse(
                    "deployment",
                    "with state_bucket, letters, digits and _.-: it is part of the state's key",
                )
        elif self.state_region:
            _refuse("state_bucket", "a bucket's name, because state_region is set")
        if len(set(self.private_subnet_ids)) < len(self.private_subnet_ids):
            _refuse("private_subnet_ids", _rule("private_subnet_ids"))
        return self


def _refuse(name: str, allowed: str) -> NoReturn:
    """Raises the error that `_message` prints for the setting ``name``."""
    context = {"name": name, "allowed": allowed}
    raise PydanticCustomError("settings", "{name}: allowed: {allowed}", context)


def _rule(name: str) -> str:
    """Returns, in words, what the setting may be."""
    return Settings.model_fields[name].description or ""


class RawValue(NamedTuple):
    """A value that is not checked yet, and the file or variable that it was read from."""

    value: Any
    source: str


def load_settings(file: Path, environ: Mapping[str, str]) -> Settings:
    """Returns the settings of ``file``; a HANDSON_* variable wins over the file.

    Raises SettingsError with one line for each mistake: the file or variable, the setting, its
    value and what is allowed.
    """
    raw = _from_file(file) | _from_environment(environ)
    try:
        return Settings.model_validate({name: each.value for name, each in raw.items()})
    except ValidationError as error:
        lines = [_message(mistake, raw) for mistake in error.errors()]
        raise SettingsError("\n".join(lines)) from None


def _from_file(file: Path) -> dict[str, RawValue]:
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error.strerror}") from error
    except ValueError as error:  # tomllib's error, and UnicodeDecodeError.
        raise SettingsError(f"{file}: is not TOML: {error}") from error
    return {
        name: RawValue(tuple(value) if isinstance(value, list) else value, str(file))
        for name, value in values.items()
    }


def _from_environment(environ: Mapping[str, str]) -> dict[str, RawValue]:
    """Returns every HANDSON_* variable; one that is no setting keeps its name, and is refused."""
    names = {_variable(name): name for name in Settings.model_fields}
    raw = {}
    for variable, text in sorted(environ.items()):
        if variable.startswith(PREFIX) and variable not in NOT_SETTINGS:
            name = names.get(variable, variable)
            raw[name] = RawValue(_parsed(name, text), variable)
    return raw


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _parsed(name: str, text: str) -> Any:
    """Returns ``text`` as the setting's type; else the text itself, which is then refused."""
    default = Settings.model_fields[name].default if name in Settings.model_fields else ""
    if isinstance(default, tuple):
        return tuple(text.split(",")) if text else ()
    if isinstance(default, int) and re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", text):
        return int(text)
    return text


TOML_TYPES = {
    bool: "a boolean",
    int: "an integer",
    float: "a float",
    str: "a string",
    tuple: "an array",
}


def _message(mistake: ErrorDetails, raw: Mapping[str, RawValue]) -> str:
    """Returns one mistake as one line."""
    context = mistake.get("ctx", {})
    name = str(mistake["loc"][0]) if mistake["loc"] else context["name"]
    if mistake["type"] == "extra_forbidden":
        return _unknown_setting(name, raw[name].source)
    default = Settings.model_fields[name].default
    each = raw.get(name, RawValue(default, "the default"))
    got = json.dumps(each.value, ensure_ascii=False, default=str)
    if type(each.value) is not type(default) and not each.source.startswith(PREFIX):
        got += f" ({TOML_TYPES.get(type(each.value), type(each.value).__name__)})"
    return f"{each.source}: {name}: got {got}; allowed: {context.get('allowed') or _rule(name)}"


def _unknown_setting(name: str, source: str) -> str:
    """Returns the message for a key or variable that is no setting: the nearest one, or all."""
    where, spell = ("", _variable) if name == source else (f"{source}: ", str)
    near = difflib.get_close_matches(name.removeprefix(PREFIX).lower(), Settings.model_fields, n=1)
    if near:
        return f"{where}{name}: no such setting; did you mean {spell(near[0])}?"
    return f"{where}{name}: no such setting; known: {', '.join(map(spell, Settings.model_fields))}"
