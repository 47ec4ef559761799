# SPDX-License-Identifier: Apache-2.0
"""The article's steps become what a person types, and nothing of them is lost."""

import pytest

from handson.article.step import Says, Step, everyone_has_answered
from handson.article.steps import BY_CLI
from handson.tutorial.block import Block, chapter, excerpt, lines
from handson.tutorial.cli_chapter import BY_CLI_CHAPTER
from handson.tutorial.typed import plain, renamed, typed, typed_all


def test_an_id_that_a_later_step_uses_goes_into_a_variable() -> None:
    find = Step("find", "aws find", "", keeps={"vpc": "Vpcs[0].VpcId", "other": "Other"})
    use = Step("use", "aws use --vpc $vpc", "")
    first, second = typed_all([find, use])
    assert first.commands == ("aws find | tee reply.json", "vpc=$(from_reply 'Vpcs[0].VpcId')")
    assert second.commands == ("aws use --vpc $vpc",)
    assert typed(find, [Step("no", "aws use --vpc $vpcs", "")]).commands == ("aws find",)


def test_waiting_is_a_command_of_its_own() -> None:
    step = Step("wait", "aws get --id $id", "", until=Says("Status == 'DONE'"))
    assert typed(step).commands == (
        """wait_until aws get --id $id \\\n--query "Status == 'DONE'\"""",
        "aws get --id $id",
    )


def test_a_command_that_may_be_too_early_is_tried_again() -> None:
    step = Step("delete", "aws delete", "", again_on=("TooEarly",))
    assert typed(step).commands == ("try_again aws delete",)
    assert plain(step, "early", fails=True) == Block("early", ("aws delete",), fails=True)


def test_a_file_is_written_with_its_ids() -> None:
    step = Step("create", "aws create", "", file="service-definition.json")
    file, command = typed(step).commands
    assert file.startswith("cat > service-definition.json <<END\n{\n")
    assert '"registryArn": "$service_arn"' in file and file.endswith("}\nEND")
    assert command == "aws create"


def test_a_reply_that_differs_each_time_is_asked_for_often_and_counted() -> None:
    step = Step("all", "curl $name$port/who", "", until=everyone_has_answered, every_reply=True)
    assert typed(step).text == (
        "for request in $(seq 40); do\n"
        "  curl -s cloudmap-handson.cloudmap-handson.internal/who\n"
        "done | sort | uniq -c"
    )


def test_an_expression_that_would_be_unreadable_in_a_shell_is_refused() -> None:
    with pytest.raises(ValueError, match="one kind of quotes"):
        typed(Step("both", "aws get", "", until=Says("A[?B=='C'] == `1`")))


def test_every_step_of_the_article_is_in_the_chapter_in_its_order() -> None:
    steps = [block.step.name for block in BY_CLI_CHAPTER.values() if block.step]
    assert steps == [step.name for step in BY_CLI]


def test_a_block_that_is_typed_again_shows_something_else() -> None:
    block = typed(Step("one", "true", "Shown once."))
    assert renamed(block, "two") == Block("two", ("true",))


def test_two_blocks_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="one name"):
        chapter(Block("a", ("true",)), Block("a", ("false",)))


def test_a_long_reply_is_shortened_visibly() -> None:
    assert excerpt("a.b")('{"a": {"b": [1], "c": 2}}') == "...\n[\n    1\n]\n..."
    assert lines("x")("a\nb\nx 1\nx 2\nc") == "...\nx 1\nx 2\n..."
