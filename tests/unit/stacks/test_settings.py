# SPDX-License-Identifier: Apache-2.0
"""Settings: for each rule what passes, what is refused, and the message."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from stacks.errors import SettingsError
from stacks.settings import FARGATE_MEMORY, Settings, load_settings

LABELS = "in labels of 1 to 63 of a-z, 0-9 and inner hyphens, joined by dots"
DNS = f"1 to 253 characters {LABELS}"
ECS = "1 to 255 letters, digits, hyphens and underscores"
GROUP = "1 to 255 letters, digits, spaces and ._-:/()#,@[]+=&;!*, not beginning with sg-"
COUNT = "a whole number from 0 to 1000 (Cloud Map's limit of instances per service)"
SUBNETS = (
    "up to 16 different ids, each subnet- and 8 or 17 hex digits; none to go by private_subnet_tag"
)
VPC = 'vpc- and 8 or 17 hex digits, or "" to go by vpc_name'
TAG = "1 to 256 letters, digits, spaces and _.:/+@-="
PAIR = "key=value, a key of 1 to 128 and a value of up to 256 letters, digits, spaces and _.:/+@-"
CPU = "one of 256, 512, 1024, 2048, 4096, 8192, 16384 (CPU units)"
LONGEST_NAMESPACE = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61])


def refusal(file: Path, **environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(file, environ)
    return str(caught.value)


PASSES = [
    ("region", "us-gov-west-1"),
    ("deployment", "alice/2026-11-23"),
    ("vpc_id", "vpc-12345678"),
    ("vpc_id", "vpc-0123456789abcdef0"),
    ("vpc_id", ""),
    ("vpc_name", "My VPC: 1/2"),
    ("private_subnet_ids", ()),
    ("private_subnet_ids", tuple(f"subnet-{n:08x}" for n in range(16))),
    ("private_subnet_tag", "kubernetes.io/role/internal-elb=1"),
    ("private_subnet_tag", "empty="),
    ("namespace", "local"),
    ("namespace", "a-1.b2.example"),
    ("namespace", "a" * 63 + ".internal"),
    ("service", "web"),
    ("service", "v1.web"),
    ("service", "a" * 63 + "." + "b" * 63),
    ("dns_ttl", 0),
    ("dns_ttl", 2147483647),
    ("security_group", "a" * 255),
    ("security_group", "web (sg-1) [a]=b & c"),
    ("cluster", "A_b-1"),
    ("ecs_service", "a" * 255),
    ("family", "f"),
    ("container", "c" * 255),
    ("image", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/a_b/c@sha256:" + "0" * 64),
    ("port", 1),
    ("port", 65535),
    ("desired_count", 0),
    ("desired_count", 1000),
]


@pytest.mark.parametrize(("name", "value"), PASSES)
def test_passes(name: str, value: Any) -> None:
    assert getattr(Settings(**{name: value}), name) == value


REFUSED = [
    ("region", "tokyo", "an AWS region such as ap-northeast-1"),
    ("deployment", "", TAG),
    ("deployment", "${x}", TAG),
    ("vpc_id", "vpc-1234", VPC),
    ("vpc_id", "vpc-0123456789ABCDEF0", VPC),
    ("vpc_name", "", TAG),
    ("vpc_name", "any*", TAG),
    ("private_subnet_tag", "private", PAIR),
    ("private_subnet_tag", "=private", PAIR),
    ("private_subnet_tag", "aws:x=1", PAIR),
    ("namespace", "", DNS),
    ("namespace", "Example.internal", DNS),
    ("namespace", "a_b.internal", DNS),
    ("namespace", "-a.internal", DNS),
    ("namespace", "a-.internal", DNS),
    ("namespace", "a..b", DNS),
    ("namespace", "internal.", DNS),
    ("namespace", "a" * 64, DNS),
    ("namespace", LONGEST_NAMESPACE + "dd", DNS),
    ("service", "", f"1 to 127 characters {LABELS}"),
    ("service", "a" * 63 + "." + "b" * 64, f"1 to 127 characters {LABELS}"),
    ("service", "a.b" * 43, f"1 to 127 characters {LABELS}"),
    ("security_group", "sg-web", GROUP),
    ("security_group", "a" * 256, GROUP),
    ("security_group", "${x}", GROUP),
    ("cluster", "a b", ECS),
    ("ecs_service", "", ECS),
    ("family", "a" * 256, ECS),
    ("family", "a\\n", ECS),
    ("container", "a.b", ECS),
    ("image", "two words", "1 to 255 letters, digits and _:./#@-"),
]


@pytest.mark.parametrize(("name", "value", "allowed"), REFUSED)
def test_text_is_refused_with_its_rule(name: str, value: str, allowed: str, toml: Path) -> None:
    toml.write_text(f'{name} = "{value}"\n')
    assert refusal(toml) == f'{toml}: {name}: got "{value}"; allowed: {allowed}'


REFUSED_NUMBERS = [
    ("dns_ttl", -1, "a whole number from 0 to 2147483647 (seconds)"),
    ("dns_ttl", 2147483648, "a whole number from 0 to 2147483647 (seconds)"),
    ("port", 0, "a whole number from 1 to 65535"),
    ("port", 65536, "a whole number from 1 to 65535"),
    ("desired_count", -1, COUNT),
    ("desired_count", 1001, COUNT),
    ("cpu", 300, CPU),
    ("memory", 513, "with cpu = 256 one of 512, 1024, 2048 (MiB)"),
]


@pytest.mark.parametrize(("name", "value", "allowed"), REFUSED_NUMBERS)
def test_number_is_refused_with_its_rule(name: str, value: int, allowed: str, toml: Path) -> None:
    toml.write_text(f"{name} = {value}\n")
    assert refusal(toml) == f"{toml}: {name}: got {value}; allowed: {allowed}"
    toml.write_text("")
    variable = f"HANDSON_{name.upper()}"
    assert refusal(toml, **{variable: str(value)}) == (
        f"{variable}: {name}: got {value}; allowed: {allowed}"
    )


WRONG_TYPES = [
    ('desired_count = "4"', 'desired_count: got "4" (a string)', COUNT),
    ("desired_count = true", "desired_count: got true (a boolean)", COUNT),
    ("desired_count = 4.0", "desired_count: got 4.0 (a float)", COUNT),
    ("cpu = 256.0", "cpu: got 256.0 (a float)", CPU),
    ("desired_count = [4]", "desired_count: got [4] (an array)", COUNT),
    ("cluster = 1", "cluster: got 1 (an integer)", ECS),
    ("vpc_id = false", "vpc_id: got false (a boolean)", VPC),
    (
        'private_subnet_ids = "subnet-12345678"',
        'private_subnet_ids: got "subnet-12345678" (a string)',
        SUBNETS,
    ),
]


@pytest.mark.parametrize(("line", "got", "allowed"), WRONG_TYPES)
def test_toml_of_another_type_is_refused(line: str, got: str, allowed: str, toml: Path) -> None:
    toml.write_text(line)
    assert refusal(toml) == f"{toml}: {got}; allowed: {allowed}"


@pytest.mark.parametrize("text", ["four", "", " 4", "4.0", "+4", "4_0", "04", "0x4", "true", "٤"])
def test_variable_that_is_no_number_is_refused(text: str, toml: Path) -> None:
    assert refusal(toml, HANDSON_DESIRED_COUNT=text) == (
        f'HANDSON_DESIRED_COUNT: desired_count: got "{text}"; allowed: {COUNT}'
    )


SUBNET_LISTS = [
    ("subnet-1", '["subnet-1"]'),
    ("subnet-12345678,", '["subnet-12345678", ""]'),
    ("subnet-12345678,subnet-12345678", '["subnet-12345678", "subnet-12345678"]'),
]


@pytest.mark.parametrize(("text", "got"), SUBNET_LISTS)
def test_subnet_list_is_refused(text: str, got: str, toml: Path) -> None:
    assert refusal(toml, HANDSON_PRIVATE_SUBNET_IDS=text) == (
        f"HANDSON_PRIVATE_SUBNET_IDS: private_subnet_ids: got {got}; allowed: {SUBNETS}"
    )


def test_more_than_16_subnets_are_refused(toml: Path) -> None:
    ids = ",".join(f"subnet-{n:08x}" for n in range(17))
    assert refusal(toml, HANDSON_PRIVATE_SUBNET_IDS=ids).endswith(f"allowed: {SUBNETS}")


# docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html, in GiB.
FARGATE = [
    (256, [0.5, 1, 2]),
    (512, list(range(1, 5))),
    (1024, list(range(2, 9))),
    (2048, list(range(4, 17))),
    (4096, list(range(8, 31))),
    (8192, list(range(16, 61, 4))),
    (16384, list(range(32, 121, 8))),
]


@pytest.mark.parametrize(("cpu", "gibibytes"), FARGATE)
def test_fargate_offers_these_pairs_and_no_other(cpu: int, gibibytes: list[float]) -> None:
    offered = [int(each * 1024) for each in gibibytes]
    for memory in offered:
        assert Settings(cpu=cpu, memory=memory).memory == memory
    others = {memory for each in FARGATE_MEMORY.values() for memory in each} | {0, 511, 131072}
    for memory in others - set(offered):
        with pytest.raises(ValidationError, match=f"with cpu = {cpu} one of {offered[0]}"):
            Settings(cpu=cpu, memory=memory)


def test_message_about_a_pair_names_the_source_of_the_memory(toml: Path) -> None:
    allowed = "with cpu = 512 one of 1024, 2048, 3072, 4096 (MiB)"
    assert refusal(toml, HANDSON_CPU="512") == (f"the default: memory: got 512; allowed: {allowed}")
    toml.write_text("memory = 512\n")
    assert refusal(toml, HANDSON_CPU="512") == f"{toml}: memory: got 512; allowed: {allowed}"


def test_whole_name_fits_in_dns(toml: Path) -> None:
    # 253 characters are the most; LONGEST_NAMESPACE alone has them.
    namespace = LONGEST_NAMESPACE[:-4]
    assert Settings(namespace=namespace, service="abc").service == "abc"
    toml.write_text(f'namespace = "{namespace}"\nservice = "abcd"\n')
    assert refusal(toml) == (
        f'{toml}: service: got "abcd"; allowed: at most 253 characters together with .{namespace}'
    )


def test_variable_wins_over_file_over_default(toml: Path) -> None:
    toml.write_text('desired_count = 2\nregion = "eu-west-1"\n')
    settings = load_settings(toml, {"HANDSON_DESIRED_COUNT": "3", "OTHER": "x"})
    assert settings.desired_count == 3
    assert settings.region == "eu-west-1"
    assert settings.cluster == "cloudmap-handson-cluster"


def test_empty_variable_resets_a_value_of_the_file(toml: Path) -> None:
    toml.write_text('vpc_id = "vpc-12345678"\nprivate_subnet_ids = ["subnet-12345678"]\n')
    environ = {"HANDSON_VPC_ID": "", "HANDSON_PRIVATE_SUBNET_IDS": ""}
    assert load_settings(toml, environ) == Settings()


def test_subnet_ids_in_a_variable_are_separated_by_commas(toml: Path) -> None:
    environ = {"HANDSON_PRIVATE_SUBNET_IDS": "subnet-12345678,subnet-87654321"}
    assert load_settings(toml, environ).private_subnet_ids == ("subnet-12345678", "subnet-87654321")


def test_variables_of_the_tests_and_of_the_walkthrough_are_no_settings(toml: Path) -> None:
    environ = {"HANDSON_REQUIRE_TOOLS": "1", "HANDSON_LANG": "ja"}
    assert load_settings(toml, environ) == Settings()


def test_unknown_key_is_refused(toml: Path) -> None:
    toml.write_text("desired = 4\n")
    assert refusal(toml) == f"{toml}: desired: no such setting; did you mean desired_count?"


def test_unknown_key_that_resembles_none_gets_the_list(toml: Path) -> None:
    toml.write_text("[x]\n")
    assert refusal(toml) == (
        f"{toml}: x: no such setting; known: {', '.join(Settings.model_fields)}"
    )


@pytest.mark.parametrize("name", ["HANDSON_DESIRED", "HANDSON_desired_count"])
def test_unknown_variable_is_refused(name: str, toml: Path) -> None:
    assert refusal(toml, **{name: "4"}) == (
        f"{name}: no such setting; did you mean HANDSON_DESIRED_COUNT?"
    )


def test_every_mistake_has_its_line(toml: Path) -> None:
    toml.write_text("port = 0\nnonsense = 1\n")
    assert [line.split("; ")[0] for line in refusal(toml, HANDSON_CPU="1").splitlines()] == [
        f"{toml}: port: got 0",
        f"{toml}: nonsense: no such setting",
    ]


def test_invalid_toml_is_refused_in_one_line(toml: Path) -> None:
    toml.write_text("desired_count = four\n")
    assert refusal(toml) == f"{toml}: is not TOML: Invalid value (at line 1, column 17)"


def test_file_that_is_no_text_is_refused_in_one_line(toml: Path) -> None:
    toml.write_bytes(b"\xff\xfe")
    message = refusal(toml)
    assert message.startswith(f"{toml}: is not TOML: 'utf-8' codec can't decode")
    assert "\n" not in message


def test_missing_file_is_refused_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "handson.toml"
    assert refusal(file) == f"{file}: cannot be read: No such file or directory"


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().desired_count = 4
