# SPDX-License-Identifier: Apache-2.0
"""Whoever types the tutorial has set nothing, and is in nobody's way."""

from handson.local_endpoint import ON_FREE_PORTS
from handson.tutorial.block import Block
from handson.tutorial.run import lacks_program, reader_environment


def test_a_reader_has_none_of_our_variables_and_ports_of_his_own() -> None:
    environ = {
        "PATH": "/bin",
        "HOME": "/home/me",
        "AWS_PROFILE": "work",
        "HANDSON_DNS_TTL": "60",
        "LOCALAWS_PORT": "4566",
        "MAKELEVEL": "1",
        "TARGET": "aws",
        "LC_ALL": "ja_JP.UTF-8",
    }
    assert reader_environment(environ) == {
        "PATH": "/bin",
        "HOME": "/home/me",
        **ON_FREE_PORTS,
        "CI": "true",
        "LC_ALL": "C",
        "COLUMNS": "80",
    }


def test_a_block_says_which_program_it_needs() -> None:
    assert lacks_program(Block("a", ("no-such-program",), needs="no-such-program"))
    assert not lacks_program(Block("b", ("sh -c true",), needs="sh"))
    assert not lacks_program(Block("c", ("true",)))
