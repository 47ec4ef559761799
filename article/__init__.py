# SPDX-License-Identifier: Apache-2.0
"""What the article presumes, as facts. Any part may import it; it imports nothing."""
