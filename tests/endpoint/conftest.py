# SPDX-License-Identifier: Apache-2.0
"""What the tests of this tier share: botocore's models, of which each client needs one."""

from tests.support.shared_models import shared_models as shared_models
