# SPDX-License-Identifier: Apache-2.0
"""The LOCALAWS_* variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from localaws.settings import EndpointSettings, EndpointSettingsError, load_endpoint_settings


def test_without_variables_the_defaults_hold() -> None:
    assert load_endpoint_settings({"HOME": "/"}) == EndpointSettings()
    assert EndpointSettings().port == 4566


def test_variables_are_read() -> None:
    settings = load_endpoint_settings({"LOCALAWS_PORT": "0", "LOCALAWS_TASK_STEP_SECONDS": "1.5"})
    assert (settings.port, settings.task_step_seconds) == (0, 1.5)


def test_origins_are_between_commas_and_a_folder_is_absolute() -> None:
    settings = load_endpoint_settings(
        {
            "LOCALAWS_CORS_ORIGINS": "http://localhost:3000, https://app.example,",
            "LOCALAWS_STATE": "kept",
            "LOCALAWS_TLS": "1",
        }
    )
    assert settings.cors_origins == ("http://localhost:3000", "https://app.example")
    assert (settings.state, settings.tls) == (Path.cwd() / "kept", True)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("LOCALAWS_PORT", "65536", "a port from 0 to 65535"),
        ("LOCALAWS_PORT", "-1", "a port from 0 to 65535"),
        ("LOCALAWS_PORT", "http", "a port from 0 to 65535"),
        ("LOCALAWS_TICK_SECONDS", "-1", "seconds from 0 to 3600"),
        ("LOCALAWS_TICK_SECONDS", "nan", "seconds from 0 to 3600"),
        ("LOCALAWS_OPERATION_SECONDS", "soon", "seconds from 0 to 3600"),
        ("LOCALAWS_PROT", "1", "LOCALAWS_PORT"),
        ("LOCALAWS_TLS", "yes", "0 or 1"),
        ("LOCALAWS_TLS", "1", "LOCALAWS_STATE"),
        ("LOCALAWS_STATE", "", "a folder"),
        ("LOCALAWS_CORS_ORIGINS", "*", "http://localhost:3000"),
        ("LOCALAWS_CORS_ORIGINS", "null", "http://localhost:3000"),
        ("LOCALAWS_CORS_ORIGINS", "http://a.example/page", "http://localhost:3000"),
    ],
)
def test_a_wrong_variable_is_named_with_what_goes(name: str, value: str, words: str) -> None:
    with pytest.raises(EndpointSettingsError) as caught:
        load_endpoint_settings({name: value})
    assert name in str(caught.value)
    assert words in str(caught.value)
