# SPDX-License-Identifier: Apache-2.0
"""Lists the resources of one AWS service per module: by the project's tags or by their names."""
