# SPDX-License-Identifier: Apache-2.0
"""One frozen object with every value that a person may choose; the defaults are the article's.

Read once, from handson.toml and then HANDSON_* variables, and checked before any stack is built.
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

PREFIX = "HANDSON_"
# Variables with our prefix that speak to the tests and say nothing about a deployment.
NOT_SETTINGS = frozenset({"HANDSON_REQUIRE_TOOLS"})

GIB = 1024
# CPU units to MiB: docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
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
    """A string that ``pattern`` matches from end to end; ``allowed`` is that rule in words."""
    return Field(pattern=rf"^(?:{pattern})\Z", description=allowed)


def _whole(low: int, high: int, why: str = "") -> Any:
    return Field(ge=low, le=high, description=f"a whole number from {low} to {high}{why}")


# Where AWS allows $, { and } we do not: Terraform would take "${…}" for an expression.
HEX = r"([0-9a-f]{8}|[0-9a-f]{17})"
TAG = r"A-Za-z0-9 _.:/+@-"
MAX_FQDN = 253
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
LABELS = "in labels of 1 to 63 of a-z, 0-9 and inner hyphens, joined by dots"

DnsName = Annotated[
    str,
    _text(rf"(?=.{{1,{MAX_FQDN}}}\Z){LABEL}(\.{LABEL})*", f"1 to {MAX_FQDN} characters {LABELS}"),
]
# Cloud Map's CreateService takes no more than 127.
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
    Field(  # awsvpcConfiguration takes no more than 16.
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


_KEY_SAFE = r"[A-Za-z0-9_.-]+"


class Settings(BaseModel):
    """What the stacks are built from; handson.toml says what each setting is for."""

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
        int, _whole(0, 1000, " (Cloud Map's limit of instances per service)")
    ] = 1

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        """The rules that take more than one value; each names the setting that it refuses."""
        if self.cpu not in FARGATE_MEMORY:
            _refuse("cpu", _rule("cpu"))
        if self.memory not in FARGATE_MEMORY[self.cpu]:
            offered = ", ".join(map(str, FARGATE_MEMORY[self.cpu]))
            _refuse("memory", f"with cpu = {self.cpu} one of {offered} (MiB)")
        if len(f"{self.service}.{self.namespace}") > MAX_FQDN:
            _refuse("service", f"at most {MAX_FQDN} characters together with .{self.namespace}")
        if self.state_bucket:
            if not re.fullmatch(_KEY_SAFE, self.deployment):
                _refuse(
                    "deployment", "with state_bucket, letters, digits and _.-: it is in the key"
                )
        elif self.state_region:
            _refuse("state_bucket", "the bucket's name, since state_region is given")
        if len(set(self.private_subnet_ids)) < len(self.private_subnet_ids):
            _refuse("private_subnet_ids", _rule("private_subnet_ids"))
        return self


def _refuse(name: str, allowed: str) -> NoReturn:
    context = {"name": name, "allowed": allowed}
    raise PydanticCustomError("settings", "{name}: allowed: {allowed}", context)


def _rule(name: str) -> str:
    return Settings.model_fields[name].description or ""


class Given(NamedTuple):
    """A value as somebody wrote it, and the file or variable that holds it."""

    value: Any
    source: str


def load_settings(file: Path, environ: Mapping[str, str]) -> Settings:
    """The settings of ``file``, with those of HANDSON_* variables laid over them.

    Raises SettingsError with one line for each mistake: where it is, the setting, what it got and
    what is allowed.
    """
    given = _from_file(file) | _from_environment(environ)
    try:
        return Settings.model_validate({name: each.value for name, each in given.items()})
    except ValidationError as error:
        lines = [_line(mistake, given) for mistake in error.errors()]
        raise SettingsError("\n".join(lines)) from None


def _from_file(file: Path) -> dict[str, Given]:
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error.strerror}") from error
    except ValueError as error:  # tomllib's error, and UnicodeDecodeError.
        raise SettingsError(f"{file}: is not TOML: {error}") from error
    return {
        name: Given(tuple(value) if isinstance(value, list) else value, str(file))
        for name, value in values.items()
    }


def _from_environment(environ: Mapping[str, str]) -> dict[str, Given]:
    """Every HANDSON_* variable; one that names no setting keeps its own name, to be refused."""
    names = {_variable(name): name for name in Settings.model_fields}
    given = {}
    for variable, text in sorted(environ.items()):
        if variable.startswith(PREFIX) and variable not in NOT_SETTINGS:
            name = names.get(variable, variable)
            given[name] = Given(_parsed(name, text), variable)
    return given


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _parsed(name: str, text: str) -> Any:
    """``text`` as the setting's type; text that is no such thing stays text, to be refused."""
    default = Settings.model_fields[name].default if name in Settings.model_fields else ""
    if isinstance(default, tuple):
        return tuple(text.split(",")) if text else ()
    if isinstance(default, int) and re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", text):
        return int(text)
    return text


KINDS = {bool: "a boolean", int: "an integer", float: "a float", str: "a string", tuple: "an array"}


def _line(mistake: ErrorDetails, given: Mapping[str, Given]) -> str:
    """One mistake in one line."""
    context = mistake.get("ctx", {})
    name = str(mistake["loc"][0]) if mistake["loc"] else context["name"]
    if mistake["type"] == "extra_forbidden":
        return _unknown(name, given[name].source)
    default = Settings.model_fields[name].default
    each = given.get(name, Given(default, "the default"))
    got = json.dumps(each.value, ensure_ascii=False, default=str)
    if type(each.value) is not type(default) and not each.source.startswith(PREFIX):
        got += f" ({KINDS.get(type(each.value), type(each.value).__name__)})"
    return f"{each.source}: {name}: got {got}; allowed: {context.get('allowed') or _rule(name)}"


def _unknown(name: str, source: str) -> str:
    """What to say of a key or variable that is no setting: the nearest one, or all of them."""
    where, spell = ("", _variable) if name == source else (f"{source}: ", str)
    near = difflib.get_close_matches(name.removeprefix(PREFIX).lower(), Settings.model_fields, n=1)
    if near:
        return f"{where}{name}: no such setting; did you mean {spell(near[0])}?"
    return f"{where}{name}: no such setting; known: {', '.join(map(spell, Settings.model_fields))}"
